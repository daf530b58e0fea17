"""Rows of two pictures that both can give; what one of them cannot is noted, as narrowly as its chunks allow."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.errors import MediaError
from app.media.display import Pixels
from app.media.sources import PixelSource

_ERROR_LIMIT = 100

Channels = Callable[[int], Pixels]


class Readable(Protocol):
    """One part of a picture."""

    @property
    def source(self) -> PixelSource:
        """Where its pixels come from."""

    def rows(self, y0: int, y1: int, x0: int, x1: int) -> Channels:
        """Rows y0 up to but not y1; gives columns x0 up to but not x1 of a channel. Raises MediaError."""


@dataclass(slots=True)
class PairedRows:
    """Reads two parts side by side.

    Attributes:
        sides: the two.
        indices: of each, its channels that are compared, in the same order.
        columns: from the first up to but not the last.
        part: index of the part, for the errors.
        errors: what could not be read: `code, part, side` (`a`, `b`), `rows, message`.
    """

    sides: tuple[Readable, Readable]
    indices: Sequence[Sequence[int]]
    columns: tuple[int, int]
    part: int
    errors: list[dict[str, Any]] = field(default_factory=list)

    def blocks(self, first: int, last: int) -> Iterator[tuple[int, int, list[tuple[Pixels, Pixels]]]]:
        """The blocks among rows first up to but not last that both sides give: first and last row, pairs of channels.

        Where one cannot, the rows are halved until they are those of a chunk alone.
        """
        found = [self._read(place, first, last) for place in (0, 1)]
        sound = [one for one in found if not isinstance(one, MediaError)]
        if len(sound) == 2:
            yield first, last, list(zip(*sound, strict=True))
        elif last - first > self._least and self.goes_on:
            middle = first + max(self._least, (last - first) // 2)
            yield from self.blocks(first, middle)
            yield from self.blocks(middle, last)
        elif last - first > 1 and not self._any_order:
            yield from self._before_damage(first, last)
        else:
            self._note_failed(found, first, last - 1)

    def _before_damage(self, first: int, last: int) -> Iterator[tuple[int, int, list[tuple[Pixels, Pixels]]]]:
        """The rows up to the first that one side cannot give, one at a time."""
        for row in range(first, last):
            found = [self._read(place, row, row + 1) for place in (0, 1)]
            sound = [one for one in found if not isinstance(one, MediaError)]
            if len(sound) < 2:
                self._note_failed(found, row, last - 1)
                return
            yield row, row + 1, list(zip(*sound, strict=True))

    def _note_failed(self, found: Sequence[list[Pixels] | MediaError], first: int, last: int) -> None:
        for side, one in zip("ab", found, strict=True):
            if isinstance(one, MediaError):
                self._note(side, one, first, last)

    @property
    def goes_on(self) -> bool:
        """Whether what lies behind damaged rows may be read, and is still told."""
        return self._any_order and len(self.errors) < _ERROR_LIMIT

    @property
    def _any_order(self) -> bool:
        return all(side.source.random_access for side in self.sides)

    def give_up(self, first: int, last: int) -> None:
        """Note that the rest is not read, for what was damaged before it."""
        problem = MediaError("what follows damaged rows is not compared", code="pixels.damaged")
        self._note("", problem, first, last)

    @property
    def _least(self) -> int:
        """Rows that are not divided further: those of a chunk, where both pictures begin theirs alike."""
        a, b = (side.source for side in self.sides)
        return min(a.chunk_rows, b.chunk_rows) if a.data_window[1] == b.data_window[1] else 1

    def _read(self, place: int, first: int, last: int) -> list[Pixels] | MediaError:
        try:
            channel = self.sides[place].rows(first, last, *self.columns)
            return [channel(index) for index in self.indices[place]]
        except MediaError as problem:
            return problem

    def _note(self, side: str, problem: MediaError, first: int, last: int) -> None:
        """Keep that rows could not be read, together with those right before."""
        before = next((error for error in reversed(self.errors) if error["side"] == side), None)
        if before and before["message"] == problem.message and int(before["rows"].rpartition("-")[2]) == first - 1:
            before["rows"] = f"{before['rows'].partition('-')[0]}-{last}"
            return
        self.errors.append(
            {"code": problem.code, "part": self.part, "side": side, "rows": f"{first}-{last}",
             "message": problem.message}
        )  # fmt: skip

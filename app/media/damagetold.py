"""What could not be read of a part's pixels, as the entries of a document's `errors`."""

from collections.abc import Iterator
from threading import Lock
from typing import Any

from app.errors import MediaError
from app.media.exr import Box
from app.media.exrlayout import Chunk, rows_text

Stretch = tuple[Box, bool, str]

#: More stretches than this are told as one, and more than that are only counted.
_MOST, _MOST_KEPT = 100, 100_000


class Damage:
    """The damaged chunks of one part, or of one of its smaller levels. It may be told of them by several threads.

    Args:
        part: its index.
        level: numbers of the level across and down; None of the largest.

    Attributes:
        found: whether anything was.
    """

    def __init__(self, part: int, level: tuple[int, int] | None = None) -> None:
        self._about: dict[str, Any] = {"part": part, **({"level": list(level)} if level else {})}
        self._chunks: list[Stretch] = []
        self._whole: list[dict[str, Any]] = []
        self._unkept = 0
        self._lock = Lock()

    @property
    def found(self) -> bool:
        """Whether anything could not be read."""
        return bool(self._chunks or self._whole)

    def chunk(self, chunk: Chunk, problem: MediaError) -> None:
        """A chunk could not be read."""
        tiled, reason = len(chunk.at) > 1, problem.message
        with self._lock:
            if self._chunks and (joined := _joined(self._chunks[-1], (chunk.box, tiled, reason))):
                self._chunks[-1] = joined
            elif len(self._chunks) < _MOST_KEPT:
                self._chunks.append((chunk.box, tiled, reason))
            else:
                self._unkept += 1

    def whole(self, problem: MediaError) -> None:
        """Nothing of the part can be told."""
        self._whole.append({"code": problem.code, **self._about, "rows": "", "message": problem.message})

    def says(self, code: str, message: str, **more: Any) -> None:
        """Something else about the part."""
        self._whole.append({"code": code, **self._about, "rows": "", "message": message, **more})

    def entries(self) -> list[dict[str, Any]]:
        """What was found, top to bottom: one entry a stretch of rows (and columns, of tiles) with one reason."""
        stretches = sorted(_stretches(self._chunks), key=lambda found: (found[0][1], found[0][0]))
        told = [
            {"code": "pixels.damaged", **self._about, "rows": rows_text([(box[1], box[3])]),
             **({"columns": rows_text([(box[0], box[2])])} if tiled else {}), "message": message}
            for box, tiled, message in stretches[:_MOST]
        ]  # fmt: skip
        more = stretches[_MOST:]
        if more:
            rows = rows_text([(box[1], box[3]) for box, _, _ in more])
            message = f"{len(more) + self._unkept} more stretches are damaged"
            told.append({"code": "pixels.damaged", **self._about, "rows": rows, "message": message})
        return self._whole + told


def _joined(above: Stretch, below: Stretch) -> Stretch | None:
    """Two stretches as one, where the second lies right under the first and has the same reason."""
    (x0, y0, x1, y1), tiled, reason = above
    box = below[0]
    if (x0, y1 + 1, x1, reason) == (box[0], box[1], box[2], below[2]):
        return (x0, y0, x1, box[3]), tiled, reason
    return None


def _stretches(chunks: list[Stretch]) -> Iterator[Stretch]:
    """Chunks, one under the other with the same reason joined."""
    current: Stretch | None = None
    for found in sorted(chunks, key=lambda stretch: (stretch[0][0], stretch[0][1])):
        joined = _joined(current, found) if current is not None else None
        if current is not None and joined is None:
            yield current
        current = joined or found
    if current is not None:
        yield current

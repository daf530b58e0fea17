"""Where shows keep their shots: a template of folders such as `{show}/shots/{shot}/renders`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Protocol

from app.errors import UsageError
from app.model.names import raw

#: The usual layout.
DEFAULT_LAYOUT = "{show}/shots/{shot}/renders"

_FIELD = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_LEVELS = 16
_RANGE = re.compile(r"(-?[0-9]{1,18})-(-?[0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Level:
    """One folder of a layout: a plain name, or a pattern with the fields that it fills."""

    text: str
    fields: tuple[str, ...]

    def match(self, name: str) -> dict[str, str] | None:
        """The fields that a folder's name fills; None where it does not fit."""
        if not self.fields:
            return {} if name == self.text else None
        begin, *rest = _FIELD.split(self.text)[::2]
        if not name.startswith(begin):
            return None
        values = _filled(name[len(begin) :], tuple(rest))
        return dict(zip(self.fields, values, strict=True)) if values is not None else None


def _filled(name: str, literals: tuple[str, ...]) -> list[str] | None:
    """What fields fill in a name, the first as much as it can; each is followed by its literal.

    From the end: where what follows a field may begin is looked for once, however often its literal is there.
    """
    begins = {len(name)}
    steps: list[dict[int, int]] = []
    for literal in reversed(literals):
        ends = {end: end + len(literal) for end in range(1, len(name) + 1) if name.startswith(literal, end)}
        steps.append({end: after for end, after in ends.items() if after in begins})
        begins = set(range(max(steps[-1], default=0)))
    at, values = 0, []
    for step in reversed(steps):
        end = max(step, default=0)
        if end <= at:
            return None
        values.append(name[at:end])
        at = step[end]
    return values


@dataclass(frozen=True)
class Layout:
    """The folders from the root of the shows down to where a shot's frames are written."""

    levels: tuple[Level, ...]

    @cached_property
    def shot_depth(self) -> int:
        """How many levels lie above what belongs to a shot, the shot's own folder included."""
        return max(place for place, level in enumerate(self.levels) if level.fields) + 1

    @property
    def renders(self) -> str:
        """The name of the last folder, as reports call it."""
        return self.levels[-1].text if not self.levels[-1].fields else "files"

    def place_of(self, names: Sequence[str]) -> "Place | None":
        """The shot in whose folder a folder lies, by the names from the root of the shows down; None in no shot."""
        own = list(names[: len(self.levels)])
        fields: dict[str, str] = {}
        for level, name in zip(self.levels, own, strict=False):
            filled = level.match(name)
            if filled is None or name.startswith("."):
                return None
            fields.update(filled)
        return place_of(fields, "/".join(own), there=True) if len(own) == len(self.levels) else None

    def __str__(self) -> str:
        return "/".join(level.text for level in self.levels)


def parse_layout(text: str) -> Layout:
    """A layout from its template.

    Raises:
        UsageError: a show or a shot is not in it, a field stands twice, or it leaves the root.
    """
    names = [name for name in text.replace("\\", "/").split("/") if name]
    levels = tuple(Level(name, tuple(_FIELD.findall(name))) for name in names)
    fields = [field for level in levels for field in level.fields]
    why = ""
    if any(name in (".", "..") for name in names):
        why = "it may not hold . or .."
    elif len(levels) > _LEVELS:
        why = f"it has more than {_LEVELS} levels"
    elif len(set(fields)) < len(fields):
        why = "a field stands twice in it"
    elif not {"show", "shot"} <= set(fields):
        why = "it names no {show} or no {shot}"
    elif any(brace in _FIELD.sub("", level.text) for level in levels for brace in "{}"):
        why = "a brace in it belongs to no field"
    if why:
        raise UsageError(
            f"{text!r} is no layout of shows: {why}",
            hint=f"Write it as {DEFAULT_LAYOUT}: fields in braces, folders between slashes.",
            code="layout.invalid",
        )
    return Layout(levels)


@dataclass(frozen=True, slots=True)
class Place:
    """A shot, or a show without one.

    Attributes:
        show: its name.
        shot: its name with what lies between the show and it (`ep101/sq010/sh0100`); empty for a show without shots.
        path: of the folder with its frames, relative to the root, `/` between names; where `there` is false, the
            folder that should be there.
        there: whether it is.
    """

    show: str
    shot: str
    path: str
    there: bool


def place_of(fields: Mapping[str, str], path: str, *, there: bool) -> Place:
    """A place from the fields of its path, in the order of the layout."""
    between = [value for name, value in fields.items() if name != "show"]
    return Place(fields["show"], "/".join(between) if "shot" in fields else "", path, there)


class Named(Protocol):
    """What has the name of a sequence."""

    @property
    def base(self) -> bytes:
        """Raw bytes before the number."""

    @property
    def pad(self) -> int:
        """Digits of the number."""

    @property
    def ext(self) -> bytes:
        """Raw bytes behind it."""


@dataclass(frozen=True, slots=True)
class Naming:
    """How frames are to be called; empty and 0 admit anything.

    Attributes:
        prefix: all before the number (`frame_`).
        padding: digits of the number.
        ext: the extension with its dot (`.exr`).
    """

    prefix: str = ""
    padding: int = 0
    ext: str = ""

    def fits(self, sequence: Named) -> bool:
        """Whether a sequence is called so."""
        return (
            (not self.prefix or sequence.base == raw(self.prefix))
            and (not self.padding or sequence.pad == self.padding)
            and (not self.ext or sequence.ext == raw(self.ext))
        )

    @property
    def wanted(self) -> str:
        """The name that is wanted, as a pattern: `frame_####.exr`."""
        return f"{self.prefix or '*'}{'#' * self.padding or '#'}{self.ext or '.*'}"


@dataclass(frozen=True, slots=True)
class ExpectedRange:
    """First and last frame of the shots that a glob over `show/shot` names."""

    shots: str
    first: int
    last: int


def expected_range(text: str, shots: str = "*") -> ExpectedRange:
    """First and last frame from `1001-1100`, for the shots that a glob names.

    Raises:
        UsageError: it is no such range.
    """
    match = _RANGE.fullmatch(text.strip())
    found = ExpectedRange(shots, int(match[1]), int(match[2])) if match else None
    if found is None or found.first > found.last:
        raise UsageError(
            f"{text!r} is no first and last frame",
            hint="Write the first and the last frame as 1001-1100.",
            code="frames.invalid",
        )
    return found


def range_entry(text: str) -> tuple[str, str]:
    """The glob and the range of an entry of the setting `production.frame_ranges`: `show/shot*=1001-1100`."""
    shots, _, frames = text.rpartition("=")
    return shots.strip() or "*", frames


def expected_in(ranges: Iterable[ExpectedRange], place: Place) -> ExpectedRange | None:
    """The range of the first glob that fits a shot."""
    name = f"{place.show}/{place.shot}"
    return next((known for known in ranges if fnmatchcase(name, known.shots)), None)

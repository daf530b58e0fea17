"""What is asked of the function: toggles in the event, else in the environment, else their defaults."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.model.inspecting import InspectOptions
from app.model.measuring import DEFAULTS, MeasureOptions

_YES = frozenset(("true", "yes", "on", "1", "y", "t"))
_NO = frozenset(("false", "no", "off", "0", "n", "f", ""))
#: Shorter names that are understood as well; they may mean something else, so a wrong value is passed over.
_SHORT = {
    "enable_meta": "meta", "enable_stats": "stats", "enable_deep_stats": "deep_stats", "enable_validate": "validate",
    "policy_path": "policy",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Toggles:
    """How far a file is looked into.

    Attributes:
        enable_meta: parts, channels and attributes are told.
        enable_stats: pixels are decoded and counted; the object is downloaded for it.
        enable_deep_stats: the samples of deep parts as well.
        enable_validate: a policy judges what was found.
        policy_path: that policy: a file, or the name of a shipped one.
        schema_version: form of the result, 2 or 1 (flat).
        sample: every how manieth block of scan lines, or row of tiles, is counted.
    """

    enable_meta: bool = True
    enable_stats: bool = False
    enable_deep_stats: bool = False
    enable_validate: bool = False
    policy_path: str | None = None
    schema_version: int = 2
    sample: int = 1

    @property
    def pixels(self) -> bool:
        """Whether pixels are needed."""
        return self.enable_stats or self.enable_deep_stats

    def options(self, measuring: tuple[MeasureOptions, ...] = (DEFAULTS,)) -> InspectOptions:
        """What the inspection is asked for, with the thresholds by which movies and sound are measured."""
        deep = self.enable_deep_stats
        return InspectOptions(self.pixels, deep, self.sample, measure=self.pixels, measuring=measuring)


def toggles_of(places: Iterable[Mapping[Any, Any]], environ: Mapping[str, str]) -> tuple[Toggles, list[dict[str, str]]]:
    """The toggles, and what is wrong with their values; a wrong one counts as not given.

    Args:
        places: the parts of the event where toggles may stand, the first one wins.
        environ: `REELMARK_ENABLE_STATS` and so on, for triggers whose events cannot carry toggles.
    """
    found: dict[str, Any] = {}
    problems: list[dict[str, str]] = []
    given = [*places, {name.removeprefix("REELMARK_").lower(): value for name, value in environ.items()
                       if name.startswith("REELMARK_")}]  # fmt: skip
    for field in fields(Toggles):
        for place in given:
            if _take(field.name, place, found, problems):
                break
    return Toggles(**found), problems


def _take(name: str, place: Mapping[Any, Any], found: dict[str, Any], problems: list[dict[str, str]]) -> bool:
    """Take the toggle from this place; whether it stands there."""
    for spelling in (name, _SHORT.get(name)):
        value = place.get(spelling) if spelling else None
        if value is None:
            continue
        try:
            found[name] = _READERS[name](value)
        except (TypeError, ValueError, OverflowError):
            if spelling != name:
                continue
            message = f"{name} cannot be {str(value)[:80]!r}; it counts as not given"
            problems.append({"code": "config.value", "message": message})
        return True
    return False


def _flag(value: Any) -> bool:
    if isinstance(value, bytes):
        value = value.decode("utf-8")
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _YES or word in _NO:
            return word in _YES
        raise ValueError(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    raise ValueError(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise ValueError(value)  # noqa: TRY004 - one error for the caller
    number = float(value.decode() if isinstance(value, bytes) else value)
    if not math.isfinite(number) or number != int(number):
        raise ValueError(value)
    return int(number)


def _version(value: Any) -> int:
    number = _whole(value)
    if number not in (1, 2):
        raise ValueError(value)
    return number


def _sample(value: Any) -> int:
    number = _whole(value)
    if not 1 <= number <= 1 << 20:
        raise ValueError(value)
    return number


def _policy(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8")
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(value)
    return value.strip() or None


_READERS = {
    "enable_meta": _flag, "enable_stats": _flag, "enable_deep_stats": _flag, "enable_validate": _flag,
    "policy_path": _policy, "schema_version": _version, "sample": _sample,
}  # fmt: skip

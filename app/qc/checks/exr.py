"""Checks of EXR headers that look at several facts at once."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.qc.checks.check import Check, Parameter
from app.qc.facts import Facts, Need
from app.qc.findings import Observation
from app.qc.headerclasses import HeaderClass, header_classes
from app.qc.policy import Rule
from app.qc.values import words

_EXR = frozenset({"exr"})
_LOSSLESS = ("none", "rle", "zips", "zip", "piz", "htj2k256", "htj2k32", "zstd")

_Part = Mapping[str, Any]


def _each(look: Callable[[Rule, _Part], Iterator[tuple[str, str]]]) -> Callable[[Rule, Facts], Iterator[Observation]]:
    """A check that looks at each part of each kind of header; `look` tells what was expected and what was seen."""

    def judge(rule: Rule, facts: Facts) -> Iterator[Observation]:
        for kind in header_classes(facts, rule):
            parts = kind.document.get("parts")
            if not parts:
                yield _no_header(kind)
            for part in parts or []:
                for expected, observed in look(rule, part):
                    yield Observation(False, expected, observed, kind.frames, _label(part))

    return judge


def _no_header(kind: HeaderClass) -> Observation:
    return Observation(False, "the header of an EXR", frames=kind.frames, nothing=True)


def _label(part: _Part) -> str:
    return f"{part['index']} {part['name']}" if part.get("name") else str(part.get("index", 0))


def _windows(rule: Rule, part: _Part) -> Iterator[tuple[str, str]]:
    data, display = part.get("data_window"), part.get("display_window")
    if not data or not display:
        yield "a data window and a display window", f"no {'display' if data else 'data'} window"
        return
    inside = all(
        data["min"][axis] >= display["min"][axis] and data["max"][axis] <= display["max"][axis] for axis in (0, 1)
    )
    covers = all(
        data["min"][axis] <= display["min"][axis] and data["max"][axis] >= display["max"][axis] for axis in (0, 1)
    )
    facts = {
        "data_inside_display": (inside, "the data window inside the display window"),
        "data_covers_display": (covers, "the data window covers the display window"),
        "equal": (inside and covers, "the data window is the display window"),
        "display_at_origin": (list(display["min"]) == [0, 0], "the display window begins at (0, 0)"),
    }
    for key, wanted in rule.expect.items():
        holds, told = facts[key]
        if holds is not wanted:
            yield told if wanted else f"not {told}", f"data {words(data)}, display {words(display)}"


def _lossless(_rule: Rule, part: _Part) -> Iterator[tuple[str, str]]:
    compression = part.get("compression") or {}
    name = compression.get("name")
    floats = any(channel.get("type") == "float" for channel in part.get("channels") or [])
    if name == "pxr24" and not floats:
        return  # it rounds float alone
    if name not in _LOSSLESS:
        yield f"one of {', '.join(_LOSSLESS)}", words(compression if name else compression.get("id"))


def _attributes(rule: Rule, part: _Part) -> Iterator[tuple[str, str]]:
    there = {str(item["name"]) for item in part.get("attributes") or []}
    missing = [name for name in rule.expect.get("required", ()) if name not in there]
    if missing:
        yield f"the attributes {', '.join(rule.expect['required'])}", f"without {', '.join(missing)}"
    unwanted = [name for name in rule.expect.get("forbidden", ()) if name in there]
    if unwanted:
        yield f"none of the attributes {', '.join(rule.expect['forbidden'])}", ", ".join(unwanted)


def _tiled(rule: Rule, part: _Part) -> Iterator[tuple[str, str]]:
    wanted = rule.expect.get("tiled", False)
    if bool(part.get("tiled")) is not wanted:
        yield "tiles" if wanted else "scan lines", "scan lines" if wanted else "tiles"
    elif wanted and "size" in rule.expect:
        size = rule.expect["size"]
        if (part.get("tile_width"), part.get("tile_height")) != (size, size):
            yield f"tiles of {size} × {size}", f"{part.get('tile_width')} × {part.get('tile_height')}"


def _names(rule: Rule, facts: Facts) -> Iterator[Observation]:
    """Names of parts, or of views."""
    key = rule.check.rpartition(".")[2][:-1]
    for kind in header_classes(facts, rule):
        parts = kind.document.get("parts")
        if not parts:
            yield _no_header(kind)
            continue
        names = _views(parts) if key == "view" else [str(part.get("name") or "") for part in parts]
        for expected, observed in _wrong_names(rule, names, key):
            yield Observation(False, expected, observed, kind.frames)


def _views(parts: list[_Part]) -> list[str]:
    names = [str(part["view"]) for part in parts if part.get("view")]
    for part in parts:
        for item in part.get("attributes") or []:
            if item["name"] == "multiView" and isinstance(item.get("value"), list):
                names += map(str, item["value"])
    return list(dict.fromkeys(names))


def _wrong_names(rule: Rule, names: list[str], key: str) -> Iterator[tuple[str, str]]:
    seen = ", ".join(filter(None, names)) or "none"
    missing = [name for name in rule.expect.get("required", ()) if name not in names]
    if missing:
        yield f"the {key}s {', '.join(rule.expect['required'])}", f"{seen}; without {', '.join(missing)}"
    if "only" in rule.expect:
        strange = [name for name in names if name not in rule.expect["only"]]
        if strange:
            yield f"no {key}s but {', '.join(rule.expect['only'])}", seen


_NAME_LISTS = (
    Parameter("required", "names", "names that have to be there"),
    Parameter("only", "names", "no other names than these"),
)

CHECKS = (
    Check(
        "exr.windows",
        "How the data window lies to the display window.",
        Need.HEADERS,
        _EXR,
        expects=(
            Parameter("data_inside_display", "flag", "it lies inside"),
            Parameter("data_covers_display", "flag", "it covers all of it"),
            Parameter("equal", "flag", "both are the same"),
            Parameter("display_at_origin", "flag", "the display window begins at (0, 0)"),
        ),
        default=None,
        judge=_each(_windows),
    ),
    Check(
        "exr.lossless",
        "Whether the compression keeps every value.",
        Need.HEADERS,
        _EXR,
        judge=_each(_lossless),
    ),
    Check(
        "exr.attributes",
        "Attributes that each part has to have, or may not.",
        Need.HEADERS,
        _EXR,
        expects=(
            Parameter("required", "names", "names that have to be there"),
            Parameter("forbidden", "names", "names that may not be there"),
        ),
        default=None,
        judge=_each(_attributes),
    ),
    Check("exr.parts", "The names of the parts.", Need.HEADERS, _EXR, expects=_NAME_LISTS, default=None, judge=_names),
    Check("exr.views", "The names of the views.", Need.HEADERS, _EXR, expects=_NAME_LISTS, default=None, judge=_names),
    Check(
        "exr.tiled",
        "Tiles or scan lines.",
        Need.HEADERS,
        _EXR,
        expects=(
            Parameter("tiled", "flag", "tiles, not scan lines; scan lines where nothing is said"),
            Parameter("size", "count", "width and height of a tile"),
        ),
        judge=_each(_tiled),
    ),
)

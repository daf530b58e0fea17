"""Selectors: which values of a document a rule looks at.

    parts[*].compression                 every part's compression
    parts[0].channels[R,G,B].type        of three channels, each of which has to be there
    parts[name=beauty].attributes.owner  of the parts of that name
    attributes["com.vendor/take"]        names with other letters in quotes
    streams[video].frame_rate            of all streams of that kind
    sequence.missing_count, file.name, stats.parts[*].channels[*].max

`*`, names with `*` and `?`, and `key=value` may find many values or none; every one found has to hold.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from app.model.measuring import DECIDING
from app.qc.facts import Need
from app.qc.factwords import ANY, ROOT, SHAPES, derived, shape_below
from app.yamlnodes import Place, did_you_mean

_TOKEN = re.compile(
    r"""(?P<dot>\.)?(?P<key>[A-Za-z_][\w-]*)
    |\[(?P<all>\*)\]
    |\[(?P<index>[0-9]{1,6})\]
    |\["(?P<quoted>[^"]+)"\]
    |\[(?P<by>[a-z_]+)=(?P<value>[^\[\]="]+)\]
    |\[(?P<names>[^\[\]="]+)\]""",
    re.VERBOSE,
)
_LONGEST = 400
_NAME_LEVEL = frozenset({"file.name", "file.path", "file.stem", "file.ext", "file.size_bytes", "file.directory"})
#: What is told of a sequence once its pixels were decoded.
OF_PIXELS = ("frozen", "frozen_runs", "black")
_NAME_LEVEL_SEQUENCE = frozenset(
    {"base", "ext", "pad", "first", "last", "frame_count", "missing_count", "missing", "gap_count", "ranges"}
    | {"duplicate_frames", "zero_byte", "expected", "missing_head", "missing_inner", "missing_tail", "unexpected"}
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a `key`, an `index`, `names` (which may hold `*` and `?`), or `by` a key with a `value`.

    With none of them it is `[*]`.
    """

    key: str = ""
    index: int | None = None
    names: tuple[str, ...] = ()
    by: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A value that a selector found.

    Attributes:
        value: the value, or None where something that was named is absent.
        path: where, as a selector that finds it alone.
        part: the index of the part, with its name where it has one.
        channel: the name of the channel.
        absent: whether it was named and is not there.
    """

    value: Any
    path: str = ""
    part: str = ""
    channel: str = ""
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Selector:
    """A selector that was read.

    Attributes:
        text: as it was written.
        steps: its steps.
    """

    text: str
    steps: tuple[Step, ...]

    @property
    def root(self) -> str:
        """The key that it begins with."""
        return self.steps[0].key

    @property
    def need(self) -> Need:
        """How much has to be read to answer it."""
        second = self.steps[1].key if len(self.steps) > 1 else ""
        if f"{self.root}.{second}".rstrip(".") in _NAME_LEVEL:
            return Need.NAMES
        if self.root == "sequence":
            if second in _NAME_LEVEL_SEQUENCE:
                return Need.NAMES
            return Need.PIXELS if second in OF_PIXELS else Need.HEADERS
        if self.root == "stats":
            return Need.DECODED if second in ("video", "audio") else Need.PIXELS
        return Need.HEADER

    @property
    def thresholds(self) -> frozenset[str]:
        """The thresholds of `MeasureOptions` that decide what it finds."""
        keys = [step.key for step in self.steps] if self.root == "stats" else []
        return frozenset(name for key in keys for name in DECIDING.get(key, ()))

    def find(self, document: Mapping[str, Any]) -> list[Found]:
        """What it finds, in the order of the document; what was named and is not there is `absent`."""
        found = [Found(rooted(document))]
        for at, step in enumerate(self.steps):
            found = [below for one in found for below in _below(one, step, at == 0)]
        return found


def read_selector(text: str, place: Place) -> Selector:
    """Read a selector.

    Raises:
        BadYaml: it cannot be read, or names what no document has.
    """
    steps = []
    at = 0
    if len(text) > _LONGEST:
        raise place.error(f"the selector has more than {_LONGEST} letters")
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or (match["key"] is not None and bool(match["dot"]) is (at == 0)):
            raise place.error(
                f"the selector {text} cannot be read at {text[at : at + 20]}",
                "It looks like parts[*].channels[R,G,B].type; docs/policies.md explains it.",
            )
        steps.append(_step(match))
        at = match.end()
    if not steps or not steps[0].key:
        raise place.error(f"the selector {text} begins with no name", f"Begin with one of {', '.join(SHAPES[ROOT])}.")
    _check_names(text, steps, place)
    return Selector(text, tuple(steps))


def _step(match: re.Match[str]) -> Step:
    if match["key"] or match["quoted"]:
        return Step(key=match["key"] or match["quoted"])
    if match["index"]:
        return Step(index=int(match["index"]))
    if match["by"]:
        return Step(by=match["by"], value=match["value"].strip())
    names = () if match["all"] else tuple(name.strip() for name in match["names"].split(","))
    return Step(names=names)


def _check_names(text: str, steps: list[Step], place: Place) -> None:
    """Refuse a key that no document has."""
    shape = ROOT
    for step in steps:
        if shape == ANY:
            return
        if step.key:
            known = SHAPES[shape]
            if step.key not in known:
                raise place.error(f"{step.key} in the selector {text} is not known", did_you_mean(step.key, known))
            shape = known[step.key]
        else:
            below = shape_below(shape)
            if below is None:
                raise place.error(f"the selector {text} has brackets behind what is no list", "Leave them away.")
            if step.by and below != ANY and step.by not in SHAPES[below]:
                raise place.error(
                    f"{step.by} in the selector {text} is not known", did_you_mean(step.by, SHAPES[below])
                )
            shape = below


def rooted(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document, with what a sequence has from its representative frame at the top."""
    representative = document.get("representative")
    if not isinstance(representative, Mapping):
        return document
    return {**representative, **{key: value for key, value in document.items() if value not in (None, [], {})}}


def _below(found: Found, step: Step, at_root: bool) -> Iterator[Found]:
    if found.absent:
        yield found
    elif step.key:
        yield from _by_key(found, step.key, at_root)
    elif isinstance(found.value, list):
        yield from _in_list(found, step)
    else:
        yield replace(found, value=None, absent=True)


def _by_key(found: Found, key: str, at_root: bool) -> Iterator[Found]:
    """What an object, or a list of attributes, has under a key; absent where it does not have it."""
    path = key if at_root else f"{found.path}.{key}"
    value = None
    if isinstance(found.value, Mapping):
        value = found.value[key] if key in found.value else derived(found.value, key)
    elif isinstance(found.value, list):
        named = (item for item in reversed(found.value) if isinstance(item, Mapping) and item.get("name") == key)
        item = next(named, None)  # of several the last one counts, as in the OpenEXR library
        if item is not None:
            value = item.get("value")
            if value is None:
                value = {name: item[name] for name in ("type", "raw") if name in item}
    yield replace(found, value=value, path=path, absent=value is None)


def _in_list(found: Found, step: Step) -> Iterator[Found]:
    items = found.value
    if step.index is not None:
        if step.index < len(items):
            yield _item(found, step.index, items[step.index])
        else:
            yield replace(found, value=None, path=f"{found.path}[{step.index}]", absent=True)
        return
    if step.names:
        for pattern in step.names:
            yield from _named(found, pattern)
        return
    for index, item in enumerate(items):
        if not step.by or fnmatchcase(str(_plain(item, step.by)), step.value):
            yield _item(found, index, item)


def _named(found: Found, pattern: str) -> Iterator[Found]:
    """Items of that name; streams also by their kind. A name without `*` and `?` that is not there is absent."""
    some = False
    for index, item in enumerate(found.value):
        if isinstance(item, Mapping) and any(
            fnmatchcase(str(item[key]), pattern) for key in ("name", "kind", "type") if isinstance(item.get(key), str)
        ):
            some = True
            yield _item(found, index, item)
    if not some and not any(letter in pattern for letter in "*?"):
        is_channel = found.path.endswith("channels")
        yield replace(
            found, value=None, path=f"{found.path}[{pattern}]", absent=True, channel=pattern if is_channel else ""
        )


def _plain(item: Any, key: str) -> Any:
    value = item.get(key) if isinstance(item, Mapping) else None
    return value["name"] if isinstance(value, Mapping) and "name" in value else value


def _item(found: Found, index: int, item: Any) -> Found:
    name = item.get("name") if isinstance(item, Mapping) else None
    if found.path.endswith("channels"):
        return replace(found, value=item, path=f"{found.path}[{name}]", channel=str(name or index))
    if found.path.endswith("parts"):
        part = f"{item.get('index', index)} {name}" if name else str(index)
        return replace(found, value=item, path=f"{found.path}[{index}]", part=part)
    return replace(found, value=item, path=f"{found.path}[{index}]")

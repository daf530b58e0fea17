"""YAML that people write for us: mappings, lists and plain values, each with its line and column; nothing runs.

Built from PyYAML's events, never from its constructors: no object is made from a tag, no anchor is followed. Values
are resolved as in YAML 1.2 (`true`, `false`, `null`, decimal numbers): `no`, `on` and `1:30` stay text.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.errors import InputError

#: A file with more bytes is refused.
MOST_BYTES = 1 << 20
_MOST_DEPTH = 32
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_HALF = re.compile("[\ud800-\udfff]")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}


class BadYaml(InputError):
    """A file, such as a policy, that cannot be used; says where, as `file:line:column`."""

    default_code = "yaml.invalid"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the file as it was named, line and column from 1."""

    file: str
    line: int
    column: int

    def error(self, message: str, hint: str = "") -> BadYaml:
        """An error at this place."""
        return BadYaml(
            f"{self.file}:{self.line}:{self.column}: {message}",
            hint=hint,
            context={"file": self.file, "line": self.line, "column": self.column},
        )


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value: text, number, true or false, or nothing; and how it is written, without quotes."""

    place: Place
    value: str | int | float | bool | None
    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of nodes."""

    place: Place
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and their nodes, in the order of the file; each key once."""

    place: Place
    entries: dict[str, "Node"]
    keys: dict[str, Place]


Node = Scalar | Listing | Mapping

_HINTS = (
    ("\\t", "Indent with spaces, not with tabs."),
    ("got '['", "Put a selector in quotes where it stands in braces: {select: 'parts[0].type'}."),
    ("alphabetic or numeric", "Put what has a * or brackets in quotes: 'parts[*].type'."),
)


def plain(node: Node) -> Any:
    """The node as plain Python values."""
    match node:
        case Scalar():
            return node.value
        case Listing():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(value) for key, value in node.entries.items()}


def kind_of(node: Node) -> str:
    """What a node is, as the end of a sentence."""
    if isinstance(node, Scalar):
        return "nothing" if node.value is None else repr(node.text)
    return "a list" if isinstance(node, Listing) else "keys and values"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The hint for a word that is not known: the nearest, or all of them."""
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1)
    if near:
        return f"Did you mean {near[0]}?"
    return f"Known are {', '.join(names)}." if 0 < len(names) <= 40 else ""


def mapping_of(node: Node, what: str) -> Mapping:
    """The node as keys and values.

    Raises:
        BadYaml: it is something else.
    """
    if not isinstance(node, Mapping):
        raise node.place.error(f"{what} is made of keys and values", "Write it as key: value.")
    return node


def known_keys(node: Mapping, known: Iterable[str], what: str) -> None:
    """Refuse a key that is not known.

    Raises:
        BadYaml: one is not.
    """
    for key, place in node.keys.items():
        if key not in known:
            raise place.error(f"{key} is no key of {what}", did_you_mean(key, known))


def read_yaml(data: bytes, file: str) -> Node:
    """Read one YAML document. One that holds nothing is a mapping without keys.

    Args:
        data: the bytes of the file.
        file: its name, for errors.

    Raises:
        BadYaml: it is too large, no UTF-8, no YAML, or uses what it may not: tabs, anchors, aliases, tags, several
            documents, keys twice or keys that are no plain words.
    """
    import yaml

    text = _text_of(data, file)
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
        problem = error.problem or "this is no YAML"
        hint = next((hint for sign, hint in _HINTS if sign in problem), "Check indentation, colons and quotes here.")
        raise place.error(problem, hint) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise place.error("this character is not allowed in YAML", "Save it as plain UTF-8 text.") from error
    return Mapping(Place(file, 1, 1), {}, {}) if builder.root is None else builder.root


def _text_of(data: bytes, file: str) -> str:
    if len(data) > MOST_BYTES:
        raise Place(file, 1, 1).error(
            f"the file has more than {MOST_BYTES // 1024} KiB", "Nobody writes that much by hand; is it the right file?"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise Place(file, line, column).error("this is no UTF-8", "Save the file as UTF-8.") from error


class _Open:
    """A list or mapping that is being read."""

    __slots__ = ("entries", "is_mapping", "items", "key", "keys", "place")

    def __init__(self, place: Place, *, is_mapping: bool) -> None:
        self.place = place
        self.is_mapping = is_mapping
        self.items: list[Node] = []
        self.entries: dict[str, Node] = {}
        self.keys: dict[str, Place] = {}
        self.key: str | None = None

    def add(self, node: Node) -> None:
        if not self.is_mapping:
            self.items.append(node)
        elif self.key is None:
            self.key = self._new_key(node)
        else:
            self.entries[self.key] = node
            self.key = None

    def _new_key(self, node: Node) -> str:
        if not isinstance(node, Scalar) or node.value is None:
            raise node.place.error("a key is a word", "Put the key before the colon in quotes.")
        key = node.text
        if key in self.keys:
            raise node.place.error(f"{key} is there twice, first in line {self.keys[key].line}", "Keep one of them.")
        self.keys[key] = node.place
        return key

    def done(self) -> Node:
        if self.is_mapping:
            return Mapping(self.place, self.entries, self.keys)
        return Listing(self.place, tuple(self.items))


class _Builder:
    """Puts nodes together from events, with a stack of its own: depth is bounded."""

    def __init__(self, file: str) -> None:
        self.root: Node | None = None
        self._file = file
        self._open: list[_Open] = []
        self._documents = 0

    def take(self, event: Any) -> None:
        import yaml

        place = Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)
        self._refuse(event, place)
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise place.error("a second document begins here", "One file holds one document.")
            case yaml.ScalarEvent():
                text = _whole(event.value, place)
                self._add(Scalar(place, _value(text) if event.implicit[0] else text, text))
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                if len(self._open) >= _MOST_DEPTH:
                    raise place.error(f"this is nested more than {_MOST_DEPTH} deep")
                self._open.append(_Open(place, is_mapping=isinstance(event, yaml.MappingStartEvent)))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._add(self._open.pop().done())
            case _:
                pass

    def _refuse(self, event: Any, place: Place) -> None:
        import yaml

        if isinstance(event, yaml.AliasEvent):
            raise place.error(f"*{event.anchor} is an alias, which is not allowed here", "Write the value out.")
        if getattr(event, "anchor", None):
            raise place.error(f"&{event.anchor} is an anchor, which is not allowed here", "Write the value out.")
        if getattr(event, "tag", None) and not isinstance(event, yaml.DocumentStartEvent):
            raise place.error(f"{event.tag} is a tag, which is not allowed here", "Leave the tag away.")

    def _add(self, node: Node) -> None:
        if self._open:
            self._open[-1].add(node)
        else:
            self.root = node


def _whole(text: str, place: Place) -> str:
    """The text with each character whole that JSON escapes in two halves (D83D and DE00 for U+1F600)."""
    if not _HALF.search(text):
        return text
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError as error:
        raise place.error("half of a character is escaped here", "Write the character itself.") from error


def _value(text: str) -> str | int | float | bool | None:
    """A plain scalar as YAML 1.2 resolves it."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text

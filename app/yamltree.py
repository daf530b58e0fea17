"""YAML that people write for us, read strictly: every value knows its line, nothing is executed or expanded.

PyYAML's composer makes the tree; anchors, aliases, tags and duplicate keys are refused before it does, and so are files
that are too large or nested too deeply.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from app.errors import InputError
from app.model.names import shown

_LIMIT = 1 << 20
_DEPTH = 32
_SCALARS = {"int": int, "float": float, "bool": bool}
_WORDS = {"map": "a list of keys and values", "list": "a list", "null": "nothing"}


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands.

    Attributes:
        value: a dict of `Node` by key, a list of `Node`, or a plain text, int, float, bool or None.
        text: a plain value as it was written.
        line, column: counted from 1.
        file: the name that messages call it by.
    """

    value: Any
    text: str
    line: int
    column: int
    file: str

    def refuse(self, reason: str, hint: str = "") -> NoReturn:
        """Say what is wrong with this value, and where.

        Raises:
            InputError: always.
        """
        raise _wrong(self.file, self.line, self.column, reason, hint)

    def items(self, what: str) -> Iterator[tuple[str, "Node"]]:
        """Keys and values of a mapping; `what` is the word for it in the message where it is none."""
        if not isinstance(self.value, dict):
            self.refuse(f"{what} has to be keys and values, not {self.kind}")
        yield from self.value.items()

    def elements(self, what: str) -> list["Node"]:
        """The elements of a list; `what` is the word for it in the message where it is none."""
        if not isinstance(self.value, list):
            self.refuse(f"{what} has to be a list, not {self.kind}")
        return list(self.value)

    @property
    def kind(self) -> str:
        """The word for what it is."""
        if isinstance(self.value, dict):
            return _WORDS["map"]
        if isinstance(self.value, list):
            return _WORDS["list"]
        return _WORDS["null"] if self.value is None else repr(self.text)


def read_yaml(path: Path) -> Node:
    """The tree of a file; an empty one is an empty mapping.

    Raises:
        InputError: it cannot be read, is no YAML, or holds what is refused; with line and column.
    """
    name = shown(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT + 1)
    except OSError as error:
        raise InputError(
            f"{name} cannot be read: {error.strerror}",
            hint="Give a YAML file that you may read.",
            code="yaml.unreadable",
        ) from error
    return parse_yaml(data, name)


def parse_yaml(data: bytes, name: str) -> Node:
    """The tree of some bytes; `name` is what messages call them. Raises as `read_yaml`."""
    if len(data) > _LIMIT:
        raise _wrong(name, 1, 1, f"it is longer than {_LIMIT >> 10} KiB", "")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise _wrong(name, line, column, "it is no UTF-8 text", "Save it as UTF-8.") from error
    try:
        _refuse_events(text, name)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        tab = "found character '\\t'" in str(error.problem)
        hint = "Indent with spaces, not with tabs." if tab else ""
        raise _wrong(name, line, column, str(error.problem or error.context), hint) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, int(error.position)) + 1
        raise _wrong(name, line, 1, "it holds a character that YAML does not allow", "") from error
    if root is None:
        return Node({}, "", 1, 1, name)
    return _node(root, name)


def _refuse_events(text: str, name: str) -> None:
    """Refuse aliases, anchors, tags, several documents and deep nesting while nothing is built yet."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        reason = ""
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            reason = "anchors and aliases are not allowed here"
        elif getattr(event, "tag", None):
            reason = "tags are not allowed here"
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if depth > _DEPTH:
            reason = f"it is nested more than {_DEPTH} deep"
        elif documents > 1:
            reason = "it holds more than one document"
        if reason:
            mark = event.start_mark
            place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise _wrong(name, *place, reason, "Write the value out.")


def _node(node: yaml.Node, name: str) -> Node:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    if isinstance(node, yaml.MappingNode):
        values: dict[str, Node] = {}
        for key, value in node.value:
            at = key.start_mark.line + 1, key.start_mark.column + 1
            if not isinstance(key, yaml.ScalarNode):
                raise _wrong(name, *at, "a key has to be a plain word", "")
            if key.value in values:
                raise _wrong(name, *at, f"the key {key.value!r} stands twice", "")
            values[key.value] = _node(value, name)
        return Node(values, "", line, column, name)
    if isinstance(node, yaml.SequenceNode):
        return Node([_node(each, name) for each in node.value], "", line, column, name)
    return Node(_scalar(node), node.value, line, column, name)


def _scalar(node: yaml.Node) -> Any:
    """A plain value; what is neither number, truth value nor nothing stays the text that it is."""
    kind = node.tag.rpartition(":")[2]
    if kind == "null":
        return None
    if kind in _SCALARS:
        constructor = yaml.constructor.SafeConstructor()
        made = getattr(constructor, f"construct_yaml_{kind}")(node)
        return _SCALARS[kind](made)
    return node.value


def _wrong(file: str, line: int, column: int, reason: str, hint: str) -> InputError:
    context = {"file": file, "line": line, "column": column}
    return InputError(f"{file}:{line}:{column}: {reason}", hint=hint, code="yaml.invalid", context=context)

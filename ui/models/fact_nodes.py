"""Facts as a tree of names and values: paged where there are many, searched, copied. Plain values, no Qt."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

#: A level with more lines than this is shown in pages: a view lays out all lines of a level at once.
PAGE = 500
#: So many lines a search shows at most.
MOST_HITS = 500
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class FactNode:
    """A name, its value, and what lies below it.

    Attributes:
        name: at the left; line breaks are seen as signs.
        value: beside it, on one line and not too long.
        children: the lines below.
        kind: what sort of value it is (`box2i`, `half`), or empty.
        state: "", "pass", "stale" or "fail": how good or bad it is.
        raw: the whole value as JSON has it; None where `value` is all there is.
        place: whatever the line stands for (a part, a channel), for whoever shows it.
        closed: whether a top line is closed at first.
        is_page: a stretch of a long level, which a search looks through as if it were not there.
    """

    name: str
    value: str = ""
    children: tuple["FactNode", ...] = ()
    kind: str = ""
    state: str = ""
    raw: Any = None
    place: Any = None
    closed: bool = False
    is_page: bool = False
    exact: str = ""

    def json(self) -> Any:
        """The value as JSON has it: its own, else that of its lines by name."""
        if self.raw is not None or not self.children:
            return self.raw if self.raw is not None else self.value
        merged: dict[str, Any] = {}
        for child in self.children:
            if child.is_page:
                merged.update(child.json())
            else:
                merged[child.name] = child.json()
        return merged


@dataclass(frozen=True, slots=True)
class FactTree:
    """The top lines of a tree.

    Attributes:
        nodes: they are open at first.
        document: what they were made of, to be copied whole; None for nothing.
        hits: how many lines a search found; None where nothing was searched.
    """

    nodes: tuple[FactNode, ...] = ()
    document: Any = None
    hits: int | None = None


def text_of(node: FactNode) -> str:
    """The whole value of a line as text: what was too long to show as well."""
    raw = node.raw
    if node.exact:
        return node.exact
    if raw is None or isinstance(raw, (bool, int, float)):
        return node.value
    return raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False)


def as_json(value: Any) -> str:
    """A value as JSON that people read too."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def one_line(text: str) -> str:
    """A text on one line, cut where it would be very long."""
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return cut.replace("\r\n", "␊").replace("\n", "␊").replace("\r", "␍").replace("\t", " ").replace("\0", "␀")


def plain(value: Any) -> str:
    """A value on one line."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        more = ", …" if len(value) > 32 else ""
        return one_line(", ".join(map(plain, value[:32])) + more)
    if isinstance(value, dict):
        if set(value) == {"id", "name"}:
            return str(value["name"] or value["id"])
        return one_line(", ".join(f"{key} {plain(entry)}" for key, entry in islice(value.items(), 32)))
    return one_line(str(value))


def paged(nodes: Sequence[FactNode]) -> tuple[FactNode, ...]:
    """The lines as they are, or in pages of five hundred: each says from which name to which it goes."""
    if len(nodes) <= PAGE:
        return tuple(nodes)
    pages = []
    for start in range(0, len(nodes), PAGE):
        part = tuple(nodes[start : start + PAGE])
        span = f"{one_line(part[0].name)} … {one_line(part[-1].name)}"
        pages.append(FactNode(f"{start + 1:,}–{start + len(part):,}", span, part, is_page=True))
    return paged(pages)


def search(tree: FactTree, text: str, check: Callable[[], None] = lambda: None) -> FactTree:
    """The lines that hold every word, with those above them; below a line that fits, all stay.

    Words may be spread over a line and those above it: `left R` finds channel R of the layer left. After five hundred
    found lines no more are shown, only counted.

    Args:
        tree: what to look through.
        text: words; without any, the tree itself is the answer.
        check: called now and then; may raise to stop.
    """
    words = text.casefold().split()
    if not words:
        return tree
    found = _Search(check)
    nodes = tuple(found.among(tree.nodes, words))
    return FactTree(nodes, tree.document, found.hits)


class _Search:
    def __init__(self, check: Callable[[], None]) -> None:
        self.hits = 0
        self._seen = 0
        self._check = check

    def among(self, nodes: Iterable[FactNode], words: list[str]) -> Iterable[FactNode]:
        for node in nodes:
            self._seen += 1
            if self._seen % 1000 == 0:
                self._check()
            if node.is_page:
                yield from self.among(node.children, words)
            elif (kept := self._kept(node, words)) is not None:
                yield kept

    def _kept(self, node: FactNode, words: list[str]) -> FactNode | None:
        own = f"{node.name} {node.value} {node.kind} {node.exact}".casefold()
        left = [word for word in words if word not in own]
        if not left:
            self.hits += 1
            return node if self.hits <= MOST_HITS else None
        below = tuple(self.among(node.children, left))
        return replace(node, children=below) if below else None

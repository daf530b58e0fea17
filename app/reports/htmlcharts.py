"""Charts as inline SVG for the page of reports. Names are escaped; colours are variables of the page."""

from collections.abc import Iterator, Sequence
from itertools import count

from app.reports.folders import FolderNode
from app.reports.squarify import Box, squarify
from app.reports.words import count_words, html_text, size_words

_WIDTH = 1200
_ROW = 26
_NAME = 130
_FIGURES = 190
_TREE_HEIGHT = 560
_TREE_HEAD = 18
_LEAST_AREA = 60.0
_LETTER = 6.6
_COLORS, _FRAME = 7, 8
_SHARES = (1.0, 0.86, 0.74)


def bar_chart(rows: Sequence[tuple[str, int, int]]) -> str:
    """Horizontal bars of `(name, bytes, files)`, in the given order."""
    most = max((size for _, size, _ in rows), default=0)
    if not rows:
        return ""
    room = _WIDTH - _NAME - _FIGURES
    parts = []
    for at, (name, size, files) in enumerate(rows):
        y, length = at * _ROW, room * size / most if most else 0.0
        figures = f"{size_words(size)} · {count_words(files)} file{'' if files == 1 else 's'}"
        parts.append(
            f'<text x="{_NAME - 10}" y="{y + 17}" text-anchor="end">{html_text(_fit(name, _NAME - 14))}</text>'
            f'<rect class="bar" x="{_NAME}" y="{y + 6}" width="{max(length, 1):.1f}" height="14" rx="2"/>'
            f'<text class="dim" x="{_NAME + length + 8:.1f}" y="{y + 17}">{html_text(figures)}</text>'
        )
    return _svg(len(rows) * _ROW, parts)


def day_chart(days: Sequence[tuple[str, int, int]]) -> str:
    """Upright bars of `(day, bytes, files)`, one for each day."""
    most = max((size for _, size, _ in days), default=0)
    if not most:
        return ""
    height, step = 140, _WIDTH / len(days)
    parts = [f'<line class="axis" x1="0" y1="{height}" x2="{_WIDTH}" y2="{height}"/>']
    for at, (day, size, files) in enumerate(days):
        tall = (height - 16) * size / most
        if files:
            words = html_text(f"{day}: {size_words(size)} in {count_words(files)} files")
            tall, wide = max(tall, 1), max(step * 0.8, 0.5)
            parts.append(
                f'<rect class="bar" x="{at * step:.2f}" y="{height - tall:.1f}" width="{wide:.2f}"'
                f' height="{tall:.1f}"><title>{words}</title></rect>'
            )
    parts.append(f'<text class="dim" x="0" y="12">{html_text(size_words(most))} on the heaviest day</text>')
    parts.append(f'<text class="dim" x="0" y="{height + 16}">{html_text(days[0][0])}</text>')
    parts.append(f'<text class="dim" x="{_WIDTH}" y="{height + 16}" text-anchor="end">{html_text(days[-1][0])}</text>')
    return _svg(height + 22, parts)


def treemap(root: FolderNode) -> str:
    """A squarified treemap of a tree of folders; what would be too small to see is left out."""
    colored = 0 if root.drive_id else 1
    parts = list(_boxes(root, Box(0, 0, _WIDTH, _TREE_HEIGHT), 0, _FRAME, colored, count()))
    return _svg(_TREE_HEIGHT, parts) if parts else ""


def _boxes(node: FolderNode, box: Box, depth: int, color: int, colored: int, numbers: Iterator[int]) -> Iterator[str]:
    """The folders in a box. `colored` is the depth at which each gets a colour of its own, by `numbers`."""
    shown = squarify([child.bytes for child in node.children], _room(node, box), _LEAST_AREA)
    for child, part in zip(node.children, shown, strict=False):
        own = next(numbers) % _COLORS + 1 if depth == colored else color
        title = html_text(f"{child.name}: {size_words(child.bytes)} in {count_words(child.files)} files")
        share = _SHARES[min(depth, len(_SHARES) - 1)]
        yield (
            f'<rect x="{part.x:.1f}" y="{part.y:.1f}" width="{max(part.width - 1, 0.5):.1f}"'
            f' height="{max(part.height - 1, 0.5):.1f}" rx="1" fill="var(--chart_{own})" fill-opacity="{share}"'
            f' stroke="var(--panel)"><title>{title}</title></rect>'
        )
        if part.height >= _TREE_HEAD and part.width >= 40:
            words = _fit(f"{child.name}  {size_words(child.bytes)}", part.width - 10)
            yield f'<text class="on" x="{part.x + 5:.1f}" y="{part.y + 13:.1f}">{html_text(words)}</text>'
            inner = Box(part.x + 2, part.y + _TREE_HEAD, part.width - 5, part.height - _TREE_HEAD - 3)
            yield from _boxes(child, inner, depth + 1, own, colored, numbers)


def _room(node: FolderNode, box: Box) -> Box:
    """The part of a box that the folders in it take: the files directly in it keep theirs empty."""
    if not node.bytes or not node.own_bytes:
        return box
    share = 1 - node.own_bytes / node.bytes
    if box.width >= box.height:
        return box._replace(width=box.width * share)
    return box._replace(height=box.height * share)


def _fit(text: str, width: float) -> str:
    most = max(int(width / _LETTER), 1)
    return text if len(text) <= most else text[: most - 1] + "…"


def _svg(height: float, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img">{"".join(parts)}</svg>'

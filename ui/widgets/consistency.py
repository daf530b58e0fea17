"""What is wrong along a sequence, frame by frame: kinds, their shapes and words, and which of them share a pixel."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from ui import formats, theme
from ui.widgets.frame_strip import Scale


class Trait(Enum):
    """A way in which a frame is not as the others are, the worst first: a token of the theme, one word, several."""

    MISSING = ("fail", "missing", "missing")
    UNREADABLE = ("fail", "unreadable", "unreadable")
    EMPTY = ("fail", "empty file", "empty files")
    TRUNCATED = ("fail", "truncated", "truncated")
    HEADER = ("stale", "header differs", "headers differ")
    TIMECODE = ("stale", "time code jumps", "time codes jump")
    DUPLICATE = ("stale", "in two paddings", "in two paddings")
    SIZE = ("stale", "size stands out", "sizes stand out")
    FROZEN = ("accent", "frozen", "frozen")
    BLACK = ("accent", "black", "black")

    @property
    def token(self) -> str:
        """The colour."""
        return self.value[0]

    def words(self, count: int) -> str:
        """`3 missing`, `1 header differs`."""
        return f"{formats.count(count)} {self.value[1] if count == 1 else self.value[2]}"


_ORDER = {trait: place for place, trait in enumerate(Trait)}


@dataclass(frozen=True, slots=True)
class Mark:
    """Frames that are not as the others are, both ends included; `words` say more."""

    first: int
    last: int
    trait: Trait
    words: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """Marks that are drawn as one: the worst gives shape and colour."""

    left: float
    right: float
    marks: tuple[Mark, ...]

    @property
    def middle(self) -> float:
        """Where the shape stands."""
        return (self.left + self.right) / 2

    @property
    def trait(self) -> Trait:
        """The worst."""
        return min((mark.trait for mark in self.marks), key=_ORDER.__getitem__)

    @property
    def frame(self) -> int:
        """Where a click goes to."""
        return min(mark.first for mark in self.marks if mark.trait == self.trait)


def spots(marks: Iterable[Mark], scale: Scale, room: float) -> list[Spot]:
    """Marks as they are drawn, from left to right: none nearer to another than `room` pixels.

    Marks outside the scale are drawn at its ends.
    """
    ends = scale.left, scale.left + scale.width
    placed = [(_edges(mark, scale, ends), mark) for mark in _known(marks)]
    placed.sort(key=lambda pair: (pair[0], _ORDER[pair[1].trait]))
    found: list[Spot] = []
    for (left, right), mark in placed:
        before = found[-1] if found else None
        if before is not None and left < max(before.right, before.middle + room) - 0.01:
            found[-1] = Spot(before.left, max(before.right, right), (*before.marks, mark))
        else:
            found.append(Spot(left, right, (mark,)))
    return found


def _known(marks: Iterable[Mark]) -> Iterable[Mark]:
    return (mark for mark in marks if mark.last >= mark.first)


def _edges(mark: Mark, scale: Scale, ends: tuple[float, float]) -> tuple[float, float]:
    low, high = ends
    left, right = scale.x(mark.first), scale.x(mark.last + 1)
    return min(max(left, low), high), min(max(right, low), high)


def counts(marks: Sequence[Mark]) -> dict[Trait, int]:
    """How many frames have which trait, the worst first; none with no frame."""
    spans: dict[Trait, list[tuple[int, int]]] = {}
    for mark in _known(marks):
        spans.setdefault(mark.trait, []).append((mark.first, mark.last))
    return {trait: _covered(spans[trait]) for trait in Trait if trait in spans}


def _covered(spans: list[tuple[int, int]]) -> int:
    """How many frames lie in spans that may overlap."""
    count, end = 0, None
    for first, last in sorted(spans):
        start = first if end is None or first > end else end + 1
        count += max(0, last - start + 1)
        end = last if end is None else max(end, last)
    return count


def said_of(marks: Sequence[Mark]) -> str:
    """Marks as lines of a tool tip: `1003-1004 · missing`."""
    lines = []
    for mark in sorted(marks, key=lambda mark: (mark.first, _ORDER[mark.trait]))[:12]:
        span = str(mark.first) if mark.first == mark.last else f"{mark.first}-{mark.last}"
        lines.append(f"{span} · {mark.words or mark.trait.value[1]}")
    if len(marks) > len(lines):
        lines.append(f"and {formats.count(len(marks) - len(lines))} more")
    return "\n".join(lines)


def paint_shape(painter: QPainter, middle: QPointF, trait: Trait, size: float = 9) -> None:
    """Draw the shape of a trait around a point. Shapes differ as colours do, for whoever sees no colours."""
    color, half = theme.current().color(trait.token), size / 2
    box = QRectF(middle.x() - half, middle.y() - half, size, size)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1.8))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if trait in (Trait.MISSING, Trait.EMPTY, Trait.TIMECODE, Trait.DUPLICATE):
        _paint_lines(painter, box, trait)
    else:
        _paint_filled(painter, box, trait, color)
    painter.restore()


def _paint_lines(painter: QPainter, box: QRectF, trait: Trait) -> None:
    inner = box.adjusted(1, 1, -1, -1)
    if trait == Trait.MISSING:
        painter.drawLine(inner.topLeft(), inner.bottomRight())
        painter.drawLine(inner.bottomLeft(), inner.topRight())
    elif trait == Trait.EMPTY:
        painter.drawRect(inner)
    elif trait == Trait.TIMECODE:
        painter.drawEllipse(inner)
        painter.drawLine(inner.center(), QPointF(inner.center().x(), inner.top() + 1))
    else:
        painter.drawRect(inner.adjusted(0, 2, -2, 0))
        painter.drawRect(inner.adjusted(2, 0, 0, -2))


def _paint_filled(painter: QPainter, box: QRectF, trait: Trait, color: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    middle, points = box.center(), {
        Trait.TRUNCATED: (box.bottomLeft(), box.topLeft(), box.bottomRight()),
        Trait.HEADER: (QPointF(box.center().x(), box.top()), QPointF(box.right(), box.center().y()),
                       QPointF(box.center().x(), box.bottom()), QPointF(box.left(), box.center().y())),
        Trait.SIZE: (box.bottomLeft(), QPointF(box.center().x(), box.top()), box.bottomRight()),
    }  # fmt: skip
    if trait in points:
        painter.drawPolygon(QPolygonF(list(points[trait])))
    elif trait == Trait.FROZEN:
        bar = box.width() / 3
        painter.drawRect(QRectF(box.left(), box.top(), bar, box.height()))
        painter.drawRect(QRectF(box.right() - bar, box.top(), bar, box.height()))
    elif trait == Trait.BLACK:
        painter.drawRect(box)
        painter.setBrush(theme.current().color("surround"))
        painter.drawRect(box.adjusted(1.5, 1.5, -1.5, -1.5))
    else:
        painter.drawEllipse(middle, box.width() / 2, box.height() / 2)
        painter.setPen(QPen(theme.current().color("panel"), 1.6))
        painter.drawLine(QPointF(middle.x() - 2.5, middle.y()), QPointF(middle.x() + 2.5, middle.y()))

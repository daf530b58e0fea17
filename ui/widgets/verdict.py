"""Verdicts as a shape and a colour: a tick, a cross, a ring, a triangle."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import icons, theme


class VerdictMark(StrEnum):
    """What a row shows. Stale is a verdict over content that changed since."""

    PASS = "pass"
    FAIL = "fail"
    PENDING = "pending"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class _Sizes:
    icon: int = 16
    gap: int = 6


_SIZES = _Sizes()


def paint_verdict(painter: QPainter, rect: QRect, mark: VerdictMark, text: str, *, selected: bool = False) -> None:
    """Draw the sign, and `text` beside it where it is not empty, at the left of `rect` (logical pixels)."""
    token = f"{mark}_text"
    square = QRect(rect.left(), rect.top() + (rect.height() - _SIZES.icon) // 2, _SIZES.icon, _SIZES.icon)
    icons.paint_icon(painter, square, str(mark), token)
    if text:
        color = theme.current().color("on_selection" if selected else token)
        painter.setPen(color)
        space = rect.adjusted(_SIZES.icon + _SIZES.gap, 0, 0, 0)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, space.width())
        painter.drawText(space, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def verdict_icon(mark: VerdictMark) -> QIcon:
    """The sign as an icon, for the decoration of a row."""
    return icons.icon(str(mark), f"{mark}_text")


class VerdictBadge(QWidget):
    """A verdict with its word; `note` is added after it (`stale · was pass`)."""

    def __init__(self, mark: VerdictMark = VerdictMark.PENDING, note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_verdict(mark, note)

    def set_verdict(self, mark: VerdictMark, note: str = "") -> None:
        """Show another verdict."""
        self._mark = mark
        self._text = f"{mark} · {note}" if note else str(mark)
        self.setAccessibleName(f"Verdict: {self._text}")
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The words beside the sign."""
        return self._text

    def sizeHint(self) -> QSize:
        """Room for sign and words."""
        metrics = self.fontMetrics()
        wide = _SIZES.icon + _SIZES.gap + metrics.horizontalAdvance(self._text) + 2
        return QSize(wide, max(20, metrics.height()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw sign and words."""
        paint_verdict(QPainter(self), self.rect(), self._mark, self._text)

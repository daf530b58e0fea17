"""The line in the status bar that says whether work goes on."""

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import formats, theme

QUIET_S = 4.0
_DOT = 8


class HeartbeatLabel(QWidget):
    """A dot and a sentence: idle, working, or working with nothing new for some seconds.

    Args:
        clock: seconds that never go back; a test may give its own.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._running = 0
        self._paused = False
        self._last_news = clock()
        self._bright = True
        self._text = ""
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self.refresh)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.refresh()

    def set_running(self, jobs: int, *, paused: bool = False) -> None:
        """Say how many jobs live, and whether all of them stand still by wish."""
        if jobs and not self._running:
            self._last_news = self._clock()
        self._running, self._paused = jobs, paused
        if jobs:
            self._timer.start()
        else:
            self._timer.stop()
        self.refresh()

    def beat(self) -> None:
        """Something new came from a job."""
        self._last_news = self._clock()

    def text(self) -> str:
        """The sentence shown."""
        return self._text

    def refresh(self) -> None:
        """Make the sentence anew; called every second while a job lives."""
        quiet = self._clock() - self._last_news
        if not self._running:
            text = "Ready"
        elif self._paused:
            text = "Paused"
        elif quiet >= QUIET_S:
            text = f"I am still working — no new items for {formats.duration(quiet)}"
        else:
            text = "Working" if self._running == 1 else f"Working on {self._running} jobs"
        self._bright = not self._bright or not self._running or self._paused
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for dot and sentence."""
        metrics = self.fontMetrics()
        return QSize(_DOT + 20 + metrics.horizontalAdvance(self._text), max(20, metrics.height()))

    def changeEvent(self, event: QEvent) -> None:
        """Another font needs other room."""
        super().changeEvent(event)
        self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A filled dot while a job lives (it blinks with each second), a ring while idle."""
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = look.color("accent" if self._running and not self._paused else "control")
        if self._running and not self._paused and not self._bright:
            color.setAlphaF(0.45)
        top = (self.height() - _DOT) / 2
        painter.setPen(color)
        if self._running:
            painter.setBrush(color)
        painter.drawEllipse(8, round(top), _DOT, _DOT)
        painter.setPen(look.color("dim"))
        space = self.rect().adjusted(_DOT + 16, 0, 0, 0)
        painter.drawText(space, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._text)

"""The panel at the foot: a row for each job, one quiet line when nothing runs.

Its height is bounded, since every line of it is taken from the page above. What is done in a moment gets a row only
when it lasts after all, or fails; else the quiet line tells of it. Failed ones stand on top, the newest first, and
those of a kind share a row.
"""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QProgressBar, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from ui import formats, icons, theme
from ui.outcomes import failed_together
from ui.widgets.buttons import KeyButton, tool_button
from ui.widgets.job_view import JobState, JobView
from ui.widgets.labels import ElidedLabel, IconLabel

_BAR_STEPS = 1000
_ROW_HEIGHT = 52
_ENDED_HEIGHT = 32
_HIGH_WINDOW = 900
_PATIENCE_MS = 1500
_RANKS = {JobState.FAILED: 0, JobState.DONE: 2, JobState.STOPPED: 2}
_SIGNS = {"pass": "pass", "stale": "warning", "fail": "error", "": "info"}


class JobRow(QWidget):
    """One job: its title and bar, its numbers, the file in hand, and what can be done with it."""

    pause_clicked = Signal(str)
    resume_clicked = Signal(str)
    cancel_clicked = Signal(str)
    failed_clicked = Signal(str)
    result_clicked = Signal(str)
    dismissed = Signal(str)

    def __init__(self, view: JobView) -> None:
        super().__init__()
        self.view = view
        #: Rows stand in this order.
        self.order = (0, 0)
        self.sign = IconLabel("info")
        self.title = ElidedLabel(mode=Qt.TextElideMode.ElideRight)
        self.title.setFont(theme.ui_font(bold=True))
        self.bar = QProgressBar(textVisible=False)
        self.numbers = ElidedLabel(mode=Qt.TextElideMode.ElideRight, dim=True)
        self.ended = ElidedLabel(mode=Qt.TextElideMode.ElideRight)
        self.numbers.setFont(theme.ui_font(numbers=True))
        self.numbers.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.current = ElidedLabel(dim=True)
        self.failed = KeyButton("", role="link")
        self.result = KeyButton("", role="link")
        self.result.hide()
        self.earlier = KeyButton("", role="link")
        self.earlier.hide()
        self._menu = QMenu(self)
        self.pause = KeyButton("Pause", icon="pause")
        self.cancel = KeyButton("Cancel", icon="stop")
        self.dismiss = tool_button("close", "Remove from the list", size=16)
        self.failed.clicked.connect(self._failed)
        self.result.clicked.connect(self._result)
        self.earlier.clicked.connect(self._open_earlier)
        self.pause.clicked.connect(self._pause)
        self.cancel.clicked.connect(self._cancel)
        self.dismiss.clicked.connect(self._dismiss)
        self._lay_out()
        self.show_view(view)

    def show_view(self, view: JobView) -> None:
        """Show the job as it stands now."""
        self.view = view
        alive = view.state.alive
        self.setFixedHeight(_ROW_HEIGHT if alive else _ENDED_HEIGHT)
        self.sign.setVisible(not alive)
        self.sign.set_icon(_SIGNS[view.level], f"{view.level}_text" if view.level else "dim")
        self.ended.setVisible(not alive)
        self.ended.setFullText("" if alive else view.message or str(view.state))
        for part in (self.numbers, self.current):
            part.setVisible(alive)
        self.title.setFullText(view.headline())
        self.numbers.setFullText(view.numbers())
        self.current.setFullText(view.current if alive else "")
        self._show_bar(view)
        self.failed.setVisible(view.failed > 0)
        self.failed.setText(view.failures())
        self.failed.setAccessibleName(f"List the {formats.count(view.failed)} failed items of {view.title}")
        paused = view.state == JobState.PAUSED
        self.pause.setText("Resume" if paused else "Pause")
        self.pause.setIcon(icons.icon("play" if paused else "pause", "dim"))
        self.pause.setAccessibleName(f"{self.pause.text()} {view.title}")
        self.pause.setVisible(view.can_pause and view.state in (JobState.RUNNING, JobState.PAUSED))
        self.cancel.setVisible(alive)
        self.cancel.setEnabled(view.state != JobState.STOPPING)
        self.cancel.setToolTip("" if self.cancel.isEnabled() else "It was asked to stop")
        self.cancel.setAccessibleName(f"Cancel {view.title}")
        self.dismiss.setVisible(not alive)
        self.setAccessibleName(f"{view.headline()}: {view.numbers()}")

    def offer_result(self, words: str) -> None:
        """Lead to what the job found."""
        self.result.setText(words)
        self.result.setAccessibleName(f"{words} {self.view.title}")
        self.result.show()

    def lead_to_earlier(self, views: Sequence[JobView]) -> None:
        """Lead to what earlier jobs found whose rows this one stands for, the newest first; none hides that."""
        self._menu.clear()
        for view in views:
            words = f"{view.title}: {view.message}".replace("&", "&&")
            self._menu.addAction(words, partial(self.result_clicked.emit, view.id))
        self.earlier.setText(f"{formats.count(len(views))} earlier…")
        self.earlier.setAccessibleName(f"What {formats.many(len(views), 'earlier job')} found")
        self.earlier.setVisible(bool(views))

    def show_together(self, views: Sequence[JobView]) -> None:
        """Tell of several failed jobs of a kind, the newest first; one alone stands as it is."""
        if len(views) < 2:
            return
        newest = views[0]
        words = newest.message.removeprefix("failed: ")
        same = len({view.message for view in views}) == 1
        self.title.setFullText(failed_together(newest.kind.partition("/")[0], len(views)))
        self.ended.setFullText(words if same else f"the last one: {words}")
        self.failed.setText("Details…")
        self.failed.setAccessibleName(f"List what failed: {self.title.fullText()}")
        self.failed.show()
        self.setAccessibleName(f"{self.title.fullText()}: {self.ended.fullText()}")

    def _show_bar(self, view: JobView) -> None:
        share = view.share()
        self.bar.setVisible(view.state.alive)
        if share is None:
            moving = view.state == JobState.RUNNING
            self.bar.setRange(0, 0 if moving else _BAR_STEPS)
            if not moving:
                self.bar.setValue(0)
        else:
            self.bar.setRange(0, _BAR_STEPS)
            self.bar.setValue(round(share * _BAR_STEPS))
        self.bar.setAccessibleName(f"Progress of {view.title}")

    def _lay_out(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        for line in (first, second):
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(12)
        first.addWidget(self.sign)
        first.addWidget(self.title)
        first.addWidget(self.bar, 1)
        first.addWidget(self.ended, 1)
        first.addWidget(self.failed)
        first.addWidget(self.earlier)
        first.addWidget(self.result)
        second.addWidget(self.current, 1)
        second.addWidget(self.numbers)
        self.title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.numbers.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addLayout(first)
        texts.addLayout(second)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 4, 12, 4)
        layout.setSpacing(8)
        layout.addLayout(texts, 1)
        layout.addSpacing(4)
        for button in (self.pause, self.cancel, self.dismiss):
            layout.addWidget(button)

    def _pause(self) -> None:
        paused = self.view.state == JobState.PAUSED
        (self.resume_clicked if paused else self.pause_clicked).emit(self.view.id)

    def _cancel(self) -> None:
        self.cancel_clicked.emit(self.view.id)

    def _failed(self) -> None:
        self.failed_clicked.emit(self.view.id)

    def _result(self) -> None:
        self.result_clicked.emit(self.view.id)

    def _open_earlier(self) -> None:
        size, button = self._menu.sizeHint(), self.earlier
        self._menu.popup(button.mapToGlobal(QPoint(button.width() - size.width(), -size.height())))

    def _dismiss(self) -> None:
        self.dismissed.emit(self.view.id)


class JobPanel(QFrame):
    """All jobs. Ended ones stay for some seconds.

    The newest that leads to a result stays until it is removed by hand, stands for those before it and leads to theirs;
    so do failed small ones. A banner tells of the other failed ones.

    Args:
        linger_s: how long the rows of ended jobs stay.
        patience_s: how long a small job may take before it gets a row.
    """

    pause_requested = Signal(str)
    resume_requested = Signal(str)
    cancel_requested = Signal(str)
    failed_items_requested = Signal(str)
    result_requested = Signal(str)
    """The id of a job whose result was offered."""

    def __init__(
        self, linger_s: float = 8.0, patience_s: float = _PATIENCE_MS / 1000, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setAccessibleName("Jobs")
        self._linger_ms = round(linger_s * 1000)
        self._patience_ms = round(patience_s * 1000)
        self._rows: dict[str, JobRow] = {}
        self._small: dict[str, JobView] = {}
        self._folded: dict[str, tuple[JobView, ...]] = {}
        self._offered: list[str] = []
        self._latest = 0
        self._quiet = ElidedLabel("No job is running", Qt.TextElideMode.ElideRight, dim=True)
        self._quiet.setContentsMargins(16, 6, 16, 6)
        self._quiet.setFixedHeight(_ENDED_HEIGHT)
        self._inside = QWidget()
        self._stack = QVBoxLayout(self._inside)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.setSpacing(0)
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 1, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._quiet)
        layout.addWidget(self._scroll)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._fit()

    def show_job(self, view: JobView) -> None:
        """Add a job, or show how it stands now."""
        row = self._rows.get(view.id)
        if row is None and view.small and view.state != JobState.FAILED:
            self._show_small(view)
            return
        self._small.pop(view.id, None)
        was_alive = row is None or row.view.state.alive
        if row is None:
            row = self._add(view)
        else:
            row.show_view(view)
        if was_alive and not view.state.alive:
            self._say_ended(view)
            self._put(row)
            self._fit()
            if view.small and view.state == JobState.FAILED:
                self._fold(view)
            else:
                timer = QTimer(row, singleShot=True, interval=0 if view.small else self._linger_ms)
                timer.timeout.connect(partial(self._let_go, view.id))
                timer.start()

    def _fold(self, view: JobView) -> None:
        """The newest of failed small jobs of a kind stands for all; of equal ones nothing more is said."""
        others = [row.view for row in self._rows.values() if row.view.id != view.id]
        alike = [other for other in others if _alike(other, view)]
        folded = [one for other in alike for one in self._folded.get(other.id, (other,))]
        for other in alike:
            self.remove_job(other.id)
        told = (view.title, view.message)
        self._folded[view.id] = (view, *(one for one in folded if (one.title, one.message) != told))
        self._rows[view.id].show_together(self._folded[view.id])

    def folded(self, job_id: str) -> tuple[JobView, ...]:
        """The failed jobs that a row tells of, the newest first; none for a row that tells of its own alone."""
        found = self._folded.get(job_id, ())
        return found if len(found) > 1 else ()

    def offer_result(self, job_id: str, words: str) -> None:
        """Lead from the row of a job that has ended to what it found; it stands for those before it that do so too."""
        row = self._rows.get(job_id)
        if row is not None:
            row.offer_result(words)
            self._offered.append(job_id)
            self._fold_results()

    def _fold_results(self) -> None:
        """One row leads to all results, so that checks one after the other do not take the page's room."""
        for place, job_id in enumerate(reversed(self._offered)):
            row = self._rows[job_id]
            row.setVisible(place == 0)
            earlier = [self._rows[other].view for other in reversed(self._offered[:-1])] if place == 0 else []
            row.lead_to_earlier(earlier)
        self._fit()

    def _dismissed(self, job_id: str) -> None:
        """A row was removed by hand, with those that it stands for."""
        for other in list(self._offered) if job_id in self._offered else [job_id]:
            self.remove_job(other)

    def _let_go(self, job_id: str) -> None:
        row = self._rows.get(job_id)
        if row is not None and row.result.isHidden():
            self.remove_job(job_id)

    def _show_small(self, view: JobView) -> None:
        """Keep a small job in mind; it gets its row when it lasts."""
        if not view.state.alive:
            self._small.pop(view.id, None)
            self._say_ended(view)
            return
        if view.id not in self._small:
            timer = QTimer(self, singleShot=True, interval=self._patience_ms)
            timer.timeout.connect(partial(self._show_lasting, view.id))
            timer.timeout.connect(timer.deleteLater)
            timer.start()
        self._small[view.id] = view

    def _show_lasting(self, job_id: str) -> None:
        """Give a small job its row, where it still runs: its patience is over."""
        view = self._small.pop(job_id, None)
        if view is not None:
            self._add(view)

    def _say_ended(self, view: JobView) -> None:
        self._quiet.setFullText(f"No job is running · {view.title}: {view.message or view.state}")

    def remove_job(self, job_id: str) -> None:
        """Take a row away; nothing happens where there is none."""
        row = self._rows.pop(job_id, None)
        self._folded.pop(job_id, None)
        if row is not None:
            self._stack.removeWidget(row)
            row.hide()
            row.deleteLater()
            if job_id in self._offered:
                self._offered.remove(job_id)
                self._fold_results()
            self._fit()

    def row(self, job_id: str) -> JobRow | None:
        """The row of a job, where it is shown."""
        return self._rows.get(job_id)

    def alive(self) -> int:
        """How many shown jobs have not ended."""
        return len(self._small) + sum(row.view.state.alive for row in self._rows.values())

    def idle_text(self) -> str:
        """The quiet line."""
        return self._quiet.fullText()

    def _add(self, view: JobView) -> JobRow:
        row = JobRow(view)
        row.pause_clicked.connect(self.pause_requested)
        row.resume_clicked.connect(self.resume_requested)
        row.cancel_clicked.connect(self.cancel_requested)
        row.failed_clicked.connect(self.failed_items_requested)
        row.result_clicked.connect(self.result_requested)
        row.dismissed.connect(self._dismissed)
        self._rows[view.id] = row
        self._put(row)
        self._fit()
        return row

    def _put(self, row: JobRow) -> None:
        """Put a row above all others of its rank: failed ones above those that run, these above results."""
        self._latest += 1
        row.order = _RANKS.get(row.view.state, 1), -self._latest
        self._stack.removeWidget(row)
        self._stack.insertWidget(sum(other.order < row.order for other in self._rows.values()), row)
        if row.view.state == JobState.FAILED:
            self._scroll.verticalScrollBar().setValue(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A higher window has room for more rows."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self._quiet.setVisible(not self._rows)
        self._scroll.setVisible(bool(self._rows))
        most = (3 if self.window().height() >= _HIGH_WINDOW else 2) * _ROW_HEIGHT
        heights = (row.height() for job_id, row in self._rows.items() if job_id not in self._offered[:-1])
        self._scroll.setFixedHeight(min(sum(heights), most))


def _alike(one: JobView, other: JobView) -> bool:
    """Whether two jobs failed in the same way."""
    if one.state != JobState.FAILED or not one.small or other.state != JobState.FAILED:
        return False
    equal = (one.title, one.message) == (other.title, other.message)
    return equal or (bool(one.kind) and one.kind == other.kind)

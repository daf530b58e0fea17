"""Tells that something of ours went wrong: a notice with its details; the window ends only where it is of no use."""

import platform
import threading
import time
import traceback
from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThread, Signal, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from app import __version__
from app.log import redacted
from ui import theme
from ui.folders import open_folder
from ui.main_window import MainWindow
from ui.widgets.banner import BannerKind, BannerView
from ui.widgets.buttons import KeyButton, answer_enter
from ui.widgets.dialogs import button_row, dialog_column
from ui.widgets.labels import DimLabel, PlainLabel
from ui.workers.faults import fault_line

_BANNER = "fault."
_DETAILS = "Details…"
_MOST_NOTICES = 3
_MOST_TOLD = 240
#: So many faults of the window's own thread in so many seconds: nothing can be done with it any more.
_UNUSABLE, _SPAN_S = 20, 10.0


@dataclass(frozen=True, slots=True)
class Bug:
    """What nobody caught.

    Attributes:
        line: the error on one line.
        report: what somebody who mends it needs to know, without secrets.
        in_window: whether it happened in the window's own thread.
    """

    line: str
    report: str
    in_window: bool


def bug_of(error: BaseException) -> Bug:
    """A fault, in the thread in which it happened."""
    trace = "".join(traceback.format_exception(error))
    name = QThread.currentThread().objectName() or threading.current_thread().name
    about = (
        f"Reelmark {__version__}, Python {platform.python_version()}, Qt {qVersion()}, {platform.platform()}\n"
        f"{datetime.now(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}, thread {name}\n"
    )
    in_window = threading.current_thread() is threading.main_thread()
    return Bug(redacted(fault_line(error)), redacted(f"{about}\n{trace}"), in_window)


def fault_banner(line: str, what: str = "") -> BannerView:
    """The notice of a fault; one that comes again takes the place of the first.

    Args:
        line: the error on one line.
        what: the job that it ended, where there is one.
    """
    short = line if len(line) <= _MOST_TOLD else f"{line[:_MOST_TOLD]}…"
    begin = f"{what}: something" if what else "Something"
    text = f"{begin} went wrong in Reelmark itself ({short}). What was saved stays saved."
    return BannerView(f"{_BANNER}{line}", text, BannerKind.ERROR, _DETAILS)


class BugDialog(QDialog):
    """A fault in full: what to hand on to whoever mends it, and where the log is.

    Args:
        bug: the fault.
        log_file: None where none is written.
        closing: whether the window is of no use any more; `accepted` then says that it is to be closed.
        can_go_on: whether going on may be tried nevertheless.
    """

    def __init__(
        self,
        bug: Bug,
        log_file: Path | None,
        parent: QWidget | None = None,
        *,
        closing: bool = False,
        can_go_on: bool = True,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Reelmark must close" if closing else "Fault in Reelmark")
        self._log_file = log_file
        self.head = PlainLabel("Something went wrong in Reelmark itself. What was saved stays saved.")
        self.head.setProperty("role", "title")
        self.report = QPlainTextEdit(bug.report, readOnly=True)
        self.report.setAccessibleName("Report")
        self.report.setFont(theme.mono_font())
        self.copy_button = KeyButton("Copy the report", icon="copy")
        self.log_button = KeyButton("Open log folder", icon="folder")
        self.end = KeyButton("Close Reelmark" if closing else "Close", role="primary")
        self.go_on = KeyButton("Go on")
        self.go_on.setVisible(closing and can_go_on)
        self.log_button.setEnabled(log_file is not None)
        self.log_button.setToolTip("" if log_file is not None else "No log is written")
        self.copy_button.clicked.connect(self.copy)
        self.log_button.clicked.connect(self._open_log)
        self.end.clicked.connect(self.accept)
        self.go_on.clicked.connect(self.reject)
        self._lay_out(bug)

    def copy(self) -> None:
        """Put the report on the clipboard."""
        QGuiApplication.clipboard().setText(self.report.toPlainText())

    def _open_log(self) -> None:
        if self._log_file is not None:
            open_folder(str(self._log_file.parent))

    def _lay_out(self, bug: Bug) -> None:
        line = PlainLabel(bug.line if len(bug.line) <= _MOST_TOLD else f"{bug.line[:_MOST_TOLD]}…")
        where = DimLabel(f"The log has it too: {self._log_file}" if self._log_file else "No log is written.")
        for label in (self.head, line, where):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = dialog_column(self)
        layout.addWidget(self.head)
        layout.addWidget(line)
        layout.addWidget(self.report, 1)
        layout.addWidget(where)
        layout.addLayout(button_row(self.go_on, self.end, left=(self.copy_button, self.log_button)))
        self.resize(760, 460)
        answer_enter(self, self.end)
        self.end.setFocus()


class BugReporter(QObject):
    """Shows faults in the window's thread: each as a notice, equal ones as one.

    Args:
        window: stays, unless it is of no use: it has no tab yet, or fails over and over.
        log_file: None where none is written.
    """

    happened = Signal(object)
    """Emit a `Bug`, from any thread."""
    told = Signal(int)
    """70: the window is to be closed."""

    def __init__(self, window: MainWindow, log_file: Path | None = None) -> None:
        super().__init__(window)
        self._window, self._log_file = window, log_file
        self._busy = False
        self._times: deque[float] = deque(maxlen=_UNUSABLE)
        self._bugs: OrderedDict[str, Bug] = OrderedDict()
        #: The dialogue that shows the details of a notice.
        self.details: BugDialog | None = None
        self.happened.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        window.banners.action_clicked.connect(self._show_details)

    def _tell(self, bug: Bug) -> None:
        if self._busy:
            return
        without_tabs = self._window.current_page() is None
        if bug.in_window and (without_tabs or self._fails_over_and_over()):
            self._give_up(bug, can_go_on=not without_tabs)
            return
        view = fault_banner(bug.line)
        self._bugs[view.id] = bug
        self._bugs.move_to_end(view.id)
        while len(self._bugs) > _MOST_NOTICES:
            self._window.banners.remove(self._bugs.popitem(last=False)[0])
        self._window.banners.show_banner(view)

    def _fails_over_and_over(self) -> bool:
        self._times.append(time.monotonic())
        return len(self._times) == _UNUSABLE and self._times[-1] - self._times[0] < _SPAN_S

    def _give_up(self, bug: Bug, *, can_go_on: bool) -> None:
        self._busy = True
        dialog = BugDialog(bug, self._log_file, self._window, closing=True, can_go_on=can_go_on)
        code = dialog.exec()
        self._busy = False
        self._times.clear()
        if code == QDialog.DialogCode.Accepted or not can_go_on:
            self._busy = True
            self.told.emit(70)

    def _show_details(self, banner_id: str) -> None:
        bug = self._bugs.get(banner_id)
        if bug is None:
            return
        self.details = BugDialog(bug, self._log_file, self._window)
        self.details.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.details.open()

"""Checks of folders and whole drives against a policy: asked, run as jobs, and shown when they have ended."""

from collections import OrderedDict
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from app.model.drives import Drive
from app.qc.checking import CheckRequest, CheckResult
from ui import icons
from ui.desk import Desk
from ui.tabs.check_dialog import CheckDialog
from ui.tabs.check_summary import Checked, CheckSummary
from ui.tabs.check_targets import CheckTarget
from ui.tabs.review_tab import REVIEWED
from ui.widgets.menus import find_by
from ui.workers.job_worker import Done, Outcome

_KEPT = 3
_SHOW = "Show what was found…"


class DriveChecks(QObject):
    """Asks, starts and shows.

    Args:
        desk: engine, jobs and window.
    """

    review_requested = Signal(object)
    """`(drive id, folder, name)` of an asset to look at; folder and name are raw bytes."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self._running: dict[str, tuple[CheckRequest, Drive, str]] = {}
        self._ended: OrderedDict[str, Checked] = OrderedDict()
        self._shown: dict[str, CheckSummary] = {}
        self._variables: dict[str, dict[str, str]] = {}
        self._action = QAction(icons.icon("check"), "Check a drive against a policy…", self)
        find_by(self._action, "waivers waived")
        self._action.triggered.connect(self.ask_any)
        #: Shows what the check that ended last found, by the keyboard and when its row is gone too.
        self.last = QAction(icons.icon("report"), "What the last check found…", self, enabled=False)
        self.last.triggered.connect(self._show_last)
        desk.window.add_to_file_menu(self._action, self.last)
        desk.jobs.job_ended.connect(self._job_ended)
        desk.window.jobs.result_requested.connect(self.show_result)

    def ask_any(self) -> None:
        """Ask which drive is checked, and against what; the one that is reviewed is proposed."""
        self.ask(CheckTarget(self._desk.window.state.text(REVIEWED)))

    def ask_drive(self, drive: Drive) -> None:
        """Ask against what a drive is checked."""
        self.ask(CheckTarget(drive.id))

    def ask(self, target: CheckTarget) -> CheckDialog:
        """Ask what of which drive is checked, and against what."""
        dialog = CheckDialog(self._desk, target, self._variables, self._desk.window)
        dialog.asked.connect(self.start)
        dialog.open()
        return dialog

    def start(self, request: CheckRequest, drive: Drive, about: str) -> None:
        """Start a check; its row in the panel leads to what it found."""
        self._running[self._desk.jobs.start("check", request, title=about)] = request, drive, about

    def show_result(self, job_id: str) -> CheckSummary | None:
        """Show what a check found, in the dialogue that does already; None where it is not known any more."""
        checked = self._ended.get(job_id)
        if checked is None:
            return None
        dialog = self._shown.get(job_id)
        if dialog is None:
            self._shown[job_id] = dialog = CheckSummary(self._desk, checked, self._desk.window)
            dialog.review_asked.connect(self.review_requested)
            dialog.finished.connect(partial(self._closed, job_id))
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        return dialog

    def _show_last(self) -> None:
        self.show_result(next(reversed(self._ended)))

    def _closed(self, job_id: str, _result: int) -> None:
        self._shown.pop(job_id, None)

    def _job_ended(self, job_id: str, outcome: Outcome) -> None:
        asked = self._running.pop(job_id, None)
        if asked is None or not isinstance(outcome, Done) or not isinstance(outcome.result, CheckResult):
            return
        request, drive, about = asked
        self._ended[job_id] = Checked(request, outcome.result, about, drive)
        self.last.setEnabled(True)
        while len(self._ended) > _KEPT:
            self._desk.window.jobs.remove_job(self._ended.popitem(last=False)[0])
        self._desk.window.jobs.offer_result(job_id, _SHOW)

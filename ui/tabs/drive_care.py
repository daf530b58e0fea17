"""What a librarian does with a catalogued drive beside scanning it: verify it, ask what may go, look back."""

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from app.catalog.verified import SuspectFile, suspect_files
from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.model.names import shown
from app.reports.wipe import WipeRequest, WipeResult
from app.scanning.verify import VerifyRequest, VerifyResult
from ui import formats
from ui.desk import Desk
from ui.reasons import said
from ui.tabs.copies_dialog import CopiesDialog
from ui.tabs.drive_history import HistoryDialog
from ui.tabs.drive_verify import VerifyDialog
from ui.tabs.drive_wipe import WipeDialog
from ui.widgets.banner import BannerKind, BannerView
from ui.widgets.failures import FailuresDialog
from ui.widgets.menus import lock
from ui.workers.job_worker import Done, Failed, Outcome
from ui.workers.reader import Reader

_MOST = 10_000


class DriveCare(QObject):
    """Adds the actions to a drive's menu and follows what they start.

    Args:
        desk: engine, jobs and window.
        parent: the widget that dialogues belong to.
    """

    check_asked = Signal(object)
    """The `Drive` that is to be checked against a policy."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._widget = desk, parent
        self._reader = Reader("care", self)
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._not_read)
        self._asked: dict[str, WipeDialog] = {}
        self._suspects: dict[str, tuple[str, list[tuple[str, str]]]] = {}
        desk.jobs.job_ended.connect(self._ended)
        desk.window.banners.action_clicked.connect(self._banner_acted)

    def add_to(self, menu: QMenu, drive: Drive | None, why_not: str = "") -> None:
        """Add the actions for a drive; those that read it need it connected. For no drive they say `why_not`."""
        for words, slot, needs_drive in (
            ("Verify…", self.verify, True),
            ("Check against a policy…", self.check, False),
            ("May it be wiped?…", self.ask_to_wipe, True),
            ("What lies only here…", self.show_only_here, False),
            ("Suspected of rot…", self.list_suspects, False),
            ("History…", self.show_history, False),
        ):
            action = menu.addAction(words)
            lock(action, why_not if drive is None else _why_not(drive, needs_drive=needs_drive))
            if drive is not None:
                action.triggered.connect(partial(slot, drive))

    def stop(self) -> None:
        """End the thread."""
        self._reader.stop()

    def verify(self, drive: Drive, _checked: object = None) -> None:
        """Ask what is to be read again."""
        dialog = VerifyDialog(self._desk.engine, drive, self._widget)
        dialog.asked.connect(self._verify)
        dialog.open()

    def check(self, drive: Drive, _checked: object = None) -> None:
        """Ask for a drive to be checked against a policy; what lies on the shelf by what was recorded."""
        self.check_asked.emit(drive)

    def ask_to_wipe(self, drive: Drive, _checked: object = None) -> None:
        """Ask whether a card may be wiped."""
        dialog = WipeDialog(drive, self._widget)
        dialog.asked.connect(partial(self._wipe, dialog))
        dialog.finished.connect(partial(self._forget, dialog))
        dialog.open()

    def show_history(self, drive: Drive, _checked: object = None) -> None:
        """Show a drive over time."""
        HistoryDialog(self._desk.engine, drive, self._widget).open()

    def show_only_here(self, drive: Drive, _checked: object = None) -> None:
        """List what lies on a drive and on no other."""
        CopiesDialog(self._desk, drive, self._widget).open()

    def show_at_risk(self) -> None:
        """List what has too few copies over all drives."""
        CopiesDialog(self._desk, None, self._widget).open()

    def list_suspects(self, drive: Drive, _checked: object = None) -> None:
        """List the files of a drive that are suspected of rot."""
        self._reader.ask("suspects", partial(self._read_suspects, drive))

    def _verify(self, request: VerifyRequest) -> None:
        self._desk.jobs.start("verify", request)

    def _wipe(self, dialog: WipeDialog, request: WipeRequest) -> None:
        self._asked[self._desk.jobs.start("wipe", request)] = dialog

    def _forget(self, dialog: WipeDialog, _result: int) -> None:
        """A dialogue that was closed hears no answer any more; the panel and the history tell it."""
        self._asked = {job_id: asking for job_id, asking in self._asked.items() if asking is not dialog}
        dialog.deleteLater()

    def _ended(self, job_id: str, outcome: Outcome) -> None:
        dialog = self._asked.pop(job_id, None)
        if dialog is not None:
            _show(dialog, outcome)
        elif isinstance(outcome, Done) and isinstance(outcome.result, VerifyResult) and outcome.result.suspected:
            self._tell_suspects(job_id, outcome.result)

    def _tell_suspects(self, job_id: str, result: VerifyResult) -> None:
        """A banner that stays until somebody has seen it: silent damage is what the catalogue is for."""
        rows = []
        for suspected in result.suspected:
            copies = ", ".join(f"{copy.drive.label}: {shown(copy.path)}" for copy in suspected.good_copies[:3])
            rows.append((suspected.path, f"good copies: {copies}" if copies else "no good copy is known"))
        banner_id = f"rot.{job_id}"
        self._suspects[banner_id] = result.drive.label, rows
        files = formats.many(result.rotten, "file")
        are = "is" if result.rotten == 1 else "are"
        text = f"{files} of {result.drive.label} {are} suspected of rot: the bytes are not those that were hashed."
        self._desk.window.banners.show_banner(BannerView(banner_id, text, BannerKind.ERROR, "Show them"))

    def _banner_acted(self, banner_id: str) -> None:
        if banner_id in self._suspects:
            label, rows = self._suspects.pop(banner_id)
            self._desk.window.banners.remove(banner_id)
            self._list(label, rows, len(rows))

    def _list(self, label: str, rows: list[tuple[str, str]], total: int) -> None:
        FailuresDialog(f"Suspected of rot on {label}", rows, total, self._widget, words="suspected of rot").open()

    def _read_suspects(self, drive: Drive, token: CancelToken) -> tuple[Drive, list[SuspectFile]]:
        with self._desk.engine.catalog.open_shard(drive, token) as database:
            return drive, suspect_files(database, _MOST)

    def _answered(self, _kind: str, _number: int, answer: tuple[Drive, list[SuspectFile]]) -> None:
        drive, files = answer
        base = shown(drive.base).rstrip("/")
        rows = [(f"{base}/{shown(file.path)}", f"{formats.date(file.found_us)}: {file.reason}") for file in files]
        self._list(drive.label, rows, len(rows))

    def _not_read(self, _kind: str, _number: int, error: AppError) -> None:
        text = said(error)
        self._desk.window.banners.show_banner(BannerView("care", text, BannerKind.ERROR))


def _why_not(drive: Drive, *, needs_drive: bool) -> str:
    """Why nothing can be asked of a drive now; empty where it can."""
    if drive.last_scan is None:
        return f"{drive.label} was never scanned."
    return f"{drive.label} is not connected." if needs_drive and not drive.online else ""


def _show(dialog: WipeDialog, outcome: Outcome) -> None:
    if isinstance(outcome, Done) and isinstance(outcome.result, WipeResult):
        dialog.show_result(outcome.result)
    elif isinstance(outcome, Failed):
        dialog.show_error(said(outcome.error))
    else:
        dialog.show_error("It was stopped.")

"""Which scan the counters are about, and the lists that open from them."""

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.engine import Engine
from app.errors import AppError
from app.model.drives import Drive
from app.scanning.entrylists import EntryList
from ui.reasons import said
from ui.tabs.scan_counters import ScanCounters
from ui.tabs.scan_last import DriveCounts, DriveEntries, read_counts, read_entries
from ui.tabs.scan_missing import MissingDialog
from ui.widgets.failures import FailuresDialog
from ui.widgets.job_view import JobView
from ui.workers.job_controller import RunningJob
from ui.workers.reader import Reader

_MOST_ENTRIES = 10_000


class ShownScan(QObject):
    """Follows a scan that runs, or shows the last one of a drive.

    Args:
        engine: has the shards.
        counters: where the numbers stand.
        parent: over which the lists open.
    """

    missing_accepted = Signal(object)
    """The `Drive` whose missing files are rightly gone."""

    def __init__(self, engine: Engine, counters: ScanCounters, parent: QWidget) -> None:
        super().__init__(parent)
        self._engine, self._counters, self._widget = engine, counters, parent
        self._reader = Reader("counters", self)
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._unread)
        self._drive: Drive | None = None
        self._job_id = ""
        self._waiting = False
        counters.missing_clicked.connect(self._list_missing)
        counters.unreadable_clicked.connect(partial(self._list, EntryList.UNREADABLE))
        counters.skipped_clicked.connect(partial(self._list, EntryList.SKIPPED))

    def stop(self) -> None:
        """End the thread."""
        self._reader.stop()

    def follows(self, job_id: str) -> bool:
        """Whether the counters are about this job."""
        return bool(job_id) and self._job_id == job_id

    def follow(self, job: RunningJob) -> None:
        """Show the counters of a scan that runs."""
        self._job_id, self._drive = job.id, None
        self._counters.clear(job.progress.view.title, "0")
        self._counters.count(job.progress.counts)
        self._counters.follow(job.progress.view)

    def look_at(self, drive: Drive) -> None:
        """Show the counters of a drive's last scan."""
        self._job_id, self._drive = "", drive
        self._reader.ask("counts", partial(read_counts, self._engine, drive))

    def counted(self, job_id: str, counts: dict[str, int]) -> None:
        """Take the running totals of a job."""
        if self.follows(job_id):
            self._counters.count(counts)

    def job_changed(self, view: JobView) -> None:
        """Take how a job stands."""
        if self.follows(view.id):
            self._counters.follow(view)

    def _answered(self, _kind: str, _number: int, answer: object) -> None:
        if isinstance(answer, DriveCounts) and self._drive is not None and self._drive.id == answer.drive_id:
            self._waiting = answer.waiting > 0
            self._counters.clear(answer.about)
            self._counters.count(answer.counts)
            self._counters.let_open(
                missing=answer.missing > 0, unreadable=answer.unreadable > 0, skipped=answer.skipped > 0
            )
        elif isinstance(answer, DriveEntries):
            FailuresDialog(answer.label, answer.rows, answer.total, self._widget, words=answer.words).open()

    def _unread(self, _kind: str, _number: int, error: AppError) -> None:
        self._counters.clear(said(error))

    def _list_missing(self) -> None:
        if self._drive is not None:
            dialog = MissingDialog(self._engine, self._drive, waiting=self._waiting, parent=self._widget)
            dialog.accepted_missing.connect(partial(self.missing_accepted.emit, self._drive))
            dialog.open()

    def _list(self, which: EntryList) -> None:
        if self._drive is not None:
            self._reader.ask("entries", partial(read_entries, self._engine, self._drive, which, _MOST_ENTRIES))

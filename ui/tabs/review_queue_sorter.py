"""Filters the queue of the review: a short one at once, a long one in a thread while it goes on to change."""

from PySide6.QtCore import QObject, Signal

from ui.models.queue_rows import AssetId, QueueFilter, QueueRows
from ui.models.review_model import PreparedQueue, completed, prepare
from ui.workers.reader import Reader

_AT_ONCE = 2000

Staying = tuple[frozenset[AssetId], AssetId | None]
"""What stays whatever its state is, and what is looked at."""


class QueueSorter(QObject):
    """Prepares rows to be shown. The last ones that were handed in count, with what happened to them meanwhile."""

    sorted = Signal(object)
    """The `PreparedQueue`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        #: What is being prepared; None for nothing.
        self.rows: QueueRows | None = None
        self._staying: Staying = frozenset(), None
        self._reader = Reader("review filter", self)
        self._reader.answered.connect(self._answered)

    def sort(self, rows: QueueRows, wanted: QueueFilter, staying: Staying) -> None:
        """Prepare rows, which this thread may go on to change; `sorted` tells."""
        self.drop()
        if len(rows) <= _AT_ONCE:
            self.sorted.emit(prepare(rows, wanted, *staying))
            return
        self.rows, self._staying, copy = rows, staying, rows.copy()
        self._reader.ask("filter", lambda _token: prepare(copy, wanted, *staying))

    def drop(self) -> None:
        """Nothing is waited for any more."""
        self.rows = None
        self._reader.drop("filter")

    def stop(self) -> None:
        """End the thread."""
        self._reader.stop()

    def _answered(self, _kind: str, _number: int, queue: PreparedQueue) -> None:
        rows, self.rows = self.rows, None
        if rows is not None:
            self.sorted.emit(completed(queue, rows, self._staying[0]))

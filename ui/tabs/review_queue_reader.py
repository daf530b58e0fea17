"""Reads the queue of the review in a thread: the assets of a drive page by page."""

from collections.abc import Iterator
from itertools import islice

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.catalog.assets import ShardAssets
from app.catalog.objections import Objections
from app.catalog.shard import open_reader
from app.catalog.unreadable import Unreadable
from app.engine import Engine
from app.errors import Cancelled
from app.jobs.job import CancelToken
from ui.models.queue_rows import AssetId, QueueFilter, QueueRow, QueueRows
from ui.models.review_model import PreparedQueue, prepare
from ui.shard_stamps import shard_stamp
from ui.workers.reader import Reader

#: Assets of one page.
PAGE = 250

_BREATH_S = 0.003


class QueueReader(Reader):
    """Reads the assets of a drive and hands them out in pages while it goes on reading."""

    paged = Signal(int, object)
    """The number of a load and a list of `QueueRow`."""

    def __init__(self, engine: Engine, parent: QWidget) -> None:
        super().__init__("review queue", parent)
        self._engine = engine
        self._seen: tuple[object, ...] = ()

    def load(self, drive_id: str, number: int, token: CancelToken) -> int:
        """Hand out all assets of a drive in pages; how many there were.

        A breath after each page leaves the interpreter to the window, which shows it meanwhile.
        """
        count = 0
        self._seen = shard_stamp(self._engine, drive_id)
        for page in self._pages(drive_id, token):
            count += len(page)
            self.paged.emit(number, page)
            token.wait_cancelled(_BREATH_S)
        return count

    def read_again(
        self,
        drive_id: str,
        wanted: QueueFilter,
        kept: frozenset[AssetId],
        looked_at: AssetId | None,
        token: CancelToken,
    ) -> PreparedQueue | None:
        """The whole queue of a drive, to take the place of the one that is shown; None where nothing changed."""
        seen = shard_stamp(self._engine, drive_id)
        if seen == self._seen:
            return None
        self._seen = seen
        rows = QueueRows()
        for page in self._pages(drive_id, token):
            rows.extend(page)
        return prepare(rows, wanted, kept, looked_at)

    def _pages(self, drive_id: str, token: CancelToken) -> Iterator[list[QueueRow]]:
        path = self._engine.catalog.shard_path(drive_id)
        if not path.exists():
            return
        with open_reader(path, token) as database:
            rows = self._rows(
                ShardAssets(database, self._engine.judge), Objections(database), Unreadable(database), token
            )
            while page := list(islice(rows, PAGE)):
                yield page

    def _rows(
        self, assets: ShardAssets, objections: Objections, unreadable: Unreadable, token: CancelToken
    ) -> Iterator[QueueRow]:
        for _, found in assets.after():
            if token.cancelled:
                raise Cancelled
            yield from (QueueRow.of(asset, objections.of(asset), unreadable.of(asset)) for asset in found)

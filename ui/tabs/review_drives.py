"""Watches the drives of the review: which come and go while it is in front, and which another program catalogued."""

import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from app.engine import Engine
from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.drives import Drive
from ui.widgets.drive_box import DriveBox
from ui.workers.reader import Reader

_LOOK_MS = 2000
#: Looking at all drives may take a twentieth of the time; a share that does not answer takes seconds.
_REST = 20.0


class DriveWatch(QObject):
    """Reads the drives, then looks every two seconds whether the one in front is there.

    A tick reads the catalogue and asks for one folder, in a thread of its own. All drives are looked at where that one
    changed, or the catalogue, and now and then.

    Args:
        engine: has the catalogue.
        in_front: whether anybody sees it.
        box: has the drive that is looked at; while its list is open, nothing changes.
    """

    changed = Signal(object)
    """All drives (a list of `Drive`), those that are here first."""
    failed = Signal(object)
    """The `AppError` instead of the first answer."""

    def __init__(self, engine: Engine, in_front: Callable[[], bool], box: DriveBox, parent: QObject) -> None:
        super().__init__(parent)
        self._engine, self._in_front, self._box = engine, in_front, box
        self._told: list[Drive] | None = None
        self._recorded: list[Drive] = []
        self._whole_at = 0.0
        self._looking = False
        self._reader = Reader("review drives", self)
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._not_read)
        self._ticker = QTimer(self, interval=_LOOK_MS)
        self._ticker.timeout.connect(self._tick)

    def start(self) -> None:
        """Read the drives now and go on looking."""
        self._ticker.start()
        self.read()

    def read(self) -> None:
        """Look at all drives."""
        self._looking = True
        self._reader.ask("drives", self._read_all, interrupt=False)

    def stop(self) -> None:
        """End the thread."""
        self._ticker.stop()
        self._reader.stop()

    def _tick(self) -> None:
        if self._in_front() and not self._looking and not self._box.view().isVisible():
            self._looking = True
            self._reader.ask("drives", partial(self._look, self._box.drive()), interrupt=False)

    def _answered(self, _kind: str, _number: int, drives: list[Drive] | None) -> None:
        self._looking = False
        if drives is not None and drives != self._told:
            self._told = drives
            self.changed.emit(drives)

    def _not_read(self, _kind: str, _number: int, error: AppError) -> None:
        self._looking = False
        if self._told is None:
            self.failed.emit(error)

    def _look(self, shown: Drive | None, _token: CancelToken) -> list[Drive] | None:
        """All drives where something may have changed; None where nothing did."""
        catalog = self._engine.catalog
        recorded = catalog.drives(look=False)
        if recorded != self._recorded or time.monotonic() >= self._whole_at:
            return self._read_all(_token)
        before = next((drive for drive in recorded if shown is not None and drive.id == shown.id), None)
        if shown is None or before is None or catalog.looked_at([before])[0].online == shown.online:
            return None
        return self._read_all(_token)

    def _read_all(self, _token: CancelToken) -> list[Drive]:
        began = time.monotonic()
        self._recorded = self._engine.catalog.drives(look=False)
        drives = self._engine.catalog.looked_at(self._recorded)
        self._whole_at = time.monotonic() + _REST * (time.monotonic() - began)
        return sorted(drives, key=lambda drive: (not drive.online, drive.label.casefold()))

"""Watches all drives for the whole window: which come and go, and which another program catalogued."""

import os
import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer, Signal

from app.engine import Engine
from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.mounts import may_hang
from ui.workers.reader import Reader

_LOOK_MS = 2000
#: Looking at all drives may take a ninth of the time; a share that does not answer takes seconds.
_REST = 8.0


class DriveWatch(QObject):
    """Reads the drives, then looks every two seconds which of them are there: the one truth for every tab.

    A tick reads the catalogue and asks for the folders of drives that cannot hang, in a thread of its own. All drives,
    those on shares too, are looked at where one of these changed, or the catalogue, and now and then.

    Args:
        engine: has the catalogue.
    """

    changed = Signal(object)
    """All drives (a list of `Drive`), those that are here first."""
    failed = Signal(object)
    """The `AppError` instead of the first answer."""

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._seen: list[Callable[[], bool]] = []
        self._held: list[Callable[[], bool]] = []
        self._told: list[Drive] | None = None
        self._recorded: list[Drive] = []
        self._there: dict[str, bool] = {}
        self._whole_at = 0.0
        self._looking = self._stopped = False
        self._reader = Reader("drives", self)
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._not_read)
        self._ticker = QTimer(self, interval=_LOOK_MS)
        self._ticker.timeout.connect(self.look)

    def drives(self) -> list[Drive] | None:
        """The drives as they were told last; None before the first answer."""
        return self._told

    def serve(self, in_front: Callable[[], bool], held: Callable[[], bool] | None = None) -> None:
        """Look for one more tab.

        Args:
            in_front: whether anybody sees it; nothing is looked at while nobody sees any.
            held: whether nothing may change now, as while a list of drives is open.
        """
        self._seen.append(in_front)
        if held is not None:
            self._held.append(held)

    def start(self) -> None:
        """Read the drives now and go on looking, unless that was begun already."""
        if not self._ticker.isActive():
            self._ticker.start()
            self.read()

    def read(self) -> None:
        """Look at all drives."""
        self._looking = True
        self._reader.ask("drives", self._read_all, interrupt=False)

    def look(self) -> None:
        """Look whether something changed, where a tab that is served is seen and nothing looks already."""
        if not self._looking and any(seen() for seen in self._seen) and not any(held() for held in self._held):
            self._looking = True
            self._reader.ask("drives", self._look, interrupt=False)

    def stop(self) -> None:
        """End the thread."""
        if not self._stopped:
            self._stopped = True
            self._ticker.stop()
            self._reader.stop()

    def _answered(self, _kind: str, _number: int, drives: list[Drive] | None) -> None:
        self._looking = False
        if drives is not None and drives != self._told:
            self._told = drives
            self.changed.emit(drives)

    def _not_read(self, _kind: str, _number: int, error: AppError) -> None:
        self._looking = False
        if self._told is None:
            self.failed.emit(error)

    def _look(self, token: CancelToken) -> list[Drive] | None:
        """All drives where something may have changed; None where nothing did."""
        recorded = self._engine.catalog.drives(look=False)
        if recorded != self._recorded or time.monotonic() >= self._whole_at or _there(self._there) != self._there:
            return self._read_all(token)
        return None

    def _read_all(self, _token: CancelToken) -> list[Drive]:
        began = time.monotonic()
        self._recorded = self._engine.catalog.drives(look=False)
        drives = self._engine.catalog.looked_at(self._recorded)
        self._there = _there(drive.base for drive in (*self._recorded, *drives))
        self._whole_at = time.monotonic() + _REST * (time.monotonic() - began)
        return sorted(drives, key=lambda drive: (not drive.online, drive.label.casefold()))


def _there(paths: Iterable[str]) -> dict[str, bool]:
    """Whether each folder that lies on no share is there."""
    wanted = set(paths)
    return {path: os.path.isdir(path) for path in wanted - may_hang(wanted)}  # noqa: PTH112 - may be no valid text

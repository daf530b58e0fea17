"""Hands verdicts to jobs, one at a time for each folder, and tells what became of them."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.errors import AppError
from app.jobs.events import Noticed
from app.qc.signoff import SignOffRequest, UndoRequest
from ui.workers.job_controller import JobController
from ui.workers.job_worker import Done, Failed, Outcome


@dataclass(frozen=True, slots=True)
class AssetKey:
    """An asset of any drive: the drive's id, the folder below its base and the asset's name, raw bytes."""

    drive_id: str
    folder: bytes
    name: bytes


@dataclass(frozen=True, slots=True)
class _Order:
    key: AssetKey
    operation: str
    request: SignOffRequest | UndoRequest
    takes_back: bool = False


class Signer(QObject):
    """Signs assets off. An asset whose verdict is being written takes no other one meanwhile.

    Args:
        jobs: runs the operations.
    """

    began = Signal(object, str)
    """An `AssetKey`, and what is being written."""
    written = Signal(object, object)
    """An `AssetKey` and the `Record` that stands now."""
    failed = Signal(object, object)
    """An `AssetKey` and the `AppError` because of which nothing was written."""
    warned = Signal(object, str)
    """An `AssetKey` and something the operator should know although the verdict was written."""

    def __init__(self, jobs: JobController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._running: dict[str, _Order] = {}
        self._waiting: deque[_Order] = deque()
        jobs.job_ended.connect(self._ended)
        jobs.noticed.connect(self._noticed)

    def busy(self, key: AssetKey) -> bool:
        """Whether a verdict of an asset is on its way."""
        return key in self.on_their_way()

    def on_their_way(self) -> list[AssetKey]:
        """Assets whose verdicts are being written or wait for it."""
        return [order.key for order in (*self._running.values(), *self._waiting)]

    def sign(
        self, key: AssetKey, path: Path, *, operator: str, result: str, note: str, reasons: tuple[str, ...]
    ) -> bool:
        """Write a verdict; False where one of this asset is on its way already."""
        request = SignOffRequest(path, operator, result, note, reasons)
        return self._order(_Order(key, "sign_off", request), result)

    def withdraw(self, key: AssetKey, path: Path, operator: str) -> bool:
        """Take the only verdict back: pending again; False where one of this asset is on its way already."""
        order = _Order(key, "sign_off", SignOffRequest(path, operator, "pending"), takes_back=True)
        return self._order(order, "the undo")

    def undo(self, key: AssetKey, path: Path, operator: str) -> bool:
        """Write a record that takes the latest back; False where one of this asset is on its way already."""
        return self._order(_Order(key, "undo_sign_off", UndoRequest(path, operator), takes_back=True), "the undo")

    def _order(self, order: _Order, words: str) -> bool:
        if self.busy(order.key):
            return False
        self._waiting.append(order)
        self.began.emit(order.key, words)
        self._start_next()
        return True

    def _start_next(self) -> None:
        """Start what waits, but for folders in which something runs: their sidecars are written in turns."""
        held = {(order.key.drive_id, order.key.folder) for order in self._running.values()}
        for order in list(self._waiting):
            place = (order.key.drive_id, order.key.folder)
            if place not in held:
                held.add(place)
                self._waiting.remove(order)
                told_as = "undo_sign_off" if order.takes_back else ""
                job_id = self._jobs.start(order.operation, order.request, told_as=told_as)
                self._running[job_id] = order

    def _ended(self, job_id: str, outcome: Outcome) -> None:
        order = self._running.pop(job_id, None)
        if order is None:
            return
        if isinstance(outcome, Done):
            self.written.emit(order.key, outcome.result)
        elif isinstance(outcome, Failed):
            self.failed.emit(order.key, outcome.error)
        else:
            self.failed.emit(order.key, AppError("It was cancelled.", hint="Nothing was written; sign again."))
        self._start_next()

    def _noticed(self, job_id: str, notice: Noticed) -> None:
        order = self._running.get(job_id)
        if order is not None:
            self.warned.emit(order.key, f"{notice.text} {notice.hint}".rstrip())

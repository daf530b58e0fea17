"""Looks into files through the operation `inspect`, in a thread of its own: one question at a time, the newest wins."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from app.engine import Engine
from app.errors import AppError
from app.inspection.inspect import InspectRequest, InspectResult
from app.jobs.job import CancelToken, Job
from app.operations import run
from ui.workers.reader import Reader


class Inspections(QObject):
    """Asks for documents.

    Args:
        engine: runs the operation.
        name: whose they are, for the log.
    """

    told = Signal(object, object)
    """The request and its documents, a tuple."""
    failed = Signal(object, object)
    """The request and the `AppError` instead."""

    def __init__(self, engine: Engine, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._asked: dict[int, InspectRequest] = {}
        self._reader = Reader(f"inspect {name}", self)
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._failed)

    def ask(self, request: InspectRequest) -> None:
        """Ask; what was asked before is given up."""
        number = self._reader.ask("inspect", partial(self._run, request))
        self._asked = {number: request}

    def drop(self) -> None:
        """Give up what was asked."""
        self._asked = {}
        self._reader.drop("inspect")

    def stop(self, *, wait: bool = True) -> None:
        """End the thread; a dialogue that closes must not wait for it."""
        if wait:
            self._reader.stop()
        else:
            self._reader.leave()

    def _run(self, request: InspectRequest, token: CancelToken) -> InspectResult:
        """In the reader's thread."""
        result: InspectResult = run(self._engine, "inspect", request, Job(token=token))
        return result

    def _answered(self, _kind: str, number: int, result: object) -> None:
        request = self._asked.pop(number, None)
        if request is not None and isinstance(result, InspectResult):
            self.told.emit(request, result.documents)

    def _failed(self, _kind: str, number: int, error: AppError) -> None:
        request = self._asked.pop(number, None)
        if request is not None:
            self.failed.emit(request, error)

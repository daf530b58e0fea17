"""Queries for the views: one thread; a question interrupts the one of its kind that came before it."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, QThread, Signal

from app.errors import AppError, Cancelled
from app.jobs.job import CancelToken
from ui.workers.faults import unforeseen

Question = Callable[[CancelToken], Any]

_LAST_WAIT_MS = 2000

_log = logging.getLogger(__name__)
_left_behind: list["Reader"] = []


def left_behind() -> bool:
    """Whether a reader that was stopped still runs. Qt aborts the program when the thread is destroyed."""
    return any(reader.isRunning() for reader in _left_behind)


def _leave_behind(reader: "Reader") -> None:
    """Keep a reader alive for as long as its thread runs; those that have ended since are let go."""
    _left_behind[:] = [known for known in _left_behind if known.isRunning()]
    reader.setParent(None)
    _left_behind.append(reader)


@dataclass(slots=True)
class _Asked:
    number: int
    question: Question
    token: CancelToken


class Reader(QThread):
    """Answers questions one after the other in the order in which they were asked.

    A question of a kind that is asked again before it was answered is dropped, or interrupted where it runs. It starts
    with the first question; `stop` ends it, or `leave` without waiting.
    """

    answered = Signal(str, int, object)
    """Kind, number and answer of a question that was not replaced meanwhile."""
    failed = Signal(str, int, object)
    """Kind, number and the `AppError` instead of an answer."""
    _told = Signal(bool, str, int, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"reader {name}")
        self._change = threading.Condition()
        self._waiting: OrderedDict[str, _Asked] = OrderedDict()
        self._running: tuple[str, _Asked] | None = None
        self._numbers: dict[str, int] = {}
        self._wanted_from: dict[str, int] = {}
        self._stopping = self._given_up = False
        self._told.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def ask(self, kind: str, question: Question, *, interrupt: bool = True) -> int:
        """Ask; the number that the answer will carry. Nothing is asked any more of a reader that was stopped.

        Args:
            kind: questions of one kind replace each other.
            question: called in the reader's thread with a token to hand to whatever it runs.
            interrupt: False lets the one of its kind that runs be answered first. So is to be asked whatever is asked
                again and again: faster than it can be answered, it would never be.
        """
        with self._change:
            number = self._numbers.get(kind, 0) + 1
            self._numbers[kind] = number
            if self._stopping:
                return number
            if interrupt:
                self._wanted_from[kind] = number
            if interrupt and self._running is not None and self._running[0] == kind:
                self._running[1].token.cancel()
            self._waiting.pop(kind, None)
            self._waiting[kind] = _Asked(number, question, CancelToken())
            self._change.notify()
        if not self.isRunning():
            self.start()
        return number

    def drop(self, kind: str) -> None:
        """Forget a question that was asked; its answer will not come."""
        with self._change:
            self._numbers[kind] = self._numbers.get(kind, 0) + 1
            self._wanted_from[kind] = self._numbers[kind]
            self._waiting.pop(kind, None)
            if self._running is not None and self._running[0] == kind:
                self._running[1].token.cancel()

    def stop(self, limit_ms: int = _LAST_WAIT_MS) -> bool:
        """Interrupt what runs and end the thread; False where it did not end in time and is left behind.

        One that is left behind hangs inside the system, at a share that is gone: it is kept alive, and the program must
        end without taking it down (see `left_behind`).
        """
        self._interrupt()
        if self.wait(limit_ms):
            return True
        _log.error("%s did not stop in time", self.objectName())
        _leave_behind(self)
        return False

    def leave(self) -> None:
        """Interrupt what runs and let the thread end by itself: a dialogue that closes must not wait for it."""
        self._interrupt()
        if not self.isFinished():
            _leave_behind(self)

    def finish(self) -> None:
        """Answer what was asked, then end the thread."""
        with self._change:
            self._stopping = True
            self._change.notify()
        self.wait()

    def _interrupt(self) -> None:
        with self._change:
            self._stopping = self._given_up = True
            self._waiting.clear()
            if self._running is not None:
                self._running[1].token.cancel()
            self._change.notify()

    def run(self) -> None:
        """Qt: the thread's own work."""
        while True:
            with self._change:
                while not self._waiting and not self._stopping:
                    self._change.wait()
                if not self._waiting:
                    return
                kind, asked = self._waiting.popitem(last=False)
                self._running = (kind, asked)
            self._answer(kind, asked)
            with self._change:
                self._running = None

    def _answer(self, kind: str, asked: _Asked) -> None:
        try:
            answer = asked.question(asked.token)
        except Cancelled:
            return
        except AppError as error:
            self._told.emit(False, kind, asked.number, error)
        except Exception as error:  # noqa: BLE001 - a thread's last line of defence: it must go on answering
            self._told.emit(False, kind, asked.number, unforeseen(error))
        else:
            self._told.emit(True, kind, asked.number, answer)

    def _deliver(self, answered: bool, kind: str, number: int, told: object) -> None:
        """In the thread that asks: what was replaced or dropped while its answer was on the way is not told."""
        with self._change:
            wanted = not self._given_up and number >= self._wanted_from.get(kind, 0)
        if wanted:
            (self.answered if answered else self.failed).emit(kind, number, told)

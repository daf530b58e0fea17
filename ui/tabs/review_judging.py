"""The verdict on the asset that is looked at: what stands, what the operator says, and what becomes of it."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from app.engine import Engine
from app.errors import AppError
from app.files.sidecar import Record
from app.jobs.job import CancelToken
from app.qc.dossier import Dossier
from app.qc.status import AssetStatus, status_of
from app.qc.verdicts import is_verdict
from ui import formats
from ui.desk import Desk
from ui.tabs.review_bar import VerdictBar
from ui.tabs.review_queue import QueuePanel
from ui.tabs.review_signer import AssetKey, Signer
from ui.tabs.review_written import WrittenBlock
from ui.workers.reader import Reader

OPERATORS = "review/operators"
_MOST_OPERATORS = 12
_SAY_CHECKING_MS = 700
_KEYS = {"pass": "P", "fail": "F"}


class Judging(QObject):
    """Gives and takes back verdicts, and compares what stands with the content as it lies there now.

    Args:
        desk: engine, jobs and window.
        queue: shows the state of each asset.
        bar: says what the operator wants.
        written: shows the record.
    """

    changed = Signal()
    """The asset that is looked at has another record: read it again."""

    def __init__(
        self, desk: Desk, queue: QueuePanel, bar: VerdictBar, written: WrittenBlock, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._queue = queue
        self._bar = bar
        self._written_block = written
        self._key: AssetKey | None = None
        self._dossier: Dossier | None = None
        self._compared: tuple[str | None, str] | None = None
        self._state = ""
        self._drafts: dict[AssetKey, tuple[str, tuple[str, ...]]] = {}
        self._failures: dict[AssetKey, AppError] = {}
        self._signer = Signer(desk.jobs, self)
        self._checker = Reader("review verdict", self)
        self._slow_check = QTimer(self, singleShot=True, interval=_SAY_CHECKING_MS)
        self._slow_check.timeout.connect(self._say_checking)
        self._checker.answered.connect(self._checked)
        self._checker.failed.connect(self._not_checked)
        self._signer.began.connect(self._began)
        self._signer.written.connect(self._written)
        self._signer.failed.connect(self._not_written)
        self._signer.warned.connect(self._warned)
        bar.operator.editTextChanged.connect(self._tell_of_record)
        bar.words_changed.connect(self._tell_of_record)
        bar.set_words_possible(False)

    def stop(self) -> None:
        """End the thread."""
        self._slow_check.stop()
        self._checker.stop()

    def look_at(self, key: AssetKey | None) -> None:
        """Another asset is looked at, and not read yet. A note that was begun waits for the return to its asset."""
        self._keep_draft()
        self._key, self._dossier = key, None
        self._drop_check()
        self._bar.say("")
        self._bar.set_words(*(self._drafts.get(key, ("", ())) if key is not None else ("", ())))
        self._bar.set_words_possible(key is not None)
        self.set_possible()

    def show(self, dossier: Dossier) -> None:
        """The asset that is looked at was read."""
        self._dossier = dossier
        key = self._key
        if key in self._failures:
            self._written_block.show_error(self._failures[key])
        elif key is not None and self._signer.busy(key):
            self._written_block.show_writing("the verdict")
        else:
            self._check(dossier)
        self._tell_of_record()
        self.set_possible()

    def show_notes(self) -> None:
        """Another drive is shown: say beside its assets what became of their verdicts."""
        for key in self._failures:
            self._note(key, "not written", problem=True)
        for key in self._signer.on_their_way():
            self._note(key, "writing…")

    def judge(self, result: str) -> None:
        """Write a verdict on the asset that is looked at."""
        dossier, key = self._ready()
        if dossier is None or key is None:
            return
        self._bar.remember_operator()
        self._desk.window.state.set_text(OPERATORS, "\n".join(self._bar.operators()[:_MOST_OPERATORS]))
        note, reasons = self._words()
        operator = self._bar.operator_name()
        self._signer.sign(key, dossier.path, operator=operator, result=result, note=note, reasons=reasons)

    def undo(self) -> None:
        """Take back the verdict of the asset that is looked at, by a new record."""
        dossier, key = self._ready()
        if dossier is None or key is None:
            return
        if not self._can_undo(dossier):
            self._bar.say("There is no verdict to take back.")
            return
        if len(dossier.records) > 1:
            self._signer.undo(key, dossier.path, self._bar.operator_name())
        else:
            self._signer.withdraw(key, dossier.path, self._bar.operator_name())
        if dossier.record is not None and self._words() == (dossier.record.note, dossier.record.reasons):
            self._bar.set_words("", ())  # they belonged to the verdict that is taken back, not to the next one

    def set_possible(self) -> None:
        """Let the buttons do what can be done now."""
        dossier = self._dossier
        why_not = ""
        if dossier is not None and not dossier.drive.online:
            why_not = f"{dossier.drive.label} is not connected"
        possible = self._judgeable()
        undo = possible and dossier is not None and self._can_undo(dossier)
        self._bar.set_possible(judge=possible, undo=undo, why_not=why_not)

    def _ready(self) -> tuple[Dossier | None, AssetKey | None]:
        """The asset to judge, where that can be done now and somebody is named."""
        if not self._judgeable():
            return None, None
        if not self._bar.operator_name():
            self._bar.ask_for_operator()
            return None, None
        return self._dossier, self._key

    def _judgeable(self) -> bool:
        dossier, key = self._dossier, self._key
        return dossier is not None and key is not None and dossier.drive.online and not self._signer.busy(key)

    @staticmethod
    def _can_undo(dossier: Dossier) -> bool:
        record = dossier.record
        return record is not None and (len(dossier.records) > 1 or is_verdict(record))

    def _words(self) -> tuple[str, tuple[str, ...]]:
        """The note and the reasons that the operator gave."""
        return self._bar.note.text().strip(), self._bar.reasons()

    def _keep_draft(self) -> None:
        if self._key is None:
            return
        words = (self._bar.note.text(), self._bar.reasons())
        if any(words):
            self._drafts[self._key] = words
        else:
            self._drafts.pop(self._key, None)

    def _tell_of_record(self) -> None:
        """Say whose verdict a new one would follow, or that the words of the operator are not in the record."""
        told = self._of_record()
        if told or self._bar.message.property("state") == "other":
            self._bar.say(told, "other" if told else "")

    def _of_record(self) -> str:
        record = self._dossier.record if self._dossier is not None else None
        name = self._bar.operator_name()
        if record is None or not is_verdict(record) or not name:
            return ""
        if record.operator != name:
            who = record.operator or "An older tool"
            return f"{who} signed it {record.verdict} on {formats.date(record.time_us)}; yours would follow it."
        words = self._words()
        if not any(words) or words == (record.note, record.reasons):
            return ""
        return f"Not in the record yet: {_KEYS.get(record.verdict, 'a verdict')} writes it."

    def _check(self, dossier: Dossier) -> None:
        """Compare the content as it lies there with what a person saw, without making the operator wait.

        Once while it is looked at, and again when the record or what the catalogue says of it is another one: the
        comparison may have to read all of it.
        """
        record = dossier.record
        if self._key is None or not dossier.drive.online or record is None or not is_verdict(record):
            self._drop_check()
            return
        compared = (record.qc_id, dossier.asset.state)
        if compared == self._compared:
            self._show_status()
            return
        self._drop_check()
        self._compared = compared
        self._slow_check.start()
        self._checker.ask("check", partial(_check_asset, self._desk.engine, self._key, dossier))

    def _drop_check(self) -> None:
        self._compared, self._state = None, ""
        self._slow_check.stop()
        self._checker.drop("check")

    def _say_checking(self) -> None:
        self._written_block.say("Comparing the content with what was signed off…", "accent")

    def _checked(self, _kind: str, _number: int, answer: tuple[AssetKey, AssetStatus | None]) -> None:
        key, status = answer
        self._slow_check.stop()
        dossier = self._dossier
        if key != self._key or dossier is None or self._signer.busy(key) or key in self._failures:
            return
        if status is None or status.error:
            gone = "It is not there any more. Scan the drive again."
            self._written_block.say(status.error if status else gone, "fail")
            return
        self._state = "stale" if status.stale else status.verdict
        self._show_status()

    def _show_status(self) -> None:
        """What the comparison found, in the queue and beside the record."""
        key, dossier, state = self._key, self._dossier, self._state
        if key is None or dossier is None or not state:
            return
        row = self._queue.model.row_of((key.folder, key.name)) if self._on_this_drive(key) else None
        if row is not None and row.state != state:
            self._queue.set_state((key.folder, key.name), state)
        self._written_block.show_dossier(dossier, state)

    def _not_checked(self, _kind: str, _number: int, error: AppError) -> None:
        self._slow_check.stop()
        self._written_block.say(f"It could not be compared with what was signed off: {error.message}", "fail")

    def _began(self, key: AssetKey, words: str) -> None:
        self._failures.pop(key, None)
        self._note(key, "writing…")
        if key == self._key:
            self._drop_check()
            self._bar.say("")
            self._written_block.show_writing(words)
            self.set_possible()

    def _written(self, key: AssetKey, record: Record) -> None:
        self._note(key, "")
        self._drafts.pop(key, None)
        if self._on_this_drive(key):
            self._queue.set_state((key.folder, key.name), record.verdict)
        if key == self._key:
            self._written_block.show_record(record)
            self.changed.emit()
            self.set_possible()

    def _not_written(self, key: AssetKey, error: AppError) -> None:
        self._failures[key] = error
        self._note(key, "not written", problem=True)
        if key == self._key:
            self._written_block.show_error(error)
            self.set_possible()

    def _warned(self, key: AssetKey, text: str) -> None:
        if key == self._key:
            self._bar.say(text, "stale")

    def _note(self, key: AssetKey, text: str, *, problem: bool = False) -> None:
        if self._on_this_drive(key):
            self._queue.model.set_note((key.folder, key.name), text, problem=problem)

    def _on_this_drive(self, key: AssetKey) -> bool:
        drive = self._queue.drive()
        return drive is not None and drive.id == key.drive_id


def _check_asset(
    engine: Engine, key: AssetKey, dossier: Dossier, token: CancelToken
) -> tuple[AssetKey, AssetStatus | None]:
    return key, status_of(engine, dossier.path, token)

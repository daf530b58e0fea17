"""Asks what of which drive is checked against which policy; what the policy leaves open is asked before it starts."""

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QFileDialog, QFormLayout, QLineEdit, QWidget

from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.model.names import decoded, shown
from app.qc.checking import CheckRequest, expected_range
from app.qc.policies import load_policy
from app.qc.waivers import UNREADABLE_WAIVERS, read_waivers
from ui import formats
from ui.desk import Desk
from ui.reasons import said, said_of
from ui.tabs.check_targets import CheckTarget
from ui.tabs.known_policies import KnownPolicies, PolicyMemory, WaiverMemory, read_policies
from ui.tabs.policy_box import OpenPolicy, PolicyBox, open_policy
from ui.tabs.variables_dialog import VariablesDialog
from ui.tabs.waivers_box import WaiversBox
from ui.widgets.buttons import KeyButton, answer_enter
from ui.widgets.dialogs import button_row, dialog_column
from ui.widgets.drive_box import DriveBox
from ui.widgets.elided_box import ElidedBox
from ui.widgets.labels import DimLabel, PlainLabel, SectionHead
from ui.workers.reader import Reader

_WHOLE: tuple[str, ...] = ()


class CheckDialog(QDialog):
    """A drive, what of it, and a policy.

    Args:
        desk: the catalogue, and what the window remembers.
        target: what is chosen at first.
        variables: values of variables that were given before, by policy; new ones are put into it.
    """

    asked = Signal(object, object, str)
    """The `CheckRequest` to start, its `Drive`, and what it is about in a word."""

    def __init__(
        self, desk: Desk, target: CheckTarget, variables: dict[str, dict[str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Check against a policy")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk, self._target, self._variables = desk, target, variables
        self._memory = PolicyMemory(desk.window.state)
        self._reader = Reader("check dialogue", self)
        self.drive_box, self.what, self.policies = DriveBox(), ElidedBox(), PolicyBox()
        self._waiver_memory = WaiverMemory(desk.window.state)
        self.waivers = WaiversBox(self._waiver_memory)
        self.frames = QLineEdit(placeholderText="1001-1100 (optional)")
        #: What each line of `what` checks, none for the whole drive, None to ask for a folder. Data of Qt's would lose
        #: what is no Unicode in paths.
        self._offered: list[tuple[str, ...] | None] = []
        self._range_number, self._range_problem = 0, ""
        self.told = PlainLabel("Reading the drives…")
        self.start = KeyButton("Check", role="primary", icon="check")
        self.cancel = KeyButton("Cancel")
        #: Asks for variables, while it is open.
        self.asking: VariablesDialog | None = None
        self._lay_out()
        self._connect()
        self.start.setEnabled(False)
        self._reader.ask("drives", self._read_drives)
        self._reader.ask("policies", partial(read_policies, (*self._memory.files(), *self._waiver_memory.files())))
        answer_enter(self, self.start)

    def drive(self) -> Drive | None:
        """The chosen drive."""
        return self.drive_box.drive()

    def done(self, result: int) -> None:
        """Qt: end the thread with the dialogue."""
        self._reader.leave()
        super().done(result)

    def look_below(self, folder: str) -> None:
        """Check what lies below a folder; one of another drive is refused."""
        drive = self.drive()
        if drive is None:
            return
        if not Path(folder).is_relative_to(drive.base):
            self._tell(f"{shown(folder)} does not lie on {drive.label}.", bad=True)
            return
        below = os.path.relpath(folder, drive.base)
        paths = _WHOLE if below == os.curdir else (folder,)
        if paths not in self._offered:
            self.what.insertItem(0, f"The folder {shown(below)}")
            self._offered.insert(0, paths)
        self.what.setCurrentIndex(self._offered.index(paths))
        self._look()

    def _read_drives(self, _token: CancelToken) -> list[Drive]:
        found = [drive for drive in self._desk.engine.catalog.drives() if drive.last_scan is not None]
        return sorted(found, key=lambda drive: (not drive.online, drive.label.casefold()))

    def _answered(self, kind: str, _number: int, answer: object) -> None:
        if kind == "drives" and isinstance(answer, list):
            self.drive_box.show_drives(answer, self._target.drive_id)
            self._show_what()
        elif isinstance(answer, KnownPolicies):
            self.waivers.learn(answer.gone)
            self.policies.offer(answer, self._memory)
            self._look()
        elif isinstance(answer, OpenPolicy):
            self._opened(answer)
        elif isinstance(answer, _Ready):
            self._ask(answer)

    def _failed(self, kind: str, number: int, error: AppError) -> None:
        if kind != "range":
            self._look()
            self._tell(said(error), bad=True)
            if kind == "waivers" and error.code == UNREADABLE_WAIVERS:
                self.waivers.learn([self.waivers.file()])
        elif number == self._range_number:
            self._range_problem = said(error)
            self._look()

    def _typed(self) -> None:
        """Another range: see whether it is one. A long list of frames takes its time."""
        self._range_problem = ""
        self._range_number = self._reader.ask("range", partial(_read_range, self.frames.text().strip()))
        self._look()

    def _show_what(self, _place: int = 0) -> None:
        """Offer what of the drive can be checked: what was pointed at, its folder, all of it, another folder."""
        drive, target = self.drive(), self._target
        offered: list[tuple[str, tuple[str, ...] | None]] = []
        if drive is not None and drive.id == target.drive_id:
            if target.assets:
                words = f"The {formats.many(len(target.assets), 'asset')} that the queue shows"
                offered.append((words, tuple(_path(drive, *asset) for asset in target.assets)))
            if target.folder is not None and target.name:
                offered.append((shown(target.name), (_path(drive, target.folder, target.name),)))
            if target.folder:
                offered.append((f"The folder {shown(target.folder)}", (_path(drive, target.folder),)))
        offered.append(("The whole drive", _WHOLE))
        if drive is not None and drive.online:
            offered.append(("A folder of it…", None))
        self._offered = [paths for _, paths in offered]
        self.what.clear()
        self.what.addItems([words for words, _ in offered])
        self.what.setCurrentIndex(0)
        self._look()

    def _choose_what(self, _place: int) -> None:
        drive = self.drive()
        if self._offered[self.what.currentIndex()] is None and drive is not None:
            self.what.setCurrentIndex(self._offered.index(_WHOLE))
            folder = QFileDialog.getExistingDirectory(self, f"A folder of {drive.label}", drive.base)
            if folder:
                self.look_below(folder)

    def _look(self) -> None:
        """Say what will happen, and whether it can."""
        drive = self.drive()
        self.start.setEnabled(drive is not None and self.policies.count() > 0 and not self._range_problem)
        if self._range_problem:
            self._tell(self._range_problem, bad=True)
        elif drive is None:
            self._tell("No drive was scanned yet. Scan a folder or a drive first.")
        elif drive.online:
            self._tell("The media is read, and what is found is kept in the records of the drive.")
        else:
            self._tell(f"{drive.label} is not connected: what its scans and checks recorded is judged.")

    def _tell(self, words: str, *, bad: bool = False) -> None:
        self.told.setText(words)
        self.told.setProperty("state", "fail" if bad else "")
        self.told.style().polish(self.told)

    def _begin(self) -> None:
        policy = self.policies.policy()
        if policy:
            self.start.setEnabled(False)
            self._reader.ask("open", partial(_open, policy, self.frames.text().strip()))

    def _opened(self, answer: OpenPolicy) -> None:
        self.start.setEnabled(True)
        self.policies.learn(answer)
        if answer.problem is not None:
            self._tell(said_of(answer.problem, answer.policy), bad=True)
        elif answer.variables:
            title, known = self.policies.title_of(answer.policy), self._variables.get(answer.policy, {})
            self.asking = VariablesDialog(title, answer.variables, known, self)
            self.asking.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self.asking.given.connect(partial(self._given, answer.policy))
            self.asking.open()
        else:
            self._prepare(answer.policy, ())

    def _given(self, policy: str, values: tuple[tuple[str, str], ...]) -> None:
        self._variables[policy] = dict(values)
        self._prepare(policy, values)

    def _prepare(self, policy: str, variables: tuple[tuple[str, str], ...]) -> None:
        """Read the waivers, where there are some: whether they can be used is told here, not by a job that fails."""
        self.start.setEnabled(False)
        self._reader.ask("waivers", partial(_read_waivers, _Ready(policy, variables, self.waivers.file())))

    def _ask(self, ready: "_Ready") -> None:
        drive, paths = self.drive(), self._offered[self.what.currentIndex()] or _WHOLE
        if drive is None:
            return
        self._memory.remember(ready.policy)
        self._waiver_memory.remember(ready.policy, ready.waivers)
        words = drive.label
        if len(paths) > 1:
            words = f"{formats.many(len(paths), 'asset')} on {drive.label}"
        elif paths:
            words = f"{shown(os.path.relpath(paths[0], drive.base))} on {drive.label}"
        request = CheckRequest(
            paths, ready.policy, (drive.label,), self.frames.text().strip(), ready.variables, ready.waivers
        )
        self.asked.emit(request, drive, words)
        self.accept()

    def _connect(self) -> None:
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._failed)
        self.drive_box.currentIndexChanged.connect(self._show_what)
        self.what.activated.connect(self._choose_what)
        self.frames.textChanged.connect(self._typed)
        self.policies.chosen.connect(self.waivers.show_used_with)
        self.start.clicked.connect(self._begin)
        self.cancel.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        self.what.setAccessibleName("What is checked")
        self.what.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.frames.setAccessibleName("Expected frames")
        self.frames.setToolTip("The frames that each sequence should have; else what the settings say of shots")
        why = DimLabel("Each asset that the policy is about is judged by it. Nothing on the drive is touched.")
        for label in (why, self.told):
            label.setWordWrap(True)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Drive", self.drive_box)
        form.addRow("What", self.what)
        form.addRow("Policy", self.policies)
        form.addRow("Waivers", self.waivers)
        form.addRow("Expected frames", self.frames)
        layout = dialog_column(self, 12)
        layout.addWidget(SectionHead("Check against a policy"))
        layout.addWidget(why)
        layout.addLayout(form)
        layout.addWidget(self.told)
        layout.addStretch(1)
        layout.addLayout(button_row(self.cancel, self.start))
        self.setMinimumSize(520, 320)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A policy, values of its variables, and the file of waivers, which can be used; empty for none."""

    policy: str
    variables: tuple[tuple[str, str], ...]
    waivers: str


def _read_waivers(ready: _Ready, _token: CancelToken) -> _Ready:
    """The same again; raises as `read_waivers` where its waivers cannot be used with its policy."""
    if ready.waivers:
        read_waivers(ready.waivers, load_policy(ready.policy, dict(ready.variables)))
    return ready


def _path(drive: Drive, folder: bytes, name: bytes = b"") -> str:
    """Where something of a drive lies; bytes that are no Unicode stay."""
    return os.path.join(drive.base, *map(decoded, filter(None, (folder, name))))  # noqa: PTH118 - a path may be no text


def _read_range(text: str, _token: CancelToken) -> None:
    """Raises `UsageError` where the frames that sequences should have cannot be read."""
    expected_range(text)


def _open(policy: str, frames: str, token: CancelToken) -> OpenPolicy:
    """The policy, once it is certain that the frames can be read; raises as `_read_range`."""
    expected_range(frames)
    return open_policy(policy, None, token)

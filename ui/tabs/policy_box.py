"""Chooses a policy: those that come with the program, the files used last, and other files."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.names import shown
from app.qc.policies import ShippedPolicy, load_policy, policy_variables
from ui.tabs.known_policies import KnownPolicies, PolicyMemory, is_file
from ui.widgets.elided_box import ElidedBox
from ui.widgets.tips import tip

#: What the box gives for “A file…”.
OTHER_POLICY = "?"
_UNREADABLE = "policy.unreadable"
_MOST_LINES = 20
#: What is chosen before anything was used: it is about any sequence.
_FIRST = "sequence.hygiene"


class PolicyBox(ElidedBox):
    """The policies by their titles, the files used last, and “A file…” behind them.

    What is chosen stays so: a file that is gone, or an id that there is no more, is told as gone where it stands.
    """

    chosen = Signal(str)
    """Another policy stands in it: its id or file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shipped: Sequence[ShippedPolicy] = ()
        #: Id or file of each line. Data of Qt's would lose what is no Unicode.
        self._policies: list[str] = []
        self._gone: set[str] = set()
        self._memory: PolicyMemory | None = None
        self._told = ""
        self.setAccessibleName("Policy")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.setMaxVisibleItems(_MOST_LINES)
        self.currentIndexChanged.connect(self._tell_chosen)

    def offer(self, known: KnownPolicies, memory: PolicyMemory) -> None:
        """Offer these and files; the one used last, which may be a file, is chosen."""
        self._shipped, self._gone, self._memory = known.shipped, set(known.gone), memory
        self._fill(memory.used())

    def choose(self, policy: str) -> None:
        """Choose a policy; a file that is not among them is added. Nothing happens for no policy."""
        if policy and self.count():
            self._fill(policy)

    def policy(self) -> str:
        """The chosen policy, its id or file, asked for where it is “A file…”; empty for none."""
        chosen = self._chosen()
        if chosen != OTHER_POLICY:
            return chosen
        file, _ = QFileDialog.getOpenFileName(self, "Policy", self._folder(), "Policies (*.yaml *.yml)")
        self.choose(file)
        return file

    def learn(self, answer: "OpenPolicy") -> None:
        """A policy was read: whether its file is there is known now."""
        is_gone = answer.problem is not None and answer.problem.code == _UNREADABLE
        if is_gone != (answer.policy in self._gone):
            (self._gone.add if is_gone else self._gone.discard)(answer.policy)
            self.refresh()

    def refresh(self) -> None:
        """Offer files that were used elsewhere meanwhile, too."""
        if self.count():
            self._fill(self._chosen())

    def title_of(self, policy: str) -> str:
        """The words for a policy."""
        return next((known.title for known in self._shipped if known.id == policy), shown(PurePath(policy).name))

    def showPopup(self) -> None:
        """Qt: the list opens."""
        self.refresh()
        super().showPopup()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: it comes into sight; the keys walk through it without its list."""
        super().showEvent(event)
        self.refresh()

    def _fill(self, chosen: str) -> None:
        files = list(self._memory.files()) if self._memory is not None else []
        ids = {policy.id for policy in self._shipped}
        if chosen not in ("", OTHER_POLICY, *ids, *files):
            files.insert(0, chosen)
            if not is_file(chosen):
                self._gone.add(chosen)
        names = Counter(PurePath(file).name for file in files)
        self._policies = [*(policy.id for policy in self._shipped), *files, OTHER_POLICY]
        self.blockSignals(True)
        self.clear()
        self.addItems([policy.title for policy in self._shipped])
        for file in files:
            self.addItem(self._words(file, alone=names[PurePath(file).name] == 1))
            self.setItemData(self.count() - 1, tip(shown(file)), Qt.ItemDataRole.ToolTipRole)
        self.addItem("A file…")
        self.setCurrentIndex(self._policies.index(chosen or (_FIRST if _FIRST in ids else self._policies[0])))
        self.blockSignals(False)
        self._tell_chosen()

    def _chosen(self) -> str:
        return self._policies[self.currentIndex()] if self.currentIndex() >= 0 else ""

    def _words(self, file: str, *, alone: bool) -> str:
        path = PurePath(file)
        if file in self._gone:
            return f"{shown(path.name)}: gone from {shown(str(path.parent))}" if is_file(file) else f"{file}: gone"
        return shown(path.name) if alone else f"{shown(path.name)} in {shown(path.parent.name)}"

    def _tell_chosen(self, _place: int = 0) -> None:
        words, path = self.currentText(), self._chosen()
        if path not in ("", OTHER_POLICY, self._told):
            self._told = path
            self.chosen.emit(path)
        self.setToolTip(tip("\n".join(dict.fromkeys([words, shown(path)])) if is_file(path) else words))

    def _folder(self) -> str:
        """Where the file that was used last lies, else the user's own folder."""
        chosen = self._chosen()
        files = [chosen] if is_file(chosen) else list(self._memory.files()) if self._memory is not None else []
        return str(PurePath(files[0]).parent if files else Path.home())


@dataclass(frozen=True, slots=True)
class OpenPolicy:
    """The variables of a policy with their defaults, asked for the sake of something; or why it cannot be used.

    A variable without a default (None) has to be given a value.
    """

    policy: str
    sake: object
    variables: tuple[tuple[str, str | None], ...] = ()
    problem: AppError | None = None


def open_policy(policy: str, sake: object, _token: CancelToken) -> OpenPolicy:
    """Read a policy: not for the window's thread."""
    try:
        variables = tuple(policy_variables(policy).items())
        load_policy(policy)
    except AppError as error:
        if not error.context.get("lacking"):
            return OpenPolicy(policy, sake, problem=error)
    return OpenPolicy(policy, sake, variables)

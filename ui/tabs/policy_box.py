"""Chooses a policy: those that come with the program and files; the one used last stands there the next time."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.names import shown
from app.qc.policies import ShippedPolicy, load_policy, policy_variables, shipped_policies
from ui.widgets.elided_box import ElidedBox
from ui.widgets.tips import tip

#: Under which key of the window's state the policy used last is kept.
USED_POLICY = "inspect/policy"
#: What the box gives for “A file…”.
OTHER_POLICY = "?"


class PolicyBox(ElidedBox):
    """The policies by their titles, and “A file…” behind them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Policy")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.currentTextChanged.connect(lambda text: self.setToolTip(tip(text)))

    def offer(self, policies: Sequence[ShippedPolicy], used: str = "") -> None:
        """Offer these and files; the one used last, which may be a file, is chosen."""
        self.clear()
        for policy in policies:
            self.addItem(policy.title, policy.id)
        self.addItem("A file…", OTHER_POLICY)
        self.choose(used)

    def choose(self, policy: str) -> None:
        """Choose a policy; a file that is not among them is added. Nothing happens for no policy."""
        if not policy or not self.count():
            return
        place = self.findData(policy)
        if place < 0 and not _is_file(policy):
            return
        if place < 0:
            place = self.count() - 1
            self.insertItem(place, shown(PurePath(policy).name), policy)
        self.setCurrentIndex(place)

    def policy(self) -> str:
        """The chosen policy, its id or file, asked for where it is “A file…”; empty for none."""
        chosen = str(self.currentData() or "")
        if chosen != OTHER_POLICY:
            return chosen
        file, _ = QFileDialog.getOpenFileName(self, "Policy", self._folder(), "Policies (*.yaml *.yml)")
        self.choose(file)
        return file

    def _folder(self) -> str:
        """Where the file that was chosen last lies, else the user's own folder."""
        known = [str(self.itemData(place)) for place in range(self.count() - 1)]
        files = [policy for policy in known if _is_file(policy)]
        return str(PurePath(files[-1]).parent if files else Path.home())

    def title_of(self, policy: str) -> str:
        """The words for a policy."""
        place = self.findData(policy)
        return self.itemText(place) if place >= 0 else shown(PurePath(policy).name)


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


def known_policies(_token: CancelToken) -> tuple[ShippedPolicy, ...]:
    """Those that come with the program: not for the window's thread."""
    return shipped_policies()


def _is_file(policy: str) -> bool:
    return "/" in policy or policy.endswith((".yaml", ".yml"))

"""Asks for the variables that a policy leaves open."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from ui.widgets.labels import PlainLabel


class VariablesDialog(QDialog):
    """A line for each variable; done when all are filled in.

    Args:
        policy: how the policy is called.
        names: of its variables.
        known: values that were given before.
    """

    given = Signal(object)
    """Names and values, a tuple of pairs."""

    def __init__(
        self, policy: str, names: Sequence[str], known: Mapping[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Values of the policy")
        self.lines = {name: QLineEdit(known.get(name, "")) for name in names}
        self.buttons = QDialogButtonBox()
        self.check = self.buttons.addButton("Check", QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        words = PlainLabel(f"{policy} compares with values that differ from show to show.")
        words.setWordWrap(True)
        form = QFormLayout()
        for name, line in self.lines.items():
            line.setAccessibleName(name)
            form.addRow(PlainLabel(name), line)
            line.textChanged.connect(self._look)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(12)
        layout.addWidget(words)
        layout.addLayout(form)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(360)
        self.buttons.accepted.connect(self._give)
        self.buttons.rejected.connect(self.reject)
        self._look()

    def _look(self) -> None:
        self.check.setEnabled(all(line.text().strip() for line in self.lines.values()))

    def _give(self) -> None:
        self.given.emit(tuple((name, line.text().strip()) for name, line in self.lines.items()))
        self.accept()

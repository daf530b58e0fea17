"""Asks for the variables of a policy: those that it leaves open, and those that have a default."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from ui.widgets.labels import PlainLabel


class VariablesDialog(QDialog):
    """A line for each variable, with its default; done when those without one are filled in.

    Args:
        policy: how the policy is called.
        variables: their names and defaults; None for none.
        known: values that were given before.
    """

    given = Signal(object)
    """Names and values, a tuple of pairs, of those that are not left at their defaults."""

    def __init__(
        self,
        policy: str,
        variables: Sequence[tuple[str, str | None]],
        known: Mapping[str, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Values of the policy")
        self._defaults = dict(variables)
        self.lines = {name: QLineEdit(known.get(name, default or "")) for name, default in variables}
        self.buttons = QDialogButtonBox()
        self.check = self.buttons.addButton("Check", QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        words = PlainLabel(f"{policy} compares with values that differ from show to show.")
        words.setWordWrap(True)
        form = QFormLayout()
        for name, line in self.lines.items():
            line.setAccessibleName(name)
            if default := self._defaults[name]:
                line.setPlaceholderText(default)
                line.setToolTip(f"The policy says {default} where nothing else is given")
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
        empty = (line for name, line in self.lines.items() if self._defaults[name] is None and not line.text())
        next(empty, next(iter(self.lines.values()))).setFocus()
        self._look()

    def _look(self) -> None:
        open_ones = (line for name, line in self.lines.items() if self._defaults[name] is None)
        self.check.setEnabled(all(line.text().strip() for line in open_ones))

    def _give(self) -> None:
        values = ((name, line.text().strip()) for name, line in self.lines.items())
        self.given.emit(tuple((name, value) for name, value in values if value and value != self._defaults[name]))
        self.accept()

"""How dialogues are laid out: a column with one margin, and a row of buttons at its foot."""

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget


def dialog_column(dialog: QDialog, spacing: int = 8) -> QVBoxLayout:
    """The column of a dialogue, empty; `spacing` is in pixels."""
    column = QVBoxLayout(dialog)
    column.setContentsMargins(16, 16, 16, 16)
    column.setSpacing(spacing)
    return column


def button_row(*right: QWidget, left: Sequence[QWidget] = ()) -> QHBoxLayout:
    """The foot of a dialogue: at the right what ends it, at the left what else it can do."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for button in left:
        row.addWidget(button)
    row.addStretch(1)
    for button in right:
        row.addWidget(button)
    return row

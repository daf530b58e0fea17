"""Names and values below each other, as a preview or an inspector shows facts."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from ui import theme
from ui.widgets.labels import DimLabel, PlainLabel


@dataclass(frozen=True, slots=True)
class Fact:
    """One line. `state` is "", "accent", "pass", "fail" or "stale"; `mono` sets hashes and paths in fixed width."""

    name: str
    value: str
    state: str = ""
    mono: bool = False


class FactsGrid(QWidget):
    """Facts in two columns; values wrap, and can be selected and copied with mouse and keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: tuple[Fact, ...] = ()
        self._lines: list[tuple[DimLabel, QLabel]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)

    def set_facts(self, facts: Sequence[Fact]) -> None:
        """Show these facts instead of those before; lines are used again."""
        if tuple(facts) == self._facts:
            return
        self._facts = tuple(facts)
        while len(self._lines) < len(facts):
            self._add_line()
        for number, (name, value) in enumerate(self._lines):
            used = number < len(facts)
            name.setVisible(used)
            value.setVisible(used)
            if used:
                _fill(name, value, facts[number])

    def facts(self) -> tuple[Fact, ...]:
        """What is shown."""
        return self._facts

    def _add_line(self) -> None:
        name, value = DimLabel(parent=self), PlainLabel(parent=self)
        value.setWordWrap(True)
        keys = Qt.TextInteractionFlag.TextSelectableByKeyboard
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | keys)
        row = len(self._lines)
        self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, row, 1)
        self._lines.append((name, value))


def _fill(name: DimLabel, value: QLabel, fact: Fact) -> None:
    name.setText(fact.name)
    value.setText(fact.value)
    value.setAccessibleName(f"{fact.name}: {fact.value}")
    value.setFont(theme.mono_font(0.96) if fact.mono else theme.ui_font(numbers=True))
    if value.property("state") != fact.state:
        value.setProperty("state", fact.state)
        value.style().unpolish(value)
        value.style().polish(value)

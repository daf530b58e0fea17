"""Names and values below each other, as a preview or an inspector shows facts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QAction,
    QClipboard,
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
)
from PySide6.QtWidgets import QGridLayout, QMenu, QWidget

from ui import theme
from ui.widgets.labels import DimLabel, PlainLabel

#: A place without width where a line may end.
_BREAK = "\u200b"
_LONG = re.compile(r"\S{24,}")
_JOINT = re.compile(r"[./\\\]_,;:-](?=.)")


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
        self._lines: list[tuple[DimLabel, _Value]] = []
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
        name, value = DimLabel(parent=self), _Value(self)
        row = len(self._lines)
        self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, row, 1)
        self._lines.append((name, value))


class _Value(PlainLabel):
    """A text that wraps, within long words too; what is copied of it has no sign of that."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent=parent)
        self.setWordWrap(True)
        keys = Qt.TextInteractionFlag.TextSelectableByKeyboard
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | keys)
        self._copy_action = QAction("Copy", self)
        self._copy_action.triggered.connect(self._copy)

    def set_value(self, text: str) -> None:
        """Show a text: words as long as the paths of attributes may break behind dots, slashes and brackets."""
        self.setText(_LONG.sub(lambda word: _JOINT.sub(rf"\g<0>{_BREAK}", word[0]), text))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt: a menu that copies."""
        self._copy_action.setEnabled(self.hasSelectedText())
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self._copy_action)
        menu.addAction("Select all", lambda: self.setSelection(0, len(self.text())))
        menu.popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: copy what is selected."""
        if event.matches(QKeySequence.StandardKey.Copy) and self.hasSelectedText():
            self._copy()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt: what is selected can be pasted with the middle button, where the system has that."""
        super().mouseReleaseEvent(event)
        if self.hasSelectedText() and QGuiApplication.clipboard().supportsSelection():
            QGuiApplication.clipboard().setText(self._selected(), QClipboard.Mode.Selection)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._selected())

    def _selected(self) -> str:
        return self.selectedText().replace(_BREAK, "").replace("\u2029", "\n")


def _fill(name: DimLabel, value: _Value, fact: Fact) -> None:
    name.setText(fact.name)
    value.set_value(fact.value)
    value.setAccessibleName(f"{fact.name}: {fact.value}")
    value.setFont(theme.mono_font(0.96) if fact.mono else theme.ui_font(numbers=True))
    if value.property("state") != fact.state:
        value.setProperty("state", fact.state)
        value.style().unpolish(value)
        value.style().polish(value)

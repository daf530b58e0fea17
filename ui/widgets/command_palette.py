"""Ctrl+K: every action of the window by words of its name, or their beginnings."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ui import theme
from ui.widgets.labels import DimLabel, key_cap_size, paint_key_cap
from ui.widgets.menus import found_by, why_locked
from ui.widgets.tips import tip

_Index = QModelIndex | QPersistentModelIndex
_WIDTH, _ROW, _MOST_ROWS = 560, 32, 12


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the palette: the place it comes from (`QC Review`), its words and its action.

    `why_not` says why it cannot be used now; empty where it can. `also` are more words by which it is found.
    """

    place: str
    text: str
    keys: str
    action: QAction
    why_not: str = ""
    also: str = ""

    @classmethod
    def of(cls, action: QAction, place: str = "") -> "Command":
        """From an action; mnemonics and dots are left out."""
        text = action.text().replace("&&", "\0").replace("&", "").replace("\0", "&").removesuffix("…")
        return cls(place, text, action.shortcut().toString(), action, why_locked(action), found_by(action))


def fit_score(typed: str, text: str) -> int | None:
    """How well typed words fit `text`: None where one of them does not; higher is better.

    Each word stands in the text as it is, or is made of beginnings of its words in their order (`np`, `nexp` for
    `Next pending`): letters from anywhere do not fit. Beginnings count more; long texts a little less.
    """
    folded = text.casefold()
    starts = [
        place for place, letter in enumerate(folded) if letter.isalnum() and not folded[place - 1 : place].isalnum()
    ]
    score = 0
    for word in typed.casefold().split():
        found = _word_score(word, folded, starts)
        if found is None:
            return None
        score += found
    return score - len(text) // 8


def _word_score(word: str, text: str, starts: list[int]) -> int | None:
    if any(text.startswith(word, start) for start in starts):
        return 8 + 6 * len(word)
    if _made_of_beginnings(word, text, starts):
        return 8 + 4 * len(word)
    return 3 * len(word) if word in text else None


def _made_of_beginnings(word: str, text: str, starts: list[int]) -> bool:
    """Whether a word is one beginning after the other of words that follow each other; words may be left out."""
    ends = {0}  # how much of the word the text can have told so far
    for start in starts:
        for done in sorted(ends):
            length = 0
            while done + length < len(word) and text.startswith(word[done + length], start + length):
                length += 1
                ends.add(done + length)
    return len(word) in ends


def rank(commands: Iterable[Command], letters: str) -> list[Command]:
    """The commands that fit, the best first; all of them, as they come, for no letters.

    What cannot be used now comes behind what fits as well and can.
    """
    if not letters.strip():
        return sorted(commands, key=lambda command: bool(command.why_not))
    scored = []
    for number, command in enumerate(commands):
        score = fit_score(letters, command.text)
        if score is None:
            wider = fit_score(letters, f"{command.place} {command.text} {command.also}")
            score = None if wider is None else wider - 20
        if score is not None:
            scored.append((-score, bool(command.why_not), number, command))
    return [command for *_, command in sorted(scored, key=lambda item: item[:3])]


class _Commands(QAbstractListModel):
    """The lines that fit."""

    def __init__(self) -> None:
        super().__init__()
        self.commands: list[Command] = []

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.commands)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        command = self.commands[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return command.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return " ".join(part for part in (command.place, command.text, command.keys, command.why_not) if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(command.why_not) or None
        return command if role == Qt.ItemDataRole.UserRole else None

    def set_commands(self, commands: list[Command]) -> None:
        self.beginResetModel()
        self.commands = commands
        self.endResetModel()


class _CommandDelegate(QStyledItemDelegate):
    """Place, words, key cap."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(_WIDTH - 40, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        look, command = theme.current(), index.data(Qt.ItemDataRole.UserRole)
        state: QStyle.StateFlag = option.state
        rect: QRect = option.rect
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("selection"))
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 1, -2, -1), 4, 4)
        inner = rect.adjusted(12, 0, -12, 0)
        if command.keys:
            cap = key_cap_size(command.keys)
            top = inner.center().y() - cap.height() / 2 + 1
            corner = QRectF(inner.right() - cap.width(), top, cap.width(), cap.height())
            paint_key_cap(painter, corner, command.keys, "selection_dim" if chosen else "dim")
            inner.setRight(inner.right() - cap.width() - 12)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        if command.place:
            painter.setPen(look.color("selection_dim" if chosen else "dim"))
            painter.drawText(inner, flags, command.place)
            inner.setLeft(inner.left() + max(96, painter.fontMetrics().horizontalAdvance(command.place) + 12))
        dim = "selection_dim" if chosen else "dim"
        painter.setPen(look.color(dim if command.why_not else "on_selection" if chosen else "text"))
        told = " · ".join(filter(None, (command.text, command.why_not)))
        words = painter.fontMetrics().elidedText(told, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, flags, words)
        painter.restore()


class CommandPalette(QFrame):
    """A field and the actions that fit it, over its parent. Up and Down choose, Enter runs, Escape leaves.

    A command that cannot be used now says why, and is not run.
    """

    about_to_run = Signal(object)
    """The `Command` that was chosen, just before its action is triggered."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        self._before: QWidget | None = None
        self._all: list[Command] = []
        self._model = _Commands()
        self.setAccessibleName("Command palette")
        self.setProperty("role", "popup")
        self.setAutoFillBackground(True)
        self.field = QLineEdit(placeholderText="Type a command…")
        self.field.setProperty("role", "search")
        self.field.setAccessibleName("Command")
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._filter)
        self.view = QListView()
        self.view.setModel(self._model)
        self.view.setItemDelegate(_CommandDelegate(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setStyleSheet("QListView { background: transparent; border: none; }")
        self.view.setAccessibleName("Commands that fit")
        self.view.clicked.connect(self._run)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.field)
        layout.addWidget(self.view)
        self.nothing = DimLabel("No command is called so", self.view)
        self.nothing.move(12, 8)
        self.hide()

    def open_with(self, commands: Iterable[Command]) -> None:
        """Open over the parent with these commands; the focus goes back to where it was in the end."""
        self._all = list(commands)
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self.field.clear()
        self._filter("")
        rows = min(_MOST_ROWS, max(3, (self._host.height() - 200) // _ROW))
        self.view.setFixedHeight(_ROW * rows + 4)
        self.setFixedWidth(min(_WIDTH, self._host.width() - 32))
        self.adjustSize()
        self.move((self._host.width() - self.width()) // 2, min(64, self._host.height() // 10))
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def leave(self) -> None:
        """Close without running anything."""
        if not self.isVisible():
            return
        back = self._before if self.isAncestorOf(QApplication.focusWidget() or self._host) else None
        self._before = None
        self.hide()
        if back is not None:
            back.setFocus(Qt.FocusReason.OtherFocusReason)

    def shown(self) -> list[Command]:
        """The commands that fit, in order."""
        return list(self._model.commands)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the field that move in the list, run the choice or leave; losing the focus leaves too."""
        if watched is self.field and event.type() == QEvent.Type.FocusOut and not self.underMouse():
            self.leave()
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event.key())
        return False

    def _key(self, key: int) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.view.currentIndex())
        elif key == Qt.Key.Key_Escape:
            self.leave()
        elif key in steps:
            self._step(steps[Qt.Key(key)])
        else:
            return False
        return True

    def _step(self, by: int) -> None:
        rows = self._model.rowCount()
        if rows:
            row = min(max(self.view.currentIndex().row() + by, 0), rows - 1)
            self.view.setCurrentIndex(self._model.index(row))

    def _filter(self, letters: str) -> None:
        self._model.set_commands(rank(self._all, letters))
        self.nothing.setVisible(not self._model.commands)
        self.view.setCurrentIndex(self._model.index(0))

    def _run(self, index: QModelIndex) -> None:
        if index.isValid():
            command = self._model.commands[index.row()]
            if command.why_not:
                return
            self.leave()
            self.about_to_run.emit(command)
            command.action.trigger()

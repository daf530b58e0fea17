"""Live lines of the log: bounded, and following the newest unless the reader scrolled up."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent, QTextBlockUserData, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from ui import theme
from ui.widgets.buttons import KeyButton

_TOKENS = {"error": "fail_text", "critical": "fail_text", "warning": "stale_text", "debug": "dim"}
_LEVELS = ("debug", "info", "warning", "error", "critical")
_PLAIN = 1


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line. `level` is the name of a logging level in small letters; `time` is as shown (`22:14:03`)."""

    text: str
    level: str = "info"
    time: str = ""


class _Stamp(QTextBlockUserData):
    """How many letters at the start of a line are its time."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length = length


class LogView(QPlainTextEdit):
    """The last `limit` lines. Cheap to feed in batches: `append_lines` once a tick."""

    def __init__(self, limit: int = 2000, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        keys = Qt.TextInteractionFlag.TextSelectableByKeyboard
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | keys)
        self.setUndoRedoEnabled(False)
        self.setMaximumBlockCount(limit)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(theme.mono_font(0.92))
        self.setAccessibleName("Log")
        self.setTabChangesFocus(True)
        self._newest = KeyButton("Newest", icon="chevron-down", parent=self)
        self._newest.setAccessibleName("Go to the newest line")
        self._newest.clicked.connect(self.follow)
        self._newest.hide()
        self._following = True
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._range_changed)

    def append_lines(self, lines: Iterable[LogLine]) -> None:
        """Add lines at the end; the view moves only if it stood at the end."""
        bar = self.verticalScrollBar()
        following = self._following
        place = bar.value()
        before = self.blockCount()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        added = 0
        for line in lines:
            self._insert(cursor, line)
            added += 1
        cursor.endEditBlock()
        if following:
            self.follow()
        else:
            dropped = max(0, before + added - self.blockCount())
            bar.setValue(max(0, place - dropped))

    def following(self) -> bool:
        """Whether the view stays with the newest line."""
        return self._following

    def follow(self) -> None:
        """Go to the newest line and stay with it."""
        self._following = True
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())
        self._newest.hide()
        self.horizontalScrollBar().setValue(0)

    def changeEvent(self, event: QEvent) -> None:
        """Colour the lines anew for another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._recolor()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the button in its corner."""
        super().resizeEvent(event)
        self._place_button()

    def _insert(self, cursor: QTextCursor, line: LogLine) -> None:
        look = theme.current()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if not self.document().isEmpty():
            cursor.insertBlock()
        cursor.block().setUserState(_LEVELS.index(line.level) if line.level in _LEVELS else _PLAIN)
        cursor.block().setUserData(_Stamp(len(line.time)))
        if line.time:
            cursor.insertText(f"{line.time}  ", _format(look, "dim"))
        text = line.text.replace("\n", " ␊ ").replace("\r", "␍")
        cursor.insertText(text or " ", _format(look, _TOKENS.get(line.level, "text")))

    def _recolor(self) -> None:
        look = theme.current()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        block = self.document().begin()
        while block.isValid():
            level = _LEVELS[block.userState()] if block.userState() >= 0 else "info"
            stamp = block.userData()
            split = block.position() + (stamp.length if isinstance(stamp, _Stamp) else 0)
            for start, end, token in (
                (block.position(), split, "dim"),
                (split, block.position() + block.length() - 1, _TOKENS.get(level, "text")),
            ):
                cursor.setPosition(start)
                cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
                cursor.mergeCharFormat(_format(look, token))
            block = block.next()
        cursor.endEditBlock()

    def _scrolled(self) -> None:
        bar = self.verticalScrollBar()
        self._following = bar.value() >= bar.maximum() - 1
        self._newest.setVisible(not self._following)

    def _range_changed(self) -> None:
        if self._following:
            self.follow()
        else:
            self._scrolled()

    def _place_button(self) -> None:
        self._newest.adjustSize()
        self._newest.move(
            self.viewport().geometry().right() - self._newest.width() - 8,
            self.viewport().geometry().bottom() - self._newest.height() - 8,
        )


def _format(look: theme.Theme, token: str) -> QTextCharFormat:
    style = QTextCharFormat()
    style.setForeground(look.color(token))
    return style

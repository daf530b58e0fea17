"""The foot of the review: who judges, the verdicts, the reasons, the note, and the way on."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.settings.fields import Reason
from ui import theme
from ui.widgets.buttons import KeyButton, tool_button
from ui.widgets.labels import ElidedLabel, key_cap_size, paint_key_cap
from ui.widgets.tips import tip

_HEIGHT = 26
_PAD = 5
_LEAST = 64
_ON_KEYS = 9


class ReasonToggle(QAbstractButton):
    """A reason code that is on or off, with its key; shortened where there is no room.

    Args:
        reason: the code and its words.
        key: the key that toggles it, as shown.
    """

    def __init__(self, reason: Reason, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reason = reason
        self._key = key
        self.setCheckable(True)
        self.setText(reason.text)
        self.setAccessibleName(f"Reason: {reason.text}")
        self.setToolTip(tip(f"Reason: {reason.text} ({key})"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Key cap and words."""
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(key_cap_size(self._key).width() + words + 4 * _PAD, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Key cap and a few letters."""
        return QSize(min(_LEAST, self.sizeHint().width()), _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A pill with a key cap; filled and ticked by its colour when on."""
        look, on = theme.current(), self.isChecked()
        color = "disabled" if not self.isEnabled() else "accent_text" if on else "text" if self.underMouse() else "dim"
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.color("accent" if on else "line"), 1))
        painter.setBrush(look.color("accent_soft" if on else "panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        cap = key_cap_size(self._key)
        place = QRectF(_PAD, (self.height() - cap.height()) / 2, cap.width(), cap.height())
        paint_key_cap(painter, place, self._key, color, color if on else "control")
        painter.setPen(look.color(color))
        room = self.rect().adjusted(cap.width() + 2 * _PAD, 0, -_PAD, 0)
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        if self.hasFocus():
            theme.draw_focus_ring(painter, QRectF(self.rect()), 5)


class VerdictBar(QFrame):
    """Everything that a verdict is made of. It decides nothing.

    Args:
        reasons: reason codes; the first nine are shown.
        operators: names used before, the likeliest first.
    """

    left_note = Signal()
    """The note is written; the keys belong to the picture again."""

    words_changed = Signal()
    """The operator changed the note or the reasons."""

    def __init__(self, reasons: Sequence[Reason], operators: Iterable[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.operator, self._name = QComboBox(), QLineEdit()
        self.buttons = {
            "pass": KeyButton("Pass", role="pass", icon="pass", key="P"),
            "fail": KeyButton("Fail", role="fail", icon="fail", key="F"),
            "pending": KeyButton("Pending", icon="pending", key="U"),
        }
        self.note = QLineEdit()
        self.undo = KeyButton("Undo", icon="undo")
        self.previous = tool_button("previous", "Previous asset", key="[")
        self.next = KeyButton("Next pending", role="primary", key="]")
        self.message = ElidedLabel(mode=Qt.TextElideMode.ElideRight)
        self.toggles = [ReasonToggle(reason, str(number)) for number, reason in enumerate(reasons[:_ON_KEYS], 1)]
        self._fill(operators)
        self._lay_out()
        self.note.returnPressed.connect(self.left_note)
        self.note.textEdited.connect(self.words_changed)
        for toggle in self.toggles:
            toggle.clicked.connect(self.words_changed)
        self.operator.editTextChanged.connect(self._operator_typed)
        self._name.returnPressed.connect(self.left_note)

    def operator_name(self) -> str:
        """Who judges; empty where nobody is named."""
        return self.operator.currentText().strip()

    def operators(self) -> list[str]:
        """The name in use and those used before."""
        known = [self.operator.itemText(place) for place in range(self.operator.count())]
        return list(dict.fromkeys(filter(None, [self.operator_name(), *known])))

    def remember_operator(self) -> None:
        """Keep the name in use among those to choose from."""
        name = self.operator_name()
        if name and self.operator.findText(name, Qt.MatchFlag.MatchExactly) < 0:
            self.operator.insertItem(0, name)

    def ask_for_operator(self) -> None:
        """Nobody is named: say so, and give the field the keys."""
        self.say("Say who judges first.", "fail")
        self._mark_operator(invalid=True)
        self.operator.setFocus(Qt.FocusReason.OtherFocusReason)

    def reasons(self) -> tuple[str, ...]:
        """Codes of the reasons that are on."""
        return tuple(toggle.reason.code for toggle in self.toggles if toggle.isChecked())

    def set_words(self, note: str, reasons: Iterable[str]) -> None:
        """Show another note and other reasons."""
        wanted = set(reasons)
        self.note.setText(note)
        for toggle in self.toggles:
            toggle.setChecked(toggle.reason.code in wanted)

    def set_words_possible(self, possible: bool) -> None:
        """Whether there is an asset that note and reasons could be about."""
        for widget in (self.note, *self.toggles):
            widget.setEnabled(possible)

    def set_possible(self, *, judge: bool, undo: bool, why_not: str = "") -> None:
        """Whether a verdict can be given and taken back; `why_not` is the tool tip where it cannot."""
        for name, button in self.buttons.items():
            button.setEnabled(judge)
            button.setToolTip(why_not or f"{name.capitalize()} ({button.property('keys')})")
        self.undo.setEnabled(undo)

    def say(self, text: str, state: str = "") -> None:
        """A sentence beside the reasons; `state` is "", "pass", "fail" or "stale"."""
        self.message.setFullText(text)
        if self.message.property("state") != state:
            self.message.setProperty("state", state)
            self.message.style().unpolish(self.message)
            self.message.style().polish(self.message)

    def bind(self, button: QAbstractButton, action: QAction) -> None:
        """Let a button do what an action does, and be as enabled as it is."""
        button.clicked.connect(action.trigger)
        if isinstance(button, KeyButton):
            button.setProperty("keys", action.shortcut().toString())

    def _fill(self, operators: Iterable[str]) -> None:
        self.operator.setLineEdit(self._name)
        self.operator.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.operator.addItems(list(dict.fromkeys(filter(None, operators))))
        self.operator.setCurrentIndex(0 if self.operator.count() else -1)
        self.operator.setMinimumWidth(112)
        self.operator.setAccessibleName("Operator")
        self.operator.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.operator.setMaximumWidth(200)
        self._name.setFrame(False)
        self._name.setStyleSheet("QLineEdit { border: none; padding: 0; min-height: 0; background: transparent; }")
        self._name.setAccessibleName("Operator")
        self._name.setPlaceholderText("Operator")
        self.operator.setToolTip("Who judges; it is written into each record")
        self.note.setPlaceholderText("Note (N)")
        self.note.setAccessibleName("Note")
        self.note.setToolTip("Written with the next verdict (N); Enter goes back to the picture")
        self.note.setMinimumWidth(80)
        self.undo.setToolTip("Take back the verdict of this asset (Ctrl+Z): a new record, nothing is erased")

    def _lay_out(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(8)
        first.addWidget(self.operator, 2)
        for button in self.buttons.values():
            first.addWidget(button)
        first.addWidget(self.note, 5)
        first.addWidget(self.undo)
        first.addWidget(self.previous)
        first.addWidget(self.next)
        second.setSpacing(6)
        for toggle in self.toggles:
            second.addWidget(toggle)
        self.message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        second.addWidget(self.message, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        layout.addLayout(first)
        layout.addLayout(second)

    def _operator_typed(self, text: str) -> None:
        if text.strip():
            self._mark_operator(invalid=False)
            if self.message.property("state") == "fail":
                self.say("")

    def _mark_operator(self, *, invalid: bool) -> None:
        self._name.setProperty("invalid", "true" if invalid else "false")
        self._name.style().unpolish(self._name)
        self._name.style().polish(self._name)

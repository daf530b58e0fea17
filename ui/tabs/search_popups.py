"""What opens below the filter chips: menus that stay open while boxes are ticked, and small forms."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QMenu, QVBoxLayout, QWidget, QWidgetAction

from app.model.sizes import parse_size
from ui import formats
from ui.widgets.buttons import KeyButton
from ui.widgets.labels import DimLabel, PlainLabel
from ui.widgets.menus import menu_text


class CheckMenu(QMenu):
    """A menu of boxes; a click or Space ticks one and the menu stays, Enter ticks and closes it."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._boxes: dict[str, QAction] = {}

    def set_choices(self, choices: Sequence[tuple[str, str]], chosen: Sequence[str] = ()) -> None:
        """Offer `(key, words)`; those in `chosen` are ticked."""
        self.clear()
        self._boxes.clear()
        for key, words in choices:
            box = self.addAction(menu_text(words))
            box.setCheckable(True)
            box.setChecked(key in chosen)
            box.triggered.connect(self.changed)
            self._boxes[key] = box

    def chosen(self) -> tuple[str, ...]:
        """Keys of the ticked boxes, in the order of the menu."""
        return tuple(key for key, box in self._boxes.items() if box.isChecked())

    def box(self, key: str) -> QAction:
        """One box."""
        return self._boxes[key]

    def clear_choice(self) -> None:
        """Tick nothing, silently."""
        for box in self._boxes.values():
            box.setChecked(False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tick without closing."""
        action = self.activeAction()
        if action in self._boxes.values():
            action.trigger()
            event.accept()
            return
        super().mouseReleaseEvent(event)

    def event(self, event: QEvent) -> bool:
        """Space ticks without closing."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Space:
            action = self.activeAction()
            if action in self._boxes.values():
                action.trigger()
                return True
        return super().event(event)


class FormMenu(QMenu):
    """A menu that holds a small form; the first field gets the keys when it opens."""

    applied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = QWidget()
        self.first: QWidget | None = None
        holder = QWidgetAction(self)
        holder.setDefaultWidget(self.form)
        self.addAction(holder)

    def showEvent(self, event: QShowEvent) -> None:
        """Give the keys to the first field, once the menu has them."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._focus_first)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Qt: Tab goes from field to field, not from line to line of the menu."""
        parts = [part for part in self.form.findChildren(QWidget) if part.focusPolicy() & Qt.FocusPolicy.TabFocus]
        current = self.form.focusWidget()
        place = parts.index(current) if current in parts else -1
        if parts:
            parts[(place + (1 if forward else -1)) % len(parts)].setFocus(Qt.FocusReason.TabFocusReason)
        return bool(parts)

    def _focus_first(self) -> None:
        if self.first is not None and self.isVisible():
            self.first.setFocus()

    def _done(self) -> None:
        self.close()
        self.applied.emit()


class ExtensionMenu(FormMenu):
    """Asks for extensions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = QLineEdit(placeholderText="exr dpx mov")
        self.field.setAccessibleName("Extensions")
        self.field.setMinimumWidth(200)
        self.field.returnPressed.connect(self._done)
        apply = KeyButton("Apply", key="Enter")
        apply.clicked.connect(self._done)
        column = QVBoxLayout(self.form)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        column.addWidget(PlainLabel("Only files that end in"))
        column.addWidget(self.field)
        column.addWidget(DimLabel("Several are parted by a space."))
        column.addWidget(apply)
        self.first = self.field

    def extensions(self) -> tuple[str, ...]:
        """What was entered, without dots."""
        words = re.split(r"[\s,;]+", self.field.text())
        return tuple(dict.fromkeys(word.lstrip("*.").lower() for word in words if word.lstrip("*.")))


class SizeMenu(FormMenu):
    """Asks for the least and the greatest size."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.least = QLineEdit(placeholderText="100 MB")
        self.most = QLineEdit(placeholderText="no limit")
        grid = QGridLayout(self.form)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        for row, (words, field) in enumerate((("At least", self.least), ("At most", self.most))):
            label = PlainLabel(words)
            label.setBuddy(field)
            field.setAccessibleName(words)
            field.setFixedWidth(140)
            field.textEdited.connect(self._check)
            field.returnPressed.connect(self._try)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        apply = KeyButton("Apply", key="Enter")
        apply.clicked.connect(self._try)
        grid.addWidget(apply, 2, 0, 1, 2)
        self.first = self.least

    def bounds(self) -> tuple[int | None, int | None]:
        """Bytes, or None where nothing (understandable) was entered."""
        return parse_size(self.least.text()), parse_size(self.most.text())

    def _check(self) -> bool:
        good = True
        for field in (self.least, self.most):
            wrong = bool(field.text().strip()) and parse_size(field.text()) is None
            good = good and not wrong
            mark_field(field, wrong=wrong, advice="Write 500 KB, 1.5 GB or a number of bytes.")
        return good

    def _try(self) -> None:
        if self._check():
            self._done()


class ModifiedMenu(FormMenu):
    """Since when: four answers that are always right, and a date."""

    chosen = Signal(str, object)
    """Words for the chip, and microseconds since 1970 or None for any time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.presets: dict[str, QAction] = {}
        self.date = QLineEdit(placeholderText="2026-01-31")
        self.date.setAccessibleName("Modified since")
        self.date.setFixedWidth(160)
        self.date.textEdited.connect(self._check)
        self.date.returnPressed.connect(self._date_chosen)
        apply = KeyButton("Apply", key="Enter")
        apply.clicked.connect(self._date_chosen)
        column = QVBoxLayout(self.form)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        column.addWidget(PlainLabel("Since a date"))
        column.addWidget(self.date)
        column.addWidget(apply)
        self.first = self.date
        holder = self.actions()[0]
        for words in ("Any time", "Today", "Last 7 days", "Last 30 days", "This year"):
            action = QAction(words, self)
            action.triggered.connect(self._preset_chosen)
            self.insertAction(holder, action)
            self.presets[words] = action
        self.insertSeparator(holder)

    def _preset_chosen(self) -> None:
        action = self.sender()
        words = action.text() if isinstance(action, QAction) else ""
        self.chosen.emit("" if words == "Any time" else words.lower(), since(words, datetime.now().astimezone()))

    def _date_chosen(self) -> None:
        day = parse_day(self.date.text())
        if day is not None:
            self.close()
            self.chosen.emit(f"since {day:%Y-%m-%d}", _us(day))

    def _check(self) -> None:
        mark_field(
            self.date,
            wrong=bool(self.date.text().strip()) and parse_day(self.date.text()) is None,
            advice="Write year, month and day: 2026-01-31.",
        )


def since(words: str, now: datetime) -> int | None:
    """The beginning of `Today`, `Last 7 days`, `Last 30 days` or `This year` in microseconds; None for others."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    match words:
        case "Today":
            return _us(midnight)
        case "Last 7 days":
            return _us(midnight - timedelta(days=6))
        case "Last 30 days":
            return _us(midnight - timedelta(days=29))
        case "This year":
            return _us(midnight.replace(month=1, day=1))
        case _:
            return None


def parse_day(text: str) -> datetime | None:
    """The beginning of `2026-01-31` here; None for what is no day."""
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").astimezone()
    except ValueError:
        return None


def size_words(least: int | None, most: int | None) -> str:
    """Words for a chip: `≥ 100 MB`, `≤ 2 GB`, `100 MB – 2 GB`; empty for none."""
    if least is not None and most is not None:
        return f"{formats.size(least)} – {formats.size(most)}"
    if least is not None:
        return f"≥ {formats.size(least)}"
    return f"≤ {formats.size(most)}" if most is not None else ""


def mark_field(field: QLineEdit, *, wrong: bool, advice: str) -> None:
    """Show whether what is in a field can be understood."""
    field.setProperty("invalid", "true" if wrong else "false")
    field.setToolTip(advice if wrong else "")
    field.style().unpolish(field)
    field.style().polish(field)


def _us(moment: datetime) -> int:
    return round(moment.timestamp()) * 1_000_000

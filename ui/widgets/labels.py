"""Small texts: section heads, key caps, labels that shorten themselves."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from ui import icons, theme
from ui.widgets.tips import tip


class PlainLabel(QLabel):
    """A label that shows a text as it is: what looks like markup in a name is no markup."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


class SectionHead(PlainLabel):
    """A small, bold, dim heading in capitals above a part of a page.

    Args:
        text: what is shown in capitals.
        name: what follows as it is: the name of a drive or a file, whose letters must not change.
    """

    def __init__(self, text: str, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setProperty("role", "head")
        self.set_head(text, name)

    def set_head(self, text: str, name: str = "") -> None:
        """Show another heading; screen readers hear it as it is written."""
        self.setText(f"{text.upper()} {name}".rstrip())
        self.setAccessibleName(f"{text} {name}".rstrip())


class DimLabel(PlainLabel):
    """A label of secondary importance."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("role", "dim")


class ElidedLabel(PlainLabel):
    """One line that is shortened with an ellipsis where there is no room; the tool tip then holds all of it.

    Args:
        text: what to show.
        mode: where the ellipsis goes (in the middle, as fits paths).
        dim: whether the text is of secondary importance.
    """

    def __init__(
        self, text: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle, *, dim: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent=parent)
        self._full, self._mode = "", mode
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if dim:
            self.setProperty("role", "dim")
        self.setFullText(text)

    def setFullText(self, text: str) -> None:
        """Show `text` (line breaks become visible signs)."""
        full = text.replace("\n", "␊").replace("\r", "␍")
        if full != self._full:
            self._full = full
            self.setAccessibleName(full)
            self.updateGeometry()
            self._fit()

    def fullText(self) -> str:
        """The text before shortening."""
        return self._full

    def sizeHint(self) -> QSize:
        """Wide enough for all of the text."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._full) + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        """A few letters."""
        metrics = self.fontMetrics()
        return QSize(min(self.sizeHint().width(), metrics.averageCharWidth() * 6), metrics.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten for the new width."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Shorten again for another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(self._full, self._mode, max(self.width(), 0))
        super().setText(shown)
        self.setToolTip(tip(self._full) if shown != self._full else "")


class IconLabel(QWidget):
    """An icon that follows the theme. `color` is a token; screen readers skip it unless it is given a name."""

    def __init__(self, icon: str, size: int = 16, color: str = "dim", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._size, self._color = icon, size, color
        self.setFixedSize(size, size)

    def set_icon(self, icon: str, color: str = "dim") -> None:
        """Show another icon."""
        self._icon, self._color = icon, color
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the icon."""
        icons.paint_icon(QPainter(self), self.rect(), self._icon, self._color)


class NoticeLine(QWidget):
    """One line about what went wrong, under a sign; takes no room while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ElidedLabel()
        self._words.setProperty("state", "fail")
        line = QHBoxLayout(self)
        line.setContentsMargins(4, 0, 4, 0)
        line.setSpacing(8)
        line.addWidget(IconLabel("warning", 16, "fail_text"))
        line.addWidget(self._words, 1)
        self.hide()

    def say(self, words: str) -> None:
        """Show words; none for nothing."""
        self._words.setFullText(words)
        self.setVisible(bool(words))

    def words(self) -> str:
        """What is said."""
        return self._words.fullText()


class KeyHint(QWidget):
    """A key or chord drawn as a small cap (`Ctrl+K`)."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self.setAccessibleName(f"Key {keys}")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def keys(self) -> str:
        """What the cap says."""
        return self._keys

    def sizeHint(self) -> QSize:
        """The cap's size."""
        return key_cap_size(self._keys)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the cap."""
        painter = QPainter(self)
        paint_key_cap(painter, QRectF(self.rect()), self._keys)


def key_cap_size(keys: str) -> QSize:
    """How large a cap for `keys` is, in logical pixels."""
    metrics = QFontMetrics(theme.ui_font(0.86))
    height = metrics.height() + 4
    return QSize(max(height, metrics.horizontalAdvance(keys) + 10), height)


def paint_key_cap(painter: QPainter, rect: QRectF, keys: str, color: str = "dim", line: str = "control") -> None:
    """Draw a key cap in `rect`; `color` and `line` are tokens."""
    look = theme.current()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look.color(line), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setPen(look.color(color))
    painter.setFont(theme.ui_font(0.86))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, keys)
    painter.restore()

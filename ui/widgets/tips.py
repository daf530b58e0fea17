"""Tool tips that show a text as it is: a file may be called `<b>bold</b>.exr`, and Qt would take that for markup."""

import html

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QToolTip


def tip(text: str) -> str:
    """A text for a tool tip, where it may hold the name of a file, a drive or a person."""
    if "<" not in text and "&" not in text:
        return text
    return f'<span style="white-space: pre-wrap">{html.escape(text, quote=False)}</span>'


class TipDelegate(QStyledItemDelegate):
    """Draws cells as any other delegate, and shows the tips of a model as they are."""

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Qt: show the tip of a cell."""
        model = index.model() if index.isValid() else None
        if event.type() != QEvent.Type.ToolTip or not isinstance(model, QAbstractItemModel):
            return super().helpEvent(event, view, option, index)
        text = index.data(Qt.ItemDataRole.ToolTipRole)
        if not isinstance(text, str) or not text:
            return super().helpEvent(event, view, option, index)
        QToolTip.showText(event.globalPos(), tip(text), view.viewport())
        return True

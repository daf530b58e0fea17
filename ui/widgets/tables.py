"""What every table and tree of the window has in common."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QTreeView, QWidget

from ui.widgets.tips import TipDelegate

ROW_HEIGHT = 28


def style_table(view: QTableView, name: str, stretch: int | None = None) -> None:
    """Whole rows of 28 pixels, left-aligned heads, smooth scrolling, no grid.

    Args:
        view: the table.
        name: its name for screen readers; also the key under which its columns are remembered.
        stretch: the column that takes the room left over (the last by default). The model must be set by then.
    """
    _style(view, name)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setCornerButtonEnabled(False)
    view.verticalHeader().hide()
    view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    view.verticalHeader().setDefaultSectionSize(max(ROW_HEIGHT, view.fontMetrics().height() + 10))
    view.verticalHeader().setMinimumSectionSize(20)
    view.setTabKeyNavigation(False)
    _style_header(view.horizontalHeader(), name, stretch)


def style_tree(view: QTreeView, name: str, stretch: int | None = None) -> None:
    """The same for a tree: rows with room, left-aligned heads, uniform heights."""
    _style(view, name)
    view.setUniformRowHeights(True)
    view.setIndentation(18)
    view.setAnimated(False)
    _style_header(view.header(), name, stretch)


def _style(view: QTableView | QTreeView, name: str) -> None:
    view.setAccessibleName(name)
    view.setObjectName(name.lower().replace(" ", "_"))
    view.setAlternatingRowColors(True)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    view.setItemDelegate(TipDelegate(view))


def _style_header(header: QHeaderView, name: str, stretch: int | None) -> None:
    header.setObjectName(f"{name.lower().replace(' ', '_')}_columns")
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setHighlightSections(False)
    header.setSectionsMovable(True)
    header.setStretchLastSection(stretch is None)
    if stretch is not None and stretch < header.count():
        header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
    header.setMinimumSectionSize(48)


def separator(parent: QWidget | None = None) -> QWidget:
    """A thin line between parts of a page."""
    line = QWidget(parent)
    line.setProperty("role", "line")
    line.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    line.setFixedHeight(1)
    return line

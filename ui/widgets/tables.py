"""What every table and tree of the window has in common."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QDialog, QHeaderView, QTableView, QTreeView

from ui.widgets.tips import TipDelegate

ROW_HEIGHT = 28
_NARROW = 80
#: How many rows tell how wide a column should be.
_ROWS_MEASURED = 100


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
    header.setResizeContentsPrecision(_ROWS_MEASURED)


def share_columns(view: QTableView, first: int, second: int) -> None:
    """Divide the room of two neighbouring columns by what they hold; neither takes more than it needs or than half.

    Args:
        view: a table whose `second` column stretches.
        first: the column that is made narrower or wider.
        second: the one that takes what is left.
    """
    shown = (c for c in range(view.horizontalHeader().count()) if not view.isColumnHidden(c))
    room = view.viewport().width() - sum(view.columnWidth(c) for c in shown if c not in (first, second))
    wanted, other = (max(view.sizeHintForColumn(c), _NARROW) for c in (first, second))
    spare = room - wanted - other
    width = wanted + spare // 2 if spare >= 0 else max(room // 2, room - other) if wanted > room // 2 else wanted
    view.setColumnWidth(first, max(width, _NARROW))


def part_of_window(dialog: QDialog, least: QSize) -> QSize:
    """The size of a dialogue that shows more where there is more room: some six tenths of the window it belongs to."""
    above = dialog.parentWidget()
    whole = above.window().size() if above is not None else least
    return least.expandedTo(QSize(round(whole.width() * 0.6), round(whole.height() * 0.68)))


def give_room(dialog: QDialog) -> None:
    """Make a dialogue as large as it wishes to be, where the screen has room; Qt itself stops at two thirds of it."""
    most = dialog.screen().availableSize()
    dialog.resize(dialog.sizeHint().boundedTo(QSize(round(most.width() * 0.94), round(most.height() * 0.9))))

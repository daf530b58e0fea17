"""The catalogue and the shards as rows: how each stands and when it was last looked after."""

from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.catalog.upkeep import UpkeepNote
from app.maintenance.status import (
    BROKEN,
    GOOD,
    MISSING,
    NEWER,
    OLDER_FORMAT,
    UNCHECKED,
    UNUSABLE,
    DatabaseStatus,
)
from ui import formats, icons, theme

_Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """The columns, left to right."""

    NAME = 0
    STATE = 1
    SIZE = 2
    FREE = 3
    CHECKED = 4
    BACKUP = 5
    BACKUPS = 6
    OPTIMISED = 7
    VACUUMED = 8


_HEADS = ("Database", "State", "Size", "Free", "Last check", "Last backup", "Backups", "Optimised", "Vacuumed")
_NUMBERS = (Column.SIZE, Column.FREE, Column.BACKUPS)

#: State to its words, the name of its icon, and the token of its colour.
_STATES = {
    GOOD: ("sound", "pass", "pass"),
    UNCHECKED: ("not checked yet", "pending", ""),
    BROKEN: ("damaged", "error", "fail"),
    MISSING: ("missing", "error", "fail"),
    NEWER: ("of a newer version", "warning", "stale"),
    OLDER_FORMAT: ("of an older version", "info", ""),
    UNUSABLE: ("cannot be used", "error", "fail"),
}


class DatabasesModel(QAbstractTableModel):
    """How every database stands, the catalogue first."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[DatabaseStatus] = []

    def set_rows(self, rows: list[DatabaseStatus]) -> None:
        """Show other rows; those of the same databases in the same order keep their selection."""
        same = [row.target.path for row in rows] == [row.target.path for row in self._rows]
        if not same:
            self.beginResetModel()
        self._rows = rows
        if same and rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(_HEADS) - 1))
        elif not same:
            self.endResetModel()

    def status(self, row: int) -> DatabaseStatus:
        """The database of a row."""
        return self._rows[row]

    def rows(self) -> list[DatabaseStatus]:
        """Every row."""
        return self._rows

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Qt."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Qt."""
        return 0 if parent.isValid() else len(_HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section in _NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt."""
        status, column = self._rows[index.row()], Column(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _cell(status, column)
            case Qt.ItemDataRole.ToolTipRole:
                return _tool_tip(status, column)
            case Qt.ItemDataRole.TextAlignmentRole if column in _NUMBERS:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.DecorationRole:
                return _icon(status, column)
            case Qt.ItemDataRole.ForegroundRole if column == Column.STATE:
                token = _STATES[status.state][2]
                return theme.current().color(f"{token}_text") if token and not status.held_by else None
            case Qt.ItemDataRole.FontRole if column > Column.STATE:
                return theme.ui_font(numbers=True)
        return None


def state_words(status: DatabaseStatus) -> str:
    """How a database stands, in a word or two."""
    return "being written" if status.held_by else _STATES[status.state][0]


def _cell(status: DatabaseStatus, column: Column) -> str:
    match column:
        case Column.NAME:
            return status.target.name if status.target.drive else "Catalogue"
        case Column.STATE:
            return state_words(status)
        case Column.SIZE:
            return formats.size(status.bytes) if status.bytes else ""
        case Column.FREE:
            return formats.size(status.free_bytes) if status.bytes else ""
        case Column.CHECKED:
            return _last(status.checked)
        case Column.BACKUP:
            return formats.last(status.backups[0].time_us if status.backups else None)
        case Column.BACKUPS:
            return formats.count(len(status.backups))
        case Column.OPTIMISED:
            return _last(status.last("optimise"))
        case Column.VACUUMED:
            return _last(status.last("vacuum"))


def _last(note: UpkeepNote | None) -> str:
    return formats.last(note.time_us if note else None)


def _tool_tip(status: DatabaseStatus, column: Column) -> str | None:
    match column:
        case Column.NAME:
            return str(status.target.path)
        case Column.STATE:
            return f"{status.held_by} writes it" if status.held_by else status.problem or None
        case Column.SIZE:
            return f"{formats.count(status.bytes)} bytes, format {status.format}" if status.bytes else None
        case Column.FREE:
            return "What a vacuum would give back"
        case Column.CHECKED:
            note, kind = status.checked, "thorough" if status.last("full_check") == status.checked else "quick"
            return f"{formats.date(note.time_us)}, {kind}" if note else None
        case Column.BACKUP:
            return f"{formats.date(status.backups[0].time_us)}\n{status.backups[0].path}" if status.backups else None
    return None


def _icon(status: DatabaseStatus, column: Column) -> object:
    if column == Column.NAME:
        return icons.icon("drive" if status.target.drive else "archive", "dim")
    if column == Column.STATE:
        _, name, token = _STATES[status.state]
        return (
            icons.icon("pending", "accent_text")
            if status.held_by
            else icons.icon(name, f"{token}_text" if token else "dim")
        )
    return None

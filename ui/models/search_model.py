"""Hits of a search as rows: the pages read so far, newest first."""

from collections.abc import Mapping, Sequence
from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.catalog.find import Found
from app.model.kinds import Category
from app.model.names import shown
from ui import formats, icons, theme

Index = QModelIndex | QPersistentModelIndex

#: Icons of the categories; what is not among them is a plain file.
CATEGORY_ICONS = {
    Category.IMAGE: "image", Category.VIDEO: "movie", Category.AUDIO: "sound", Category.DOCUMENT: "document",
    Category.ARCHIVE: "archive", Category.QC: "seal",
}  # fmt: skip

_HEADS = ("Name", "Size", "Modified", "Drive", "Verdict", "Verified", "Folder")
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class Column(IntEnum):
    """The columns in their first order."""

    NAME = 0
    SIZE = 1
    MODIFIED = 2
    DRIVE = 3
    VERDICT = 4
    VERIFIED = 5
    FOLDER = 6


_HEAD_TIPS: dict[int, str] = {
    Column.MODIFIED: "Newest first",
    Column.VERIFIED: "When all bytes of the file were read last, and were those that were hashed",
}


def one_line(text: bytes | str) -> str:
    """A name or path for one line: line breaks and tabs become visible signs."""
    line = shown(text)
    return line.replace("\n", "␊").replace("\r", "␍").replace("\t", "␉") if not line.isprintable() else line


class SearchModel(QAbstractTableModel):
    """The hits that were read; the tab adds a page when the view comes near the end."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Found] = []
        self._online: dict[str, bool] = {}
        #: The font of sizes and times: every digit as wide as the other.
        self.numbers = theme.ui_font(numbers=True)

    def rows(self) -> Sequence[Found]:
        """All hits read so far."""
        return self._rows

    def hit(self, row: int) -> Found | None:
        """The hit of a row; None outside."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def set_rows(self, rows: Sequence[Found]) -> None:
        """Show other hits instead."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def add_rows(self, rows: Sequence[Found]) -> None:
        """Add the page behind the last hit."""
        if rows:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()

    def set_online(self, online: Mapping[str, bool]) -> None:
        """Which drives are connected, by id."""
        if online != self._online:
            self._online = dict(online)
            if self._rows:
                last = self.index(len(self._rows) - 1, Column.DRIVE)
                self.dataChanged.emit(self.index(0, Column.DRIVE), last)

    def is_online(self, hit: Found) -> bool:
        """Whether the drive of a hit is connected."""
        return self._online.get(hit.drive.id, hit.drive.online)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Qt: rows of the table."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Qt: columns of the table."""
        return 0 if parent.isValid() else len(_HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt: the head of a column."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _HEADS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section == Column.SIZE else _LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return _HEAD_TIPS.get(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt: one cell."""
        hit = self._rows[index.row()]
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(hit, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column == Column.SIZE else _LEFT
        if role == Qt.ItemDataRole.FontRole and column in (Column.SIZE, Column.MODIFIED):
            return self.numbers
        if role == Qt.ItemDataRole.DecorationRole and column == Column.NAME:
            return icons.icon(category_icon(hit))
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(hit, column, online=self.is_online(hit))
        if role == Qt.ItemDataRole.AccessibleTextRole and column == Column.DRIVE:
            return f"{hit.drive.label}, {'connected' if self.is_online(hit) else 'not connected'}"
        return None


def category_icon(hit: Found) -> str:
    """Name of the icon for what a file is; frames of a sequence have their own."""
    if hit.frames:
        return "sequence"
    return CATEGORY_ICONS.get(Category(hit.hit.category), "file")


def _text(hit: Found, column: int) -> str:
    match column:
        case Column.NAME:
            return one_line(hit.hit.name)
        case Column.SIZE:
            return formats.size(hit.hit.size)
        case Column.MODIFIED:
            return formats.date(hit.hit.mtime_ns // 1000)
        case Column.DRIVE:
            return hit.drive.label
        case Column.VERDICT:
            return hit.verdict
        case Column.VERIFIED:
            day = formats.last(hit.hit.verified_us).partition(" ")[0]  # the tip has the time of the day as well
            return "rot?" if hit.suspect else day
        case _:
            return "/" + one_line(hit.folder)


def _tip(hit: Found, column: int, *, online: bool) -> str | None:
    if column == Column.NAME:
        frames = f"\nA frame of the sequence {hit.frames}" if hit.frames else ""
        return one_line(hit.hit.name) + frames
    if column == Column.SIZE:
        return formats.many(hit.hit.size, "byte")
    if column == Column.DRIVE:
        state = "connected" if online else "not connected, last seen"
        return f"{hit.drive.label}: {state} at {one_line(hit.drive.base)}"
    if column == Column.VERIFIED:
        return _verified_tip(hit)
    return f"/{one_line(hit.folder)}" if column == Column.FOLDER else None


def _verified_tip(hit: Found) -> str:
    if hit.suspect:
        return "Suspected of rot: its bytes are not those that were hashed"
    when = formats.date(hit.hit.verified_us)
    return f"Read whole and found as hashed: {when}" if when else "Its bytes were never read whole"

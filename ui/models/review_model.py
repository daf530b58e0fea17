"""The queue of the review: assets under the headings of their folders, filtered, kept in place as they change."""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.catalog.unreadable import READ
from app.model.names import shown
from ui import formats
from ui.models.queue_rows import AssetId, QueueFilter, QueueRow, QueueRows

Index = QModelIndex | QPersistentModelIndex


class QueueRole(IntEnum):
    """What a row can be asked for beside its text."""

    HEADING = Qt.ItemDataRole.UserRole + 1
    STATE = Qt.ItemDataRole.UserRole + 2
    SECOND = Qt.ItemDataRole.UserRole + 3
    PROBLEM = Qt.ItemDataRole.UserRole + 4
    OBJECTED = Qt.ItemDataRole.UserRole + 5
    OUTSIDE = Qt.ItemDataRole.UserRole + 6


#: Lines of one asset and its heading.
_ALONE = 2
_OUTSIDE = "not in the filter"

Line = bytes | QueueRow
"""A line of the queue: the folder of a heading, or an asset."""


@dataclass(frozen=True, slots=True)
class PreparedQueue:
    """A whole queue, made ready outside the window's thread.

    Attributes:
        rows: every asset.
        lines: what is shown: of row `n` the number `2 * n + 1`, and `2 * n` for the heading above it.
        counts: assets by state.
        wanted: the filter that it was made with.
        outside: an asset that is shown because it is looked at, though the words of the filter leave it out.
    """

    rows: QueueRows
    lines: "array[int]"
    counts: dict[str, int]
    wanted: QueueFilter
    outside: AssetId | None = None


def prepare(
    rows: QueueRows, wanted: QueueFilter, kept: Collection[AssetId] = (), looked_at: AssetId | None = None
) -> PreparedQueue:
    """Make a queue ready to be shown, `kept` assets among it whatever their state is.

    What is looked at stays beside what the words of the filter let through, unless they let nothing through.
    """
    number = rows.number_of(looked_at) if looked_at is not None else None
    held = looked_at if number is not None and rows.is_outside(number, wanted) else None
    lines = _lines_of(rows, wanted, kept, held=held)
    if held is not None and len(lines) == _ALONE:
        held, lines = None, array("q")
    return PreparedQueue(rows, lines, rows.counts(), wanted, held)


def completed(queue: PreparedQueue, rows: QueueRows, kept: Collection[AssetId]) -> PreparedQueue:
    """A queue that was made of a copy of rows, of the rows themselves: some came since, some were judged."""
    last = rows.folder_number(queue.lines[-1] >> 1) if queue.lines else 0
    lines = queue.lines + _lines_of(rows, queue.wanted, kept, len(queue.rows), last)
    return replace(queue, rows=rows, lines=lines, counts=rows.counts())


def _lines_of(
    rows: QueueRows,
    wanted: QueueFilter,
    kept: Collection[AssetId],
    start: int = 0,
    folder: int = 0,
    held: AssetId | None = None,
) -> "array[int]":
    """The lines of the rows from `start` on: a heading before the first one of each folder behind number `folder`."""
    lines = array("q")
    for number in rows.matching(wanted, kept, start, held):
        if rows.folder_number(number) != folder:
            folder = rows.folder_number(number)
            lines.append(2 * number)
        lines.append(2 * number + 1)
    return lines


class ReviewQueue(QAbstractListModel):
    """The lines of the queue. Rows come from outside; nothing is read here."""

    counted = Signal()
    """The counts of the states changed."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._rows = QueueRows()
        self._lines = array("q")
        self._counts: dict[str, int] = self._rows.counts()
        self._notes: dict[AssetId, tuple[str, bool]] = {}
        self.filter = QueueFilter()
        #: Assets that stay in sight although the filter leaves them out.
        self.kept: set[AssetId] = set()
        #: What is shown only because it is looked at.
        self.outside: AssetId | None = None

    def clear(self) -> None:
        """Show no drive."""
        self.kept.clear()
        self._notes.clear()
        self.show_all(prepare(QueueRows(), self.filter))

    def append(self, rows: Sequence[QueueRow]) -> None:
        """Add a page that lies behind what is there. `counted` is not told: pages come in quick succession."""
        start = len(self._rows)
        self._rows.extend(rows)
        for state, count in self._rows.counts(start).items():
            self._counts[state] += count
        last = self._rows.folder_number(self._lines[-1] >> 1) if self._lines else 0
        lines = _lines_of(self._rows, self.filter, self.kept, start, last)
        if lines:
            first = len(self._lines)
            self.beginInsertRows(QModelIndex(), first, first + len(lines) - 1)
            self._lines += lines
            self.endInsertRows()

    def show_all(self, queue: PreparedQueue) -> None:
        """Show another queue, made with the filter that is set."""
        self.beginResetModel()
        self._rows, self._lines, self._counts = queue.rows, queue.lines, dict(queue.counts)
        self.outside = queue.outside
        self.endResetModel()
        self.counted.emit()

    def rows(self) -> QueueRows:
        """Every asset of the drive, in order. Not to be changed."""
        return self._rows

    def set_state(self, asset: AssetId, state: str) -> None:
        """An asset was judged: it stays in its place."""
        self.kept.add(asset)
        number = self._rows.number_of(asset)
        if number is None:
            return
        self._counts[self._rows.state(number)] -= 1
        self._counts[state] += 1
        self._rows.set_state(number, state)
        self._tell(asset)
        self.counted.emit()

    def row_of(self, asset: AssetId) -> QueueRow | None:
        """An asset of the drive, shown or not."""
        number = self._rows.number_of(asset)
        return self._rows[number] if number is not None else None

    def set_note(self, asset: AssetId, text: str, *, problem: bool = False) -> None:
        """Words in place of the second text (`writing…`); "" takes them away."""
        if text:
            self._notes[asset] = (text, problem)
        else:
            self._notes.pop(asset, None)
        self._tell(asset)

    def counts(self) -> dict[str, int]:
        """Assets by state, `all` among them."""
        return dict(self._counts)

    def line_at(self, index: Index) -> Line | None:
        """An asset, or the folder of a heading; None where there is no line."""
        if not 0 <= index.row() < len(self._lines):
            return None
        line = self._lines[index.row()]
        row = self._rows[line >> 1]
        return row if line & 1 else row.folder

    def row_at(self, index: Index) -> QueueRow | None:
        """The asset of a line; None for a heading."""
        line = self.line_at(index)
        return line if isinstance(line, QueueRow) else None

    def index_of(self, asset: AssetId) -> QModelIndex:
        """Where an asset is shown; an invalid index where it is not."""
        number = self._rows.number_of(asset)
        if number is None:
            return QModelIndex()
        place = bisect_left(self._lines, 2 * number + 1)
        shown_there = place < len(self._lines) and self._lines[place] == 2 * number + 1
        return self.index(place) if shown_there else QModelIndex()

    def next_of(self, start: int, state: str = "", step: int = 1) -> QModelIndex:
        """The nearest asset behind line `start` (before it with `step` -1), of a state where one is named.

        Going forward it begins again at the top. An asset whose verdict is being written is of no state, and one that
        the filter leaves out is no neighbour.
        """
        count = len(self._lines)
        outside = self._rows.number_of(self.outside) if self.outside is not None else None
        ahead = range(start + step, count if step > 0 else -1, step)
        order = [*ahead, *range(0, max(start, 0))] if step > 0 else ahead
        for place in order:
            line = self._lines[place]
            number = line >> 1
            if not line & 1 or number == outside or (state and self._rows.state(number) != state):
                continue
            if self._is_free(number, state):
                return self.index(place)
        return QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Qt: how many lines."""
        return 0 if parent.isValid() else len(self._lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Qt: headings cannot be chosen."""
        if self.row_at(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: what a line shows."""
        line = self.line_at(index)
        if line is None:
            return None
        if not isinstance(line, QueueRow):
            return _heading(line, role)
        note, problem = self._notes.get(line.id, (_OUTSIDE if line.id == self.outside else "", False))
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return line.text
            case QueueRole.HEADING:
                return False
            case QueueRole.STATE:
                return line.state
            case QueueRole.SECOND:
                return note or second_text(line)
            case QueueRole.PROBLEM:
                return problem or (not note and line.state != "stale" and is_wrong(line))
            case QueueRole.OUTSIDE:
                return line.id == self.outside
            case QueueRole.OBJECTED:
                return bool(line.objected)
            case Qt.ItemDataRole.ToolTipRole:
                told = (
                    line.text,
                    shown(line.folder),
                    f"{line.state} · {formats.size(line.size)}",
                    objected_words(line),
                )
                return "\n".join(filter(None, told))
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(filter(None, (line.text, line.state, note or second_text(line), objected_words(line))))
            case _:
                return None

    def _is_free(self, number: int, state: str) -> bool:
        """Whether its verdict is not just being written, where a state is asked for."""
        return not state or not self._notes or self._notes.get(self._rows[number].id, ("", True))[1]

    def _tell(self, asset: AssetId) -> None:
        index = self.index_of(asset)
        if index.isValid():
            self.dataChanged.emit(index, index)


def objected_words(row: QueueRow) -> str:
    """Which policies the asset failed by when it was checked last; empty for none."""
    return f"Checked last: {', '.join(row.objected)}" if row.objected else ""


def is_wrong(row: QueueRow) -> bool:
    """Whether frames are absent or files cannot be read."""
    return row.missing > 0 or row.unread != READ


def second_text(row: QueueRow) -> str:
    """What stands at the end of a row: what is wrong with it, else how large it is."""
    wrong = ["stale"] if row.state == "stale" else []
    if row.missing:
        wrong.append(f"{formats.count(row.missing)} missing")
    if row.unread.empty:
        wrong.append("empty" if not row.size else f"{formats.count(row.unread.empty)} empty")
    if row.unread.damaged:
        alone = row.unread.damaged == 1 and b"#" not in row.name
        wrong.append("unreadable" if alone else f"{formats.count(row.unread.damaged)} unreadable")
    if wrong:
        return " · ".join(wrong)
    return formats.size(row.size) if row.size else "empty"


def _heading(folder: bytes, role: int) -> Any:
    if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
        return shown(folder).replace("/", " / ") or "Top folder"
    return role == QueueRole.HEADING or None

"""The queue of the review: assets under the headings of their folders, filtered, kept in place as they change."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.catalog.assets import CataloguedAsset
from app.model.kinds import Category
from app.model.names import folded, folded_text, shown
from ui import formats

Index = QModelIndex | QPersistentModelIndex

#: What a queue can be narrowed to, and the words for it.
STATES = {
    "pending": "Pending", "stale": "Stale", "fail": "Fail", "pass": "Pass", "objected": "Failed check", "all": "All",
}  # fmt: skip


class QueueRole(IntEnum):
    """What a row can be asked for beside its text."""

    HEADING = Qt.ItemDataRole.UserRole + 1
    STATE = Qt.ItemDataRole.UserRole + 2
    SECOND = Qt.ItemDataRole.UserRole + 3
    PROBLEM = Qt.ItemDataRole.UserRole + 4
    OBJECTED = Qt.ItemDataRole.UserRole + 5


@dataclass(frozen=True, slots=True)
class QueueRow:
    """An asset as the queue shows it.

    Attributes:
        folder, name: raw bytes; the folder is relative to the drive's base.
        text: the name as it is shown, a sequence with its frame range.
        key: folder and text folded, for the filter.
        state: `pass`, `fail`, `pending` or `stale`.
        size: bytes of all its files.
        missing: how many frames are absent.
        objected: the policies that the asset failed by, or could not be judged by, when it was checked last; none
            where it changed since then.
    """

    folder: bytes
    name: bytes
    text: str
    key: bytes
    state: str
    category: Category
    size: int
    missing: int = 0
    objected: tuple[str, ...] = ()

    @property
    def id(self) -> tuple[bytes, bytes]:
        """What tells it apart on its drive."""
        return self.folder, self.name

    @classmethod
    def of(cls, asset: CataloguedAsset, objected: tuple[str, ...] = ()) -> "QueueRow":
        """From what the shard has."""
        sequence = asset.sequence
        text = shown(asset.name)
        if sequence is not None:
            frames = f"{sequence.first_frame}-{sequence.last_frame}" if sequence.frame_count > 1 else sequence.ranges
            text = f"{shown(sequence.base)}{frames}{shown(sequence.ext)}"
        text = text.replace("\n", "␊").replace("\r", "␍")
        missing = sequence.missing_count if sequence else 0
        key = folded(asset.folder) + b"/" + folded_text(text)
        return cls(asset.folder, asset.name, text, key, asset.state, asset.category, asset.bytes, missing, objected)


Line = bytes | QueueRow
"""A line of the queue: the folder of a heading, or an asset."""

AssetId = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What is shown: a state of `STATES`, and words that folder or name must hold."""

    state: str = "pending"
    text: str = ""


def lines_of(rows: Iterable[QueueRow], wanted: QueueFilter, kept: frozenset[AssetId] = frozenset()) -> list[Line]:
    """The lines of a queue: a heading before the first asset of each folder.

    Args:
        rows: in the order of folders.
        wanted: the filter.
        kept: assets that stay although the filter leaves them out, because they were judged or are looked at.
    """
    words = folded_text(wanted.text).split()
    lines: list[Line] = []
    heading: bytes | None = None
    for row in rows:
        if not _is_wanted(row, wanted.state) and row.id not in kept:
            continue
        if words and not all(word in row.key for word in words):
            continue
        if row.folder != heading:
            heading = row.folder
            lines.append(row.folder)
        lines.append(row)
    return lines


@dataclass(frozen=True, slots=True)
class PreparedQueue:
    """A whole queue, made ready outside the window's thread. `places` and `row_places` find an asset in the lists."""

    rows: list[QueueRow]
    lines: list[Line]
    places: dict[AssetId, int]
    row_places: dict[AssetId, int]
    counts: dict[str, int]


def prepare(rows: list[QueueRow], wanted: QueueFilter, kept: frozenset[AssetId] = frozenset()) -> PreparedQueue:
    """Make a queue ready to be shown; see `lines_of`."""
    lines = lines_of(rows, wanted, kept)
    places = {line.id: number for number, line in enumerate(lines) if isinstance(line, QueueRow)}
    return PreparedQueue(rows, lines, places, {row.id: number for number, row in enumerate(rows)}, count_states(rows))


def count_states(rows: Sequence[QueueRow]) -> dict[str, int]:
    """How many assets there are in each of `STATES`."""
    counted = Counter(row.state for row in rows)
    counted |= {"objected": sum(1 for row in rows if row.objected), "all": len(rows)}
    return {state: counted[state] for state in STATES}


def _is_wanted(row: QueueRow, state: str) -> bool:
    return state in (row.state, "all") or (state == "objected" and bool(row.objected))


class ReviewQueue(QAbstractListModel):
    """The lines of the queue. Rows come from outside; nothing is read here."""

    counted = Signal()
    """The counts of the states changed."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._rows: list[QueueRow] = []
        self._lines: list[Line] = []
        self._places: dict[AssetId, int] = {}
        self._row_places: dict[AssetId, int] = {}
        self._counts: dict[str, int] = count_states(())
        self._notes: dict[AssetId, tuple[str, bool]] = {}
        self.filter = QueueFilter()
        #: Assets that stay in sight although the filter leaves them out.
        self.kept: set[AssetId] = set()

    def clear(self) -> None:
        """Show no drive."""
        self.kept.clear()
        self._notes.clear()
        self.show_all(prepare([], self.filter))

    def append(self, rows: Sequence[QueueRow]) -> None:
        """Add a page that lies behind what is there. `counted` is not told: pages come in quick succession."""
        last = next((line for line in reversed(self._lines) if isinstance(line, QueueRow)), None)
        lines = lines_of(rows, self.filter, frozenset(self.kept))
        if last is not None and lines and lines[0] == last.folder:
            del lines[0]
        self._row_places.update((row.id, len(self._rows) + n) for n, row in enumerate(rows))
        self._rows += rows
        for state, count in count_states(rows).items():
            self._counts[state] += count
        if lines:
            first = len(self._lines)
            self.beginInsertRows(QModelIndex(), first, first + len(lines) - 1)
            self._lines += lines
            self._places.update((line.id, first + n) for n, line in enumerate(lines) if isinstance(line, QueueRow))
            self.endInsertRows()

    def show_all(self, queue: PreparedQueue) -> None:
        """Show another queue, made with the filter that is set."""
        self.beginResetModel()
        self._rows, self._lines, self._counts = queue.rows, queue.lines, dict(queue.counts)
        self._places, self._row_places = queue.places, queue.row_places
        self.endResetModel()
        self.counted.emit()

    def rows(self) -> list[QueueRow]:
        """Every asset of the drive, in order. Not to be changed."""
        return self._rows

    def set_state(self, asset: AssetId, state: str) -> None:
        """An asset was judged: it stays in its place."""
        self.kept.add(asset)
        number = self._row_places.get(asset)
        if number is None:
            return
        row = self._rows[number]
        self._rows[number] = replace(row, state=state)
        self._counts[row.state] -= 1
        self._counts[state] += 1
        if asset in self._places:
            self._lines[self._places[asset]] = self._rows[number]
            self._tell(asset)
        self.counted.emit()

    def row_of(self, asset: AssetId) -> QueueRow | None:
        """An asset of the drive, shown or not."""
        number = self._row_places.get(asset)
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
        return self._lines[index.row()] if 0 <= index.row() < len(self._lines) else None

    def row_at(self, index: Index) -> QueueRow | None:
        """The asset of a line; None for a heading."""
        line = self.line_at(index)
        return line if isinstance(line, QueueRow) else None

    def index_of(self, asset: AssetId) -> QModelIndex:
        """Where an asset is shown; an invalid index where it is not."""
        place = self._places.get(asset)
        return self.index(place) if place is not None else QModelIndex()

    def next_of(self, start: int, state: str = "", step: int = 1) -> QModelIndex:
        """The nearest asset behind line `start` (before it with `step` -1), of a state where one is named.

        Going forward it begins again at the top. An asset whose verdict is being written is of no state.
        """
        count = len(self._lines)
        ahead = range(start + step, count if step > 0 else -1, step)
        order = [*ahead, *range(0, max(start, 0))] if step > 0 else ahead
        for place in order:
            line = self._lines[place]
            if isinstance(line, QueueRow) and (not state or (line.state == state and not self._being_written(line.id))):
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
        if not 0 <= index.row() < len(self._lines):
            return None
        line = self._lines[index.row()]
        if not isinstance(line, QueueRow):
            return _heading(line, role)
        note, problem = self._notes.get(line.id, ("", False))
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
                return problem
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

    def _being_written(self, asset: AssetId) -> bool:
        return asset in self._notes and not self._notes[asset][1]

    def _tell(self, asset: AssetId) -> None:
        index = self.index_of(asset)
        if index.isValid():
            self.dataChanged.emit(index, index)


def objected_words(row: QueueRow) -> str:
    """Which policies the asset failed by when it was checked last; empty for none."""
    return f"Checked last: {', '.join(row.objected)}" if row.objected else ""


def second_text(row: QueueRow) -> str:
    """What stands at the end of a row: what is wrong with it, else how large it is."""
    wrong = ["stale"] if row.state == "stale" else []
    if row.missing:
        wrong.append(f"{formats.count(row.missing)} missing")
    if wrong:
        return " · ".join(wrong)
    return formats.size(row.size) if row.size else "empty"


def _heading(folder: bytes, role: int) -> Any:
    if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
        return shown(folder).replace("/", " / ") or "Top folder"
    return role == QueueRole.HEADING or None

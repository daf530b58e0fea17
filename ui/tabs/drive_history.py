"""A drive over time: its scans, how it grew, and what became of its files between two of them."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QItemSelection, Qt
from PySide6.QtWidgets import QAbstractItemView, QDialog, QSplitter, QTableView, QVBoxLayout, QWidget

from app.catalog.history import GONE, Change, changes, count_changes
from app.catalog.replicas import Replica, other_places
from app.catalog.shard import ScanRow, scans
from app.engine import Engine
from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.drives import Drive
from ui import formats
from ui.models.plain_rows import PlainRow, PlainRows
from ui.models.search_model import one_line
from ui.reasons import said
from ui.widgets.buttons import KeyButton, answer_enter
from ui.widgets.dialogs import button_row, dialog_column
from ui.widgets.growth import GrowthChart, GrowthPoint
from ui.widgets.labels import DimLabel, SectionHead
from ui.widgets.tables import style_table
from ui.workers.reader import Reader

_MOST = 5000
#: Colour and sign of each change.
_LOOKS = {
    "new": ("accent", "plus"),
    "moved": ("accent", "next"),
    "changed": ("stale", "refresh"),
    "touched": ("", "clock"),
    "gone": ("fail", "minus"),
}


@dataclass(frozen=True, slots=True)
class _Compared:
    before: int
    after: int
    counts: dict[str, int]
    changes: list[Change]
    places: dict[bytes, list[Replica]]


class HistoryDialog(QDialog):
    """The scans of a drive above, the difference of the chosen one to the one before below.

    With two scans chosen (Ctrl+click) these two are compared. Works for a drive on the shelf too.

    Args:
        engine: has the shards.
        drive: which drive.
    """

    def __init__(self, engine: Engine, drive: Drive, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"History of {drive.label}")
        self.resize(1040, 700)
        self._engine, self._drive = engine, drive
        self._scans: list[ScanRow] = []
        self._reader = Reader("history", self)
        self.growth = GrowthChart()
        self.scan_rows = PlainRows(
            ("Scan", "When", "Mode", "Files", "Size", "New", "Changed", "Moved", "Missing"), (0, 3, 4, 5, 6, 7, 8)
        )
        self.scan_table = QTableView()
        self.change_rows = PlainRows(("Change", "File", "Size", "Was, or is now"), (2,))
        self.change_table = QTableView()
        self.told = DimLabel("Reading…")
        self.close_button = KeyButton("Close", role="primary")
        self._lay_out()
        self._connect()
        answer_enter(self, self.close_button)
        self._reader.ask("scans", self._read_scans)

    def done(self, result: int) -> None:
        """End the thread with the dialogue."""
        self._reader.leave()
        super().done(result)
        self.deleteLater()

    def _lay_out(self) -> None:
        for table, rows, name in (
            (self.scan_table, self.scan_rows, "Scans"),
            (self.change_table, self.change_rows, "Changes"),
        ):
            table.setModel(rows)
            style_table(table, name, stretch=1)
        self.scan_table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        for column, width in ((0, 64), (2, 110), (3, 90), (4, 90), (5, 80), (6, 80), (7, 80), (8, 80)):
            self.scan_table.setColumnWidth(column, width)
        for column, width in ((0, 110), (2, 150), (3, 300)):
            self.change_table.setColumnWidth(column, width)
        top = QWidget()
        upper = QVBoxLayout(top)
        upper.setContentsMargins(0, 0, 0, 0)
        upper.addWidget(self.growth)
        upper.addWidget(self.scan_table, 1)
        bottom = QWidget()
        lower = QVBoxLayout(bottom)
        lower.setContentsMargins(0, 0, 0, 0)
        lower.addWidget(self.told)
        lower.addWidget(self.change_table, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(top)
        split.addWidget(bottom)
        split.setSizes([330, 330])
        layout = dialog_column(self)
        layout.addWidget(SectionHead("History of", self._drive.label))
        layout.addWidget(split, 1)
        hint = DimLabel("Ctrl+click a second scan to compare two that are not neighbours.")
        layout.addLayout(button_row(self.close_button, left=(hint,)))

    def _connect(self) -> None:
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._not_read)
        self.scan_table.selectionModel().selectionChanged.connect(self._chosen)
        self.close_button.clicked.connect(self.accept)

    def _read_scans(self, token: CancelToken) -> list[ScanRow]:
        with self._engine.catalog.open_shard(self._drive, token) as database:
            return scans(database, 10_000)

    def _compare(self, before: int, after: int, token: CancelToken) -> _Compared:
        with self._engine.catalog.open_shard(self._drive, token) as database:
            counts = count_changes(database, before, after)
            found = list(changes(database, before, after, _MOST))
        gone = (change.hash for change in found if change.change == GONE)
        return _Compared(before, after, counts, found, other_places(self._engine.catalog, self._drive, gone, token))

    def _chosen(self, _selected: QItemSelection, _deselected: QItemSelection) -> None:
        rows = sorted({index.row() for index in self.scan_table.selectionModel().selectedRows()})
        numbers = [self._scans[row].id for row in rows]
        if not numbers:
            return
        after = numbers[0]
        earlier = [row.id for row in self._scans if row.id < after and row.state == "done"]
        before = numbers[-1] if len(numbers) > 1 else (earlier[0] if earlier else 0)
        self.told.setText("Comparing…")
        self._reader.ask("changes", partial(self._compare, before, after))

    def _answered(self, kind: str, _number: int, answer: object) -> None:
        if kind == "scans" and isinstance(answer, list):
            self._show_scans(answer)
        elif isinstance(answer, _Compared):
            self._show_changes(answer)

    def _show_scans(self, rows: list[ScanRow]) -> None:
        self._scans = rows
        self.scan_rows.set_rows([_scan_row(row) for row in rows])
        points = [
            GrowthPoint(row.ended_us or row.started_us, row.counts["total.bytes"], row.counts["total.files"])
            for row in reversed(rows)
            if row.state == "done" and "total.bytes" in row.counts
        ]
        self.growth.set_points(points)
        self.growth.setVisible(len(points) > 1)
        if rows:
            self.scan_table.selectRow(0)
        else:
            self.told.setText(f"{self._drive.label} was never scanned.")

    def _show_changes(self, compared: _Compared) -> None:
        told = ", ".join(f"{formats.count(number)} {name}" for name, number in compared.counts.items() if number)
        since = f"since scan {compared.before}" if compared.before else "the first scan"
        shown = len(compared.changes)
        total = sum(compared.counts.values())
        more = f" The first {formats.count(shown)} are listed." if total > shown else ""
        self.told.setText(f"Scan {compared.after}, {since}: {told or 'nothing changed'}.{more}")
        self.change_rows.set_rows([_change_row(change, compared.places) for change in compared.changes])

    def _not_read(self, _kind: str, _number: int, error: AppError) -> None:
        self.told.setText(said(error))


def _scan_row(row: ScanRow) -> PlainRow:
    counts = row.counts
    mode = "inventory" if row.inventory_only else row.mode
    return PlainRow(
        (
            str(row.id),
            formats.date(row.started_us),
            mode if row.state == "done" else f"{mode}, {row.state}",
            formats.count(counts.get("files", 0)),
            formats.size(counts.get("bytes", 0)),
            *(formats.count(counts.get(name, 0)) for name in ("new", "changed", "moved", "missing")),
        ),
        "" if row.state == "done" else "stale",
    )


def _change_row(change: Change, places: dict[bytes, list[Replica]]) -> PlainRow:
    size = formats.size(change.size)
    if change.size_before is not None and change.size_before != change.size:
        size = f"{formats.size(change.size_before)} → {size}"
    was = one_line(change.was) if change.was else ""
    copies = places.get(change.hash or b"", []) if change.change == GONE else []
    if copies:
        more = f" and {len(copies) - 1} more" if len(copies) > 1 else ""
        was = f"now on {copies[0].drive.label}: {one_line(copies[0].path)}{more}"
    return PlainRow((change.change, one_line(change.path), size, was), *_LOOKS[change.change])

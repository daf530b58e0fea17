"""The left of the review: which drive, which state, and the assets to go through."""

import time
from functools import partial

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QLineEdit, QStackedWidget, QTableView, QVBoxLayout, QWidget

from app.engine import Engine
from app.errors import AppError
from app.model.drives import Drive
from ui import formats, icons
from ui.drive_watch import DriveWatch
from ui.models.queue_rows import STATES, AssetId, QueueFilter, QueueRow
from ui.models.review_model import PreparedQueue, ReviewQueue, completed
from ui.reasons import said
from ui.tabs.review_delegate import QueueDelegate
from ui.tabs.review_queue_empty import QueueEmpty, why_empty
from ui.tabs.review_queue_menu import QueueMenu
from ui.tabs.review_queue_reader import QueueReader
from ui.tabs.review_queue_sorter import QueueSorter, Staying
from ui.widgets.drive_box import DriveBox
from ui.widgets.tables import style_table

_BESIDE = 320
_TYPE_MS = 150
_COUNT_MS = 200
_REST = 5.0
_LEAST_REST_S = 1.0
_WATCH_MS = 2000
#: Icon and colour of what is no verdict.
_SIGNS = {"all": ("review", "dim"), "objected": ("warning", "fail_text")}


class QueuePanel(QWidget):
    """The queue with its filters.

    Args:
        engine: has the catalogue.
        drives: says which drives there are.
    """

    chosen = Signal(object)
    """The `QueueRow` to look at; None for none."""
    drive_changed = Signal(object)
    """The `Drive` whose assets are shown; None where there is none."""
    refreshed = Signal()
    """The queue was read again because something had been committed."""
    scan_asked = Signal()
    """The user wants to scan first."""
    check_asked = Signal(object)
    """The `CheckTarget` that is to be checked against a policy."""

    def __init__(self, engine: Engine, drives: DriveWatch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted_drive = ""
        self._wanted_asset: AssetId | None = None
        #: What was looked at before a filter hid everything.
        self._left: AssetId | None = None
        self._current: AssetId | None = None
        self._loading = self._number = 0
        self._loaded_at = self._load_took = 0.0
        self._failure = ""
        self._moving_on = False
        #: What was judged since the queue began to be read again.
        self._judged: dict[AssetId, str] = {}
        self.reader = QueueReader(engine, self)
        self._sorter = QueueSorter(self)
        self.model = ReviewQueue(self)
        self.drive_box, self.state_box = DriveBox(), QComboBox()
        self.words, self._filters = QLineEdit(), QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.list = QTableView()
        self.menu = QueueMenu(self.list, self.model, self.drive)
        self.empty = QueueEmpty()
        self.stack = QStackedWidget()
        self._typed = QTimer(self, singleShot=True, interval=_TYPE_MS)
        self._again = QTimer(self, singleShot=True)
        self._counting = QTimer(self, singleShot=True, interval=_COUNT_MS)
        self._watch = QTimer(self, interval=_WATCH_MS)
        self._drives = drives
        self._lay_out()
        self._connect()

    def start(self, drive_id: str) -> None:
        """Read the drives and show `drive_id`, or the first that is here."""
        self._wanted_drive = drive_id
        if (drives := self._drives.drives()) is not None:
            self._show_drives(drives)
        self._drives.start()
        self._watch.start()

    def refresh(self) -> None:
        """Something was committed: read again, quietly, and not so often that it gets in the way."""
        if not self._again.isActive():
            self._again.start(max(0, round(1000 * self._rest())))

    def _rest(self) -> float:
        """Seconds before the queue may be read again."""
        return max(_LEAST_REST_S, _REST * self._load_took) - (time.monotonic() - self._loaded_at)

    def stop(self) -> None:
        """End the reader."""
        self._typed.stop()
        self._again.stop()
        self._watch.stop()
        self._counting.stop()
        self._sorter.stop()
        self._drives.stop()
        self.reader.stop()

    def drive(self) -> Drive | None:
        """The drive whose assets are shown."""
        return self.drive_box.drive()

    def current(self) -> QueueRow | None:
        """The asset that is looked at."""
        return self.model.row_of(self._current) if self._current else None

    def open_asset(self, drive_id: str, asset: AssetId) -> None:
        """Show an asset, whatever drive and filter are set."""
        self._wanted_asset = asset
        self.model.kept.add(asset)
        drive = self.drive()
        if drive is not None and drive.id == drive_id:
            if self.model.row_of(asset) is not None:
                self._filter()
            return
        places = [place for place, known in enumerate(self.drive_box.drives()) if known.id == drive_id]
        self._wanted_drive = drive_id
        if places:
            self.drive_box.setCurrentIndex(places[0])
        else:
            self._drives.read()  # it is newer than what was told last

    def set_state(self, asset: AssetId, state: str) -> None:
        """An asset was judged."""
        self._judged[asset] = state
        self.model.set_state(asset, state)
        if self._sorter.rows is not None:
            self._sorter.rows.set_states({asset: state})

    def go(self, step: int, state: str = "") -> bool:
        """Choose the next asset of a state (any when empty), or the one before; whether there was one."""
        here = self.model.index_of(self._current).row() if self._current else -1
        index = self.model.next_of(here, state, step)
        if index.isValid():
            self._select(index)
        return index.isValid()

    def go_to_first(self) -> None:
        """Choose the first asset that is shown."""
        if self._typed.isActive():
            self._typed.stop()
            self._filter()
        index = self.model.next_of(-1)
        if index.isValid():
            self._select(index)

    def _lay_out(self) -> None:
        self.state_box.setAccessibleName("State")
        for box in (self.drive_box, self.state_box):
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.words.setAccessibleName("Filter of the queue")
        self.words.setPlaceholderText("Filter…")
        self.words.setClearButtonEnabled(True)
        for state in STATES:
            sign = _SIGNS.get(state) or (state, f"{state}_text")
            self.state_box.addItem(icons.icon(*sign), STATES[state], state)
        self.state_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.list.setModel(self.model)
        style_table(self.list, "Queue", 0)
        self.list.setItemDelegate(QueueDelegate(self.list))
        self.list.setAlternatingRowColors(False)
        self.list.horizontalHeader().hide()
        self.list.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMinimumWidth(200)
        self.stack.addWidget(self.list)
        self.stack.addWidget(self.empty)
        self._filters.setSpacing(8)
        self._filters.addWidget(self.state_box)
        self._filters.addWidget(self.words, 1)
        rows = QVBoxLayout()
        rows.setContentsMargins(8, 8, 8, 8)
        rows.setSpacing(8)
        rows.addWidget(self.drive_box)
        rows.addLayout(self._filters)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(rows)
        layout.addWidget(self.stack, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: state and filter stand beside each other where there is room for both."""
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        self._filters.setDirection(directions.TopToBottom if self.width() < _BESIDE else directions.LeftToRight)

    def _connect(self) -> None:
        self._drives.changed.connect(self._show_drives)
        self._drives.failed.connect(partial(self._failed, "drives", 0))
        self.reader.answered.connect(self._answered)
        self.reader.failed.connect(self._failed)
        self._sorter.sorted.connect(self._sorted)
        self.reader.paged.connect(self._paged)
        self.drive_box.currentIndexChanged.connect(self._load)
        self.state_box.currentIndexChanged.connect(self._forget_kept)
        self.words.textChanged.connect(self._typed.start)
        self._typed.timeout.connect(self._filter)
        self._counting.timeout.connect(self._show_counts)
        self._again.timeout.connect(self._read_again)
        self._watch.timeout.connect(self._look)
        self.model.counted.connect(self._show_counts)
        self.list.selectionModel().currentChanged.connect(self._currently)
        self.empty.button.clicked.connect(self.scan_asked)
        self.menu.check_asked.connect(self.check_asked)

    def _answered(self, kind: str, _number: int, answer: object) -> None:
        if kind == "load":
            self._loading = 0
            self._load_ended()
        elif kind == "again":
            self._load_ended()
            if isinstance(answer, PreparedQueue):
                self._refresh_by(answer)
                self.refreshed.emit()

    def _refresh_by(self, queue: PreparedQueue) -> None:
        """Show what was read again, by the filter and with the verdicts that were set meanwhile."""
        queue.rows.set_states(self._judged)
        if self._sorter.rows is None and queue.wanted == self.model.filter:
            self._swap(completed(queue, queue.rows, ()))
        else:
            self._sorter.sort(queue.rows, self.model.filter, self._staying())

    def _sorted(self, queue: PreparedQueue) -> None:
        self._swap(queue)
        self.list.scrollTo(self.list.currentIndex())

    def _failed(self, kind: str, _number: int, error: AppError) -> None:
        self._loading = 0
        if kind in ("load", "drives"):
            self._failure = said(error)
        self._show_counts()

    def _show_drives(self, drives: list[Drive]) -> None:
        before = self.drive()
        wanted = before.id if before and self._wanted_asset is None else self._wanted_drive
        if tuple(drives) == self.drive_box.drives() and before is not None:
            return
        self.drive_box.show_drives(drives, wanted)
        now = self.drive()
        if now is None or before is None or now.id != before.id:
            self._load()
        elif now != before:
            self.drive_changed.emit(now)

    def _load(self) -> None:
        """Show another drive from its first page on."""
        drive = self.drive()
        self._failure = ""
        self._again.stop()
        self._choose(None)
        wanted = self._wanted_asset
        self.model.clear()
        if wanted is not None:
            self.model.kept.add(wanted)
        self.drive_changed.emit(drive)
        self.reader.drop("again")
        self._sorter.drop()
        if drive is None:
            self._show_counts()
            return
        self._loaded_at = time.monotonic()
        self._loading += 1
        self._wanted_drive = self._wanted_drive if self._wanted_asset else drive.id
        self._number += 1
        self.reader.ask("load", partial(self.reader.load, drive.id, self._number))

    def _paged(self, number: int, rows: list[QueueRow]) -> None:
        if number == self._number:
            self.model.append(rows)
            self._reach_wanted()
            if self.stack.currentWidget() is not self.list:
                self._show_counts()
            elif not self._counting.isActive():
                self._counting.start()

    def _load_ended(self) -> None:
        now = time.monotonic()
        self._load_took, self._loaded_at = now - self._loaded_at, now
        self._show_counts()

    def _read_again(self) -> None:
        self._drives.read()
        self._read_queue_again()

    def _look(self) -> None:
        """See whether another program wrote the records of the drive that is shown."""
        if self.isVisible() and not self._again.isActive() and self._rest() <= 0:
            self._read_queue_again()

    def _read_queue_again(self) -> None:
        drive = self.drive()
        if drive is None or self._loading:
            return
        self._loaded_at = time.monotonic()
        self._judged.clear()
        self.reader.ask("again", partial(self.reader.read_again, drive.id, self.model.filter, *self._staying()))

    def _forget_kept(self) -> None:
        """Another state: what was kept in sight may go now, what is looked at too."""
        self.model.kept.clear()
        self._moving_on = True
        self._filter()

    def _filter(self) -> None:
        self.model.filter = QueueFilter(str(self.state_box.currentData()), self.words.text())
        self._sorter.sort(self._sorter.rows or self.model.rows(), self.model.filter, self._staying())

    def _staying(self) -> Staying:
        """What stays whatever its state is, and what is looked at, which stays whatever the words are."""
        current = None if self._moving_on else self._current
        looked_at = [asset for asset in (self._wanted_asset, current) if asset is not None]
        return frozenset(self.model.kept).union(looked_at), looked_at[0] if looked_at else None

    def _swap(self, queue: PreparedQueue) -> None:
        """Put another queue in place; the asset that is looked at and the place of the list stay."""
        bar = self.list.verticalScrollBar()
        place = bar.value()
        self.list.selectionModel().blockSignals(True)
        self.model.show_all(queue)
        index = self.model.index_of(self._current) if self._current else QModelIndex()
        if index.isValid():
            self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.list.selectionModel().blockSignals(False)
        bar.setValue(place)
        if self._moving_on:
            self._moving_on = False
            if not index.isValid():
                self._choose(None)
        elif self._current is not None and not self.model.rowCount() and queue.rows:
            self._left = self._current
            self._choose(None)
        self._reach_wanted()

    def _reach_wanted(self) -> None:
        """Choose the asset that was asked for, or the first one where none is looked at."""
        if self._wanted_asset is not None:
            index = self.model.index_of(self._wanted_asset)
            if index.isValid():
                self._wanted_asset = None
                self._select(index)
            return
        if self._current is None and self.model.rowCount():
            left, self._left = self._left, None
            index = self.model.index_of(left) if left is not None else QModelIndex()
            index = index if index.isValid() else self.model.next_of(-1)
            if index.isValid():
                self._select(index)

    def _select(self, index: QModelIndex) -> None:
        self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.list.scrollTo(index, QTableView.ScrollHint.EnsureVisible)

    def _currently(self, index: QModelIndex, _before: QModelIndex) -> None:
        row = self.model.row_at(index)
        if row is not None and row.id != self._current:
            self._choose(row)

    def _choose(self, row: QueueRow | None) -> None:
        self._current = row.id if row else None
        if self.model.outside not in (None, self._current):
            self._typed.start()  # what stayed only because it was looked at goes
        self.chosen.emit(row)

    def _show_counts(self) -> None:
        counts = self.model.counts()
        for place in range(self.state_box.count()):
            state = str(self.state_box.itemData(place))
            self.state_box.setItemText(place, f"{STATES[state]}  {formats.count(counts[state])}")
        self.empty.button.setVisible(self.drive() is None or not counts["all"])
        if self.model.rowCount():
            self.stack.setCurrentWidget(self.list)
        else:
            why = why_empty(self.drive(), counts, self.model.filter, self._failure, loading=self._loading > 0)
            self.empty.set_text(*why)
            self.stack.setCurrentWidget(self.empty)

    def sizeHint(self) -> QSize:
        """Wide enough for names of some length."""
        return QSize(300, 400)

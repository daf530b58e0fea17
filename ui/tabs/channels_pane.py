"""The channels of an asset: what was measured of each, and how its values are spread. Measured only on request."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ui import formats, theme
from ui.models.channels_model import ChannelRow, ChannelsModel, channel_rows
from ui.models.documents import stats_by_part
from ui.tabs.document_facts import measured_words, recorded_words
from ui.tabs.facts_pane import FactsPane
from ui.tabs.measured_facts import measured_nodes
from ui.widgets.buttons import KeyButton, tool_button
from ui.widgets.facts_grid import Fact, FactsGrid
from ui.widgets.histogram import Histogram, Series, color_of, figure
from ui.widgets.labels import DimLabel
from ui.widgets.tables import style_table

#: Room for the head of the table and two channels.
_LEAST_TABLE = 92
_MANY = 12
_MOST_DRAWN = 8
_NAME_ROOM = (68, 130)
_BESIDE = 34
#: Of the columns; those after the fourth are shown where there is room.
_WIDTHS = (0, 70, 70, 80, 70, 78, 86, 76, 60)
_ALWAYS = 4
_WIDEST = 150
_NOT_MEASURED = "Not measured yet. Measuring decodes every pixel."
_NOT_RECORDED = "It was not measured while its drive was connected."
_NOT_KEPT = "There are no figures of all its frames: measuring keeps them, a check does not."
_NOT_DECODED = "Not measured yet. Measuring decodes every frame and every sample: black, frozen, silence, loudness."


class ChannelsPane(QWidget):
    """Channels in a table, the histogram of those that are selected, and a button that measures.

    Args:
        name: for screen readers, and the key under which its columns are remembered.
    """

    measure_asked = Signal()
    cancel_asked = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._all: list[ChannelRow] = []
        self._parts: dict[Any, Mapping[str, Any]] = {}
        self._summary, self._nothing = "", ""
        self.model = ChannelsModel()
        self.table = QTableView()
        self.filter = QLineEdit(placeholderText="Filter channels…", clearButtonEnabled=True)
        self.histogram = Histogram()
        self.log = tool_button("report", "Count by powers of ten", text="Log", checkable=True, size=16)
        self.pointed = DimLabel()
        self.details = FactsGrid()
        self.streams = FactsPane(f"{name} measured", self)
        self.unmeasured = DimLabel(_NOT_DECODED)
        self.measure = KeyButton("Measure", icon="scan", key="M")
        self.cancel = KeyButton("Cancel")
        self.progress = QProgressBar(textVisible=False)
        self.said = DimLabel()
        self.pages = QStackedWidget()
        self._typing = QTimer(self, singleShot=True, interval=60)
        self._lay_out(name)
        self._connect()
        self.show_document(None)

    def show_document(self, document: Mapping[str, Any] | None) -> None:
        """Show the channels of a document; None for no asset."""
        kept = self.selected()
        self._all = channel_rows(document) if document else []
        self._parts = stats_by_part(document or {})
        moving = bool(document) and document is not None and document.get("kind") in ("video", "audio")
        stats = document.get("stats") if document else None
        self.pages.setCurrentIndex((1 if stats else 2) if moving else 0)
        away = recorded_words(document or {})
        not_measured = _NOT_RECORDED if away else _NOT_MEASURED
        if document is not None and "sequence" in document:
            what = "Connect its drive to measure it." if away else "Measuring decodes every pixel."
            not_measured = f"{_NOT_KEPT} {what}"
        self._nothing = "" if document is None else not_measured if self._all else "There is no picture in it"
        self.unmeasured.setText(_NOT_RECORDED if away else _NOT_DECODED)
        self.measure.setText("Measure again" if stats else "Measure")
        self.measure.setEnabled(document is not None and not away)
        self.measure.setToolTip("Its drive is not connected" if away else "")
        if moving:
            self.streams.show_nodes(tuple(measured_nodes(stats)), stats)
        many = sum(not row.is_head for row in self._all)
        self.filter.setVisible(many > _MANY)
        self._fill(kept)
        self._summary = _summary(document, many, moving=moving)
        if not self.is_measuring():
            self.said.setText(self._summary)

    def selected(self) -> list[ChannelRow]:
        """The channels whose values are drawn."""
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        return [self.model.rows()[row] for row in rows if not self.model.rows()[row].is_head]

    def show_progress(self, done: int, total: int | None) -> None:
        """It is being measured."""
        self.progress.setRange(0, total or 0)
        self.progress.setValue(done)
        self._measuring(on=True)
        self.said.setText(f"Measuring · {formats.percent(done, total) or '…'}" if total else "Measuring…")

    def show_idle(self, words: str = "") -> None:
        """Nothing is being measured any more; `words` say why there is nothing new."""
        self._measuring(on=False)
        self.said.setText(words or self._summary)

    def is_measuring(self) -> bool:
        """Whether a measurement runs."""
        return not self.cancel.isHidden()

    def stop(self, *, wait: bool = True) -> None:
        """End the threads; a dialogue that closes must not wait for them."""
        self._typing.stop()
        self.streams.stop(wait=wait)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: where there is room, every column is shown."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show the columns that there is room for, each as wide as its figures."""
        least, most = _NAME_ROOM
        spare = self.width() - _BESIDE - min(max(least, self.table.sizeHintForColumn(0)), most) - sum(_WIDTHS[:_ALWAYS])
        for column, width in enumerate(_WIDTHS[1:], 1):
            more = max(0, min(self.table.sizeHintForColumn(column), _WIDEST) - width)
            if column >= _ALWAYS:
                self.table.setColumnHidden(column, spare < width + more)
                spare -= width + more
            else:
                more = min(more, max(0, spare))
                spare -= more
            self.table.setColumnWidth(column, width + more)

    def _measuring(self, *, on: bool) -> None:
        self.cancel.setVisible(on)
        self.progress.setVisible(on)
        self.measure.setVisible(not on)

    def _fill(self, kept: list[ChannelRow]) -> None:
        words = self.filter.text().casefold().split() if not self.filter.isHidden() else []
        rows = [r for r in self._all if not words or (not r.is_head and all(w in r.name.casefold() for w in words))]
        self.model.set_rows(rows)
        self.table.clearSpans()
        for place, row in enumerate(rows):
            if row.is_head:
                self.table.setSpan(place, 0, 1, 2)
        names = {(row.part, row.name) for row in kept}
        chosen = [place for place, row in enumerate(rows) if not row.is_head and (row.part, row.name) in names]
        self._select(chosen or _first_layer(rows))
        self._fit()

    def _select(self, places: list[int]) -> None:
        selection = QItemSelection()
        for place in places[:_MOST_DRAWN]:
            index = self.model.index(place, 0)
            selection.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        self.table.selectionModel().select(selection, flags.ClearAndSelect | flags.Rows)
        self._draw()

    def _draw(self) -> None:
        rows = self.selected()[:_MOST_DRAWN]
        series = [found for place, row in enumerate(rows) if (found := _series(row, place)) is not None]
        if any(self._parts.get(row.part, {}).get("supported") is False for row in rows):
            empty = "Pixels of this kind cannot be decoded here, which is no damage"
        elif any(row.stats is not None for row in rows):
            empty = "No finite value in it"
        else:
            empty = self._nothing
        self.histogram.set_series(series, empty)
        self.details.set_facts(_facts(rows))

    def _connect(self) -> None:
        self.measure.clicked.connect(self.measure_asked)
        self.cancel.clicked.connect(self.cancel_asked)
        self.table.selectionModel().selectionChanged.connect(self._draw)
        self.log.toggled.connect(self.histogram.set_log)
        self.histogram.pointed.connect(self.pointed.setText)
        self.filter.textChanged.connect(lambda _text: self._typing.start())
        self._typing.timeout.connect(lambda: self._fill(self.selected()))
        self.log.setChecked(True)

    def _lay_out(self, name: str) -> None:
        self.table.setModel(self.model)
        style_table(self.table, f"{name} channels", stretch=0)
        self.table.setAccessibleName("Channels")
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setAlternatingRowColors(False)
        self.table.setTextElideMode(Qt.TextElideMode.ElideRight)
        for column, width in enumerate(_WIDTHS[1:], 1):
            self.table.setColumnWidth(column, width)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.filter.setAccessibleName("Filter of the channels")
        below = QWidget()
        lower = QVBoxLayout(below)
        lower.setContentsMargins(0, 4, 0, 0)
        lower.setSpacing(4)
        tools = QHBoxLayout()
        tools.addWidget(self.log)
        tools.addWidget(self.pointed, 1)
        lower.addLayout(tools)
        lower.addWidget(self.histogram, 3)
        lower.addWidget(_scrolled(self.details), 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setObjectName(f"{name.lower().replace(' ', '_')}_channels_split")
        split.setProperty("role", "gap")
        split.addWidget(self.table)
        split.addWidget(below)
        split.setChildrenCollapsible(False)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        self.table.setMinimumHeight(_LEAST_TABLE)
        self.pages.addWidget(_squeezed(split))
        self.pages.addWidget(self.streams)
        self.unmeasured.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.unmeasured.setWordWrap(True)
        self.pages.addWidget(self.unmeasured)
        self.said.setWordWrap(True)
        self.pointed.setFont(theme.ui_font(0.92, numbers=True))
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget, share in ((self.said, 1), (self.progress, 1), (self.cancel, 0), (self.measure, 0)):
            row.addWidget(widget, share)
        column_box = QVBoxLayout(self)
        column_box.setContentsMargins(8, 8, 8, 8)
        column_box.setSpacing(8)
        column_box.addLayout(row)
        column_box.addWidget(self.filter)
        column_box.addWidget(self.pages, 1)
        self._measuring(on=False)


def _squeezed(split: QSplitter) -> QScrollArea:
    """Table and histogram, which scroll where there is no room for both."""
    area = QScrollArea(widgetResizable=True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(split)
    return area


def _scrolled(details: QWidget) -> QScrollArea:
    """Facts in as much room as there is, the first lines always in sight."""
    area = QScrollArea(widgetResizable=True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, 4, 0)
    column.addWidget(details)
    column.addStretch(1)
    area.setWidget(inside)
    area.setMinimumHeight(44)
    area.setAccessibleName("What was measured of the chosen channels")
    return area


def _summary(document: Mapping[str, Any] | None, many: int, *, moving: bool) -> str:
    if document is None:
        return "Nothing to measure"
    since = measured_words(document)
    measured = since or ("Measured" if document.get("stats") else "Not measured yet")
    words = measured if moving else " · ".join(filter(None, (formats.many(many, "channel"), since)))
    return " · ".join(filter(None, (words, recorded_words(document))))


def _first_layer(rows: list[ChannelRow]) -> list[int]:
    """The channels that are drawn at first: those of the first layer, colours together."""
    start = next((place for place, row in enumerate(rows) if not row.is_head), None)
    if start is None:
        return []
    end = next((place for place in range(start, len(rows)) if rows[place].is_head), len(rows))
    colours = [place for place in range(start, end) if rows[place].name.rpartition(".")[2] in ("R", "G", "B")]
    return colours or [start]


def _series(row: ChannelRow, place: int) -> Series | None:
    spread = (row.stats or {}).get("histogram")
    if not isinstance(spread, dict) or not spread.get("counts"):
        return None
    edges, counts = tuple(spread.get("edges") or ()), tuple(spread["counts"])
    if len(edges) != len(counts) + 1 or not all(isinstance(edge, (int, float)) for edge in edges):
        return None
    found = (row.stats or {}).get("percentiles") or {}
    percentiles = {str(k): v for k, v in found.items() if isinstance(v, (int, float))}
    return Series(row.name.rpartition(".")[2], color_of(row.name, place), edges, counts, percentiles)


def _facts(rows: list[ChannelRow]) -> list[Fact]:
    """What is said below the histogram: of one channel all, of several what is not finite."""
    measured = [row for row in rows if row.stats is not None]
    if len(rows) != 1:
        bad = [f"{row.name}: {row.not_finite}" for row in measured if not row.not_finite.startswith("none")]
        words = "; ".join(bad) or max((row.not_finite for row in measured), key=len, default="")
        told = [Fact("Not finite", words, "fail" if bad else "")] if measured else []
        return [*told, *_only(measured)]
    row = rows[0]
    facts = [Fact("Channel", f"{row.name} · {row.kind}" if row.kind else row.name)]
    if not measured:
        return facts
    stats = row.stats or {}
    facts.append(Fact("Range", f"{figure(row.number('min'))} to {figure(row.number('max'))}"))
    facts.append(Fact("Mean ± deviation", f"{figure(row.number('mean'))} ± {figure(row.number('stddev'))}"))
    spread = [f"{name}{formats.NBSP}% {figure(v)}" for name, v in (stats.get("percentiles") or {}).items()]
    if spread:
        facts.append(Fact("Percentiles", " · ".join(spread)))
    facts.append(Fact("Negative, zero", f"{_count(row, 'negative_count')}, {_count(row, 'zero_count')}"))
    spread_out = stats.get("histogram") or {}
    outside = [f"{formats.count(n)} {side}" for side in ("below", "above") if (n := spread_out.get(side))]
    if outside:
        facts.append(Fact("Outside the histogram", ", ".join(outside)))
    bad_words = row.not_finite
    if row.number("inf_count"):
        bad_words += f" ({_count(row, 'pos_inf_count')} +Inf, {_count(row, 'neg_inf_count')} −Inf)"
    facts.append(Fact("Not finite", bad_words, "" if bad_words.startswith("none") else "fail"))
    return [*facts, *_only(measured)]


def _only(rows: list[ChannelRow]) -> list[Fact]:
    """What was counted, where not all could be read."""
    counted = dict.fromkeys(row.rows for row in rows if row.rows)
    words = "; ".join(f"{one} alone: the others cannot be read" for one in counted)
    facts = [Fact("Counted", words, "stale")] if words else []
    left_out = "; ".join(dict.fromkeys(row.left_out for row in rows if row.left_out))
    return [*facts, Fact("Not counted", f"{left_out}: cannot be read", "stale")] if left_out else facts


def _count(row: ChannelRow, name: str) -> str:
    number = row.number(name)
    return "–" if number is None else formats.count(int(number))

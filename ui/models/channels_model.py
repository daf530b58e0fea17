"""The channels of a document with what was measured of them: lines for a table, parts and layers as heads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.model.frames import frames_called
from ui import formats, theme
from ui.models.documents import looked_at, stats_by_part
from ui.models.fact_nodes import one_line
from ui.widgets.histogram import figure

_Index = QModelIndex | QPersistentModelIndex
_FEW = 12


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel, or the head above those of a part or layer.

    Attributes:
        name: as the file calls it; of a head the part and layer.
        part: index of the part.
        kind: type of its pixels.
        stats: what was measured; None where nothing was.
        is_head: whether it stands above channels.
        rows: the rows that were counted, where others cannot be read; empty where all were.
        left_out: the frames and rows of a sequence that could not be counted; empty where all were.
    """

    name: str
    part: int = 0
    kind: str = ""
    stats: Mapping[str, Any] | None = None
    is_head: bool = False
    rows: str = ""
    left_out: str = ""

    def number(self, name: str) -> float | None:
        """A measured value by its name."""
        value = (self.stats or {}).get(name)
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    @property
    def not_finite(self) -> str:
        """`12 NaN, 3 Inf`; `none` where all is finite, `none seen` where not all was read, `–` for not measured."""
        if self.stats is None:
            return "–"
        nan, infinite = self.number("nan_count") or 0, self.number("inf_count") or 0
        pairs = ((nan, "NaN"), (infinite, "Inf"))
        return ", ".join(f"{formats.count(int(n))} {word}" for n, word in pairs if n) or (
            "none seen" if self.rows or self.left_out else "none"
        )


def channel_rows(document: Mapping[str, Any]) -> list[ChannelRow]:
    """Every channel of a document in the order of the file, under heads where there is more than one part or layer."""
    shown, measured = looked_at(document), stats_by_part(document)
    parts = shown.get("parts") or _still_parts(shown)
    rows: list[ChannelRow] = []
    for part in parts:
        index = part.get("index", 0)
        of_part = measured.get(index, {})
        stats, counted = _stats_by_channel(of_part), _counted_rows(of_part)
        left_out = _left_out(document, index) if stats else ""
        layers: dict[str, list[ChannelRow]] = {}
        for channel in part.get("channels") or ():
            name = str(channel.get("name", ""))
            row = ChannelRow(
                name, index, str(channel.get("type", "")), stats.get(name), rows=counted, left_out=left_out
            )
            layers.setdefault(str(channel.get("layer") or ""), []).append(row)
        for layer, below in layers.items():
            names = dict.fromkeys((_part_name(part) if len(parts) > 1 else "", one_line(layer)))
            title = " · ".join(filter(None, names))
            if title or len(layers) > 1:
                rows.append(ChannelRow(title or "main", index, is_head=True))
            rows += below
    return rows


def _still_parts(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Other stills tell their pictures as streams."""
    if document.get("kind") != "image":
        return []
    found = []
    for index, stream in enumerate(document.get("streams") or ()):
        channels = stream.get("channels")
        if isinstance(channels, list) and all(isinstance(c, (str, dict)) for c in channels):
            kind = str(stream.get("depth") or "")
            listed = [c if isinstance(c, dict) else {"name": c, "type": kind} for c in channels]
            found.append({"index": index, "name": stream.get("name"), "channels": listed})
    return found


def _part_name(part: Mapping[str, Any]) -> str:
    return one_line(str(part.get("name") or f"part {part.get('index', 0)}"))


def _stats_by_channel(measured: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(channel.get("name", "")): channel for channel in measured.get("channels") or ()}


def _counted_rows(measured: Mapping[str, Any]) -> str:
    """The rows of a part that were counted, where others cannot be read; empty where all were."""
    if measured.get("complete") is not False or not measured.get("channels"):
        return ""
    return f"rows {measured['rows'].replace(',', ', ')}" if measured.get("rows") else "no row"


def _left_out(document: Mapping[str, Any], part: int) -> str:
    """The frames of a sequence, and their rows, of which nothing was counted; empty for a file."""
    sequence = document.get("sequence")
    if not isinstance(sequence, dict):
        return ""
    places = [str(entry["frames"]) for entry in sequence.get("unreadable") or () if entry.get("frames")]
    places += [str(sequence["zero_byte"])] if sequence.get("zero_byte") else []
    rows: dict[str, list[str]] = {}
    for error in document.get("errors") or ():
        damaged = str(error.get("code") or "").startswith("pixels.") and error.get("part") in (None, part)
        if damaged and error.get("frames"):
            rows.setdefault(str(error["frames"]), []).extend([str(error["rows"])] if error.get("rows") else [])
    places += [f"{frames} (rows {', '.join(of)})" if of else frames for frames, of in rows.items()]
    shown = [*places[:_FEW], *([f"{len(places) - _FEW} more"] if len(places) > _FEW else [])]
    alone = len(places) == 1 and frames_called(places[0].partition(" ")[0]).startswith("frame ")
    return f"{'frame' if alone else 'frames'} {', '.join(shown)}" if shown else ""


class ChannelsModel(QAbstractTableModel):
    """A table of channels."""

    HEADS = ("Name", "Min", "Max", "NaN, Inf", "Mean", "Std dev", "Negative", "Zero", "Type")

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[ChannelRow] = ()
        self._figures, self._bold = theme.ui_font(numbers=True), theme.ui_font(0.92, bold=True)

    def set_rows(self, rows: Sequence[ChannelRow]) -> None:
        """Show other channels."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def rows(self) -> Sequence[ChannelRow]:
        """What is shown."""
        return self._rows

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Qt."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Qt."""
        return 0 if parent.isValid() else len(self.HEADS)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Qt: heads cannot be chosen."""
        return Qt.ItemFlag.ItemIsEnabled if self._rows[index.row()].is_head else super().flags(index)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.HEADS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and 0 < section < 8:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt."""
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return (_text(row, column) if column else row.name) + _not_all(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and 0 < column < 8:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole:
            return self._bold if row.is_head else self._figures
        if role == Qt.ItemDataRole.ForegroundRole:
            if row.is_head:
                return theme.current().color("dim")
            if column == 3 and row.not_finite not in ("–", "none"):
                return theme.current().color("stale_text" if row.not_finite == "none seen" else "fail_text")
        return None


def _not_all(row: ChannelRow, column: int) -> str:
    """A line more for the tooltip of a figure, where not all was counted."""
    if row.stats is None or column >= 8:
        return ""
    only = f"\nOnly {row.rows} could be read." if row.rows else ""
    return only + (f"\nNot counted, since it cannot be read: {row.left_out}." if row.left_out else "")


def _text(row: ChannelRow, column: int) -> str:
    if row.is_head:
        return one_line(row.name) if column == 0 else ""
    if column in (1, 2, 4, 5):
        return figure(row.number(("min", "max", "", "mean", "stddev")[column - 1]), 3)
    if column in (6, 7):
        number = row.number("negative_count" if column == 6 else "zero_count")
        return "–" if number is None else formats.count(int(number))
    return {0: one_line(row.name), 3: row.not_finite, 8: row.kind}[column]

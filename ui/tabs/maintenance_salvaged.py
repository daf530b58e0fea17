"""What a salvage kept and what it lost, table by table."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QDialog, QTableView, QWidget

from ui import formats, theme
from ui.widgets.buttons import KeyButton, answer_enter
from ui.widgets.dialogs import button_row, dialog_column
from ui.widgets.labels import DimLabel, SectionHead
from ui.widgets.tables import style_table

_Index = QModelIndex | QPersistentModelIndex
_HEADS = ("Table", "Rows kept", "Rows lost", "Why")


class _Tables(QAbstractTableModel):
    def __init__(self, tables: tuple[dict[str, Any], ...]) -> None:
        super().__init__()
        self.tables = tables

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.tables)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(_HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section in (1, 2):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        table = self.tables[index.row()]
        lost = bool(table["lost"] or table["more"])
        if role == Qt.ItemDataRole.DisplayRole:
            more = " or more" if table["more"] else ""
            kept, gone = formats.count(table["kept"]), formats.count(table["lost"]) + more
            return (table["table"], kept, gone, table["reason"] if lost else "")[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in (1, 2):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and lost and index.column() == 2:
            return theme.current().color("fail_text")
        return None


class SalvagedDialog(QDialog):
    """Lists what a salvage kept and lost.

    Args:
        name: the database.
        tables: kept and lost rows of each table.
    """

    def __init__(self, name: str, tables: tuple[dict[str, Any], ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Salvaged: {name}")
        self.resize(760, 420)
        lost = sum(table["lost"] for table in tables)
        self.table = QTableView()
        self.table.setModel(_Tables(tables))
        style_table(self.table, "Salvaged tables")
        for column, width in enumerate((160, 110, 120)):
            self.table.setColumnWidth(column, width)
        of_catalogue = any(table["table"] == "drive" for table in tables)
        note = DimLabel(
            "The damaged file is kept in the folder of backups. "
            + (
                "Drives that were lost were entered again from their shards."
                if of_catalogue
                else "Scan the drive again: files that were lost are found anew, and verdicts come back from sidecars."
            )
        )
        note.setWordWrap(True)
        close = KeyButton("Close", role="primary")
        close.clicked.connect(self.accept)
        layout = dialog_column(self)
        layout.addWidget(SectionHead(f"{formats.many(lost, 'row')} lost of", "the catalogue" if of_catalogue else name))
        layout.addWidget(note)
        layout.addWidget(self.table, 1)
        layout.addLayout(button_row(close))
        answer_enter(self, close)

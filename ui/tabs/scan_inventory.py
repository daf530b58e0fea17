"""What an inventory found, told when it ends: files and bytes of each category."""

from typing import Any

from PySide6.QtWidgets import QDialog, QTableView, QWidget

from ui import formats
from ui.models.plain_rows import PlainRow, PlainRows
from ui.widgets.buttons import KeyButton, answer_enter
from ui.widgets.dialogs import button_row, dialog_column
from ui.widgets.labels import DimLabel, SectionHead
from ui.widgets.tables import style_table


class InventoryDialog(QDialog):
    """A summary with counts per category.

    Args:
        document: the JSON of the scan (`reelmark scan`).
    """

    def __init__(self, document: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        label, counts = document["drive"]["label"], document["counts"]
        self.setWindowTitle(f"Inventory of {label}")
        self.resize(520, 420)
        self.rows = PlainRows(("Category", "Files", "Size", "Share"), (1, 2, 3))
        self.rows.set_rows(_rows(document["categories"]))
        table = QTableView()
        table.setModel(self.rows)
        style_table(table, "Categories", stretch=0)
        for column in (1, 2, 3):
            table.setColumnWidth(column, 100)
        totals = (
            f"{formats.many(counts['files'], 'file')} in {formats.many(counts['directories'], 'folder')}, "
            f"{formats.size(counts['bytes'])}, {formats.many(document['sequences'], 'sequence')}. "
            "Nothing was hashed or inspected: a scan without inventory only does that."
        )
        told = DimLabel(totals)
        told.setWordWrap(True)
        close = KeyButton("Close", role="primary")
        close.clicked.connect(self.accept)
        self.finished.connect(self.deleteLater)
        layout = dialog_column(self)
        layout.addWidget(SectionHead("Inventory of", label))
        layout.addWidget(told)
        layout.addWidget(table, 1)
        layout.addLayout(button_row(close))
        answer_enter(self, close)


def _rows(categories: dict[str, dict[str, int]]) -> list[PlainRow]:
    """The categories by size, the largest first."""
    total = sum(found["bytes"] for found in categories.values()) or 1
    by_size = sorted(categories.items(), key=lambda entry: -entry[1]["bytes"])
    return [
        PlainRow(
            (
                name.capitalize(),
                formats.count(found["files"]),
                formats.size(found["bytes"]),
                _share(found["bytes"], total),
            )
        )
        for name, found in by_size
    ]


def _share(part: int, whole: int) -> str:
    return formats.percent(part, whole) if not part or 100 * part >= whole else f"< 1{formats.NBSP}%"

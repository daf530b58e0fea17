"""Every record of an asset, the newest on top."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from app.files.sidecar import Document, Record
from ui import formats
from ui.tabs.inspector_trees import plain_tree, say_in
from ui.tabs.review_written import short_hash
from ui.widgets.verdict import VerdictMark, verdict_icon


class HistoryTree(QTreeWidget):
    """Records as lines, what they say below each.

    Args:
        reasons: the words of reason codes.
    """

    def __init__(self, reasons: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reasons = reasons
        self._shown: tuple[tuple[Document, ...], Path | None] = ((), None)
        self.setHeaderLabels(["Record", ""])
        self.setHeaderHidden(True)
        plain_tree(self, "History", "Copy the line of the history")
        self.setColumnWidth(0, 108)

    def show_records(self, records: tuple[Document, ...], path: Path) -> None:
        """Show records, oldest first as given.

        Args:
            records: without their histories.
            path: the sidecar that they lie in.
        """
        if self._shown == (records, path):
            return
        self.show_nothing()
        self._shown = (records, path)
        for document in reversed(records):
            item = self._item(document, path)
            self.addTopLevelItem(item)
            item.setExpanded(True)
        if not records:
            say_in(self, "No record yet")

    def show_nothing(self) -> None:
        """No asset is looked at."""
        self._shown = ((), None)
        self.clear()

    def _item(self, document: Document, path: Path) -> QTreeWidgetItem:
        record = Record(document, path)
        word = str(document.get("qc_result", "")).lower()
        item = QTreeWidgetItem([word, f"{record.operator or 'by a crawl'} · {formats.date(record.time_us)}"])
        if word in set(VerdictMark):
            item.setIcon(0, verdict_icon(VerdictMark(word)))
        reasons = ", ".join(self._reasons.get(code, code) for code in record.reasons)
        undone = document.get("undone_by") if document.get("undoes") else None
        lines = (("Undo", f"by {undone}" if undone else "of the record before" if document.get("undoes") else ""),
                 ("Reasons", reasons), ("Note", record.note.replace("\n", " ")), ("Policy", record.policy_version),
                 ("Content", short_hash(record.content_hash)))  # fmt: skip
        for name, value in lines:
            if value:
                child = QTreeWidgetItem([name, value])
                child.setToolTip(1, record.content_hash if name == "Content" else value)
                item.addChild(child)
        return item

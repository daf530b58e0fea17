"""The right of the review: facts, findings and history of an asset."""

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QHeaderView,
    QLineEdit,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QTreeWidgetItemIterator,
    QVBoxLayout,
    QWidget,
)

from app.files.sidecar import Document, Record
from app.qc.dossier import Dossier
from app.settings.fields import Reason
from ui import formats
from ui.tabs.review_facts import FactNode, facts_tree
from ui.tabs.review_reel import Finding, Reel
from ui.tabs.review_written import WrittenBlock, short_hash
from ui.widgets.tables import style_tree
from ui.widgets.verdict import VerdictMark, verdict_icon

_PLACE = Qt.ItemDataRole.UserRole + 1


class Inspector(QWidget):
    """Facts, findings and history above what was written.

    Args:
        reasons: the reason codes and their words.
    """

    position_chosen = Signal(object)
    """A finding was chosen that lies at this position of the reel."""

    def __init__(self, reasons: Iterable[Reason], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reasons = {reason.code: reason.text for reason in reasons}
        self.tabs = QTabWidget()
        self.filter = QLineEdit()
        self.facts, self.findings, self.history = QTreeWidget(), QTreeWidget(), QTreeWidget()
        self.written = WrittenBlock(self._reasons)
        self.setMinimumWidth(240)
        self._lay_out()
        self.filter.textChanged.connect(self._filter_facts)
        self.findings.currentItemChanged.connect(self._go_to_finding)
        self.findings.itemClicked.connect(self._go_to_finding)

    def show_nothing(self) -> None:
        """No asset is looked at."""
        for tree in (self.facts, self.findings, self.history):
            tree.clear()
        self.tabs.setTabText(1, "Findings")
        self.tabs.setTabText(2, "History")
        self.written.show_nothing()

    def show_asset(self, dossier: Dossier, reel: Reel) -> None:
        """Show all of an asset."""
        self._fill_facts(facts_tree(dossier))
        self._fill_findings(reel.findings)
        self._fill_history(dossier.records)
        self.written.show_dossier(dossier)

    def show_tab(self, number: int) -> None:
        """Bring one of the three to the front and give it the keys."""
        self.tabs.setCurrentIndex(number)
        (self.facts, self.findings, self.history)[number].setFocus()

    def _lay_out(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(8, 8, 8, 0)
        column.setSpacing(8)
        self.filter.setPlaceholderText("Filter facts…")
        self.filter.setAccessibleName("Filter of the facts")
        self.filter.setClearButtonEnabled(True)
        column.addWidget(self.filter)
        column.addWidget(self.facts, 1)
        self.facts.setHeaderLabels(["Fact", "Value"])
        self.findings.setHeaderLabels(["Check", "Seen", "Frames"])
        self.history.setHeaderLabels(["Record", ""])
        self.history.setHeaderHidden(True)
        self.facts.setHeaderHidden(True)
        for tree, name in ((self.facts, "Facts"), (self.findings, "Findings"), (self.history, "History")):
            style_tree(tree, f"Review {name}")
            tree.setAccessibleName(name)
            tree.setAlternatingRowColors(False)
            tree.setIndentation(14)
            tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            tree.setTextElideMode(Qt.TextElideMode.ElideRight)
            self._add_copy(tree)
        self.findings.setRootIsDecorated(False)
        self.findings.setIndentation(0)
        self.findings.setColumnWidth(0, 132)
        self.findings.setColumnWidth(1, 96)
        self.facts.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.history.setColumnWidth(0, 108)
        self.tabs.addTab(page, "Facts")
        self.tabs.addTab(self.findings, "Findings")
        self.tabs.addTab(self.history, "History")
        self.tabs.tabBar().setExpanding(False)
        self.tabs.tabBar().setUsesScrollButtons(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.written)

    def _add_copy(self, tree: QTreeWidget) -> None:
        action = QAction("Copy the line", tree)
        action.setShortcut(QKeySequence.StandardKey.Copy)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(self._copy)
        tree.addAction(action)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _copy(self) -> None:
        sender = self.sender()
        tree = sender.parent() if isinstance(sender, QAction) else None
        item = tree.currentItem() if isinstance(tree, QTreeWidget) else None
        if item is not None:
            words = [item.text(column) for column in range(item.columnCount())]
            QGuiApplication.clipboard().setText("\t".join(filter(None, words)))

    def _fill_facts(self, nodes: Iterable[FactNode]) -> None:
        bar = self.facts.verticalScrollBar()
        place = bar.value()
        self.facts.clear()
        items = [_fact_item(node, top=True) for node in nodes]
        self.facts.addTopLevelItems(items)
        for item in items:
            item.setExpanded(True)
        self._filter_facts(self.filter.text())
        bar.setValue(place)

    def _filter_facts(self, text: str) -> None:
        root = self.facts.invisibleRootItem()
        for item in _below(root):
            _filter_item(item, text.casefold().split())

    def _fill_findings(self, findings: tuple[Finding, ...]) -> None:
        self.findings.blockSignals(True)
        self.findings.clear()
        for finding in findings:
            item = QTreeWidgetItem([finding.check, finding.seen, finding.frames])
            item.setIcon(0, verdict_icon(VerdictMark(finding.state)))
            item.setData(0, _PLACE, finding.position)
            item.setToolTip(1, finding.seen)
            item.setToolTip(2, finding.frames)
            self.findings.addTopLevelItem(item)
        if not findings:
            self._say_in(self.findings, "The last scan found nothing wrong.")
        self.findings.blockSignals(False)
        self.tabs.setTabText(1, f"Findings {len(findings)}" if findings else "Findings")

    def _go_to_finding(self, item: QTreeWidgetItem | None, _other: object = None) -> None:
        position = item.data(0, _PLACE) if item is not None else None
        if isinstance(position, int):
            self.position_chosen.emit(position)

    def _fill_history(self, records: tuple[Document, ...]) -> None:
        self.history.clear()
        for document in reversed(records):
            item = self._record_item(document)
            self.history.addTopLevelItem(item)
            item.setExpanded(True)
        self.tabs.setTabText(2, f"History {len(records)}" if records else "History")
        if not records:
            self._say_in(self.history, "No record yet")

    def _say_in(self, tree: QTreeWidget, text: str) -> None:
        item = QTreeWidgetItem([text])
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        tree.addTopLevelItem(item)
        item.setFirstColumnSpanned(True)

    def _record_item(self, document: Document) -> QTreeWidgetItem:
        record = Record(document, self.written.path())
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

    def sizeHint(self) -> QSize:
        """Wide enough for two columns."""
        return QSize(330, 400)


def _fact_item(node: FactNode, *, top: bool = False) -> QTreeWidgetItem:
    item = QTreeWidgetItem([node.name, node.value])
    item.setToolTip(1, node.value)
    if top:
        font = item.font(0)
        font.setBold(True)
        item.setFont(0, font)
    item.addChildren([_fact_item(child) for child in node.children])
    return item


def _filter_item(item: QTreeWidgetItem, words: list[str]) -> bool:
    """Hide what does not fit; a line stays where one below it fits."""
    own = f"{item.text(0)} {item.text(1)}".casefold()
    fits = all(word in own for word in words)
    below = [_filter_item(child, [] if fits else words) for child in _below(item)]
    seen = fits or any(below)
    item.setHidden(not seen)
    return seen


def _below(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = (item.child(place) for place in range(item.childCount()))
    return [child for child in found if child is not None]


def lines_of(tree: QTreeWidget) -> list[str]:
    """The texts of all lines of a tree, hidden ones left out."""
    found = []
    walk = QTreeWidgetItemIterator(tree, QTreeWidgetItemIterator.IteratorFlag.NotHidden)
    while (item := walk.value()) is not None:
        found.append(" ".join(filter(None, (item.text(column) for column in range(item.columnCount())))))
        walk += 1
    return found

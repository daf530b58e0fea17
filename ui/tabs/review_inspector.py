"""The right of the review: facts, channels, findings and history of an asset."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QComboBox, QTabWidget, QVBoxLayout, QWidget

from app.qc.dossier import Dossier
from app.settings.fields import Reason
from ui.models.fact_nodes import FactNode
from ui.tabs.channels_pane import ChannelsPane
from ui.tabs.document_facts import badge_of, document_nodes
from ui.tabs.facts_pane import FactsPane
from ui.tabs.findings_pane import FindingsPane, nothing_words, wrong_among
from ui.tabs.review_facts import facts_tree, file_node
from ui.tabs.review_history import HistoryTree
from ui.tabs.review_reel import Finding
from ui.tabs.review_written import WrittenBlock
from ui.widgets.labels import NoticeLine

FACTS, CHANNELS, FINDINGS, HISTORY = range(4)
_SCANNED = "The last scan found nothing wrong."


class Inspector(QWidget):
    """Facts, channels, findings and history above what was written.

    Args:
        reasons: the reason codes and their words.
    """

    def __init__(self, reasons: Iterable[Reason], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = {reason.code: reason.text for reason in reasons}
        self.tabs = QTabWidget()
        self.facts, self.channels = FactsPane("Review Facts"), ChannelsPane("Review")
        self.findings, self.history = FindingsPane(), HistoryTree(words)
        self.notice = NoticeLine()
        self.written = WrittenBlock(words)
        self.setMinimumWidth(300)
        self._shown: tuple[object, Mapping[str, Any] | None] = ((), None)
        self._lay_out()

    def show_nothing(self) -> None:
        """No asset is looked at."""
        self._shown = ((), None)
        self.facts.show_nodes(())
        self.facts.show_badge("", "")
        self.channels.show_document(None)
        self.findings.show_findings(())
        self.history.show_nothing()
        self.notice.say("")
        self.tabs.setTabText(FINDINGS, "Findings")
        self.tabs.setTabText(HISTORY, "History")
        self.written.show_nothing()

    def show_asset(
        self,
        dossier: Dossier,
        findings: tuple[Finding, ...],
        document: Mapping[str, Any] | None,
        validations: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Show what is known of an asset and what is wrong with it, also when more of it becomes known.

        Args:
            dossier: what the catalogue and its sidecar know.
            findings: what is wrong with it.
            document: what an inspection told; None before it did, and of a drive that is not there.
            validations: what policies said of it.
        """
        self._show_facts(dossier, document)
        self.findings.show_findings(findings, nothing_words(validations, _SCANNED))
        self.tabs.setTabText(FINDINGS, f"Findings {count}" if (count := wrong_among(findings)) else "Findings")

    def show_records(self, dossier: Dossier) -> None:
        """Show what was written of an asset, and when."""
        self.written.show_dossier(dossier)
        self.history.show_records(dossier.records, self.written.path())
        self.tabs.setTabText(HISTORY, f"History {len(dossier.records)}" if dossier.records else "History")

    def show_tab(self, number: int) -> None:
        """Bring one of the four to the front and give it the keys."""
        self.tabs.setCurrentIndex(number)
        (self.facts.view, self.channels.table, self.findings.tree, self.history)[number].setFocus()

    def bring(self, number: int) -> None:
        """Bring one to the front; the keys stay where they are, unless its box took them, which would eat letters."""
        self.tabs.setCurrentIndex(number)
        if isinstance(QApplication.focusWidget(), QComboBox):
            self.show_tab(number)

    def stop(self) -> None:
        """End the threads."""
        self.facts.stop()
        self.channels.stop()

    def _show_facts(self, dossier: Dossier, document: Mapping[str, Any] | None) -> None:
        """Show facts and channels, unless they are in sight already: who reads on must not lose the place."""
        known = (dossier.drive.id, dossier.asset, dossier.detail.facts)
        if self._shown == (known, document):
            return
        self._shown = (known, document)
        self.facts.show_later(partial(_nodes, dossier, document), document)
        self.facts.show_badge(*badge_of(document))
        self.channels.show_document(document)

    def _lay_out(self) -> None:
        pages = (self.facts, self.channels, self.findings, self.history)
        for page, title in zip(pages, ("Facts", "Channels", "Findings", "History"), strict=True):
            self.tabs.addTab(page, title)
        self.tabs.setAccessibleName("Inspector")
        self.tabs.tabBar().setExpanding(False)
        self.tabs.tabBar().setUsesScrollButtons(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.notice)
        layout.addWidget(self.written)

    def sizeHint(self) -> QSize:
        """Wide enough for two columns."""
        return QSize(330, 400)


def _nodes(dossier: Dossier, document: Mapping[str, Any] | None) -> tuple[FactNode, ...]:
    """The lines of the facts: what the catalogue knows, and what the document tells where there is one."""
    if document is None:
        return facts_tree(dossier)
    told = document_nodes(dict(document), with_file=False)
    problems = [node for node in told if node.name == "Problems"]
    return (*problems, file_node(dossier, document), *(node for node in told if node.name != "Problems"))

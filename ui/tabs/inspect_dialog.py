"""Looks into files that somebody dropped or named: also those of no catalogued drive."""

import os
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import PurePath
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.engine import Engine
from app.errors import AppError
from app.inspection.assetsat import AssetAt, AssetsAt, assets_at
from app.inspection.inspect import recorded_on_shelf
from app.inspection.records import measured_before
from app.jobs.job import CancelToken
from app.model.names import shown
from app.qc.judged import JudgedAt, judged_at
from ui import formats, icons, theme
from ui.desk import Desk
from ui.models.search_model import one_line
from ui.reasons import said
from ui.tabs.asset_checks import AssetChecks
from ui.tabs.asset_documents import AssetDocuments
from ui.tabs.channels_pane import ChannelsPane
from ui.tabs.document_facts import badge_of, document_nodes
from ui.tabs.facts_pane import FactsPane
from ui.tabs.findings_pane import FindingsPane, found_in, nothing_words, wrong_among
from ui.tabs.frame_alone import FrameAlone
from ui.tabs.review_keys import keep_popup_keys, keeps_key
from ui.tabs.sequence_facts import ALIKE, consistency_marks
from ui.widgets.buttons import KeyButton
from ui.widgets.consistency_strip import ConsistencyStrip
from ui.widgets.dialogs import button_row
from ui.widgets.labels import DimLabel, ElidedLabel, NoticeLine
from ui.widgets.tables import give_room, part_of_window
from ui.widgets.tips import tip
from ui.workers.reader import Reader

_ASSET = Qt.ItemDataRole.UserRole + 1
_FACTS, _CHANNELS, _FINDINGS = range(3)
_NO_DRIVE = "It lies on no catalogued drive: what a check finds is not kept."
_NOT_SCANNED = "Its drive was not scanned since it is there: what a check finds is not kept before that."


class InspectDialog(QDialog):
    """Facts, channels and findings of files and sequences.

    Args:
        desk: engine, jobs and window.
        paths: files, frames and folders.
        alone: whether a frame that is named is looked at without its sequence at first.
    """

    compare_asked = Signal(object, object)
    """Two paths that are to be compared."""
    compare_with_asked = Signal(object)
    """A path that is to be compared with one that is asked for."""

    def __init__(self, desk: Desk, paths: Sequence[str], parent: QWidget | None = None, *, alone: bool = False) -> None:
        super().__init__(parent)
        self.setWindowTitle("Inspect")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self.list, self._side = QListWidget(), QWidget()
        self.name, self.folder = ElidedLabel(), ElidedLabel(dim=True)
        self.tabs = QTabWidget()
        self.facts, self.channels, self.findings = FactsPane("Inspect Facts"), ChannelsPane("Inspect"), FindingsPane()
        self.strip, self.notice, self.left_out = ConsistencyStrip(), NoticeLine(), DimLabel()
        self.compare, self.close_button = KeyButton("Compare…", icon="link", key="C"), KeyButton("Close", key="Esc")
        self.into = KeyButton("Show what is in them", icon="folder-open")
        self._paths, self._below, self._alone = list(paths), False, alone
        self._dropped = time.time()
        self._recorded: Mapping[str, Any] | None = None
        self.frame = FrameAlone()
        self.documents = AssetDocuments(desk, self.channels, self)
        self.checks = AssetChecks(desk, self.findings, self)
        self._reader = Reader("assets", self)
        self._lay_out()
        self._connect()
        self.notice.say("")
        give_room(self)
        self._ask_assets()

    def asset(self) -> AssetAt | None:
        """What is looked at."""
        row = self.list.currentRow()
        return self.assets()[row] if row >= 0 else None

    def assets(self) -> list[AssetAt]:
        """All that can be looked at."""
        return [self.list.item(row).data(_ASSET) for row in range(self.list.count())]

    def done(self, result: int) -> None:
        """Qt: end the threads with the dialogue; a measurement that runs is stopped."""
        self.documents.cancel()
        self.checks.cancel()
        self.documents.stop(wait=False)
        self.checks.stop(wait=False)
        self._reader.leave()
        self.facts.stop(wait=False)
        self.channels.stop(wait=False)
        super().done(result)
        self.close()

    def event(self, event: QEvent) -> bool:
        """Qt: before a letter becomes an action, the widget that is being typed in may keep it."""
        typed = event.type() == QEvent.Type.ShortcutOverride
        if typed and isinstance(event, QKeyEvent) and keeps_key(QApplication.focusWidget(), event):
            event.accept()
            return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        """Qt: room for two columns of facts and all columns of channels."""
        return part_of_window(self, QSize(980, 700))

    def _answered(self, _kind: str, _number: int, answer: object) -> None:
        if isinstance(answer, JudgedAt):
            self._show_judged(answer)
        elif isinstance(answer, AssetsAt):
            self._list(answer)

    def _list(self, answer: AssetsAt) -> None:
        """List what can be looked at; what is looked at stays so where more is listed now."""
        before = self.asset()
        self.list.blockSignals(True)
        self.list.clear()
        top = _top_of(answer.assets)
        for asset in answer.assets:
            item = QListWidgetItem(
                icons.icon("sequence" if asset.frames else "file"), one_line(shown(asset.path[len(top) :]))
            )
            item.setData(_ASSET, asset)
            item.setToolTip(tip(shown(asset.path)))
            self.list.addItem(item)
        self.list.blockSignals(False)
        self._side.setVisible(len(answer.assets) > 1 or answer.folders > 0)
        self.compare.setEnabled(bool(answer.assets))
        self.left_out.setText(_left_out_words(answer, below=self._below))
        self.left_out.setVisible(bool(self.left_out.text()))
        self.into.setVisible(answer.folders > 0 and not self._below)
        self.notice.say("" if answer.assets else f"There is no media {'below' if self._below else 'right in'} it.")
        if answer.assets:
            place = next((n for n, asset in enumerate(answer.assets) if before and asset.path == before.path), 0)
            self.list.setCurrentRow(place)

    def look_below(self) -> None:
        """List what lies in the folders below as well."""
        self._below = True
        self.into.setEnabled(False)
        self.left_out.setText("Looking into the folders…")
        self._ask_assets()

    def _ask_assets(self) -> None:
        self._reader.ask("assets", partial(_assets, self._desk.engine, self._paths, self._below))

    def _failed(self, kind: str, _number: int, error: AppError) -> None:
        asset = self.asset()
        if kind == "judged" and asset is not None:
            self.checks.look_at((asset.path, self._dropped), remark=said(error))
        else:
            self.notice.say(said(error))

    def _show_judged(self, known: JudgedAt) -> None:
        """What policies said of it before, and whether what they say now will be kept."""
        drive = known.drive
        remark = _NO_DRIVE if drive is None else "" if known.catalogued else _NOT_SCANNED
        stamp = (known.path, self._dropped)
        self.checks.look_at(stamp, "" if drive is None else drive.id, known.findings, remark=remark)
        self._recorded = known.recorded
        if known.recorded is None:
            self._show_findings()
        else:
            self._show()

    def _look(self) -> None:
        asset = self.asset()
        if asset is None:
            return
        path = PurePath(asset.path)
        words = f"{shown(path.name)}   {asset.frames}" if asset.frames else shown(path.name)
        self.name.setFullText(words)
        self.folder.setFullText(shown(str(path.parent)))
        self.setWindowTitle(f"Inspect {shown(path.name)}")
        self._recorded = None
        self.frame.offer(asset, alone=self._alone)
        self.documents.look_at((self.frame.path(), self._dropped))
        self.checks.look_at(None)
        self._read_judged(of_another=True)
        self._show()

    def _look_at_frame(self) -> None:
        """Facts and channels of a frame alone, or of the whole sequence; findings are those of the sequence."""
        self.documents.look_at((self.frame.path(), self._dropped))
        self._show()

    def _read_judged(self, *, of_another: bool = False) -> None:
        asset = self.asset()
        if asset is not None:
            question = partial(judged_at, self._desk.engine, asset.path)
            self._reader.ask("judged", question, interrupt=of_another)

    def _show(self) -> None:
        recorded = self._recorded if self.frame.frame() is None else None
        document = measured_before(self.documents.document() or {}, recorded)
        self.facts.show_later(partial(document_nodes, dict(document)), document or None)
        self.facts.show_badge(*badge_of(document))
        self.channels.show_document(document or None)
        self._show_findings()
        sequence = document.get("sequence")
        self.strip.setVisible(isinstance(sequence, dict))
        if isinstance(sequence, dict):
            first, last = _ends(sequence)
            self.strip.set_marks(consistency_marks(sequence), first, last, ALIKE)

    def _show_findings(self) -> None:
        judged = self.checks.validations()
        found = found_in(self.documents.document(), judged)
        self.findings.show_findings(found, nothing_words(judged))
        count = wrong_among(found)
        self.tabs.setTabText(_FINDINGS, f"Findings {count}" if count else "Findings")

    def _compare(self) -> None:
        chosen = [item.data(_ASSET) for item in self.list.selectedItems()]
        known = self.assets()
        first = chosen[0] if chosen else known[0]
        second = chosen[1] if len(chosen) > 1 else next((asset for asset in known if asset != first), None)
        path = self.frame.path() if first == self.asset() else first.path
        if second is not None:
            self.compare_asked.emit(path, second.path)
        else:
            self.compare_with_asked.emit(path)

    def _connect(self) -> None:
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._failed)
        self.list.currentItemChanged.connect(lambda *_: self._look())
        self._desk.jobs.catalog_changed.connect(self._read_judged)
        self.documents.changed.connect(self._show)
        self.documents.problem.connect(self.notice.say)
        self.checks.changed.connect(self._show_findings)
        self.frame.changed.connect(self._look_at_frame)
        self.compare.clicked.connect(self._compare)
        self.close_button.clicked.connect(self.reject)
        keep_popup_keys(self.findings.policies)
        for words, keys, slot in (
            ("Show the facts", "I", partial(self._show_tab, _FACTS)),
            ("Show the channels", "S", partial(self._show_tab, _CHANNELS)),
            ("Show the findings", "W", partial(self._show_tab, _FINDINGS)),
            ("Measure the channels", "M", self._measure),
            ("Check against the policy", "T", self._check),
            ("Check with other values of its variables", "Shift+T", partial(self._check, ask=True)),
            ("Compare with another", "C", self.compare.click),
        ):
            action = QAction(words, self, shortcut=QKeySequence(keys))
            action.triggered.connect(slot)
            self.addAction(action)

    def _show_tab(self, number: int) -> None:
        """Bring one of the three to the front and give it the keys."""
        self.tabs.setCurrentIndex(number)
        (self.facts.view, self.channels.table, self.findings.tree)[number].setFocus()

    def _check(self, *, ask: bool = False) -> None:
        self.tabs.setCurrentIndex(_FINDINGS)
        self.checks.check(self.findings.policies.policy(), ask=ask)

    def _measure(self) -> None:
        self.tabs.setCurrentIndex(_CHANNELS)
        self.documents.measure()

    def _lay_out(self) -> None:
        self.name.setFont(theme.ui_font(1.08, bold=True))
        self.list.setAccessibleName("Files")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setUniformItemSizes(True)
        for page, title in ((self.facts, "Facts"), (self.channels, "Channels"), (self.findings, "Findings")):
            self.tabs.addTab(page, title)
        self.tabs.setAccessibleName("Inspector")
        self.tabs.tabBar().setExpanding(False)
        right = QWidget()
        left = QVBoxLayout(self._side)
        left.setContentsMargins(0, 0, 8, 0)
        left.addWidget(self.list, 1)
        left.addWidget(self.left_out)
        left.addWidget(self.into)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in (self.name, self.folder, self.frame, self.notice):
            column.addWidget(widget)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.strip)
        split = QSplitter()
        split.setProperty("role", "gap")
        split.addWidget(self._side)
        split.addWidget(right)
        split.setSizes([260, 720])
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(12)
        layout.addWidget(split, 1)
        layout.addLayout(button_row(self.close_button, left=(self.compare,)))
        self._side.hide()
        self.strip.hide()
        self.left_out.hide()
        self.left_out.setWordWrap(True)
        self.into.hide()
        self.into.clicked.connect(self.look_below)
        self.compare.setEnabled(False)


def _top_of(assets: Sequence[AssetAt]) -> str:
    """What all paths begin with and need not be read: the folder that all lie below, with its slash."""
    if not assets:
        return ""
    top = os.path.commonpath([os.path.dirname(asset.path) for asset in assets])  # noqa: PTH120 - a path may be no text
    return os.path.join(top, "")  # noqa: PTH118 - the same


def _left_out_words(answer: AssetsAt, *, below: bool) -> str:
    told = [f"{formats.count(answer.left_out)} more are not listed." if answer.left_out else ""]
    if answer.folders:
        were = "was" if answer.folders == 1 else "were"
        told.append(f"{formats.many(answer.folders, 'folder')} {'further down' if below else 'below'} {were} left out.")
    return " ".join(filter(None, told))


def _assets(engine: Engine, paths: list[str], below: bool, token: CancelToken) -> AssetsAt:
    """What lies at some paths; of a drive on the shelf what the catalogue knows to lie there.

    Raises `AppError` where there is nothing.
    """
    try:
        return assets_at(paths, token, below=below)
    except AppError:
        known = [AssetAt(path) for path in paths if recorded_on_shelf(engine, path, token) is not None]
        if not known:
            raise
        return AssetsAt(tuple(known))


def _ends(sequence: Mapping[str, Any]) -> tuple[int, int]:
    """The frames that the band spans: those there are and those that should be."""
    expected = sequence.get("expected") or {}
    numbers = [sequence.get("first"), sequence.get("last"), expected.get("first"), expected.get("last")]
    whole = [int(number) for number in numbers if isinstance(number, (int, float))]
    return (min(whole), max(whole)) if whole else (0, -1)

"""What a check of many assets found: how many came to what, each asset with its worst finding, and the reports."""

import re
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QMenu,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.errors import AppError
from app.jobs.job import CancelToken, Job
from app.model.drives import Drive
from app.model.names import raw, shown
from app.qc.checking import CheckRequest, CheckResult
from app.qc.findings import AssetResult, Finding, Outcome
from app.reports.checkreports import check_form, write_check_report
from app.reports.checkwords import idle_waivers, told, word_of, worst_first
from ui import formats, theme
from ui.desk import Desk
from ui.export_file import ask_export_file, safe_name
from ui.folders import open_folder
from ui.models.plain_rows import PlainRow, PlainRows
from ui.reasons import said
from ui.widgets.buttons import KeyButton, answer_enter
from ui.widgets.dialogs import button_row, dialog_column
from ui.widgets.facts_grid import Fact, FactsGrid
from ui.widgets.labels import DimLabel, IconLabel, NoticeLine, PlainLabel
from ui.widgets.tables import part_of_window, style_table
from ui.widgets.tips import TipDelegate
from ui.workers.reader import Reader

_MOST = 5000
_FRAME = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_FORMS = (("html", "Page (HTML)…"), ("json", "JSON…"), ("junit", "JUnit (XML)…"))
_SUFFIXES = {"html": "html", "json": "json", "junit": "xml"}
_LEVELS = {"pass": "pass", "fail": "fail", "error": "stale", "waived": "pass", "skipped": ""}
_SIGNS = {"pass": "pass", "fail": "fail", "error": "warning", "waived": "pass", "skipped": "pending"}
_WORDS = (
    ("fail", "fail"), ("error", "could not be judged"), ("waived", "pass by a waiver"), ("pass", "pass"),
    ("skipped", "had nothing to judge"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """A check that has ended.

    Attributes:
        request: what was asked.
        result: what was found.
        about: what was checked, in a word.
        drive: where it lies.
    """

    request: CheckRequest
    result: CheckResult
    about: str
    drive: Drive


class _Sentence(TipDelegate):
    """A sentence is cut at its end, a path in its middle."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight


class CheckSummary(QDialog):
    """The findings of a check over many assets.

    Args:
        desk: window, for what it remembers.
        checked: the check.
    """

    review_asked = Signal(object)
    """`(drive id, folder, name, frame)` of the asset to look at; folder and name are raw bytes, no frame is empty."""

    def __init__(self, desk: Desk, checked: Checked, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Check of {checked.about}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk, self._checked = desk, checked
        self._assets: list[AssetResult] = []
        self._folder = ""
        self._reader = Reader("check summary", self)
        self.head, self.facts, self.more = PlainLabel(headline(checked.result)), FactsGrid(), DimLabel()
        self.rows = PlainRows(("Outcome", "Asset", "What was found"))
        self.table, self.notice = QTableView(), NoticeLine()
        self.review = KeyButton("Look at it", icon="review", key="Enter")
        self.export = KeyButton("Export the report", icon="export")
        self.folder = KeyButton("Open folder", icon="folder-open")
        self.close_button = KeyButton("Close", role="primary")
        self._lay_out()
        self._connect()
        self._reader.ask("rows", self._read_rows)
        answer_enter(self, self.close_button)

    def done(self, result: int) -> None:
        """Qt: end the thread with the dialogue."""
        self._reader.leave()
        super().done(result)

    def export_to(self, form: str, file: str) -> None:
        """Write the report to a file."""
        self.notice.say("")
        self.more.setText("Writing the report…")
        self._reader.ask("export", partial(self._write, form, file))

    def sizeHint(self) -> QSize:
        """Qt: most of the window."""
        return part_of_window(self, QSize(900, 560))

    def _read_rows(self, _token: CancelToken) -> tuple[list[AssetResult], list[PlainRow]]:
        worst = list(islice(worst_first(self._checked.result), _MOST))
        base = shown(self._checked.drive.base).rstrip("/")
        return worst, [_row(asset, base) for asset in worst]

    def _write(self, form: str, file: str, token: CancelToken) -> str:
        request = replace(self._checked.request, report=form, out=file)
        check_form(request)
        return write_check_report(request, self._checked.result, Job(token=token)).report

    def _answered(self, kind: str, _number: int, answer: object) -> None:
        if kind == "rows" and isinstance(answer, tuple):
            self._assets, rows = answer
            self.rows.set_rows(rows)
            left = len(self._checked.result.assets) - len(rows)
            self.more.setText(f"{formats.many(left, 'asset')} more are in the report" if left else "")
            if rows:
                self.table.selectRow(0)
            self._look()
        elif kind == "export":
            self._folder = str(Path(str(answer)).parent)
            self.folder.show()
            self.more.setText(f"Written to {shown(str(answer))}")

    def _failed(self, _kind: str, _number: int, error: AppError) -> None:
        self.more.setText("")
        self.notice.say(said(error))

    def _choose_file(self, form: str) -> None:
        name = f"{report_name(self._checked)}.{_SUFFIXES[form]}"
        ask_export_file(self._desk, self, "Export the report", name, form.upper(), partial(self.export_to, form))

    def _open_folder(self) -> None:
        open_folder(self._folder)

    def _look(self) -> None:
        chosen = self.table.currentIndex().isValid()
        self.review.setEnabled(chosen)
        self.review.setToolTip("" if chosen else "No asset is chosen")

    def _review(self, _index: QModelIndex | None = None) -> None:
        row = self.table.currentIndex().row()
        if not 0 <= row < len(self._assets):
            return
        below = _below(self._checked.drive, self._assets[row])
        if below is None:
            self.notice.say(f"{shown(self._assets[row].asset)} does not lie where {self._checked.drive.label} is now.")
            return
        folder, _, name = below.rpartition(b"/")
        self.review_asked.emit((self._checked.drive.id, folder, name, first_frame(self._assets[row])))
        self.accept()

    def _connect(self) -> None:
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._failed)
        self.table.selectionModel().currentChanged.connect(self._look)
        self.table.doubleClicked.connect(self._review)
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            QShortcut(key, self.table, context=Qt.ShortcutContext.WidgetShortcut).activated.connect(self._review)
        self.review.clicked.connect(self._review)
        self.folder.clicked.connect(self._open_folder)
        self.close_button.clicked.connect(self.accept)

    def _lay_out(self) -> None:
        menu = QMenu(self.export)
        for form, words in _FORMS:
            menu.addAction(words).triggered.connect(partial(self._choose_file, form))
        self.export.setMenu(menu)
        self.folder.hide()
        self.head.setFont(theme.ui_font(1.3, bold=True))
        self.facts.set_facts(_facts(self._checked))
        self.table.setModel(self.rows)
        style_table(self.table, "Checked assets")
        self.table.setItemDelegateForColumn(2, _Sentence(self.table))
        self.table.setColumnWidth(0, 110)
        self.table.setColumnWidth(1, 360)
        level = _LEVELS[self._checked.result.outcome.value]
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(IconLabel(_SIGNS[self._checked.result.outcome.value], 24, f"{level}_text" if level else "dim"))
        top.addWidget(self.head, 1)
        layout = dialog_column(self, 10)
        layout.addLayout(top)
        layout.addWidget(self.facts)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.more)
        layout.addWidget(self.notice)
        layout.addLayout(button_row(self.close_button, left=(self.review, self.export, self.folder)))
        self._look()


def report_name(checked: Checked) -> str:
    """The name that is proposed for a report: what was checked, and by which policy (`A001_sh010_delivery`)."""
    return safe_name(f"{checked.about} {checked.result.policy.id}")


def headline(result: CheckResult) -> str:
    """`3 of 120 assets fail`; what else is wrong with them, or that all is well."""
    counts, judged = result.asset_counts, len(result.assets)
    if not judged:
        return "The policy is about none of what is there"
    if counts["fail"]:
        verb = "fails" if counts["fail"] == 1 else "fail"
        return f"{formats.count(counts['fail'])} of {formats.many(judged, 'asset')} {verb}"
    if counts["error"]:
        return f"{formats.count(counts['error'])} of {formats.many(judged, 'asset')} could not be judged"
    if counts["skipped"] == judged:
        return f"There was nothing to judge about {formats.many(judged, 'asset')}"
    return "The only asset passes" if judged == 1 else f"All {formats.count(judged)} assets pass"


def _facts(checked: Checked) -> list[Fact]:
    result = checked.result
    counts = result.asset_counts
    policy = f"{result.policy.title or result.policy.id} ({result.policy.id} {result.policy.version})"
    assets = " · ".join(f"{formats.count(counts[name])} {words}" for name, words in _WORDS if counts[name])
    facts = [Fact("Checked", checked.about), Fact("Policy", policy), Fact("Assets", assets or "none")]
    if checked.request.range:
        facts.append(Fact("Expected frames", checked.request.range))
    if result.waivers:
        facts.append(Fact("Waivers", shown(result.waivers)))
    if idle := idle_waivers(result):
        facts.append(Fact("Not met", idle, "stale"))
    if result.others:
        facts.append(Fact("Others", f"{formats.count(result.others)} that the policy is not about"))
    if result.recorded:
        facts.append(Fact("By", "what was recorded: the drive is not connected", "stale"))
    return facts


def _row(asset: AssetResult, base: str) -> PlainRow:
    """An asset with what is worst about it."""
    outcome = asset.outcome.value
    objections = _objections(asset)
    more = f" (and {len(objections) - 1} more)" if len(objections) > 1 else ""
    word = word_of(objections[0]) if objections else ""
    begin = "" if word.lower() == outcome else f"{word}: "
    words = f"{begin}{told(objections[0])}{more}" if objections else ""
    name = asset.asset.removeprefix(f"{base}/")
    cells = tuple(" ".join(shown(cell).split("\n")) for cell in (outcome, name, words))
    return PlainRow(cells, _LEVELS[outcome], _SIGNS[outcome])


def _objections(asset: AssetResult) -> list[Finding]:
    """What is wrong with an asset, the worst first."""
    return sorted((one for one in asset.findings if one.outcome is not Outcome.SKIPPED), key=_gravity)


def first_frame(asset: AssetResult) -> str:
    """The first frame of the worst finding that is about frames; empty for none."""
    frames = next((one.frames for one in _objections(asset) if one.frames), "")
    found = _FRAME.match(frames)
    return found[0] if found else ""


def _below(drive: Drive, asset: AssetResult) -> bytes | None:
    """Where an asset lies on its drive, in raw bytes; None where it does not lie there."""
    path, base = asset.place or raw(asset.asset), raw(drive.base).replace(b"\\", b"/").rstrip(b"/") + b"/"
    return path[len(base) :] if path[: len(base)].replace(b"\\", b"/") == base else None


def _gravity(finding: Finding) -> int:
    order = ("FAIL", "ERROR", "WARNING", "INFO", "WAIVED")
    word = word_of(finding)
    return order.index(word) if word in order else len(order)

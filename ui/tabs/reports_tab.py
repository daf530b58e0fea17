"""The Reports tab: what drives hold, connected or not, as cards, charts and tables."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.errors import AppError
from app.model.drives import Drive
from app.reports.duplicates import Duplicates
from app.reports.folders import FolderNode
from app.reports.summaries import Overview
from ui import formats, icons
from ui.desk import Desk
from ui.page import Page
from ui.reasons import said
from ui.tabs.reports_bar import ReportsBar
from ui.tabs.reports_export import ReportsExport
from ui.tabs.reports_panels import ChartsPanel, FoldersPanel, TablesPanel
from ui.tabs.reports_runner import ORDER, Part, ReportsRunner, WantedReports
from ui.tabs.search_errands import Errands
from ui.widgets.banner import BannerKind, BannerView
from ui.widgets.empty_state import EmptyState
from ui.widgets.stat_card import StatCard
from ui.widgets.toasts import ToastView

_LEFT_OUT = "reports.left_out"
_RERUN_MS = 1500


class ReportsTab(QWidget):
    """Reports on a drive or all of them.

    Args:
        desk: engine, jobs and window.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._drives: tuple[Drive, ...] = ()
        self._ran: WantedReports | None = None
        self._known = self._dirty = False
        self._seen: object = None
        self._fresh = False
        self._parts: set[str] = set()
        self._broken: dict[str, AppError] = {}
        self._began = self._took = 0.0
        self.runner = ReportsRunner(desk.engine, self)
        self.errands = Errands(self)
        self.bar = ReportsBar(desk.window.state)
        self.cards = {
            "files": StatCard("Files", ""),
            "size": StatCard("Size", ""),
            "average": StatCard("Average", ""),
            "sequences": StatCard("Sequences", ""),
            "missing": StatCard("Missing frames", "", "fail"),
            "duplicates": StatCard("Duplicates cost", "", "stale"),
        }
        self.folders, self.charts = FoldersPanel(self.errands), ChartsPanel()
        self.tables = TablesPanel(self.runner, self.errands)
        self.no_drive = EmptyState(
            "report", "Nothing to report on yet",
            "Scan a folder or a drive first. Then this page tells what it holds: by folder, by kind of file, what is "
            "largest, what changed, and what is there twice, also while the drive is on the shelf.", "Go to Scan",
        )  # fmt: skip
        self.export = ReportsExport(desk, self.bar.wanted, self)
        self._again = QTimer(self, singleShot=True, interval=_RERUN_MS)
        self.setFocusProxy(self.bar.drive)
        self._lay_out()
        self._make_actions()
        self._connect()

    def page(self) -> Page:
        """The tab for the window."""
        keys = (
            ("Left Right Up Down", "Choose a folder of the treemap, or a day"),
            ("Enter", "Go into the folder chosen, in the treemap"),
            ("Backspace Esc", "Up to the folder above, in the treemap"),
        )
        return Page(3, "Reports", "report", self, keys)

    def stop(self) -> None:
        """End the tab's threads."""
        self._again.stop()
        self.errands.stop()
        self.runner.stop()

    def is_complete(self) -> bool:
        """Whether everything that was asked for is shown."""
        return self._ran is not None and len(self._parts) == len(ORDER)

    def run(self) -> None:
        """Make the reports anew."""
        self._again.stop()
        self._dirty, self._fresh = False, True
        self._ran = self.bar.wanted()
        self.bar.remember()
        self._parts.clear()
        self._broken.clear()
        self._began = time.monotonic()
        self.bar.status.setFullText("Reading the catalogue…")
        self.runner.read_drives()
        self.runner.run(self._ran)

    def showEvent(self, event: QShowEvent) -> None:
        """Read which drives there are; the first time, and after changes, make the reports."""
        super().showEvent(event)
        if not self._known or self._dirty:
            self.runner.read_drives()

    def _drives_read(self, drives: tuple[Drive, ...], seen: object) -> None:
        """Take which drives there are; make the reports where there are none yet, or they are of something else."""
        first, made_of_this = not self._known, self._fresh or seen == self._seen
        if self._fresh:
            self._seen, self._fresh = seen, False
        elif made_of_this:
            self._dirty = False
        self._known, self._drives = True, drives
        self.bar.set_drives(drives)
        self.folders.set_drives(drives)
        self._stack.setCurrentIndex(0 if drives else 1)
        self.bar.setVisible(bool(drives))
        gone = self._ran is not None and self._ran.drive_ids != self.bar.wanted().drive_ids
        if drives and (first or self._ran is None or gone or (self._dirty and not made_of_this)):
            self.run()
        elif self.is_complete():
            self._say_finished()

    def _made(self, part: Part) -> None:
        self._parts.add(part.name)
        self._broken.update(part.broken)
        show: dict[str, Callable[[Any], object]] = {
            "overview": self._show_overview,
            "tree": self.folders.show_root,
            "categories": self.charts.show_categories,
            "heaviest-folders": self.folders.show_folders,
            "top-extensions": self.charts.show_extensions,
            "recent": self.charts.show_recent,
            "largest": self.tables.largest.show_files,
            "newest": self.tables.newest.show_files,
            "shows": self.tables.show_shots,
            "duplicates": self._show_duplicates,
        }
        show[part.name](part.value)

    def _show_overview(self, overview: Overview) -> None:
        total = overview.total
        self.cards["files"].set_value(formats.count(total.files))
        self.cards["size"].set_value(formats.size(total.bytes))
        self.cards["average"].set_value(formats.size(total.average_bytes) if total.files else "")
        self.cards["sequences"].set_value(formats.count(sum(part.sequences for part in overview.drives)))
        self.cards["missing"].set_value(formats.count(sum(part.missing_frames for part in overview.drives)))
        self.cards["duplicates"].set_value("")
        self.tables.drives.drives.set_rows(overview.drives)

    def _show_duplicates(self, report: Duplicates) -> None:
        cost = formats.size(report.wasted_bytes) if report.wasted_bytes else "0"
        self.cards["duplicates"].set_value(cost if report.rows or not report.unhashed.files else "")
        self.tables.show_duplicates(report)

    def _finished(self) -> None:
        self._took = time.monotonic() - self._began
        self._say_finished()
        self._say_left_out()

    def _say_finished(self) -> None:
        late = " · the catalogue has changed since" if self._dirty else ""
        self.bar.status.setFullText(f"Read in {formats.duration(self._took)}{late}")

    def _say_left_out(self) -> None:
        """Name the drives whose records cannot be read, in a banner."""
        banners = self._desk.window.banners
        labels = [drive.label for drive in self._drives if drive.id in self._broken]
        if labels:
            error = next(iter(self._broken.values()))
            words = f"The reports leave out {', '.join(labels)}: {said(error)}"
            banners.show_banner(BannerView(_LEFT_OUT, words, BannerKind.ERROR))
        else:
            banners.remove(_LEFT_OUT)

    def _failed(self, error: AppError) -> None:
        self.bar.status.setFullText(said(error))

    def _ask_branch(self, drive_id: str, path: bytes) -> None:
        if self._ran is not None:
            self.runner.ask_tree(drive_id, path, self._ran)

    def _branch_made(self, _drive_id: str, root: FolderNode) -> None:
        if (root.drive_id, root.path) == self.folders.place():
            self.folders.show_branch(root)

    def _catalog_changed(self) -> None:
        """A scan wrote something: reports that are looked at are made anew once it is quiet, others when they are."""
        self._dirty = True
        if not self.isVisible():
            return
        if self._ran is None:
            self.runner.read_drives()
        elif not self._desk.jobs.running():
            self._again.start()
        elif self.is_complete():
            self._say_finished()

    def _rerun(self) -> None:
        """Look whether anything that is reported on has changed: an export, for one, changes nothing."""
        if self.isVisible() and self._dirty:
            self.runner.read_drives()

    def _pick(self, drive_id: str) -> None:
        """Report on one drive alone."""
        self.bar.choose(drive_id)
        self.run()

    def _refused(self, words: str) -> None:
        self._desk.window.toasts.show_toast(ToastView(words, "warning"))

    def _lay_out(self) -> None:
        cards = QHBoxLayout()
        cards.setSpacing(8)
        for card in self.cards.values():
            cards.addWidget(card, 1)
        right = QSplitter(Qt.Orientation.Vertical)
        right.setObjectName("reports_right_splitter")
        right.addWidget(self.charts)
        right.addWidget(self.tables)
        right.setSizes([300, 340])
        whole = QSplitter()
        whole.setObjectName("reports_splitter")
        whole.addWidget(self.folders)
        whole.addWidget(right)
        whole.setSizes([620, 620])
        for splitter in (right, whole):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(8)
            splitter.setProperty("role", "gap")
        reports = QWidget()
        inside = QVBoxLayout(reports)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addLayout(cards)
        inside.addWidget(whole, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(reports)
        self._stack.addWidget(self.no_drive)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(8)
        column.addWidget(self.bar)
        column.addWidget(self._stack, 1)
        self.bar.hide()

    def _make_actions(self) -> None:
        action = QAction(icons.icon("refresh"), "Run the reports", self)
        action.setShortcut(QKeySequence("F5"))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(self.run)
        self.addAction(action)
        self.addActions(self.export.actions())
        menu = QMenu(self)
        menu.addActions(self.export.actions())
        self.bar.export.setMenu(menu)

    def _connect(self) -> None:
        self.bar.run_wanted.connect(self.run)
        self.bar.drive.activated.connect(self.run)
        self.runner.drives_read.connect(self._drives_read)
        self.runner.made.connect(self._made)
        self.runner.finished.connect(self._finished)
        self.runner.failed.connect(self._failed)
        self.runner.tree_made.connect(self._branch_made)
        self.folders.branch_wanted.connect(self._ask_branch)
        self.tables.drives.picked.connect(self._pick)
        self.errands.refused.connect(self._refused)
        self.no_drive.primary_clicked.connect(partial(self._desk.window.show_page, 1))
        self._again.timeout.connect(self._rerun)
        self._desk.jobs.catalog_changed.connect(self._catalog_changed)
        self._desk.jobs.all_ended.connect(self._catalog_settled)

    def _catalog_settled(self) -> None:
        if self._dirty and self.isVisible():
            self._again.start()

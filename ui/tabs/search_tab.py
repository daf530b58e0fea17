"""The Search tab: one field, filters, hits as you type, and a preview of the one that is selected."""

import time
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QHideEvent, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from app.catalog.find import Found
from app.errors import AppError
from app.model.drives import Drive
from ui import icons
from ui.desk import Desk
from ui.models.search_model import SearchModel
from ui.page import Page
from ui.reasons import said
from ui.tabs.search_actions import HitActions
from ui.tabs.search_errands import Errands
from ui.tabs.search_export import SearchExport
from ui.tabs.search_filters import FilterBar
from ui.tabs.search_preview import Preview
from ui.tabs.search_runner import FIRST_PAGE, Answer, SearchRunner, Wanted
from ui.tabs.search_table import ResultsTable
from ui.tabs.search_words import left_out, nothing_found, status_words
from ui.widgets.banner import BannerKind, BannerView
from ui.widgets.empty_state import EmptyState
from ui.widgets.labels import DimLabel, NoticeLine
from ui.widgets.toasts import ToastView

_TYPING_MS = 40
_SLOW_MS = 300
_REFRESH_MS = 1000
_MOST_REFRESHED = 5000
_LEFT_OUT = "search.left_out"
_ROOM_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
#: The number of the tab.
SEARCH = 2


class SearchTab(QWidget):
    """Finds files on all drives, connected or not.

    Args:
        desk: engine, jobs and window.
    """

    review_requested = Signal(object)
    """`(drive id, folder, asset name)` of what is to be reviewed; folder and name are raw bytes."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._answer: Answer | None = None
        self._total: int | None = None
        self._dirty = True
        self._reading = ""
        self._left_out = ""
        self._refreshed_at = 0.0
        self._online: dict[str, bool] = {}
        self.field = QLineEdit(placeholderText="Name, or part of a path")
        self.setFocusProxy(self.field)
        self.filters = FilterBar()
        self.status = DimLabel()
        self.export_button = QPushButton("Export")
        self.notice = NoticeLine()
        self.model = SearchModel()
        self.table = ResultsTable(self.model)
        self.preview = Preview(desk.engine)
        self.runner = SearchRunner(desk.engine, self)
        self.errands = Errands(self)
        self.no_drive = EmptyState(
            "search", "Nothing is catalogued yet",
            "Scan a folder or a drive first. From then on every file on it is found here, also while the drive is on "
            "the shelf.", "Go to Scan",
        )  # fmt: skip
        self.no_hit = EmptyState("search", "Nothing found", "No file matches.", "Clear filters", "Clear the field")
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._slow = QTimer(self, singleShot=True, interval=_SLOW_MS)
        self._renewing = QTimer(self, singleShot=True)
        self.actions_of_hits = HitActions(self.table, self.errands, self)
        self.export = SearchExport(desk, self.wanted, self)
        self._lay_out()
        self._make_actions()
        self._connect()
        desk.drives.serve(self.isVisible)
        desk.drives.start()

    def page(self) -> Page:
        """The tab for the window."""
        keys = (
            ("Up Down PgUp PgDown", "Move through the hits, also from the field"),
            ("Esc", "Clear the field"),
        )
        return Page(SEARCH, "Search", "search", self, keys)

    def stop(self) -> None:
        """End the tab's threads."""
        self._typing.stop()
        self._renewing.stop()
        self.errands.stop()
        self._desk.drives.stop()
        self.preview.stop()
        self.runner.stop()

    def focus_field(self) -> None:
        """Give the field the keys, its text selected."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def wanted(self) -> Wanted:
        """What field and filters ask for."""
        return Wanted(self.filters.query(self.field.text().strip(), FIRST_PAGE), self.filters.drive_ids())

    def answered(self) -> Wanted | None:
        """What the hits in sight are the answer to; None before the first."""
        return self._answer.wanted if self._answer is not None else None

    def total(self) -> int | None:
        """The exact number of hits; None while it is counted."""
        return self._total

    def showEvent(self, event: QShowEvent) -> None:
        """Read what changed while another tab was in front."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._take_keys)
        if self._answer is None:
            self._search()
        elif self._dirty:
            self._catalog_changed()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop reading again."""
        super().hideEvent(event)
        self._dirty = self._dirty or self._renewing.isActive()
        self._renewing.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the field that are meant for the hits."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _ROOM_KEYS:
                self.table.move_by_key(event)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.field.clear()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.actions_of_hits.open_folder()
                return True
        return super().eventFilter(watched, event)

    def _search(self) -> None:
        """Ask for what field and filters say."""
        self._typing.stop()
        self._dirty, self._reading = False, ""
        self._slow.start()
        self.runner.search(self.wanted())

    def _take_keys(self) -> None:
        """Once in front, the field gets the keys, unless something here has them or somebody walks along the tabs."""
        focus = QApplication.focusWidget()
        inside = focus is not None and focus is not self and self.isAncestorOf(focus)
        if self.isVisible() and not inside and not isinstance(focus, QTabBar):
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _type_on(self, text: str) -> None:
        """Letters typed into the table belong to the field."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.end(False)
        self.field.insert(text)

    def _typed(self) -> None:
        self._clear.setVisible(bool(self.field.text()))
        self._typing.start()

    def _found(self, answer: Answer) -> None:
        self._slow.stop()
        self._answer, self._reading = answer, ""
        self._total = None if answer.more else len(answer.rows)
        self._show_drives(answer)
        self.table.show_rows(answer.rows)
        self._show_state(answer)
        if answer.more:
            self.runner.count()

    def _more_found(self, answer: Answer) -> None:
        self._reading = ""
        if self._answer is not None:
            self._answer = replace(self._answer, more=answer.more)
            self.model.add_rows(answer.rows)
            self._show_status()

    def _refreshed(self, answer: Answer) -> None:
        self._refreshed_at = time.monotonic()
        self._answer, self._reading = answer, ""
        if not answer.more:
            self._total = len(answer.rows)
        self._show_drives(answer)
        self.table.renew_rows(answer.rows)
        self._show_state(answer)
        if answer.more:
            self.runner.count()

    def _counted(self, total: int) -> None:
        self._total = max(total, self.model.rowCount())
        self._show_status()

    def _say_searching(self) -> None:
        self.status.setText("Searching…")

    def _failed(self, error: AppError) -> None:
        self._slow.stop()
        self._show_status()
        self._reading = ""
        self.notice.say(f"The search failed: {said(error)}")

    def _near_end(self) -> None:
        rows = self.model.rows()
        if self._answer is not None and self._answer.more and not self._reading and rows:
            self._reading = "more"
            self.runner.more(rows[-1], len(rows))

    def _catalog_changed(self) -> None:
        """Read again, at most once a second and only while somebody looks."""
        if not self.isVisible():
            self._dirty = True
        elif not self._renewing.isActive():
            wait = self._refreshed_at + _REFRESH_MS / 1000 - time.monotonic()
            self._renewing.start(max(0, round(wait * 1000)))

    def _renew(self) -> None:
        """Read the rows again that are known; far down a long list only its length."""
        self._dirty = False
        self._refreshed_at = time.monotonic()
        known = self.model.rowCount()
        if self._answer is None or self._typing.isActive():
            self._search()
        elif known <= _MOST_REFRESHED and self._reading != "more":
            self._reading = "refresh"
            self.runner.refresh(known)
        else:
            self.runner.count()

    def _show_drives(self, answer: Answer) -> None:
        self.filters.set_drives(answer.drives, self._online)
        self._looked(self._desk.drives.drives() or [])
        self.notice.say("")
        self._show_left_out(left_out(answer))

    def _looked(self, drives: list[Drive]) -> None:
        if self.runner.set_places({drive.id: drive for drive in drives}):
            self._catalog_changed()
        online = {drive.id: drive.online for drive in drives}
        if {**self._online, **online} == self._online:
            return
        self._online.update(online)
        self.model.set_online(self._online)
        if self._answer is not None:
            self.filters.set_drives(self._answer.drives, self._online)
        hit = self.table.current_hit()
        if hit is not None:
            self.preview.show_hit(hit, online=self.model.is_online(hit))

    def _show_state(self, answer: Answer) -> None:
        filtered = self.filters.active()
        if not answer.drives:
            self._stack.setCurrentWidget(self.no_drive)
        elif not answer.rows and (answer.wanted.query.text or filtered):
            self._say_nothing_found(answer.wanted.query.text)
            self._hits_stack.setCurrentWidget(self.no_hit)
            self._stack.setCurrentIndex(0)
        else:
            self._hits_stack.setCurrentWidget(self.table)
            self._stack.setCurrentIndex(0)
        self._show_status()

    def _say_nothing_found(self, text: str) -> None:
        self.no_hit.set_text("Nothing found", nothing_found(text, self.filters.words()))
        self.no_hit.primary.setVisible(self.filters.active())
        self.no_hit.secondary.setVisible(bool(text))

    def _show_status(self) -> None:
        rows, filtered = self.model.rowCount(), self.filters.active()
        self.export_button.setEnabled(rows > 0)
        self.export_button.setToolTip("" if rows else "There are no hits to export")
        if self._answer is not None:
            self.status.setText(status_words(self._answer, rows, self._total, filtered=filtered))

    def _show_left_out(self, words: str) -> None:
        """Name the drives that could not be searched in a banner, once: who closed it is not told the same again."""
        if words == self._left_out:
            return
        self._left_out = words
        banners = self._desk.window.banners
        if words:
            banners.show_banner(BannerView(_LEFT_OUT, words, BannerKind.ERROR))
        else:
            banners.remove(_LEFT_OUT)

    def _show_hit(self, hit: Found | None) -> None:
        self.preview.show_hit(hit, online=hit is not None and self.model.is_online(hit))

    def _refused(self, words: str) -> None:
        self._desk.window.toasts.show_toast(ToastView(words, "warning"))

    def _go_to_scan(self) -> None:
        self._desk.window.show_page(1)

    def _lay_out(self) -> None:
        self.field.setProperty("role", "search")
        self.field.setAccessibleName("Search")
        self.field.addAction(icons.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self._clear = self.field.addAction(icons.icon("close"), QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setToolTip("Clear (Esc)")
        self._clear.setVisible(False)
        self.field.installEventFilter(self)
        self.status.setAccessibleName("Number of hits")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.filters, 1)
        row.addWidget(self.status, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.export_button, 0, Qt.AlignmentFlag.AlignTop)
        self.status.setFixedHeight(30)
        self._hits_stack, self._stack = QStackedWidget(), QStackedWidget()
        self._hits_stack.addWidget(self.table)
        self._hits_stack.addWidget(self.no_hit)
        self.preview.setMinimumWidth(280)
        splitter = QSplitter()
        splitter.setObjectName("search_splitter")
        splitter.addWidget(self._hits_stack)
        splitter.addWidget(self.preview)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 1)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([1000, 392])
        self._stack.addWidget(splitter)
        self._stack.addWidget(self.no_drive)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(10)
        column.addWidget(self.field)
        column.addLayout(row)
        column.addWidget(self.notice)
        column.addWidget(self._stack, 1)

    def _make_actions(self) -> None:
        for words, icon, keys, slot in (
            ("Search field", "search", "Ctrl+F", self.focus_field),
            ("Read again", "refresh", "F5", self._search),
            ("Clear filters", "filter", "Ctrl+Shift+F", self.filters.clear_filters),
            ("Show all facts", "info", "Ctrl+T", self.preview.show_facts),
        ):
            action = QAction(icons.icon(icon), words, self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(slot)
            self.addAction(action)
        self.addActions(self.export.actions())
        menu = QMenu(self)
        menu.addActions(self.export.actions())
        self.export_button.setMenu(menu)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._typed)
        self._clear.triggered.connect(self.field.clear)
        self._typing.timeout.connect(self._search)
        self._slow.timeout.connect(self._say_searching)
        self._renewing.timeout.connect(self._renew)
        self.filters.changed.connect(self._search)
        self.runner.found.connect(self._found)
        self.runner.more_found.connect(self._more_found)
        self.runner.refreshed.connect(self._refreshed)
        self.runner.counted.connect(self._counted)
        self.runner.failed.connect(self._failed)
        self.table.current_changed.connect(self._show_hit)
        self.table.near_end.connect(self._near_end)
        self.table.letters_typed.connect(self._type_on)
        self._desk.drives.changed.connect(self._looked)
        self.errands.refused.connect(self._refused)
        self.actions_of_hits.review_requested.connect(self.review_requested)
        self.actions_of_hits.add_to_menu(self.export.actions())
        self.preview.open_folder.connect(self.actions_of_hits.open_folder)
        self.preview.review.connect(self.actions_of_hits.review)
        self.no_drive.primary_clicked.connect(self._go_to_scan)
        self.no_hit.primary_clicked.connect(self.filters.clear_filters)
        self.no_hit.secondary_clicked.connect(self.field.clear)
        self._desk.jobs.catalog_changed.connect(self._catalog_changed)

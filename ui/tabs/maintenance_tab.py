"""The Maintenance tab: how the databases stand, what can be done for them, and the external tools."""

from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QTableView, QVBoxLayout, QWidget

from app.diagnostics.overview import ToolStatus, tools_overview
from app.errors import AppError
from app.jobs.job import CancelToken
from app.log import log_folder
from app.maintenance.request import RestoreRequest, UpkeepRequest, UpkeepResult
from app.maintenance.status import BROKEN, DatabaseStatus, maintenance_status
from app.model.names import shown
from ui.desk import Desk
from ui.folders import open_folder
from ui.models.databases_model import Column, DatabasesModel
from ui.page import Page
from ui.reasons import said
from ui.tabs.diagnostics_dialog import DiagnosticsDialog
from ui.tabs.maintenance_actions import ACTIONS, DatabaseAction, why_not
from ui.tabs.maintenance_restore import RestoreDialog
from ui.tabs.maintenance_salvaged import SalvagedDialog
from ui.tabs.tools_card import ToolsCard
from ui.widgets.banner import BannerKind, BannerView
from ui.widgets.buttons import KeyButton
from ui.widgets.flow_layout import FlowLayout
from ui.widgets.labels import DimLabel, SectionHead
from ui.widgets.tables import style_table
from ui.widgets.tips import tip
from ui.widgets.toasts import ToastView
from ui.workers.job_worker import Done, Outcome
from ui.workers.reader import Reader

_WIDTHS = {
    Column.STATE: 168,
    Column.SIZE: 84,
    Column.FREE: 84,
    Column.CHECKED: 136,
    Column.BACKUP: 136,
    Column.BACKUPS: 88,
    Column.OPTIMISED: 136,
    Column.VACUUMED: 136,
}
_NUMBER = 5
_LOOK_AGAIN_MS = 5000


class MaintenanceTab(QWidget):
    """Looks after the databases.

    Args:
        desk: engine, jobs and window.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._reader = Reader("maintenance", self)
        self._tools_reader = Reader("tools", self)  # one that hangs must not keep the databases waiting
        self._beat = QTimer(self, interval=_LOOK_AGAIN_MS)  # jobs of other processes say nothing to this one
        self._started: dict[str, DatabaseAction] = {}
        self.model = DatabasesModel()
        self.table = QTableView()
        self.scope = DimLabel()
        self.detail = DimLabel()
        self.tools = ToolsCard()
        self.buttons: dict[str, KeyButton] = {}
        self.actions_by_name: dict[str, QAction] = {}
        self._make_actions()
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.table)
        self._show_choice()

    def page(self) -> Page:
        """The tab for the window."""
        return Page(_NUMBER, "Maintenance", "archive", self)

    def add_card(self, card: QWidget) -> None:
        """Put something else of the databases below them."""
        column = self.layout()
        if column is not None:
            column.addWidget(card)

    def stop(self) -> None:
        """End the tab's threads."""
        self._beat.stop()
        self._reader.stop()
        self._tools_reader.stop()

    def refresh(self) -> None:
        """Read again how the databases stand, unless nobody looks."""
        if self.isVisible():
            self._reader.ask("status", self._read, interrupt=False)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: somebody looks."""
        super().showEvent(event)
        self.refresh()
        self.look_for_tools()

    def look_for_tools(self) -> None:
        """Look which external programs are there."""
        self._tools_reader.ask("tools", self._look_for_tools)

    def open_diagnostics(self, name: str = "") -> None:
        """Open the list of external programs, with one of them selected."""
        dialog = DiagnosticsDialog(self._desk, name, self._desk.window)
        dialog.finished.connect(self.look_for_tools)
        dialog.open()

    def open_logs(self) -> None:
        """Open the folder of the log files in the system's file manager."""
        loaded = self._desk.engine.loaded
        open_folder(str(log_folder(loaded.home, loaded.values.log)))

    def chosen(self) -> list[DatabaseStatus]:
        """The databases that an action is for: the selected ones, else all of them."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self.model.status(row) for row in rows] or self.model.rows()

    def start(self, action: DatabaseAction) -> None:
        """Do an action to the chosen databases."""
        if why_not(action, self.chosen()):
            return
        if action.name == "restore":
            dialog = RestoreDialog(self.chosen()[0], self)
            dialog.chosen.connect(self.restore)
            dialog.open()
            return
        self._run(action, self._request(action))

    def restore(self, request: RestoreRequest) -> None:
        """Put a backup in the place of a database."""
        self._run(next(action for action in ACTIONS if action.name == "restore"), request)

    def look_at(self, name: str) -> None:
        """Come to the front with a database selected."""
        self._desk.window.show_page(_NUMBER)
        for row, status in enumerate(self.model.rows()):
            if status.target.name == name:
                self.table.selectRow(row)

    def _request(self, action: DatabaseAction) -> UpkeepRequest:
        selected = self.table.selectionModel().selectedRows()
        chosen = self.chosen() if selected else []
        drives = tuple(status.target.drive.id for status in chosen if status.target.drive)
        catalog = any(status.target.drive is None for status in chosen)
        names = tuple(status.target.name for status in chosen if status.target.drive)
        return UpkeepRequest(drives, catalog=catalog, full=action.full, labels=names)

    def _run(self, action: DatabaseAction, request: UpkeepRequest | RestoreRequest) -> None:
        for status in self.chosen():
            self._desk.window.banners.remove(f"maintenance.{status.target.name}")
        self._started[self._desk.jobs.start(action.operation, request)] = action
        self.refresh()

    def _read(self, token: CancelToken) -> list[DatabaseStatus]:
        return maintenance_status(self._desk.engine, token)

    def _look_for_tools(self, _token: CancelToken) -> list[ToolStatus]:
        return tools_overview(self._desk.engine.loaded)

    def _tools_found(self, _kind: str, _number: int, answer: object) -> None:
        if isinstance(answer, list):
            self.tools.show_tools(answer)

    def _answered(self, _kind: str, _number: int, answer: object) -> None:
        if isinstance(answer, list):
            self.model.set_rows(answer)
            self._show_choice()

    def _unread(self, _kind: str, _number: int, error: AppError) -> None:
        self.detail.setText(said(error))

    def _show_choice(self, *_: object) -> None:
        """Say what the actions are for, and which of them can be done now."""
        chosen, selected = self.chosen(), self.table.selectionModel().hasSelection()
        one = chosen[0] if selected and len(chosen) == 1 else None
        name = one.target.name if one and one.target.drive else "the catalogue" if one else ""
        self.scope.setText(f"for {name or (f'{len(chosen)} databases' if selected else 'all databases')}")
        for action in ACTIONS:
            reason = why_not(action, chosen, selected=selected)
            self.buttons[action.name].setEnabled(not reason)
            self.buttons[action.name].setToolTip(tip(reason or action.help))
            self.actions_by_name[action.name].setEnabled(not reason)
        told = one or next((status for status in chosen if status.problem), None)
        self.detail.setText(_told(told) if told else "")
        self.detail.setVisible(bool(self.detail.text()))

    def _ended(self, job_id: str, outcome: Outcome) -> None:
        action = self._started.pop(job_id, None)
        if action is None:
            return
        self.refresh()
        if not isinstance(outcome, Done):
            return
        result: UpkeepResult = outcome.result
        for target in result.targets:
            if not target.ok and target.error is None:
                text = f"{_name(target.name)} is damaged: {shown(target.messages[0])}. Salvage it, or restore a backup."
                banner = BannerView(f"maintenance.{target.name}", text, BannerKind.ERROR, "Look at it")
                self._desk.window.banners.show_banner(banner)
            elif target.error is not None:
                text = f"{_name(target.name)}: {said(target.error)}"
                self._desk.window.banners.show_banner(
                    BannerView(f"maintenance.{target.name}", text, BannerKind.WARNING, "Look at it")
                )
        if result.ok:
            self._tell(action, result)

    def _tell(self, action: DatabaseAction, result: UpkeepResult) -> None:
        """A toast about what went well; what a salvage lost is listed in a dialogue."""
        folder = str(self._desk.engine.home.backups)
        has_copy = any(target.backup for target in result.targets)
        words = action.done
        if len(result.targets) == 1:
            target = result.targets[0]
            words = f"{words}: {_name(target.name)}"
        self._desk.window.toasts.show_toast(
            ToastView(words, "pass", "Open backups" if has_copy else "", folder if has_copy else "")
        )
        for target in result.targets:
            if target.lost:
                self._show_lost(target.name, target.lost)

    def _show_lost(self, name: str, lost: tuple[dict[str, object], ...]) -> None:
        SalvagedDialog(_name(name), lost, self).open()

    def _banner_acted(self, banner_id: str) -> None:
        kind, _, name = banner_id.partition(".")
        if kind == "maintenance":
            self.look_at(name)
        elif kind == "tool":
            self._desk.window.banners.remove(banner_id)
            self.open_diagnostics(name)

    def _menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in ACTIONS:
            menu.addAction(self.actions_by_name[action.name])
        menu.popup(self.table.viewport().mapToGlobal(place))

    def _make_actions(self) -> None:
        for action in ACTIONS:
            made = QAction(action.words, self)
            made.triggered.connect(partial(self._start_by_name, action.name))
            self.actions_by_name[action.name] = made
            self.addAction(made)
            button = KeyButton(action.words, icon=action.icon, role="primary" if action.name == "check" else "")
            button.clicked.connect(partial(self._start_by_name, action.name))
            self.buttons[action.name] = button

        logs = QAction("Open logs", self)
        logs.triggered.connect(self.open_logs)
        self.addAction(logs)

    def _start_by_name(self, name: str, _checked: object = None) -> None:
        self.start(next(action for action in ACTIONS if action.name == name))

    def _connect(self) -> None:
        jobs = self._desk.jobs
        jobs.job_ended.connect(self._ended)
        jobs.catalog_changed.connect(self.refresh)
        self._desk.window.banners.action_clicked.connect(self._banner_acted)
        self._beat.timeout.connect(self.refresh)
        self._beat.start()
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._unread)
        self._tools_reader.answered.connect(self._tools_found)
        self.tools.asked.connect(self.open_diagnostics)
        self.tools.logs_asked.connect(self.open_logs)
        self.table.selectionModel().selectionChanged.connect(self._show_choice)
        self.table.customContextMenuRequested.connect(self._menu)

    def _lay_out(self) -> None:
        self.table.setModel(self.model)
        style_table(self.table, "Databases", stretch=Column.NAME)
        for column, width in _WIDTHS.items():
            self.table.setColumnWidth(column, width)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.detail.setWordWrap(True)
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        bar = QWidget()
        flow = FlowLayout(bar)
        for button in self.buttons.values():
            flow.addWidget(button)
        flow.addWidget(self.scope)
        head = QHBoxLayout()
        head.addWidget(SectionHead("Databases"))
        head.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 12, 12, 12)
        whole.setSpacing(8)
        whole.addLayout(head)
        whole.addWidget(bar)
        whole.addWidget(self.table, 1)
        whole.addWidget(self.detail)
        whole.addWidget(self.tools)


def _told(status: DatabaseStatus) -> str:
    """Where a database lies, what is wrong with it and what to do."""
    if status.held_by:
        return f"{shown(str(status.target.path))} is being written by {status.held_by}."
    if status.state == BROKEN:
        return (
            f"{_name(status.target.name)} is damaged: {shown(status.problem)}. Salvage reads what can be read of it "
            "into a new one and lists what was lost; Restore puts a backup in its place."
        )
    if status.problem:
        return f"{_name(status.target.name)}: {shown(status.problem)}. {status.hint}".rstrip()
    return shown(str(status.target.path))


def _name(name: str) -> str:
    return "The catalogue" if name == "catalog" else name

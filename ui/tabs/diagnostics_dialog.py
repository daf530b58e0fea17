"""The external programs: what is there, what is limited without the rest, and how to get it."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QTableView, QWidget

from app.diagnostics.installing import InstallRequest
from app.diagnostics.overview import ToolStatus, locate_tool, tools_overview
from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.names import shown
from app.tools import Tool
from ui.desk import Desk
from ui.models.tools_model import Column, ToolsModel
from ui.reasons import said
from ui.tabs.install_dialogs import CommandDialog, PortableDialog
from ui.widgets.buttons import KeyButton, answer_enter
from ui.widgets.dialogs import button_row, dialog_column
from ui.widgets.labels import DimLabel, SectionHead
from ui.widgets.tables import style_table
from ui.widgets.tips import tip
from ui.workers.job_worker import Done, Failed, Outcome
from ui.workers.reader import Reader

_WIDTHS = {Column.NAME: 130, Column.VERSION: 160, Column.USED_FOR: 460}


class DiagnosticsDialog(QDialog):
    """Lists the programs; locates and installs them.

    Args:
        desk: engine, jobs and window.
        name: the program that is selected at first; empty for the first that is missing.
    """

    def __init__(self, desk: Desk, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Diagnostics")
        self.resize(1040, 480)
        self._desk, self._wanted = desk, name
        self._reader = Reader("diagnostics", self)
        self._installing: set[str] = set()
        self.model = ToolsModel()
        self.table = QTableView()
        self.table.setModel(self.model)
        style_table(self.table, "Tools")
        for column, width in _WIDTHS.items():
            self.table.setColumnWidth(column, width)
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.told = DimLabel("Looking for them…")
        self.told.setWordWrap(True)
        self.told.setMinimumHeight(3 * self.told.fontMetrics().lineSpacing())
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.locate = KeyButton("Locate…", icon="folder")
        self.install = KeyButton("Install…", icon="import")
        self.portable = KeyButton("Portable copy…", icon="usb")
        self.again = KeyButton("Look again", icon="refresh")
        self.close_button = KeyButton("Close", role="primary")
        self._lay_out()
        self._connect()
        answer_enter(self, self.close_button)
        self._select()
        self.look()

    def look(self) -> None:
        """Look for the programs again."""
        self._reader.ask("tools", self._look)

    def done(self, result: int) -> None:
        """Qt: end the thread with the dialogue."""
        self._reader.leave()
        super().done(result)

    def chosen(self) -> ToolStatus | None:
        """The program that is selected."""
        rows = self.table.selectionModel().selectedRows()
        return self.model.status(rows[0].row()) if rows else None

    def use(self, path: str) -> None:
        """Take a file for the chosen program."""
        status = self.chosen()
        if status is not None:
            self._reader.ask("locate", partial(self._locate, status.tool.name, path))

    def start(self, request: InstallRequest) -> None:
        """Install a program."""
        self._installing.add(self._desk.jobs.start("install_tool", request))
        self.told.setText(f"Installing {request.name}. You may close this; the foot of the window tells how it goes.")

    def _look(self, _token: CancelToken) -> list[ToolStatus]:
        return tools_overview(self._desk.engine.loaded)

    def _locate(self, name: str, path: str, _token: CancelToken) -> Tool:
        return locate_tool(self._desk.engine, name, path)

    def _answered(self, _kind: str, _number: int, answer: object) -> None:
        if isinstance(answer, Tool):
            self.told.setText(f"{answer.name} {answer.version} is used from {shown(answer.path)} from now on.")
            self._wanted = answer.name
            self.look()
            return
        if not isinstance(answer, list):
            return
        before = self.table.selectionModel().hasSelection()
        self.model.set_rows(answer)
        if not before:
            missing = next((status.tool.name for status in answer if not status.tool.found), "")
            names = self.model.names()
            wanted = self._wanted if self._wanted in names else missing
            self.table.selectRow(names.index(wanted) if wanted else 0)
        self._select()

    def _failed(self, _kind: str, _number: int, error: AppError) -> None:
        self.told.setText(said(error))

    def _select(self, *_: object) -> None:
        """Say of the chosen program what is limited without it, and what can be done."""
        status = self.chosen()
        for button in (self.locate, self.install, self.portable):
            button.setEnabled(status is not None)
            button.setToolTip("" if status is not None else "Choose a tool in the list")
        if status is None:
            return
        self.install.setEnabled(status.plan is not None)
        no_plan = (
            "It is there already." if status.tool.found else "No package manager of this system is known to have it."
        )
        self.install.setToolTip(tip(status.plan.line) if status.plan else no_plan)
        if status.tool.found:
            self.told.setText(f"{status.tool.name} {status.tool.version} is used from {shown(status.tool.path)}.")
        else:
            how = shown(status.tool.hint) if status.tool.path else f"{status.program.hint} Or locate one that is there."
            self.told.setText(f"Limited without {status.tool.name}: {status.program.without}\n{how}")

    def _ask_where(self) -> None:
        status = self.chosen()
        if status is not None:
            path, _ = QFileDialog.getOpenFileName(self, f"Where is {status.tool.name}?", shown(status.tool.path))
            if path:
                self.use(path)

    def _ask_to_install(self) -> None:
        status = self.chosen()
        if status is not None and status.plan is not None:
            dialog = CommandDialog(status.tool.name, status.plan, self)
            dialog.agreed.connect(self.start)
            dialog.open()

    def _ask_for_copy(self) -> None:
        status = self.chosen()
        if status is not None:
            dialog = PortableDialog(status.tool.name, shown(str(self._desk.engine.home.bin)), self)
            dialog.agreed.connect(self.start)
            dialog.open()

    def _ended(self, job_id: str, outcome: Outcome) -> None:
        if job_id not in self._installing:
            return
        self._installing.discard(job_id)
        if isinstance(outcome, Failed):
            self._failed("", 0, outcome.error)
        elif isinstance(outcome, Done):
            self.look()

    def _connect(self) -> None:
        self.table.selectionModel().selectionChanged.connect(self._select)
        self.locate.clicked.connect(self._ask_where)
        self.install.clicked.connect(self._ask_to_install)
        self.portable.clicked.connect(self._ask_for_copy)
        self.again.clicked.connect(self.look)
        self.close_button.clicked.connect(self.accept)
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._failed)
        self._desk.jobs.job_ended.connect(self._ended)

    def _lay_out(self) -> None:
        layout = dialog_column(self)
        layout.addWidget(SectionHead("External tools"))
        layout.addWidget(self.table, 1)
        layout.addWidget(self.told)
        layout.addLayout(button_row(self.again, self.close_button, left=(self.locate, self.install, self.portable)))

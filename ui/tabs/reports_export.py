"""Exports the reports as a job, and says where they went."""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.reports.reportfiles import ExportReportRequest, ReportExport, report_exported
from app.reports.sections import ALL
from ui import icons
from ui.desk import Desk
from ui.export_file import ask_export_file, ask_export_folder
from ui.tabs.reports_runner import MOST_RANKED, WantedReports
from ui.widgets.toasts import ToastView
from ui.workers.job_worker import Done, Outcome

_TITLE = "Export the reports"
_KINDS = {"html": "Page with charts", "json": "JSON"}


class ReportsExport(QObject):
    """Writes all reports, as they are chosen.

    Args:
        desk: jobs, exports folder and toasts.
        wanted: gives what is chosen.
    """

    def __init__(self, desk: Desk, wanted: Callable[[], WantedReports], parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._wanted, self._widget = desk, wanted, parent
        self._jobs: set[str] = set()
        self._actions: list[QAction] = []
        for words, slot in (
            ("Export the reports as a page with charts (HTML)…", partial(self.choose, "html")),
            ("Export the reports as CSV, a file for each table…", self.choose_folder),
            ("Export the reports as JSON…", partial(self.choose, "json")),
        ):
            action = QAction(icons.icon("export"), words, parent)
            action.triggered.connect(slot)
            self._actions.append(action)
        desk.jobs.job_ended.connect(self._ended)

    def actions(self) -> list[QAction]:
        """For the menu and the palette."""
        return list(self._actions)

    def choose(self, form: str, _checked: object = None) -> None:
        """Ask for the file of one page or document, then write it."""
        name = f"reports.{form}"
        ask_export_file(self._desk, self._widget, _TITLE, name, _KINDS[form], partial(self.start, form))

    def choose_folder(self) -> None:
        """Ask for the folder, then write a file for each table into it."""
        ask_export_folder(self._desk, self._widget, _TITLE, partial(self.start, "csv"))

    def start(self, form: str, path: str | None = None) -> str:
        """Start the job; its id."""
        wanted = self._wanted()
        options = wanted.options
        request = ExportReportRequest(
            form, ALL, wanted.drive_ids, replace(options, top=min(options.top, MOST_RANKED)), path
        )
        job_id = self._desk.jobs.start("export_report", request)
        self._jobs.add(job_id)
        return job_id

    def _ended(self, job_id: str, outcome: Outcome) -> None:
        if job_id not in self._jobs:
            return
        self._jobs.discard(job_id)
        if isinstance(outcome, Done) and isinstance(outcome.result, ReportExport):
            folder = os.path.dirname(outcome.result.files[0])  # noqa: PTH120 - a path may be no valid text
            toast = ToastView(report_exported(outcome.result), "pass", "Open folder", folder)
            self._desk.window.toasts.show_toast(toast)

"""Exports the hits of a search as a job, and says where they went."""

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QWidget

from app.reports.exports import FORMATS, ExportResult, ExportSearchRequest, exported
from ui import icons
from ui.desk import Desk
from ui.folders import EXPORTED, find_first_folder, remember_folder
from ui.tabs.search_runner import Wanted
from ui.widgets.toasts import ToastView
from ui.workers.job_worker import Done, Outcome


class SearchExport(QObject):
    """Writes all hits, not only those that were read, to CSV, JSON lines or a file list of Everything.

    Args:
        desk: jobs, exports folder and toasts.
        wanted: gives the search whose hits are meant.
    """

    def __init__(self, desk: Desk, wanted: Callable[[], Wanted], parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._wanted, self._widget = desk, wanted, parent
        self._jobs: set[str] = set()
        self._actions: list[QAction] = []
        for words, slot in (
            ("Export these hits as CSV", self.export_csv),
            ("Export these hits as JSON lines", self.export_lines),
            ("Export these hits as Everything file list", self.export_list),
            ("Export these hits to…", self.choose),
        ):
            action = QAction(icons.icon("export"), words, parent)
            action.triggered.connect(slot)
            self._actions.append(action)
        desk.jobs.job_ended.connect(self._ended)

    def actions(self) -> list[QAction]:
        """For menus and the palette."""
        return list(self._actions)

    def export_csv(self) -> None:
        """Write a CSV file into the exports folder."""
        self.start("csv")

    def export_lines(self) -> None:
        """Write a file of JSON lines into the exports folder."""
        self.start("jsonl")

    def export_list(self) -> None:
        """Write a file list of Everything into the exports folder."""
        self.start("efu")

    def choose(self) -> None:
        """Ask for the file."""
        exports = str(self._desk.engine.home.exports)
        find_first_folder(self, self._desk.window.state, EXPORTED, self._choose_from, [exports])

    def _choose_from(self, folder: str) -> None:
        kinds = "CSV (*.csv);;JSON lines (*.jsonl);;Everything file list (*.efu)"
        proposed = str(Path(folder) / "search.csv")
        path, kind = QFileDialog.getSaveFileName(self._widget, "Export these hits", proposed, kinds)
        if path:
            remember_folder(self._desk.window.state, EXPORTED, str(Path(path).parent))
            chosen = {"JSON": "jsonl", "Ever": "efu"}.get(kind[:4], "csv")
            self.start(next((form for form in FORMATS if path.endswith(f".{form}")), chosen), path)

    def start(self, form: str, path: str | None = None) -> str:
        """Start the job; its id."""
        wanted = self._wanted()
        request = ExportSearchRequest(wanted.query, wanted.drive_ids, form, path)
        job_id = self._desk.jobs.start("export_search", request)
        self._jobs.add(job_id)
        return job_id

    def _ended(self, job_id: str, outcome: Outcome) -> None:
        if job_id not in self._jobs:
            return
        self._jobs.discard(job_id)
        if isinstance(outcome, Done) and isinstance(outcome.result, ExportResult):
            folder = os.path.dirname(outcome.result.path)  # noqa: PTH120 - a path may be no valid text
            toast = ToastView(f"{exported(outcome.result)}", "pass", "Open folder", folder)
            self._desk.window.toasts.show_toast(toast)

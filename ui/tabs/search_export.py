"""Exports the hits of a search as a job, and says where they went."""

import os
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.reports.exports import ExportResult, ExportSearchRequest, exported
from ui import icons
from ui.desk import Desk
from ui.export_file import ask_export_file
from ui.tabs.search_runner import Wanted
from ui.widgets.toasts import ToastView
from ui.workers.job_worker import Done, Outcome

_KINDS = {"csv": "CSV", "jsonl": "JSON lines", "efu": "Everything file list"}


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
        for form, words in _KINDS.items():
            action = QAction(icons.icon("export"), f"Export these hits as {words}…", parent)
            action.triggered.connect(partial(self.choose, form))
            self._actions.append(action)
        desk.jobs.job_ended.connect(self._ended)

    def actions(self) -> list[QAction]:
        """For menus and the palette."""
        return list(self._actions)

    def choose(self, form: str, _checked: object = None) -> None:
        """Ask for the file, then write it."""
        name = f"search.{form}"
        ask_export_file(self._desk, self._widget, "Export these hits", name, _KINDS[form], partial(self.start, form))

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

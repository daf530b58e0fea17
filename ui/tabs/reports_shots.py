"""The table of shots: what each takes up, on which drive, and which frames it lacks."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableView

from app.model.names import shown
from app.reports.shows import ShotRow, Shows
from ui import formats
from ui.models.report_model import ReportColumn, ReportModel
from ui.models.search_model import one_line
from ui.tabs.reports_tables import RowActions, may_sort
from ui.tabs.search_errands import Errands
from ui.widgets.tables import style_table

_DRIVE = 5


def _size(row: ShotRow) -> str:
    """The size, with a mark where it is at the threshold."""
    return f"⚠ {formats.size(row.bytes)}" if row.warning else formats.size(row.bytes)


def _tip(row: ShotRow) -> str:
    words = formats.many(row.bytes, "byte")
    return f"{words}: at the threshold or over it" if row.warning else words


SHOT_COLUMNS = (
    ReportColumn("Show", lambda row: one_line(shown(row.place.show)), lambda row: row.place.show.casefold()),
    ReportColumn("Shot", lambda row: one_line(shown(row.place.shot)), lambda row: row.place.shot.casefold()),
    ReportColumn("Size", _size, lambda row: row.bytes, number=True, tip=_tip),
    ReportColumn("Files", lambda row: formats.count(row.files), lambda row: row.files, number=True),
    ReportColumn(
        "Missing frames", lambda row: formats.count(row.missing_frames), lambda row: row.missing_frames, number=True
    ),
    ReportColumn("Drive", lambda row: row.drive.label, lambda row: row.drive.label.casefold()),
)


class ShotsTable(QTableView):
    """What shots take up; Enter opens the folder of one.

    Args:
        errands: opens folders.
    """

    def __init__(self, errands: Errands) -> None:
        super().__init__()
        self.shots = ReportModel(SHOT_COLUMNS)
        self.setModel(self.shots)
        style_table(self, "Shots", stretch=1)
        for column, width in ((0, 120), (2, 92), (3, 72), (4, 144), (5, 110)):
            self.setColumnWidth(column, width)
        may_sort(self.horizontalHeader())
        self.horizontalHeader().setSortIndicator(2, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)
        self.row_actions = RowActions(self, self._path, errands, is_folder=True)

    def show_shots(self, report: Shows) -> None:
        """Show another report; the column of drives is there where it tells them apart."""
        self.setColumnHidden(_DRIVE, len({row.drive.id for row in report.rows}) < 2)
        self.shots.set_rows(report.rows)

    def _path(self) -> str:
        row = self.shots.row(self.currentIndex().row())
        return row.path if isinstance(row, ShotRow) else ""

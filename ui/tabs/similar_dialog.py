"""Files of all drives that are made like an OpenEXR file, and in what they differ."""

from functools import partial
from pathlib import PurePath

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QDialog, QTableView, QVBoxLayout, QWidget

from app.engine import Engine
from app.errors import AppError
from app.inspection.differencewords import label_of, sides_of
from app.inspection.similar import Neighbour, SimilarRequest, SimilarResult, find_similar
from app.jobs.job import CancelToken, Job
from app.model.names import shown
from ui import formats, theme
from ui.desk import Desk
from ui.models.fact_nodes import one_line
from ui.models.plain_rows import PlainRow, PlainRows
from ui.reasons import said
from ui.widgets.buttons import KeyButton
from ui.widgets.dialogs import button_row
from ui.widgets.facts_grid import Fact, FactsGrid
from ui.widgets.labels import DimLabel, ElidedLabel, NoticeLine
from ui.widgets.tables import give_room, style_table
from ui.workers.reader import Reader

_LIMIT = 200
_MOST_WHY = 12


class SimilarDialog(QDialog):
    """Lists neighbours, the nearest first; below them what differs in the chosen one.

    Args:
        desk: engine and window.
        path: an OpenEXR file, there or on the shelf.
    """

    review_requested = Signal(object)
    """`(drive id, folder, name)` of a neighbour; folder and name are raw bytes."""
    compare_requested = Signal(object, object)
    """The file and a neighbour that is there."""

    def __init__(self, desk: Desk, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Made like {shown(PurePath(path).name)}")
        self._path = path
        self._found: tuple[Neighbour, ...] = ()
        self.name, self.told, self.notice = ElidedLabel(shown(path)), DimLabel("Looking…"), NoticeLine()
        self.rows = PlainRows(("Alike", "Name", "Frames", "Drive", "Folder", "First difference"), numbers=(0,))
        self.table, self.why = QTableView(), FactsGrid()
        self.copy_button = KeyButton("Copy paths", icon="copy")
        self.compare, self.review = KeyButton("Compare", icon="link"), KeyButton("Review", icon="review")
        self.close_button = KeyButton("Close", key="Esc")
        self._reader = Reader("similar", self)
        self._lay_out()
        self._connect()
        self._chosen()
        give_room(self)
        self._reader.ask("similar", partial(_look, desk.engine, path))

    def neighbour(self) -> Neighbour | None:
        """The chosen one."""
        row = self.table.currentIndex().row()
        return self._found[row] if 0 <= row < len(self._found) else None

    def done(self, result: int) -> None:
        """Qt: end the thread with the dialogue."""
        self._reader.leave()
        super().done(result)
        self.close()

    def sizeHint(self) -> QSize:
        """Qt: room for paths."""
        return QSize(980, 640)

    def _answered(self, _kind: str, _number: int, found: object) -> None:
        if not isinstance(found, SimilarResult):
            return
        self._found = found.neighbours
        self.rows.set_rows([_row(neighbour) for neighbour in found.neighbours])
        alike = sum(neighbour.score > 0.999 for neighbour in found.neighbours)
        same = f", {formats.count(alike)} made in the same way" if alike else ""
        self.told.setText(
            f"{formats.many(len(found.neighbours), 'neighbour')}{same}, the nearest first"
            if found.neighbours
            else "Nothing to compare it with: drives scanned by an earlier version must be scanned once more."
        )
        problems = [f"{drive.label}: {said(error)}" for drive, error in found.problems]
        self.notice.say(" ".join(problems))
        if found.neighbours:
            self.table.selectRow(0)

    def _failed(self, _kind: str, _number: int, error: AppError) -> None:
        self.told.setText("")
        self.notice.say(said(error))

    def _chosen(self, _index: QModelIndex | None = None, _before: QModelIndex | None = None) -> None:
        neighbour = self.neighbour()
        self.copy_button.setEnabled(neighbour is not None)
        self.review.setEnabled(neighbour is not None)
        self.compare.setEnabled(neighbour is not None and neighbour.drive.online)
        self.compare.setToolTip("Its drive is not connected" if neighbour and not neighbour.drive.online else "")
        self.why.set_facts(_why(neighbour) if neighbour is not None else [])

    def _copy(self) -> None:
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        QGuiApplication.clipboard().setText("\n".join(self._found[row].document()["path"] for row in rows))

    def _review(self) -> None:
        neighbour = self.neighbour()
        if neighbour is not None:
            folder, _, name = neighbour.path.rpartition(b"/")
            self.review_requested.emit((neighbour.drive.id, folder, name))

    def _compare(self) -> None:
        neighbour = self.neighbour()
        if neighbour is not None:
            self.compare_requested.emit(self._path, neighbour.document()["path"])

    def _connect(self) -> None:
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._failed)
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        self.table.doubleClicked.connect(self._review)
        self.copy_button.clicked.connect(self._copy)
        self.review.clicked.connect(self._review)
        self.compare.clicked.connect(self._compare)
        self.close_button.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        self.name.setFont(theme.ui_font(1.08, bold=True))
        self.table.setModel(self.rows)
        style_table(self.table, "Similar files", stretch=4)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        for column, width in ((0, 64), (1, 230), (2, 150), (3, 128), (5, 130)):
            self.table.setColumnWidth(column, width)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(8)
        for widget in (self.name, self.told, self.notice):
            layout.addWidget(widget)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.why)
        layout.addLayout(button_row(self.close_button, left=(self.copy_button, self.compare, self.review)))


def _look(engine: Engine, path: str, token: CancelToken) -> SimilarResult:
    return find_similar(engine, SimilarRequest(path, _LIMIT), Job(token=token))


def _row(neighbour: Neighbour) -> PlainRow:
    folder, _, name = neighbour.path.rpartition(b"/")
    first = label_of(neighbour.why[0]) if neighbour.why else "none"
    return PlainRow(
        (
            f"{neighbour.score * 100:.0f}{formats.NBSP}%",
            one_line(shown(name)),
            neighbour.frames,
            neighbour.drive.label if neighbour.drive.online else f"{neighbour.drive.label} · offline",
            f"/{one_line(shown(folder))}",
            first,
        )
    )


def _why(neighbour: Neighbour) -> list[Fact]:
    """What differs, a line each."""
    facts = []
    for difference in neighbour.why[:_MOST_WHY]:
        here, there = sides_of(difference)
        words = [f"{side} {one_line(told)}" for side, told in (("only here", here), ("only there", there)) if told]
        facts.append(Fact(label_of(difference).capitalize(), " · ".join(words)))
    if len(neighbour.why) > _MOST_WHY:
        facts.append(Fact("and", formats.many(len(neighbour.why) - _MOST_WHY, "more difference")))
    return facts or [Fact("Differences", "none: it is made the same way", "pass")]

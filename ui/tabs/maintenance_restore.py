"""Which backup takes the place of a database: a dialogue that lists them."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QTableView, QWidget

from app.catalog.copies import Copy
from app.maintenance.request import RestoreRequest
from app.maintenance.status import DatabaseStatus
from app.model.names import shown
from ui import formats
from ui.models.plain_rows import PlainRow, PlainRows
from ui.widgets.buttons import KeyButton, answer_enter
from ui.widgets.dialogs import button_row, dialog_column
from ui.widgets.labels import DimLabel, SectionHead
from ui.widgets.tables import style_table

_HEADS = ("Made", "Size", "Kind", "File")
_SIZE = 1


class RestoreDialog(QDialog):
    """Asks which backup.

    Args:
        status: the database.
    """

    chosen = Signal(object)
    """A `RestoreRequest`."""

    def __init__(self, status: DatabaseStatus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._drive = status.target.drive.label if status.target.drive else ""
        name = self._drive or "the catalogue"
        self.setWindowTitle(f"Restore {name}")
        self.resize(900, 420)
        self._copies = status.backups
        self.model = PlainRows(_HEADS, (_SIZE,))
        self.model.set_rows([_row(copy) for copy in self._copies])
        self.table = QTableView()
        self.table.setModel(self.model)
        style_table(self.table, "Backups")
        for column, width in enumerate((150, 84, 240)):
            self.table.setColumnWidth(column, width)
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.restore = KeyButton("Restore", role="primary")
        self.file = KeyButton("Another file…", icon="folder")
        self.close_button = KeyButton("Cancel")
        self.restore.clicked.connect(self._restore)
        self.file.clicked.connect(self._pick)
        self.close_button.clicked.connect(self.reject)
        self.table.doubleClicked.connect(self._restore)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self._lay_out(name)
        answer_enter(self, self.restore)
        if status.backups:
            self.table.selectRow(0)
        self._selected()

    def _lay_out(self, name: str) -> None:
        none = "" if self._copies else "There is no backup yet; choose a file that was kept elsewhere. "
        note = DimLabel(
            f"{none}The backup is checked before it takes the place of what is there now, and what is there is backed "
            "up first (or kept aside where it is damaged)."
        )
        note.setWordWrap(True)
        layout = dialog_column(self)
        layout.addWidget(SectionHead("Backups of", name))
        layout.addWidget(note)
        layout.addWidget(self.table, 1)
        layout.addLayout(button_row(self.close_button, self.restore, left=(self.file,)))

    def _selected(self, *_: object) -> None:
        self.restore.setEnabled(self.table.selectionModel().hasSelection())
        self.restore.setToolTip("" if self.restore.isEnabled() else "Choose a backup in the list")

    def _restore(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        if rows:
            self._ask_for(str(self._copies[rows[0].row()].path))

    def _pick(self) -> None:
        start = str(self._copies[0].path.parent) if self._copies else str(Path.home())
        name, _ = QFileDialog.getOpenFileName(self, "Choose a backup", shown(start), "Databases (*.db);;All files (*)")
        if name:
            self._ask_for(name)

    def _ask_for(self, path: str) -> None:
        self.chosen.emit(RestoreRequest(self._drive, path))
        self.accept()


def _row(copy: Copy) -> PlainRow:
    kind = f"before the upgrade from format {copy.version}" if copy.version else "backup"
    return PlainRow((formats.date(copy.time_us), formats.size(copy.bytes), kind, copy.path.name))

"""Which backup takes the place of a database: a dialogue that lists them."""

from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QTableView, QVBoxLayout, QWidget

from app.catalog.copies import Copy
from app.maintenance.request import RestoreRequest
from app.maintenance.status import DatabaseStatus
from app.model.names import shown
from app.model.times import now_us
from ui import formats, theme
from ui.widgets.buttons import KeyButton, answer_enter
from ui.widgets.labels import DimLabel, SectionHead
from ui.widgets.tables import style_table

_Index = QModelIndex | QPersistentModelIndex
_HEADS = ("Made", "Age", "Size", "Kind", "File")
_SIZE = 2


class BackupsModel(QAbstractTableModel):
    """The backups of a database, newest first.

    Args:
        copies: what is there.
    """

    def __init__(self, copies: tuple[Copy, ...]) -> None:
        super().__init__()
        self.copies = copies

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Qt."""
        return 0 if parent.isValid() else len(self.copies)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Qt."""
        return 0 if parent.isValid() else len(_HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section == _SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt."""
        copy = self.copies[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            kind = f"before the upgrade from format {copy.version}" if copy.version else "backup"
            age = formats.age(copy.time_us, now_us())
            return (formats.date(copy.time_us), age, formats.size(copy.bytes), kind, copy.path.name)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(copy.path)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == _SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return theme.ui_font(numbers=True) if role == Qt.ItemDataRole.FontRole and index.column() < _SIZE + 1 else None


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
        self.model = BackupsModel(status.backups)
        self.table = QTableView()
        self.table.setModel(self.model)
        style_table(self.table, "Backups")
        for column, width in enumerate((150, 110, 84, 110)):
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
        none = "" if self.model.copies else "There is no backup yet; choose a file that was kept elsewhere. "
        note = DimLabel(
            f"{none}The backup is checked before it takes the place of what is there now, and what is there is backed "
            "up first (or kept aside where it is damaged)."
        )
        note.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.file)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.restore)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(SectionHead("Backups of", name))
        layout.addWidget(note)
        layout.addWidget(self.table, 1)
        layout.addLayout(buttons)

    def _selected(self, *_: object) -> None:
        self.restore.setEnabled(self.table.selectionModel().hasSelection())
        self.restore.setToolTip("" if self.restore.isEnabled() else "Choose a backup in the list")

    def _restore(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        if rows:
            self._ask_for(str(self.model.copies[rows[0].row()].path))

    def _pick(self) -> None:
        start = str(self.model.copies[0].path.parent) if self.model.copies else str(Path.home())
        name, _ = QFileDialog.getOpenFileName(self, "Choose a backup", shown(start), "Databases (*.db);;All files (*)")
        if name:
            self._ask_for(name)

    def _ask_for(self, path: str) -> None:
        self.chosen.emit(RestoreRequest(self._drive, path))
        self.accept()

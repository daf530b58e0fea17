"""The menu that asks for conditions on what was learnt of files: `width>=1920`, `attr:owner=ILM`."""

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.catalog.where import Condition, conditions_of
from app.errors import UsageError
from ui.tabs.search_popups import FormMenu, mark_field
from ui.widgets.buttons import KeyButton
from ui.widgets.labels import DimLabel, PlainLabel


class ConditionMenu(FormMenu):
    """Asks for conditions, several parted by semicolons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = QLineEdit(placeholderText="width>=1920; attr:owner=ILM")
        self.field.setAccessibleName("Conditions")
        self.field.setMinimumWidth(280)
        self.field.textEdited.connect(self._check)
        self.field.returnPressed.connect(self._try)
        apply = KeyButton("Apply", key="Enter")
        apply.clicked.connect(self._try)
        column = QVBoxLayout(self.form)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        column.addWidget(PlainLabel("Only files of which this is known"))
        column.addWidget(self.field)
        column.addWidget(DimLabel("Several are parted by a semicolon; attr:NAME is any attribute."))
        column.addWidget(apply)
        self.first = self.field

    def conditions(self) -> tuple[Condition, ...]:
        """What was entered; nothing where it cannot be understood."""
        try:
            return conditions_of(self.field.text().split(";"))
        except UsageError:
            return ()

    def _check(self) -> bool:
        try:
            conditions_of(self.field.text().split(";"))
        except UsageError as error:
            mark_field(self.field, wrong=True, advice=f"{error.message}. {error.hint}")
            return False
        mark_field(self.field, wrong=False, advice="")
        return True

    def _try(self) -> None:
        if self._check():
            self._done()

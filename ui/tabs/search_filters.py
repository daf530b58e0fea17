"""The filter chips of the Search tab and the query they make together with the field."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.catalog.search import SearchQuery
from app.model.drives import Drive
from app.model.kinds import Category
from ui.tabs.search_asof import AsOfMenu
from ui.tabs.search_conditions import ConditionMenu
from ui.tabs.search_popups import CheckMenu, ExtensionMenu, ModifiedMenu, SizeMenu, size_words
from ui.widgets.buttons import KeyButton
from ui.widgets.chip import Chip
from ui.widgets.flow_layout import FlowLayout
from ui.widgets.menus import menu_text

_CATEGORIES = [
    (kind.label, "QC record" if kind == Category.QC else kind.label.capitalize())
    for kind in (*list(Category)[1:], Category.OTHER)
]
_VERDICTS = [(word, word.capitalize()) for word in ("pass", "fail", "pending", "stale")]


class FilterBar(QWidget):
    """The chips; `changed` says that another query is wanted."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drives: tuple[Drive, ...] = ()
        self._online: dict[str, bool] = {}
        self._since: int | None = None
        self._as_of: int | None = None
        self.drive_menu, self.category_menu, self.verdict_menu = CheckMenu(self), CheckMenu(self), CheckMenu(self)
        self.extension_menu, self.size_menu = ExtensionMenu(self), SizeMenu(self)
        self.modified_menu, self.as_of_menu = ModifiedMenu(self), AsOfMenu(self)
        self.condition_menu = ConditionMenu(self)
        self.drives = Chip("All drives", removable=True, menu=self.drive_menu)
        self.category = Chip("Category", removable=True, menu=self.category_menu)
        self.extension = Chip("Extension", removable=True, menu=self.extension_menu)
        self.size_chip = Chip("Size", removable=True, menu=self.size_menu)
        self.modified = Chip("Modified", removable=True, menu=self.modified_menu)
        self.verdict = Chip("Verdict", removable=True, menu=self.verdict_menu)
        self.facts = Chip("Facts", removable=True, menu=self.condition_menu)
        self.facts.setToolTip("By what a scan learnt: width>=1920, attr:owner=ILM")
        self.as_of = Chip("As of", removable=True, menu=self.as_of_menu)
        self.as_of.setToolTip("The drives as they were at the end of a day, by their last scan until then")
        self.clear_all = KeyButton("Clear filters", role="link")
        self.category_menu.set_choices(_CATEGORIES)
        self.category.setToolTip("Any file but QC records (sidecars, hash caches); choose qc to see those")
        self.verdict_menu.set_choices(_VERDICTS)
        layout = FlowLayout(self)
        for chip in self._chips():
            layout.addWidget(chip)
        layout.addWidget(self.clear_all)
        self._connect()
        self._show_clear()

    def query(self, text: str, limit: int) -> SearchQuery:
        """What is searched for. QC records are left out unless their category is asked for."""
        least, most = self.size_menu.bounds()
        return SearchQuery(
            text,
            self.category_menu.chosen(),
            self.extension_menu.extensions(),
            least,
            most,
            self._since,
            self.verdict_menu.chosen(),
            limit,
            without_records=not self.category_menu.chosen(),
            as_of_us=self._as_of,
            where=self.condition_menu.conditions(),
        )

    def drive_ids(self) -> tuple[str, ...]:
        """Ids of the drives that are searched; empty for all."""
        return self.drive_menu.chosen()

    def active(self) -> bool:
        """Whether any filter narrows the search."""
        return any(chip.isChecked() for chip in self._chips())

    def words(self) -> str:
        """The filters in words: `Category: image, Verdict: fail`."""
        return ", ".join(chip.text() for chip in self._chips() if chip.isChecked())

    def set_drives(self, drives: Sequence[Drive], online: Mapping[str, bool]) -> None:
        """Offer these drives; choices that still exist are kept."""
        if tuple(drives) == self._drives and online == self._online:
            return
        before = self.drive_ids()
        same = [(drive.id, drive.label) for drive in drives] == [(drive.id, drive.label) for drive in self._drives]
        self._drives, self._online = tuple(drives), dict(online)
        if same:
            for drive in drives:
                self.drive_menu.box(drive.id).setText(menu_text(self._drive_words(drive)))
        else:
            self.drive_menu.set_choices([(drive.id, self._drive_words(drive)) for drive in drives], before)
        self._name_drives()
        if before != self.drive_ids():
            self._changed()

    def clear_filters(self) -> None:
        """Take every filter away."""
        for menu in (self.drive_menu, self.category_menu, self.verdict_menu):
            menu.clear_choice()
        fields = self.extension_menu.field, self.size_menu.least, self.size_menu.most, self.condition_menu.field
        for field in fields:
            field.clear()
        self._since = self._as_of = None
        for chip in self._chips():
            chip.set_value("")
        self._name_drives()
        self._changed()

    def _chips(self) -> tuple[Chip, ...]:
        return (
            self.drives, self.category, self.extension, self.size_chip,
            self.modified, self.verdict, self.facts, self.as_of,
        )  # fmt: skip

    def _connect(self) -> None:
        self.drive_menu.changed.connect(self._drives_chosen)
        self.category_menu.changed.connect(self._categories_chosen)
        self.verdict_menu.changed.connect(self._verdicts_chosen)
        self.extension_menu.applied.connect(self._extensions_chosen)
        self.size_menu.applied.connect(self._size_chosen)
        self.modified_menu.chosen.connect(self._since_chosen)
        self.condition_menu.applied.connect(self._conditions_chosen)
        self.facts.removed.connect(self._conditions_cleared)
        self.as_of_menu.chosen.connect(self._as_of_chosen)
        self.as_of.removed.connect(self._as_of_cleared)
        self.drives.removed.connect(self._drives_cleared)
        self.category.removed.connect(self._categories_cleared)
        self.verdict.removed.connect(self._verdicts_cleared)
        self.extension.removed.connect(self._extensions_cleared)
        self.size_chip.removed.connect(self._size_cleared)
        self.modified.removed.connect(self._since_cleared)
        self.clear_all.clicked.connect(self.clear_filters)

    def _drive_words(self, drive: Drive) -> str:
        return drive.label if self._online.get(drive.id, drive.online) else f"{drive.label} (not connected)"

    def _name_drives(self) -> None:
        chosen = self.drive_ids()
        connected = sum(self._online.get(drive.id, drive.online) for drive in self._drives)
        labels = [drive.label for drive in self._drives if drive.id in chosen]
        if labels:
            self.drives.set_name("Drive" if len(labels) == 1 else "Drives")
            self.drives.set_value(", ".join(labels) if len(labels) < 3 else f"{labels[0]} and {len(labels) - 1} more")
        else:
            self.drives.set_name(f"All drives ({len(self._drives)}, {connected} connected)")
            self.drives.set_value("")

    def _drives_chosen(self) -> None:
        self._name_drives()
        self._changed()

    def _drives_cleared(self) -> None:
        self.drive_menu.clear_choice()
        self._drives_chosen()

    def _categories_chosen(self) -> None:
        self.category.set_value(", ".join(self.category_menu.chosen()))
        self._changed()

    def _categories_cleared(self) -> None:
        self.category_menu.clear_choice()
        self._changed()

    def _verdicts_chosen(self) -> None:
        self.verdict.set_value(", ".join(self.verdict_menu.chosen()))
        self._changed()

    def _verdicts_cleared(self) -> None:
        self.verdict_menu.clear_choice()
        self._changed()

    def _extensions_chosen(self) -> None:
        self.extension.set_value(", ".join(self.extension_menu.extensions()))
        self._changed()

    def _extensions_cleared(self) -> None:
        self.extension_menu.field.clear()
        self._changed()

    def _size_chosen(self) -> None:
        self.size_chip.set_value(size_words(*self.size_menu.bounds()))
        self._changed()

    def _size_cleared(self) -> None:
        self.size_menu.least.clear()
        self.size_menu.most.clear()
        self._changed()

    def _conditions_chosen(self) -> None:
        self.facts.set_value(", ".join(map(str, self.condition_menu.conditions())))
        self._changed()

    def _conditions_cleared(self) -> None:
        self.condition_menu.field.clear()
        self._conditions_chosen()

    def _since_chosen(self, words: str, since_us: int | None) -> None:
        self._since = since_us
        self.modified.set_value(words)
        self._changed()

    def _since_cleared(self) -> None:
        self._since_chosen("", None)

    def _as_of_chosen(self, words: str, as_of_us: int | None) -> None:
        self._as_of = as_of_us
        self.as_of.set_value(words)
        self._changed()

    def _as_of_cleared(self) -> None:
        self._as_of_chosen("", None)

    def _show_clear(self) -> None:
        self.clear_all.setVisible(self.active())

    def _changed(self) -> None:
        self._show_clear()
        self.changed.emit()

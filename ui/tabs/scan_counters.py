"""The counters of a scan: of the one that runs, else of the last one of the drive that is looked at."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import formats
from ui.widgets.job_view import JobView
from ui.widgets.labels import ElidedLabel
from ui.widgets.stat_card import StatCard

_CARDS = (
    ("files", "Files", ""),
    ("new", "New", "accent"),
    ("changed", "Changed", "stale"),
    ("moved", "Moved", "accent"),
    ("missing", "Missing", "stale"),
    ("unreadable", "Unreadable", "fail"),
    ("skipped", "Skipped", ""),
    ("speed", "Speed", ""),
)


class ScanCounters(QWidget):
    """One card a number, under a line that says which scan they are about."""

    missing_clicked = Signal()
    unreadable_clicked = Signal()
    skipped_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.about = ElidedLabel("Choose a drive to see what its last scan found.", dim=True)
        self.cards = {name: StatCard(label, "", state) for name, label, state in _CARDS}
        self.cards["missing"].clicked.connect(self.missing_clicked)
        self.cards["unreadable"].clicked.connect(self.unreadable_clicked)
        self.cards["skipped"].clicked.connect(self.skipped_clicked)
        row = QHBoxLayout()
        row.setSpacing(8)
        for name, card in self.cards.items():
            row.addWidget(card, 3 if name == "speed" else 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.about)
        column.addLayout(row)

    def clear(self, about: str, number: str = "") -> None:
        """Begin anew."""
        self.about.setFullText(about)
        for card in self.cards.values():
            card.set_value(number)
            card.set_opens("")
        self.cards["speed"].set_value("")

    def count(self, counts: dict[str, Any]) -> None:
        """Show running totals by name; skipped entries by reason, as `skipped.<why>` or in a dictionary."""
        skipped = counts.get("skipped")
        total = (
            sum(skipped.values())
            if isinstance(skipped, dict)
            else sum(number for name, number in counts.items() if name.startswith("skipped."))
        )
        for name, number in {**counts, "skipped": total}.items():
            if name in self.cards:
                self.cards[name].set_value(formats.count(number))

    def follow(self, view: JobView) -> None:
        """Show what changes from moment to moment in a scan that runs."""
        if not view.state.alive:
            self.cards["speed"].set_value("")
            return
        self.cards["unreadable"].set_value(formats.count(view.failed))
        parts = [formats.rate(view.items_per_s)] if view.items_per_s else []
        parts += [formats.byte_rate(view.bytes_per_s)] if view.bytes_per_s else []
        self.cards["speed"].set_value(" · ".join(parts))

    def let_open(self, *, missing: bool, unreadable: bool, skipped: bool) -> None:
        """Say which lists there are to be opened."""
        self.cards["missing"].set_opens("List the missing files" if missing else "")
        self.cards["unreadable"].set_opens("List what could not be read" if unreadable else "")
        self.cards["skipped"].set_opens("List what was passed over" if skipped else "")

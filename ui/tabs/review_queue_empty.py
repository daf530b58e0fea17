"""What the queue of the review says where it has nothing to show."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.model.drives import Drive
from ui import formats, theme
from ui.models.queue_rows import STATES, QueueFilter
from ui.widgets.buttons import KeyButton
from ui.widgets.labels import DimLabel, IconLabel, PlainLabel


class QueueEmpty(QWidget):
    """What the queue says where it has no lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.text = PlainLabel(), DimLabel()
        self.button = KeyButton("Go to Scan")
        self.title.setFont(theme.ui_font(bold=True))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addStretch(2)
        layout.addWidget(IconLabel("review", 32), 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    def set_text(self, title: str, text: str) -> None:
        """Say something else."""
        self.title.setText(title)
        self.text.setText(text)


def why_empty(
    drive: Drive | None, counts: dict[str, int], wanted: QueueFilter, failure: str, *, loading: bool
) -> tuple[str, str]:
    """A title and a sentence for a queue that shows nothing.

    Args:
        drive: whose assets are to be shown; None where there is none.
        counts: of its assets by state.
        wanted: the filter.
        failure: why they could not be read, as a sentence.
        loading: whether they are being read.
    """
    if failure:
        return "This drive cannot be shown", failure
    if drive is None:
        return "Nothing to review yet", "Scan a folder or a drive first. What media it holds is listed here."
    if loading:
        return "Reading the queue…", drive.label
    if not counts["all"]:
        return "No media here", f"{drive.label} holds no pictures, movies or sound. Scan it again if it should."
    if wanted.text:
        return "Nothing fits", f"No asset of this state holds “{wanted.text}” in its name or folder."
    if wanted.state == "pending":
        count = counts["all"]
        assets = "The only asset" if count == 1 else f"All {formats.count(count)} assets"
        return "All judged", f"{assets} of {drive.label} {'is' if count == 1 else 'are'} judged."
    if wanted.state == "objected":
        return "None", f"No asset of {drive.label} failed the check that was recorded last."
    return "None", f"No asset of {drive.label} is {STATES[wanted.state].lower()}."

"""The Database card of the local API: whether it runs, where, with which key, and starting and stopping it."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui.widgets.buttons import KeyButton
from ui.widgets.labels import DimLabel, ElidedLabel, IconLabel, PlainLabel, SectionHead

_ABOUT = "·  other programs on this machine ask the catalogue over HTTP; whoever has the key may ask"
_READS = "Without it the server only reads"


@dataclass(frozen=True, slots=True)
class ApiView:
    """What the card says.

    Attributes:
        state: how it stands, in words.
        running: whether it can be reached.
        busy: whether it is being started or stopped.
        address: where it is reached, or would be.
        key: where the key is kept; empty where there is none.
        problem: why it does not run, a sentence or empty.
    """

    state: str
    running: bool
    busy: bool
    address: str
    key: str
    problem: str = ""


class ApiCard(QFrame):
    """Shows an `ApiView` and tells what is pressed."""

    start_clicked = Signal()
    stop_clicked = Signal()
    make_key_clicked = Signal()
    copy_key_clicked = Signal()
    copy_address_clicked = Signal()
    docs_clicked = Signal()
    autostart_chosen = Signal(bool)

    def __init__(self, *, autostart: bool = False, allow_write: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.sign = IconLabel("radio", 14)
        self.state = PlainLabel()
        self.address = ElidedLabel(mode=Qt.TextElideMode.ElideRight)
        self.key = ElidedLabel()
        self.problem = PlainLabel()
        self.problem.setWordWrap(True)
        self.problem.setProperty("state", "fail")
        self.problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.start = KeyButton("Start Local API", icon="play")
        self.stop = KeyButton("Stop Local API", icon="stop")
        self.copy_address = KeyButton("Copy address", icon="copy")
        self.docs = KeyButton("Open documentation", icon="document")
        self.make_key = KeyButton("Make a key")
        self.copy_key = KeyButton("Copy key", icon="copy")
        self.autostart = QCheckBox("Start together with the window")
        self.autostart.setChecked(autostart)
        self.allow_write = QCheckBox("Let holders of the key start and cancel jobs")
        self.allow_write.setChecked(allow_write)
        self._connect()
        self._lay_out()
        self.show_view(ApiView("Not running", running=False, busy=False, address="", key=""))

    def show_view(self, view: ApiView) -> None:
        """Show how the server stands."""
        self.sign.set_icon("radio", "pass_text" if view.running else "dim")
        self.state.setText(view.state)
        self.address.setFullText(view.address)
        self.key.setFullText(view.key or "There is none yet; without one nothing is served.")
        self.problem.setText(view.problem)
        self.problem.setVisible(bool(view.problem))
        self.start.setVisible(not view.running)
        self.start.setEnabled(bool(view.key) and not view.busy)
        self.start.setToolTip("" if view.key else "Make a key first")
        self.stop.setVisible(view.running)
        self.stop.setEnabled(not view.busy)
        for button in (self.copy_address, self.docs):
            button.setEnabled(view.running)
            button.setToolTip("" if view.running else "It is not running")
        self.make_key.setText("Make a new key" if view.key else "Make a key")
        self.copy_key.setEnabled(bool(view.key))
        self.copy_key.setToolTip("" if view.key else "There is none yet")
        self.allow_write.setEnabled(not view.running and not view.busy)
        self.allow_write.setToolTip(_READS if self.allow_write.isEnabled() else "Stop the server to change it")

    def give_focus(self) -> None:
        """Put the focus on what is most likely wanted."""
        wanted = (self.stop, self.start, self.make_key)
        next((button for button in wanted if button.isVisible() and button.isEnabled()), self.make_key).setFocus()

    def _connect(self) -> None:
        for button, signal in (
            (self.start, self.start_clicked),
            (self.stop, self.stop_clicked),
            (self.make_key, self.make_key_clicked),
            (self.copy_key, self.copy_key_clicked),
            (self.copy_address, self.copy_address_clicked),
            (self.docs, self.docs_clicked),
        ):
            button.clicked.connect(signal)
        self.autostart.clicked.connect(self.autostart_chosen)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(SectionHead("Local API"))
        head.addSpacing(10)
        head.addWidget(self.sign)
        head.addWidget(self.state)
        head.addWidget(ElidedLabel(_ABOUT, Qt.TextElideMode.ElideRight, dim=True), 1)
        head.addWidget(self.start)
        head.addWidget(self.stop)
        facts = QGridLayout()
        facts.setHorizontalSpacing(12)
        facts.setVerticalSpacing(6)
        facts.setColumnStretch(1, 1)
        rows: tuple[tuple[QWidget, ...], ...] = (
            (DimLabel("Address"), self.address, self.docs, self.copy_address),
            (DimLabel("Key"), self.key, self.make_key, self.copy_key),
        )
        for row, widgets in enumerate(rows):
            for place, widget in enumerate(widgets):
                facts.addWidget(widget, row, place)
        choices = QHBoxLayout()
        choices.setSpacing(16)
        choices.addWidget(self.autostart)
        choices.addWidget(self.allow_write)
        choices.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(facts)
        column.addWidget(self.problem)
        column.addLayout(choices)

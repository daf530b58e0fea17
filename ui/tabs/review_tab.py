"""The review: assets to go through, pictures to look at, and the verdicts that are written beside them."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QComboBox, QStackedWidget, QVBoxLayout, QWidget

from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.model.names import shown
from app.qc.dossier import Dossier, find_asset_name
from ui import formats, icons
from ui.desk import Desk
from ui.models.queue_rows import QueueRow
from ui.page import Page
from ui.reasons import said
from ui.tabs.asset_checks import AssetChecks
from ui.tabs.asset_documents import AssetDocuments
from ui.tabs.findings_pane import found_in
from ui.tabs.review_actions import MOVING, make_actions
from ui.tabs.review_bar import VerdictBar
from ui.tabs.review_decoder import Decoder
from ui.tabs.review_inspector import CHANNELS, FINDINGS, Inspector
from ui.tabs.review_judging import OPERATORS, Judging
from ui.tabs.review_keys import keep_popup_keys, keeps_key
from ui.tabs.review_parts import ReviewParts
from ui.tabs.review_queue import QueuePanel
from ui.tabs.review_reading import Known, Loaded, read_loaded
from ui.tabs.review_reel import Reel, why_still
from ui.tabs.review_signer import AssetKey
from ui.tabs.review_start import StartFrame
from ui.tabs.review_viewer import ReviewViewer
from ui.widgets.empty_state import EmptyState
from ui.workers.reader import Reader

#: The number of the tab.
REVIEW = 6
#: Under which key of the window's state the drive is kept that was reviewed last.
REVIEWED = "review/drive"


class ReviewTab(QWidget):
    """QC Review.

    Args:
        desk: engine, jobs and window.
    """

    compare_requested = Signal(object)
    """What is to be compared with another: the frame in sight, which stands for its sequence, or the asset."""
    inspect_requested = Signal(object, bool)
    """The frame in sight, and that it is meant alone; else the asset; nothing where none is looked at."""
    similar_requested = Signal(object)
    """An OpenEXR file whose like are looked for."""
    check_asked = Signal(object)
    """The `CheckTarget` that is to be checked against a policy."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        settings = desk.engine.settings.qc
        self._key: AssetKey | None = None
        self._loaded: Loaded | None = None
        self._known = Known()
        names = [settings.operator, *desk.window.state.text(OPERATORS).split("\n")]
        self.reader = Reader("review asset", self)
        self.decoder = Decoder(self)
        self.queue = QueuePanel(desk.engine, desk.drives)
        desk.drives.serve(self.isVisible, lambda: self.queue.drive_box.view().isVisible())
        self.stage = ReviewViewer(self.decoder)
        self._start = StartFrame(self.stage.player)
        self.inspector = Inspector(settings.reasons)
        self.bar = VerdictBar(settings.reasons, names)
        self.documents = AssetDocuments(desk, self.inspector.channels, self)
        self.checks = AssetChecks(desk, self.inspector.findings, self)
        self.judging = Judging(desk, self.queue, self.bar, self.inspector.written, self)
        self.empty = EmptyState(
            "review",
            "Nothing to review yet",
            "Scan a folder or a drive first. The pictures, movies and sound that it holds are then listed here, "
            "to be looked at and judged one after the other.",
            "Go to Scan",
        )
        self.stack, self._parts = QStackedWidget(), ReviewParts(desk.window.state)
        self.actions_by_name = make_actions(self)
        self._tips = {name: action.toolTip() for name, action in self.actions_by_name.items()}
        self._lay_out()
        self._connect()
        self.judging.set_possible()
        self._opened = False

    def page(self) -> Page:
        """What the window needs to know of this tab."""
        keys = (("Enter, Esc", "Back from a field to the picture"), ("+ −", "Zoom, in the picture"))
        return Page(REVIEW, "QC Review", "review", self, keys)

    def open_asset(self, drive_id: str, folder: bytes, name: bytes, frame: str = "") -> None:
        """Look at the asset that a file belongs to.

        Args:
            drive_id: the drive's id.
            folder: relative to the drive's base, raw bytes.
            name: of a file, a frame or an asset, raw bytes.
            frame: where to stand in it; empty for its first one.
        """
        engine = self._desk.engine

        def find(token: CancelToken) -> AssetKey:
            found = find_asset_name(engine, drive_id, folder, name, token)
            return AssetKey(drive_id, folder, found or b"")

        self._sought, self._frame = shown(name), frame
        self.reader.ask("find", find)

    _sought = _frame = ""

    def stop(self) -> None:
        """End the threads."""
        self.stage.player.pause()
        self.queue.stop()
        self.reader.stop()
        self.judging.stop()
        self.documents.stop()
        self.checks.stop()
        self.inspector.stop()
        self.decoder.stop()

    def event(self, event: QEvent) -> bool:
        """Qt: before a key becomes an action, the widget that is being typed in may keep it."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and keeps_key(QApplication.focusWidget(), event)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc gives the keys back to the picture, and so does Enter in a box that something was chosen in."""
        chosen = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(self.focusWidget(), QComboBox)
        if chosen or event.key() == Qt.Key.Key_Escape:
            self.stage.focus_viewer()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """The keys belong to the picture at once; what changed meanwhile is read."""
        super().showEvent(event)
        self.stage.focus_viewer()
        self._open_queue()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: queue and inspector get their share of a larger window."""
        super().resizeEvent(event)
        self._parts.fit(self.width())

    def _open_queue(self) -> None:
        """Begin to read the queue with the first look at the tab; later read what changed meanwhile."""
        if self._opened:
            self.queue.refresh()
            return
        self._opened = True
        self.queue.start(self._desk.window.state.text(REVIEWED))

    def dossier(self) -> Dossier | None:
        """The asset that is looked at, once it was read."""
        return self._loaded.dossier if self._loaded is not None else None

    def measure(self) -> None:
        """Decode the asset and count its values; the channels come to the front."""
        self.inspector.bring(CHANNELS)
        self.documents.measure()

    def check(self, *, ask: bool = False) -> None:
        """Judge the asset by the policy that is chosen; the findings come to the front."""
        self.inspector.bring(FINDINGS)
        self.checks.check(self.inspector.findings.policies.policy(), ask=ask)

    def check_shown(self) -> None:
        """Ask against what the assets are checked that the queue shows."""
        if why_not := self.queue.menu.ask_shown():
            self.bar.say(why_not, "stale")

    def compare(self) -> None:
        """Ask for the asset to be compared with another one."""
        dossier = self.dossier()
        if dossier is not None and dossier.drive.online:
            self.compare_requested.emit(self._frame_in_sight() or str(dossier.path))

    def inspect(self) -> None:
        """Look into the frame in sight; into the whole asset where that frame is not there, or its drive."""
        dossier = self.dossier()
        if dossier is None:
            self.inspect_requested.emit("", False)
            return
        in_sight, reel = self._frame_in_sight(), self.stage.player.reel
        there = next(iter(reel.paths.values()), None) if reel is not None and dossier.drive.online else None
        self.inspect_requested.emit(in_sight or there or str(dossier.path), in_sight is not None)

    def _frame_in_sight(self) -> str | None:
        """The file that is shown; None for a missing frame, and where its drive is not there."""
        player = self.stage.player
        return player.reel.path(player.position) if player.reel is not None else None

    def similar(self) -> None:
        """Ask for files that are made like the asset, or its first frame."""
        path = self._loaded.reel.path(self._loaded.reel.first) if self._loaded is not None else None
        if path is not None and path.lower().endswith(".exr"):
            self.similar_requested.emit(path)
        else:
            self.bar.say("Only OpenEXR files are compared by their structure.", "stale")

    def next_pending(self) -> None:
        """Go to the next asset that nobody judged."""
        if not self.queue.go(1, "pending"):
            self.bar.say("Nothing else is pending here.", "pass")

    def _lay_out(self) -> None:
        splitter = self._parts
        for widget, share in ((self.queue, 0), (self.stage, 1), (self.inspector, 0)):
            splitter.addWidget(widget)
            splitter.setStretchFactor(splitter.count() - 1, share)
        splitter.setChildrenCollapsible(False)
        splitter.fit(self._desk.window.width())
        work = QWidget()
        column = QVBoxLayout(work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(splitter, 1)
        column.addWidget(self.bar)
        names = ("first", "back", "play", "on", "last", None, "fit", "actual")
        self.stage.add_buttons([self.actions_by_name[name] if name else None for name in names])
        for name, button in self.bar.buttons.items():
            self.bar.bind(button, self.actions_by_name[name])
        self.bar.bind(self.bar.undo, self.actions_by_name["undo"])
        self.bar.bind(self.bar.previous, self.actions_by_name["previous"])
        self.bar.bind(self.bar.next, self.actions_by_name["next"])
        self.stack.addWidget(work)
        self.stack.addWidget(self.empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.stack)

    def _connect(self) -> None:
        self.queue.chosen.connect(self._choose)
        self.queue.drive_changed.connect(self._drive_changed)
        self.queue.refreshed.connect(self._read_again)
        self.queue.scan_asked.connect(self._go_to_scan)
        self.queue.check_asked.connect(self.check_asked)
        self.empty.primary_clicked.connect(self._go_to_scan)
        self.reader.answered.connect(self._answered)
        self.reader.failed.connect(self._not_read)
        self.judging.changed.connect(self._read_again)
        self.inspector.findings.position_chosen.connect(self.stage.player.go_to)
        self.documents.changed.connect(self._show_document)
        self.checks.changed.connect(self._show_document)
        self.documents.problem.connect(self.inspector.notice.say)
        policies = self.inspector.findings.policies
        keep_popup_keys(self.queue.drive_box, self.queue.state_box, self.stage.views, self.bar.operator, policies)
        self.queue.words.returnPressed.connect(self._leave_filter)
        self.stage.reel_changed.connect(self._reel_changed)
        self.stage.player.paced.connect(self._paced)
        self.bar.left_note.connect(self.stage.focus_viewer)
        self._desk.jobs.catalog_changed.connect(self._catalog_changed)

    def go_to_end(self, end: int) -> None:
        """Stand at the first position (0) or the last one (1)."""
        reel = self.stage.player.reel
        if reel is not None:
            self.stage.player.step((reel.last if end else reel.first) - self.stage.player.position)

    def _leave_filter(self) -> None:
        self.queue.go_to_first()
        self.stage.focus_viewer()

    def _reel_changed(self, reel: Reel | None) -> None:
        no_picture = why_still(reel) if reel is None or reel.kind == "sound" or not reel.existing else ""
        for names, why_not in ((MOVING, why_still(reel)), (("fit", "actual"), no_picture)):
            for name in names:
                action = self.actions_by_name[name]
                action.setEnabled(not why_not)
                action.setToolTip("\n".join(filter(None, (self._tips[name], why_not))))

    def _go_to_scan(self) -> None:
        self._desk.window.show_page(1)

    def _catalog_changed(self) -> None:
        if self.isVisible():
            self.queue.refresh()

    def _drive_changed(self, drive: Drive | None) -> None:
        self.stack.setCurrentIndex(1 if drive is None else 0)
        if drive is not None:
            self._desk.window.state.set_text(REVIEWED, drive.id)
            self.judging.show_notes()
            self._read_again()

    def _choose(self, row: QueueRow | None) -> None:
        """Look at another asset."""
        drive = self.queue.drive()
        self._loaded = None
        self._key = AssetKey(drive.id, *row.id) if row is not None and drive is not None else None
        self.judging.look_at(self._key)
        if row is None or self._key is None:
            self.stage.show_nothing()
            self.documents.look_at(None)
            self.checks.look_at(None)
            self.inspector.show_nothing()
        else:
            self.stage.show_loading(row.text)
            self.reader.ask("asset", partial(read_loaded, self._desk.engine, self._key))

    def _read_again(self) -> None:
        if self._key is not None:
            self.reader.ask("again", partial(read_loaded, self._desk.engine, self._key), interrupt=False)

    def _answered(self, kind: str, _number: int, answer: object) -> None:
        if kind == "find" and isinstance(answer, AssetKey):
            if answer.name:
                self._start.ask(answer, self._frame)
                self.queue.open_asset(answer.drive_id, (answer.folder, answer.name))
                self._start.reach(self._key if self._loaded else None)
            else:
                self.bar.say(f"{self._sought} is not among the media of its drive.", "stale")
        elif isinstance(answer, Loaded) and self._is_current(answer.dossier):
            before, self._loaded = self._loaded, answer
            online = answer.dossier.drive.online
            stamp = _stamp(answer.dossier)
            self.documents.look_at(stamp if online else None)
            self.checks.look_at(stamp, answer.dossier.drive.id, answer.judged)
            if before is None or kind == "asset" or before.dossier.drive.online != online:
                self._show(answer)
                self._start.reach(self._key)
            elif online:
                self.stage.update_reel(self._reel(answer))
            self._inspect(answer)
            self.inspector.show_records(answer.dossier)
            self.judging.show(answer.dossier)

    def _reel(self, loaded: Loaded) -> Reel:
        """The reel with what was found in its pixels and by policies as well."""
        document = self._known.of(loaded, self.documents.document())
        found = found_in(document, self.checks.validations(), loaded.reel.findings)
        return loaded.reel if len(found) == len(loaded.reel.findings) else replace(loaded.reel, findings=tuple(found))

    def _inspect(self, loaded: Loaded) -> None:
        document = self._known.of(loaded, self.documents.document())
        self.inspector.show_asset(loaded.dossier, self._reel(loaded).findings, document, self.checks.validations())
        self.stage.show_consistency(document)

    def _show_document(self) -> None:
        """An inspection told more of the asset in sight."""
        if self._loaded is not None:
            self._inspect(self._loaded)
            if self._loaded.dossier.drive.online:
                self.stage.update_reel(self._reel(self._loaded))

    def _is_current(self, dossier: Dossier) -> bool:
        return self._key == AssetKey(dossier.drive.id, dossier.asset.folder, dossier.asset.name)

    def _show(self, loaded: Loaded) -> None:
        drive = loaded.dossier.drive
        if drive.online:
            self.stage.show_reel(self._reel(loaded))
            return
        when = formats.date(drive.last_scan) or "an unknown time"
        if loaded.kept:
            self.stage.show_kept(
                loaded.kept,
                f"{drive.label} is not connected: this is a small picture of {when}. Connect the drive to look at the "
                "whole one and to judge it.",
            )
            return
        self.stage.show_nothing(
            f"{drive.label} is not connected",
            f"It was last seen at {drive.base} on {when}. Facts and verdicts are shown as they were then; "
            "connect the drive to look at the picture and to judge it.",
        )

    def _not_read(self, kind: str, _number: int, error: AppError) -> None:
        text = said(error)
        if kind == "asset":
            self.stage.viewer.show_error(text)
            self.inspector.show_nothing()
        else:
            self.bar.say(text, "fail")

    def _paced(self, _text: str, _dropped: bool) -> None:
        playing = bool(self.stage.player.playing())
        self.actions_by_name["play"].setIcon(icons.icon("pause" if playing else "play"))


def _stamp(dossier: Dossier) -> tuple[str, object]:
    return str(dossier.path), (dossier.asset.bytes, dossier.asset.newest_ns)

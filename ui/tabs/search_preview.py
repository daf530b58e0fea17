"""The preview beside the hits: picture, filmstrip or waveform, facts, and what to do with it."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from app.catalog.find import Found
from app.engine import Engine
from app.errors import AppError
from app.media.strips import LEAST_STRIP_S, strip_times
from app.model.kinds import MEDIA, Category
from app.model.names import shown
from ui import formats, theme
from ui.kept_pictures import KeptPicture
from ui.models.search_model import one_line
from ui.tabs.facts_pane import FactsPane
from ui.tabs.search_document import HitDocument
from ui.tabs.search_facts import facts_of
from ui.tabs.search_pictures import Known, Pictures, Seen
from ui.widgets.buttons import KeyButton
from ui.widgets.facts_grid import Fact, FactsGrid
from ui.widgets.filmstrip import Filmstrip, time_words
from ui.widgets.frame_viewer import FrameViewer
from ui.widgets.labels import ElidedLabel
from ui.widgets.tips import tip
from ui.widgets.viewer_frame import PictureInfo, SoundInfo

_NOTHING_CHOSEN = "Choose a file first"
_SETTLE_MS = 120
_ROOM = 1280
_LEAST_HIGH, _LEAST_BESIDE_FACTS = 160, 96


class _WideViewer(FrameViewer):
    """As high as its width asks for. Tells where the pointer moves over it, to leaf through a movie."""

    swept = Signal(float)
    """How far to the right the pointer is: 0 to 1; below 0 where it left, or where the picture is zoomed."""

    def __init__(self) -> None:
        super().__init__()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._most = 0
        self.set_most(0)

    def set_most(self, height: int) -> None:
        """Be no higher than this; 0 for as high as the width asks for."""
        self._most = height
        self.setMinimumHeight(min(_LEAST_HIGH, height) if height else _LEAST_HIGH)
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        """Qt: it keeps the shape of a screen."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Qt: 16 to 9."""
        wanted = round(width * 9 / 16)
        return min(wanted, self._most) if self._most else wanted

    def sizeHint(self) -> QSize:
        """Qt: small."""
        return QSize(384, 216)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: pan and read pixels as any viewer, and tell the place."""
        super().mouseMoveEvent(event)
        held = event.buttons() != Qt.MouseButton.NoButton
        place = event.position().x() / max(1, self.width())
        self.swept.emit(min(max(place, 0.0), 1.0) if self.fitting() and not held else -1.0)

    def leaveEvent(self, event: QEvent) -> None:
        """Qt: the pointer left."""
        super().leaveEvent(event)
        self.swept.emit(-1.0)


class Preview(QFrame):
    """Shows one hit: at once as the last scan saw it, then, where its drive is connected, as it is.

    Nothing is decoded before the selection has rested for a moment.

    Args:
        engine: where shards are.
    """

    open_folder = Signal()
    review = Signal()

    def __init__(self, engine: Engine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._hit: Found | None = None
        self._online = False
        self._drawn: tuple[object, ...] | None = None
        self._main: tuple[QImage, PictureInfo] | None = None
        self._live = self._leafing = False
        self.pictures = Pictures(engine, self)
        self.name, self.folder = ElidedLabel(), ElidedLabel(dim=True)
        self.name.setFont(theme.ui_font(1.08, bold=True))
        self.standing = ElidedLabel("", Qt.TextElideMode.ElideRight, dim=True)
        self.viewer, self.strip, self.facts = _WideViewer(), Filmstrip(), FactsGrid()
        self.tabs, self.all_facts = QTabWidget(), FactsPane("Search Facts", compact=True)
        self.document = HitDocument(engine, self.all_facts, self)
        self.open_button = KeyButton("Open folder", icon="folder-open", key="Enter")
        self.review_button = KeyButton("Review", icon="review")
        self._rest = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._lay_out()
        self._connect()
        self.show_hit(None, online=False)

    def hit(self) -> Found | None:
        """What is shown."""
        return self._hit

    def show_hit(self, hit: Found | None, *, online: bool) -> None:
        """Show another hit, or the same one read again; None for nothing."""
        self._hit, self._online = hit, online
        self.document.show_hit(hit, online=online)
        self.name.setFullText(one_line(hit.hit.name) if hit else "")
        self.folder.setFullText(f"{hit.drive.label}: /{one_line(hit.folder)}" if hit else "")
        self._offer(hit)
        self.standing.setFullText(_standing(hit) if hit and not online else "")
        self.standing.setVisible(hit is not None and not online)
        if hit is None:
            self._leave()
            self.facts.set_facts([])
            self.viewer.show_nothing("Nothing selected", "Choose a file to look at it.")
            return
        self.pictures.ask_details(hit)
        drawn = (hit.key, hit.hit.size, hit.hit.mtime_ns, online)
        if drawn != self._drawn:
            self._leave()
            self._drawn = drawn
            self._begin(hit)

    def show_facts(self) -> None:
        """Bring everything known of the hit to the front and give it the keys."""
        self.tabs.setCurrentWidget(self.all_facts)
        self.all_facts.view.setFocus()

    def _offer(self, hit: Found | None) -> None:
        """What can be done with a hit; a button that cannot be pressed says why."""
        media = hit is not None and Category(hit.hit.category) in MEDIA
        self.open_button.setEnabled(hit is not None)
        self.open_button.setToolTip("Open folder (Enter)" if hit else _NOTHING_CHOSEN)
        self.review_button.setEnabled(media)
        self.review_button.setToolTip("" if media else "Only media are reviewed" if hit else _NOTHING_CHOSEN)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the picture leaves room for the facts."""
        super().resizeEvent(event)
        self._leave_room()

    def _leave_room(self) -> None:
        facts = self.tabs.currentWidget() is self.all_facts
        self.viewer.set_most(max(_LEAST_BESIDE_FACTS, self.height() * 2 // 9) if facts else 0)

    def stop(self) -> None:
        """End the threads."""
        self._rest.stop()
        self.pictures.stop()
        self.document.stop()

    def _leave(self) -> None:
        """Let go of the picture that was shown or on its way."""
        self._rest.stop()
        self.pictures.drop()
        self._drawn = self._main = None
        self._live = self._leafing = False
        self.strip.set_times(())

    def _begin(self, hit: Found) -> None:
        category = Category(hit.hit.category)
        if category in MEDIA:
            self.viewer.show_loading()
            if self._online:
                self._rest.start()
        elif not self._online:
            self._say_not_connected(hit)
        else:
            self.viewer.show_nothing(_NO_PICTURE.get(category, "No picture"), "There is no preview of such a file.")

    def _look(self) -> None:
        hit = self._hit
        if hit is None:
            return
        if Category(hit.hit.category) == Category.AUDIO:
            self.pictures.ask_sound(hit)
        else:
            self.pictures.ask_picture(hit, self._room())

    def _known(self, known: Known) -> None:
        if self._hit is None or known.hit.key != self._hit.key:
            return
        if known.details is None:
            self.facts.set_facts([Fact("Problem", "It is not in the shard any more.", "fail")])
            return
        self.facts.set_facts(facts_of(self._hit, known.details, known.missing, online=self._online))
        if Category(self._hit.hit.category) in MEDIA and not self._live:
            self._show_kept(self._hit, known.kept)
        facts = known.details.facts
        length = facts.duration_s if facts and facts.kind == "video" and facts.width else None
        if self._online and length and length >= LEAST_STRIP_S and not self.strip.times():
            self.strip.set_times(strip_times(length))
            if self._live:
                self.pictures.ask_strip(self._hit, self.strip.times())

    def _show_kept(self, hit: Found, kept: KeptPicture | None) -> None:
        """Show the picture of the last scan; of a drive that is not there, say why there is none."""
        if kept is not None and kept.sound is not None:
            self.viewer.show_sound(kept.sound)
        elif kept is not None and kept.tiles:
            if kept.times and self.strip.times() != kept.times:
                self.strip.set_times(kept.times)
                for place, tile in enumerate(kept.tiles):
                    self.strip.set_picture(place, tile)
            self._show_main(kept.tiles[0], kept.info)
        elif not self._online:
            self._say_not_connected(hit, kept.problem if kept is not None else "")
            return
        self.viewer.setToolTip(tip(kept.problem) if kept is not None else "")

    def _say_not_connected(self, hit: Found, problem: str = "") -> None:
        scanned = hit.drive.last_scan
        when = f", scanned {formats.date(scanned)}" if scanned else ""
        why = f" No picture of it was made: {problem}." if problem else ""
        self.viewer.show_nothing(
            f"{hit.drive.label} is not connected", f"Last seen at {one_line(hit.drive.base)}{when}.{why}"
        )

    def _show_main(self, image: QImage, info: PictureInfo) -> None:
        """Show the picture that stays, unless somebody leafs through the movie."""
        self._main = image, info
        if not self._leafing:
            self.viewer.show_picture(image, info)

    def _sweep(self, place: float) -> None:
        """The pointer moves over the large picture: leaf through the movie."""
        count = len(self.strip.times())
        at = min(int(place * count), count - 1) if place >= 0 else -1
        if count > 1:
            self.strip.point_at(at)
            self._leaf(at)

    def _leaf(self, place: int) -> None:
        """Show a frame of the filmstrip in passing; -1 for what was there before."""
        if self._main is None:
            return
        image, info = self._main
        tile = self.strip.picture(place)
        if tile is not None:
            self._leafing, times = True, self.strip.times()
            self.viewer.show_picture(tile, replace(info, frame=time_words(times[place], times[-1])))
        elif self._leafing:
            self._leafing = False
            self.viewer.show_picture(image, info)

    def _not_known(self, error: AppError) -> None:
        self.facts.set_facts([Fact("Problem", shown(error.message), "fail")])

    def _seen(self, seen: Seen) -> None:
        if self._hit is None or seen.hit.key != self._hit.key:
            return
        if seen.place is not None:
            self.strip.set_picture(seen.place, seen.image)
            return
        first, self._live = not self._live, True
        self._show_main(seen.image, seen.info)
        self.viewer.setToolTip(tip(seen.problem))
        if first and self.strip.times() and not self.strip.filled():
            self.pictures.ask_strip(self._hit, self.strip.times())

    def _heard(self, sound: SoundInfo) -> None:
        self._live = True
        self.viewer.show_sound(sound)

    def _not_seen(self, error: AppError) -> None:
        self._live, self._main = True, None
        self.viewer.show_error(shown(error.message))

    def _frame_chosen(self, seconds: float) -> None:
        if self._hit is not None and self._online:
            self.pictures.ask_picture(self._hit, self._room(), seconds)
        elif self._main is not None and seconds in self.strip.times():
            tile = self.strip.picture(self.strip.times().index(seconds))
            self._leafing = False
            self._show_main(tile or self._main[0], self._main[1])

    def _tab_changed(self, place: int) -> None:
        self._leave_room()
        self.document.look(at=place == 1)

    def _room(self) -> tuple[int, int]:
        wide = min(_ROOM, max(320, round(self.viewer.width() * self.devicePixelRatioF())))
        return wide, wide

    def _connect(self) -> None:
        self._rest.timeout.connect(self._look)
        self.pictures.known.connect(self._known)
        self.pictures.not_known.connect(self._not_known)
        self.pictures.seen.connect(self._seen)
        self.pictures.heard.connect(self._heard)
        self.pictures.not_seen.connect(self._not_seen)
        self.strip.chosen.connect(self._frame_chosen)
        self.strip.hovered.connect(self._leaf)
        self.viewer.swept.connect(self._sweep)
        self.open_button.clicked.connect(self.open_folder)
        self.review_button.clicked.connect(self.review)
        self.tabs.currentChanged.connect(self._tab_changed)

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 8, 4, 0)
        column.setSpacing(8)
        column.addWidget(self.strip)
        column.addWidget(self.facts)
        column.addStretch(1)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        self.tabs.addTab(scroll, "Overview")
        self.tabs.addTab(self.all_facts, "Facts")
        self.tabs.setAccessibleName("What is known")
        self.tabs.tabBar().setExpanding(False)
        self.all_facts.setContentsMargins(-8, 0, -8, 0)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.open_button, 1)
        buttons.addWidget(self.review_button, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addWidget(self.name)
        layout.addWidget(self.folder)
        layout.addWidget(self.viewer)
        layout.addWidget(self.standing)
        layout.addWidget(self.tabs, 1)
        layout.addLayout(buttons)


def _standing(hit: Found) -> str:
    """Where a drive is that is not connected: its shelf or who has it, and how old what is shown is."""
    drive = hit.drive
    place = f"lent to {drive.lent_to}" if drive.lent_to else f"at {drive.place}" if drive.place else "not connected"
    when = f" · as scanned {formats.date(drive.last_scan)}" if drive.last_scan else ""
    return one_line(f"{drive.label}: {place}{when}")


_NO_PICTURE = {
    Category.DOCUMENT: "A document", Category.ARCHIVE: "An archive", Category.PROJECT: "A project file",
    Category.QC: "A QC record", Category.SUBTITLE: "Subtitles", Category.OTHER: "No picture",
}  # fmt: skip

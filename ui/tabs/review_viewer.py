"""The middle of the review: the picture, what is said about it, the timeline, and the keys of a player as buttons."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.errors import AppError
from app.media.frames import Probe
from ui import formats
from ui.kept_pictures import KeptPicture
from ui.tabs.measured_facts import movie_marks
from ui.tabs.review_decoder import Decoder, Peaks, Picture
from ui.tabs.review_player import Player
from ui.tabs.review_reel import NO_PICTURE, Reel, timecode, why_still
from ui.tabs.sequence_facts import ALIKE, consistency_marks
from ui.widgets.consistency_strip import ConsistencyStrip
from ui.widgets.frame_viewer import FrameViewer
from ui.widgets.labels import DimLabel, ElidedLabel, IconLabel
from ui.widgets.timeline import Timeline
from ui.widgets.viewer_frame import PictureInfo, SoundInfo

_PROBE_MS = 60
_RESIZE_MS = 200
#: Errors of files that are well, and only cannot be decoded here.
_NO_DAMAGE = ("pixels.not_supported", "media.not_decoded", "media.too_large")


class ReviewViewer(QWidget):
    """Shows a reel and lets it be walked through.

    Args:
        decoder: decodes for it; the owner stops it.
    """

    frame_shown = Signal(object)
    """The position that the playhead stands at."""
    reel_changed = Signal(object)
    """The `Reel` that is shown; None for none."""

    def __init__(self, decoder: Decoder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._decoder = decoder
        self.player = Player(decoder, self)
        self.viewer = FrameViewer()
        self.timeline = Timeline()
        self.consistency = ConsistencyStrip()
        self.views = QComboBox()
        self.views.setAccessibleName("Part and layer")
        self.views.setToolTip("Part and layer (↑ ↓)")
        self.views.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.views.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.pace = DimLabel()
        self.problem = ElidedLabel(mode=Qt.TextElideMode.ElideRight)
        self.problem.setProperty("state", "stale")
        self._problem_line = QWidget()
        self._bar = QHBoxLayout()
        self._values: tuple[tuple[str, int, int, int], Probe | None] | None = None
        self._asked: tuple[str, int, int, int] | None = None
        self._probe = QTimer(self, singleShot=True, interval=_PROBE_MS)
        self._probe.timeout.connect(self._ask_pixel)
        self._resized = QTimer(self, singleShot=True, interval=_RESIZE_MS)
        self._resized.timeout.connect(self._measure)
        self._connect()
        self._lay_out()
        self.show_nothing()

    def show_nothing(self, title: str = "Nothing selected", text: str = "Choose an asset to look at it.") -> None:
        """No asset is looked at."""
        self.player.load(None)
        self._set_reel(None)
        self.viewer.show_nothing(title, text)

    def show_loading(self, name: str) -> None:
        """Another asset was chosen and is being read."""
        self.player.load(None)
        self._set_reel(None)
        self.viewer.show_loading(name)

    def show_reel(self, reel: Reel) -> None:
        """Show an asset from its first picture."""
        self._set_reel(reel)
        self._measure()
        self.player.load(reel)
        if reel.kind == "sound":
            self.viewer.show_loading("Reading the sound…")
            self.pace.setText(why_still(reel))
            self._decoder.listen(reel.path(0) or "")
        elif not reel.existing:
            if reel.kind == "movie":
                self.viewer.show_nothing(NO_PICTURE, "Its facts and verdicts are beside it.")
            else:
                self.viewer.show_error("None of its files is there any more.", "Nothing to show")

    def show_kept(self, kept: KeptPicture, words: str) -> None:
        """Show the small picture of an asset whose drive is not there, and say so; of a movie its first one."""
        self.show_nothing()
        if kept.sound is not None:
            self.viewer.show_sound(kept.sound)
        else:
            self.viewer.show_picture(kept.tiles[0], kept.info)
        self._say_problem(words)

    def update_reel(self, reel: Reel) -> None:
        """The same asset was read again and has other findings; the place is kept."""
        if self.player.reel is not None and self.player.reel.paths == reel.paths:
            self.timeline.set_frames(reel.strip(self.player.cached()), self.player.position)
        else:
            self.show_reel(reel)

    def show_consistency(self, document: Mapping[str, Any] | None) -> None:
        """Show what an inspection found along the frames of a sequence or a measured movie; None for nothing."""
        reel, told = self.player.reel, document or {}
        measured = told.get("kind") == "video" and bool(told.get("stats"))
        shown = reel is not None and reel.moves and not reel.labels and (measured or bool(told.get("sequence")))
        self.consistency.setVisible(shown)
        if shown and reel is not None:
            marks = movie_marks(told["stats"]) if measured else consistency_marks(dict(told["sequence"]))
            good = "No black or frozen frames" if measured else ALIKE
            self.consistency.set_marks(marks, reel.first, reel.last, good)

    def step_view(self, step: int) -> None:
        """Go to the next part or layer, or the one before."""
        if self.views.count():
            self.views.setCurrentIndex((self.views.currentIndex() + step) % self.views.count())

    def add_buttons(self, actions: Sequence[QAction | None]) -> None:
        """Put actions into the bar below the timeline; None leaves room."""
        order: list[QWidget] = [self.viewer, self.timeline, self.consistency]
        for action in actions:
            if action is None:
                self._bar.addSpacing(8)
                continue
            button = QToolButton()
            button.setDefaultAction(action)
            button.setIconSize(QSize(18, 18))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(action.text())
            self._bar.addWidget(button)
            order.append(button)
        self._bar.addStretch(1)
        self._bar.addWidget(self.pace)
        self._bar.addSpacing(8)
        self._bar.addWidget(self.views)
        for before, after in pairwise([*order, self.views]):
            QWidget.setTabOrder(before, after)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other pictures may be enough for another size."""
        super().resizeEvent(event)
        self._resized.start()

    def _connect(self) -> None:
        player = self.player
        player.pictured.connect(self._pictured)
        player.missing.connect(self._missing)
        player.failed.connect(self._failed)
        player.loading.connect(self._loading)
        player.moved.connect(self.timeline.set_frame)
        player.moved.connect(self.frame_shown)
        player.cache_changed.connect(self._show_cached)
        player.paced.connect(self._paced)
        self.timeline.frame_changed.connect(player.go_to)
        self.consistency.frame_chosen.connect(player.go_to)
        player.moved.connect(self.consistency.set_frame)
        self.viewer.zoom_changed.connect(self._zoomed)
        self.viewer.pixel_hovered.connect(self._hovered)
        self.viewer.set_pixel_reader(self._pixel)
        self.views.currentIndexChanged.connect(self._choose_view)
        self._decoder.probed.connect(self._probed)
        self._decoder.heard.connect(self._heard)

    def _lay_out(self) -> None:
        line = QHBoxLayout(self._problem_line)
        line.setContentsMargins(12, 4, 12, 0)
        line.setSpacing(6)
        line.addWidget(IconLabel("stale", 16, "stale_text"))
        line.addWidget(self.problem, 1)
        self._bar.setContentsMargins(8, 0, 8, 4)
        self._bar.setSpacing(2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.viewer, 1)
        layout.addWidget(self._problem_line)
        layout.addWidget(self.timeline)
        layout.addWidget(self.consistency)
        layout.addLayout(self._bar)

    def _set_reel(self, reel: Reel | None) -> None:
        self._asked = self._values = None
        self._say_problem("")
        self.pace.setText("")
        self.views.blockSignals(True)
        self.views.clear()
        if reel is not None:
            self.views.addItems([view.text for view in reel.views])
        self.views.blockSignals(False)
        self.views.setVisible(self.views.count() > 0)
        self.timeline.setVisible(reel is not None and reel.moves)
        self.consistency.hide()
        self.reel_changed.emit(reel)
        if reel is not None and reel.kind != "sound":
            self.timeline.set_frames(reel.strip(), reel.first)

    def _measure(self) -> None:
        """Tell the player how large the picture is shown, and whether all its pixels are wanted."""
        viewer, ratio = self.viewer, self.viewer.devicePixelRatioF()
        reel = self.player.reel
        wide, high = round(viewer.width() * ratio), round(viewer.height() * ratio)
        whole = False
        if reel is not None and reel.width and not viewer.fitting():
            whole = viewer.zoom() > 1 / max(1, int(min(reel.width / max(wide, 1), reel.height / max(high, 1))))
        self.player.set_room(wide, high, whole=whole)

    def _zoomed(self, _zoom: float) -> None:
        self._resized.start()

    def _pictured(self, position: int, picture: Picture) -> None:
        reel, frame = self.player.reel, picture.frame
        if reel is None:
            return
        channels = "".join(name.rpartition(".")[2] for name in frame.shown_channels)
        view = self.player.view().text
        what = " · ".join(filter(None, (view, channels, frame.source)))
        words = f"{frame.full_width}×{frame.full_height}   {frame.transform}"
        self.viewer.show_picture(
            picture.image,
            PictureInfo(
                f"{reel.name}   {what}",
                words,
                self._place(reel, position, frame.seconds),
                picture.display_window,
                picture.data_window,
                None,
                frame.pixel_aspect or 1.0,
            ),
        )
        rows = ", ".join(f"{first}-{last}" for first, last in frame.damaged_rows[:6])
        said = frame.problem + (f" (rows {rows} are damaged)" if rows else "")
        if frame.number is not None and frame.number != position:
            said = said or f"the movie gives frame {frame.number} in its place"
        self._say_problem(f"{reel.label(position)}: {said}" if said and reel.moves else said)
        if self._values is not None and self._values[0][0] != reel.path(position):
            self._values = self._asked = None
            self._probe.start()

    def _place(self, reel: Reel, position: int, seconds: float | None) -> str:
        label = reel.label(position)
        if reel.kind != "movie":
            return label
        code = timecode(reel.timecode, position, reel.rate)
        return f"{label}   {code or formats.playing_time(seconds or 0)}"

    def _missing(self, position: int) -> None:
        reel = self.player.reel
        self._say_problem("")
        self.viewer.show_missing(reel.label(position) if reel else position, "There is no file for it.")

    def _failed(self, position: int, error: AppError) -> None:
        reel = self.player.reel
        self._say_problem("")
        name = (reel.label(position) if reel.moves else "") if reel else ""
        path = (reel.path(position) or "").rpartition("/")[2] if reel else ""
        whole = error.code in _NO_DAMAGE
        hint = error.hint or ("" if whole else "Look at the file, or ask for it again, then scan the drive.")
        title = f"Frame {name} cannot be shown" if name else "This cannot be shown"
        self.viewer.show_error(f"{_clean(path)}: {error.message}.\n{hint}".strip(), title)

    def _loading(self, position: int) -> None:
        reel = self.player.reel
        self.viewer.show_loading(f"Decoding {reel.label(position)}…" if reel and reel.moves else "Decoding…")

    def _heard(self, path: str, answer: Peaks | AppError) -> None:
        reel = self.player.reel
        if reel is None or reel.kind != "sound" or reel.path(0) != path:
            return
        if isinstance(answer, AppError):
            self.viewer.show_error(f"{answer.message}.\n{answer.hint}".strip(), "This sound cannot be read")
            return
        wave = answer.wave
        rate = f"{wave.sample_rate / 1000:g}{formats.NBSP}kHz"
        count = "mono" if wave.channels == 1 else f"{wave.channels} channels"
        self.viewer.show_sound(
            SoundInfo(
                answer.channels,
                wave.duration_s,
                reel.name,
                f"{rate} · {count} · {formats.duration(wave.duration_s)}",
            )
        )
        self._say_problem(wave.problem)

    def _say_problem(self, text: str) -> None:
        self.problem.setFullText(text)
        self._problem_line.setVisible(bool(text))

    def _show_cached(self) -> None:
        reel = self.player.reel
        if reel is not None and reel.moves:
            self.timeline.setVisible(True)
            self.timeline.set_frames(reel.strip(self.player.cached()), self.player.position)

    def _paced(self, text: str, dropped: bool) -> None:
        self.pace.setText(text)
        state = "stale" if dropped else ""
        if self.pace.property("state") != state:
            self.pace.setProperty("state", state)
            self.pace.style().unpolish(self.pace)
            self.pace.style().polish(self.pace)

    def _choose_view(self, place: int) -> None:
        reel = self.player.reel
        if reel is not None and 0 <= place < len(reel.views):
            self.player.set_view(reel.views[place])

    def _hovered(self, x: int, y: int) -> None:
        reel = self.player.reel
        if reel is None or reel.kind != "frames" or self.player.playing():
            return
        picture = self.player.picture()
        path = reel.path(self.player.position)
        if picture is not None and path is not None:
            self._asked = (path, self.player.view().part, x, y)
            self._probe.start()

    def _ask_pixel(self) -> None:
        if self._asked is not None and (self._values is None or self._values[0] != self._asked):
            self._decoder.probe(*self._asked)

    def _probed(self, asked: tuple[str, int, int, int], answer: Probe | None) -> None:
        picture = self.player.picture()
        if asked != self._asked or picture is None:
            return
        self._values = (asked, answer)
        names = tuple(name.rpartition(".")[2] for name in picture.frame.shown_channels)
        self.viewer.set_pixel_reader(self._pixel, names)

    def _pixel(self, x: int, y: int) -> Sequence[float] | None:
        """The values of a pixel where they are known already."""
        picture = self.player.picture()
        if self._values is None or picture is None or self._values[0][2:] != (x, y):
            return None
        probe = self._values[1]
        if probe is None or probe.values is None:
            return None
        values = probe.values
        return [float(values[name]) for name in picture.frame.shown_channels if name in values]

    def focus_viewer(self) -> None:
        """Give the keys back to the picture."""
        self.viewer.setFocus(Qt.FocusReason.OtherFocusReason)


def _clean(name: str) -> str:
    return name.encode("utf-8", "replace").decode().replace("\n", "␊")

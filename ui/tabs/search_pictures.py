"""Reads what the preview shows: details from the shard, pictures and waveforms from the media."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtGui import QImage

from app.catalog.details import FileDetails, file_details
from app.catalog.find import Found
from app.catalog.pictures import picture_of
from app.catalog.shard import open_reader
from app.engine import Engine
from app.errors import AppError
from app.files.framerange import missing_frames, parse_frames
from app.jobs.job import CancelToken
from app.media.frames import DecodedFrame, FrameReader, Waveform
from ui.kept_pictures import KeptPicture, kept_picture
from ui.widgets.viewer_frame import PictureInfo, SoundInfo
from ui.workers.reader import Reader

_WAVE_COLUMNS = 1200
_STRIP_WIDTH, _STRIP_HEIGHT = 320, 180


@dataclass(frozen=True, slots=True)
class Known:
    """What a shard knows of a hit.

    Attributes:
        details: None where the file is not in it any more.
        missing: frames of its sequence that are absent.
        kept: the small picture that the scan made; None where it made none.
    """

    hit: Found
    details: FileDetails | None
    missing: str
    kept: KeptPicture | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture of a hit; `place` is its place in the filmstrip, or None for the large one."""

    hit: Found
    image: QImage
    info: PictureInfo
    problem: str
    place: int | None = None


class Pictures(QObject):
    """One thread for details, one for pictures; what is not wanted any more is cancelled."""

    known = Signal(object)
    """A `Known`."""
    not_known = Signal(object)
    """The `AppError` that kept the details from being read."""
    seen = Signal(object)
    """A `Seen`."""
    heard = Signal(object)
    """A `SoundInfo`."""
    not_seen = Signal(object)
    """The `AppError` instead of the large picture or the waveform."""

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._shards, self._media = Reader("details", self), Reader("pictures", self)
        self._frames: FrameReader | None = None
        self._strip: list[Callable[[CancelToken], Seen]] = []
        self._shards.answered.connect(self._told)
        self._shards.failed.connect(self._not_told)
        self._media.answered.connect(self._shown)
        self._media.failed.connect(self._not_shown)

    def ask_details(self, hit: Found) -> None:
        """Read what the shard knows."""
        self._shards.ask("details", partial(self._details, hit))

    def ask_picture(self, hit: Found, room: tuple[int, int], seconds: float | None = None) -> None:
        """Decode a picture, no larger than `room` (pixels); of a movie the frame at `seconds`."""
        self._media.ask("picture", partial(self._picture, hit, room, seconds, None))

    def ask_sound(self, hit: Found) -> None:
        """Read a waveform."""
        self._media.ask("picture", partial(self._sound, hit))

    def ask_strip(self, hit: Found, times: tuple[float, ...]) -> None:
        """Decode small pictures of a movie, one after the other, behind the large one."""
        room = (_STRIP_WIDTH, _STRIP_HEIGHT)
        self._strip = [partial(self._picture, hit, room, time, place) for place, time in enumerate(times)]
        self._next_of_strip()

    def drop(self) -> None:
        """Nothing that was asked of the media is wanted any more."""
        self._strip = []
        self._media.drop("picture")
        self._media.drop("strip")

    def stop(self) -> None:
        """End the threads and the decoder."""
        self._strip = []
        self._shards.stop()
        self._media.stop()
        if self._frames is not None:
            self._frames.close()
            self._frames = None

    def _details(self, hit: Found, token: CancelToken) -> Known:
        with open_reader(self._engine.catalog.shard_path(hit.drive.id), token) as database:
            details = file_details(database, self._engine.judge, hit.hit.file_id)
            stored = picture_of(database, hit.hit.file_id)
        sequence = details.sequence if details else None
        missing = missing_frames(parse_frames(sequence.ranges)) if sequence and sequence.missing_count else ""
        return Known(hit, details, missing, kept_picture(stored, details.facts if details else None))

    def _picture(
        self, hit: Found, room: tuple[int, int], seconds: float | None, place: int | None, token: CancelToken
    ) -> Seen:
        frame = self._decoder().read(hit.path, seconds=seconds, max_width=room[0], max_height=room[1], token=token)
        return Seen(hit, image_of(frame), picture_info(frame), frame.problem, place)

    def _sound(self, hit: Found, token: CancelToken) -> SoundInfo:
        return _sound_info(self._decoder().waveform(hit.path, _WAVE_COLUMNS, token=token))

    def _decoder(self) -> FrameReader:
        """The decoder, started with the first picture, in the thread that uses it."""
        if self._frames is None:
            self._frames = FrameReader()
        return self._frames

    def _next_of_strip(self) -> None:
        if self._strip:
            self._media.ask("strip", self._strip.pop(0))

    def _told(self, _kind: str, _number: int, known: Known) -> None:
        self.known.emit(known)

    def _not_told(self, _kind: str, _number: int, error: AppError) -> None:
        self.not_known.emit(error)

    def _shown(self, kind: str, _number: int, answer: Seen | SoundInfo) -> None:
        if isinstance(answer, SoundInfo):
            self.heard.emit(answer)
        else:
            self.seen.emit(answer)
        if kind == "strip":
            self._next_of_strip()

    def _not_shown(self, kind: str, _number: int, error: AppError) -> None:
        if kind == "picture":
            self.not_seen.emit(error)
        else:
            self._next_of_strip()


def image_of(frame: DecodedFrame) -> QImage:
    """A decoded picture as the screen paints it fastest; it owns its pixels."""
    import numpy as np

    image = QImage(frame.rgba, frame.width, frame.height, frame.width * 4, QImage.Format.Format_RGBA8888)
    opaque = not np.any(np.frombuffer(frame.rgba, np.uint8)[3::4] != 255)
    form = QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied
    return image.convertToFormat(form)


def picture_info(frame: DecodedFrame) -> PictureInfo:
    """Its size and windows, as the viewer draws them."""
    x0, y0, x1, y1 = frame.display_window
    display = QRect(x0, y0, frame.full_width, frame.full_height)
    turned = (x1 - x0 + 1, y1 - y0 + 1) != (frame.full_width, frame.full_height)
    dx0, dy0, dx1, dy1 = frame.data_window
    data = None if turned else QRect(dx0, dy0, dx1 - dx0 + 1, dy1 - dy0 + 1)
    return PictureInfo(
        size=f"{frame.full_width}×{frame.full_height}",
        display_window=display,
        data_window=None if data == display else data,
        pixel_aspect=frame.pixel_aspect,
    )


def _sound_info(wave: Waveform) -> SoundInfo:
    import numpy as np

    peaks = np.frombuffer(wave.peaks, np.float32).reshape(wave.channels, wave.stretches, 2)
    return SoundInfo(tuple([(float(low), float(high)) for low, high in channel] for channel in peaks), wave.duration_s)

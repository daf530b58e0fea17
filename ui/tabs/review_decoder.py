"""Decodes pictures, pixels and sound for the review in a thread of its own; the decoder itself is a killable child."""

import logging
import threading
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRect, QThread, Signal
from PySide6.QtGui import QImage

from app.errors import AppError, Cancelled
from app.jobs.job import CancelToken
from app.media.frames import DecodedFrame, FrameReader, Probe, Waveform
from ui.workers.faults import unforeseen

_log = logging.getLogger(__name__)
_STRETCHES = 2000


@dataclass(frozen=True, slots=True)
class Want:
    """A picture to be decoded.

    Attributes:
        key: given back with the answer.
        path: the file; undecodable bytes of its name as lone surrogates.
        number: of a movie, the frame counted from 0; None for still images.
        part, layer: of an image.
        max_width, max_height: limits of the picture; 0 for none.
    """

    key: tuple[object, ...]
    path: str
    number: int | None = None
    part: int = 0
    layer: str = ""
    max_width: int = 0
    max_height: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture, ready to be painted.

    Attributes:
        image: pixels in the form that paints fastest.
        display_window: in the file's coordinates.
        data_window: None where it equals the display window.
        frame: what the decoder said, without its pixels.
        cost: bytes that it takes.
        seconds: how long it took.
    """

    image: QImage
    display_window: QRect
    data_window: QRect | None
    frame: DecodedFrame
    cost: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Peaks:
    """A sound ready to be painted: `channels` as the viewer wants them."""

    channels: tuple[Sequence[tuple[float, float]], ...]
    wave: Waveform


class Decoder(QThread):
    """Decodes what is wanted, the most urgent first; answers come in any order and carry the key of what was asked.

    Args:
        parent: the owner, which calls `stop`.
    """

    decoded = Signal(object, object)
    """A key and its `Picture`."""
    refused = Signal(object, object)
    """A key and the `AppError` that says why there is no picture."""
    probed = Signal(object, object)
    """`(path, part, x, y)` and the `Probe`, or None where there is nothing to tell."""
    heard = Signal(object, object)
    """A path and its `Peaks`, or the `AppError` instead."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("review decoder")
        self._change = threading.Condition()
        self._wants: list[Want] = []
        self._done: set[tuple[object, ...]] = set()
        self._probe: tuple[str, int, int, int] | None = None
        self._sound: str | None = None
        self._busy: tuple[object, CancelToken] | None = None
        self._stopping = False

    def want(self, wants: Sequence[Want]) -> None:
        """Decode these, in this order, and nothing else that was wanted before; what is in hand is finished."""
        with self._change:
            self._wants = list(wants)
            kept = {want.key for want in wants}
            if self._busy is not None and isinstance(self._busy[0], Want):
                kept.add(self._busy[0].key)
            self._done &= kept
            self._change.notify()
        if wants:
            self._run()

    def let_go_of_others(self, asset: object) -> None:
        """Stop what is in hand where it is of another asset than `asset`, the first of a key."""
        with self._change:
            if self._busy is None:
                return
            task, token = self._busy
            if not isinstance(task, Want) or task.key[0] != asset:
                token.cancel()

    def probe(self, path: str, part: int, x: int, y: int) -> None:
        """Tell the stored values of one pixel; replaces what was asked before."""
        with self._change:
            self._probe = (path, part, x, y)
            self._change.notify()
        self._run()

    def listen(self, path: str) -> None:
        """Make the waveform of a sound."""
        with self._change:
            self._sound = path
            self._wants = []
            self._change.notify()
        self._run()

    def forget(self) -> None:
        """Drop everything that was asked and not begun."""
        with self._change:
            self._wants, self._probe, self._sound = [], None, None

    def stop(self) -> None:
        """Stop what runs, end the child and the thread."""
        with self._change:
            self._stopping = True
            if self._busy is not None:
                self._busy[1].cancel()
            self._change.notify()
        self.wait()

    def run(self) -> None:
        """Qt: the thread's own work."""
        with FrameReader() as reader:
            while (task := self._next()) is not None:
                token = CancelToken()
                with self._change:
                    if self._stopping:
                        return
                    self._busy = (task, token)
                try:
                    self._do(reader, task, token)
                except Cancelled:
                    pass
                except Exception as error:  # noqa: BLE001 - a thread's last line of defence: it must go on answering
                    unforeseen(error)
                finally:
                    with self._change:
                        self._busy = None

    def _run(self) -> None:
        if not self.isRunning() and not self._stopping:
            self.start()

    def _next(self) -> object | None:
        with self._change:
            while not self._stopping:
                if self._probe is not None:
                    task, self._probe = self._probe, None
                    return task
                if self._sound is not None:
                    path, self._sound = self._sound, None
                    return path
                for want in self._wants:
                    if want.key not in self._done:
                        self._done.add(want.key)
                        return want
                self._change.wait()
        return None

    def _do(self, reader: FrameReader, task: object, token: CancelToken) -> None:
        if isinstance(task, Want):
            self._decode(reader, task, token)
        elif isinstance(task, str):
            self._listen(reader, task, token)
        elif isinstance(task, tuple):
            self._read_pixel(reader, task, token)

    def _decode(self, reader: FrameReader, want: Want, token: CancelToken) -> None:
        began = time.monotonic()
        try:
            frame = reader.read(
                want.path,
                number=want.number,
                part=want.part,
                layer=want.layer,
                max_width=want.max_width,
                max_height=want.max_height,
                token=token,
            )
        except AppError as error:
            self.refused.emit(want.key, error)
            return
        except Exception as error:  # noqa: BLE001 - a thread's last line of defence: it must go on answering
            self.refused.emit(want.key, unforeseen(error))
            return
        self.decoded.emit(want.key, picture_of(frame, began))

    def _read_pixel(self, reader: FrameReader, asked: tuple[str, int, int, int], token: CancelToken) -> None:
        path, part, x, y = asked
        answer: Probe | None = None
        try:
            answer = reader.probe(path, x, y, part=part, token=token)
        except AppError as error:
            _log.debug("No pixel values: %s", error)
        self.probed.emit(asked, answer)

    def _listen(self, reader: FrameReader, path: str, token: CancelToken) -> None:
        try:
            wave = reader.waveform(path, _STRETCHES, token=token)
        except AppError as error:
            self.heard.emit(path, error)
            return
        self.heard.emit(path, Peaks(_channels(wave), wave))


def picture_of(frame: DecodedFrame, began: float) -> Picture:
    """A decoded frame as an image that paints fast. Slow: not for the window's thread."""
    raw = QImage(frame.rgba, frame.width, frame.height, 4 * frame.width, QImage.Format.Format_RGBA8888)
    display = _rect(frame.display_window)
    data: QRect | None = _rect(frame.data_window)
    whole = data is not None and data.contains(display) and not frame.damaged_rows
    image = raw.convertToFormat(QImage.Format.Format_RGB32 if whole else QImage.Format.Format_ARGB32_Premultiplied)
    if (display.width(), display.height()) != (frame.full_width, frame.full_height):
        display, data = QRect(0, 0, frame.full_width, frame.full_height), None
    told = DecodedFrame(**{name: getattr(frame, name) for name in DecodedFrame.__slots__ if name != "rgba"}, rgba=b"")
    cost = image.sizeInBytes()
    return Picture(image, display, None if data == display else data, told, cost, time.monotonic() - began)


def _rect(window: tuple[int, int, int, int]) -> QRect:
    left, top, right, bottom = window
    return QRect(left, top, right - left + 1, bottom - top + 1)


def _channels(wave: Waveform) -> tuple[list[tuple[float, float]], ...]:
    peaks = array("f")
    peaks.frombytes(wave.peaks)
    length = 2 * wave.stretches
    lanes = (peaks[n * length : (n + 1) * length] for n in range(wave.channels))
    return tuple(list(zip(lane[::2], lane[1::2], strict=True)) for lane in lanes)

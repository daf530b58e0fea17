"""Compares two files or sequences for a dialogue: headers first, then pixels with a picture of where they differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.engine import Engine
from app.errors import AppError
from app.files.framerange import parse_pattern
from app.inspection.assetsat import AssetAt, assets_at
from app.inspection.diff import DiffRequest, DiffResult
from app.inspection.finding import means_sequence
from app.jobs.events import JobEvent, Progressed
from app.jobs.job import CancelToken, Job
from app.media.frames import FrameReader
from app.model.frames import Frame
from app.model.names import decoded, raw
from app.operations import run
from ui.tabs.search_pictures import image_of, picture_info
from ui.widgets.viewer_frame import PictureInfo
from ui.workers.reader import Reader

_LARGEST = 2048


@dataclass(frozen=True, slots=True)
class Pair:
    """What is compared: two files, or two sequences as patterns; `frame` is the frame that was named, if any."""

    a: str
    b: str
    frame: Frame | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of one side (`a`, `b`), or of the difference (`difference`)."""

    side: str
    image: QImage
    info: PictureInfo


@dataclass(frozen=True, slots=True)
class FrameCompared:
    """What differs in one frame of two sequences."""

    frame: Frame
    document: Mapping[str, Any]
    picture: QImage | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """The document of a comparison; `pixels` says whether it was all of it, or the headers alone."""

    pair: Pair
    document: Mapping[str, Any]
    pixels: bool
    picture: QImage | None = None


class CompareReader(QObject):
    """One thread that compares and one that decodes.

    Args:
        engine: runs the operation.
    """

    compared = Signal(object)
    """A `Compared`."""
    shown = Signal(object)
    """A `Shown`."""
    frame_compared = Signal(object)
    """A `FrameCompared`."""
    failed = Signal(str, object)
    """`diff`, or the side or `difference` that cannot be shown, and its `AppError`."""
    progressed = Signal(int, object)
    """How many frames were compared, and how many there are; None where nobody knows."""

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._diff, self._media, self._frames = (Reader(name, self) for name in ("diff", "sides", "frame diff"))
        for reader in (self._diff, self._media, self._frames):
            reader.answered.connect(self._answered)
            reader.failed.connect(self._failed)

    def ask(self, a: str, b: str, tolerance: float) -> None:
        """Compare two paths; what was asked before is given up."""
        self._diff.drop("pixels")
        self.drop("difference")
        self._diff.ask("headers", partial(self._headers, a, b, tolerance))

    def ask_pixels(self, pair: Pair, tolerance: float) -> None:
        """Compare their pixels as well."""
        self._diff.ask("pixels", partial(self._pixels, pair, tolerance))

    def ask_side(self, side: str, path: str) -> None:
        """Decode the picture of a side."""
        self._media.ask(side, partial(self._side, side, path))

    def ask_frame(self, pair: Pair, frame: Frame, tolerance: float) -> None:
        """Compare the pixels of one frame of two sequences."""
        self._frames.ask("difference", partial(self._frame, pair, frame, tolerance))

    def drop(self, side: str) -> None:
        """Give up the picture of a side (`a`, `b`), or of the `difference` of a frame, that was asked for."""
        (self._frames if side == "difference" else self._media).drop(side)

    def leave(self) -> None:
        """End the threads without waiting for them."""
        for reader in (self._diff, self._media, self._frames):
            reader.leave()

    def _headers(self, a: str, b: str, tolerance: float, token: CancelToken) -> Compared:
        pair = pair_of(a, b, token)
        result: DiffResult = run(
            self._engine, "diff", DiffRequest(pair.a, pair.b, tolerance=tolerance or None), Job(token=token)
        )
        return Compared(pair, result.document, pixels=False)

    def _pixels(self, pair: Pair, tolerance: float, token: CancelToken) -> Compared:
        document, picture = self._drawn(pair.a, pair.b, tolerance, Job(self._hear, token))
        return Compared(pair, document, pixels=True, picture=picture)

    def _frame(self, pair: Pair, frame: Frame, tolerance: float, token: CancelToken) -> FrameCompared:
        a, b = file_of(pair.a, frame), file_of(pair.b, frame)
        return FrameCompared(frame, *self._drawn(a, b, tolerance, Job(token=token)))

    def _drawn(self, a: str, b: str, tolerance: float, job: Job) -> tuple[Mapping[str, Any], QImage | None]:
        """The document of a comparison of pixels, and the picture of where they differ."""
        with TemporaryDirectory(prefix="reelmark-") as folder:
            file = Path(folder) / "difference.png"
            request = DiffRequest(a, b, pixels=True, tolerance=tolerance, picture=str(file))
            result: DiffResult = run(self._engine, "diff", request, job)
            return result.document, QImage.fromData(file.read_bytes()) if file.exists() else None

    def _side(self, side: str, path: str, token: CancelToken) -> Shown:
        with FrameReader() as frames:
            frame = frames.read(path, max_width=_LARGEST, max_height=_LARGEST, token=token)
        return Shown(side, image_of(frame), picture_info(frame))

    def _hear(self, event: JobEvent) -> None:
        if isinstance(event, Progressed):
            self.progressed.emit(event.done, event.total)

    def _answered(self, _kind: str, _number: int, answer: object) -> None:
        if isinstance(answer, Compared):
            self.compared.emit(answer)
        elif isinstance(answer, Shown):
            self.shown.emit(answer)
        elif isinstance(answer, FrameCompared):
            self.frame_compared.emit(answer)

    def _failed(self, kind: str, _number: int, error: AppError) -> None:
        self.failed.emit(kind if kind in ("a", "b", "difference") else "diff", error)


def pair_of(a: str, b: str, token: CancelToken) -> Pair:
    """What somebody means who compares two paths: their sequences, where both are frames of different ones.

    Two frames of one sequence are compared with each other, and so are a frame and a single file.
    """
    one, other = (AssetAt(path) if means_sequence(path) else assets_at([path], token).assets[0] for path in (a, b))
    if one.path == other.path or not (means_sequence(one.path) and means_sequence(other.path)):
        return Pair(a, b)
    return Pair(one.path, other.path, other.frame if one.frame is None else one.frame)


def file_of(path: str, frame: object) -> str:
    """The file of a frame of a pattern; a path that is none is the file itself."""
    if not isinstance(frame, (int, Decimal)) or not means_sequence(path):
        return path
    place = Path(path)
    return str(place.parent / decoded(parse_pattern(raw(place.name)).name(frame)))

"""The small pictures of the catalogue as the screen shows them: for drives that are not there, and until live ones are.

Reading them decodes an image of some kilobytes: in a reader's thread, not in the window's.
"""

from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from app.catalog.pictures import StoredPicture
from app.media.strips import strip_times
from app.model.facts import MediaFacts
from ui.widgets.viewer_frame import PictureInfo, SoundInfo

_ALIKE = 0.02


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """What a file looks like.

    Attributes:
        tiles: one picture, or those of a filmstrip; none of a sound.
        times: seconds of the tiles of a filmstrip; empty for a still.
        info: how the tiles are drawn: as large as the picture they stand for.
        sound: the waveform of a sound.
        problem: why it is not all there, or why there is none.
    """

    tiles: tuple[QImage, ...]
    times: tuple[float, ...]
    info: PictureInfo
    sound: SoundInfo | None
    problem: str

    def __bool__(self) -> bool:
        return bool(self.tiles or self.sound)


def kept_picture(stored: StoredPicture | None, facts: MediaFacts | None, name: str = "") -> KeptPicture | None:
    """Decode a stored picture; None where none was tried."""
    if stored is None:
        return None
    image = QImage.fromData(stored.data).convertToFormat(QImage.Format.Format_RGB32) if stored.data else QImage()
    seconds = facts.duration_s or 0.0 if facts else 0.0
    if image.isNull():
        return KeptPicture((), (), PictureInfo(name), None, stored.error)
    if stored.kind == "waveform":
        return KeptPicture((), (), PictureInfo(name), _sound(image, stored.height, seconds, name), stored.error)
    count = max(1, image.width() // max(1, stored.width))
    tiles = tuple(image.copy(place * stored.width, 0, stored.width, stored.height) for place in range(count))
    times = strip_times(seconds, count) if count > 1 else ()
    return KeptPicture(tiles, times, _info(stored, facts, name), None, stored.error)


def _info(stored: StoredPicture, facts: MediaFacts | None, name: str) -> PictureInfo:
    """Drawn in the place of the whole picture, so that nothing moves when that one comes."""
    wide, high = (facts.width or 0, facts.height or 0) if facts else (0, 0)
    if not (wide and high):
        return PictureInfo(name)
    shape = stored.width / stored.height
    aspect = shape * high / wide
    if abs(aspect - 1) > _ALIKE and abs(shape * wide / high - 1) <= _ALIKE:
        wide, high, aspect = high, wide, 1.0  # it lies on its side in the file
    aspect = 1.0 if abs(aspect - 1) <= _ALIKE else aspect
    return PictureInfo(name, f"{wide}×{high}", display_window=QRect(0, 0, wide, high), pixel_aspect=aspect)


def _sound(image: QImage, lane: int, seconds: float, name: str) -> SoundInfo:
    import numpy as np

    from app.media.waves import read_wave

    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    peaks = read_wave(pixels[:, : image.width(), 2::-1], lane)
    channels = tuple([(float(low), float(high)) for low, high in channel] for channel in peaks)
    return SoundInfo(channels, seconds, name)

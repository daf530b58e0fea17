"""The frames of a PNG or WebP that moves, each as a player shows it: composed with those before it, by Pillow.

OpenImageIO reads the first picture of such a PNG alone, and of a WebP the first one whichever is asked for. Pillow
passes over damage between the chunks of a PNG, so those are looked at before.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from app.errors import MediaError
from app.media.animation import Moving, moving
from app.media.display import Pixels
from app.media.formats import Format
from app.media.image import pillow_reasons
from app.media.opening import OpenFile

CHANNELS = ("R", "G", "B", "A")
_WIDE = "pixels not supported: of pictures of 16 bits that move, the first alone is decoded"


class Frames:
    """The frames of one file, fastest in their order: each needs those before it.

    Attributes:
        moving: what its chunks say.
    """

    def __init__(self, file: OpenFile, form: Format, moving: Moving, stack: ExitStack) -> None:
        self.moving = moving
        self._file = file
        self._form = form
        self._stack = stack
        self._image: Any = None
        self._failed = ""

    def has(self, index: int) -> bool:
        """Whether a picture is read here: all but the first of one with sixteen bits, which another reader has."""
        return index > 0 or not self.moving.wide

    def pixels(self, index: int) -> Pixels:
        """Rows × columns × 4, in eight bits, straight alpha.

        Raises:
            MediaError: there is no such frame, or it cannot be decoded, or one before it cannot.
        """
        known = self.moving
        if not 0 <= index < known.pictures:
            raise MediaError(f"it has no part {index}: it has {known.pictures}", code="media.no_part")
        if known.wide:
            raise MediaError(_WIDE, code="pixels.not_supported")
        if index >= known.sound:
            raise MediaError(f"pixels cannot be decoded: {known.reason}", code="pixels.damaged")
        if self._failed:
            raise MediaError(self._failed, code="pixels.damaged")
        try:
            with pillow_reasons(self._form):
                return self._decoded(index)
        except MediaError as problem:
            if problem.code != "media.damaged":
                raise
            self._failed = f"pixels cannot be decoded: {problem.message}"
            raise MediaError(self._failed, code="pixels.damaged") from problem

    def _decoded(self, index: int) -> Pixels:
        from PIL import Image

        if self._image is None:
            self._image = self._stack.enter_context(Image.open(self._stack.enter_context(self._file.stream())))
        self._image.seek(index)
        return np.asarray(self._image.convert("RGBA"))


@contextmanager
def frames_of(file: OpenFile, form: Format) -> Iterator[Frames | None]:
    """The frames of a PNG or WebP that moves; None of any other file."""
    found = moving(file, form, checked=True)
    with ExitStack() as stack:
        yield Frames(file, form, found, stack) if found is not None else None

"""What a policy is judged by: the document of an asset, read as far as a rule needs it."""

from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any, Protocol

from app.errors import AppError, MediaError
from app.model.frames import Frame
from app.qc.findings import NOT_RECORDED

Document = Mapping[str, Any]


class Need(IntEnum):
    """How much of an asset has to be read, from little to much.

    NAMES: names and sizes. HEADER: the header of one file. HEADERS: those of all frames. VARYING: with the values that
    are other ones in each frame, as `frames_varying`. PIXELS: pixels of every frame. DECODED: a whole movie or sound.
    """

    NAMES = 0
    HEADER = 1
    HEADERS = 2
    VARYING = 3
    PIXELS = 4
    DECODED = 5


class NotRecorded(MediaError):
    """A fact was never recorded, and the media is not there to be asked."""

    default_code = NOT_RECORDED


class Facts(Protocol):
    """One asset."""

    @property
    def asset(self) -> str:
        """Its path, in POSIX style; a sequence's ends in its name without frames (`sh010.####.exr`)."""

    @property
    def kinds(self) -> frozenset[str]:
        """What it is: `sequence` or `single`, and `image`, `movie` or `sound`."""

    @property
    def expected(self) -> tuple[int, int] | None:
        """First and last frame that should be there, where somebody said so."""

    def document(self, need: Need) -> Document:
        """The document, with at least so much read.

        Raises:
            NotRecorded: so much was never recorded.
            AppError: it cannot be read.
        """

    def frame_numbers(self) -> Sequence[Frame]:
        """The frames of a sequence, ascending; empty for a single file."""

    def frame_documents(self, frames: Sequence[Frame], rows: int) -> Iterator[tuple[Frame | None, Document | AppError]]:
        """Frames with their pixel statistics, in any order; a single file is one frame with the number None.

        Args:
            frames: which ones.
            rows: every how manieth row is looked at.
        """

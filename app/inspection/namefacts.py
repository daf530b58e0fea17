"""What names and sizes alone tell of a sequence, in the keys of its document: of files on a disk and of rows alike."""

from collections.abc import Sequence
from typing import Any

from app.files.framerange import frame_range, without_separator
from app.inspection.expected import Expected, Missing, missing_of
from app.model.frames import Frame
from app.model.names import shown


def sequence_by_names(
    base: bytes,
    ext: bytes,
    pad: int,
    frames: Sequence[Frame],
    duplicates: str,
    empty: str,
    expected: Expected | None,
    *,
    udim: bool = False,
) -> dict[str, Any]:
    """The `sequence` of its document, as far as names and sizes tell it. Of tiles none is missing.

    Args:
        base: raw; what stands before the frame number, with its separator.
        ext: raw; what stands behind it, with its dot.
        pad: digits of the frame number.
        frames: ascending, at least one.
        duplicates: frames that are there in another padding too, in range notation.
        empty: frames of 0 bytes, in range notation.
        expected: the frames that should be there; None for those between the first and the last.
        udim: the numbers are UDIM tiles.
    """
    missing = Missing() if udim else missing_of(frames, expected)
    return {
        "base": shown(without_separator(base)),
        "ext": shown(ext[1:]),
        "pad": pad,
        "udim": udim,
        "first": frames[0],
        "last": frames[-1],
        "frame_count": len(frames),
        "ranges": frame_range(frames),
        "expected": expected and {"first": expected.first, "last": expected.last, "source": expected.source},
        "missing_count": missing.count,
        "missing": missing.all,
        "missing_head": missing.head,
        "missing_inner": missing.inner,
        "missing_tail": missing.tail,
        "gap_count": missing.gaps,
        "unexpected": missing.unexpected,
        "duplicate_frames": duplicates,
        "zero_byte": empty,
    }

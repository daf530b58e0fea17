"""Frames that a shot lacks of those that are expected of it, by what a catalogue knows: counted as `validate` does."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.catalog.database import Database
from app.files.framerange import parse_frames
from app.files.sequences import file_sequences
from app.inspection.expected import Expected, missing_of
from app.model.frames import Frame
from app.model.production import ExpectedRange, Named, Naming

_SEQUENCES = "SELECT base, ext, pad, ranges FROM sequence WHERE folder_id = ? AND missed_scan IS NULL"
_LOOSE = (
    "SELECT f.name FROM block b JOIN file f ON f.id BETWEEN b.first_id AND b.last_id WHERE b.folder_id = ?"
    " AND f.missed_scan IS NULL AND f.sequence_id IS NULL"
)


@dataclass(frozen=True, slots=True)
class _Name:
    """The name of a catalogued sequence."""

    base: bytes
    ext: bytes
    pad: int


def frames_lacking(database: Database, folders: Iterable[int], expected: ExpectedRange, naming: Naming) -> int:
    """How many frames the sequences of a shot lack, one by one.

    A frame that is alone counts as a sequence here. A sequence that is not called as the show wants it lacks only what
    lies between its first and its last frame; where there is no other, all that are expected are lacking too.

    Args:
        database: the shard.
        folders: the shot's folder and those below it.
        expected: its frames.
        naming: how they are called.
    """
    wanted = Expected(range(expected.first, expected.last + 1), "settings")
    lacking, named = 0, False
    for folder in folders:
        for name, frames in _sequences(database, folder):
            fits = naming.fits(name)
            named = named or fits
            lacking += missing_of(frames, wanted if fits else None).count
    return lacking if named else lacking + len(wanted.frames)


def _sequences(database: Database, folder: int) -> Iterator[tuple[Named, Sequence[Frame]]]:
    for base, ext, pad, ranges in list(database.rows(_SEQUENCES, (folder,))):
        yield _Name(base, ext, pad), parse_frames(ranges)
    loose = sorted(name for (name,) in database.rows(_LOOSE, (folder,)))
    for sequence in file_sequences(loose, min_frames=1)[0]:
        yield sequence, sequence.frames

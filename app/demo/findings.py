"""What there is to tell of the demo library, read from its drive's shard."""

from dataclasses import dataclass
from itertools import groupby

from app.catalog.assets import CataloguedAsset, Judge, ShardAssets
from app.catalog.database import Database
from app.files.framerange import missing_frames, parse_frames
from app.model.names import shown


@dataclass(frozen=True, slots=True)
class SequenceFound:
    """A file sequence of the library.

    Attributes:
        path: name without frames (`…/sh010.####.exr`), relative to the drive's base.
        frames: those on disk, in fileseq's notation.
        frame_count: how many files.
        missing: missing frames in fileseq's notation; empty for none.
        bytes: of all files.
    """

    path: str
    frames: str
    frame_count: int
    missing: str
    bytes: int


def sequences_below(database: Database, judge: Judge, folder: bytes) -> list[SequenceFound]:
    """The file sequences below a folder of the drive (raw, relative to its base), by path."""
    found = []
    for path, assets in ShardAssets(database, judge).after():
        if _lies_below(path, folder):
            found += [_sequence(asset) for asset in assets if asset.sequence is not None]
    return found


def equal_files_below(database: Database, folder: bytes) -> list[tuple[str, ...]]:
    """Groups of files below a folder that have equal content hashes, as paths relative to the drive's base."""
    rows = database.rows(
        "SELECT f.hash, d.path, f.name FROM file f JOIN folder d ON d.id = f.folder_id WHERE f.missed_scan IS NULL"
        " AND f.hash_state = 1 AND f.size > 0 AND f.hash IN (SELECT hash FROM file WHERE missed_scan IS NULL"
        " AND hash_state = 1 GROUP BY hash HAVING count(*) > 1) ORDER BY f.hash, d.path, f.name"
    )
    inside = (row for row in rows if _lies_below(row[1], folder))
    groups = (tuple(_joined(path, name) for _, path, name in equal) for _, equal in groupby(inside, lambda row: row[0]))
    return sorted(group for group in groups if len(group) > 1)


def _sequence(asset: CataloguedAsset) -> SequenceFound:
    sequence = asset.sequence
    assert sequence is not None
    missing = missing_frames(parse_frames(sequence.ranges)) if sequence.missing_count else ""
    path = _joined(asset.folder, asset.name)
    return SequenceFound(path, sequence.ranges, sequence.frame_count, missing, asset.bytes)


def _lies_below(path: bytes, folder: bytes) -> bool:
    return not folder or path == folder or path.startswith(folder + b"/")


def _joined(folder: bytes, name: bytes) -> str:
    return shown(folder + b"/" + name if folder else name)

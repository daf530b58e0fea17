"""Which assets of a shard the last scan could not read, whole or some of their frames."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.catalog.assetdetail import frame_of
from app.catalog.assets import CataloguedAsset, CataloguedSequence
from app.catalog.database import Database

_EMPTY = "media.empty"
_DIGITS = re.compile(rb"[0-9]+")


@dataclass(frozen=True, slots=True)
class Unread:
    """How many files of an asset a scan could not read: those without a byte, and all others."""

    damaged: int = 0
    empty: int = 0


#: Nothing of the asset is unreadable.
READ = Unread()


class Unreadable:
    """What the scans of a shard could not read: a drive has few of these, so they are read at once.

    Args:
        database: the shard; it is not asked any more.
    """

    def __init__(self, database: Database) -> None:
        self._files: dict[tuple[int, bytes], bool] = {}
        self._frames: dict[tuple[int, bytes, bytes], list[bytes]] = {}
        for folder_id, name, code in database.rows("SELECT folder_id, name, code FROM problem WHERE name <> x''"):
            self._files[(folder_id, bytes(name))] = code == _EMPTY
            for base, ext in _sequences(bytes(name)) if code != _EMPTY else ():
                self._frames.setdefault((folder_id, base, ext), []).append(bytes(name))
        self._empty: dict[int, int] = dict(
            database.rows(
                "SELECT sequence_id, count(*) FROM file WHERE size = 0 AND sequence_id IS NOT NULL"
                " AND missed_scan IS NULL GROUP BY sequence_id"
            )
        )

    def of(self, asset: CataloguedAsset) -> Unread:
        """What could not be read of an asset."""
        sequence = asset.sequence
        if sequence is None:
            empty = self._files.get((asset.folder_id, asset.name))
            return READ if empty is None else Unread(int(not empty), int(empty))
        found = self._frames.get((asset.folder_id, sequence.base, sequence.ext), ())
        damaged = sum(frame_of(sequence, name) is not None and _is_padded(sequence, name) for name in found)
        return Unread(damaged, self._empty.get(sequence.id, 0))


def _sequences(name: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What may stand before and behind the frame number in a name, for each number in it that may be one."""
    runs = [found.span() for found in _DIGITS.finditer(name)]
    for place, (start, end) in enumerate(runs):
        starts = [start, start - 1] if name[:start].endswith(b"-") else [start]
        ends = [end]
        if place + 1 < len(runs) and name[end : runs[place + 1][0]] == b".":
            ends.append(runs[place + 1][1])
        yield from ((name[:first], name[last:]) for first in starts for last in ends)


def _is_padded(sequence: CataloguedSequence, name: bytes) -> bool:
    """Whether a number is written as those of a sequence are: `0007` of four digits, which 10000 may outgrow."""
    whole = name[len(sequence.base) : len(name) - len(sequence.ext)].partition(b".")[0]
    return len(whole) == sequence.pad if whole.startswith(b"0") else len(whole) >= sequence.pad

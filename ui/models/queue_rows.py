"""Every asset of a drive in little memory: rows of the review's queue, packed page by page.

A drive may hold millions of assets, and a window shows fifty. Rows lie compressed in blocks (about thirty bytes each
instead of seven hundred) and are unpacked when they are shown or searched; what is asked of all of them at once, their
states and where folders begin, stands apart as one byte a row and one number a folder.
"""

import marshal
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from app.catalog.assets import CataloguedAsset
from app.catalog.unreadable import READ, Unread
from app.model.kinds import Category
from app.model.names import folded, folded_text, shown

#: What a queue can be narrowed to, and the words for it.
STATES = {
    "pending": "Pending", "stale": "Stale", "fail": "Fail", "pass": "Pass", "objected": "Failed check", "all": "All",
}  # fmt: skip

AssetId = tuple[bytes, bytes]
"""Folder and name of an asset, raw bytes: what tells it apart on its drive."""

_WORDS = ("pending", "stale", "fail", "pass")
_OBJECTED = len(_WORDS)
_BLOCK = 256
_UNPACKED = 8


@dataclass(frozen=True, slots=True)
class QueueRow:
    """An asset as the queue shows it.

    Attributes:
        folder, name: raw bytes; the folder is relative to the drive's base.
        text: the name as it is shown, a sequence with its frame range.
        key: folder and text folded, for the filter.
        state: `pass`, `fail`, `pending` or `stale`.
        size: bytes of all its files.
        missing: how many frames are absent.
        objected: the policies that the asset failed by, or could not be judged by, when it was checked last; none
            where it changed since then.
        unread: how many of its files the last scan could not read, those without a byte apart.
    """

    folder: bytes
    name: bytes
    text: str
    key: bytes
    state: str
    category: Category
    size: int
    missing: int = 0
    objected: tuple[str, ...] = ()
    unread: Unread = READ

    @property
    def id(self) -> AssetId:
        """What tells it apart on its drive."""
        return self.folder, self.name

    @classmethod
    def of(cls, asset: CataloguedAsset, objected: tuple[str, ...] = (), unread: Unread = READ) -> "QueueRow":
        """From what the shard has."""
        sequence = asset.sequence
        text = shown(asset.name)
        if sequence is not None:
            frames = f"{sequence.first_frame}-{sequence.last_frame}" if sequence.frame_count > 1 else sequence.ranges
            text = f"{shown(sequence.base)}{frames}{shown(sequence.ext)}"
        text = text.replace("\n", "␊").replace("\r", "␍")
        missing = sequence.missing_count if sequence else 0
        key = folded(asset.folder) + b"/" + folded_text(text)
        kind, size = asset.category, asset.bytes
        return cls(asset.folder, asset.name, text, key, asset.state, kind, size, missing, objected, unread)


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What is shown: a state of `STATES`, and words that folder or name must hold."""

    state: str = "pending"
    text: str = ""


class QueueRows:
    """Rows in the order of their folders and names, by number from 0; only their states change.

    One thread at a time: another one works on a `copy`, which shares the packed blocks.
    """

    def __init__(self, rows: Sequence[QueueRow] = ()) -> None:
        self._blocks: list[bytes] = []
        self._starts = array("q")
        self._firsts: list[AssetId] = []
        self._folders = array("q")
        self._last_folder: bytes | None = None
        self._flags = bytearray()
        self._unpacked: dict[int, list[QueueRow]] = {}
        self.extend(rows)

    def __len__(self) -> int:
        return len(self._flags)

    def __getitem__(self, number: int) -> QueueRow:
        block = bisect_right(self._starts, number) - 1
        row = self._rows_of(block)[number - self._starts[block]]
        state = self.state(number)
        return row if row.state == state else replace(row, state=state)

    def extend(self, rows: Sequence[QueueRow]) -> None:
        """Add rows that lie behind all that are here."""
        waiting = iter(rows)
        while block := list(islice(waiting, _BLOCK)):
            self._starts.append(len(self._flags))
            self._firsts.append(block[0].id)
            for row in block:
                if row.folder != self._last_folder:
                    self._last_folder = row.folder
                    self._folders.append(len(self._flags))
                self._flags.append(_flag(row))
            self._blocks.append(_packed(block))

    def copy(self) -> "QueueRows":
        """The same rows with states of their own."""
        other = QueueRows()
        other._blocks, other._firsts = list(self._blocks), list(self._firsts)
        other._starts, other._folders = self._starts[:], self._folders[:]
        other._flags, other._last_folder = self._flags[:], self._last_folder
        return other

    def number_of(self, asset: AssetId) -> int | None:
        """The number of an asset; None where it is not here."""
        block = bisect_right(self._firsts, asset) - 1
        if block < 0:
            return None
        rows = self._rows_of(block)
        place = bisect_left(rows, asset, key=_id)
        return self._starts[block] + place if place < len(rows) and rows[place].id == asset else None

    def state(self, number: int) -> str:
        """`pass`, `fail`, `pending` or `stale`."""
        return _WORDS[self._flags[number] & ~_OBJECTED]

    def set_state(self, number: int, state: str) -> None:
        """It was judged."""
        self._flags[number] = _WORDS.index(state) | (self._flags[number] & _OBJECTED)

    def set_states(self, states: Mapping[AssetId, str]) -> None:
        """Assets were judged; those that are not here are passed over."""
        for asset, state in states.items():
            if (number := self.number_of(asset)) is not None:
                self.set_state(number, state)

    def folder_number(self, number: int) -> int:
        """Which folder a row lies in, counted from 1 in their order."""
        return bisect_right(self._folders, number)

    def counts(self, start: int = 0) -> dict[str, int]:
        """How many rows, from `start` on, there are in each of `STATES`."""
        counted: Counter[str] = Counter()
        for flag, times in Counter(memoryview(self._flags)[start:]).items():
            counted[_WORDS[flag & ~_OBJECTED]] += times
            counted["objected"] += times if flag & _OBJECTED else 0
            counted["all"] += times
        return {state: counted[state] for state in STATES}

    def matching(
        self, wanted: QueueFilter, kept: Collection[AssetId] = (), start: int = 0, held: AssetId | None = None
    ) -> Iterator[int]:
        """The numbers, from `start` on, that a filter lets through.

        Args:
            wanted: the filter.
            kept: assets that stay although their state leaves them out, because they were judged or are looked at.
            start: the first number that is looked at.
            held: an asset that stays although the words leave it out too.
        """
        always = self.number_of(held) if held is not None else None
        passing = bytes(_is_wanted(flag, wanted.state) for flag in range(2 * _OBJECTED))
        stay = {self.number_of(asset) for asset in kept}
        words = folded_text(wanted.text).split()
        for number in range(start, len(self._flags)):
            if not passing[self._flags[number]] and number not in stay and number != always:
                continue
            if number == always or not words or all(word in self._key(number) for word in words):
                yield number

    def is_outside(self, number: int, wanted: QueueFilter) -> bool:
        """Whether the words of a filter leave a row out."""
        return not all(word in self._key(number) for word in folded_text(wanted.text).split())

    def _key(self, number: int) -> bytes:
        block = bisect_right(self._starts, number) - 1
        return self._rows_of(block)[number - self._starts[block]].key

    def _rows_of(self, block: int) -> list[QueueRow]:
        rows = self._unpacked.get(block)
        if rows is None:
            if len(self._unpacked) >= _UNPACKED:
                del self._unpacked[next(iter(self._unpacked))]
            rows = self._unpacked[block] = _unpacked(self._blocks[block])
        return rows


def _id(row: QueueRow) -> AssetId:
    return row.id


def _flag(row: QueueRow) -> int:
    return _WORDS.index(row.state) | (_OBJECTED if row.objected else 0)


def _is_wanted(flag: int, state: str) -> bool:
    return state in (_WORDS[flag & ~_OBJECTED], "all") or (state == "objected" and bool(flag & _OBJECTED))


def _packed(rows: list[QueueRow]) -> bytes:
    values = [
        (row.folder, row.name, row.text, row.key, row.state, int(row.category), row.size, row.missing, row.objected,
         None if row.unread == READ else (row.unread.damaged, row.unread.empty))
        for row in rows
    ]  # fmt: skip
    return zlib.compress(marshal.dumps(values), 1)


def _unpacked(block: bytes) -> list[QueueRow]:
    return [
        QueueRow(folder, name, text, key, state, Category(category), size, missing, objected, _unread(unread))
        for folder, name, text, key, state, category, size, missing, objected, unread in _values(block)
    ]


def _values(block: bytes) -> list[tuple[Any, ...]]:
    values: list[tuple[Any, ...]] = marshal.loads(zlib.decompress(block))
    return values


def _unread(counts: tuple[int, int] | None) -> Unread:
    return READ if counts is None else Unread(*counts)

"""How the files of a folder that the shard has never seen are laid out in it.

The frames of a sequence lie side by side, all other files follow. Working that out costs half as much as writing it: at
the first scan of a drive the walking child does it (`serve`) and sends it along with the folder.
"""

import json
import struct
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.files import listing
from app.files.framerange import frame_range, gap_count, missing_count
from app.files.sequences import NameGroup, group_names
from app.jobs.framing import Send
from app.model.kinds import category_of
from app.model.names import folded, folded_all

#: The child that walks and arranges what it lists.
SERVE = "app.scanning.arrangement:serve"

_SIZES = struct.Struct("<II")
_TEXT = "latin-1"  # each byte a character: any name passes through JSON unharmed


class SequenceFacts(NamedTuple):
    """What the shard keeps of a sequence: its key, its frames in fileseq's notation, bytes in all, newest time in ns.

    Its columns in their order, as a plain tuple: hundred thousands are made.
    """

    base: bytes
    ext: bytes
    pad: int
    first_frame: str
    last_frame: str
    frame_count: int
    missing_count: int
    gap_count: int
    ranges: str
    bytes: int
    newest_ns: int


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The files of one folder in the order of their rows.

    Attributes:
        order: indices into the names of the folder: the frames of each sequence, then the single files.
        categories: one byte a file, in that order.
        sequences: in that order; each has its `frame_count` files.
    """

    order: "array[int]"
    categories: bytes
    sequences: list[SequenceFacts]

    def runs(self) -> Iterator[tuple[int, int, SequenceFacts | None]]:
        """First place, place after the last, and sequence of each run of files that belong together."""
        start = 0
        for facts in self.sequences:
            yield start, start + facts.frame_count, facts
            start += facts.frame_count
        if start < len(self.order):
            yield start, len(self.order), None

    def packed(self) -> bytes:
        """What `unpacked` takes back."""
        sequences = json.dumps([_plain(facts) for facts in self.sequences]).encode() if self.sequences else b""
        head = _SIZES.pack(len(self.order), len(sequences))
        return b"".join((head, self.order.tobytes(), self.categories, sequences))


def arrange(names: Sequence[bytes], sizes: Sequence[int], mtimes: Sequence[int]) -> Arrangement:
    """Lay out the files of a folder.

    Args:
        names: raw names, each once.
        sizes: in bytes, in the order of `names`.
        mtimes: modification times in ns, in the same order.
    """
    grouping = group_names(names)
    order: array[int] = array("I")
    categories = bytearray()
    sequences: list[SequenceFacts] = []
    for group in grouping.sequences:
        sequences.append(sequence_facts(group, sizes, mtimes))
        order.extend(group.members)
        categories += bytes([category_of(folded(names[group.members[0]]))]) * len(group.members)
    order.extend(grouping.singles)
    categories += bytes(map(category_of, folded_all([names[at] for at in grouping.singles])))
    return Arrangement(order, bytes(categories), sequences)


def sequence_facts(group: NameGroup, sizes: Sequence[int], mtimes: Sequence[int]) -> SequenceFacts:
    """What the shard keeps of one sequence of a folder with these sizes and times."""
    members, frames = group.members, group.frames
    return SequenceFacts(
        group.base,
        group.ext,
        group.pad,
        str(frames[0]),
        str(frames[-1]),
        len(frames),
        missing_count(frames),
        gap_count(frames),
        frame_range(frames),
        sum([sizes[at] for at in members]),
        max([mtimes[at] for at in members]),
    )


def unpacked(packed: memoryview) -> Arrangement:
    """The inverse of `Arrangement.packed`."""
    count, sequences_size = _SIZES.unpack_from(packed)
    at = _SIZES.size
    order: array[int] = array("I")
    order.frombytes(packed[at : at + 4 * count])
    at += 4 * count
    categories = bytes(packed[at : at + count])
    at += count
    sequences = json.loads(bytes(packed[at : at + sequences_size])) if sequences_size else []
    return Arrangement(order, categories, [_facts(plain) for plain in sequences])


def serve(request: dict[str, Any], send: Send) -> None:
    """The child's side: walk, arrange and send."""
    listing.walk_and_send(request, send, lambda names, sizes, mtimes: arrange(names, sizes, mtimes).packed())


def _plain(facts: SequenceFacts) -> list[Any]:
    base, ext, *others = facts
    return [base.decode(_TEXT), ext.decode(_TEXT), *others]


def _facts(plain: list[Any]) -> SequenceFacts:
    base, ext, *others = plain
    return SequenceFacts(base.encode(_TEXT), ext.encode(_TEXT), *others)

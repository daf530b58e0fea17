"""Frames of sequences by what was counted in them, for `nan>0`: of a sequence that was measured its own document tells.

What was counted of a file by itself is in `channel_stats`; here are the frames that were measured only together.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from app.catalog.database import Database
from app.catalog.factparts import inflated
from app.catalog.where import Condition, holds_of

#: What is counted, with the key of the frames that have some.
_COUNTED = {"nan": ("nan_count", "nan_frames"), "inf": ("inf_count", "inf_frames")}
#: What the text of a document has where some frames of a channel have any: most are told apart without reading it all.
_SOME = {name: re.compile(rb'"%s":\s*"[^"]' % frames.encode()) for name, (_, frames) in _COUNTED.items()}
_RUN = re.compile(r"(-?[\d.]+)(?:-(-?[\d.]+)(?:x([\d.]+))?)?\Z")

_MEASURED = (
    "SELECT q.id, q.folder_id, q.base, q.ext, x.body FROM sequence_facts x JOIN sequence q ON q.id = x.sequence_id"
    " WHERE q.missed_scan IS NULL AND q.changed_scan = x.changed_scan"
)
_FRAMES = (
    "SELECT f.id, f.name FROM block b JOIN file f ON f.id BETWEEN b.first_id AND b.last_id WHERE b.folder_id = ?"
    " AND f.sequence_id = ? AND f.missed_scan IS NULL AND NOT EXISTS (SELECT 1 FROM stats s WHERE s.file_id = f.id)"
)


def counted_frames(database: Database, conditions: tuple[Condition, ...]) -> Iterator[int]:
    """The files among the frames of measured sequences that hold conditions of which `is_counted` is true.

    How many values of a channel are odd is known of all frames together: that number stands for each frame that has
    some.
    """
    needed = [_SOME[one.name] for one in conditions if one.operator != "!=" and not holds_of(one, 0)]
    for sequence_id, folder_id, base, ext, body in list(database.rows(_MEASURED)):
        text = inflated(body)
        if not all(found.search(text) for found in needed):
            continue
        stats = json.loads(text).get("stats") or {}
        tests = [_Test.of(stats, condition) for condition in conditions]
        decoded = Frames.of(stats.get("frames"))
        if not decoded.runs or not all(test.may_hold for test in tests):
            continue
        for file_id, name in database.rows(_FRAMES, (folder_id, sequence_id)):
            frame = frame_of(name[len(base) : len(name) - len(ext)])
            if frame is not None and frame in decoded and all(test.holds(frame) for test in tests):
                yield file_id


@dataclass(frozen=True, slots=True)
class Frames:
    """Frame numbers in range notation: first, last and step of each run."""

    runs: tuple[tuple[Decimal, Decimal, Decimal], ...]

    @classmethod
    def of(cls, text: Any) -> "Frames":
        """The frames of a range such as `1001-1010x2,1012`; none where there is no text."""
        found = (_RUN.match(part) for part in str(text or "").split(","))
        return cls(tuple((Decimal(m[1]), Decimal(m[2] or m[1]), Decimal(m[3] or 0)) for m in found if m))

    def __contains__(self, frame: Decimal) -> bool:
        return any(
            first <= frame <= last and (not step or not (frame - first) % step) for first, last, step in self.runs
        )


@dataclass(frozen=True, slots=True)
class _Test:
    """A condition on a measured sequence.

    Attributes:
        negated: it holds where no channel is as it says.
        channels: of each channel the frames that have some, whether it is so there, and whether it is elsewhere.
    """

    negated: bool
    channels: tuple[tuple[Frames, bool, bool], ...]

    @classmethod
    def of(cls, stats: Mapping[str, Any], condition: Condition) -> "_Test":
        count, frames = _COUNTED[condition.name]
        channels = (
            (Frames.of(channel.get(frames)), holds_of(condition, channel[count]), holds_of(condition, 0))
            for part in stats.get("parts") or ()
            for channel in part.get("channels") or ()
            if count in channel
        )
        return cls(condition.operator == "!=", tuple(channels))

    @property
    def may_hold(self) -> bool:
        """Whether it may hold in some frame."""
        some = any(elsewhere or (there and frames.runs) for frames, there, elsewhere in self.channels)
        return bool(self.channels) and (self.negated or some)

    def holds(self, frame: Decimal) -> bool:
        """Whether it holds in a frame that was measured."""
        found = any(there if frame in frames else elsewhere for frames, there, elsewhere in self.channels)
        return found is not self.negated


def frame_of(digits: bytes) -> Decimal | None:
    """The frame number that stands in a name; None where it is none."""
    try:
        return Decimal(digits.decode("ascii"))
    except (UnicodeDecodeError, InvalidOperation):
        return None

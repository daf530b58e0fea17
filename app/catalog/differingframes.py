"""Which frames stand for which, where the document of a sequence tells that their headers differ.

A frame that was looked at stands for those of its sequence that were not. Where it is known which frames have another
header, it stands only for frames with the same one, and nothing stands for a frame of which no header could be read.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from app.catalog.countedframes import Frames, frame_of
from app.catalog.database import Database
from app.catalog.factparts import inflated

_DOCUMENTS = (
    "SELECT q.id, q.folder_id, q.base, q.ext, x.body FROM sequence_facts x JOIN sequence q ON q.id = x.sequence_id"
    " WHERE x.sequence_id IN temp.fact_sequence AND q.missed_scan IS NULL AND q.changed_scan = x.changed_scan"
)
_FRAMES = (
    "SELECT f.id, f.name, EXISTS (SELECT 1 FROM facts x WHERE x.file_id = f.id), f.id IN temp.fact_file"
    " FROM block b JOIN file f ON f.id BETWEEN b.first_id AND b.last_id WHERE b.folder_id = ?"
    " AND f.sequence_id = ? AND f.missed_scan IS NULL"
)
#: What the text of a document has where some frames differ: most are told apart without reading it all.
_SOME = re.compile(rb'"(?:header_differences|unreadable)":\s*\[\s*\{|"(?:zero_byte|without_header)":\s*"[^"]')


def settle_differing(database: Database) -> None:
    """Take sequences whose frames are known to differ out of `temp.fact_sequence`.

    Frames for which one of those in `temp.fact_file` stands come into that instead.
    """
    for sequence_id, folder_id, base, ext, body in list(database.rows(_DOCUMENTS)):
        text = inflated(body)
        if not _SOME.search(text):
            continue
        told = _Differences.of(json.loads(text).get("sequence") or {})
        frames = [
            (file_id, told.header_of(frame_of(name[len(base) : len(name) - len(ext)])), known, found)
            for file_id, name, known, found in database.rows(_FRAMES, (folder_id, sequence_id))
        ]
        alike = {header for _, header, known, found in frames if known and found and header is not None}
        standing = [(file_id,) for file_id, header, known, _ in frames if not known and header in alike]
        database.run("DELETE FROM temp.fact_sequence WHERE id = ?", (sequence_id,))
        database.run_many("INSERT OR IGNORE INTO temp.fact_file VALUES (?)", standing)


class _Differences:
    """What the document of a sequence tells of the headers of its frames."""

    def __init__(self, differing: list[Frames], lost: list[Frames]) -> None:
        self._differing = differing
        self._lost = lost

    @classmethod
    def of(cls, sequence: Mapping[str, Any]) -> "_Differences":
        differing = [Frames.of(entry.get("frames")) for entry in sequence.get("header_differences") or ()]
        if "without_header" in sequence:
            return cls(differing, [Frames.of(sequence["without_header"])])
        lost = [Frames.of(entry.get("frames")) for entry in sequence.get("unreadable") or ()]
        return cls(differing, [*lost, Frames.of(sequence.get("zero_byte"))])

    def header_of(self, frame: Any) -> frozenset[int] | None:
        """What tells the header of a frame from others: which differences it has; None where none was read."""
        if frame is None or any(frame in frames for frames in self._lost):
            return None
        return frozenset(place for place, frames in enumerate(self._differing) if frame in frames)

"""One asset in full, as its shard knows it: its files, what was learnt from them, and what could not be read."""

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from app.catalog.assets import CataloguedAsset, CataloguedSequence
from app.catalog.database import Database
from app.catalog.inspections import recorded_facts
from app.model.facts import MediaFacts
from app.model.frames import Frame

_MOST_LOOKED_AT = 8


@dataclass(frozen=True, slots=True)
class MemberFile:
    """A file of an asset.

    Attributes:
        name: raw bytes.
        bytes: its size.
        frame: its number in the sequence; None for a single file.
        problem: why it could not be read; empty where all is well.
    """

    name: bytes
    bytes: int
    frame: Frame | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AssetDetail:
    """What a shard has of one asset.

    Attributes:
        members: its files; those of a sequence by ascending frame.
        facts: raw name of a file and what was learnt from it; of a sequence the frames that were looked at, damaged
            ones last, or the first, middle and last of these where they are many.
        duplicates: frames that another sequence of the same base and extension, in another padding, has too.
        record: the newest record of its sidecar without the history; None where there is none.
    """

    members: tuple[MemberFile, ...]
    facts: tuple[tuple[bytes, MediaFacts], ...]
    duplicates: tuple[Frame, ...]
    record: dict[str, Any] | None


def read_detail(database: Database, asset: CataloguedAsset) -> AssetDetail:
    """Read one asset. A file that the catalogue lost since the asset was listed is left out."""
    rows = file_rows(database, asset)
    problems = {
        bytes(name): reason
        for name, reason in database.rows("SELECT name, reason FROM problem WHERE folder_id = ?", (asset.folder_id,))
    }
    members = [MemberFile(name, size, frame_of(asset.sequence, name), problems.get(name, "")) for _, name, size in rows]
    if asset.sequence is not None:
        members.sort(key=lambda member: (member.frame is None, member.frame or 0))
    record = database.value(
        "SELECT record FROM verdict WHERE folder_id = ? AND asset = ?", (asset.folder_id, asset.name)
    )
    return AssetDetail(
        tuple(members),
        tuple(_facts(database, rows)),
        tuple(_duplicates(database, asset, members)),
        json.loads(record) if record else None,
    )


def frame_of(sequence: CataloguedSequence | None, name: bytes) -> Frame | None:
    """The number of a frame by its file name; None where the name is none of the sequence's."""
    if sequence is None:
        return None
    number = name[len(sequence.base) : len(name) - len(sequence.ext)]
    try:
        return int(number) if b"." not in number else Decimal(number.decode("ascii"))
    except (ValueError, InvalidOperation):
        return None


def file_rows(database: Database, asset: CataloguedAsset) -> list[tuple[int, bytes, int]]:
    """Id, raw name and size in bytes of the files of an asset: of a sequence those that are there, in no order."""
    if asset.sequence is None:
        return list(database.rows("SELECT id, name, size FROM file WHERE id = ?", (asset.file_id,)))
    return list(
        database.rows(
            "SELECT f.id, f.name, f.size FROM block b JOIN file f ON f.id BETWEEN b.first_id AND b.last_id"
            " WHERE b.folder_id = ? AND f.sequence_id = ? AND f.missed_scan IS NULL",
            (asset.folder_id, asset.sequence.id),
        )
    )


def _facts(database: Database, rows: list[tuple[int, bytes, int]]) -> list[tuple[bytes, MediaFacts]]:
    names = {file_id: name for file_id, name, _ in rows}
    if not names:
        return []
    looked_at = database.rows(
        "SELECT file_id FROM facts WHERE file_id BETWEEN ? AND ? ORDER BY error <> '', file_id",
        (min(names), max(names)),
    )
    mine = [file_id for (file_id,) in looked_at if file_id in names]
    chosen = mine if len(mine) <= _MOST_LOOKED_AT else [mine[0], mine[len(mine) // 2], mine[-1]]
    found = ((names[file_id], recorded_facts(database, file_id)) for file_id in chosen)
    return [(name, facts) for name, facts in found if facts is not None]


def _duplicates(database: Database, asset: CataloguedAsset, members: list[MemberFile]) -> list[Frame]:
    if asset.sequence is None:
        return []
    sequence = asset.sequence
    other = database.rows(
        "SELECT f.name FROM sequence s JOIN block b ON b.folder_id = s.folder_id JOIN file f"
        " ON f.id BETWEEN b.first_id AND b.last_id AND f.sequence_id = s.id"
        " WHERE s.folder_id = ? AND s.base = ? AND s.ext = ? AND s.id <> ?"
        " AND s.missed_scan IS NULL AND f.missed_scan IS NULL",
        (asset.folder_id, sequence.base, sequence.ext, sequence.id),
    )
    elsewhere = {frame_of(sequence, name) for (name,) in other}
    return [member.frame for member in members if member.frame is not None and member.frame in elsewhere]

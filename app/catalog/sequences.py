"""The file sequences of a drive as its shard has them, by page."""

from dataclasses import dataclass
from typing import Any

from app.catalog.assets import CataloguedSequence
from app.catalog.database import Database
from app.model.names import folded, folded_text

_FROM = " FROM sequence s JOIN folder d ON d.id = s.folder_id WHERE s.missed_scan IS NULL"


@dataclass(frozen=True, slots=True)
class ListedSequence:
    """A sequence and where it lies.

    Attributes:
        folder: relative to the drive's base, raw bytes.
        sequence: its pattern and frames.
        gap_count: maximal runs of missing frames.
        bytes: of all its files.
        newest_ns: newest modification time, nanoseconds since 1970.
    """

    folder: bytes
    sequence: CataloguedSequence
    gap_count: int
    bytes: int
    newest_ns: int


@dataclass(frozen=True, slots=True)
class SequenceQuery:
    """Which sequences: `text` is part of the path below the base, in any case; `missing` those with missing frames."""

    text: str = ""
    missing: bool = False


def count_sequences(database: Database, query: SequenceQuery) -> int:
    """How many there are."""
    condition, bindings = _condition(database, query)
    return int(database.value(f"SELECT count(*){_FROM}{condition}", bindings))


def listed_sequences(database: Database, query: SequenceQuery, limit: int, offset: int = 0) -> list[ListedSequence]:
    """A page of them, in the order of folders and names."""
    condition, bindings = _condition(database, query)
    rows = database.rows(
        "SELECT s.id, s.base, s.ext, s.pad, s.first_frame, s.last_frame, s.frame_count, s.missing_count, s.ranges,"
        f" d.path, s.gap_count, s.bytes, s.newest_ns{_FROM}{condition} ORDER BY d.path, s.base, s.ext, s.pad"
        " LIMIT ? OFFSET ?",
        (*bindings, limit, offset),
    )
    return [ListedSequence(row[9], CataloguedSequence(*row[:9]), *row[10:]) for row in rows]


def _condition(database: Database, query: SequenceQuery) -> tuple[str, tuple[bytes, ...]]:
    condition = " AND s.missing_count > 0" if query.missing else ""
    if not query.text:
        return condition, ()
    database.connection.create_scalar_function("folded", _folded, 1, deterministic=True)
    return condition + " AND instr(folded(d.path || x'2f' || s.base || s.ext), ?)", (folded_text(query.text),)


def _folded(*path: Any) -> Any:
    return folded(path[0])

"""What inspecting learnt of files, written into a shard; many files at once, since most of it they share."""

import json
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.catalog.database import Database
from app.catalog.factparts import (
    Inspected,
    Pieces,
    Value,
    channel_rows,
    deflated,
    digest,
    packed,
    part_rows,
    stat_rows,
)
from app.catalog.factsets import FactSets, Member
from app.model.structure import Structure
from app.model.times import now_us

#: Raise it when an inspector learns more; facts of older versions are read again.
FACTS_VERSION = 2
_COLUMNS = "version, kind, facts, error, header_id, set_id, structure_id, duration_s, header_hash, own, read_us"
_OF_A_CHANNEL = "part, channel, minimum, maximum, mean, stddev, nan_count, inf_count"
_STORE = f"INSERT OR REPLACE INTO facts (file_id, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class _Before:
    """What was known of a file until now; `measured`: whether there are statistics."""

    header_hash: str | None
    structure_id: int | None
    header_id: int | None
    set_id: int | None
    error: str
    own: str | None
    measured: int


def store_inspected(database: Database, files: Sequence[tuple[int, Inspected]]) -> None:
    """Keep what was learnt of files, inside the caller's transaction, in place of what was known of them.

    Statistics that were measured before are kept, with what was found wrong then, where a document has none and its
    header is still the same: the caller knows that the file is.

    Args:
        database: the shard.
        files: their ids, each once, and what was learnt.
    """
    storing = _Storing(database, files)
    owned = [(file_id, place, number) for file_id, one in files for place, number in storing.store(file_id, one)]
    storing.sets.keep()
    database.run_many("INSERT INTO attribute_of (file_id, place, attribute_id) VALUES (?, ?, ?)", owned)


def store_failure(database: Database, file_id: int, kind: str, reason: str) -> None:
    """Keep that nothing could be learnt of a file, and why."""
    database.run("DELETE FROM facts WHERE file_id = ?", (file_id,))
    database.run(
        _STORE,
        (file_id, FACTS_VERSION, kind, json.dumps({"kind": kind, "error": reason}), reason, None, None, None, None,
         None, None, now_us()),
    )  # fmt: skip


def carry_facts(database: Database, pairs: Sequence[tuple[int, int]]) -> None:
    """Give files, where they have no facts, those of other files with the same bytes: pairs of new and old."""
    for table, columns in (
        ("facts", _COLUMNS),
        ("attribute_of", "place, attribute_id"),
        ("stats", "body"),
        ("channel_stats", _OF_A_CHANNEL),
    ):
        database.run_many(
            f"INSERT OR IGNORE INTO {table} (file_id, {columns}) SELECT ?1, {columns} FROM {table} WHERE file_id = ?2",
            pairs,
        )


def keep_parts(database: Database, header_id: int, document: dict[str, object]) -> None:
    """Keep the parts and channels of a header, for searching."""
    database.run_many(
        "INSERT INTO part (header_id, number, name, type, view, compression, codec, width, height, frame_rate,"
        " channels) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(header_id, *row) for row in part_rows(document)],
    )
    database.run_many(
        "INSERT INTO channel (header_id, part, number, name, layer, type) VALUES (?, ?, ?, ?, ?, ?)",
        [(header_id, *row) for row in channel_rows(document)],
    )


class _Storing:
    """Stores files of which all that they share is numbered already."""

    def __init__(self, database: Database, files: Sequence[tuple[int, Inspected]]) -> None:
        self._database = database
        self._headers = _header_ids(database, [one.pieces for _, one in files])
        self._attributes = _attribute_ids(database, [value for _, one in files for value in one.pieces.values])
        self._structures = _structure_ids(database, [one.structure for _, one in files if one.structure is not None])
        ids = [file_id for file_id, _ in files]
        self._before = {
            file_id: _Before(*known)
            for file_id, *known in database.rows_of(
                "SELECT file_id, header_hash, structure_id, header_id, set_id, error, own,"
                " EXISTS (SELECT 1 FROM stats s WHERE s.file_id = facts.file_id) FROM facts WHERE file_id IN ({})",
                ids,
            )
        }
        self._read_us = now_us()
        self.sets = FactSets(database, ids)

    def store(self, file_id: int, one: Inspected) -> list[Member]:
        """Store a file; which attributes are its own."""
        pieces, known = one.pieces, self._before.get(file_id)
        same = known is not None and (known.header_hash or "") == pieces.header_hash
        header_id = self._headers[pieces.header]
        set_before = known.set_id if known is not None and known.header_id == header_id else None
        numbers = [self._attributes[value.hash] for value in pieces.values]
        set_id, own = self.sets.set_of(file_id, header_id, numbers, set_before)
        structure_id = known.structure_id if known is not None and same else None
        if one.structure is not None:
            structure_id = self._structures[one.structure]
        error, rest = one.error, pieces.own
        if known is not None and known.measured and same and pieces.stats is None:
            error, rest = error or known.error, _with_errors(pieces.own, known.own)
        self._database.run(
            _STORE,
            (file_id, FACTS_VERSION, pieces.kind, "", error, header_id, set_id, structure_id, pieces.duration_s,
             pieces.header_hash or None, rest or None, self._read_us),
        )  # fmt: skip
        if known is not None:
            self._database.run("DELETE FROM attribute_of WHERE file_id = ?", (file_id,))
        if pieces.stats is not None or (known is not None and not same):
            _store_stats(self._database, file_id, pieces.stats)
        return own


def _with_errors(own: str, before: str | None) -> str:
    """What is a file's own, as JSON, with the errors that were told before and are not told now."""
    rest, then = (json.loads(text) if text else {} for text in (own, before))
    errors = rest.get("errors") or []
    errors += [error for error in then.get("errors") or () if error not in errors]
    return json.dumps({**rest, "errors": errors}) if errors else own


def _header_ids(database: Database, some: Iterable[Pieces]) -> dict[bytes, int]:
    """The numbers of headers; those that are new are kept with their parts and channels."""
    formats = {pieces.header: pieces.format for pieces in some}
    keys = {digest(header): header for header in formats}
    known = _known(database, "header", keys)
    for key, header in keys.items():
        if key not in known:
            database.run(
                "INSERT INTO header (hash, format, body) VALUES (?, ?, ?)", (key, formats[header], deflated(header))
            )
            known[key] = int(database.connection.last_insert_rowid())
            keep_parts(database, known[key], json.loads(header))
    return {header: known[key] for key, header in keys.items()}


def _attribute_ids(database: Database, values: Iterable[Value]) -> dict[bytes, int]:
    """The numbers of attributes by their hashes; those that are new are kept."""
    wanted = {value.hash: value for value in values}
    known = _known(database, "attribute", wanted)
    fresh = [value for key, value in wanted.items() if key not in known]
    first = database.next_id("attribute") if fresh else 0
    database.run_many(
        "INSERT INTO attribute (id, hash, name, type, text, number, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (number, value.hash, value.name, value.type, value.text, value.number, value.body)
            for number, value in enumerate(fresh, first)
        ],
    )
    known.update((value.hash, number) for number, value in enumerate(fresh, first))
    return known


def _structure_ids(database: Database, structures: Iterable[Structure]) -> dict[Structure, int]:
    """The numbers of structures; those that are new are kept, with half the precision."""
    halves = {one: _halves(one.vectors) for one in dict.fromkeys(structures)}
    keys = {one: digest(one.version.to_bytes(4, "little") + vectors) for one, vectors in halves.items()}
    known = _known(database, "structure", keys.values())
    for one, key in keys.items():
        if key not in known:
            database.run(
                "INSERT INTO structure (version, hash, vectors) VALUES (?, ?, ?)", (one.version, key, halves[one])
            )
            known[key] = int(database.connection.last_insert_rowid())
    return {one: known[key] for one, key in keys.items()}


def _halves(vectors: bytes) -> bytes:
    count = len(vectors) // 4
    return struct.pack(f"<{count}e", *struct.unpack(f"<{count}f", vectors))


def _known(database: Database, table: str, hashes: Iterable[bytes]) -> dict[bytes, int]:
    """The numbers of the rows of a table that have one of these hashes."""
    return {
        bytes(key): number
        for key, number in database.rows_of(f"SELECT hash, id FROM {table} WHERE hash IN ({{}})", list(hashes))
    }


def _store_stats(database: Database, file_id: int, stats: Any) -> None:
    database.run("DELETE FROM stats WHERE file_id = ?", (file_id,))
    database.run("DELETE FROM channel_stats WHERE file_id = ?", (file_id,))
    if stats is None:
        return
    database.run("INSERT INTO stats (file_id, body) VALUES (?, ?)", (file_id, packed(stats)))
    database.run_many(
        f"INSERT OR REPLACE INTO channel_stats (file_id, {_OF_A_CHANNEL}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(file_id, *row) for row in stat_rows(stats)],
    )

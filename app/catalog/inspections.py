"""What inspecting learnt, kept in a shard: documents of files and sequences, statistics, and what policies found.

Each function that stores runs inside the caller's transaction. What is stored twice is there once: a file has one
document, and what it shares with others (header, values of attributes) is kept under a hash of it. How a document is
taken apart: `app.catalog.factparts`.
"""

import json
from typing import Any

from app.catalog.database import Database
from app.catalog.factparts import Document, Inspected, inflated, packed, put_together, take_apart, unpacked
from app.catalog.factsets import set_members
from app.catalog.factstoring import FACTS_VERSION, store_inspected
from app.catalog.measuredsets import with_earlier_sets
from app.catalog.shard import last_path
from app.model.facts import MediaFacts, damage_of, facts_from_json, facts_of_document
from app.model.names import raw_name, shown
from app.model.structure import Structure
from app.model.times import now_us, rfc3339, rfc3339_ns

_FINDING = ("rule", "outcome", "severity", "frames")
_OF_THE_REPRESENTATIVE = ("parts", "channels", "attributes")
_SEE_THERE = "representative"
#: What is told of a sequence whose pixels were decoded.
_OF_PIXELS = ("frozen", "frozen_runs", "black")
#: What is told of a sequence where somebody asked for the values that are other ones in each frame.
_OF_EACH_FRAME = ("frames_varying",)


def store_document(database: Database, file_id: int, document: Document, structure: Structure | None = None) -> None:
    """Keep the document of a file in place of what was known of it.

    What was measured before is kept where the document measured nothing, or fewer rows, and its header is still the
    same; the caller knows that the file is. Of movies and sound what was measured by other thresholds is kept too.
    """
    before = database.row(
        "SELECT s.body, x.version FROM stats s JOIN facts x ON x.file_id = s.file_id WHERE s.file_id = ?", (file_id,)
    )
    if before is not None:
        stats, known = document.get("stats"), unpacked(before[0])
        if _sample(stats) > _sample(known):
            document = {**document, "stats": None}
        elif before[1] == FACTS_VERSION:
            document = {**document, "stats": with_earlier_sets(stats, known)}
    store_inspected(database, [(file_id, Inspected(take_apart(document), structure, damage_of(document)))])


def recorded_document(database: Database, file_id: int) -> Document | None:
    """The document of a file as it was stored; None where there is none, or only one of an older version.

    It is what `inspect` gave, with `recorded`, the time of that, beside it. Path, size and time are those of the
    catalogue: the file was not changed since, or its facts would have gone.
    """
    row = database.row(
        "SELECT h.body, x.set_id, x.own, x.read_us, d.path, f.name, f.size, f.mtime_ns FROM facts x"
        " JOIN header h ON h.id = x.header_id JOIN file f ON f.id = x.file_id JOIN folder d ON d.id = f.folder_id"
        " WHERE x.file_id = ?",
        (file_id,),
    )
    if row is None:
        return None
    body, set_id, own, read_us, folder, name, size, mtime_ns = row
    relative = folder + b"/" + name if folder else name
    entry: Document = {
        "path": last_path(database, relative),
        "name": shown(name),
        "size_bytes": size,
        "mtime": rfc3339_ns(mtime_ns),
    }
    if encoded := raw_name(name):
        entry["raw_name"] = encoded
    stats = database.value("SELECT body FROM stats WHERE file_id = ?", (file_id,))
    document = put_together(
        inflated(body),
        _entries(database, file_id, set_id),
        own or "",
        entry,
        None if stats is None else unpacked(stats),
    )
    return {**document, "recorded": rfc3339(read_us)}


def recorded_facts(database: Database, file_id: int) -> MediaFacts | None:
    """What is known of a file in short; None where it was not inspected."""
    text = database.value("SELECT facts FROM facts WHERE file_id = ?", (file_id,))
    if text:
        short: Document = json.loads(text)
        return facts_from_json(short) if "kind" in short else None
    document = recorded_document(database, file_id)
    return None if document is None else facts_of_document(document)


def recorded_problem(database: Database, file_id: int) -> tuple[str, str] | None:
    """The code and the reason for which the content of a file could not be read when it was last tried, if so."""
    return database.row(
        "SELECT p.code, p.reason FROM file f JOIN problem p ON p.folder_id = f.folder_id AND p.name = f.name"
        " WHERE f.id = ? AND p.code LIKE '%.%'",
        (file_id,),
    )


def store_sequence(database: Database, sequence_id: int, document: Document) -> None:
    """Keep the document of a sequence. Its representative is kept as the document of that frame."""
    found = database.row("SELECT folder_id, changed_scan FROM sequence WHERE id = ?", (sequence_id,))
    if found is None:
        return
    folder_id, changed_scan = found
    before = database.row(
        "SELECT body FROM sequence_facts WHERE sequence_id = ? AND changed_scan = ?", (sequence_id, changed_scan)
    )
    known = unpacked(before[0]) if before else {}
    rest = with_measured(document, known)
    rest = {name: known[name] for name in _OF_EACH_FRAME if name in known} | rest
    representative = rest.get("representative")
    name = None
    if isinstance(representative, dict):
        name = str((representative.get("file") or {}).get("name") or "").encode("utf-8")
        file_id = _file_in(database, folder_id, name)
        if file_id is None:
            name = None
        else:
            store_document(database, file_id, representative)
            for key in _OF_THE_REPRESENTATIVE:
                if key in rest and rest[key] == representative.get(key):
                    rest[key] = _SEE_THERE
            rest["representative"] = _SEE_THERE
    database.run(
        "INSERT OR REPLACE INTO sequence_facts (sequence_id, changed_scan, read_us, representative, body)"
        " VALUES (?, ?, ?, ?, ?)",
        (sequence_id, changed_scan, now_us(), name, packed(rest)),
    )


def recorded_sequence(database: Database, sequence_id: int) -> Document | None:
    """The document of a sequence as it was stored; None where there is none, or where it was changed since."""
    row = database.row(
        "SELECT x.body, x.representative, x.read_us, q.folder_id FROM sequence_facts x JOIN sequence q"
        " ON q.id = x.sequence_id WHERE q.id = ? AND q.changed_scan = x.changed_scan",
        (sequence_id,),
    )
    if row is None:
        return None
    body, name, read_us, folder_id = row
    document: Document = unpacked(body)
    if name is not None:
        file_id = _file_in(database, folder_id, bytes(name))
        representative = None if file_id is None else recorded_document(database, file_id)
        if representative is None:
            return None
        representative.pop("recorded")
        for key in ("representative", *_OF_THE_REPRESENTATIVE):
            if document.get(key) == _SEE_THERE:
                document[key] = representative if key == "representative" else representative.get(key)
    return {**document, "recorded": rfc3339(read_us)}


def with_measured(document: Document, before: Document) -> Document:
    """A document with what an earlier one measured of the same bytes, where it measured nothing itself, or less."""
    same = _header_hash(document) == _header_hash(before)
    stats, measured = document.get("stats"), before.get("stats")
    if measured is None or not same or (stats is not None and _sample(stats) <= _sample(measured)):
        return dict(document)
    known = document.get("errors") or []
    more = [error for error in before.get("errors") or () if error not in known]
    found = {**document, "stats": measured, "errors": [*known, *more]}
    if "sequence" in document:
        old = before.get("sequence") or {}
        found["sequence"] = document["sequence"] | {name: old[name] for name in _OF_PIXELS if name in old}
    return found


def _sample(stats: Any) -> int:
    """Every how manieth block of rows statistics count, in the part where that are fewest; 1 where all are counted."""
    parts = stats.get("parts") or () if isinstance(stats, dict) else ()
    return max((int(part.get("sample") or 1) for part in parts), default=1)


def _header_hash(document: Document) -> str:
    return str((document.get("file") or {}).get("header_hash") or "")


def store_findings(database: Database, folder_id: int, asset: bytes, validation: Document) -> None:
    """Keep what a policy said of an asset in place of what it said before.

    Args:
        database: the shard.
        folder_id: the folder of the asset.
        asset: its name in it, raw bytes: that of a file, or the pattern of a sequence.
        validation: `{"policy": {"id", "version", "sha256"}, "outcome", "findings": [...]}`.
    """
    policy = validation.get("policy") or {}
    key = folder_id, asset, str(policy.get("id") or "")
    rest = {name: value for name, value in validation.items() if name != "findings"}
    database.run(
        "INSERT OR REPLACE INTO judgement (folder_id, asset, policy, version, outcome, time_us, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*key, str(policy.get("version") or ""), validation.get("outcome"), now_us(), json.dumps(rest)),
    )
    database.run("DELETE FROM finding WHERE folder_id = ? AND asset = ? AND policy = ?", key)
    database.run_many(
        "INSERT INTO finding (folder_id, asset, policy, number, rule, outcome, severity, frames, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (*key, number, *(str(found.get(name) or "") for name in _FINDING), json.dumps(found))
            for number, found in enumerate(validation.get("findings") or ())
        ],
    )


def findings_of(
    database: Database, folder_id: int, asset: bytes, *, file_id: int | None = None, sequence_id: int | None = None
) -> list[Document]:
    """What policies said of an asset, the newest first.

    Args:
        database: the shard.
        folder_id: the folder of the asset.
        asset: its name in it, as `store_findings` was told.
        file_id: its row, where it is a single file.
        sequence_id: its row, where it is a sequence.

    Returns:
        Each as it was stored, with `recorded`, the time of that, and `outdated`: whether a scan met the asset changed
        since then.
    """
    changed = changed_us(database, file_id, sequence_id)
    judged = database.rows(
        "SELECT policy, body, time_us FROM judgement WHERE folder_id = ? AND asset = ? ORDER BY time_us DESC",
        (folder_id, asset),
    )
    return [
        {
            **json.loads(body),
            "findings": [
                json.loads(found)
                for (found,) in database.rows(
                    "SELECT body FROM finding WHERE folder_id = ? AND asset = ? AND policy = ? ORDER BY number",
                    (folder_id, asset, policy),
                )
            ],
            "recorded": rfc3339(time_us),
            "outdated": time_us < changed,
        }
        for policy, body, time_us in list(judged)
    ]


def changed_us(database: Database, file_id: int | None, sequence_id: int | None) -> int:
    """When the scan began that last met a file or a sequence changed; 0 where none did."""
    table, number = ("file", file_id) if sequence_id is None else ("sequence", sequence_id)
    found = database.value(
        f"SELECT s.started_us FROM {table} x JOIN scan s ON s.id = x.changed_scan WHERE x.id = ?", (number,)
    )
    return int(found or 0)


def _entries(database: Database, file_id: int, set_id: int | None) -> list[tuple[str, str, Any]]:
    """Name, type and body of the attributes of a file in their order."""
    places = dict(set_members(database, set_id)) if set_id is not None else {}
    places.update(database.rows("SELECT place, attribute_id FROM attribute_of WHERE file_id = ?", (file_id,)))
    wanted = sorted(set(places.values()))
    bodies = {
        number: (name, kind, unpacked(body))
        for number, name, kind, body in database.rows_of(
            "SELECT id, name, type, body FROM attribute WHERE id IN ({})", wanted
        )
    }
    return [bodies[places[place]] for place in sorted(places)]


def _file_in(database: Database, folder_id: int, name: bytes) -> int | None:
    found = database.value(
        "SELECT f.id FROM block b JOIN file f ON f.id BETWEEN b.first_id AND b.last_id"
        " WHERE b.folder_id = ? AND f.name = ?",
        (folder_id, name),
    )
    return None if found is None else int(found)

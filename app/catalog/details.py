"""Everything a shard knows of one file, for a preview of it."""

from dataclasses import dataclass

from app.catalog.assets import CataloguedSequence, Judge, ShardAssets, VerdictState
from app.catalog.database import Database
from app.catalog.hashes import shown_hash
from app.catalog.inspections import recorded_facts
from app.model.facts import MediaFacts
from app.model.kinds import Category


@dataclass(frozen=True, slots=True)
class FileDetails:
    """One file as the last scan left it.

    Attributes:
        size: bytes.
        mtime_ns: nanoseconds since 1970.
        missing: whether the last scan of its folder did not find it any more.
        content_hash: `blake3:...`, or empty where it was not hashed.
        facts: of the file; of a sequence's frame that was not inspected itself, those of its nearest inspected frame.
        problem: why it could not be read; empty where all is well.
        sequence: the sequence it is a frame of, or None.
        verdict: on the file or its sequence, or None.
        verified_us: when all its bytes were read last and had the hash, microseconds since 1970; None for never.
        suspicion: why its bytes are not trusted any more; empty where nothing is suspected.
    """

    size: int
    mtime_ns: int
    category: Category
    mime: str
    missing: bool
    content_hash: str
    facts: MediaFacts | None
    problem: str
    sequence: CataloguedSequence | None
    verdict: VerdictState | None
    verified_us: int | None = None
    suspicion: str = ""


def file_details(database: Database, judge: Judge, file_id: int) -> FileDetails | None:
    """Read one file's row and what belongs to it; None where the shard has no such file.

    Raises:
        NotACatalog: the shard is damaged.
    """
    row = database.row(
        "SELECT folder_id, name, size, mtime_ns, category, mime, missed_scan, hash, sequence_id, verified_us"
        " FROM file WHERE id = ?",
        (file_id,),
    )
    if row is None:
        return None
    folder_id, name, size, mtime_ns, category, mime, missed, stored, sequence_id, verified_us = row
    assets = ShardAssets(database, judge)
    facts = _facts(database, file_id, folder_id, sequence_id)
    problem = database.value("SELECT reason FROM problem WHERE folder_id = ? AND name = ?", (folder_id, name))
    return FileDetails(
        size=size,
        mtime_ns=mtime_ns,
        category=Category(category),
        mime=mime or (facts.mime if facts else ""),
        missing=missed is not None,
        content_hash=shown_hash(stored) or "",
        facts=facts,
        problem=problem or (facts.error if facts else ""),
        sequence=assets.sequence(folder_id, sequence_id) if sequence_id is not None else None,
        verdict=assets.state_of_file(file_id, folder_id, name, sequence_id),
        verified_us=verified_us,
        suspicion=database.value("SELECT reason FROM suspect WHERE file_id = ?", (file_id,)) or "",
    )


def find_file(database: Database, path: bytes) -> int | None:
    """The row of the file at a path relative to the drive's base, raw bytes; None where the shard has none."""
    folder, _, name = path.rpartition(b"/")
    found = database.value(
        "SELECT f.id FROM folder d JOIN block b ON b.folder_id = d.id JOIN file f"
        " ON f.id BETWEEN b.first_id AND b.last_id WHERE d.path = ? AND f.name = ?",
        (folder, name),
    )
    return None if found is None else int(found)


def _facts(database: Database, file_id: int, folder_id: int, sequence_id: int | None) -> MediaFacts | None:
    own = recorded_facts(database, file_id)
    if own is not None or sequence_id is None:
        return own
    nearest = database.value(
        "SELECT f.id FROM block b JOIN file f ON f.id BETWEEN b.first_id AND b.last_id"
        " JOIN facts x ON x.file_id = f.id WHERE b.folder_id = ? AND f.sequence_id = ? AND x.error = ''"
        " ORDER BY abs(f.id - ?) LIMIT 1",
        (folder_id, sequence_id, file_id),
    )
    return None if nearest is None else recorded_facts(database, nearest)

"""When the files of a drive were read whole, and what of them is suspected."""

from dataclasses import dataclass

from app.catalog.database import Database

#: `hash_state` of a file whose hash is that of its present bytes.
_GOOD = 1


@dataclass(frozen=True, slots=True)
class VerifiedState:
    """How well the bytes of a drive are known.

    Attributes:
        files, bytes: what has a hash and can be verified.
        not_hashed: files that have none.
        oldest_us: when the file was read whole that was not read for longest; None where nothing was.
        due: of those, how many were not read since the time that was asked about.
        due_bytes: their sizes in all.
        suspects: files that are suspected of rot, or could not be read.
    """

    files: int
    bytes: int
    not_hashed: int
    oldest_us: int | None
    due: int
    due_bytes: int
    suspects: int


@dataclass(frozen=True, slots=True)
class SuspectFile:
    """One of them: its path below the drive's base in raw bytes, since when, and why."""

    path: bytes
    found_us: int
    code: str
    reason: str


def verified_state(database: Database, due_before_us: int) -> VerifiedState:
    """How well the bytes of a drive are known; `due_before_us` in microseconds since 1970."""
    row = database.row(
        f"SELECT count(*) FILTER (WHERE hash_state = {_GOOD}), sum(size) FILTER (WHERE hash_state = {_GOOD}),"
        f" count(*) FILTER (WHERE hash_state <> {_GOOD}), min(verified_us) FILTER (WHERE hash_state = {_GOOD}),"
        f" count(*) FILTER (WHERE hash_state = {_GOOD} AND coalesce(verified_us, 0) < ?1),"
        f" sum(size) FILTER (WHERE hash_state = {_GOOD} AND coalesce(verified_us, 0) < ?1)"
        " FROM file WHERE missed_scan IS NULL",
        (due_before_us,),
    ) or (0, 0, 0, None, 0, 0)
    files, size, not_hashed, oldest, due, due_bytes = row
    suspects = int(database.value("SELECT count(*) FROM suspect"))
    return VerifiedState(files, size or 0, not_hashed, oldest, due, due_bytes or 0, suspects)


def suspect_files(database: Database, limit: int) -> list[SuspectFile]:
    """The files that are suspected, the newest suspicion first."""
    return [
        SuspectFile(folder + b"/" + name if folder else name, found_us, code, reason)
        for folder, name, found_us, code, reason in database.rows(
            "SELECT d.path, f.name, s.found_us, s.code, s.reason FROM suspect s JOIN file f ON f.id = s.file_id"
            " JOIN folder d ON d.id = f.folder_id ORDER BY s.found_us DESC, f.id LIMIT ?",
            (limit,),
        )
    ]

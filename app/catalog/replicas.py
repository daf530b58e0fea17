"""Which files of which drives hold the same bytes, connected or not."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from app.catalog.catalog import Catalog
from app.catalog.database import Database
from app.catalog.dberrors import ABSENT
from app.catalog.doubts import DOUBT, note_doubts
from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.model.names import decoded, raw_name, shown
from app.model.times import rfc3339

#: `hash_state` of a file whose hash is that of its present bytes.
_GOOD = 1
#: So many files of one drive are told of a content, the best first: an empty file may lie on it a million times.
_MOST = 1000
_ALL_OF = (
    f"SELECT f.hash, d.path, f.name, f.size, f.verified_us, s.file_id IS NOT NULL AS suspect, f.id, f.mtime_ns,"
    f" {DOUBT} AS doubt FROM temp.wanted w CROSS JOIN file f ON substr(f.hash, 1, 9) = substr(w.hash, 1, 9)"
    f" AND f.hash = w.hash AND f.hash_state = {_GOOD} AND f.missed_scan IS NULL"
    " JOIN folder d ON d.id = f.folder_id LEFT JOIN suspect s ON s.file_id = f.id"
)
_OF = (
    "SELECT hash, path, name, size, verified_us, suspect, id, mtime_ns, doubt FROM (SELECT *, row_number() OVER"
    f" (PARTITION BY hash ORDER BY suspect, doubt <> '', verified_us DESC, id) AS place FROM ({_ALL_OF}))"
    " WHERE place <= ?"
)


@dataclass(frozen=True, slots=True)
class Replica:
    """A file that holds some content.

    Attributes:
        drive: where it lies.
        path: relative to the drive's base, raw bytes.
        size: in bytes.
        verified_us: when all its bytes were read last and had this hash, in microseconds since 1970 UTC.
        suspect: whether a later reading gave other bytes, or failed.
        file_id: its row in the drive's shard.
        mtime_ns: modification time when it was last scanned, signed nanoseconds.
        doubt: why it may not be there as it is known: a word of `app.catalog.doubts`; empty where nothing says so.
    """

    drive: Drive
    path: bytes
    size: int
    verified_us: int | None
    suspect: bool
    file_id: int
    mtime_ns: int = 0
    doubt: str = ""

    @property
    def absolute(self) -> str:
        """Its path as the system takes it; where it was last seen, if the drive is unplugged."""
        return f"{self.drive.base.rstrip('/')}/{decoded(self.path)}"

    def document(self) -> dict[str, Any]:
        """Its JSON."""
        document: dict[str, Any] = {
            "drive": self.drive.label,
            "place": self.drive.place or None,
            "online": self.drive.online,
            "path": f"{shown(self.drive.base).replace(chr(92), '/').rstrip('/')}/{shown(self.path)}",
            "relative_path": shown(self.path),
            "verified": rfc3339(self.verified_us) if self.verified_us else None,
            "suspect": self.suspect,
            "doubt": self.doubt or None,
        }
        encoded = raw_name(self.path)
        if encoded is not None:
            document["raw_name"] = encoded
        return document


class Replicas:
    """Looks up contents over drives. Use as a context manager: it keeps their shards open.

    Args:
        catalog: all drives.
        drives: which drives; those without a shard are left out.
        token: stops a running query.
        broken: where given, a drive whose shard cannot be read is left out and noted here with its error; else that
            error is raised.
    """

    def __init__(
        self,
        catalog: Catalog,
        drives: Iterable[Drive],
        token: CancelToken | None = None,
        broken: dict[str, AppError] | None = None,
    ) -> None:
        self._open = ExitStack()
        self._shards: list[tuple[Drive, Database]] = []
        try:
            for drive in drives:
                self._add(catalog, drive, token, broken)
        except BaseException:
            self._open.close()
            raise

    def __enter__(self) -> "Replicas":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def of(self, hashes: Sequence[bytes]) -> dict[bytes, list[Replica]]:
        """The files that hold each of these contents (stored hashes), those of the drives in their order.

        Of each drive the first thousand: those that are suspected or in doubt last, those read last before others.
        """
        found: dict[bytes, list[Replica]] = {digest: [] for digest in hashes}
        for drive, database in self._shards:
            database.run("DELETE FROM temp.wanted")
            database.run_many("INSERT OR IGNORE INTO temp.wanted VALUES (?)", [(digest,) for digest in found])
            for digest, folder, name, size, verified, suspect, file_id, mtime_ns, doubt in database.rows(_OF, (_MOST,)):
                path = folder + b"/" + name if folder else name
                found[digest].append(Replica(drive, path, size, verified, bool(suspect), file_id, mtime_ns, doubt))
        return found

    def _add(
        self, catalog: Catalog, drive: Drive, token: CancelToken | None, broken: dict[str, AppError] | None
    ) -> None:
        try:
            database = self._open.enter_context(catalog.open_shard(drive, token))
            database.run("CREATE TEMP TABLE wanted (hash BLOB NOT NULL PRIMARY KEY) WITHOUT ROWID")
            note_doubts(database)
        except AppError as error:
            if error.code == ABSENT:
                return
            if broken is None:
                raise
            broken[drive.id] = error
            return
        self._shards.append((drive, database))


def other_places(
    catalog: Catalog, drive: Drive, hashes: Iterable[bytes | None], token: CancelToken | None = None
) -> dict[bytes, list[Replica]]:
    """Where else contents lie now that a drive has, or had: on all other drives, those that cannot be read left out."""
    wanted = [digest for digest in hashes if digest is not None]
    if not wanted:
        return {}
    others = [other for other in catalog.drives() if other.id != drive.id]
    with Replicas(catalog, others, token, {}) as replicas:
        return replicas.of(wanted)

"""Which contents of a drive have no picture yet: of single files all, of a sequence its middle frame."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.catalog.database import Database
from app.media.strips import PICTURE_VERSION
from app.model.drives import Drive
from app.model.kinds import MEDIA
from app.scanning.changes import HASH_AGAIN, HASH_GOOD
from app.scanning.contents import LISTED

_PAGE = 500
_KINDS = ", ".join(str(int(kind)) for kind in MEDIA)
_KNOWN = "EXISTS (SELECT 1 FROM picture p WHERE p.hash = f.hash AND p.version >= ?)"
_WANTED = (
    f"f.missed_scan IS NULL AND f.category IN ({_KINDS}) AND f.hash IS NOT NULL AND f.size > 0"
    f" AND f.hash_state IN ({HASH_GOOD}, {HASH_AGAIN}) AND f.id NOT IN (SELECT file_id FROM gone_file)"
)
_COLUMNS = "f.id, f.folder_id, d.path, f.name, f.category, f.size, f.mtime_ns, f.hash"


@dataclass(frozen=True, slots=True)
class PictureWork:
    """How pictures of a drive are made.

    Attributes:
        drive: where.
        threads: children, 0 for one a processor.
        timeout_s: seconds that one picture may take.
        limit_bytes: of all pictures of the drive; 0 for no limit.
        long_paths: see the settings.
        scan_id: only files in folders that this generation listed; None for all.
        changed_only: of sequences, only those that this generation changed.
        pause_s: seconds between two files.
    """

    drive: Drive
    threads: int
    timeout_s: float
    limit_bytes: int
    long_paths: str
    scan_id: int | None = None
    changed_only: bool = False
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A file whose content has no picture."""

    file_id: int
    folder_id: int
    folder: bytes
    name: bytes
    category: int
    size: int
    mtime_ns: int
    hash: bytes

    @property
    def relative(self) -> bytes:
        """Its path below the drive's base."""
        return self.folder + b"/" + self.name if self.folder else self.name


class PictureRows:
    """Reads them from the shard, a page at a time.

    Args:
        database: the drive's shard.
        work: which of its files are meant.
    """

    def __init__(self, database: Database, work: PictureWork) -> None:
        self._database = database
        self._work = work
        self._scope = f" AND f.folder_id IN ({LISTED})" if work.scan_id is not None else ""
        self._bindings = () if work.scan_id is None else (work.scan_id,)

    def is_known(self, content: bytes) -> bool:
        """Whether a content was tried by these makers."""
        found = self._database.value(
            "SELECT 1 FROM picture WHERE hash = ? AND version >= ?", (content, PICTURE_VERSION)
        )
        return found is not None

    def count(self) -> int:
        """How many there are at most: contents that are shared count more than once."""
        singles = self._database.value(
            f"SELECT count(*) FROM file f WHERE f.sequence_id IS NULL AND {_WANTED}{self._scope} AND NOT {_KNOWN}",
            (*self._bindings, PICTURE_VERSION),
        )
        where, bindings = self._sequences()
        return int(singles) + int(self._database.value(f"SELECT count(*) FROM sequence q WHERE {where}", bindings))

    def rows(self) -> Iterator[PictureRow]:
        """All of them, in the order of their rows; contents that are shared come more than once."""
        last = 0
        while True:
            page = list(
                self._database.rows(
                    f"SELECT {_COLUMNS} FROM file f JOIN folder d ON d.id = f.folder_id WHERE f.id > ?"
                    f" AND f.sequence_id IS NULL AND {_WANTED}{self._scope} AND NOT {_KNOWN}"
                    f" ORDER BY f.id LIMIT {_PAGE}",
                    (last, *self._bindings, PICTURE_VERSION),
                )
            )
            if not page:
                break
            last = page[-1][0]
            yield from (PictureRow(*row) for row in page)
        yield from self._middle_frames()

    def _sequences(self) -> tuple[str, tuple[int, ...]]:
        """Which sequences are looked at, as a condition and its bindings."""
        where = "q.missed_scan IS NULL"
        if self._work.scan_id is None:
            return where, ()
        where += f" AND q.folder_id IN ({LISTED})"
        if self._work.changed_only:
            return where + " AND q.changed_scan = ?", (self._work.scan_id, self._work.scan_id)
        return where, (self._work.scan_id,)

    def _middle_frames(self) -> Iterator[PictureRow]:
        where, bindings = self._sequences()
        last = 0
        while True:
            page = list(
                self._database.rows(
                    f"SELECT q.id, q.folder_id FROM sequence q WHERE q.id > ? AND {where} ORDER BY q.id LIMIT {_PAGE}",
                    (last, *bindings),
                )
            )
            if not page:
                return
            last = page[-1][0]
            for sequence_id, folder_id in page:
                row = self._middle_frame(sequence_id, folder_id)
                if row is not None:
                    yield row

    def _middle_frame(self, sequence_id: int, folder_id: int) -> PictureRow | None:
        """The frame in the middle of those that exist; None where it is no media or has no hash."""
        frames = list(
            self._database.rows(
                "SELECT f.id FROM block b JOIN file f ON f.id BETWEEN b.first_id AND b.last_id WHERE b.folder_id = ?"
                " AND f.sequence_id = ? AND f.missed_scan IS NULL ORDER BY length(f.name), f.name",
                (folder_id, sequence_id),
            )
        )
        if not frames:
            return None
        row = self._database.row(
            f"SELECT {_COLUMNS} FROM file f JOIN folder d ON d.id = f.folder_id WHERE f.id = ? AND {_WANTED}",
            frames[len(frames) // 2],
        )
        return PictureRow(*row) if row else None

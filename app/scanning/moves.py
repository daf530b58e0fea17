"""Files that were moved or renamed on their drive: one that is new to a generation is the one that it misses.

Three kinds of evidence, the strongest first. *file id*: what the file system itself calls the file (its inode), with
the same size and time, on file systems that keep such numbers; its content is not read again. *content*: the same hash
of a file that is not empty. *name, size and time*, where nothing was hashed: the same in exactly one file on each side.
"""

from collections.abc import Iterator
from typing import Any

from app.catalog.database import Database
from app.catalog.factstoring import carry_facts
from app.catalog.past import first_id_after
from app.errors import AppError
from app.files.mounts import os_path
from app.jobs.children import ChildPool
from app.jobs.job import Job
from app.model.names import decoded, raw
from app.mounts import keeps_file_ids
from app.scanning.changes import HASH_GOOD, HASH_NONE, Tally
from app.scanning.request import ScanRequest
from app.scanning.target import Target

FILE_ID, CONTENT, NAME = "file id", "content", "name, size and time"

_STAT = "app.files.fileids:serve"
_PAGE = 2000

#: Files that the generation `:scan` sees for the first time, or again; those known to be moved are left out.
_FRESH = (
    "SELECT id FROM file WHERE id >= :first AND first_scan = :scan AND missed_scan IS NULL"
    " UNION SELECT file_id FROM past WHERE scan_id = :scan AND what = 'back'"
    " EXCEPT SELECT file_id FROM moved WHERE scan_id = :scan"
)
#: Files that it does not find any more, marked already or only noted, and that are nowhere else yet.
_GONE = (
    "SELECT id FROM file WHERE missed_scan = :scan UNION SELECT file_id FROM gone_file"
    " EXCEPT SELECT from_id FROM moved WHERE scan_id = :scan"
)

_Pair = tuple[int, int]


class Moves:
    """Recognises moved files of one generation.

    Args:
        database: the shard, open for writing.
        scan_id: the generation.
        tally: its counts: what was moved is neither new nor missing.
    """

    def __init__(self, database: Database, scan_id: int, tally: Tally) -> None:
        self._database = database
        self._scan_id = scan_id
        self._tally = tally
        self._scope = {"scan": scan_id, "first": first_id_after(database, scan_id - 1)}

    def after_walk(self, target: Target, request: ScanRequest, job: Job) -> None:
        """Recognise what can be told without reading; in transactions of its own.

        Raises:
            Cancelled: the job was stopped.
        """
        if not self._collect():
            return
        if keeps_file_ids(target.drive.passport.filesystem_type):
            self._by_file_id(target, request, job)
        if request.inventory_only:
            self._by_name(job)

    def after_hashing(self, job: Job) -> int:
        """Recognise files by their content; in transactions of its own. How many there were."""
        if not self._collect():
            return 0
        before = self._tally["moved"]
        for page in self._pages("fresh", job):
            rows = self._database.rows(
                "SELECT n.id, o.id FROM file n JOIN file o ON substr(o.hash, 1, 9) = substr(n.hash, 1, 9)"
                f" AND o.hash = n.hash WHERE n.id IN ({page}) AND n.size > 0 AND n.hash_state = {HASH_GOOD}"
                " AND o.id IN (SELECT id FROM temp.gone) ORDER BY n.name <> o.name, o.id, n.id"
            )
            self._note(list(_paired(rows)), CONTENT)
        return self._tally["moved"] - before

    def _collect(self) -> bool:
        """Set aside what is gone and, where anything is, what is new; whether there is any of both."""
        return all(self._set_aside(name, query) for name, query in (("gone", _GONE), ("fresh", _FRESH)))

    def _set_aside(self, name: str, query: str) -> bool:
        self._database.run(f"DROP TABLE IF EXISTS temp.{name}")
        self._database.run(f"CREATE TEMP TABLE {name} (id INTEGER NOT NULL PRIMARY KEY, size INTEGER)")
        self._database.run(f"INSERT INTO temp.{name} SELECT id, size FROM file WHERE id IN ({query})", self._scope)
        return bool(self._database.value(f"SELECT EXISTS (SELECT 1 FROM temp.{name})"))

    def _pages(self, table: str, job: Job) -> Iterator[str]:
        """The ids of a table of those set aside, a page at a time, as SQL."""
        last = 0
        while True:
            job.check()
            query = f"SELECT id FROM temp.{table} WHERE id > {last} ORDER BY id LIMIT {_PAGE}"
            end = self._database.value(f"SELECT max(id) FROM ({query})")
            if end is None:
                return
            yield query
            last = int(end)

    def _by_file_id(self, target: Target, request: ScanRequest, job: Job) -> None:
        """New files that have size, time and file id of one that is gone. Only those that may be are asked for."""
        self._database.run("CREATE INDEX temp.fresh_size ON fresh (size)")
        with ChildPool(_STAT, 1) as pool:
            for page in self._pages("gone", job):
                wanted = list(
                    self._database.rows(
                        "SELECT n.id, d.path, n.name, o.id, o.file_id FROM file o JOIN temp.fresh s ON s.size = o.size"
                        " JOIN file n ON n.id = s.id AND n.mtime_ns = o.mtime_ns JOIN folder d ON d.id = n.folder_id"
                        f" WHERE o.id IN ({page}) AND o.file_id IS NOT NULL"
                    )
                )
                found = self._file_ids(pool, target, request, job, {row[0]: (row[1], row[2]) for row in wanted})
                same = ((new, old) for new, _, _, old, file_id in wanted if found.get(new) == file_id)
                self._note(list(_paired(same)), FILE_ID)

    def _file_ids(
        self, pool: ChildPool, target: Target, request: ScanRequest, job: Job, entries: dict[int, tuple[bytes, bytes]]
    ) -> dict[int, int]:
        """What the file system calls these files; none of them where it does not answer in time."""
        found: dict[int, int] = {}
        if not entries:
            return found
        asked = [((), {"paths": self._paths(raw(target.drive.base), request, entries)})]
        for _, answer in pool.map(asked, job.token, float(request.op_timeout_s or 30)):
            if not isinstance(answer, AppError):
                found.update(zip(entries, answer[0][0]["ids"], strict=True))
        return found

    @staticmethod
    def _paths(base: bytes, request: ScanRequest, entries: dict[int, tuple[bytes, bytes]]) -> list[str]:
        relative = [b"/".join(part for part in entry if part) for entry in entries.values()]
        return [decoded(os_path(base, path, str(request.long_paths))) for path in relative]

    def _by_name(self, job: Job) -> None:
        """New files that have name, size and time of exactly one that is gone, where no other new one has them."""
        alike = "(SELECT count(*) FROM temp.{} s JOIN file x ON x.id = s.id WHERE s.size = n.size AND x.name = n.name)"
        for table in ("fresh", "gone"):
            self._database.run(f"CREATE INDEX IF NOT EXISTS temp.{table}_size ON {table} (size)")
        for page in self._pages("fresh", job):
            rows = self._database.rows(
                "SELECT n.id, o.id FROM file n JOIN temp.gone s ON s.size = n.size"
                " JOIN file o ON o.id = s.id AND o.name = n.name AND o.mtime_ns = n.mtime_ns"
                f" WHERE n.id IN ({page}) AND {alike.format('fresh')} = 1 AND {alike.format('gone')} = 1"
            )
            self._note(list(_paired(rows)), NAME)

    def _note(self, pairs: list[_Pair], evidence: str) -> None:
        """Keep, in a transaction, which file went where; what is known of its bytes goes with it."""
        if not pairs:
            return
        with self._database.transaction():
            marked = self._database.value(
                f"SELECT count(*) FROM file WHERE missed_scan IS NOT NULL AND id IN ({_listed(pairs)})"
            )
            self._database.run_many(
                "INSERT OR REPLACE INTO moved (file_id, from_id, scan_id, evidence) VALUES (?, ?, ?, ?)",
                [(new, old, self._scan_id, evidence) for new, old in pairs],
            )
            self._database.run_many(
                "UPDATE file SET identity = (SELECT coalesce(o.identity, o.id) FROM file o WHERE o.id = ?2)"
                " WHERE id = ?1",
                pairs,
            )
            self._carry_contents(pairs, same_bytes=evidence == FILE_ID)
            self._database.run_many("DELETE FROM temp.fresh WHERE id = ?", [(new,) for new, _ in pairs])
            self._database.run_many("DELETE FROM temp.gone WHERE id = ?", [(old,) for _, old in pairs])
            self._tally.add("moved", len(pairs))
            self._tally.add("new", -len(pairs))
            self._tally.add("missing", -int(marked))
            self._database.run("UPDATE scan SET counts = ? WHERE id = ?", (self._tally.json(), self._scan_id))

    def _carry_contents(self, pairs: list[_Pair], *, same_bytes: bool) -> None:
        """Give moved files what is known of their bytes, so that nothing of it has to be read again."""
        columns = ", ".join(("hash", "xxh3", "hash_state", "mime", "category", "verified_us", "file_id"))
        if same_bytes:
            self._database.run_many(
                f"UPDATE file SET ({columns}) = (SELECT {columns} FROM file o WHERE o.id = ?2) WHERE id = ?1"
                f" AND hash_state = {HASH_NONE} AND (SELECT hash_state FROM file o WHERE o.id = ?2) = {HASH_GOOD}",
                pairs,
            )
            self._database.run_many("UPDATE OR IGNORE suspect SET file_id = ?1 WHERE file_id = ?2", pairs)
        carry_facts(self._database, pairs)


def _paired(rows: Iterator[tuple[Any, ...]]) -> Iterator[_Pair]:
    """Each new file with one that is gone, each of either once."""
    news: set[int] = set()
    olds: set[int] = set()
    for new, old in rows:
        if new not in news and old not in olds:
            news.add(new)
            olds.add(old)
            yield new, old


def _listed(pairs: list[_Pair]) -> str:
    """The files that are gone, as SQL."""
    return ", ".join(str(old) for _, old in pairs)

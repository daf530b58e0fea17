"""Shards that stay open between two requests.

Opening a shard costs more than most queries. One that lies open is lent to one request at a time, and opened anew
where the file is another one than it was.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import apsw

from app.catalog.catalog import Catalog
from app.catalog.database import Database
from app.jobs.job import CancelToken
from app.model.drives import Drive

#: Shards of one drive that stay open.
_KEPT_A_DRIVE = 8
#: Seconds after which one that nobody asked for is closed.
IDLE_S = 30.0

#: A file that was written less than this long ago may be written again without a later time.
SETTLED_NS = 2_000_000_000


class _Kept(NamedTuple):
    database: Database
    file: tuple[int, int]
    since: float


class OpenShards:
    """Lends the shards of a catalogue, open for queries. Calls may come from any thread.

    Args:
        catalog: opens them.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._guard = threading.Lock()
        self._kept: dict[Path, list[_Kept]] = {}

    @contextmanager
    def open_shard(self, drive: Drive, token: CancelToken | None = None) -> Iterator[Database]:
        """Lend a drive's shard; its queries stop when the token is cancelled. Raises as `Catalog.open_shard`."""
        token = token or CancelToken()
        path = self._catalog.shard_path(drive.id)
        file = _identity(path)
        database = self._taken(path, file) or self._catalog.open_shard(drive, token)
        database.token = token
        try:
            yield database
        except BaseException:
            database.close()
            raise
        self._give_back(path, file, database)

    def state(self, drive: Drive) -> tuple[int, ...] | None:
        """What changes with the records of a drive; None while they are being written."""
        path = self._catalog.shard_path(drive.id)
        found: list[int] = []
        for part in (path, path.with_name(path.name + "-wal")):
            try:
                status = part.stat()
            except FileNotFoundError:
                found += (0, 0, 0)
                continue
            if time.time_ns() - status.st_mtime_ns < SETTLED_NS:
                return None
            found += (status.st_ino, status.st_size, status.st_mtime_ns)
        return tuple(found)

    def close_idle(self, idle_s: float = IDLE_S) -> None:
        """Close those that nobody asked for in so many seconds, so that they keep nobody else from a file."""
        before = time.monotonic() - idle_s
        old: list[_Kept] = []
        with self._guard:
            for known in self._kept.values():
                old += [kept for kept in known if kept.since <= before]
                known[:] = [kept for kept in known if kept.since > before]
        for kept in old:
            kept.database.close()

    def _taken(self, path: Path, file: tuple[int, int] | None) -> Database | None:
        """One that lies open; those of a file that was there before are closed."""
        found: Database | None = None
        others: list[_Kept] = []
        with self._guard:
            known = self._kept.get(path, [])
            while known and found is None:
                kept = known.pop()
                if kept.file == file:
                    found = kept.database
                else:
                    others.append(kept)
        for kept in others:
            kept.database.close()
        return found

    def _give_back(self, path: Path, file: tuple[int, int] | None, database: Database) -> None:
        """Keep it for the next one, unless a query still holds on to how the shard was."""
        if file is not None and database.connection.txn_state() == apsw.SQLITE_TXN_NONE:
            with self._guard:
                known = self._kept.setdefault(path, [])
                if len(known) < _KEPT_A_DRIVE:
                    known.append(_Kept(database, file, time.monotonic()))
                    return
        database.close()


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file a shard is now. Where its folder cannot be written, a change shows by its time alone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, 0 if os.access(path.parent, os.W_OK) else status.st_mtime_ns

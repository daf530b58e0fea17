"""What drives have recorded as wrong with files that are still as they were then, so that a shallower look passes none.

What a measurement found, such as frames that cannot be decoded, no header tells.
"""

import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any

from app.catalog.catalog import Catalog
from app.catalog.database import Database
from app.catalog.dberrors import ABSENT
from app.catalog.details import find_file
from app.catalog.inspections import recorded_document
from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.model.names import raw
from app.model.times import rfc3339_ns

_DAMAGED = (
    "SELECT f.size, f.mtime_ns FROM file f JOIN facts x ON x.file_id = f.id"
    " WHERE f.id = ? AND f.missed_scan IS NULL AND x.error <> ''"
)


class KnownDamage:
    """Asks the records of drives. Use as a context manager, in one thread.

    Args:
        catalog: opens the shards.
        drives: of whose files something may be known.
        token: stops a query.
        named: whether somebody asked for the drive; records that cannot be used are an error then, else nothing is
            known by them: that they cannot be used is told where findings are kept.
    """

    def __init__(self, catalog: Catalog, drives: Iterable[Drive], token: CancelToken, *, named: bool = False) -> None:
        self._named = named
        self._catalog = catalog
        self._token = token
        self._drives = sorted(drives, key=lambda drive: len(drive.base), reverse=True)
        self._shards: dict[str, Database | None] = {}
        self._open = ExitStack()

    def __enter__(self) -> "KnownDamage":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def added(self, path: str, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """The document of a file with the errors that were recorded of it, each with `recorded`, the time of that.

        Args:
            path: of the file, absolute.
            document: as it was read now.

        Raises:
            AppError: the records of a drive that was named cannot be used.
        """
        file = document.get("file") or {}
        for drive, below in self._places(path):
            database = self._shard(drive)
            file_id = None if database is None else find_file(database, below)
            if database is None or file_id is None:
                continue
            seen = database.row(_DAMAGED, (file_id,))
            if seen is None or (seen[0], rfc3339_ns(seen[1])) != (file.get("size_bytes"), file.get("mtime")):
                return document
            return _with_errors(document, recorded_document(database, file_id) or {})
        return document

    def _places(self, path: str) -> Iterable[tuple[Drive, bytes]]:
        """The drives that a path may lie on, the deepest first, and its path below their bases."""
        for whole in dict.fromkeys((os.path.realpath(path), path)):
            for drive in self._drives:
                for base in dict.fromkeys((os.path.realpath(drive.base), drive.base.rstrip("/\\"))):
                    if whole.startswith(base.rstrip("/\\") + os.sep):
                        yield drive, raw(whole[len(base.rstrip("/\\")) + 1 :].replace(os.sep, "/"))

    def _shard(self, drive: Drive) -> Database | None:
        if drive.id not in self._shards:
            try:
                self._shards[drive.id] = self._open.enter_context(self._catalog.open_shard(drive, self._token))
            except AppError as error:
                if self._named and error.code != ABSENT:
                    raise
                self._shards[drive.id] = None
        return self._shards[drive.id]


def _with_errors(document: Mapping[str, Any], recorded: Mapping[str, Any]) -> Mapping[str, Any]:
    now = list(document.get("errors") or ())
    known = {(error.get("code"), error.get("message")) for error in now}
    more = [
        {**error, "recorded": recorded["recorded"]}
        for error in recorded.get("errors") or ()
        if (error.get("code"), error.get("message")) not in known
    ]
    return {**document, "errors": [*now, *more]} if more else document

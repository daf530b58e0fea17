"""Facts in a folder of Parquet files: `TABLE/slot=XX/facts.parquet`, which DuckDB, Spark or pandas read as tables.

The slot is the first byte of a hash of the file's folder, so that the frames of a sequence lie together and a commit
rewrites few files. Each Parquet file is replaced whole; `files` comes last, so that a commit that a power cut stops is
mended by the next ingestion of the same media. One writer at a time holds the folder's lock.
"""

import hashlib
import posixpath
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

from app.errors import InputError, UsageError
from app.jobs.filelock import hold_file_lock
from app.jobs.job import CancelToken
from app.model.names import shown
from app.model.sinktables import FILES, STATS, TABLES, Columns, FactTable
from app.services.arrowtables import arrow, batch_of, schema_of
from app.services.pending import STATE, Commit, PendingSink
from app.services.protocols import Stored
from app.wholefile import cannot_write, new_whole_file

_LOCK = ".reelmark.lock"
_WAIT_S = 60.0
_FILE = "facts.parquet"
_BATCH_ROWS = 16_384
_ROW_GROUP = 65_536


class ParquetSink(PendingSink):
    """A folder of Parquet files. Use as a context manager.

    Args:
        folder: made where it is absent.
        token: cancels waiting for another writer.
        wait_s: how long to wait for one.

    Raises:
        MissingPart: pyarrow is not installed.
        InputError: the folder cannot be made.
    """

    name = "parquet"

    def __init__(self, folder: Path, token: CancelToken | None = None, *, wait_s: float = _WAIT_S) -> None:
        super().__init__()
        arrow()
        self._folder = folder
        self._token = token or CancelToken()
        self._wait_s = wait_s
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(folder, error) from error

    def _store(self, commit: Commit) -> Stored:
        slots: dict[str, set[str]] = {}
        files = commit.rows(FILES.name, set(commit.moments))
        for file_id, path in zip(files["file_id"], files["path"], strict=True):
            slots.setdefault(slot_of(path), set()).add(file_id)
        done = Stored()
        with hold_file_lock(self._folder / _LOCK, self._token, self._wait_s):
            for slot, ids in sorted(slots.items()):
                done += self._replace(slot, ids, commit)
            self._make_empty_tables()
        return done

    def _replace(self, slot: str, ids: set[str], commit: Commit) -> Stored:
        """Write the rows of these files into their slot, unless it knows newer ones."""
        newer = {
            file_id for file_id, moment in self._recorded(slot, ids) if moment > commit.moments[file_id]
        }  # fmt: skip
        wanted = ids - newer
        rows: dict[str, int] = {}
        if wanted:
            measured = wanted - self._measured_before(slot, wanted, commit)
            for table in (*TABLES[1:], FILES):
                some = measured if table.name == STATS.name else wanted
                rows[table.name] = self._rewrite(table, slot, some, commit.rows(table.name, some))
        return Stored({table.name: rows[table.name] for table in TABLES if table.name in rows}, len(newer))

    def _recorded(self, slot: str, ids: set[str]) -> Iterator[tuple[str, int]]:
        """Which of these files are recorded, and when they were inspected."""
        path = self._path(FILES, slot)
        for batch in _batches(path, ["file_id", "inspected_at"]):
            moments = batch.column("inspected_at").cast("int64").to_pylist()
            for file_id, moment in zip(batch.column("file_id").to_pylist(), moments, strict=True):
                if file_id in ids:
                    yield file_id, moment or 0

    def _measured_before(self, slot: str, ids: set[str], commit: Commit) -> set[str]:
        """Which of these files are as they were recorded, and now come without statistics: theirs stay."""
        now = commit.states(ids)
        return {
            row["file_id"]
            for batch in _batches(self._path(FILES, slot), ["file_id", *STATE])
            for row in batch.set_column(2, "mtime", batch.column("mtime").cast("int64")).to_pylist()
            if row["file_id"] in now and now[row["file_id"]] == tuple(row[name] for name in STATE)
        }

    def _rewrite(self, table: FactTable, slot: str, ids: set[str], columns: Columns) -> int:
        """Replace the rows of these files in one Parquet file; how many there are now of them."""
        path = self._path(table, slot)
        schema = schema_of(table)
        added = batch_of(table, columns)
        if added.num_rows or path.exists():
            self._write(path, schema, _grouped(_without(ids, path, schema), added))
        return int(added.num_rows)

    def _write(self, path: Path, schema: Any, tables: Iterator[Any]) -> None:
        import pyarrow.parquet as pq

        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _sweep(path)
        except OSError as error:
            raise cannot_write(path, error) from error
        with new_whole_file(path) as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for table in tables:
                writer.write_table(table, row_group_size=_ROW_GROUP)

    def _make_empty_tables(self) -> None:
        """A table without rows has a file too, so that a query over it finds its columns."""
        for table in TABLES:
            if not any((self._folder / table.name).glob(f"*/{_FILE}")):
                self._write(self._path(table, "00"), schema_of(table), iter(()))

    def _path(self, table: FactTable, slot: str) -> Path:
        return self._folder / table.name / f"slot={slot}" / _FILE


def slot_of(path: str) -> str:
    """The slot of a file: two hexadecimal digits of a hash of its folder."""
    return hashlib.blake2b(posixpath.dirname(path).encode("utf-8", "surrogatepass"), digest_size=1).hexdigest()


def _batches(path: Path, columns: list[str] | None = None) -> Iterator[Any]:
    """The record batches of a Parquet file, a bounded number of rows each; none where there is no file.

    Raises:
        InputError: it is damaged.
    """
    pa = arrow()
    import pyarrow.parquet as pq

    if not path.exists():
        return
    try:
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(_BATCH_ROWS, columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"{shown(str(path))} cannot be read as Parquet: {error}",
            hint="Move that file away and ingest its media again.",
            code="sink.damaged",
        ) from error


def _without(ids: set[str], path: Path, schema: Any) -> Iterator[Any]:
    """The rows of other files, as tables of today's columns: a column that is new is null in old rows."""
    pa = arrow()
    import pyarrow.compute as pc

    gone = pa.array(sorted(ids), pa.string())
    for batch in _batches(path):
        kept = batch.filter(pc.invert(pc.is_in(batch.column("file_id"), value_set=gone)))
        if kept.num_rows:
            names = set(kept.schema.names)
            arrays = [
                kept.column(field.name).cast(field.type) if field.name in names else pa.nulls(len(kept), field.type)
                for field in schema
            ]
            yield pa.Table.from_arrays(arrays, schema=schema)


def _grouped(kept: Iterator[Any], added: Any) -> Iterator[Any]:
    """What was kept and what is added, joined to the size of a row group, so that files do not fall into crumbs."""
    pa = arrow()
    waiting: list[Any] = []
    for table in chain(kept, [pa.Table.from_batches([added])]):
        waiting.append(table)
        if sum(part.num_rows for part in waiting) >= _ROW_GROUP:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def _sweep(path: Path) -> None:
    """Remove what a writer that died left beside the file; nobody else writes here while the lock is held."""
    for left in path.parent.glob(f".{path.name}.*.reelmark.tmp"):
        with suppress(FileNotFoundError):
            left.unlink()


def parquet_folder(text: str) -> Path:
    """The folder that `parquet:FOLDER` names. Raises UsageError where it names none."""
    folder = text.removeprefix("parquet:").removeprefix("//")
    if not folder:
        raise UsageError("parquet: needs a folder", hint="Write parquet:/path/to/folder.")
    return Path(folder).expanduser().absolute()

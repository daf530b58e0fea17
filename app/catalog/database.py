"""Opening an SQLite file of ours, safely, through Peewee's APSW driver."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import apsw
from playhouse.apsw_ext import APSWDatabase

from app.catalog.copies import keep_copy
from app.catalog.dberrors import OLDER, absent, damaged, database_errors
from app.catalog.schema import Schema
from app.errors import NotACatalog
from app.jobs.job import CancelToken
from app.paths import may_write

_BUSY_TIMEOUT_S = 5.0
_CHECK_EVERY_STEPS = 20_000
_KEYS_AT_ONCE = 500
_MAGIC = b"SQLite format 3\0"


class Database:
    """One connection, used by one thread at a time, whichever that is.

    Args:
        path: the file; made when it does not exist, unless `read_only`.
        schema: what it must hold; an older file is upgraded, behind a copy of it.
        read_only: for queries; never writes, not even a journal where the folder is read-only.
        durable: whether each commit survives a power cut (a verdict does; a batch of a scan is redone instead).
        wal: whether readers and a writer may work at once; only on a local disk.
        token: interrupts a running statement when it is cancelled.

    Raises:
        NotACatalog: not ours, not readable, or newer than this program.
        RecordsBroken: damaged.
        HeldByAnother: locked by somebody else.
    """

    def __init__(
        self,
        path: Path,
        schema: Schema,
        *,
        read_only: bool = False,
        durable: bool = False,
        wal: bool = True,
        token: CancelToken | None = None,
    ) -> None:
        self.path = path
        self.schema = schema
        self.token = token
        _check_header(path, schema, must_exist=read_only)
        with database_errors(path, schema):
            frozen = read_only and _cannot_share_memory(path)
            if frozen:
                _refuse_unfinished(path, schema)
            try:
                self._connect(read_only, durable, wal, frozen=frozen)
            except (apsw.IOError, apsw.FullError, apsw.CantOpenError):
                if not read_only or frozen or _unfinished(path):
                    raise
                self._connect(read_only, durable, wal, frozen=True)  # a full disk takes no index of WAL
            except apsw.ReadOnlyError:
                if not read_only or frozen:
                    raise
                _undo_half_done(path)
                self._connect(read_only, durable, wal, frozen=False)
            if token is not None:
                self.connection.set_progress_handler(self._cancelled, _CHECK_EVERY_STEPS)

    def _connect(self, read_only: bool, durable: bool, wal: bool, *, frozen: bool) -> None:
        self.peewee = self._open(read_only, frozen)
        self.connection: apsw.Connection = self.peewee.connection()
        try:
            self._prepare(read_only, durable, wal)
        except BaseException:
            self.peewee.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        if not self.peewee.is_closed():
            with database_errors(self.path, self.schema):
                self.peewee.close()

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def rows(self, sql: str, bindings: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Run a statement and yield its rows."""
        with database_errors(self.path, self.schema, self.token):
            yield from self.connection.execute(sql, bindings)

    def rows_of(self, sql: str, keys: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        """The rows of a query for any number of keys, some hundred at a time; `{}` in it stands for them."""
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = keys[start : start + _KEYS_AT_ONCE]
            yield from self.rows(sql.format(", ".join("?" * len(some))), some)

    def next_id(self, table: str) -> int:
        """The number that SQLite would give to the next row of a table."""
        return int(self.value(f"SELECT coalesce(max(id), 0) + 1 FROM {table}"))

    def row(self, sql: str, bindings: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of a statement, or None."""
        return next(self.rows(sql, bindings), None)

    def value(self, sql: str, bindings: Sequence[Any] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.row(sql, bindings)
        return row[0] if row else None

    def run(self, sql: str, bindings: Sequence[Any] | dict[str, Any] = ()) -> None:
        """Run a statement that gives no rows."""
        with database_errors(self.path, self.schema, self.token):
            self.connection.execute(sql, bindings)

    def run_many(self, sql: str, bindings: Sequence[Sequence[Any]]) -> None:
        """Run a statement for each tuple of bindings."""
        if bindings:
            with database_errors(self.path, self.schema, self.token):
                self.connection.executemany(sql, bindings)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One transaction: commits at the end, rolls back on anything that is raised, cancelling included."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._roll_back()
            raise
        try:
            self.run("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def outlive_token(self) -> None:
        """Stop obeying the token, to note how a cancelled job ended."""
        self.token = None
        self.connection.set_progress_handler(None)

    def _roll_back(self) -> None:
        if self.connection.in_transaction:
            with suppress(apsw.Error):
                self.connection.execute("ROLLBACK")

    def _cancelled(self) -> bool:
        return self.token is not None and self.token.cancelled

    def _open(self, read_only: bool, frozen: bool) -> APSWDatabase:
        """A connection; a `frozen` one takes it that nobody writes, and writes nothing beside the file itself."""
        if not read_only:
            flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
            return APSWDatabase(str(self.path), flags=flags, timeout=_BUSY_TIMEOUT_S, thread_safe=False)
        name, flags = str(self.path), apsw.SQLITE_OPEN_READONLY
        if frozen:
            name, flags = self.path.absolute().as_uri() + "?immutable=1", flags | apsw.SQLITE_OPEN_URI
        return APSWDatabase(name, flags=flags, timeout=_BUSY_TIMEOUT_S, thread_safe=False)

    def _prepare(self, read_only: bool, durable: bool, wal: bool) -> None:
        """See whether it is ours before anything in it is touched, then bring it up to date."""
        version = self._version()
        if read_only and not version:
            raise absent(self.path)
        if read_only and version < len(self.schema.steps):
            raise NotACatalog(
                f"{self.path} was made by an older version",
                hint="It is upgraded as soon as it is opened in a working directory that can be written.",
                code=OLDER,
            )
        self._configure(read_only, durable, wal)
        if not read_only:
            self._upgrade(version)

    def _configure(self, read_only: bool, durable: bool, wal: bool) -> None:
        run = self.connection.execute
        run("PRAGMA cache_size=-32768")
        run("PRAGMA temp_store=MEMORY")
        run("PRAGMA foreign_keys=ON")
        if read_only:
            return
        run(f"PRAGMA journal_mode={'WAL' if wal else 'DELETE'}")
        run("PRAGMA journal_size_limit=67108864")
        run(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")

    def _version(self) -> int:
        with self.connection:  # one moment of the file, which another process may be making just now
            tables = self._pragma("SELECT count(*) FROM sqlite_schema")
            version = int(self._pragma("PRAGMA user_version"))
            application_id = self._pragma("PRAGMA application_id")
        if application_id != self.schema.application_id and (tables or version):
            raise NotACatalog(
                f"{self.path} is not a Reelmark {self.schema.name}",
                hint="Choose a file that Reelmark made, or move this one away.",
            )
        if version > len(self.schema.steps):
            raise NotACatalog(
                f"{self.path} was made by a newer version of Reelmark (format {version}, this one knows "
                f"{len(self.schema.steps)})",
                hint="Update Reelmark on this workstation.",
                code="catalog.newer",
            )
        return version

    def _pragma(self, sql: str) -> Any:
        row = self.connection.execute(sql).fetchone()
        return row[0] if row else None

    def _upgrade(self, version: int) -> None:
        if version and version < len(self.schema.steps):
            keep_copy(self.connection, self.path, self.schema, version)
        steps = range(version, len(self.schema.steps))
        if not version:
            with self.transaction():  # a new one is all there at once: nobody may take it for that of an older version
                for number in steps:
                    self._take_step(number)
            return
        for number in steps:
            with self.transaction():
                self._take_step(number)

    def _take_step(self, number: int) -> None:
        """Take one step of the schema, unless another process did meanwhile."""
        if int(self._pragma("PRAGMA user_version")) > number:
            return
        for statement in self.schema.steps[number].split(";\n"):
            if statement.strip():
                self.connection.execute(statement)
        self.connection.execute(f"PRAGMA application_id={self.schema.application_id}")
        self.connection.execute(f"PRAGMA user_version={number + 1}")


def _check_header(path: Path, schema: Schema, *, must_exist: bool) -> None:
    """Refuse what is no SQLite file. An empty one is as good as none: a process that died while it made it leaves one.

    Raises:
        NotACatalog: it cannot be read, or is not there and must be.
        RecordsBroken: it is something else.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except FileNotFoundError:
        magic = b""
    except OSError as error:
        raise NotACatalog(
            f"{schema.name} {path} cannot be read: {error.strerror}",
            hint="Check its permissions and the disk it lies on.",
        ) from error
    if not magic and must_exist:
        raise absent(path)
    if magic and magic != _MAGIC:
        raise damaged(path, schema, "it is no SQLite database")


def _cannot_share_memory(path: Path) -> bool:
    """Whether a reader could not use WAL here: the folder takes no new file and no writer left its index behind."""
    return not path.with_name(path.name + "-shm").exists() and not may_write(path.parent)


def _unfinished(path: Path) -> bool:
    """Whether a log of commits, or what undoes one half done, lies beside the database."""
    logs = (path.with_name(path.name + end) for end in ("-wal", "-journal"))
    return any(log.exists() and log.stat().st_size > 0 for log in logs)


def _undo_half_done(path: Path) -> None:
    """Let SQLite undo what a writer without WAL left half done when it was killed; a reader may not."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.set_busy_timeout(round(1000 * _BUSY_TIMEOUT_S))
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    finally:
        connection.close()


def _refuse_unfinished(path: Path, schema: Schema) -> None:
    """Refuse a database whose last commits lie in a log that cannot be used without writing beside it."""
    if _unfinished(path):
        raise NotACatalog(
            f"{schema.name} {path} was not closed cleanly and lies in a folder that cannot be written",
            hint="Copy it, with the -wal or -journal file beside it, to a folder that can be written.",
            code="catalog.unclosed",
        )


def peewee_query(database: Database, query: Any) -> Any:
    """Run a Peewee query on this connection; models are not bound, since every shard has the same ones."""
    with database_errors(database.path, database.schema):
        return query.execute(database.peewee)


class BulkInsert:
    """Collects rows and writes them with as many to a statement as SQLite binds.

    One statement of some hundred rows is more than twice as fast as a statement a row.
    """

    def __init__(self, database: Database, table: str, columns: Sequence[str], rows_per_statement: int = 500) -> None:
        self._database = database
        self._count = rows_per_statement
        self._width = len(columns)
        head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "
        one = "(" + ", ".join("?" * self._width) + ")"
        self._one = head + one
        self._many = head + ", ".join([one] * self._count)

    def write(self, values: list[Any]) -> None:
        """Write flat `values`: the columns of the first row, of the second, and so on."""
        step = self._count * self._width
        whole = len(values) - len(values) % step
        execute: Callable[..., Any] = self._database.connection.execute
        with database_errors(self._database.path, self._database.schema, self._database.token):
            for start in range(0, whole, step):
                execute(self._many, values[start : start + step])
            for start in range(whole, len(values), self._width):
                execute(self._one, values[start : start + self._width])

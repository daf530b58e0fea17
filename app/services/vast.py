"""Facts in a VAST DataBase, through the package `vastdb` (2.1): one transaction a commit.

Written against the signatures of the package and tried with a stand-in that has the same ones; no cluster was reached.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from app.errors import ServiceError
from app.model.sinktables import FILES, STATS, TABLES, FactTable
from app.services.arrowtables import arrow, batch_of, schema_of
from app.services.extras import missing_extra
from app.services.pending import STATE, Commit, PendingSink
from app.services.protocols import Stored

Done = TypeVar("Done")

DEFAULT_SCHEMA = "exr_metadata"
ROW_ID = "$row_id"
_TRIES = 5
_IDS_AT_ONCE = 500
_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class VastPlace:
    """Where the tables lie, and the keys to them."""

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str
    schema: str = DEFAULT_SCHEMA

    def __repr__(self) -> str:
        """Without the keys."""
        return f"VastPlace({self.endpoint!r}, bucket={self.bucket!r}, schema={self.schema!r})"


def vast_place(environ: Mapping[str, str]) -> VastPlace:
    """What `VAST_DB_ENDPOINT`, `_ACCESS_KEY`, `_SECRET_KEY`, `_BUCKET` and `_SCHEMA` say.

    Raises:
        ServiceError: one that is needed is not set.
    """
    names = ("VAST_DB_ENDPOINT", "VAST_DB_ACCESS_KEY", "VAST_DB_SECRET_KEY", "VAST_DB_BUCKET")
    missing = [name for name in names if not environ.get(name)]
    if missing:
        raise ServiceError(
            f"The VAST DataBase is not configured: not set are {', '.join(missing)}.",
            hint="Set these variables; docs/sinks.md lists all of them.",
            code="auth.missing",
            context={"missing": missing},
        )
    endpoint, access, secret, bucket = (environ[name] for name in names)
    return VastPlace(endpoint, access, secret, bucket, environ.get("VAST_DB_SCHEMA") or DEFAULT_SCHEMA)


def open_vast(place: VastPlace) -> "VastSink":
    """Connect.

    Raises:
        MissingPart: the package is not installed.
        ServiceError: the endpoint cannot be reached or refuses.
    """
    try:
        import vastdb
        import vastdb.errors
    except ImportError as error:
        raise missing_extra("A VAST DataBase needs", "vastdb", "vast") from error
    try:
        session = vastdb.connect(
            endpoint=place.endpoint, access=place.access_key, secret=place.secret_key, timeout=_TIMEOUT_S
        )
    except (vastdb.errors.HttpError, vastdb.errors.ConnectionError, OSError, ValueError) as error:
        raise _refused(error, place) from error
    return VastSink(session, vastdb.errors, place)


class VastSink(PendingSink):
    """Tables in a schema of a VAST DataBase, made where they are absent. Use as a context manager.

    Two transactions that store the same new file at once may both succeed, since the store knows no unique keys: its
    rows then stand twice until the file is stored again, which removes all that is there.

    Args:
        session: `vastdb.connect(…)`.
        errors: the module `vastdb.errors`.
        place: bucket and schema.
        sleep: waits between tries of a transaction that lost a conflict.
    """

    name = "vast"

    def __init__(
        self, session: Any, errors: Any, place: VastPlace, *, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        super().__init__()
        arrow("vast")
        self._session = session
        self._errors = errors
        self._place = place
        self._sleep = sleep
        self._ready = False

    def prepare(self) -> tuple[str, ...]:
        """Make the schema and its tables, with today's columns; the names of the tables.

        Raises:
            ServiceError: it failed.
        """
        self._in_transaction(self._made_tables)
        return tuple(table.name for table in TABLES)

    def _store(self, commit: Commit) -> Stored:
        return self._in_transaction(lambda schema: self._replace(schema, commit))

    def _in_transaction(self, work: Callable[[Any], Done]) -> Done:
        """Run it in a transaction, again where that lost a conflict or the store was busy for a moment."""
        errors = self._errors
        again = (
            errors.Conflict, errors.Exists, errors.ServiceUnavailable, errors.RequestTimeout,
            errors.InternalServerError,
        )  # fmt: skip
        failures = (
            errors.HttpError, errors.Missing, errors.NotSupported, errors.InvalidArgument, errors.ConnectionError,
        )  # fmt: skip
        for attempt in range(1, _TRIES + 1):
            try:
                with self._session.transaction() as transaction:
                    done = work(self._schema(transaction))
            except again as error:
                if attempt == _TRIES:
                    raise _refused(error, self._place) from error
                self._sleep(min(8.0, 0.1 * 2**attempt) * (0.5 + random.random() / 2))
            except failures as error:
                raise _refused(error, self._place) from error
            else:
                self._ready = True
                return done
        raise AssertionError

    def _schema(self, transaction: Any) -> Any:
        bucket = transaction.bucket(self._place.bucket)
        if self._ready:
            return bucket.schema(self._place.schema)
        return bucket.create_schema(self._place.schema, fail_if_exists=False)

    def _made_tables(self, schema: Any) -> dict[str, Any]:
        return {table.name: self._table(schema, table) for table in TABLES}

    def _table(self, schema: Any, table: FactTable) -> Any:
        """The table, made or widened by the columns that it lacks."""
        wanted = schema_of(table, fixed_vectors=True)
        if self._ready:
            return schema.table(table.name)
        found = schema.create_table(table.name, wanted, fail_if_exists=False)
        there = set(found.arrow_schema.names)
        lacking = [field for field in wanted if field.name not in there]
        if lacking:
            found.add_column(arrow().schema(lacking))
        return found

    def _replace(self, schema: Any, commit: Commit) -> Stored:
        tables = self._made_tables(schema)
        ids = set(commit.moments)
        newer = {
            file_id
            for file_id, moment in self._recorded(tables[FILES.name], sorted(ids))
            if moment > commit.moments[file_id]
        }
        wanted = ids - newer
        rows = {}
        measured = wanted - self._measured_before(tables[FILES.name], wanted, commit)
        for table in TABLES:
            some = measured if table.name == STATS.name else wanted
            rows[table.name] = self._rewrite(tables[table.name], table, some, commit)
        return Stored(rows, len(newer))

    def _recorded(self, table: Any, ids: list[str]) -> Iterator[tuple[str, int]]:
        for some in _chunks(ids):
            found = table.select(columns=["file_id", "inspected_at"], predicate=table["file_id"].isin(some)).read_all()
            moments = found.column("inspected_at").cast("int64").to_pylist()
            yield from zip(found.column("file_id").to_pylist(), (moment or 0 for moment in moments), strict=True)

    def _measured_before(self, table: Any, ids: set[str], commit: Commit) -> set[str]:
        """Which of these files are as they were recorded, and now come without statistics: theirs stay."""
        now = commit.states(ids)
        same = set()
        for some in _chunks(sorted(now)):
            found = table.select(columns=["file_id", *STATE], predicate=table["file_id"].isin(some)).read_all()
            moments = found.column("mtime").cast("int64").to_pylist()
            states = zip(found.column("size_bytes").to_pylist(), moments, found.column("header_hash").to_pylist(),
                         strict=True)  # fmt: skip
            same |= {name for name, state in zip(found.column("file_id").to_pylist(), states, strict=True)
                     if now[name] == state}  # fmt: skip
        return same

    def _rewrite(self, table: Any, declared: FactTable, ids: set[str], commit: Commit) -> int:
        for some in _chunks(sorted(ids)):
            predicate = table["file_id"].isin(some)
            old = table.select(columns=["file_id"], predicate=predicate, internal_row_id=True).read_all()
            if old.num_rows:
                table.delete(old.select([ROW_ID]))
        added = batch_of(declared, commit.rows(declared.name, ids), schema_of(declared, fixed_vectors=True))
        if added.num_rows:
            table.insert(added)
        return int(added.num_rows)


def _chunks(ids: list[str]) -> Iterator[list[str]]:
    """The ids, as many at a time as one query may name."""
    waiting = iter(ids)
    while some := list(islice(waiting, _IDS_AT_ONCE)):
        yield some


def _refused(error: Exception, place: VastPlace) -> ServiceError:
    """What the store said, as an error of ours."""
    status = getattr(error, "status", None)
    reason = getattr(error, "message", None) or getattr(error, "code", None) or str(error) or type(error).__name__
    where = f"{place.endpoint}, bucket {place.bucket}, schema {place.schema}"
    code, hint = "adapter.unavailable", "Look at the cluster and try again; what is stored stays as it was."
    if status == 403:
        code, hint = "auth.denied", "Check the keys, and that the identity policy allows tabular access to the bucket."
    elif type(error).__name__ == "MissingBucket":
        code, hint = "adapter.rejected", "Make a database-enabled bucket of that name, or set VAST_DB_BUCKET."
        reason = "there is no such bucket"
    elif status == 409:
        code, hint = "state.conflict", "Others write the same rows. Try again."
    return ServiceError(
        f"The VAST DataBase ({where}) failed: {reason}", hint=hint, code=code, context={"status": status}
    )

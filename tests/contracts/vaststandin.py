"""A VAST DataBase in memory, with the signatures of `vastdb` 2.1: transactions on Arrow tables.

A transaction works on a snapshot; when somebody else has committed to a table that it wrote, its own commit is refused
with a conflict, as the store does.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace, TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

ROW_ID = "$row_id"


class HttpError(Exception):
    status = 500

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class Conflict(HttpError):
    status = 409


class Forbidden(HttpError):
    status = 403


class ServiceUnavailable(HttpError):
    status = 503


class RequestTimeout(HttpError):
    status = 408


class InternalServerError(HttpError):
    status = 500


class Missing(Exception):
    pass


class MissingBucket(Missing):
    pass


class Exists(Exception):
    pass


class NotSupported(Exception):
    pass


class InvalidArgument(Exception):
    pass


class ConnectionError(Exception):  # noqa: A001 - its name in the package
    pass


ERRORS = SimpleNamespace(
    **{
        kind.__name__: kind
        for kind in (
            HttpError, Conflict, Forbidden, ServiceUnavailable, RequestTimeout, InternalServerError, Missing,
            MissingBucket, Exists, NotSupported, InvalidArgument, ConnectionError,
        )
    }
)  # fmt: skip


@dataclass
class Stored:
    """A table: its rows with their ids, and how often it was committed to."""

    rows: pa.Table
    next_id: int = 0
    version: int = 0


@dataclass
class Cluster:
    """What outlives a session: buckets, schemas, tables; and faults that a test plants."""

    buckets: set[str] = field(default_factory=lambda: {"facts"})
    schemas: set[tuple[str, str]] = field(default_factory=set)
    tables: dict[tuple[str, str, str], Stored] = field(default_factory=dict)
    before_commit: list[Callable[[], None]] = field(default_factory=list)
    transactions: int = 0

    def session(self) -> "Session":
        return Session(self)

    def rows(self, name: str, bucket: str = "facts", schema: str = "exr_metadata") -> pa.Table:
        return self.tables[bucket, schema, name].rows.drop_columns([ROW_ID])


class Session:
    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def transaction(self) -> "Transaction":
        return Transaction(self.cluster)


class Transaction:
    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def __enter__(self) -> "Transaction":
        self.cluster.transactions += 1
        self.schemas = set(self.cluster.schemas)
        self.tables = {key: Stored(kept.rows, kept.next_id, kept.version) for key, kept in self.cluster.tables.items()}
        self.written: set[tuple[str, str, str]] = set()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, exc_traceback: TracebackType | None
    ) -> None:
        if exc_type is not None:
            return
        while self.cluster.before_commit:
            self.cluster.before_commit.pop(0)()
        for key in self.written:
            now = self.cluster.tables.get(key)
            if now is not None and now.version != self.tables[key].version:
                raise Conflict("another transaction was faster")
        for key in self.written:
            self.tables[key].version += 1
            self.cluster.tables[key] = self.tables[key]
        self.cluster.schemas |= self.schemas

    def bucket(self, name: str) -> "Bucket":
        if name not in self.cluster.buckets:
            raise MissingBucket(name)
        return Bucket(name, self)


class Bucket:
    def __init__(self, name: str, tx: Transaction) -> None:
        self.name, self.tx = name, tx

    def create_schema(self, name: str, fail_if_exists: bool = True) -> "Schema":
        if (self.name, name) in self.tx.schemas and fail_if_exists:
            raise Exists(name)
        self.tx.schemas.add((self.name, name))
        return Schema(name, self)

    def schema(self, name: str, fail_if_missing: bool = True) -> "Schema | None":
        if (self.name, name) in self.tx.schemas:
            return Schema(name, self)
        if fail_if_missing:
            raise Missing(name)
        return None


class Schema:
    def __init__(self, name: str, bucket: Bucket) -> None:
        self.name, self.bucket = name, bucket

    def create_table(self, table_name: str, columns: pa.Schema, fail_if_exists: bool = True) -> "Table":
        key = (self.bucket.name, self.name, table_name)
        if key in self.bucket.tx.tables:
            if fail_if_exists:
                raise Exists(table_name)
            return Table(key, self.bucket.tx)
        for column in columns:
            if pa.types.is_fixed_size_list(column.type) and column.type.value_field.nullable:
                raise NotSupported("the numbers of a vector may not be null")
        self.bucket.tx.tables[key] = Stored(columns.append(pa.field(ROW_ID, pa.uint64())).empty_table())
        self.bucket.tx.written.add(key)
        return Table(key, self.bucket.tx)

    def table(self, name: str, fail_if_missing: bool = True) -> "Table | None":
        key = (self.bucket.name, self.name, name)
        if key in self.bucket.tx.tables:
            return Table(key, self.bucket.tx)
        if fail_if_missing:
            raise Missing(name)
        return None


class Predicate:
    def __init__(self, name: str) -> None:
        self.name = name
        self.values: list[Any] = []

    def isin(self, values: list[Any]) -> "Predicate":
        self.values = list(values)
        return self


class Table:
    def __init__(self, key: tuple[str, str, str], tx: Transaction) -> None:
        self.key, self.tx = key, tx

    @property
    def _kept(self) -> Stored:
        return self.tx.tables[self.key]

    @property
    def arrow_schema(self) -> pa.Schema:
        return self._kept.rows.drop_columns([ROW_ID]).schema

    def __getitem__(self, col_name: str) -> Predicate:
        return Predicate(col_name)

    def add_column(self, new_column: pa.Schema) -> None:
        for column in new_column:
            self._kept.rows = self._kept.rows.append_column(column, pa.nulls(self._kept.rows.num_rows, column.type))
        self.tx.written.add(self.key)

    def select(
        self, columns: list[str] | None = None, predicate: Any = None, *, internal_row_id: bool = False
    ) -> pa.RecordBatchReader:
        rows = self._kept.rows
        if predicate is not None:
            wanted = pa.array(predicate.values, rows.schema.field(predicate.name).type)
            rows = rows.filter(pc.is_in(rows.column(predicate.name), value_set=wanted))
        names = columns if columns is not None else [name for name in rows.schema.names if name != ROW_ID]
        return rows.select([*names, *([ROW_ID] if internal_row_id else [])]).to_reader()

    def insert(self, rows: pa.RecordBatch | pa.Table) -> pa.ChunkedArray:
        kept = self._kept
        ids = pa.array(range(kept.next_id, kept.next_id + rows.num_rows), pa.uint64())
        added = pa.Table.from_batches([rows]) if isinstance(rows, pa.RecordBatch) else rows
        ordered = added.append_column(pa.field(ROW_ID, pa.uint64()), ids).select(kept.rows.schema.names)
        kept.rows = pa.concat_tables([kept.rows, ordered])
        kept.next_id += rows.num_rows
        self.tx.written.add(self.key)
        return pa.chunked_array([ids])

    def delete(self, rows: pa.RecordBatch | pa.Table) -> None:
        gone = pa.array(rows.column(ROW_ID).to_pylist(), pa.uint64())
        self._kept.rows = self._kept.rows.filter(pc.invert(pc.is_in(self._kept.rows.column(ROW_ID), value_set=gone)))
        self.tx.written.add(self.key)

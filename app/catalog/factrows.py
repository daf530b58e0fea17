"""Many rows at once of the tables of facts."""

from collections.abc import Iterator, Sequence
from typing import Any

from app.catalog.database import Database

_AT_ONCE = 500


def rows_of(database: Database, sql: str, keys: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query that asks for any number of keys, some hundred at a time; `{}` in it stands for them."""
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        yield from database.rows(sql.format(", ".join("?" * len(some))), some)


def next_id(database: Database, table: str) -> int:
    """The number that SQLite would give to the next row of a table."""
    return int(database.value(f"SELECT coalesce(max(id), 0) + 1 FROM {table}"))

"""Reading the rows of a damaged database: whole tables where that works, else around the pages that cannot be read.

A table in the order of its integer key is read from the lowest key on. Where a page cannot be read, what is left of
the range is halved again and again, so that everything before and behind the page is found and at last each single key
that is lost is known.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import apsw

#: How many questions may fail in one table before the rest of it is given up.
_MOST_FAILURES = 200_000
_UNREADABLE = (apsw.CorruptError, apsw.NotADBError, apsw.IOError, apsw.SQLError, UnicodeDecodeError)

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is read.

    Attributes:
        name: its name.
        columns: what is read of it.
        key: the integer column it is ordered by; empty where it is ordered by text.
        order: every column of its key.
        hint: a query that knows the highest key as well; empty for none.
    """

    name: str
    columns: tuple[str, ...]
    key: str
    order: tuple[str, ...]
    hint: str = ""


@dataclass(slots=True)
class Loss:
    """What could not be read of a table.

    Attributes:
        keys: how many keys were asked for in vain; each may have been a row.
        rows: rows that were read but belong to nothing any more, or make no sense.
        unknown: whether more is lost than was counted.
        first, last: the lowest and highest key that is lost.
        reason: what SQLite said first.
    """

    keys: int = 0
    rows: int = 0
    unknown: bool = False
    first: int | None = None
    last: int | None = None
    reason: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is lost."""
        return bool(self.keys or self.rows or self.unknown)

    def count(self, ranges: list[tuple[int, int]], end: int | None) -> None:
        """Count ranges of keys, both ends included, as lost.

        Args:
            ranges: in any order, no two of them overlapping.
            end: the highest key where that was only guessed: what is lost up to there is not counted, but unknown.
        """
        joined: list[list[int]] = []
        for low, high in sorted(ranges):
            if joined and joined[-1][1] + 1 == low:
                joined[-1][1] = high
            else:
                joined.append([low, high])
        if joined and joined[-1][1] == end:
            self.unknown = True
            joined.pop()
        self.keys += sum(high - low + 1 for low, high in joined)
        if joined:
            self.first, self.last = joined[0][0], joined[-1][1]

    def because(self, error: Exception) -> None:
        """Keep the first reason."""
        self.reason = self.reason or str(error)


def read_table(connection: apsw.Connection, table: Table, loss: Loss, most_keys: int) -> Iterator[Row]:
    """Yield every row that can be read, some of them twice where keys repeat; what cannot be read goes to `loss`.

    Args:
        connection: the damaged database.
        table: which table.
        loss: filled while rows are yielded.
        most_keys: the highest key there can be, where the table does not say.
    """
    if table.key:
        yield from _by_ranges(connection, table, loss, most_keys)
    else:
        yield from _from_both_ends(connection, table, loss)


def _by_ranges(connection: apsw.Connection, table: Table, loss: Loss, most_keys: int) -> Iterator[Row]:
    columns = ", ".join(f'"{column}"' for column in table.columns)
    sql = (
        f'SELECT "{table.key}", {columns} FROM "{table.name}" WHERE "{table.key}" BETWEEN ? AND ?'
        f' ORDER BY "{table.key}"'
    )
    low, high, guessed = _range_of(connection, table, most_keys)
    waiting, lost, failures = deque([(low, high)]), [], 0
    while waiting:
        start, end = waiting.popleft()
        reached = start - 1
        try:
            for row in connection.execute(sql, (start, end)):
                reached = row[0]
                yield row[1:]
        except _UNREADABLE as error:
            loss.because(error)
            failures += 1
            start = max(start, reached if _repeats(table) else reached + 1)
            if start == end or failures > _MOST_FAILURES:
                lost.append((start, end))
            elif start < end:
                middle = (start + end) // 2
                waiting.extend(((start, middle), (middle + 1, end)))
    loss.count(lost, high if guessed else None)


def _repeats(table: Table) -> bool:
    """Whether several rows may share the key that the table is read by."""
    return len(table.order) > 1


def _range_of(connection: apsw.Connection, table: Table, most_keys: int) -> tuple[int, int, bool]:
    """The lowest and the highest key, and whether the highest was guessed since the table does not say."""
    low = _asked(connection, f'SELECT min("{table.key}") FROM "{table.name}"', 1)
    high = _asked(connection, f'SELECT max("{table.key}") FROM "{table.name}"', None)
    guessed = high is None
    if guessed and table.hint:
        high = _asked(connection, table.hint, None)
        guessed = high is None
    return int(low or 0), most_keys if high is None else int(high), guessed


def _asked(connection: apsw.Connection, sql: str, otherwise: int | None) -> Any:
    """The answer to a question for one number: 0 where there is no row, `otherwise` where it cannot be read."""
    try:
        return connection.execute(sql).fetchall()[0][0] or 0
    except _UNREADABLE:
        return otherwise


def _from_both_ends(connection: apsw.Connection, table: Table, loss: Loss) -> Iterator[Row]:
    columns = ", ".join(f'"{column}"' for column in table.columns)
    for direction in ("ASC", "DESC"):
        order = ", ".join(f'"{column}" {direction}' for column in table.order)
        try:
            yield from connection.execute(f'SELECT {columns} FROM "{table.name}" ORDER BY {order}')
        except _UNREADABLE as error:
            loss.because(error)
            loss.unknown = True
        else:
            return

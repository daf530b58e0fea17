"""What was handed to a sink and not committed yet."""

from collections.abc import Set as AbstractSet
from typing import Any

from app.model.sinktables import FILES, STATS, TABLES_BY_NAME, Columns, FactTable

#: Columns of `files` that are the same while a file is.
STATE = ("size_bytes", "mtime", "header_hash")


class Pending:
    """Rows by table, as they were handed over."""

    def __init__(self) -> None:
        self._batches: dict[str, list[Columns]] = {}

    def add(self, name: str, columns: Columns) -> None:
        """Keep rows. Raises ValueError for a table or column that does not exist, or lists of different lengths."""
        table = TABLES_BY_NAME.get(name)
        if table is None:
            raise ValueError(f"there is no table {name}")
        if _length(table, columns):
            self._batches.setdefault(name, []).append(columns)

    def take(self) -> "Commit":
        """What was kept; it starts anew. Raises ValueError where a file has no row in `files`, or two."""
        batches, self._batches = self._batches, {}
        return Commit(batches)

    def clear(self) -> None:
        """Drop what was kept."""
        self._batches = {}


class Commit:
    """The rows of one commit.

    Attributes:
        moments: file id to when the file was inspected, microseconds since 1970.
    """

    def __init__(self, batches: dict[str, list[Columns]]) -> None:
        self._tables = {name: _joined(TABLES_BY_NAME[name], parts) for name, parts in batches.items()}
        files = self._tables.get(FILES.name) or dict.fromkeys(FILES.names, [])
        self.moments: dict[str, int] = dict(zip(files["file_id"], map(_moment, files["inspected_at"]), strict=True))
        if len(self.moments) < len(files["file_id"]):
            raise ValueError("a file was handed over twice in one commit")
        for name, columns in self._tables.items():
            strangers = set(columns["file_id"]) - set(self.moments)
            if strangers:
                raise ValueError(f"{name} has rows of a file without a row in files: {min(strangers)}")

    def rows(self, name: str, wanted: AbstractSet[str]) -> Columns:
        """The rows of a table that belong to these files."""
        columns = self._tables.get(name)
        if not columns or wanted >= set(self.moments):
            return columns or {}
        keep = [at for at, file_id in enumerate(columns["file_id"]) if file_id in wanted]
        return {column: [values[at] for at in keep] for column, values in columns.items()}

    def states(self, wanted: AbstractSet[str]) -> dict[str, tuple[Any, ...]]:
        """What tells whether a file changed (`STATE`), of those of these files that come without statistics."""
        measured = set((self._tables.get(STATS.name) or {}).get("file_id", ()))
        files = self.rows(FILES.name, wanted)
        states = zip(*(files[name] for name in STATE), strict=True)
        return {
            file_id: state
            for file_id, state in zip(files["file_id"], states, strict=True)
            if file_id not in measured and None not in state[:2]
        }


def _moment(value: int | None) -> int:
    return value or 0


def _length(table: FactTable, columns: Columns) -> int:
    unknown = sorted(set(columns) - set(table.names))
    if unknown:
        raise ValueError(f"the table {table.name} has no column {', '.join(unknown)}")
    if "file_id" not in columns or None in columns["file_id"]:
        raise ValueError(f"rows of {table.name} need a file_id")
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise ValueError(f"the columns of {table.name} have different lengths")
    return lengths.pop()


def _joined(table: FactTable, parts: list[Columns]) -> dict[str, list[Any]]:
    joined: dict[str, list[Any]] = {column: [] for column in table.names}
    for part in parts:
        absent = [None] * len(part["file_id"])
        for column, values in joined.items():
            values.extend(part.get(column, absent))
    return joined

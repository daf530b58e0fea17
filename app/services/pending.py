"""Sinks that keep what they are handed until it is committed."""

from abc import ABC, abstractmethod
from collections.abc import Set as AbstractSet
from typing import Any, Self

from app.model.sinktables import FILES, STATS, TABLES_BY_NAME, Columns, FactTable
from app.services.protocols import Stored

#: Columns of `files` that are the same while a file is.
STATE = ("size_bytes", "mtime", "header_hash")


class PendingSink(ABC):
    """All of a `Sink` but the writing of a commit."""

    name: str

    def __init__(self) -> None:
        self._batches: dict[str, list[Columns]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.commit()
        self.close()

    def upsert(self, table: str, columns: Columns) -> None:
        """See `Sink`."""
        known = TABLES_BY_NAME.get(table)
        if known is None:
            raise ValueError(f"there is no table {table}")
        if _length(known, columns):
            self._batches.setdefault(table, []).append(columns)

    def commit(self) -> Stored:
        """See `Sink`."""
        batches, self._batches = self._batches, {}
        commit = Commit(batches)
        return self._store(commit) if commit.moments else Stored()

    def close(self) -> None:
        """See `Sink`."""
        self._batches = {}

    @abstractmethod
    def _store(self, commit: "Commit") -> Stored:
        """Write a commit with one file or more; raises as `Sink.commit`."""


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

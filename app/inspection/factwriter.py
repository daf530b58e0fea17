"""Hands documents to a sink as rows, a bounded lot at a time."""

from typing import Any

from app.inspection.factrows import Document, Row, rows_of
from app.model.sinktables import FILES, TABLES, FactTable
from app.services.protocols import Sink, Stored

_FILES_AT_ONCE = 2000
_ROWS_AT_ONCE = 200_000


class FactWriter:
    """Hands documents to a sink: committed a lot at a time, so that memory stays flat however many there are.

    Args:
        sink: where they go; opened and closed by the caller.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._columns: dict[str, dict[str, list[Any]]] = {}
        self._files: set[str] = set()
        self._rows = 0
        self.stored = Stored()

    def add(self, document: Document, *, inspected_us: int | None = None, drive: tuple[str, str] | None = None) -> bool:
        """Take a document; whether it was taken: one that tells nothing of its file (`kind` is None) is not.

        A file that is in the lot already begins a new lot. Arguments as `rows_of`.

        Raises:
            AppError: the lot was full and could not be written; see `Sink.commit`.
        """
        if document.get("kind", "") is None:
            return False
        rows = rows_of(document, inspected_us=inspected_us, drive=drive)
        file_id = rows[FILES.name][0]["file_id"]
        if file_id in self._files:
            self.flush()
        self._files.add(file_id)
        for table in TABLES:
            self._keep(table, rows[table.name])
        if len(self._files) >= _FILES_AT_ONCE or self._rows >= _ROWS_AT_ONCE:
            self.flush()
        return True

    def _keep(self, table: FactTable, rows: list[Row]) -> None:
        if not rows:
            return
        columns = self._columns.get(table.name)
        if columns is None:
            columns = self._columns[table.name] = {name: [] for name in table.names}
        for name, values in columns.items():
            values.extend(row.get(name) for row in rows)
        self._rows += len(rows)

    def flush(self) -> Stored:
        """Write what was taken; what has been stored in all. Raises as `Sink.commit`."""
        for name, columns in self._columns.items():
            self._sink.upsert(name, columns)
        self._columns, self._files, self._rows = {}, set(), 0
        self.stored += self._sink.commit()
        return self.stored

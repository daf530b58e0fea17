"""Writing the entries of a drive: folders, files, their blocks and their search index, all in one transaction."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from app.catalog.database import BulkInsert, Database
from app.catalog.nameindex import BLOCK_FILES, block_text
from app.model.names import folded

_MOST_WAITING = 100_000  # values collected before they are written, so that a huge folder does not fill the memory


#: A file to be added: name, folded name (also where it equals the name), size, mtime in ns, category, sequence id.
#: A plain tuple, since millions are made.
NewFile = tuple[bytes, bytes, int, int, int, int | None]


class KnownFile(NamedTuple):
    """A file of the shard, as a scan compares it."""

    id: int
    name: bytes
    size: int
    mtime_ns: int
    sequence_id: int | None
    missed: bool
    hash_state: int


class EntryWriter:
    """Adds folders and files. Rows are collected and written by `flush`, which the transaction must end with.

    Args:
        database: the shard, open for writing.
        scan_id: the generation that first sees what is added.
    """

    def __init__(self, database: Database, scan_id: int) -> None:
        self._database = database
        self._scan_id = scan_id
        self._next_file = (database.value("SELECT max(id) FROM file") or 0) + 1
        self._next_folder = (database.value("SELECT max(id) FROM folder") or 0) + 1
        self._files: list[Any] = []
        self._blocks: list[Any] = []
        self._texts: list[Any] = []
        self._folders: list[Any] = []
        self._folder_texts: list[Any] = []
        self._insert_files = BulkInsert(
            database,
            "file",
            ("id", "folder_id", "name", "key", "size", "mtime_ns", "category", "first_scan", "sequence_id"),
        )
        self._insert_blocks = BulkInsert(database, "block", ("first_id", "last_id", "folder_id", "newest_ns"), 50)
        self._insert_texts = BulkInsert(database, "name_index", ("rowid", "text"), 50)
        self._insert_folders = BulkInsert(
            database,
            "folder",
            ("id", "parent_id", "path", "key", "first_scan", "queued_scan", "listed_scan", "files", "bytes"),
            50,
        )
        self._insert_folder_texts = BulkInsert(database, "folder_index", ("rowid", "text"), 50)

    def add_folder(self, parent_id: int | None, path: bytes) -> int:
        """Add a folder that is known but not yet listed; its id."""
        folder_id = self._next_folder
        self._next_folder += 1
        key = folded(path)
        self._folders += (
            folder_id,
            parent_id,
            path,
            None if key == path else key,
            self._scan_id,
            self._scan_id,
            0,
            0,
            0,
        )
        if path:
            self._folder_texts += (folder_id, block_text([key.rpartition(b"/")[2]]))
        return folder_id

    def add_files(self, folder_id: int, files: Sequence[NewFile]) -> None:
        """Add files of one folder, those of a sequence side by side."""
        for start in range(0, len(files), BLOCK_FILES):
            self._add_block(folder_id, files[start : start + BLOCK_FILES])
        if len(self._files) > _MOST_WAITING:
            self.flush()

    def _add_block(self, folder_id: int, files: Sequence[NewFile]) -> None:
        first = self._next_file
        self._next_file += len(files)
        scan_id, values = self._scan_id, self._files
        file_id = first
        for name, key, size, mtime_ns, category, sequence_id in files:
            values += (
                file_id,
                folder_id,
                name,
                None if key == name else key,
                size,
                mtime_ns,
                category,
                scan_id,
                sequence_id,
            )
            file_id += 1
        self._blocks += (first, file_id - 1, folder_id, max([file[3] for file in files]))
        self._texts += (first, block_text([file[1] for file in files]))

    def flush(self) -> None:
        """Write what was collected."""
        for insert, values in (
            (self._insert_folders, self._folders),
            (self._insert_folder_texts, self._folder_texts),
            (self._insert_files, self._files),
            (self._insert_blocks, self._blocks),
            (self._insert_texts, self._texts),
        ):
            if values:
                insert.write(values)
                values.clear()


def known_files(database: Database, folder_id: int) -> dict[bytes, KnownFile]:
    """Every file that the shard has in a folder, the missing ones too, by name."""
    known: dict[bytes, KnownFile] = {}
    for row in database.rows(
        "SELECT f.id, f.name, f.size, f.mtime_ns, f.sequence_id, f.missed_scan IS NOT NULL, f.hash_state"
        " FROM block b JOIN file f ON f.id BETWEEN b.first_id AND b.last_id WHERE b.folder_id = ?",
        (folder_id,),
    ):
        known[row[1]] = KnownFile(*row)
    return known


def raise_newest(database: Database, file_ids: Iterable[tuple[int, int]]) -> None:
    """Keep the newest time of each block right after files of it changed: pairs of mtime in ns and file id."""
    database.run_many(
        "UPDATE block SET newest_ns = max(newest_ns, ?) WHERE first_id ="
        " (SELECT max(first_id) FROM block WHERE first_id <= ?)",
        list(file_ids),
    )

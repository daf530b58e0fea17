"""Compares one listed folder with what the shard knows of it, and writes the difference.

An unchanged folder is told by its digest alone. In a changed one files are compared by size and modification time,
within the tolerance of the file system; a file that is not listed any more is noted, and only marked missing when the
walk has come to its end (`apply_missing`).
"""

import json
from dataclasses import dataclass, field

from app.catalog.database import Database
from app.catalog.entries import EntryWriter, KnownFile, NewFile, known_files, raise_newest
from app.files.sequences import group_names
from app.files.walk import LISTED, SKIPPED, TIMED_OUT, Folder
from app.model.kinds import category_of
from app.model.names import folded
from app.scanning.problems import forget_listing_problems, forget_problem, note_problem
from app.scanning.sequencerows import SequenceRows

HASH_NONE, HASH_GOOD, HASH_STALE, HASH_FAILED = range(4)


@dataclass(slots=True)
class Tally:
    """The running counts of a scan, kept in its row so that a resumed scan ends with the same ones."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, number: int = 1) -> None:
        """Add to a count."""
        if number:
            self.counts[name] = self.counts.get(name, 0) + number

    def json(self) -> str:
        """The counts as they are kept in the scan's row."""
        return json.dumps(self.counts)

    def __getitem__(self, name: str) -> int:
        return self.counts.get(name, 0)


@dataclass(slots=True)
class _Known:
    """What the shard has of a folder before it is compared."""

    id: int
    digest: bytes | None
    is_new: bool


class FolderComparison:
    """Brings listed folders into the shard, inside the caller's transaction.

    Args:
        database: the shard, open for writing.
        scan_id: the generation.
        tally: counts what was found.
        tolerance_ns: how far two modification times may lie apart and still be the same (2 s on FAT).
    """

    def __init__(self, database: Database, scan_id: int, tally: Tally, tolerance_ns: int = 0) -> None:
        self._database = database
        self._scan_id = scan_id
        self._tally = tally
        self._tolerance_ns = tolerance_ns
        self._entries = EntryWriter(database, scan_id)
        self._sequences = SequenceRows(database, scan_id)
        self._queued: dict[bytes, int] = {}
        self._listed: list[tuple[object, ...]] = []

    def flush(self) -> None:
        """Write what was collected; the transaction must end with it."""
        self._entries.flush()
        self._sequences.flush()
        self._database.run_many(
            "UPDATE folder SET listed_scan = ?1, queued_scan = ?1, missed_scan = NULL, digest = ?2, files = ?3,"
            " bytes = ?4, newest_ns = ?5 WHERE id = ?6",
            self._listed,
        )
        self._listed.clear()

    def take(self, folder: Folder) -> None:
        """Bring one folder into the shard."""
        known = self._known(folder.path)
        if folder.status != LISTED:
            self._note_unlisted(folder, known)
            return
        self._tally.add("directories")
        self._tally.add("files", folder.file_count)
        self._tally.add("bytes", folder.bytes)
        self._count_skipped(folder)
        self._note_problems(folder, known)
        self._take_subfolders(folder, known)
        digest: bytes | None = folder.digest
        if digest == known.digest and not known.is_new:
            self._tally.add("unchanged", folder.file_count)
            self._mark_listed_unchanged(known)
            return
        files, total = folder.file_count, folder.bytes
        newest = max(folder.mtimes) if files else None
        if known.is_new:
            self._add_all(folder, known.id)
        else:
            gone = self._compare(folder, known)
            files += len(gone)
            total += sum([file.size for file in gone])
            digest = None if gone or folder.errors else digest
        self._listed.append((self._scan_id, digest, files, total, newest, known.id))

    def _count_skipped(self, folder: Folder) -> None:
        if any(folder.skipped):
            for name, number in zip(SKIPPED, folder.skipped, strict=True):
                self._tally.add(f"skipped.{name}", number)

    def _mark_listed_unchanged(self, known: _Known) -> None:
        self._database.run(
            "UPDATE folder SET listed_scan = ?1, queued_scan = ?1, missed_scan = NULL WHERE id = ?2",
            (self._scan_id, known.id),
        )

    def _known(self, path: bytes) -> _Known:
        folder_id = self._queued.pop(path, None)
        if folder_id is not None:
            return _Known(folder_id, None, True)
        row = self._database.row("SELECT id, digest FROM folder WHERE path = ?", (path,))
        if row is None:
            return _Known(self._entries.add_folder(self._parent_of(path), path), None, True)
        return _Known(row[0], row[1], False)

    def _parent_of(self, path: bytes) -> int | None:
        """The folder above, added with everything above it where a scan begins below the base."""
        if not path:
            return None
        above = path.rpartition(b"/")[0]
        row = self._database.row("SELECT id FROM folder WHERE path = ?", (above,))
        if row is not None:
            return int(row[0])
        folder_id = self._entries.add_folder(self._parent_of(above), above)
        self._entries.flush()
        self._database.run("UPDATE folder SET queued_scan = 0 WHERE id = ?", (folder_id,))
        return folder_id

    def _take_subfolders(self, folder: Folder, known: _Known) -> None:
        subfolders = folder.subfolders
        prefix = folder.path + b"/" if folder.path else b""
        if known.is_new:
            for name in subfolders:
                self._queued[prefix + name] = self._entries.add_folder(known.id, prefix + name)
            return
        listed = {prefix + name for name in subfolders}
        there = dict(
            self._database.rows("SELECT path, id FROM folder WHERE parent_id = ?", (known.id,))
        )
        self._database.run_many(
            "UPDATE folder SET queued_scan = ? WHERE id = ?",
            [(self._scan_id, folder_id) for path, folder_id in there.items() if path in listed],
        )
        for path in sorted(listed - there.keys()):
            self._queued[path] = self._entries.add_folder(known.id, path)
        held = {prefix + name for name in folder.left_out}
        self._database.run_many(
            "INSERT OR IGNORE INTO gone_folder SELECT id FROM folder WHERE id = ? AND missed_scan IS NULL",
            [(folder_id,) for path, folder_id in there.items() if path not in listed and path not in held],
        )

    def _add_all(self, folder: Folder, folder_id: int) -> None:
        """The short way for a folder that the shard has never seen."""
        names = folder.names
        if not names:
            return
        self._tally.add("new", len(names))
        sizes, mtimes = folder.sizes.tolist(), folder.mtimes.tolist()
        grouping = group_names(names)
        for group in grouping.sequences:
            sequence_id = self._sequences.take(folder_id, group, sizes, mtimes, {})
            self._add_frames(folder_id, names, sizes, mtimes, group.members, sequence_id)
        self._add_singles(folder_id, names, sizes, mtimes, grouping.singles)

    def _add_frames(
        self, folder_id: int, names: list[bytes], sizes: list[int], mtimes: list[int], members: list[int],
        sequence_id: int,
    ) -> None:
        """Add frames of one sequence: one category for all of them."""
        if not members:
            return
        category = int(category_of(folded(names[members[0]])))
        self._entries.add_files(
            folder_id,
            [(names[at], folded(names[at]), sizes[at], mtimes[at], category, sequence_id) for at in members],
        )

    def _add_singles(
        self, folder_id: int, names: list[bytes], sizes: list[int], mtimes: list[int], singles: list[int]
    ) -> None:
        files: list[NewFile] = []
        for at in singles:
            key = folded(names[at])
            files.append((names[at], key, sizes[at], mtimes[at], int(category_of(key)), None))
        self._entries.add_files(folder_id, files)

    def _compare(self, folder: Folder, known: _Known) -> list[KnownFile]:
        """Bring a folder that the shard has up to date; its files that are not listed any more."""
        names, sizes, mtimes = folder.names, folder.sizes.tolist(), folder.mtimes.tolist()
        there = known_files(self._database, known.id)
        sequences = self._sequences.known(known.id)
        grouping = group_names(names)
        sequence_of: dict[int, int] = {}
        for group in grouping.sequences:
            sequence_id = self._sequences.take(known.id, group, sizes, mtimes, sequences)
            sequence_of.update(dict.fromkeys(group.members, sequence_id))
            new = [at for at in group.members if names[at] not in there]
            self._add_frames(known.id, names, sizes, mtimes, new, sequence_id)
            self._tally.add("new", len(new))
        new = [at for at in grouping.singles if names[at] not in there]
        self._add_singles(known.id, names, sizes, mtimes, new)
        self._tally.add("new", len(new))
        dissolved: set[int] = set()
        for at, name in enumerate(names):
            file = there.pop(name, None)
            if file is not None:
                self._compare_file(known.id, file, sizes[at], mtimes[at], sequence_of.get(at))
                if file.sequence_id is not None and file.sequence_id != sequence_of.get(at):
                    dissolved.add(file.sequence_id)
        self._sequences.dissolve(dissolved - set(sequence_of.values()))
        held = set(folder.left_out)
        gone = [file for file in there.values() if not file.missed and file.name not in held]
        self._database.run_many("INSERT OR IGNORE INTO gone_file VALUES (?)", [(file.id,) for file in gone])
        return gone

    def _compare_file(
        self, folder_id: int, file: KnownFile, size: int, mtime_ns: int, sequence_id: int | None
    ) -> None:
        same = size == file.size and abs(mtime_ns - file.mtime_ns) <= self._tolerance_ns
        if same and not file.missed:
            self._tally.add("unchanged")
            if sequence_id != file.sequence_id:
                self._database.run("UPDATE file SET sequence_id = ? WHERE id = ?", (sequence_id, file.id))
            return
        self._tally.add("new" if file.missed else "changed")
        state = file.hash_state if same else (HASH_NONE if file.hash_state in (HASH_NONE, HASH_FAILED) else HASH_STALE)
        self._database.run(
            "UPDATE file SET size = ?, mtime_ns = ?, sequence_id = ?, missed_scan = NULL, changed_scan = ?,"
            " hash_state = ? WHERE id = ?",
            (size, mtime_ns, sequence_id, self._scan_id, state, file.id),
        )
        if not same:
            self._database.run("DELETE FROM facts WHERE file_id = ?", (file.id,))
            forget_problem(self._database, folder_id, file.name)
        raise_newest(self._database, [(mtime_ns, file.id)])

    def _note_unlisted(self, folder: Folder, known: _Known) -> None:
        """A folder that could not be listed: nothing in it is known, so nothing in it is missing."""
        if folder.status == TIMED_OUT:
            self._tally.add("skipped.timeout")
            reason, code = "it did not answer in time", "ETIMEDOUT"
        else:
            _, reason, code = folder.errors[0]
            self._tally.add("directories")
            self._count_skipped(folder)
        self._entries.flush()
        note_problem(self._database, known.id, b"", code, reason, self._scan_id)
        self._database.run(
            "UPDATE folder SET queued_scan = 0, digest = NULL WHERE id = ?", (known.id,)
        )

    def _note_problems(self, folder: Folder, known: _Known) -> None:
        if not known.is_new:
            forget_listing_problems(self._database, known.id)
        for name, reason, code in folder.errors:
            note_problem(self._database, known.id, name, code, reason, self._scan_id)

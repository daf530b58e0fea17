"""Compares one listed folder with what the shard knows of it, and writes the difference.

An unchanged folder is told by its digest alone. In a changed one files are compared by size and modification time,
within the tolerance of the file system; a file that is not listed any more is noted, and only marked missing when the
walk has come to its end (`apply_missing`).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.catalog.database import Database
from app.catalog.entries import EntryWriter, KnownFile, NewFile, known_files, raise_newest
from app.catalog.nameindex import BLOCK_FILES
from app.catalog.past import BACK, CHANGED, keep_past
from app.files.sequences import group_names
from app.files.walk import LISTED, SKIPPED, TIMED_OUT, VANISHED, Folder
from app.model.kinds import category_of
from app.model.names import folded, folded_all
from app.scanning.arrangement import arrange, sequence_facts, unpacked
from app.scanning.problems import folders_with_problems, forget_listing_problems, forget_problem, note_problem
from app.scanning.sequencerows import SequenceRows

_AT_ONCE = 256 * BLOCK_FILES

#: What is known of a file's content: nothing, its hash, the hash before it changed, that it cannot be read, and a hash
#: that a full scan makes again.
HASH_NONE, HASH_GOOD, HASH_STALE, HASH_FAILED, HASH_AGAIN = range(5)

#: In the tally of a scan: bases that were empty though files were known in them.
EMPTY_BASE = "empty_base"


@dataclass(slots=True)
class Tally:
    """The running counts of a scan, kept in its row so that a resumed scan ends with the same ones."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, number: int = 1) -> None:
        """Add to a count."""
        if number:
            self.counts[name] = self.counts.get(name, 0) + number

    @property
    def has_changes(self) -> bool:
        """Whether any file was added, changed, read or missed: else the shard's files are what they were."""
        return any(self[name] for name in ("new", "changed", "moved", "missing", "hashed.files"))

    def json(self) -> str:
        """The counts as they are kept in the scan's row."""
        return json.dumps(self.counts)

    def __getitem__(self, name: str) -> int:
        return self.counts.get(name, 0)


@dataclass(slots=True)
class _Known:
    """What the shard has of a folder before it is compared.

    Attributes:
        digest: of the last listing; None where the shard differs from it or it was never listed.
        is_new: its row was made by this walk: nothing below it is known either.
        has_files: it was listed before.
    """

    id: int
    digest: bytes | None
    is_new: bool
    has_files: bool


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
        self._same: list[tuple[int, int]] = []
        self._skipped: list[tuple[int, bytes, str]] = []
        self._with_problems = folders_with_problems(database)

    def flush(self) -> None:
        """Write what was collected; the transaction must end with it."""
        self._entries.flush()
        self._sequences.flush()
        self._database.run_many(
            "UPDATE folder SET queued_scan = ?1 WHERE parent_id = ?2 AND missed_scan IS NULL", self._same
        )
        self._database.run_many(
            "UPDATE folder SET listed_scan = ?1, queued_scan = ?1, missed_scan = NULL WHERE id = ?2", self._same
        )
        self._same.clear()
        self._database.run_many(
            "UPDATE folder SET listed_scan = ?1, queued_scan = ?1, missed_scan = NULL, digest = ?2, files = ?3,"
            " bytes = ?4, newest_ns = ?5 WHERE id = ?6",
            self._listed,
        )
        self._listed.clear()
        self._database.run_many("INSERT INTO skipped (folder_id, name, reason) VALUES (?, ?, ?)", self._skipped)
        self._skipped.clear()

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
        digest: bytes | None = folder.digest
        if digest == known.digest:
            self._tally.add("unchanged", folder.file_count)
            self._same.append((self._scan_id, known.id))
            return
        self._keep_skipped(folder, known)
        settled = self._take_subfolders(folder, known)
        files, total = folder.file_count, folder.bytes
        newest = max(folder.mtimes) if files else None
        if not known.has_files:
            self._add_all(folder, known.id)
        else:
            kept = self._compare(folder, known)
            settled = settled and not kept
            files += len(kept)
            total += sum([file.size for file in kept])
            times = [file.mtime_ns for file in kept] + ([] if newest is None else [newest])
            newest = max(times, default=None)
        stored = digest if settled and not folder.errors else None
        self._listed.append((self._scan_id, stored, files, total, newest, known.id))

    def _count_skipped(self, folder: Folder) -> None:
        if any(folder.skipped):
            for name, number in zip(SKIPPED, folder.skipped, strict=True):
                self._tally.add(f"skipped.{name}", number)

    def _keep_skipped(self, folder: Folder, known: _Known) -> None:
        """Keep what was passed over in the folder, in place of what its last listing passed over."""
        if known.has_files:
            self._database.run("DELETE FROM skipped WHERE folder_id = ?", (known.id,))
        if any(folder.skipped):
            self._skipped += [(known.id, name, reason) for name, reason in folder.passed_over]

    def _known(self, path: bytes) -> _Known:
        folder_id = self._queued.pop(path, None)
        if folder_id is not None:
            return _Known(folder_id, None, is_new=True, has_files=False)
        row = self._database.row("SELECT id, digest, listed_scan FROM folder WHERE path = ?", (path,))
        if row is None:
            raise AssertionError(f"{path!r} was walked but neither queued nor found in the folder above it")
        return _Known(row[0], row[1], is_new=False, has_files=row[2] > 0)

    def _take_subfolders(self, folder: Folder, known: _Known) -> bool:
        """Queue the folders in it and note those that are gone; whether the shard has exactly those listed."""
        subfolders = folder.subfolders
        prefix = folder.path + b"/" if folder.path else b""
        if known.is_new:
            for name in subfolders:
                self._queued[prefix + name] = self._entries.add_folder(known.id, prefix + name)
            return True
        listed = {prefix + name for name in subfolders}
        present: dict[bytes, int] = {}
        queued: list[tuple[int, int]] = []
        for path, folder_id, missed in list(
            self._database.rows("SELECT path, id, missed_scan IS NOT NULL FROM folder WHERE parent_id = ?", (known.id,))
        ):
            if path in listed:
                queued.append((self._scan_id, folder_id))
                listed.discard(path)
            elif not missed:
                present[path] = folder_id
        self._database.run_many("UPDATE folder SET queued_scan = ? WHERE id = ?", queued)
        for path in sorted(listed):
            self._queued[path] = self._entries.add_folder(known.id, path)
        held = {prefix + name for name in folder.left_out}
        self._database.run_many(
            "INSERT OR IGNORE INTO gone_folder VALUES (?)",
            [(folder_id,) for path, folder_id in present.items() if path not in held],
        )
        return not present

    def _add_all(self, folder: Folder, folder_id: int) -> None:
        """The short way for a folder that the shard has never seen."""
        names = folder.names
        if not names:
            return
        self._tally.add("new", len(names))
        sizes, mtimes = folder.sizes, folder.mtimes
        arranged = unpacked(folder.arranged) if folder.arranged else arrange(names, sizes, mtimes)
        for begin, end, facts in arranged.runs():
            sequence_id = None if facts is None else self._sequences.add(folder_id, facts)
            for start in range(begin, end, _AT_ONCE):
                part = arranged.order[start : min(start + _AT_ONCE, end)]
                of_part = [names[at] for at in part]
                files = zip(
                    of_part,
                    folded_all(of_part),
                    [sizes[at] for at in part],
                    [mtimes[at] for at in part],
                    arranged.categories[start : start + len(part)],
                    [sequence_id] * len(part),
                    strict=True,
                )
                self._entries.add_files(folder_id, list(files))

    def _add_frames(
        self,
        folder_id: int,
        names: list[bytes],
        sizes: list[int],
        mtimes: list[int],
        members: list[int],
        sequence_id: int,
    ) -> None:
        """Add frames of one sequence: one category for all of them."""
        if not members:
            return
        category = int(category_of(folded(names[members[0]])))
        for start in range(0, len(members), _AT_ONCE):
            self._entries.add_files(
                folder_id,
                [
                    (names[at], folded(names[at]), sizes[at], mtimes[at], category, sequence_id)
                    for at in members[start : start + _AT_ONCE]
                ],
            )

    def _add_singles(
        self, folder_id: int, names: list[bytes], sizes: list[int], mtimes: list[int], singles: list[int]
    ) -> None:
        for start in range(0, len(singles), _AT_ONCE):
            files: list[NewFile] = []
            for at in singles[start : start + _AT_ONCE]:
                key = folded(names[at])
                files.append((names[at], key, sizes[at], mtimes[at], int(category_of(key)), None))
            self._entries.add_files(folder_id, files)

    def _compare(self, folder: Folder, known: _Known) -> list[KnownFile]:
        """Bring a folder that the shard has up to date.

        Returns:
            Its files that stay present in the shard though they were not listed: gone, or left out.
        """
        names, sizes, mtimes = folder.names, folder.sizes.tolist(), folder.mtimes.tolist()
        there = known_files(self._database, known.id)
        sequences = self._sequences.known(known.id)
        grouping = group_names(names)
        sequence_of: dict[int, int] = {}
        for group in grouping.sequences:
            sequence_id = self._sequences.take(known.id, sequence_facts(group, sizes, mtimes), sequences)
            sequence_of.update(dict.fromkeys(group.members, sequence_id))
            new = [at for at in group.members if names[at] not in there]
            self._add_frames(known.id, names, sizes, mtimes, new, sequence_id)
            self._tally.add("new", len(new))
        new = [at for at in grouping.singles if names[at] not in there]
        self._add_singles(known.id, names, sizes, mtimes, new)
        self._tally.add("new", len(new))
        dissolved: set[int] = set()
        changed: set[int] = set()
        for at, name in enumerate(names):
            file = there.pop(name, None)
            if file is not None:
                now_in = sequence_of.get(at)
                if self._compare_file(known.id, file, sizes[at], mtimes[at], now_in) and now_in is not None:
                    changed.add(now_in)
                if file.sequence_id is not None and file.sequence_id != now_in:
                    dissolved.add(file.sequence_id)
        self._sequences.change(changed)
        self._sequences.dissolve(dissolved - set(sequence_of.values()))
        held = set(folder.left_out)
        kept = [file for file in there.values() if not file.missed]
        self._database.run_many(
            "INSERT OR IGNORE INTO gone_file VALUES (?)", [(file.id,) for file in kept if file.name not in held]
        )
        return kept

    def _compare_file(self, folder_id: int, file: KnownFile, size: int, mtime_ns: int, sequence_id: int | None) -> bool:
        """Bring a file's row up to date; whether the file is another than it was."""
        same = size == file.size and abs(mtime_ns - file.mtime_ns) <= self._tolerance_ns
        if same and not file.missed:
            self._tally.add("unchanged")
            if sequence_id != file.sequence_id:
                self._database.run("UPDATE file SET sequence_id = ? WHERE id = ?", (sequence_id, file.id))
            return False
        self._tally.add("new" if file.missed else "changed")
        keep_past(self._database, str(file.id), self._scan_id, BACK if file.missed else CHANGED)
        state = file.hash_state
        if not same:
            forgotten = file.missed or state in (HASH_NONE, HASH_FAILED)
            state = HASH_NONE if forgotten else HASH_STALE
        self._database.run(
            "UPDATE file SET size = ?, mtime_ns = ?, sequence_id = ?, missed_scan = NULL, changed_scan = ?,"
            " hash_state = ?, verified_us = CASE WHEN missed_scan IS NULL THEN verified_us END WHERE id = ?",
            (size, mtime_ns, sequence_id, self._scan_id, state, file.id),
        )
        if not same:
            self._database.run("DELETE FROM facts WHERE file_id = ?", (file.id,))
            if folder_id in self._with_problems:
                forget_problem(self._database, folder_id, file.name)
        raise_newest(self._database, [(mtime_ns, file.id)])
        return not same

    def _note_unlisted(self, folder: Folder, known: _Known) -> None:
        """A folder that could not be listed: nothing in it is known, so nothing in it is missing.

        One that vanished since the folder above was listed is gone.
        """
        self.flush()
        if folder.status == VANISHED:
            self._database.run("INSERT OR IGNORE INTO gone_folder VALUES (?)", (known.id,))
            self._database.run("UPDATE folder SET queued_scan = 0 WHERE id = ?", (known.id,))
            self._database.run(
                "UPDATE folder SET digest = NULL WHERE id = (SELECT parent_id FROM folder WHERE id = ?)", (known.id,)
            )
            return
        self._tally.add("directories")
        if folder.status == TIMED_OUT:
            self._tally.add("skipped.timeout")
        self._count_skipped(folder)
        _, reason, code = folder.errors[0]
        self._note_problem(known.id, b"", code, reason)
        self._database.run("DELETE FROM skipped WHERE folder_id = ?", (known.id,))
        self._database.run(
            "UPDATE folder SET queued_scan = 0, digest = NULL, missed_scan = NULL WHERE id = ?", (known.id,)
        )

    def _note_problems(self, folder: Folder, known: _Known) -> None:
        if known.id in self._with_problems:
            forget_listing_problems(self._database, known.id)
        for name, reason, code in folder.errors:
            self._note_problem(known.id, name, code, reason)

    def _note_problem(self, folder_id: int, name: bytes, code: str, reason: str) -> None:
        note_problem(self._database, folder_id, name, code, reason, self._scan_id)
        self._with_problems.add(folder_id)


def queue_folders(database: Database, scan_id: int, paths: Sequence[bytes]) -> None:
    """Note, inside the caller's transaction, with which folders a walk begins; each is there, as is all above it."""
    entries = EntryWriter(database, scan_id)
    for path in paths:
        above: int | None = None
        for folder in _chain(path):
            known = database.value("SELECT id FROM folder WHERE path = ?", (folder,))
            if known is None:
                known = entries.add_folder(above, folder)
                entries.flush()
                database.run("UPDATE folder SET queued_scan = 0 WHERE id = ?", (known,))
            above = int(known)
            database.run("UPDATE folder SET missed_scan = NULL WHERE id = ?", (above,))
        database.run("UPDATE folder SET queued_scan = ? WHERE id = ?", (scan_id, above))


def _chain(path: bytes) -> Iterator[bytes]:
    """The base, every folder on the way, and the folder itself."""
    yield b""
    if path:
        parts = path.split(b"/")
        yield from (b"/".join(parts[:count]) for count in range(1, len(parts) + 1))

"""Assets as a shard knows them: single media files and file sequences, each with its verdict as it stands now.

A verdict is stale when the content it was given over is not the content that the shard knows: by the content hash
where every file of the asset is hashed, else by sizes and times. Of a sequence that an older tool judged, number, bytes
and newest time are all there is to go by. That is computed here, on reading, never stored.
"""

import json
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.catalog.database import Database
from app.model.kinds import MEDIA, Category

_HASH_GOOD = 1
_DECIMALS = re.compile(r"\.([0-9]+)")


@dataclass(frozen=True, slots=True)
class Judge:
    """How the content of a sequence is told; wired by the engine.

    Attributes:
        fingerprint: of (name, size, mtime in ns).
        manifest_hash: of (name, size, content hash as text).
        shown_hash: a stored content hash as text.
    """

    fingerprint: Callable[[Sequence[tuple[bytes, int, int]]], str]
    manifest_hash: Callable[[Iterable[tuple[bytes, int, str]]], str]
    shown_hash: Callable[[bytes | None], str | None]


@dataclass(frozen=True, slots=True)
class VerdictState:
    """A verdict as it stands now; `sidecar` is relative to the asset's folder."""

    result: str
    stale: bool
    operator: str
    time_us: int
    note: str
    reasons: tuple[str, ...]
    content_hash: str
    sidecar: bytes

    @property
    def word(self) -> str:
        """`pass`, `fail`, `pending` or `stale`."""
        return "stale" if self.stale else self.result


@dataclass(frozen=True, slots=True)
class CataloguedSequence:
    """What a shard has of a file sequence; frames are text, since some are decimal."""

    id: int
    base: bytes
    ext: bytes
    pad: int
    first_frame: str
    last_frame: str
    frame_count: int
    missing_count: int
    ranges: str

    @property
    def asset_name(self) -> bytes:
        """The name its sidecar goes by: `sh010.####.exr`; of decimal frames `sh010.####.##.exr`."""
        places = max((len(digits) for digits in _DECIMALS.findall(self.ranges)), default=0)
        fraction = b"." + b"#" * places if places else b""
        return self.base + b"#" * max(1, self.pad) + fraction + self.ext


@dataclass(frozen=True, slots=True)
class CataloguedAsset:
    """A single media file or a file sequence of a drive.

    Attributes:
        file_id: of a single file; None for a sequence.
        folder: relative to the drive's base, raw bytes.
        name: of the file, or with its padding of the sequence; raw bytes.
        bytes: of all its files.
        newest_ns: newest modification time.
        sequence: None for a single file.
        verdict: None where no sidecar was found.
    """

    file_id: int | None
    folder_id: int
    folder: bytes
    name: bytes
    category: Category
    bytes: int
    newest_ns: int
    sequence: CataloguedSequence | None
    verdict: VerdictState | None

    @property
    def state(self) -> str:
        """`pass`, `fail`, `stale`, or `pending` where nobody judged it."""
        return self.verdict.word if self.verdict else "pending"


class ShardAssets:
    """Reads the assets of one shard. The database must stay open while it is used.

    Args:
        database: the shard.
        judge: says how verdicts stand.
        everything: files and sequences that are no media are assets too; sidecars are none.
    """

    def __init__(self, database: Database, judge: Judge, *, everything: bool = False) -> None:
        self._kinds = frozenset(Category) - {Category.QC} if everything else frozenset(MEDIA)
        self._kinds_listed = ", ".join(str(int(kind)) for kind in sorted(self._kinds))
        self._database = database
        self._judge = judge
        self._has_verdicts = bool(database.value("SELECT EXISTS (SELECT 1 FROM verdict)"))
        self._has_moved = bool(database.value("SELECT EXISTS (SELECT 1 FROM moved)"))
        self._sequences: dict[int, tuple[CataloguedSequence, VerdictState | None]] = {}

    def of_folder(self, folder_id: int) -> list[CataloguedAsset]:
        """Every asset of one folder, by name."""
        path = bytes(self._database.value("SELECT path FROM folder WHERE id = ?", (folder_id,)))
        found = [self._single(path, row) for row in self._single_rows(folder_id)]
        for row in self._sequence_rows(folder_id):
            found += self._sequence_assets(folder_id, path, row)
        return sorted(found, key=lambda asset: asset.name)

    def after(self, folder: bytes | None = None) -> Iterator[tuple[bytes, list[CataloguedAsset]]]:
        """The assets of each folder in the order of paths, from the one behind `folder` on; empty ones left out."""
        where, bindings = (" AND d.path > ?", (folder,)) if folder is not None else ("", ())
        rows = list(
            self._database.rows(
                f"SELECT d.id, d.path FROM folder d WHERE d.missed_scan IS NULL AND d.files > 0{where} ORDER BY d.path",
                bindings,
            )
        )
        for folder_id, path in rows:
            assets = self.of_folder(folder_id)
            if assets:
                yield path, assets

    def find(self, folder: bytes, name: bytes) -> CataloguedAsset | None:
        """The asset called so in a folder."""
        return self.find_all(folder, (name,)).get(name)

    def find_all(self, folder: bytes, names: Sequence[bytes]) -> dict[bytes, CataloguedAsset]:
        """The assets called so in a folder, by name; looks through the folder once, however many are asked for."""
        folder_id = self._database.value("SELECT id FROM folder WHERE path = ?", (folder,))
        if folder_id is None:
            return {}
        asked = f" AND f.name IN ({', '.join('?' * len(names))})"
        found = [self._single(folder, row) for row in self._single_rows(folder_id, asked, names)]
        for row in self._sequence_rows(folder_id):
            if CataloguedSequence(*row[:9]).asset_name in names:
                found += self._sequence_assets(folder_id, folder, row)
        return {asset.name: asset for asset in found}

    def verdict_of_file(self, file_id: int, folder_id: int, name: bytes, sequence_id: int | None) -> str:
        """The word for the verdict on a file, or on the sequence it belongs to; empty where there is none."""
        state = self.state_of_file(file_id, folder_id, name, sequence_id)
        return state.word if state else ""

    def state_of_file(self, file_id: int, folder_id: int, name: bytes, sequence_id: int | None) -> VerdictState | None:
        """The verdict on a file, or on the sequence it belongs to; None where there is none."""
        if not self._has_verdicts:
            return None
        if sequence_id is None:
            return self._state_of_single(file_id, folder_id, name)
        return self._sequence(folder_id, sequence_id)[1]

    def judged(self, words: Sequence[str]) -> tuple[list[int], list[int]]:
        """Ids of the single files and of the sequences whose verdict is one of `words`, `stale` among them."""
        files: list[int] = []
        sequences: list[int] = []
        for (folder_id,) in list(self._database.rows(_WITH_VERDICTS)):
            for asset in self.of_folder(folder_id):
                if asset.verdict is None or asset.verdict.word not in words:
                    continue
                if asset.sequence is not None:
                    sequences.append(asset.sequence.id)
                elif asset.file_id is not None:
                    files.append(asset.file_id)
        return files, sequences

    def sequence(self, folder_id: int, sequence_id: int) -> CataloguedSequence:
        """One sequence."""
        return self._sequence(folder_id, sequence_id)[0]

    def _sequence_rows(self, folder_id: int) -> Iterator[tuple[Any, ...]]:
        return self._database.rows(f"{_SEQUENCES} WHERE folder_id = ? AND missed_scan IS NULL", (folder_id,))

    def _single_rows(self, folder_id: int, asked: str = "", names: Sequence[bytes] = ()) -> Iterator[tuple[Any, ...]]:
        return self._database.rows(
            "SELECT f.id, f.name, f.category, f.size, f.mtime_ns, f.folder_id FROM block b JOIN file f"
            " ON f.id BETWEEN b.first_id AND b.last_id WHERE b.folder_id = ? AND f.missed_scan IS NULL"
            f" AND f.sequence_id IS NULL AND (f.category IN ({self._kinds_listed}) OR EXISTS"
            f" (SELECT 1 FROM verdict v WHERE v.folder_id = f.folder_id AND v.asset = f.name)){asked}",
            (folder_id, *names),
        )

    def _single(self, path: bytes, row: tuple[Any, ...]) -> CataloguedAsset:
        file_id, name, category, size, mtime_ns, folder_id = row
        verdict = self._state_of_single(file_id, folder_id, name)
        return CataloguedAsset(file_id, folder_id, path, name, Category(category), size, mtime_ns, None, verdict)

    def _sequence_assets(self, folder_id: int, path: bytes, row: tuple[Any, ...]) -> Iterator[CataloguedAsset]:
        """The asset of a sequence; none where its frames are none of the kinds that are asked for."""
        sequence, verdict = self._sequence(folder_id, row[0])
        category = self._database.value(
            "SELECT f.category FROM block b JOIN file f ON f.id BETWEEN b.first_id AND b.last_id"
            " WHERE b.folder_id = ? AND f.sequence_id = ? LIMIT 1",
            (folder_id, sequence.id),
        )
        if category in self._kinds:
            yield CataloguedAsset(
                None, folder_id, path, sequence.asset_name, Category(category), row[9], row[10], sequence, verdict
            )

    def _sequence(self, folder_id: int, sequence_id: int) -> tuple[CataloguedSequence, VerdictState | None]:
        known = self._sequences.get(sequence_id)
        if known is None:
            row = self._database.row(f"{_SEQUENCES} WHERE id = ?", (sequence_id,))
            assert row is not None
            sequence = CataloguedSequence(*row[:9])
            verdict = self._state_of_sequence(folder_id, sequence)
            if len(self._sequences) > 10_000:
                self._sequences.clear()
            known = self._sequences[sequence_id] = (sequence, verdict)
        return known

    def _state_of_single(self, file_id: int, folder_id: int, name: bytes) -> VerdictState | None:
        """The verdict beside a file; else that of the last place from which it was moved without its sidecar."""
        state = self._state(folder_id, name, lambda: self._files_of(file_id))
        for old_folder, old_name, _ in self._places_before(file_id) if state is None else ():
            state = self._state_left(folder_id, old_folder, old_name, lambda: self._files_of(file_id))
            if state is not None:
                break
        return state

    def _state_of_sequence(self, folder_id: int, sequence: CataloguedSequence) -> VerdictState | None:
        """The same of a sequence, whose frames were moved together."""

        def frames() -> list[tuple[Any, ...]]:
            return self._frames_of(folder_id, sequence.id)

        state = self._state(folder_id, sequence.asset_name, frames, manifest=True)
        if state is not None or not self._has_moved:
            return state
        frame = self._database.value(
            "SELECT f.id FROM block b JOIN file f ON f.id BETWEEN b.first_id AND b.last_id JOIN moved m"
            " ON m.file_id = f.id WHERE b.folder_id = ? AND f.sequence_id = ? LIMIT 1",
            (folder_id, sequence.id),
        )
        for old_folder, _, old_sequence in self._places_before(frame):
            row = self._database.row(f"{_SEQUENCES} WHERE id = ?", (old_sequence,))
            name = CataloguedSequence(*row[:9]).asset_name if row else b""
            state = self._state_left(folder_id, old_folder, name, frames, manifest=True)
            if state is not None:
                break
        return state

    def _places_before(self, file_id: int | None) -> Iterator[tuple[int, bytes, int | None]]:
        """Folder, name and sequence of each row that a file was before it was moved, the last one first."""
        seen: set[int] = set()
        while self._has_moved and file_id is not None and file_id not in seen:
            seen.add(file_id)
            row = self._database.row(
                "SELECT o.id, o.folder_id, o.name, o.sequence_id FROM moved m JOIN file o ON o.id = m.from_id"
                " WHERE m.file_id = ?",
                (file_id,),
            )
            file_id = row[0] if row else None
            if row:
                yield row[1:]

    def _state_left(
        self,
        folder_id: int,
        old_folder: int,
        old_name: bytes,
        files: Callable[[], list[tuple[Any, ...]]],
        *,
        manifest: bool = False,
    ) -> VerdictState | None:
        """The verdict that was left behind in another folder; its sidecar is told from where the files are now."""
        state = self._state(old_folder, old_name, files, manifest=manifest)
        if state is None:
            return None
        here, there = (
            bytes(self._database.value("SELECT path FROM folder WHERE id = ?", (number,)))
            for number in (folder_id, old_folder)
        )
        return replace(state, sidecar=posixpath.relpath(b"/" + there + b"/" + state.sidecar, b"/" + here))

    def _files_of(self, file_id: int) -> list[tuple[Any, ...]]:
        return list(
            self._database.rows("SELECT name, size, mtime_ns, hash_state, hash FROM file WHERE id = ?", (file_id,))
        )

    def _frames_of(self, folder_id: int, sequence_id: int) -> list[tuple[Any, ...]]:
        return list(
            self._database.rows(
                "SELECT f.name, f.size, f.mtime_ns, f.hash_state, f.hash FROM block b JOIN file f"
                " ON f.id BETWEEN b.first_id AND b.last_id"
                " WHERE b.folder_id = ? AND f.sequence_id = ? AND f.missed_scan IS NULL",
                (folder_id, sequence_id),
            )
        )

    def _state(
        self, folder_id: int, asset: bytes, files: Callable[[], list[tuple[Any, ...]]], *, manifest: bool = False
    ) -> VerdictState | None:
        if not self._has_verdicts:
            return None
        row = self._database.row(
            "SELECT result, operator, time_us, note, reasons, content_hash, sidecar, size, mtime_ns, fingerprint,"
            " CASE WHEN fingerprint = '' OR json_extract(record, '$.unverifiable')"
            "  THEN json_extract(record, '$.sequence.cheap_fp') END"
            " FROM verdict WHERE folder_id = ? AND asset = ?",
            (folder_id, asset),
        )
        if row is None:
            return None
        result, operator, time_us, note, reasons, content_hash, sidecar, *seen = row
        judged = result != "pending" or bool(operator)
        stale = judged and not self._same(files(), content_hash, seen, manifest=manifest)
        return VerdictState(result, stale, operator, time_us, note, tuple(json.loads(reasons)), content_hash, sidecar)

    def _same(self, files: list[tuple[Any, ...]], content_hash: str, seen: list[Any], *, manifest: bool) -> bool:
        size, mtime_ns, fingerprint, cheap = seen
        if manifest and (cheap or not fingerprint):
            return _same_cheaply(files, json.loads(cheap or "{}"))
        hashed = all(state == _HASH_GOOD for _, _, _, state, _ in files)
        if manifest:
            if self._judge.fingerprint([(name, length, time) for name, length, time, _, _ in files]) == fingerprint:
                return True
            rows = [(name, length, str(self._judge.shown_hash(stored))) for name, length, _, _, stored in files]
            return hashed and self._judge.manifest_hash(rows) == content_hash
        if not files:
            return False
        _, length, time, _, stored = files[0]
        known = (self._judge.shown_hash(stored) if hashed else None) or ""
        if known and known.partition(":")[0] == content_hash.partition(":")[0]:
            return known == content_hash
        return size is None or (length, time) == (size, mtime_ns)


def _same_cheaply(files: list[tuple[Any, ...]], seen: dict[str, Any]) -> bool:
    """Whether number, bytes and newest time (whole seconds) are what an older tool noted, as far as it did."""
    newest = seen.get("newest_mtime")
    now = {
        "files": len(files),
        "bytes": sum(size for _, size, *_ in files),
        "newest_mtime": max((mtime for _, _, mtime, *_ in files), default=0) // 1_000_000_000,
    }
    seen = {**seen, "newest_mtime": int(newest) if isinstance(newest, float) else newest}
    return all(seen.get(key) in (None, value) for key, value in now.items())


#: Folders with a verdict, and those into which files were moved from one.
_WITH_VERDICTS = (
    "WITH RECURSIVE was (file_id, from_id) AS (SELECT file_id, from_id FROM moved UNION"
    " SELECT w.file_id, m.from_id FROM was w JOIN moved m ON m.file_id = w.from_id)"
    " SELECT DISTINCT folder_id FROM verdict UNION SELECT f.folder_id FROM was JOIN file o ON o.id = was.from_id"
    " JOIN file f ON f.id = was.file_id WHERE o.folder_id IN (SELECT folder_id FROM verdict)"
)
_SEQUENCES = (
    "SELECT id, base, ext, pad, first_frame, last_frame, frame_count, missing_count, ranges, bytes, newest_ns"
    " FROM sequence"
)

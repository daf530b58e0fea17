"""Looking through folders for assets, their records and their content: what crawl, sign-off and status have in common.

Folders stream: listing runs ahead of hashing, several files are hashed at once, and a folder is handed over when all
that is needed of it is known. Memory holds the folders in flight, never the library.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.errors import AppError, InputError
from app.files.hashcache import CACHE_NAME, FileState, is_racy, load_cache, racy_window_ns
from app.files.hashing import Hashed
from app.files.hashing import algorithm as best_algorithm
from app.files.hashpool import HashPool
from app.files.manifest import Member
from app.files.sidecar import SUBDIR
from app.files.sidecarfolder import find_sidecars
from app.files.walk import LISTED, SKIPPED, TIMED_OUT, WalkRequest, walk
from app.jobs.events import Stage
from app.jobs.job import Job
from app.model.names import decoded, raw, shown
from app.qc.assets import assets_in
from app.qc.judge import Content, Sameness, compare, content_of, needed_algorithm, same_content
from app.qc.reviewed import Reviewed, ReviewedFolder, read_records, sort_strays, with_sidecars
from app.qc.targets import Target, find_targets

_MOUNT = SKIPPED.index("mount")
_NS_PER_US = 1000
_PART = 2000


@dataclass(frozen=True, slots=True)
class ReviewOptions:
    """How to look.

    Attributes:
        min_sequence: fewer frames than this are single files.
        workers: files hashed at once; 0 for one a processor.
        ignore: names and paths to pass over, as globs.
        timeout_s: seconds without an answer from a drive before it counts as stuck.
        keep_hashes: write the hash caches of the folders.
        sidecar_mode: where new hash caches lie.
    """

    min_sequence: int = 2
    workers: int = 0
    ignore: tuple[str, ...] = ()
    timeout_s: float = 60.0
    keep_hashes: bool = False
    sidecar_mode: str = "subdir"


_Key = tuple[ReviewedFolder, Reviewed, bytes]


class Review:
    """One look through folders.

    Args:
        options: how to look.
        job: progress out, cancel in.
        wants_content: asked of each asset without a problem: whether its content is to be hashed even where names,
            sizes and times say that it is the same.
        handle: gets each folder once all that is needed of it is known, a huge one in parts; its hash cache is
            written after that.
    """

    def __init__(
        self,
        options: ReviewOptions,
        job: Job,
        *,
        wants_content: Callable[[Reviewed], bool],
        handle: Callable[[ReviewedFolder], None],
    ) -> None:
        self._options = options
        self._job = job
        self._wants_content = wants_content
        self._handle = handle
        self._algorithm = best_algorithm()
        self._in_flight: dict[Path, ReviewedFolder] = {}
        self._assets = 0
        self._bytes = 0
        self._told: set[str] = set()

    def run(self, paths: Iterable[Path]) -> None:
        """Look at every folder at and below `paths`, each a folder, a file, or the pattern of a sequence.

        Raises:
            InputError: a path is not there, is a link, or names no asset.
            DriveGone: a folder went away before it was looked at.
            Cancelled: the job was stopped; hashes made so far are kept in the caches.
        """
        targets = find_targets(paths)
        self._job.stage(Stage.SIDECARS)
        try:
            with HashPool[_Key](self._options.workers, silence_s=self._options.timeout_s) as pool:
                for (part, reviewed, name), outcome in pool.run(
                    self._items(targets), self._job, on_bytes=self._count_bytes
                ):
                    self._take(part, reviewed, name, outcome)
        finally:
            for folder in self._in_flight.values():
                self._save_hashes(folder)
        self._job.progress(self._assets, bytes_done=self._bytes, last=True)

    def _items(self, targets: list[Target]) -> Iterator[tuple[_Key, str, int]]:
        """What must be read, while folders are listed; a part of which nothing must be read is handled at once."""
        for target in targets:
            for folder, files in self._listed(target):
                self._job.progress(self._assets, bytes_done=self._bytes, current=shown(str(folder.path)))
                self._in_flight[folder.path] = folder
                folder.parts_open = 1
                for part in self._parts(folder, files, target):
                    folder.parts_open += 1
                    yield from self._begin(part)
                self._close_part(folder.path)

    def _begin(self, part: ReviewedFolder) -> Iterator[tuple[_Key, str, int]]:
        items = [
            ((part, reviewed, name), str(part.path / decoded(name)), size)
            for reviewed in part.assets
            if reviewed.problem is None and self._must_read(reviewed)
            for name, size in self._unknown(part, reviewed)
        ]
        if not items:
            self._finish(part)
            return
        part.open = len(items)
        self._let_settle([reviewed for _, reviewed, _ in (key for key, _, _ in items)])
        yield from items

    def _listed(self, target: Target) -> Iterator[tuple[ReviewedFolder, list[Member]]]:
        if target.chosen is not None:
            yield _list_folder(target.folder)
            return
        request = WalkRequest(raw(str(target.folder)), skip_hidden=True, globs=self._options.ignore)
        for listed in walk(request, self._job.token, timeout_s=self._options.timeout_s):
            path = target.folder / decoded(listed.path) if listed.path else target.folder
            folder = ReviewedFolder(path)
            if listed.skipped[_MOUNT] and "mount" not in self._told:
                self._told.add("mount")
                self._job.notice(
                    "qc.mount_skipped",
                    f"Other drives mounted below {shown(str(target.folder))} were left out",
                    "Name their folders to crawl them too.",
                )
            if listed.status == TIMED_OUT:
                folder.failed.append((path, InputError("it did not answer in time", code="folder.timeout")))
            elif listed.status != LISTED and not listed.errors:
                continue
            for name, reason, code in listed.errors:
                folder.failed.append((path / decoded(name) if name else path, InputError(reason, code=code)))
            names = listed.names
            folder.names = [*names, *listed.left_out]
            yield folder, list(zip(names, listed.sizes, listed.mtimes, strict=True))

    def _parts(self, folder: ReviewedFolder, files: list[Member], target: Target) -> Iterator[ReviewedFolder]:
        """The folder in parts of bounded size, each compared with its records as far as that needs no reading."""
        try:
            sidecars = find_sidecars(folder.path, folder.names)
        except InputError as error:
            if target.chosen is not None:
                raise
            folder.failed.append((folder.path / SUBDIR, error))
            yield folder
            return
        folder.leftovers = tuple(sidecars.temporary)
        any_kind = sidecars.named(name for name, _, _ in files)
        if target.chosen is not None:
            any_kind |= target.chosen.files
        assets = assets_in(folder.path, files, min_sequence=self._options.min_sequence, any_kind=any_kind)
        strays = sort_strays(folder, assets, sidecars, self._job.check)
        rest = [*with_sidecars(assets, sidecars), *folder.frames]
        if target.chosen is not None:
            chosen = {asset.name for asset in target.chosen.of(folder.path, assets)}
            rest = [reviewed for reviewed in with_sidecars(assets, sidecars) if reviewed.asset.name in chosen]
            folder.missing, folder.failed = [], []
        if rest:
            self._load_hashes(folder)
        part = folder
        while True:
            part.assets, rest = rest[:_PART], rest[_PART:]
            read_records(part, strays, self._job.check)
            self._compare(part)
            yield part
            if not rest:
                return
            part = ReviewedFolder(folder.path, folder.names, cache=folder.cache)

    def _compare(self, part: ReviewedFolder) -> None:
        if not part.cache.empty:
            _note_states(part)
        for reviewed in part.assets:
            if reviewed.problem is None and reviewed.record is not None:
                outcome = compare(reviewed.asset, reviewed.record, part.cache, part.states)
                reviewed.same = None if outcome is Sameness.UNSURE else outcome is Sameness.SAME

    def _must_read(self, reviewed: Reviewed) -> bool:
        unsure = reviewed.record is not None and reviewed.same is None
        reviewed.reading = unsure or self._wants_content(reviewed)
        return reviewed.reading

    def _unknown(self, folder: ReviewedFolder, reviewed: Reviewed) -> list[tuple[bytes, int]]:
        """Members whose hash the cache does not know; those it knows are noted."""
        unknown: list[tuple[bytes, int]] = []
        for name, size, mtime in reviewed.asset.members:
            state = folder.states.get(name)
            known = folder.cache.find(name, state) if state and (state.size, state.mtime_ns) == (size, mtime) else None
            if known is not None and known.startswith(self._algorithm):
                reviewed.hashes[name] = (size, mtime, known)
            else:
                unknown.append((name, size))
        reviewed.open = len(unknown)
        reviewed.read_ns = time.time_ns()
        return unknown

    def _let_settle(self, reviewed: list[Reviewed]) -> None:
        """Wait until files that were written this moment are old enough for their hash to be believed later."""
        now = time.time_ns()
        young = [one.asset.newest_mtime_ns for one in reviewed if is_racy(one.asset.newest_mtime_ns, now)]
        waits = [mtime + racy_window_ns(mtime) - now for mtime in young if mtime <= now]
        if waits:
            self._job.token.wait_cancelled(max(waits) / 1e9 + 0.005)
            for one in reviewed:
                one.read_ns = time.time_ns()

    def _take(self, part: ReviewedFolder, reviewed: Reviewed, name: bytes, outcome: Hashed | AppError) -> None:
        if isinstance(outcome, AppError):
            reviewed.problem = reviewed.problem or outcome
        else:
            reviewed.hashes[name] = (outcome.size, outcome.mtime_ns, outcome.content_hash)
            reviewed.read_ns = min(reviewed.read_ns, outcome.hashed_ns)
            part.cache.add(name, outcome)
        part.open -= 1
        if part.open == 0:
            self._finish(part)

    def _finish(self, part: ReviewedFolder) -> None:
        for reviewed in part.assets:
            if reviewed.reading and reviewed.problem is None:
                self._conclude(reviewed)
            reviewed.hashes.clear()
        self._assets += len(part.assets)
        self._job.progress(self._assets, bytes_done=self._bytes, current=shown(str(part.path)))
        self._handle(part)
        part.assets.clear()
        self._close_part(part.path)

    def _close_part(self, path: Path) -> None:
        """One part less; with the last one, the folder's hashes are written."""
        folder = self._in_flight[path]
        folder.parts_open -= 1
        if folder.parts_open == 0:
            del self._in_flight[path]
            self._save_hashes(folder)

    def _conclude(self, reviewed: Reviewed) -> None:
        """Compare what was read with the record. It counts more than times, which a tool may have set back."""
        read_us = reviewed.read_ns // _NS_PER_US
        reviewed.content = content_of(reviewed.asset, reviewed.hashes, read_us, self._algorithm)
        record = reviewed.record
        known = reviewed.same is not None
        if record is None or (known and not record.verifiable):
            return
        named = needed_algorithm(record, self._algorithm)
        if named == self._algorithm:
            reviewed.same = same_content(record, reviewed.content)
            return
        if known:
            return
        other = self._read_again(reviewed, named)
        if other is not None:
            reviewed.same = same_content(record, other)

    def _read_again(self, reviewed: Reviewed, algorithm: str) -> Content | None:
        """The content in the algorithm of a record that another machine or tool wrote; None where that failed."""
        hashes: dict[bytes, tuple[int, int, str]] = {}
        folder = reviewed.asset.folder
        items = [(name, str(folder / decoded(name)), size) for name, size, _ in reviewed.asset.members]
        with HashPool[bytes](self._options.workers, silence_s=self._options.timeout_s, use_algorithm=algorithm) as pool:
            for name, outcome in pool.run(items, self._job, on_bytes=self._count_bytes):
                if isinstance(outcome, AppError):
                    reviewed.problem = reviewed.problem or outcome
                else:
                    hashes[name] = (outcome.size, outcome.mtime_ns, outcome.content_hash)
        if reviewed.problem is not None:
            return None
        return content_of(reviewed.asset, hashes, reviewed.read_ns // _NS_PER_US, algorithm)

    def _load_hashes(self, folder: ReviewedFolder) -> None:
        try:
            folder_id = folder.path.stat().st_ino
        except OSError:
            return
        folder.cache_path = _cache_path(folder, self._options.sidecar_mode)
        folder.cache = load_cache(folder.cache_path, folder_id)
        if folder.cache.problem and self._options.keep_hashes:
            self._job.notice(
                "qc.cache_rebuilt",
                f"The hash cache of {shown(str(folder.path))} could not be read and is"
                f" made anew: {folder.cache.problem}",
            )

    def _save_hashes(self, folder: ReviewedFolder) -> None:
        path = folder.cache_path
        if not self._options.keep_hashes or path is None or not folder.cache.dirty or not path.parent.is_dir():
            return
        folder.cache.keep_only(set(folder.names))
        try:
            folder.cache.save(path)
        except InputError as error:
            if "cache" not in self._told:
                self._told.add("cache")
                self._job.notice("qc.cache_not_saved", error.message, "Hashes are made again with the next crawl.")

    def _count_bytes(self, count: int) -> None:
        self._bytes += count
        self._job.progress(self._assets, bytes_done=self._bytes)


def _note_states(part: ReviewedFolder) -> None:
    """Look at each file, so that the hash cache can be asked about it."""
    for reviewed in part.assets:
        for name, _, _ in reviewed.asset.members:
            with suppress(OSError):
                status = (part.path / decoded(name)).lstat()
                part.states[name] = FileState(status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)


def _cache_path(folder: ReviewedFolder, mode: str) -> Path:
    """The hash cache that lies there, else where one is made: with the sidecars."""
    inner, outer = folder.path / SUBDIR / CACHE_NAME, folder.path / CACHE_NAME
    if SUBDIR.encode() in folder.names and inner.exists():
        return inner
    if mode == "subdir":
        return inner
    return outer


def _list_folder(path: Path) -> tuple[ReviewedFolder, list[Member]]:
    """One folder, read here and now: somebody named a file in it."""
    folder, files = ReviewedFolder(path), []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                name = raw(entry.name)
                folder.names.append(name)
                if entry.is_file(follow_symlinks=False):
                    with suppress(FileNotFoundError):
                        status = entry.stat(follow_symlinks=False)
                        files.append((name, status.st_size, status.st_mtime_ns))
    except OSError as error:
        raise InputError(
            f"{shown(str(path))} cannot be listed: {error.strerror or error}",
            code="folder.unreadable",
            hint="Check who may read it.",
        ) from error
    return folder, sorted(files)

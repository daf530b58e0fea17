"""Removing what QC left in media folders: sidecars without a verdict, hash caches, leftovers, empty `.qc` folders.

A media file, a frame of a sequence or a catalogued file is never removed, whatever was asked; nor is a sidecar that
holds a person's verdict, now or in its history, unless that was asked for.
"""

import fnmatch
import os
import re
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from app.engine import Engine
from app.errors import AppError, HeldByAnother, InputError
from app.files.atomic import is_leftover, is_temporary
from app.files.hashcache import CACHE_NAME
from app.files.sequences import group_names
from app.files.sidecar import SUBDIR, Record, read_sidecar, sidecar_name
from app.files.sidecarfolder import is_sidecar
from app.files.walk import LISTED, WalkRequest, walk
from app.jobs.events import Stage
from app.jobs.filelock import hold_file_lock
from app.jobs.job import Job
from app.jobs.limits import refuse_nonsense
from app.media.magic import HEAD_BYTES, by_first_bytes
from app.media.opening import opened
from app.model.kinds import MEDIA, category_of
from app.model.names import decoded, folded, raw, shown
from app.qc.record import ShardUpdates, catalogued_names
from app.qc.verdicts import holds_verdict

DEFAULT_WORKERS = 8

_LOCK_WAIT_S = 30.0
_MOST_PROBLEMS = 50
_OUTER_LOCK = ".qc.lock"
_LOCKS = (".lock", _OUTER_LOCK)


@dataclass(frozen=True, slots=True)
class CleanRequest:
    """What to remove.

    Attributes:
        path: the folder; all below it is cleaned too.
        dry_run: remove nothing, say what would be.
        include_hidden: go into hidden folders other than `.qc` too.
        globs: further file names to remove, as patterns.
        workers: files removed at once.
        with_verdicts: remove verdicts too.
    """

    path: Path
    dry_run: bool = False
    include_hidden: bool = False
    globs: tuple[str, ...] = ()
    workers: int = DEFAULT_WORKERS
    with_verdicts: bool = False


@dataclass(slots=True)
class CleanResult:
    """What was removed.

    Attributes:
        removed: files removed (with `dry_run`: that would be).
        kept: files that matched and were kept.
        bytes: of the removed.
        verdicts: how many of the kept are sidecars with a verdict.
        protected: how many of the kept are media or catalogued files that a glob matched.
        failed: how many of the kept could not be removed.
        problems: path and reason of the first of those.
        files: with `dry_run`, what would be removed; else empty.
    """

    removed: int = 0
    kept: int = 0
    bytes: int = 0
    verdicts: int = 0
    protected: int = 0
    failed: int = 0
    problems: list[tuple[Path, str]] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Candidate:
    path: Path
    size: int
    record: Record | None = None


def qc_clean(engine: Engine, request: CleanRequest, job: Job) -> CleanResult:
    """Remove QC artefacts below a folder, and their verdicts from the shard of the drive that covers it.

    Raises:
        UsageError: there cannot be so many workers.
        InputError: the path is no folder.
        DriveGone: the folder went away.
        Cancelled: the job was stopped; what was removed stays removed.
    """
    refuse_nonsense(request)
    path = request.path.absolute()
    if path.is_symlink() or not path.is_dir():
        raise InputError(f"{shown(str(path))} is no folder", hint="Name the folder to clean.", code="qc.not_a_folder")
    job.stage(Stage.DELETE)
    with ThreadPoolExecutor(max(1, request.workers)) as executor, ShardUpdates(engine, job) as shards:
        run = _Clean(engine, request, job, executor, shards)
        if path.name == SUBDIR:
            run.clean(path.parent, [], [SUBDIR.encode()])
            return run.result
        walk_request = WalkRequest(raw(str(path)), skip_hidden=not request.include_hidden)
        for listed in walk(walk_request, job.token, timeout_s=engine.settings.robust.op_timeout_s):
            if listed.status != LISTED or SUBDIR.encode() in listed.path.split(b"/"):
                continue
            folder = path / decoded(listed.path) if listed.path else path
            run.clean(folder, listed.names, [*listed.left_out, *listed.subfolders])
        return run.result


class _Clean:
    """One cleaning: finds what may go in each folder, removes it and counts."""

    def __init__(
        self, engine: Engine, request: CleanRequest, job: Job, executor: ThreadPoolExecutor, shards: ShardUpdates
    ) -> None:
        self.result = CleanResult()
        self._engine = engine
        self._request = request
        self._job = job
        self._executor = executor
        self._shards = shards
        self._globs = [re.compile(fnmatch.translate(glob).encode("utf-8", "surrogateescape")) for glob in request.globs]

    def clean(self, folder: Path, visible: list[bytes], others: list[bytes]) -> None:
        """Clean one folder.

        Args:
            folder: absolute path.
            visible: raw names of its regular files.
            others: raw names of what else is in it: hidden files where the walk left them out, folders.
        """
        self._job.progress(self.result.removed, bytes_done=self.result.bytes, current=shown(str(folder)))
        names = [*visible, *others]
        beside = [name for name in names if _is_artefact(name) or any(glob.match(name) for glob in self._globs)]
        inner = folder / SUBDIR
        has_inner = SUBDIR.encode() in others and not inner.is_symlink() and inner.is_dir()
        has_lock = _OUTER_LOCK.encode() in names
        if not beside and not has_inner and not has_lock:
            return
        protected = self._protected(folder, names, beside)
        if self._request.dry_run:
            self._remove(folder, self._beside(folder, beside, protected))
            self._remove(folder, self._inside(inner) if has_inner else iter(()))
            return
        if beside or has_lock:
            self._remove_locked(folder / _OUTER_LOCK, folder, self._beside(folder, beside, protected))
        if has_inner:
            self._remove_locked(inner / ".lock", folder, self._inside(inner))
            _remove_empty_folders(inner)

    def _protected(self, folder: Path, names: list[bytes], beside: list[bytes]) -> set[bytes]:
        """Names that a glob may not take: frames of sequences, reviewed files and what a shard has."""
        if all(_is_artefact(name) for name in beside):
            return set()
        grouped = {names[index] for group in group_names(names).sequences for index in group.members}
        sidecars = set(names) | {raw(found.name) for found in _files_in(folder / SUBDIR)}
        reviewed = {name for name in beside if {sidecar_name(name), b"." + sidecar_name(name)} & sidecars}
        try:
            return grouped | reviewed | catalogued_names(self._engine, folder)
        except AppError as error:
            self._job.notice("qc.catalogue_unreadable", f"Nothing that a glob matches is removed: {error.message}")
            return set(names)

    def _beside(self, folder: Path, names: list[bytes], protected: set[bytes]) -> Iterator[_Candidate]:
        """What may go of the files in the folder itself."""
        for name in names:
            path = folder / decoded(name)
            if _is_artefact(name):
                yield from self._artefact(path)
            elif name in protected or _is_media(path):
                self.result.kept += 1
                self.result.protected += 1
            else:
                yield from _candidate(path)

    def _inside(self, inner: Path) -> Iterator[_Candidate]:
        """What may go of a `.qc` folder: all but verdicts and media that somebody put there."""
        for path in _files_in(inner):
            name = raw(path.name)
            if path.name in _LOCKS:
                continue
            if is_sidecar(name):
                yield from self._artefact(path)
            elif _is_media(path):
                self.result.kept += 1
                self.result.protected += 1
            else:
                yield from _candidate(path)

    def _artefact(self, path: Path) -> Iterator[_Candidate]:
        if is_temporary(raw(path.name)) and not is_leftover(path):
            return
        record, holds_verdict = _record_in(path) if is_sidecar(raw(path.name)) else (None, False)
        if holds_verdict and not self._request.with_verdicts:
            self.result.kept += 1
            self.result.verdicts += 1
            return
        yield from _candidate(path, record)

    def _remove_locked(self, lock: Path, folder: Path, candidates: Iterator[_Candidate]) -> None:
        """Remove what is found once the lock is held; where it cannot be had, all of it stays."""
        try:
            with hold_file_lock(lock, self._job.token, _LOCK_WAIT_S):
                self._remove(folder, candidates)
        except (InputError, HeldByAnother) as error:
            for candidate in candidates:
                self._fail(candidate.path, error.message)

    def _remove(self, folder: Path, candidates: Iterator[_Candidate]) -> None:
        found = list(candidates)
        self._job.check()
        if self._request.dry_run:
            self.result.files += [candidate.path for candidate in found]
        errors = [None] * len(found) if self._request.dry_run else self._executor.map(_unlink, found)
        gone: list[Record] = []
        for candidate, error in zip(found, errors, strict=True):
            if error is None:
                self.result.removed += 1
                self.result.bytes += candidate.size
                gone += [candidate.record] if candidate.record else []
            else:
                self._fail(candidate.path, error)
        if not self._request.dry_run:
            self._shards.removed(folder, gone)

    def _fail(self, path: Path, reason: str) -> None:
        self.result.kept += 1
        self.result.failed += 1
        if len(self.result.problems) < _MOST_PROBLEMS:
            self.result.problems.append((path, reason))
        self._job.item_failed(shown(str(path)), reason, "qc.not_removed")


def _is_artefact(name: bytes) -> bool:
    return is_sidecar(name) or is_temporary(name) or name == CACHE_NAME.encode()


def _record_in(path: Path) -> tuple[Record | None, bool]:
    """The record of a sidecar, and whether it holds a person's verdict; one that cannot be read may."""
    try:
        record = read_sidecar(path)
    except FileNotFoundError:
        return None, False
    except AppError:
        return None, True
    return record, holds_verdict(record)


def _is_media(path: Path) -> bool:
    """Whether a file is media by its name or by its first bytes; one that cannot be read may be."""
    if category_of(folded(raw(path.name))) in MEDIA:
        return True
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        with opened(path) as file:
            found = by_first_bytes(file.read_at(0, HEAD_BYTES))
    except (AppError, OSError):
        return True
    return found is not None and found.kind in ("image", "video", "audio")


def _candidate(path: Path, record: Record | None = None) -> Iterator[_Candidate]:
    """The file, if it is a regular one: links and folders stay."""
    try:
        status = path.lstat()
    except OSError:
        return
    if stat.S_ISREG(status.st_mode):
        yield _Candidate(path, status.st_size, record)


def _files_in(folder: Path) -> Iterator[Path]:
    """All files of a folder and below it; links are not followed."""
    for root, _, names in os.walk(folder):
        yield from (Path(root) / name for name in names)


def _remove_empty_folders(folder: Path) -> None:
    for root, _, _ in os.walk(folder, topdown=False):
        try:
            Path(root).rmdir()
        except OSError:
            continue


def _unlink(candidate: _Candidate) -> str | None:
    """Remove one file; why not, where that fails."""
    try:
        candidate.path.unlink(missing_ok=True)
    except OSError as error:
        return error.strerror or str(error)
    return None

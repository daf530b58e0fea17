"""The operation `inspect`: everything known of files and sequences. It writes nothing but what it is asked to keep.

It needs no catalogue, but asks one for what was recorded of a drive that is not connected.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.errors import AppError, InputError
from app.files.showconfig import ShowConfig
from app.inspection.expected import Expectation
from app.inspection.filedocuments import HANDLER, DocumentText, file_documents
from app.inspection.finding import folder_named, means_sequence
from app.inspection.framereaders import FrameReaders
from app.jobs.children import ChildPool
from app.jobs.events import Stage
from app.jobs.job import CancelToken, Job
from app.model.inspecting import InspectOptions
from app.model.measuring import DEFAULTS, MeasureOptions
from app.model.names import decoded, posix, raw, raw_name, shown

if TYPE_CHECKING:
    from app.engine import Engine

_MEMORY_BYTES = 4 << 30
_GROUP = 256
_CHILDREN = 4

Document = dict[str, Any]
Records = Callable[[str, CancelToken], Document | None]


@dataclass(frozen=True, slots=True)
class InspectRequest:
    """What is inspected, and how far.

    Attributes:
        paths: files, and patterns of sequences (`sh010.####.exr`).
        stats, deep_stats, sample, measure, raw: as in `InspectOptions`.
        range: the frames that a sequence should have (`1001-1100`).
        policy: the policy that judges what was found.
        measuring: the thresholds by which movies and sound are measured; see `InspectOptions`.
        shows: what is known of shots, for the frames of sequences where neither a range nor a pattern names them.
        keep: what was found is kept in the records of the connected drives that the files lie on.
    """

    paths: tuple[str, ...]
    stats: bool = False
    deep_stats: bool = False
    sample: int = 1
    range: str = ""
    policy: str = ""
    measure: bool = False
    raw: bool = False
    measuring: tuple[MeasureOptions, ...] = (DEFAULTS,)
    shows: ShowConfig = ShowConfig()
    keep: bool = False

    @property
    def options(self) -> InspectOptions:
        """The part of it that each file needs."""
        return InspectOptions(
            self.stats, self.deep_stats, self.sample, self.measure or self.stats, self.raw, self.measuring
        )


@dataclass(frozen=True, slots=True)
class InspectResult:
    """One document for each path, in the order of the request; `kind` is None where nothing could be told."""

    documents: tuple[Document, ...]


def inspect(engine: "Engine", request: InspectRequest, job: Job) -> InspectResult:
    """Inspect files and sequences.

    Raises:
        InputError: the only path cannot be used. With several, its document says why.
        Cancelled: it was stopped.
    """
    return InspectResult(tuple(inspect_each(request, job, partial(recorded_on_shelf, engine))))


def recorded_on_shelf(engine: "Engine", path: str, token: CancelToken) -> Document | None:
    """What is recorded of a path on a drive that is not connected, with `recorded`, the time of that; else None.

    Raises:
        InputError: the drive knows the file, and its facts were never read, or by an older version.
        AppError: the shard of the drive cannot be used.
    """
    from app.inspection.records import record_of

    if os.path.lexists(path):
        return None
    found = record_of(engine, path, token, shelf_only=True)
    if found is not None and found.document is None and found.problem:
        raise InputError(
            f"{found.drive.label} is not connected, and this file could not be read: {found.problem}",
            hint="Connect the drive, let the file be read, and scan it again.",
            code="facts.not_recorded",
        )
    if found is not None and found.document is None:
        raise InputError(
            f"{found.drive.label} is not connected, and what it has recorded of this file cannot be used",
            hint=found.hint,
            code="facts.not_recorded",
        )
    return None if found is None else found.document


def inspect_each(request: InspectRequest, job: Job, records: Records | None = None) -> Iterator[Document]:
    """The documents one after the other, in the order of the request; only a bounded number is held.

    Args:
        request: what is inspected.
        job: progress and cancel.
        records: where given, asked for the document of a path that cannot be read.

    Raises:
        InputError: the only path cannot be used.
        UsageError: the range of frames cannot be read, or a path cannot be a sequence.
        Cancelled: it was stopped.
    """
    for told in inspect_as_text(request, job, records):
        yield told.parsed() if isinstance(told, DocumentText) else told


def inspect_as_text(
    request: InspectRequest, job: Job, records: Records | None = None
) -> Iterator[Document | DocumentText]:
    """The same, with the documents of files as the JSON that the children wrote. Raises as `inspect_each`."""
    job.stage(Stage.INSPECT, len(request.paths))
    done = 0
    size = min(_CHILDREN, len(request.paths), os.cpu_count() or 1)
    with ChildPool(HANDLER, size, memory_bytes=_MEMORY_BYTES) as pool, FrameReaders() as readers:
        paths = iter(request.paths)
        while group := list(islice(paths, _GROUP)):
            for path, told in _group(pool, readers, group, request, job):
                done += 1
                if len(request.paths) > 1:
                    job.progress(done, current=shown(path))
                job.check()
                if isinstance(told, AppError) and records is not None:
                    told = _recorded(records, path, told, job)  # noqa: PLW2901
                yield _usable(path, told, request, job)


def _recorded(records: Records, path: str, told: AppError, job: Job) -> Document | AppError:
    """The document that is recorded of a path that cannot be read; else why there is none."""
    try:
        return records(path, job.token) or told
    except AppError as error:
        return error


def _group(
    pool: ChildPool, readers: FrameReaders, paths: list[str], request: InspectRequest, job: Job
) -> Iterator[tuple[str, Document | DocumentText | AppError]]:
    """What is told of each of some paths, in their order."""
    folders = {path for path in paths if os.path.isdir(path)}  # noqa: PTH112 - bytes that are no Unicode must stay
    sequences = {path for path in paths if path not in folders and means_sequence(path, request.range)}
    files = {index: path for index, path in enumerate(paths) if path not in folders and path not in sequences}
    heard = _Steps(request.paths[0], job).hear if len(request.paths) == 1 else None
    told = file_documents(pool, files, request.options, job.token, heard)
    for index, path in enumerate(paths):
        if index in files:
            yield path, next(told)[1]
        else:
            yield path, folder_named(path) if path in folders else _sequence(path, request, job, readers)


def _sequence(path: str, request: InspectRequest, job: Job, readers: FrameReaders) -> Document | AppError:
    """The document of a sequence, or why there is none; a range that is none is raised."""
    from app.inspection.finding import find_sequence
    from app.inspection.sequences import inspect_sequence

    try:
        found = find_sequence(path, request.range)
    except InputError as error:
        return error
    expected = found.expected
    if expected is None and not found.sequence.udim:
        expected = Expectation(shows=request.shows).of(decoded(found.directory), found.sequence)
    document = inspect_sequence(found.directory, found.sequence, request.options, expected, job, readers)
    job.stage(Stage.INSPECT, len(request.paths))
    return document


class _Steps:
    """The progress of the only file, in the steps that its reader counts: bytes of a movie, blocks of an image."""

    def __init__(self, path: str, job: Job) -> None:
        self._path, self._job, self._total = shown(path), job, 0

    def hear(self, _index: int, numbers: list[int]) -> None:
        done, total = numbers
        if total != self._total:
            self._total = total
            self._job.stage(Stage.INSPECT, total)
        self._job.progress(done, current=self._path)


def _usable(
    path: str, told: Document | DocumentText | AppError, request: InspectRequest, job: Job
) -> Document | DocumentText:
    """The document; where there is none, the error of the only path, or a document that says why."""
    if not isinstance(told, AppError):
        return told
    if len(request.paths) == 1:
        raise InputError(_sentence(path, told), hint=told.hint, code=told.code)
    job.item_failed(shown(path), told.message, told.code)
    return failed_document(path, told)


def _sentence(path: str, error: AppError) -> str:
    """The error with the name of its file, once."""
    name = shown(path)
    return error.message if error.message.startswith(name) else f"{name}: {error.message}"


def failed_document(path: str, error: AppError) -> Document:
    """The document of a file of which nothing can be told, with the reason."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - by text alone
    entry: Document = {"path": posix(absolute), "name": shown(absolute.name)}
    unshown = raw_name(raw(absolute.name))
    if unshown is not None:
        entry["raw_name"] = unshown
    return {
        "schema_version": 2,
        "kind": None,
        "file": entry,
        "streams": [],
        "attributes": {},
        "stats": None,
        "validation": {"policy": None, "outcome": None, "findings": []},
        "fingerprints": {},
        "errors": [{"code": error.code, "message": error.message, "hint": error.hint}],
    }

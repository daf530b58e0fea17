"""The operation `inspect`: everything known of files and sequences. It writes nothing.

It needs no catalogue, but asks one for what was recorded of a drive that is not connected.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from app.engine import Engine
from app.errors import AppError, InputError
from app.inspection.finding import find_sequence, means_sequence
from app.inspection.records import record_of
from app.inspection.sequences import inspect_sequence
from app.jobs.children import ChildPool
from app.jobs.events import Stage
from app.jobs.job import CancelToken, Job
from app.model.inspecting import InspectOptions
from app.model.names import raw, raw_name, shown

_HANDLER = "app.media.worker:document"
_MEMORY_BYTES = 4 << 30
_TIMEOUT_S = 60.0
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
    """

    paths: tuple[str, ...]
    stats: bool = False
    deep_stats: bool = False
    sample: int = 1
    range: str = ""
    policy: str = ""
    measure: bool = False
    raw: bool = False

    @property
    def options(self) -> InspectOptions:
        """The part of it that each file needs."""
        return InspectOptions(self.stats, self.deep_stats, self.sample, self.measure or self.stats, self.raw)


@dataclass(frozen=True, slots=True)
class InspectResult:
    """One document for each path, in the order of the request; `kind` is None where nothing could be told."""

    documents: tuple[Document, ...]


def inspect(engine: Engine, request: InspectRequest, job: Job) -> InspectResult:
    """Inspect files and sequences.

    Raises:
        InputError: the only path cannot be used. With several, its document says why.
        Cancelled: it was stopped.
    """
    return InspectResult(tuple(inspect_each(request, job, partial(recorded_on_shelf, engine))))


def recorded_on_shelf(engine: Engine, path: str, token: CancelToken) -> Document | None:
    """What is recorded of a path on a drive that is not connected, with `recorded`, the time of that; else None."""
    if os.path.lexists(path):
        return None
    found = record_of(engine, path, token, shelf_only=True)
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
    job.stage(Stage.INSPECT, len(request.paths))
    done = 0
    with ChildPool(
        _HANDLER, min(_CHILDREN, len(request.paths), os.cpu_count() or 1), memory_bytes=_MEMORY_BYTES
    ) as pool:
        paths = iter(request.paths)
        while group := list(islice(paths, _GROUP)):
            for path, answer in zip(group, _in_order(pool, group, request, job), strict=True):
                done += 1
                if len(request.paths) > 1:
                    job.progress(done, current=shown(path))
                job.check()
                told = _sequence(path, request, job) if answer is None else answer
                recorded = records(path, job.token) if isinstance(told, AppError) and records is not None else None
                yield _told(path, recorded or told, request, job)


def _sequence(path: str, request: InspectRequest, job: Job) -> Document | AppError:
    """The document of a sequence, or why there is none; a range that is none is raised."""
    try:
        found = find_sequence(path, request.range)
    except InputError as error:
        return error
    document = inspect_sequence(found.directory, found.sequence, request.options, found.expected, job)
    job.stage(Stage.INSPECT, len(request.paths))
    return document


def _in_order(
    pool: ChildPool, paths: list[str], request: InspectRequest, job: Job
) -> Iterator[Document | AppError | None]:
    """The answers for some paths in their order, each as soon as those before it are there; None for a sequence."""
    ready: dict[int, Document | AppError | None] = {}
    next_one = 0
    heard = _Steps(request.paths[0], job).hear if len(request.paths) == 1 else None
    for index, answer in pool.map(_requests(paths, request, ready), job.token, _TIMEOUT_S, heard):
        ready[index] = answer if isinstance(answer, AppError) else answer[0][0]["document"]
        while next_one in ready:
            yield ready.pop(next_one)
            next_one += 1
    while next_one in ready:
        yield ready.pop(next_one)
        next_one += 1


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


def _requests(
    paths: Iterable[str], request: InspectRequest, ready: dict[int, Document | AppError | None]
) -> Iterator[tuple[int, Document]]:
    for index, path in enumerate(paths):
        if os.path.isdir(path):  # noqa: PTH112 - bytes that are no Unicode must stay as they are
            ready[index] = _folder(path)
        elif means_sequence(path, request.range):
            ready[index] = None
        else:
            yield index, {"path": path, **asdict(request.options)}


def _folder(path: str) -> InputError:
    return InputError(
        f"{shown(path)} is a folder",
        hint="Name files in it, or a sequence as sh010.####.exr; `reelmark sequences` lists the sequences of a folder.",
        code="input.is_folder",
    )


def _told(path: str, answer: Document | AppError, request: InspectRequest, job: Job) -> Document:
    """The document; where there is none, the error of the only path, or a document that says why."""
    if not isinstance(answer, AppError):
        return answer
    if len(request.paths) == 1:
        raise InputError(f"{shown(path)}: {answer.message}", hint=answer.hint, code=answer.code)
    job.item_failed(shown(path), answer.message, answer.code)
    return failed_document(path, answer)


def failed_document(path: str, error: AppError) -> Document:
    """The document of a file of which nothing can be told, with the reason."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - by text alone
    entry: Document = {"path": shown(absolute.as_posix()), "name": shown(absolute.name)}
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

"""Files that are made like another one, over all drives, connected or not: what `similar` lists."""

import heapq
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.catalog.assets import ShardAssets
from app.catalog.database import Database
from app.catalog.dberrors import ABSENT
from app.catalog.inspections import recorded_document
from app.catalog.searchplan import clear
from app.catalog.where import Condition, files_where
from app.engine import Engine
from app.errors import AppError, InputError
from app.inspection.records import record_of
from app.inspection.structure import (
    CHANNELS,
    METADATA,
    VERSION,
    Features,
    channel_features,
    metadata_features,
    structure_of,
)
from app.jobs.children import ChildPool
from app.jobs.job import Job
from app.model.drives import Drive
from app.model.names import shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BLOCK = 1024
_TIMEOUT_S = 60.0
_MOST_WORDS = 8
#: How much the metadata counts in the score; the channels count the rest.
_OF_METADATA = 0.6

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SimilarRequest:
    """What is looked for.

    Attributes:
        file: an OpenEXR file: a path that can be read, or one that is recorded of a drive on the shelf.
        limit: neighbours at most.
        where: conditions that they must hold.
        drives: labels or ids of the drives that are looked at; empty for all.
    """

    file: str
    limit: int = 20
    where: tuple[Condition, ...] = ()
    drives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One kind of feature in which two files differ: what only the one that was asked about has, and only the other."""

    feature: str
    only_here: tuple[str, ...]
    only_there: tuple[str, ...]

    def document(self) -> Document:
        """As JSON."""
        return {"feature": self.feature, "only_here": list(self.only_here), "only_there": list(self.only_there)}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A file, or a sequence by one of its frames, that is made like the one that was asked about.

    Attributes:
        drive: where it lies.
        path: below the drive's base, raw bytes.
        file_id: its row.
        frames: the frame range of its sequence, or empty.
        score: from 0 to 1: 1 for equal ones, near 0 for such as have nothing in common.
        metadata, channels: the two parts of the score.
        why: what differs, the weightiest first.
    """

    drive: Drive
    path: bytes
    file_id: int
    frames: str
    score: float
    metadata: float
    channels: float
    why: tuple[Difference, ...]

    def document(self) -> Document:
        """The JSON of `reelmark similar`."""
        base = self.drive.base.replace("\\", "/").rstrip("/")
        return {
            "path": f"{shown(base)}/{shown(self.path)}",
            "relative_path": shown(self.path),
            "drive": self.drive.label,
            "online": self.drive.online,
            "frames": self.frames or None,
            "score": round(self.score, 4),
            "metadata_score": round(self.metadata, 4),
            "channels_score": round(self.channels, 4),
            "why": [difference.document() for difference in self.why],
        }


@dataclass(frozen=True, slots=True)
class SimilarResult:
    """The neighbours, nearest first; `compared` is with how many different structures the file was compared."""

    path: str
    neighbours: tuple[Neighbour, ...]
    compared: int
    seconds: float
    problems: tuple[tuple[Drive, AppError], ...] = ()


@dataclass(frozen=True, slots=True)
class _Query:
    """The file that is asked about; where it is catalogued, its drive and row."""

    document: Document
    drive_id: str = ""
    file_id: int = 0


def find_similar(engine: Engine, request: SimilarRequest, job: Job) -> SimilarResult:
    """Find the neighbours of a file. A sequence is one neighbour; the file's own is left out.

    Raises:
        InputError: the file cannot be read and is not recorded either, or is no OpenEXR; or there is no such drive.
        Cancelled: the token was set.
    """
    started = time.perf_counter()
    drives = engine.catalog.drives_called(list(request.drives))
    query = _query(engine, request.file, job)
    made = structure_of(query.document)
    if made is None:
        raise InputError(
            f"{shown(request.file)} is no OpenEXR file", hint="Only those are compared by their structure."
        )
    found: list[Neighbour] = []
    compared = 0
    problems: list[tuple[Drive, AppError]] = []
    for drive in drives:
        try:
            with engine.catalog.open_shard(drive, job.token) as database:
                neighbours, count = _of_drive(engine, database, drive, query, made.vectors, request)
        except AppError as error:
            if error.code != ABSENT:
                problems.append((drive, error))
            continue
        compared += count
        found = heapq.nlargest(request.limit or len(found + neighbours), found + neighbours, key=_score)
    return SimilarResult(shown(request.file), tuple(found), compared, time.perf_counter() - started, tuple(problems))


def differences(one: Document, other: Document) -> tuple[Difference, ...]:
    """In which features two documents differ, the weightiest first."""
    here, there = _features(one), _features(other)
    for features in (here, there):
        for key in [key for key in features if key[0] == "size" and key[1].startswith("2^")]:
            del features[key]  # the size itself is told
    weights = {kind: weight for (kind, _), weight in (*here.items(), *there.items()) if kind not in _TOLD_ELSEWHERE}
    only_here = _by_kind(here.keys() - there.keys())
    only_there = _by_kind(there.keys() - here.keys())
    differing = [kind for kind in weights if kind in only_here or kind in only_there]
    differing.sort(key=lambda kind: (-weights[kind], kind))
    return tuple(
        Difference(kind, _some(only_here.get(kind, ())), _some(only_there.get(kind, ()))) for kind in differing
    )


def _by_kind(features: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, text in sorted(features):
        found.setdefault(kind, []).append(text)
    return found


_TOLD_ELSEWHERE = ("word", "layers")


def _some(words: Sequence[str]) -> tuple[str, ...]:
    """The first few, and how many more."""
    more = len(words) - _MOST_WORDS
    return (*words[:_MOST_WORDS], f"and {more} more") if more > 0 else tuple(words)


def _features(document: Document) -> Features:
    return {**channel_features(document), **metadata_features(document)}


def _score(neighbour: Neighbour) -> tuple[float, str, bytes]:
    return neighbour.score, neighbour.drive.id, neighbour.path


def _query(engine: Engine, file: str, job: Job) -> _Query:
    """The document of the file: read now, or as it is recorded."""
    record = record_of(engine, file, job.token)
    drive_id, file_id = (record.drive.id, record.file_id or 0) if record else ("", 0)
    if Path(file).is_file():
        with ChildPool("app.inspection.recording:tell", 1) as pool:
            for _, answer in pool.map([(None, {"path": file})], job.token, _TIMEOUT_S):
                if isinstance(answer, AppError):
                    raise InputError(f"{shown(file)}: {answer.message}", hint=answer.hint, code=answer.code)
                return _Query(answer[-1][0]["document"], drive_id, file_id)
    if record is not None and record.file_id is not None and record.document is None:
        raise InputError(
            f"what {record.drive.label} has recorded of {shown(file)} cannot be compared",
            hint=record.hint,
            code="facts.not_recorded",
        )
    if record is None or record.document is None or record.file_id is None:
        raise InputError(
            f"there is no file {shown(file)}",
            hint="It is not recorded of any drive either. Of a sequence, name one of its frames.",
            code="input.not_found",
        )
    return _Query(record.document, drive_id, file_id)


def _of_drive(
    engine: Engine, database: Database, drive: Drive, query: _Query, vectors: bytes, request: SimilarRequest
) -> tuple[list[Neighbour], int]:
    """The neighbours on one drive, and with how many structures the file was compared."""
    own = _sequence_of(database, query.file_id) if query.drive_id == drive.id else None
    assets = ShardAssets(database, engine.judge)
    if request.where:
        clear(database, "fact_file")
        sql, bindings = files_where(request.where)
        database.run(f"INSERT OR IGNORE INTO temp.fact_file {sql}", bindings)
    scored, count = ranked_structures(database, vectors, held=bool(request.where))
    found: list[Neighbour] = []
    told: set[int] = set()
    for score, metadata, channels, structure_id in scored:
        for file_id, folder_id, folder, name, sequence_id in _files_of(database, structure_id, bool(request.where)):
            mine = query.drive_id == drive.id and file_id == query.file_id
            if mine or (sequence_id is not None and (sequence_id == own or sequence_id in told)):
                continue
            frames = ""
            if sequence_id is not None:
                told.add(sequence_id)
                frames = assets.sequence(folder_id, sequence_id).ranges
            document = recorded_document(database, file_id)
            if document is not None:
                path = folder + b"/" + name if folder else name
                why = differences(query.document, document)
                found.append(Neighbour(drive, path, file_id, frames, score, metadata, channels, why))
            if request.limit and len(found) >= request.limit:
                return found, count
    return found, count


def ranked_structures(
    database: Database, vectors: bytes, *, held: bool
) -> tuple[Iterator[tuple[float, float, float, int]], int]:
    """Score, its two parts and number of every structure, best first; and how many there are.

    The vectors come in blocks, so that memory stays bounded: of each structure four numbers are kept.
    """
    import numpy as np

    query = np.frombuffer(vectors, "<f4")
    only = " AND id IN (SELECT structure_id FROM facts WHERE file_id IN temp.fact_file)" if held else ""
    rows = database.rows(f"SELECT id, vectors FROM structure WHERE version = ?{only}", (VERSION,))
    numbers, metadata, channels = [], [], []
    width = METADATA + CHANNELS
    while block := list(islice(rows, _BLOCK)):
        kept = np.frombuffer(b"".join([row[1] for row in block]), "<f2").reshape(len(block), width).astype("<f4")
        numbers.append(np.array([row[0] for row in block]))
        metadata.append(_cosines(kept[:, :METADATA], query[:METADATA]))
        channels.append(_cosines(kept[:, METADATA:], query[METADATA:]))
    if not numbers:
        return iter(()), 0
    ids, of_metadata, of_channels = (np.concatenate(parts) for parts in (numbers, metadata, channels))
    scores = _OF_METADATA * of_metadata + (1 - _OF_METADATA) * of_channels
    order = np.lexsort((ids, -scores))
    ranked = ((float(scores[at]), float(of_metadata[at]), float(of_channels[at]), int(ids[at])) for at in order)
    return ranked, len(ids)


def _cosines(kept: "NDArray[np.float32]", query: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """How alike each row is to the query, 0 to 1; rows are of length 1 up to the half precision of theirs."""
    import numpy as np

    lengths = np.maximum(np.linalg.norm(kept, axis=1), np.finfo("<f4").tiny)
    cosines: NDArray[np.float32] = np.clip(kept @ query / lengths, 0, 1)
    return cosines


def _files_of(database: Database, structure_id: int, held: bool) -> Iterator[tuple[int, int, bytes, bytes, int | None]]:
    only = " AND f.id IN temp.fact_file" if held else ""
    return database.rows(
        "SELECT f.id, f.folder_id, d.path, f.name, f.sequence_id FROM facts x JOIN file f ON f.id = x.file_id"
        f" JOIN folder d ON d.id = f.folder_id WHERE x.structure_id = ? AND f.missed_scan IS NULL{only} ORDER BY f.id",
        (structure_id,),
    )


def _sequence_of(database: Database, file_id: int) -> int | None:
    found = database.value("SELECT sequence_id FROM file WHERE id = ?", (file_id,))
    return None if found is None else int(found)

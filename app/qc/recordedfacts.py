"""Facts as a shard recorded them, for a drive that is not there. What was never recorded is said so, never taken."""

import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from app.catalog.assetdetail import file_rows, frame_of
from app.catalog.assets import CataloguedAsset, CataloguedSequence, ShardAssets
from app.catalog.database import Database
from app.catalog.details import find_file
from app.catalog.inspections import recorded_document, recorded_facts, recorded_problem, recorded_sequence
from app.catalog.shard import last_base
from app.engine import Engine
from app.errors import AppError, InputError, MediaError
from app.files.framerange import frame_range, parse_frames, sequence_pattern
from app.inspection.expected import Expectation, Expected
from app.inspection.namefacts import sequence_by_names
from app.jobs.job import Job
from app.model.drives import Drive
from app.model.frames import FileSequence, Frame
from app.model.kinds import MEDIA
from app.model.names import decoded, raw, shown
from app.model.times import rfc3339_ns
from app.qc.checks.completeness import damages_of
from app.qc.facts import Document, Need, NotRecorded
from app.qc.kinds import kinds_of_name
from app.qc.recordedheaders import document_of_frames
from app.qc.unscanned import unscanned

_MEASURE = "connect the drive and check it again"
#: A check looks at the pixels of frames, and keeps what the policy says of them.
_NO_PIXELS = (
    "The pixels of a sequence are recorded by an inspection alone, not by a check, and there is none of this one:"
    " connect the drive and inspect the sequence with --stats --sink shard"
)
_NUMBER = re.compile(rb"-?[0-9]+(\.[0-9]+)?")
_HINT = "connect the drive and check it once, or scan it with scan.all_frames on"


#: What is told of a path that fits no recorded asset.
_UNKNOWN = "nothing that can be judged is recorded under that name: name folders, files, or sequences as sh010.####.exr"


class RecordedFacts:
    """One asset of a shard.

    Args:
        database: the shard; it must stay open.
        base: where the drive was last, in raw bytes and with `/`.
        asset: the asset.
        others: all assets of the same folder by name, to tell frames in two paddings.
        expected: the frames that should be there.
    """

    def __init__(
        self,
        database: Database,
        base: bytes,
        asset: CataloguedAsset,
        others: Sequence[CataloguedAsset],
        expected: Expected | None,
    ) -> None:
        self._database = database
        self._asset = asset
        self._others = others
        self.asset = posixpath.join(shown(base), shown(asset.folder), shown(asset.name))
        self.place = posixpath.join(base, asset.folder, asset.name)
        self.kinds = kinds_of_name(shown(asset.name), is_sequence=asset.sequence is not None)
        self._expected = expected
        self.expected = (int(expected.first), int(expected.last)) if expected else None

    def document(self, need: Need) -> Document:
        """The document, as far as it was recorded."""
        if need is Need.NAMES:
            return self._names()
        if self._asset.sequence is not None:
            told = self._sequence(need)
            if need >= Need.PIXELS and not told.get("stats"):
                raise NotRecorded(_NO_PIXELS)
            return told
        found = self._file(int(self._asset.file_id or 0))
        if need >= Need.PIXELS and not found.get("stats"):
            raise NotRecorded(f"What its pixels or sound measure is not recorded: {_MEASURE}")
        return self._placed(found)

    def frame_numbers(self) -> Sequence[Frame]:
        """The frames of a sequence."""
        return parse_frames(self._asset.sequence.ranges) if self._asset.sequence else ()

    def frame_documents(self, frames: Sequence[Frame], rows: int) -> Iterator[tuple[Frame | None, Document | AppError]]:
        """Frames with the statistics that were recorded; those of `rows` are taken as they are."""
        if self._asset.sequence is None:
            try:
                yield None, self.document(Need.PIXELS)
            except AppError as error:
                yield None, error
            return
        summed = recorded_sequence(self._database, self._asset.sequence.id)
        if summed is not None and summed.get("stats"):
            yield None, self._placed(summed)
            return
        missing = NotRecorded(_NO_PIXELS)
        numbers = self._frame_rows()
        for frame in frames:
            found = recorded_document(self._database, numbers[frame][0]) if frame in numbers else None
            if found is not None and (found.get("stats") or any(damages_of(found))):
                yield frame, found
            else:
                why = self._error(numbers[frame][0]) if found is None and frame in numbers else None
                yield frame, why or missing

    def _sequence(self, need: Need) -> Document:
        """The document that was recorded, or one made of what was recorded of each frame."""
        assert self._asset.sequence is not None
        found = recorded_sequence(self._database, self._asset.sequence.id)
        names = self._names()
        if found is not None and not (need is Need.VARYING and "frames_varying" not in found):
            return {**self._placed(found), "sequence": {**(found.get("sequence") or {}), **names["sequence"]}}
        numbers = self._frame_rows()
        frames = sorted(numbers)
        made = document_of_frames(
            frames,
            [numbers[frame][1] for frame in frames],
            lambda index: self._recorded(numbers[frames[index]][0]),
            varying=need is Need.VARYING,
        )
        if made is None:
            raise NotRecorded(f"The headers of its frames were never recorded: {_HINT}")
        told = {**made["sequence"], **names["sequence"]}
        return {**names, **made, "file": self._file_of(frames, made["representative"]), "sequence": told, "stats": None}

    def _file_of(self, frames: Sequence[Frame], representative: Document | None) -> Document:
        """What is told of a sequence as a file, as `inspect` tells it."""
        own, first = self._asset.sequence, (representative or {}).get("file") or {}
        assert own is not None
        written = FileSequence(own.base, own.ext, own.pad, tuple(frames), ())
        return {
            "path": self.asset,
            "name": shown(self._asset.name),
            "directory": posixpath.dirname(self.asset),
            "pattern": shown(sequence_pattern(written)),
            "size_bytes": self._asset.bytes,
            "newest": rfc3339_ns(self._asset.newest_ns),
            **{key: first.get(key) for key in ("format", "mime")},
        }

    def _recorded(self, file_id: int) -> dict[str, Any] | str | None:
        """What was recorded of a frame, or why it could not be read."""
        document = recorded_document(self._database, file_id)
        if document is not None:
            return document
        error = self._error(file_id)
        return error.message if error is not None else None

    def _error(self, file_id: int) -> MediaError | None:
        """Why a file of which no document is recorded could not be read, where a scan tried."""
        facts = recorded_facts(self._database, file_id)
        if facts is not None and facts.error:
            return MediaError(facts.error)
        problem = recorded_problem(self._database, file_id)
        return None if problem is None else MediaError(problem[1], code=problem[0])

    def _placed(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document with the path as this result tells it."""
        return {**document, "file": {**document.get("file", {}), "path": self.asset, "name": shown(self._asset.name)}}

    def _file(self, file_id: int) -> dict[str, Any]:
        document = recorded_document(self._database, file_id)
        if document is not None:
            return document
        error = self._error(file_id)
        if error is not None:
            raise error
        raise NotRecorded(f"Its facts were never recorded: {_HINT}")

    def _names(self) -> dict[str, Any]:
        asset, sequence = self._asset, self._asset.sequence
        file = {"path": self.asset, "name": shown(asset.name), "size_bytes": asset.bytes}
        if sequence is None:
            return {"file": file}
        frames = parse_frames(sequence.ranges)
        told = sequence_by_names(
            sequence.base,
            sequence.ext,
            sequence.pad,
            frames,
            self._duplicates(frames),
            self._empty(),
            self._expected,
        )
        return {"kind": "sequence", "file": file, "sequence": told}

    def _duplicates(self, frames: Sequence[Frame]) -> str:
        """The frames that another padding of the same name has too."""
        own = self._asset.sequence
        assert own is not None
        asked = set(frames)
        shared: set[Frame] = set()
        for other in self._others[bisect_left(self._others, own.base, key=lambda one: one.name) :]:
            if not other.name.startswith(own.base):
                break
            shared |= asked.intersection(_frames_beside(own, other))
        return frame_range(sorted(shared))

    def _empty(self) -> str:
        return frame_range(sorted(frame for frame, (_, size) in self._frame_rows().items() if not size))

    def _frame_rows(self) -> dict[Frame, tuple[int, int]]:
        """Id and size of each frame."""
        rows = file_rows(self._database, self._asset)
        numbered = ((frame_of(self._asset.sequence, name), (file_id, size)) for file_id, name, size in rows)
        return {frame: row for frame, row in numbered if frame is not None}


def _frames_beside(own: CataloguedSequence, other: CataloguedAsset) -> tuple[Frame, ...]:
    """The frames of an asset that is called as a sequence but for the digits of its numbers; none of another one."""
    theirs = other.sequence
    if theirs is not None:
        is_other = theirs.id != own.id and (theirs.base, theirs.ext) == (own.base, own.ext)
        return parse_frames(theirs.ranges) if is_other else ()
    number = other.name[len(own.base) : len(other.name) - len(own.ext)] if other.name.endswith(own.ext) else b""
    return (Decimal(number.decode()),) if _NUMBER.fullmatch(number) else ()


def _expected_of(asset: CataloguedAsset, base: str, expected: Expectation) -> Expected | None:
    folder = posixpath.join(base, decoded(asset.folder)).rstrip("/")
    return expected.of(folder, asset.sequence, there=False) if asset.sequence else None


def recorded_assets(
    engine: Engine, drive: Drive, below: tuple[str, ...], expected: Expectation, job: Job, *, everything: bool = False
) -> Iterator[RecordedFacts | tuple[str, AppError]]:
    """The assets of a drive as its shard knows them.

    What no scan could read, and a path of which nothing is recorded, comes as its path and the error.

    Args:
        engine: opens the shard.
        drive: whose.
        below: paths relative to its base, with `/`: folders with all below them, or files; empty for all.
        expected: says which frames sequences should have.
        job: progress and cancel.
        everything: also what is no media.
    """
    wanted = dict.fromkeys(map(raw, below), False)

    def is_wanted(path: bytes) -> bool:
        asked = [one for one in _with_parents(path) if one in wanted]
        wanted.update(dict.fromkeys(asked, True))
        return any(not _is_hidden(path[len(one) :]) for one in (asked if wanted else [b""]))

    with engine.catalog.open_shard(drive, job.token) as database:
        base = raw(last_base(database)).replace(b"\\", b"/")
        for path, error in unscanned(database, is_wanted):
            yield posixpath.join(shown(base), shown(path)), error
        for folder, assets in ShardAssets(database, engine.judge, everything=everything).after():
            job.check()
            for asset in assets:
                path = folder + b"/" + asset.name if folder else asset.name
                if is_wanted(path):
                    yield RecordedFacts(database, base, asset, assets, _expected_of(asset, shown(base), expected))
        for path, is_met in wanted.items():
            if not is_met and not _is_no_media(database, path):
                yield posixpath.join(shown(base), shown(path)), InputError(_UNKNOWN, code="input.not_found")


def _with_parents(path: bytes) -> Iterator[bytes]:
    """A path and each folder that holds it, up to the base, which is empty."""
    while path:
        yield path
        path = path.rpartition(b"/")[0]
    yield b""


def _is_hidden(below: bytes) -> bool:
    """Whether a path has a name with a leading dot: a check of folders leaves those out."""
    return any(name.startswith(b".") for name in below.split(b"/"))


def _is_no_media(database: Database, path: bytes) -> bool:
    """Whether a path is that of a folder, or of a file that no policy is about unless it names it."""
    if database.value("SELECT 1 FROM folder WHERE path = ? AND missed_scan IS NULL", (path,)):
        return True
    file_id = find_file(database, path)
    return file_id is not None and database.value("SELECT category FROM file WHERE id = ?", (file_id,)) not in MEDIA

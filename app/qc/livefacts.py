"""Facts read from the media as a policy asks for them, in killable children; nothing is read twice."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.errors import AppError
from app.files.framerange import frame_range, parse_frames
from app.inspection.expected import Expected
from app.inspection.framereaders import FrameReaders
from app.inspection.namefacts import sequence_by_names
from app.inspection.sequences import inspect_sequence
from app.jobs.children import ChildPool
from app.jobs.events import Stage
from app.jobs.framing import Message
from app.jobs.job import Job
from app.model.frames import FileSequence, Frame
from app.model.inspecting import InspectOptions
from app.model.measuring import DEFAULTS, MeasureOptions
from app.model.names import decoded, posix, shown
from app.qc.facts import Document, Need
from app.qc.kinds import kinds_of_name

HANDLER = "app.media.worker:document"
#: Seconds without a word after which the reader of a file counts as hung; while it decodes, it says how far it is.
LIMITS_S = {Need.HEADER: 60.0, Need.PIXELS: 120.0, Need.DECODED: 60.0}
_MOST_ODD = 100


@dataclass(frozen=True, slots=True)
class FoundAsset:
    """A file or a sequence on a disk.

    Attributes:
        folder: raw and absolute.
        name: raw; of a sequence the name without frames (`sh010.####.exr`).
        size: bytes of all its files.
        sequence: its frames, or None.
        zero_byte: the frames of 0 bytes.
        written: the frames that the pattern names by which it was asked for, if any.
    """

    folder: bytes
    name: bytes
    size: int
    sequence: FileSequence | None = None
    zero_byte: tuple[Frame, ...] = ()
    written: Expected | None = None

    @property
    def path(self) -> str:
        """Where it lies, as JSON gives it."""
        return posix(Path(decoded(self.folder)) / decoded(self.name))

    @property
    def place(self) -> bytes:
        """Where it lies, in raw bytes."""
        return self.folder.rstrip(b"/") + b"/" + self.name


class LiveFacts:
    """One asset on a disk.

    Args:
        found: the asset.
        pool: children of `HANDLER`.
        readers: children that read the frames of sequences.
        job: progress and cancel.
        expected: the frames that should be there.
        measuring: the thresholds by which movies and sound are measured.
        known: adds to the header of a single file what an earlier, deeper look found wrong with it.
    """

    def __init__(
        self,
        found: FoundAsset,
        pool: ChildPool,
        readers: FrameReaders,
        job: Job,
        expected: Expected | None = None,
        measuring: tuple[MeasureOptions, ...] = (DEFAULTS,),
        known: Callable[[str, Document], Document] = lambda _path, document: document,
    ) -> None:
        self._found = found
        self._pool = pool
        self._readers = readers
        self._job = job
        self._expected = expected
        self._measuring = measuring
        self._known = known
        self._header: tuple[Document, Document] | None = None
        self._read: dict[Need, Document | AppError] = {}
        #: The documents of the first frames in which some values are no numbers.
        self.odd_frames: list[Document] = []
        self.asset = found.path
        self.kinds = kinds_of_name(shown(found.name), is_sequence=found.sequence is not None)
        self.expected = (int(expected.first), int(expected.last)) if expected else None

    def document(self, need: Need) -> Document:
        """The document, read where it was not yet; of a single file with the damage that is known of it."""
        found = self._document_read(need)
        if self._found.sequence is not None or need is Need.NAMES or found.get("stats") is not None:
            return found
        if self._header is None or self._header[0] is not found:
            self._header = found, self._known(self._path(self._found.name), found)
        return self._header[1]

    def _document_read(self, need: Need) -> Document:
        if self._found.sequence is None and need in (Need.HEADERS, Need.VARYING):
            need = Need.HEADER
        if self._found.sequence is not None and need in (Need.HEADER, Need.DECODED):
            need = Need.HEADERS  # frames are no movie: there is nothing to decode in one go
        if need is Need.PIXELS and self.kinds & {"movie", "sound"}:
            need = Need.DECODED
        for level, known in sorted(self._read.items()):
            if level >= need and not isinstance(known, AppError):
                return known
        if need not in self._read:
            try:
                self._read[need] = self._names() if need is Need.NAMES else self._document(need)
            except AppError as error:
                self._read[need] = error
        found = self._read[need]
        if isinstance(found, AppError):
            raise found
        return found

    def request(self, need: Need) -> dict[str, Any]:
        """What a child of `HANDLER` is asked for the document of a single file."""
        options = InspectOptions(stats=need is Need.PIXELS, measure=need is Need.DECODED, measuring=self._measuring)
        return {"path": self._path(self._found.name), **asdict(options)}

    def put(self, need: Need, answer: list[Message] | AppError) -> None:
        """Take the answer of a child to `request`."""
        self._read[need] = answer if isinstance(answer, AppError) else answer[-1][0]["document"]

    @property
    def found(self) -> FoundAsset:
        """The asset on the disk."""
        return self._found

    @property
    def read(self) -> Document | None:
        """The document with the most of what was read beyond names; None where there is none."""
        read = [one for need, one in sorted(self._read.items()) if need > Need.NAMES]
        documents = [one for one in read if not isinstance(one, AppError)]
        most = max(reversed(documents), key=lambda one: one.get("stats") is not None, default=None)
        varying = next((one["frames_varying"] for one in documents if "frames_varying" in one), None)
        return most if most is None or varying is None else {**most, "frames_varying": varying}

    def frame_numbers(self) -> Sequence[Frame]:
        """The frames of a sequence."""
        return self._found.sequence.frames if self._found.sequence else ()

    def frame_documents(self, frames: Sequence[Frame], rows: int) -> Iterator[tuple[Frame | None, Document | AppError]]:
        """Frames with their statistics, several at once."""
        sequence = self._found.sequence
        options = asdict(InspectOptions(stats=True, sample=rows, measuring=self._measuring))
        if sequence is None:
            try:
                yield None, self.document(Need.PIXELS) if rows == 1 else self._ask(Need.PIXELS, options)
            except AppError as error:
                yield None, error
            return
        name_of = dict(zip(sequence.frames, sequence.names, strict=True))
        requests = ((frame, {"path": self._path(name_of[frame]), **options}) for frame in frames)
        self._job.stage(Stage.INSPECT, len(frames))
        for done, (frame, answer) in enumerate(self._pool.map(requests, self._job.token, LIMITS_S[Need.PIXELS]), 1):
            self._job.progress(done, current=self.asset)
            if isinstance(answer, AppError):
                yield frame, answer
                continue
            document = answer[-1][0]["document"]
            if rows == 1 and len(self.odd_frames) < _MOST_ODD and _is_odd(document):
                self.odd_frames.append(document)
            yield frame, document
        self._job.stage(Stage.CHECK)

    def differing_frames(self) -> list[Document]:
        """A document of one frame of each kind of header that is not the usual one, as far as headers were compared.

        At most so many as are worth it; what cannot be read is left out: the document of the sequence tells of it.
        """
        sequence = self._found.sequence
        read = [one for need, one in sorted(self._read.items()) if need >= Need.HEADERS]
        told = next((one for one in reversed(read) if not isinstance(one, AppError)), None)
        if sequence is None or told is None:
            return []
        entries = (told.get("sequence") or {}).get("header_differences") or []
        kinds: dict[Frame, set[int]] = {}
        for place, entry in enumerate(entries):
            for frame in parse_frames(str(entry["frames"])):
                kinds.setdefault(frame, set()).add(place)
        firsts = {frozenset(places): frame for frame, places in sorted(kinds.items(), reverse=True)}
        name_of = dict(zip(sequence.frames, sequence.names, strict=True))
        options = asdict(InspectOptions())
        requests = (
            (frame, {"path": self._path(name_of[frame]), **options})
            for frame in sorted(firsts.values())[:_MOST_ODD]
            if frame in name_of
        )
        answers = [answer for _, answer in self._pool.map(requests, self._job.token, LIMITS_S[Need.HEADER])]
        return [answer[-1][0]["document"] for answer in answers if not isinstance(answer, AppError)]

    def _path(self, name: bytes) -> str:
        return f"{decoded(self._found.folder)}/{decoded(name)}"

    def _names(self) -> dict[str, Any]:
        """What names and sizes tell, in the form of the document."""
        found, sequence = self._found, self._found.sequence
        file = {"path": found.path, "name": shown(found.name), "size_bytes": found.size}
        if sequence is None:
            return {"file": file}
        told = sequence_by_names(
            sequence.base,
            sequence.ext,
            sequence.pad,
            sequence.frames,
            frame_range(sequence.duplicate_frames),
            frame_range(found.zero_byte),
            None if sequence.udim else self._expected,
            udim=sequence.udim,
        )
        return {"kind": "sequence", "file": file, "sequence": told}

    def _document(self, need: Need) -> Document:
        sequence = self._found.sequence
        if sequence is not None:
            options = InspectOptions(stats=need is Need.PIXELS)
            varying = need >= Need.VARYING
            document = inspect_sequence(
                self._found.folder, sequence, options, self._expected, self._job, self._readers, varying_values=varying
            )
            self._job.stage(Stage.CHECK)
            return document
        return self._ask(need, {})

    def _ask(self, need: Need, options: Document) -> Document:
        """The document of the file from a child."""
        request = {**self.request(need), **options}
        told: Document = self._pool.call(request, self._job.token, LIMITS_S[need])[-1][0]["document"]
        return told


def _is_odd(document: Document) -> bool:
    parts = (document.get("stats") or {}).get("parts") or ()
    return any(channel["nan_count"] or channel["inf_count"] for part in parts for channel in part["channels"])

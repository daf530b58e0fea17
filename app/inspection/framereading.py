"""Reading the frames of a sequence through killable children: one that crashes or hangs a reader costs its own row."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.errors import AppError
from app.inspection.framereaders import FrameReaders
from app.jobs.events import Stage
from app.jobs.framing import Message
from app.jobs.job import Job
from app.media.frameheads import UNREADABLE
from app.model.frames import FileSequence
from app.model.names import decoded

#: Part and name of an attribute; part -1 for what concerns the header as a whole.
Key = tuple[int, str]

_BATCH = 64
_MOST_CHILDREN = 8
_FRAMES_A_CHILD = 1024
_HEADERS_S = 60.0
#: Seconds without a word after which the reader of a frame's pixels counts as hung; it says how far it is.
_PIXELS_S = 120.0
_COLUMN_BYTES = 128 << 20
_LEAST_COLUMNS = 64


class FrameHeads:
    """What the headers of all frames say, by index of the frame; bounded, however many frames there are.

    Attributes:
        sizes: bytes of each; 0 where it could not be opened.
        states: `WHOLE`, `EMPTY`, `CUT` or `UNREADABLE` of `app.media.frameheads`.
        compared: 1 where a header was read.
        reasons: why a frame is not whole.
        timecodes: time and flags of the time code, -1 where there is none.
        columns: for each attribute that some frame has otherwise than the first one: the digest of its value in each
            frame, 0 for the first one's.
        table: the digests of the first readable frame, or None where there is none.
        newest_mtime_ns: the newest modification time; 0 where no frame was opened.
        more: whether further attributes differ, for which there was no room.
        forms: what format each is of, as a place in `form_names`.
    """

    def __init__(self, count: int) -> None:
        self.sizes = array("Q", bytes(8 * count))
        self.states = bytearray(count)
        self.compared = bytearray(count)
        self.reasons: dict[int, str] = {}
        self.timecodes = array("q", [-1]) * count
        self.columns: dict[Key, array[int]] = {}
        self.table: list[dict[str, int]] | None = None
        self.more = False
        self.newest_mtime_ns = 0
        self.forms = bytearray(count)
        self.form_names = [""]
        self._room = max(_LEAST_COLUMNS, _COLUMN_BYTES // (8 * count + 1))

    def take(self, index: int, row: list[Any]) -> None:
        """Keep what the child said of one frame."""
        state, size, mtime_ns, reason, differences, timecode, form = row
        self.states[index], self.sizes[index] = state, size
        self.newest_mtime_ns = max(self.newest_mtime_ns, mtime_ns)
        if reason:
            self.reasons[index] = reason
        if differences is None:
            return
        self.compared[index] = 1
        if form not in self.form_names:
            self.form_names.append(form)
        self.forms[index] = self.form_names.index(form)
        if timecode is not None:
            self.timecodes[index] = timecode
        for part, name, digest in differences:
            self._note(index, (part, name), digest)

    def _note(self, index: int, key: Key, digest: int) -> None:
        column = self.columns.get(key)
        if column is None:
            if len(self.columns) >= self._room:
                self.more = True
                return
            column = self.columns[key] = array("Q", bytes(8 * len(self.states)))
        column[index] = digest

    def part_formats(self) -> None:
        """Take the frames of another format than most as unreadable: there is nothing to compare in their headers."""
        often = Counter(form for form, compared in zip(self.forms, self.compared, strict=True) if compared)
        if len(often) < 2:
            return
        usual = max(often, key=often.__getitem__)
        for index, form in enumerate(self.forms):
            if self.compared[index] and form != usual:
                self.compared[index], self.timecodes[index] = 0, -1
                self.failed(index, f"it is {self.form_names[form]}, not {self.form_names[usual]} as the other frames")

    def failed(self, index: int, reason: str) -> None:
        """Keep that a frame could not be read at all."""
        self.states[index] = UNREADABLE
        self.reasons[index] = reason

    def indices(self, *states: int) -> list[int]:
        """The frames in one of these states, ascending."""
        return [index for index, state in enumerate(self.states) if state in states]


class SequenceReader:
    """Reads the frames of one sequence.

    Args:
        readers: who reads them.
        directory: raw and absolute.
        sequence: its frames.
        job: progress and cancel.
    """

    def __init__(self, readers: FrameReaders, directory: bytes, sequence: FileSequence, job: Job) -> None:
        self.folder = decoded(directory)
        self.sequence = sequence
        self.job = job
        self._readers = readers

    def name(self, index: int) -> str:
        """The file name of a frame, as a child takes it."""
        return decoded(self.sequence.names[index])

    def headers(self, requests: Iterable[tuple[Any, dict[str, Any]]]) -> Iterator[tuple[Any, list[Message] | AppError]]:
        """Answer requests that read headers, by as many children as the frames are worth; see `ChildPool.map`."""
        worth = max(1, min(-(-len(self.sequence.names) // _FRAMES_A_CHILD), _MOST_CHILDREN))
        return self._map(requests, _HEADERS_S, worth)

    def pixels(self, requests: Iterable[tuple[Any, dict[str, Any]]]) -> Iterator[tuple[Any, list[Message] | AppError]]:
        """Answer requests that decode pixels, by all children; see `ChildPool.map`."""
        return self._map(requests, _PIXELS_S)

    def _map(
        self, requests: Iterable[tuple[Any, dict[str, Any]]], timeout_s: float, most: int = 0
    ) -> Iterator[tuple[Any, list[Message] | AppError]]:
        asked = ((key, {**request, "folder": self.folder}) for key, request in requests)
        return self._readers.map(asked, self.job.token, timeout_s, most)


def read_heads(reader: SequenceReader) -> FrameHeads:
    """Read the header of every frame and compare it with that of the first readable one.

    Raises:
        Cancelled: the job was stopped.
    """
    count = len(reader.sequence.names)
    heads = FrameHeads(count)
    reader.job.stage(Stage.INSPECT, count)
    done = 0
    again: list[int] = []
    while done < count and heads.table is None:
        again += _read(reader, heads, range(done, min(done + _BATCH, count)))
        done = min(done + _BATCH, count)
        reader.job.progress(done)
    again += _read(reader, heads, range(done, count), done)
    _read(reader, heads, again, count - len(again), size=1)
    heads.part_formats()
    reader.job.progress(count, last=True)
    return heads


def _read(
    reader: SequenceReader, heads: FrameHeads, indices: Sequence[int], done: int = 0, *, size: int = _BATCH
) -> list[int]:
    """Read some frames, so many a request; those whose request failed, unless each had its own."""
    again: list[int] = []
    for batch, answer in reader.headers(_batches(reader, heads, indices, size)):
        if not isinstance(answer, AppError):
            reply = answer[0][0]
            heads.table = heads.table or reply["table"]
            for index, row in zip(batch, reply["rows"], strict=True):
                heads.take(index, row)
        elif size == 1:
            heads.failed(batch[0], answer.message)
        else:
            again += batch
            continue
        done += len(batch)
        reader.job.progress(done)
    return again


def _batches(
    reader: SequenceReader, heads: FrameHeads, indices: Sequence[int], size: int
) -> Iterator[tuple[Sequence[int], dict[str, Any]]]:
    for start in range(0, len(indices), size):
        batch = indices[start : start + size]
        names = [reader.name(index) for index in batch]
        yield batch, {"what": "heads", "names": names, "reference": heads.table}

"""Everything that can be told of a file sequence: what is missing, what is damaged, which frames are not as the rest.

The document keeps what is constant once, as the document of the first readable frame, and tells what differs by
frames, in range notation.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from app.errors import AppError
from app.files.framerange import frame_range, sequence_name, sequence_pattern
from app.inspection.consistency import Consistency, Difference, compared_headers, size_outliers
from app.inspection.expected import Expected
from app.inspection.framereaders import FrameReaders
from app.inspection.framereading import FrameHeads, Key, SequenceReader, read_heads
from app.inspection.framestats import read_pixels, runs_of
from app.inspection.namefacts import sequence_by_names
from app.inspection.timecode import Continuity, continuity
from app.jobs.job import Job
from app.media.frameheads import ALL_PARTS, CUT, EMPTY, UNREADABLE, WHOLE
from app.model.frames import FileSequence, Frame, frames_called
from app.model.inspecting import InspectOptions
from app.model.names import decoded, posix, raw_name, shown
from app.model.times import rfc3339_ns

SCHEMA_VERSION = 2
_REASON_LIMIT = 100
_MOST_CANDIDATES = 3
_DIFFERENCE_LIMIT = 500
_VALUES_A_REQUEST = 64
_PARTS: Key = (-1, "parts")
#: What is told where there was no room to compare every attribute that differs.
MANY_ATTRIBUTES = {
    "code": "sequence.many_attributes",
    "message": "More attributes differ between frames than are compared.",
}


def inspect_sequence(
    directory: bytes,
    sequence: FileSequence,
    options: InspectOptions,
    expected: Expected | None,
    job: Job,
    readers: FrameReaders,
    *,
    varying_values: bool = False,
) -> dict[str, Any]:
    """The document of a file sequence.

    Args:
        directory: raw and absolute; where the frames lie.
        sequence: the frames.
        options: how far the frames are looked into.
        expected: the frames that should be there, or None.
        job: progress and cancel.
        readers: children that read the frames.
        varying_values: add `frames_varying`, the value of each varying attribute in every frame.

    Raises:
        Cancelled: the job was stopped.
    """
    reader = SequenceReader(readers, directory, sequence, job)
    heads = read_heads(reader)
    consistency = compared_headers(heads)
    representative, errors = _representative(reader, heads, options)
    facts = _Facts(sequence, heads, representative)
    told = facts.document(expected)
    told["header_differences"] = _told_differences(reader, consistency, errors)
    told["varying"] = [_key_document(key) for key in consistency.varying]
    document = _document(directory, sequence, heads, told, representative, errors)
    if varying_values:
        document["frames_varying"] = _varying_values(reader, heads, consistency.varying, errors)
    if options.stats:
        _add_pixels(document, reader, heads, options)
    return document


def _document(
    directory: bytes,
    sequence: FileSequence,
    heads: FrameHeads,
    told: dict[str, Any],
    representative: dict[str, Any] | None,
    errors: list[dict[str, Any]],
) -> dict[str, Any]:
    """The document around what is told of the sequence itself."""
    if heads.more:
        errors.append(dict(MANY_ATTRIBUTES))
    pattern = sequence.base + b"<UDIM>" + sequence.ext if sequence.udim else sequence_name(sequence)
    path = Path(decoded(directory)) / decoded(pattern)
    first = representative or {}
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "sequence",
        "file": {
            "path": posix(path),
            "name": shown(pattern),
            "directory": posix(path.parent),
            "pattern": shown(sequence_pattern(sequence)),
            "size_bytes": sum(heads.sizes),
            "raw_name": raw_name(pattern),
            "newest": rfc3339_ns(heads.newest_mtime_ns) if heads.newest_mtime_ns else None,
            **{key: (first.get("file") or {}).get(key) for key in ("format", "mime")},
        },
        "sequence": told,
        "representative": representative,
        "parts": first.get("parts", []),
        "channels": first.get("channels", []),
        "streams": first.get("streams", []),
        "attributes": first.get("attributes", {}),
        "stats": None,
        "validation": {"policy": None, "outcome": None, "findings": []},
        "errors": errors,
    }


def _add_pixels(document: dict[str, Any], reader: SequenceReader, heads: FrameHeads, options: InspectOptions) -> None:
    """Decode all frames and add what they say to the document."""
    indices = [index for index, compared in enumerate(heads.compared) if compared]
    pixels = read_pixels(reader, indices, options.sample)
    frames, told = reader.sequence.frames, document["sequence"]
    told["frozen"] = ranges_of(frames, [index for _, index in pixels.repeated])
    told["frozen_runs"] = [ranges_of(frames, run) for run in runs_of(pixels.repeated)]
    told["black"] = ranges_of(frames, pixels.black)
    document["stats"] = pixels.stats
    document["errors"] += pixels.errors


class _Facts:
    """What is told of the frames, in range notation."""

    def __init__(self, sequence: FileSequence, heads: FrameHeads, representative: dict[str, Any] | None) -> None:
        self._sequence = sequence
        self._heads = heads
        self._representative = representative or {}

    def ranges(self, indices: Iterable[int]) -> str:
        """Frames by index, ascending, as a range."""
        return ranges_of(self._sequence.frames, indices)

    def document(self, expected: Expected | None) -> dict[str, Any]:
        """The `sequence` part of the document, without what needs the children again."""
        sequence, heads = self._sequence, self._heads
        by_names = sequence_by_names(
            sequence.base,
            sequence.ext,
            sequence.pad,
            sequence.frames,
            frame_range(sequence.duplicate_frames),
            self.ranges(heads.indices(EMPTY)),
            expected,
            udim=sequence.udim,
        )
        return by_names | {
            "truncated": self.ranges(heads.indices(CUT)),
            "incomplete": self._reasons(CUT),
            "unreadable": self._reasons(UNREADABLE),
            "without_header": self.ranges(index for index, compared in enumerate(heads.compared) if not compared),
            "size_outliers": [
                {
                    "frame": sequence.frames[outlier.index],
                    "size_bytes": outlier.size_bytes,
                    "median_bytes": outlier.median_bytes,
                }
                for outlier in size_outliers(heads)
            ],
            "timecode": self._timecode(),
            "frozen": None,
            "frozen_runs": None,
            "black": None,
        }

    def _reasons(self, state: int) -> list[dict[str, Any]]:
        """Frames in a state by the reason that was given for it, the first of them first."""
        by_reason: dict[str, list[int]] = {}
        for index in self._heads.indices(state):
            reason = self._heads.reasons[index]
            if reason not in by_reason and len(by_reason) >= _REASON_LIMIT:
                reason = "other reasons"
            by_reason.setdefault(reason, []).append(index)
        return [{"frames": self.ranges(indices), "reason": reason} for reason, indices in by_reason.items()]

    def _timecode(self) -> dict[str, Any] | None:
        heads = self._heads
        there = [index for index, compared in enumerate(heads.compared) if compared]
        found = continuity(self._sequence.frames, heads.timecodes, there, frame_rate(self._representative))
        if found is None:
            return None
        return timecode_document(found, self._sequence.frames, self.ranges(found.without))


def timecode_document(found: Continuity, frames: Sequence[Frame], without: str) -> dict[str, Any]:
    """What the time codes of a sequence say, as its document tells it; `without` are the frames that have none."""
    return {
        "first": str(found.first),
        "last": str(found.last),
        "continuous": not found.break_count,
        "drop": found.drop,
        "rate": str(found.rate),
        "rate_assumed": found.assumed,
        "breaks": [
            {"frame": frames[jump.index], "expected": jump.expected, "found": jump.found} for jump in found.breaks
        ],
        "break_count": found.break_count,
        "without": without,
    }


def ranges_of(frames: Sequence[Frame], indices: Iterable[int]) -> str:
    """The frames at ascending indices, in range notation."""
    return frame_range([frames[index] for index in indices])


def frame_rate(representative: dict[str, Any]) -> Fraction | None:
    """Frames a second as the header of a frame says it; None where it does not."""
    attributes = representative.get("attributes") or {}
    rate = attributes.get("framesPerSecond")
    if isinstance(rate, dict) and rate.get("n") and rate.get("d"):
        return Fraction(rate["n"], rate["d"])
    for name in ("dpx:FrameRate", "dpx:TelevisionFrameRate", "dpx:FilmFrameRate"):
        rate = attributes.get(name)
        if isinstance(rate, int | float) and 0 < rate < 1000:
            return Fraction(rate).limit_denominator(1001)
    return None


def _representative(
    reader: SequenceReader, heads: FrameHeads, options: InspectOptions
) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The document of the first frame that is whole, else of the first with a header; and what was wrong with it."""
    candidates = heads.indices(WHOLE) or [index for index, compared in enumerate(heads.compared) if compared]
    error = {"code": "sequence.unreadable", "message": "No frame of the sequence could be read."}
    requests = (
        (None, {"what": "document", "name": reader.name(index), "raw": options.raw})
        for index in candidates[:_MOST_CANDIDATES]
    )
    for request in requests:
        [(_, answer)] = reader.headers([request])
        if not isinstance(answer, AppError):
            document: dict[str, Any] = answer[0][0]["document"]
            return document, []
        error = {"code": answer.code, "message": answer.message}
    return None, [error]


def _key_document(key: Key) -> dict[str, Any]:
    part, name = key
    words = {"": "attribute order"} if part >= 0 else {}
    return {"part": part if part >= 0 else None, "attribute": words.get(name) or shown(name)}


def _told_differences(
    reader: SequenceReader, consistency: Consistency, errors: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The differences with their values, which are read once more from one frame each."""
    kept = consistency.differences[:_DIFFERENCE_LIMIT]
    if len(kept) < len(consistency.differences):
        text = f"{len(consistency.differences):,} header differences, of which the first {len(kept):,} are told."
        names = sorted({shown(one.key[1]) for one in consistency.differences[len(kept) :]})
        errors.append({"code": "sequence.many_differences", "message": text, "attributes": names})
    wanted: dict[int, list[Key]] = {}
    for difference in kept:
        for index in (difference.expected, difference.odd[0]):
            wanted.setdefault(index, []).append(difference.key)
            if difference.key == _PARTS:
                wanted[index].append(ALL_PARTS)
    values = _read_values(reader, wanted, errors)
    return [
        _key_document(difference.key)
        | {
            "expected": values.get((difference.expected, difference.key)),
            "frames": ranges_of(reader.sequence.frames, difference.odd),
            "value": values.get((difference.odd[0], difference.key)),
        }
        | _parts_of(difference, values)
        for difference in kept
    ]


def _parts_of(difference: Difference, values: dict[tuple[int, Key], Any]) -> dict[str, Any]:
    """What is told of the parts of frames that have more or fewer of them."""
    if difference.key != _PARTS:
        return {}
    sides = {"expected_parts": difference.expected, "parts": difference.odd[0]}
    return {side: values.get((index, ALL_PARTS)) for side, index in sides.items()}


def _varying_values(
    reader: SequenceReader, heads: FrameHeads, varying: Sequence[Key], errors: list[dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The value of each varying attribute by frame; parts behind the first stand before the name (`1:timeCode`)."""
    frames = [index for index, compared in enumerate(heads.compared) if compared] if varying else []
    values = _read_values(reader, {index: list(varying) for index in frames}, errors)
    return {
        (f"{key[0]}:" if key[0] else "") + shown(key[1]): {
            str(reader.sequence.frames[index]): values.get((index, key)) for index in frames
        }
        for key in varying
    }


def _read_values(
    reader: SequenceReader, wanted: dict[int, list[Key]], errors: list[dict[str, Any]]
) -> dict[tuple[int, Key], Any]:
    """Values of attributes by frame; without those of frames that cannot be read any more, which is an error."""
    asked = list(wanted.items())
    batches = [asked[at : at + _VALUES_A_REQUEST] for at in range(0, len(asked), _VALUES_A_REQUEST)]
    requests = (
        (batch, {"what": "values", "wanted": [(reader.name(index), keys) for index, keys in batch]})
        for batch in batches
    )
    found: dict[tuple[int, Key], Any] = {}
    lost: list[int] = []
    for batch, answer in reader.headers(requests):
        told = [None] * len(batch) if isinstance(answer, AppError) else answer[0][0]["values"]
        for (index, keys), values in zip(batch, told, strict=True):
            if values is None:
                lost.append(index)
            else:
                found |= {(index, key): value for key, value in zip(keys, values, strict=True)}
    if lost:
        frames = ranges_of(reader.sequence.frames, sorted(lost))
        text = f"The {frames_called(frames)} could not be read again to tell what they have differently."
        errors.append({"code": "sequence.unsettled", "message": text, "frames": frames})
    return found

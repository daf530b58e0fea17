"""The operation `diff`: in what two pictures, two sequences or two versions of a sequence differ.

Nothing is written but the picture that was asked for.
"""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.engine import Engine
from app.errors import AppError, InputError, MediaError, UsageError
from app.files.framerange import frame_range, is_pattern, parse_pattern, sequence_name
from app.inspection.differences import SequenceDifference
from app.inspection.finding import FoundSequence, find_sequence, folder_named, means_sequence
from app.jobs.children import ChildPool, stream
from app.jobs.events import Stage
from app.jobs.inorder import in_order
from app.jobs.job import Job
from app.model.frames import Frame
from app.model.names import decoded, posix, raw, shown
from app.wholefile import new_whole_file

HANDLER = "app.media.worker:difference"
SCHEMA_VERSION = 2
#: Seconds without a word after which the reader of two pictures counts as hung; it says how far it is.
_SILENCE_S = 120.0
_MEMORY_BYTES = 4 << 30
_MOST_CHILDREN = 8
_IN_NEITHER = MediaError("neither of the two has this frame", code="frame.absent")


@dataclass(frozen=True, slots=True)
class DiffRequest:
    """What is compared, and how.

    Attributes:
        a, b: two files, or two sequences as patterns.
        pixels: compare the pixels too; a tolerance, also one of 0, or a picture asks for that as well.
        tolerance: an error up to this is none (0-1 for integer formats); None for 0 that nobody asked for.
        picture: where to write a PNG of where they differ; of sequences, for the frame that differs most.
        offset: frame N of `a` is compared with frame N + offset of `b`.
        ignore: patterns of attributes that may differ (`capDate`, `channels.*`).
    """

    a: str
    b: str
    pixels: bool = False
    tolerance: float | None = None
    picture: str = ""
    offset: int = 0
    ignore: tuple[str, ...] = ()

    @property
    def with_pixels(self) -> bool:
        """Whether the pixels are compared."""
        return self.pixels or bool(self.picture) or self.tolerance is not None

    @property
    def limit(self) -> float:
        """The largest error that is none."""
        return self.tolerance or 0.0

    def asked(self, a: str, b: str) -> dict[str, Any]:
        """What a child is asked for two files."""
        return {"a": a, "b": b, "pixels": self.with_pixels, "tolerance": self.limit, "ignore": list(self.ignore)}


@dataclass(frozen=True, slots=True)
class DiffResult:
    """The document; `equal` in it is None where nothing differs as far as it could be compared, and not all could."""

    document: dict[str, Any]


def diff(_engine: Engine, request: DiffRequest, job: Job) -> DiffResult:
    """Compare two files or two sequences.

    Raises:
        UsageError: a file and a sequence; a tolerance below 0 or without a bound; a picture that is not named as PNG.
        InputError: one of the two cannot be used, or the picture cannot be written.
        Cancelled: it was stopped.
    """
    if not 0 <= request.limit < math.inf:
        raise UsageError(f"The tolerance is {request.limit:g}", hint="Give a number, 0 or more.")
    for path in (request.a, request.b):
        if os.path.isdir(path):  # noqa: PTH112 - bytes that are no Unicode must stay as they are
            raise folder_named(path)
    are_sequences = [means_sequence(path) for path in (request.a, request.b)]
    if any(are_sequences) and not all(are_sequences):
        raise UsageError(
            "One of the two is a sequence and the other is a file",
            hint="Give two files, or two sequences as sh010.####.exr.",
        )
    if request.picture:
        _refuse_picture(request)
    document = _of_sequences(request, job) if all(are_sequences) else _of_files(request, job)
    return DiffResult(document)


def _refuse_picture(request: DiffRequest) -> None:
    """Refuse a picture that cannot be written as it is named."""
    if any(_is_same(request.picture, path) for path in (request.a, request.b)):
        raise UsageError("The picture would overwrite what is compared", hint="Name another file.")
    if Path(request.picture).suffix.lower() != ".png":
        raise UsageError(
            f"{shown(request.picture)} is no name for the picture",
            hint=f"It is written as PNG; name it so: --picture {shown(Path(request.picture).stem) or 'diff'}.png.",
        )
    if not Path(request.picture).absolute().parent.is_dir():
        raise InputError(
            f"{shown(request.picture)} cannot be written: its folder is not there",
            hint="Name another folder.",
        )


def _of_files(request: DiffRequest, job: Job) -> dict[str, Any]:
    job.stage(Stage.DIFFER)
    asked = request.asked(request.a, request.b) | {"picture": "png" if request.picture else ""}
    found, drawn, picture = _compared(asked, job)
    document = {
        "schema_version": SCHEMA_VERSION, "kind": "image", "equal": found.pop("equal"),
        "a": {"path": _absolute(request.a)}, "b": {"path": _absolute(request.b)},
        "pixels_compared": request.with_pixels, "tolerance": request.limit, **found, "picture": None,
        "picture_of": None,
    }  # fmt: skip
    return document | _written(request.picture, drawn, picture)


def _compared(asked: dict[str, Any], job: Job) -> tuple[dict[str, Any], dict[str, Any] | None, bytes]:
    """What differs between two files, what is drawn of it, and the picture."""
    try:
        for header, payload in stream(HANDLER, asked, job.token, silence_s=_SILENCE_S):
            if "progress" in header:
                job.progress(header["progress"][0])
            else:
                return header["difference"], header["picture"], payload
    except MediaError as problem:
        path = asked.get(problem.context.get("side", ""), "")
        named = shown(path) if path else f"{shown(asked['a'])} and {shown(asked['b'])}"
        raise InputError(f"{named}: {problem.message}", hint=problem.hint, code=problem.code) from problem
    raise InputError(f"{shown(asked['a'])} and {shown(asked['b'])}: the reader ended without an answer")


def _written(path: str, drawn: dict[str, Any] | None, picture: bytes) -> dict[str, Any]:
    """Write the picture; what the document says of it."""
    if not path or not picture or drawn is None:
        return {}
    with new_whole_file(Path(path)) as file:
        file.write(picture)
    return {"picture": _absolute(path), "picture_of": {key: drawn[key] for key in ("part", "channels", "factor")}}


def _is_same(one: str, other: str) -> bool:
    """Whether two paths are the same file, or a name is the frame of a pattern."""
    if os.path.exists(one) and os.path.exists(other):  # noqa: PTH110 - bytes that are no Unicode must stay as they are
        return os.path.samefile(one, other)  # noqa: PTH121
    if not is_pattern(raw(Path(other).name)):
        return False
    pattern = parse_pattern(raw(Path(other).name))
    return Path(one).absolute().parent == Path(other).absolute().parent and (
        pattern.frame_of(raw(Path(one).name)) is not None
    )


def _absolute(path: str) -> str:
    return posix(Path(os.path.abspath(path)))  # noqa: PTH100 - by text alone


def _of_sequences(request: DiffRequest, job: Job) -> dict[str, Any]:
    sides = find_sequence(request.a), find_sequence(request.b)
    frames_b = dict(zip(sides[1].sequence.frames, sides[1].sequence.names, strict=True))
    frames_a = dict(zip(sides[0].sequence.frames, sides[0].sequence.names, strict=True))
    common = [frame for frame in sides[0].sequence.frames if frame + request.offset in frames_b]
    found = SequenceDifference(
        common,
        [frame for frame in frames_a if frame + request.offset not in frames_b],
        [frame for frame in frames_b if frame - request.offset not in frames_a],
    )
    for frame in _named(sides[0]) | {frame - request.offset for frame in _named(sides[1])}:
        if frame not in frames_a and frame + request.offset not in frames_b:
            found.failed(frame, _IN_NEITHER)
    job.stage(Stage.DIFFER, len(common))
    pairs = {frame: (_path(sides[0], frames_a[frame]), _path(sides[1], frames_b[frame + request.offset]))
             for frame in common}  # fmt: skip
    size = max(1, min(len(common), os.cpu_count() or 1, _MOST_CHILDREN))
    with ChildPool(HANDLER, size, memory_bytes=_MEMORY_BYTES) as pool:
        answers = pool.map(_requests(request, pairs), job.token, _SILENCE_S)
        for done, (frame, answer) in enumerate(in_order(answers, common), 1):
            if isinstance(answer, AppError):
                job.item_failed(shown(pairs[frame][0]), answer.message, answer.code)
                found.failed(frame, answer)
            else:
                found.take(frame, answer[0][0]["difference"])
            job.progress(done)
    document = {
        "schema_version": SCHEMA_VERSION, "kind": "sequence", "equal": found.equal, "a": _side(sides[0]),
        "b": _side(sides[1]), "offset": request.offset, "pixels_compared": request.with_pixels,
        "tolerance": request.limit, **found.document(), "picture": None,
        "picture_of": None, "picture_frame": None,
    }  # fmt: skip
    worst = found.worst_frame
    if not request.picture or worst is None:
        return document
    asked = request.asked(*pairs[worst]) | {"picture": "png"}
    _, drawn, picture = _compared(asked, job)
    return document | {"picture_frame": worst} | _written(request.picture, drawn, picture)


def _named(side: FoundSequence) -> set[Frame]:
    """The frames that a pattern names itself (`sh010.1001-1100#.exr`)."""
    return set(side.expected.frames) if side.expected else set()


def _requests(request: DiffRequest, pairs: dict[Frame, tuple[str, str]]) -> Iterator[tuple[Frame, dict[str, Any]]]:
    for frame, (a, b) in pairs.items():
        yield frame, request.asked(a, b) | {"picture": ""}


def _path(side: FoundSequence, name: bytes) -> str:
    return str(Path(decoded(side.directory)) / decoded(name))


def _side(side: FoundSequence) -> dict[str, Any]:
    path = Path(decoded(side.directory)) / decoded(sequence_name(side.sequence))
    return {"path": posix(path), "ranges": frame_range(side.sequence.frames)}

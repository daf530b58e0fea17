"""Frame ranges and sequence patterns: what is printed, what is counted as missing, what is understood.

Printed are fileseq's forms: `1001-1010,1012`, `-10-100`, `2-8x2`, `sh010.1001-1100#.exr`. Decimal frames are listed
(`1001.25,1001.50`), only a long even run of them is written with its step. Missing frames are computed as ranges,
so that a hole of a thousand million frames costs nothing. Understood are fileseq's frame ranges and the patterns of
fileseq, RV, Nuke, Houdini and printf; fileseq itself is loaded when a range is parsed.
"""

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from app.errors import UsageError
from app.model.frames import FileSequence, Frame
from app.model.names import raw

#: First and last frame of a run without a gap, both included.
FrameSpan = tuple[Frame, Frame]

_SEPARATORS = (b".", b"_", b"-", b" ")
_LISTED_DECIMALS = 6
_MAX_NUMBER = 20
#: The fraction of each frame in a range; steps are left out.
_WRITTEN = re.compile(r"(?<![0-9.xy:])[0-9]+(?:\.([0-9]+))?")
_NUMBER = re.compile(rb"(?P<sign>-?)(?P<whole>[0-9]+)(?:\.(?P<fraction>[0-9]+))?")
_PADDING = re.compile(
    rb"(?P<pad>#+|@+|%0?(?P<printf>[0-9]{0,2})d|\$F(?P<houdini>[0-9]?)|(?P<udim><UDIM>|<udim>|%\(UDIM\)d))"
    rb"(?:(?<=[#@])\.(?P<places>#+|@+))?"
)
_START = rb"(?:(?<![^._/ ])-|(?<![0-9]))"
_CHUNK = rb"%(n)s(?:--?%(n)s(?:[xy:]%(n)s)?)?"
_INTEGERS = _CHUNK % {b"n": rb"[0-9]+"}
_DECIMALS = _CHUNK % {b"n": rb"[0-9]+(?:\.[0-9]+)?"}
_RANGE_BEFORE = re.compile(_START + _INTEGERS + rb"(?:,-?" + _INTEGERS + rb")*\Z")
_DECIMALS_BEFORE = re.compile(_START + _DECIMALS + rb"(?:,-?" + _DECIMALS + rb")*\Z")
_RANGE_AFTER = re.compile(rb"\A(?P<ext>.*?)[ \t]+\[?(?P<range>-?[0-9][-0-9.,xy:]*)\]?\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where frames are expected, for ascending frames of which some are decimal.

    Attributes:
        unit: ticks of a whole frame, a power of ten.
        step: ticks from one expected frame to the next.
        runs: first and last tick of each run without a gap.
        extra: whether there are frames between the expected ones.
        whole: whether whole numbers are written without a fraction.
    """

    unit: int
    step: int
    runs: list[tuple[int, int]]
    extra: bool
    whole: bool

    @classmethod
    def of(cls, frames: Sequence[Frame]) -> "_Grid":
        """The grid of `frames`: every fraction counts that at least half as many frames have as the commonest."""
        unit = 10 ** max(map(_places, frames))
        ticks = [int(frame * unit) for frame in frames]
        often = Counter(tick % unit for tick in ticks)
        most = max(often.values())
        regular = [fraction for fraction, times in often.items() if 2 * times >= most]
        step = math.gcd(unit, *(fraction - regular[0] for fraction in regular))
        expected = [tick for tick in ticks if (tick - regular[0]) % step == 0]
        breaks = [i for i in range(1, len(expected)) if expected[i] - expected[i - 1] != step]
        runs = [(expected[a], expected[b - 1]) for a, b in pairwise([0, *breaks, len(expected)])]
        return cls(unit, step, runs, len(expected) < len(ticks), any(isinstance(frame, int) for frame in frames))

    def frame(self, tick: int) -> Frame:
        """The frame at a tick, as a file of this sequence would be called."""
        if self.whole and tick % self.unit == 0:
            return tick // self.unit
        return Decimal(tick).scaleb(1 - len(str(self.unit)))

    def listed(self, first: int, last: int) -> Iterator[str]:
        """A run: each frame by itself, or first, last and step where there are many or no fractions."""
        if self.whole and self.step == self.unit and first < last:
            yield f"{self.frame(first)}-{self.frame(last)}"
        elif (last - first) // self.step >= _LISTED_DECIMALS:
            yield f"{self.frame(first)}-{self.frame(last)}x{_plain(Decimal(self.step) / self.unit)}"
        else:
            yield from (str(self.frame(tick)) for tick in range(first, last + 1, self.step))


def spans(frames: Sequence[Frame]) -> list[FrameSpan]:
    """The runs without a gap in ascending `frames`; a rare frame between regular ones is in none of them."""
    if not frames:
        return []
    if not _are_whole(frames):
        grid = _Grid.of(frames)
        return [(grid.frame(first), grid.frame(last)) for first, last in grid.runs]
    if frames[-1] - frames[0] == len(frames) - 1:
        return [(frames[0], frames[-1])]
    found: list[FrameSpan] = []
    first = before = frames[0]
    for frame in frames[1:]:
        if frame - before != 1:
            found.append((first, before))
            first = frame
        before = frame
    found.append((first, before))
    return found


def missing_ranges(frames: Sequence[Frame]) -> list[FrameSpan]:
    """The runs of frames that are absent between the first and the last of ascending `frames`."""
    if _are_whole(frames):
        return [(before[1] + 1, after[0] - 1) for before, after in pairwise(spans(frames))]
    grid = _Grid.of(frames)
    return [(grid.frame(first), grid.frame(last)) for first, last in _gaps(grid)]


def missing_count(frames: Sequence[Frame]) -> int:
    """How many frames are absent between the first and the last of ascending `frames`."""
    if _are_whole(frames):
        return int(frames[-1] - frames[0]) + 1 - len(frames) if frames else 0
    grid = _Grid.of(frames)
    return sum((last - first) // grid.step + 1 for first, last in _gaps(grid))


def absent_frames(frames: Sequence[Frame]) -> Iterator[Frame]:
    """Each frame that is absent between the first and the last of ascending `frames`, one by one."""
    if _are_whole(frames):
        return (frame for first, last in missing_ranges(frames) for frame in range(int(first), int(last) + 1))
    grid = _Grid.of(frames)
    return (grid.frame(tick) for first, last in _gaps(grid) for tick in range(first, last + 1, grid.step))


def gap_count(frames: Sequence[Frame]) -> int:
    """How many runs of missing frames ascending `frames` have."""
    return max(0, len(spans(frames)) - 1)


def frame_range(frames: Sequence[Frame]) -> str:
    """Ascending frames in fileseq's notation (`1001-1010,1012`); empty for none."""
    if _are_whole(frames):
        return range_text(spans(frames))
    grid = _Grid.of(frames)
    if not grid.extra:
        return ",".join(text for run in grid.runs for text in grid.listed(*run))
    ticks = [int(frame * grid.unit) for frame in frames]
    offset = grid.runs[0][0]
    breaks = [
        i
        for i in range(1, len(ticks))
        if ticks[i] - ticks[i - 1] != grid.step or (ticks[i] - offset) % grid.step != 0
    ]  # fmt: skip
    runs = [(ticks[a], ticks[b - 1]) for a, b in pairwise([0, *breaks, len(ticks)])]
    return ",".join(text for run in runs for text in grid.listed(*run))


def missing_frames(frames: Sequence[Frame]) -> str:
    """The missing frames of ascending `frames` in fileseq's notation; empty where none is missing."""
    if _are_whole(frames):
        return range_text(missing_ranges(frames))
    grid = _Grid.of(frames)
    return ",".join(text for gap in _gaps(grid) for text in grid.listed(*gap))


def range_text(runs: Sequence[FrameSpan]) -> str:
    """Ascending runs of whole frames in fileseq's notation; three single frames or more at even distances: `1-9x2`."""
    parts: list[str] = []
    lonely: list[int] = []
    for first, last in runs:
        if first == last:
            lonely.append(int(first))
            continue
        parts += _even_steps(lonely)
        lonely = []
        parts.append(f"{first}-{last}")
    return ",".join(parts + _even_steps(lonely))


def parse_frames(text: str) -> tuple[Frame, ...]:
    """The frames of a range such as `1-100x5`, `1-100y5`, `1-100:3`, `-10-100` or `1001-1066x0.25`, ascending.

    Whole numbers are ints, unless all frames are written with a fraction (`1001.0-1002.5x0.5`).

    Raises:
        UsageError: the text is no frame range, or one of more than ten million frames.
    """
    from fileseq.exceptions import FileSeqException
    from fileseq.frameset import FrameSet

    try:
        ascii_text = text.encode("ascii").decode()
        frames = sorted({Decimal(frame) for frame in FrameSet(ascii_text.strip().strip("[]"))})
    except (FileSeqException, ValueError, ArithmeticError) as error:
        raise UsageError(
            f"{text!r} is not a frame range",
            hint="Write frames as 1001-1100, 1001-1100x2 or 1001,1005-1010.",
            code="frames.invalid",
        ) from error
    if not frames:
        raise UsageError("The frame range is empty", hint="Write frames as 1001-1100.", code="frames.invalid")
    written = [fraction or "" for fraction in _WRITTEN.findall(ascii_text)]
    if all(written):
        return tuple(frame.quantize(Decimal(1).scaleb(-max(map(len, written)))) for frame in frames)
    return tuple(int(frame) if frame == int(frame) else frame for frame in frames)


def padding(pad: int) -> bytes:
    """The characters of fileseq for `pad` digits: `#` for each four, else `@` for each one."""
    return b"#" * (pad // 4) if pad % 4 == 0 and pad else b"@" * max(1, pad)


def sequence_pattern(sequence: FileSequence) -> bytes:
    """The sequence as fileseq writes it: `sh010.1001-1100#.exr`; tiles as `wood.<UDIM>.tx`."""
    if sequence.udim:
        return sequence.base + b"<UDIM>" + sequence.ext
    places = max(map(_places, sequence.frames))
    fraction = b"." + padding(places) if places else b""
    return sequence.base + frame_range(sequence.frames).encode() + padding(sequence.pad) + fraction + sequence.ext


def sequence_name(sequence: FileSequence) -> bytes:
    """The name of the sequence without its frames, one `#` a digit: `sh010.####.exr`. Sidecars are called after it.

    An unpadded sequence has one `#`, which `parse_pattern` would take for four digits: a sidecar says its `pad`.
    """
    places = max(map(_places, sequence.frames))
    fraction = b"." + b"#" * places if places else b""
    return sequence.base + b"#" * sequence.pad + fraction + sequence.ext


def bare_base(sequence: FileSequence) -> bytes:
    """The base without the separator before the number (`sh010` of `sh010.`), as sidecars and reports name it."""
    return without_separator(sequence.base)


def without_separator(base: bytes) -> bytes:
    """What stands before a frame number, without the separator."""
    return base[:-1] if base.endswith(_SEPARATORS) else base


@dataclass(frozen=True, slots=True)
class SequencePattern:
    """A sequence as a user names it.

    Attributes:
        base, ext: raw bytes before and after the number.
        pad: digits of the number; longer numbers without a leading zero match too.
        places: digits behind the decimal point of sub-frames, 0 for whole frames.
        frames: the frames that were written with it, ascending; None where it names none.
        udim: the number is a UDIM tile.
        printf: the padding was written as `%04d`, where a minus takes the place of a digit.
    """

    base: bytes
    ext: bytes
    pad: int
    places: int = 0
    frames: tuple[Frame, ...] | None = None
    udim: bool = False
    printf: bool = False

    def name(self, frame: Frame) -> bytes:
        """The file name of a frame; a minus counts for no digit but in a `%04d`."""
        whole, _, fraction = f"{abs(frame):.{self.places}f}".partition(".")
        sign = "-" * (frame < 0)
        number = sign + whole.zfill(self.pad - len(sign) * self.printf) + ("." + fraction if fraction else "")
        return self.base + number.encode() + self.ext

    def frame_of(self, name: bytes) -> Frame | None:
        """The frame number of a file name, or None where the pattern does not cover it.

        The minus of a negative frame may count for a digit or not (`-003` and `-0003` of `####`).
        """
        if not (name.startswith(self.base) and name.endswith(self.ext)):
            return None
        number = name[len(self.base) : len(name) - len(self.ext)]
        match = _NUMBER.fullmatch(number)
        if match is None or len(number) > _MAX_NUMBER or len(match["fraction"] or b"") > self.places:
            return None
        frame: Frame = Decimal(number.decode()) if match["fraction"] else int(number)
        sign = len(match["sign"])
        if frame == 0 and sign:
            return None
        digits, padded = len(match["whole"]), match["whole"].startswith(b"0")
        if not any(width == self.pad or (width > self.pad and not padded) for width in {digits, digits + sign}):
            return None
        if self.frames is not None:
            place = bisect_left(self.frames, frame)
            return frame if self.frames[place : place + 1] == (frame,) else None
        return frame


def is_pattern(text: str | bytes) -> bool:
    """Whether a name holds a padding: `#`, `@`, `%04d`, `$F4`, `<UDIM>`."""
    return _find_padding(text if isinstance(text, bytes) else raw(text)) is not None


def parse_pattern(text: str | bytes) -> SequencePattern:
    """A sequence from its pattern.

    `#` means four digits and `@` one. Several `#` mean four digits each behind a frame range (`a.1-9##.exr`, as
    fileseq writes it) and one digit each elsewhere (`a.####.exr`, as Nuke and our sidecars write it), and so does
    each `#` of a fraction (`a.####.#.exr`). `%04d`, `$F4`
    and `<UDIM>` say what they mean. A range may stand before the padding (fileseq, RV) or, after a space, behind
    the pattern (Nuke).

    Raises:
        UsageError: there is no padding in it, or its frame range cannot be read.
    """
    name = text if isinstance(text, bytes) else raw(text)
    match = _find_padding(name)
    if match is None:
        raise UsageError(
            f"{name.decode('utf-8', 'replace')!r} is not the pattern of a file sequence",
            hint="Write the number as # (four digits), #### or %04d.",
            code="pattern.invalid",
        )
    base, ext = name[: match.start()], name[match.end() :]
    frames: tuple[Frame, ...] | None = None
    before = None if match["udim"] else (_DECIMALS_BEFORE if match["places"] else _RANGE_BEFORE).search(base)
    if before and before.group().isdigit() and before.start() and base[before.start() - 1 : before.start()].isalpha():
        before = None
    if before:
        frames = parse_frames(before.group().decode())
        base = base[: before.start()]
    elif after := _RANGE_AFTER.match(ext):
        frames = parse_frames(after["range"].decode())
        ext = after["ext"]
    ranged = before is not None
    pad = _digits(match["pad"], match["printf"] or match["houdini"] or b"1", ranged=ranged)
    places = _digits(match["places"], b"", ranged=True) if ranged and match["places"] else len(match["places"] or b"")
    printf = match["printf"] is not None
    return SequencePattern(base, ext, pad, places, frames, udim=match["udim"] is not None, printf=printf)


def _find_padding(name: bytes) -> re.Match[bytes] | None:
    """The last padding in the file name; `#` and `@` in the folders above it mean nothing."""
    return max(_PADDING.finditer(name, name.rfind(b"/") + 1), key=re.Match.start, default=None)


def _digits(padding: bytes, width: bytes, *, ranged: bool) -> int:
    """The digits that a padding stands for; `width` is what a numbered form says."""
    if padding.startswith(b"#"):
        return 4 * len(padding) if ranged or len(padding) == 1 else len(padding)
    if padding.startswith(b"@"):
        return len(padding)
    return 4 if b"DIM" in padding.upper() else max(1, int(width))


def _places(frame: Frame) -> int:
    """Digits behind the decimal point."""
    exponent = frame.as_tuple().exponent if isinstance(frame, Decimal) else 0
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _are_whole(frames: Sequence[Frame]) -> bool:
    """Whether no frame is decimal."""
    return set(map(type, frames)) <= {int}


def _gaps(grid: _Grid) -> Iterator[tuple[int, int]]:
    """First and last tick of each run of missing frames."""
    return ((before[1] + grid.step, after[0] - grid.step) for before, after in pairwise(grid.runs))


def _plain(step: Decimal) -> str:
    """A step without zeros at its end: `0.5`, `1`."""
    return f"{step.normalize():f}"


def _even_steps(lonely: Iterable[int]) -> list[str]:
    """Single frames, with three or more at even distances as `1-9x2`."""
    frames = list(lonely)
    parts: list[str] = []
    start = 0
    while start < len(frames):
        end = start + 1
        while end + 1 < len(frames) and frames[end + 1] - frames[end] == frames[start + 1] - frames[start]:
            end += 1
        if end - start >= 2:
            parts.append(f"{frames[start]}-{frames[end]}x{frames[start + 1] - frames[start]}")
            start = end + 1
        else:
            parts.append(str(frames[start]))
            start += 1
    return parts

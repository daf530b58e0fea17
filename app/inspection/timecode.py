"""Whether time codes count on from frame to frame.

Packing and drop-frame counting: SMPTE ST 12-1. Above 30 frames a second a number stands for a pair of frames, told
apart by the field mark where the writer sets it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.model.frames import Frame

_DROP = 1 << 6
_FIELD = 1 << 15
_RATES = (24, 25, 30)
_DROP_RATES = (30, 60)
_BREAK_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Timecode:
    """A moment as a clock of frames has it."""

    hours: int
    minutes: int
    seconds: int
    frames: int
    drop: bool
    field: bool

    def __str__(self) -> str:
        mark = ";" if self.drop else ":"
        return f"{self.hours:02}:{self.minutes:02}:{self.seconds:02}{mark}{self.frames:02}"


def timecode_of(word: int) -> Timecode:
    """The time code in the time and flags of SMPTE ST 12-1 (binary-coded decimals, 60 Hz packing)."""
    hours, minutes = _decimal(word, 24, 3), _decimal(word, 16, 7)
    seconds, frames = _decimal(word, 8, 7), _decimal(word, 0, 3)
    return Timecode(hours, minutes, seconds, frames, bool(word & _DROP), bool(word & _FIELD))


def _decimal(word: int, shift: int, tens: int) -> int:
    """Two binary-coded digits from bit `shift` on; `tens` masks the upper one."""
    return (word >> shift & 15) + 10 * (word >> shift + 4 & tens)


@dataclass(frozen=True, slots=True)
class _Clock:
    """How a sequence counts: whole frames a second, numbers a second (half of it above 30), drop-frame or not."""

    rate: int
    drop: bool
    fields: bool

    @property
    def numbers(self) -> int:
        return self.rate // 2 if self.rate > _RATES[-1] else self.rate

    @property
    def paired(self) -> bool:
        return self.rate > _RATES[-1]

    def number(self, code: Timecode) -> int:
        """Numbers since midnight."""
        minutes = code.hours * 60 + code.minutes
        number = (minutes * 60 + code.seconds) * self.numbers + code.frames
        return number - 2 * (minutes - minutes // 10) if self.drop else number

    def count(self, code: Timecode) -> int:
        """Frames since midnight; without field marks a pair counts as its first frame."""
        return 2 * self.number(code) + (code.field and self.fields) if self.paired else self.number(code)

    def code(self, count: int) -> Timecode:
        """The time code of so many frames since midnight."""
        number, second_of_pair = divmod(count, 2) if self.paired else (count, 0)
        a_minute = 60 * self.numbers
        if self.drop:
            ten = 10 * a_minute - 18
            tens, rest = divmod(number, ten)
            number += 18 * tens + (2 * ((rest - 2) // (a_minute - 2)) if rest > 1 else 0)
        seconds, frames = divmod(number, self.numbers)
        minutes, seconds = divmod(seconds, 60)
        return Timecode(minutes // 60 % 24, minutes % 60, seconds, frames, self.drop, bool(second_of_pair))

    @property
    def day(self) -> int:
        """Frames in a day."""
        number = 24 * 3600 * self.numbers - (2 * (24 * 60 - 24 * 6) if self.drop else 0)
        return number * 2 if self.paired else number


@dataclass(frozen=True, slots=True)
class TimecodeBreak:
    """A frame, by index, whose time code does not follow from the frame before."""

    index: int
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Continuity:
    """What the time codes of a sequence say.

    Attributes:
        first, last: of the first and last frame that has one.
        rate: frames a second that were counted with.
        assumed: whether no header says them.
        drop: drop-frame.
        breaks: the first hundred.
        break_count: how many there are.
        without: frames that have none, by index.
    """

    first: Timecode
    last: Timecode
    rate: Fraction
    assumed: bool
    drop: bool
    breaks: list[TimecodeBreak]
    break_count: int
    without: list[int]


def continuity(
    frames: Sequence[Frame], words: Sequence[int], there: Sequence[int], rate: Fraction | None
) -> Continuity | None:
    """Compare each frame's time code with what follows from the one before.

    Args:
        frames: ascending frame numbers.
        words: time and flags of each frame, -1 where there is none.
        there: the frames that were read, by index: one without a time code is told only among these.
        rate: frames a second as the header says; None for the lowest usual rate that the numbers allow.

    Returns:
        None where no frame has one, or where frames are decimal: nothing says how the clock counts those.
    """
    have = [index for index in there if words[index] >= 0]
    if not have:
        return None
    codes = {index: timecode_of(words[index]) for index in have}
    clock = _clock(list(codes.values()), rate)
    breaks: list[TimecodeBreak] = []
    count = 0
    anchor = have[0]
    for after in have[1:]:
        step = frames[after] - frames[anchor]
        if step != int(step):
            return None
        expected = (clock.count(codes[anchor]) + int(step)) % clock.day
        off = abs(clock.count(codes[after]) - expected)
        if off <= (clock.paired and not clock.fields):
            continue
        count += 1
        if len(breaks) < _BREAK_LIMIT:
            breaks.append(TimecodeBreak(after, str(clock.code(expected)), str(codes[after])))
        anchor = after
    lacking = [index for index in there if words[index] < 0]
    used = rate or Fraction(clock.rate)
    return Continuity(codes[have[0]], codes[have[-1]], used, rate is None, clock.drop, breaks, count, lacking)


def _clock(codes: Sequence[Timecode], rate: Fraction | None) -> _Clock:
    drop = any(code.drop for code in codes)
    fields = any(code.field for code in codes)
    highest = max(code.frames for code in codes)
    if rate is None:
        whole = 30 if drop else next((rate for rate in _RATES if highest < rate), _RATES[-1])
    else:
        whole = max(1, round(rate))
    return _Clock(whole, drop and whole in _DROP_RATES, fields)

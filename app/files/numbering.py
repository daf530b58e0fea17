"""What the digits in a file name are: a frame or not, with which sign and padding, whole or a fraction of one.

Everything here is raw bytes; `sequences.py` says in which order the questions are asked.
"""

import math
import re
from collections.abc import Mapping, Sequence, Set
from decimal import Decimal
from itertools import pairwise

#: How a base ends of which `is_version` may be asked.
VERSION_ENDS = (b"v", b"V", b"r", b"R", b"n", b"N")

_DATE_ENDS = (b"-", b"_", b".")
_MAX_SUBFRAME_DIGITS = 4
_MAX_SUBFRAMES = 64
_LEAST_PADDED = 3
_VERSIONS = (b"version", b"ver", b"v")
_YEAR_AND_MONTH = re.compile(rb"(?:19|20)[0-9]{2}([-_.])(?:0[1-9]|1[0-2])\1")
_DATE = re.compile(rb"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_DOTTED = re.compile(rb"[0-9]\.\Z")


def is_version(base: bytes) -> bool:
    """Whether `base` ends with a `v`, `ver` or `version` that begins a word: `sh_v`, `sh010v`, `shotV`; not `env`."""
    lowered = base[-len(_VERSIONS[0]) :].lower()
    word = next((word for word in _VERSIONS if lowered.endswith(word)), b"")
    if not word:
        return False
    before, first = base[-len(word) - 1 : -len(word)], base[len(base) - len(word) :][:1]
    if before.isalpha() or before >= b"\x80":
        return first.isupper() and before.islower()
    return True


def is_day(base: bytes) -> bool:
    """Whether two digits behind `base` are the day of a date (`2024-10-05`)."""
    return base.endswith(_DATE_ENDS) and _YEAR_AND_MONTH.fullmatch(base[-8:]) is not None and not base[-9:-8].isdigit()


def is_date(number: bytes) -> bool:
    """Whether a number is a date of eight digits (`20240101`)."""
    return _DATE.fullmatch(number) is not None


def minus_counts(numbers: Sequence[bytes]) -> bool:
    """Whether a minus takes the place of a digit, as printf has it (`-003` beside `0001`), among numbers of one base.

    It does where the negative numbers fit the padding of the others only so. Where the others have no leading zero,
    it does where all numbers are equally long with it. Negative numbers alone do not tell.
    """
    negative = [number[1:] for number in numbers if number.startswith(b"-")]
    others = [number for number in numbers if not number.startswith(b"-")]
    fixed = {len(number) for number in others if number.startswith(b"0")}
    if not negative or not others:
        return False
    if not fixed:
        return any(number.startswith(b"0") for number in negative) and len(set(map(len, numbers))) == 1
    least = min(fixed)

    def fits(sign: int) -> bool:
        widths = ((len(number) + sign, number.startswith(b"0")) for number in negative)
        return all(width in fixed if padded else width >= least for width, padded in widths)

    return not fits(0) and fits(1)


def widths(numbers: Sequence[bytes]) -> list[int]:
    """The digits that each of the whole numbers of one base has, its minus among them where that takes a place."""
    if minus_counts(numbers):
        return list(map(len, numbers))
    return [len(number.lstrip(b"-")) for number in numbers]


def paddings(counted: Sequence[int], numbers: Sequence[bytes]) -> list[int]:
    """The paddings that numbers of one base are shared out to; 0 stands for none.

    A leading zero fixes the padding. Any other number belongs to the widest fixed padding that it fills or outgrows;
    those narrower than all of them are unpadded. A number of three digits or more grows digit by digit: one that is
    two wider than the next narrower one is something else, a date beside frames, and has a padding of its own.

    Args:
        counted: the digits that each number has, as `widths` counts them.
        numbers: the numbers.
    """
    found = sorted(set(counted))
    fixed = {width for width, number in zip(counted, numbers, strict=True) if number.lstrip(b"-").startswith(b"0")}
    fixed.update(after for before, after in pairwise(found) if before >= _LEAST_PADDED and after - before > 1)
    pads = {width: max((pad for pad in fixed if pad <= width), default=0) for width in found}
    return [pads[width] for width in counted]


def are_fractions(base: bytes, fractions: Mapping[bytes, Sequence[bytes]], *, beside_whole: bool) -> bool:
    """Whether what follows the dots of `base` NUMBER `.` FRACTION are fractions of a frame.

    All fractions must lie on a division of the frame into at most 64 equal steps that is coarser than their last
    digit: .25 .50 .75 and .0 .5 do, the frames 0001 0002 of a shot 1001 do not. A number of one or two digits behind
    another dotted number belongs to a version or a date (`v1.2.1001`, `2024.10.05`). Where no whole frames lie
    beside them (`beside_whole`), more must speak for it: one frame has several fractions, which are not all months
    (`2024.10`); of several numbers two follow each other; numbers of one or two digits, and fractions of one digit
    or four, need several numbers and a zero among the fractions.

    Args:
        base: what stands before the numbers.
        fractions: those of each number, by its text.
        beside_whole: frames without a fraction have the same base.
    """
    shortest = min(len(number.lstrip(b"-")) for number in fractions)
    texts = set().union(*fractions.values())
    digits = max(map(len, texts))
    if digits > _MAX_SUBFRAME_DIGITS or (shortest < _LEAST_PADDED and _DOTTED.search(base)):
        return False
    if not beside_whole and not _speak_for_themselves(fractions, texts, plain=shortest >= _LEAST_PADDED):
        return False
    unit = 10**digits
    step = math.gcd(unit, *(int(text.ljust(digits, b"0")) for text in texts))
    return step > 1 and unit // step <= _MAX_SUBFRAMES


def _speak_for_themselves(fractions: Mapping[bytes, Sequence[bytes]], texts: Set[bytes], *, plain: bool) -> bool:
    """Whether numbers have fractions though no whole frames lie beside them; `plain`: none has less than 3 digits."""
    if max(map(len, fractions.values())) < 2 or all(len(text) == 2 and 1 <= int(text) <= 12 for text in texts):
        return False
    wholes = sorted({int(number) for number in fractions})
    successive = any(after - before == 1 for before, after in pairwise(wholes))
    if len(wholes) > 1 and not successive:
        return False
    return (plain and 2 <= max(map(len, texts)) <= 3) or (successive and not all(map(int, texts)))


def are_distinct(texts: Sequence[bytes]) -> bool:
    """Whether decimal numbers are all different and their whole parts have one padding; a minus zero is none."""
    numbers = {Decimal(text.decode()) for text in texts}
    wholes = [text.partition(b".")[0] for text in texts]
    counted = widths(wholes)
    pad = min(counted)
    padded = all(
        width == pad or not whole.lstrip(b"-").startswith(b"0") for width, whole in zip(counted, wholes, strict=True)
    )
    return padded and len(numbers) == len(texts) and not any(number.is_signed() and not number for number in numbers)

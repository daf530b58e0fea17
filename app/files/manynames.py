"""The numbers in thousands of file names at once.

Names of equal length lie below each other as the rows of a matrix. Those whose frame number begins and ends in the same
columns are taken together: what differs between them outside the number tells their sequences apart, and the number is
read from its digits, all without a step per name. What does not fit is left to the loop that takes names one by one;
the rules are the same (see `sequences.py`).
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.model.frames import Frame

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Indices = NDArray[np.intp]
    Rows = NDArray[np.uint8]

#: For fewer names the loop is quicker.
LEAST_NAMES = 256

#: Loading numpy takes as long as so many names one by one.
_AS_LONG_AS_LOADING = 100_000

_MOST_DIGITS = 7
_MOST_LAYOUTS = 16
_LEAST_ROWS = 32
_WORD = 8
_DIGITS = b"0123456789"
_ZERO, _NINE, _DOT = b"09."
_PLACES = [10.0**place for place in range(_MOST_DIGITS - 1, -1, -1)]
#: What digits count too much when they are taken as their ASCII codes, by how many they are.
_ZEROS = [_ZERO * ((10**digits - 1) // 9) for digits in range(_MOST_DIGITS + 1)]


_one_by_one = 0


def pays(names: int) -> bool:
    """Whether to take so many names together: numpy is loaded once as many came as loading it takes."""
    global _one_by_one  # noqa: PLW0603
    if "numpy" in sys.modules:
        return True
    _one_by_one += names
    return _one_by_one > _AS_LONG_AS_LOADING


@dataclass(slots=True)
class ManyNames:
    """What is known of many names.

    Attributes:
        members: for each base with its extension the indices of its names, by number while `frames` has them.
        frames: the numbers, ascending, where all of a base are equally wide.
        others: indices of names to be looked at one by one.
    """

    members: dict[bytes, list[int]] = field(default_factory=dict)
    frames: dict[bytes, list[Frame]] = field(default_factory=dict)
    others: list[int] = field(default_factory=list)


def one_sequence(names: Sequence[bytes]) -> ManyNames | None:
    """Take apart the names of a folder that holds nothing but the frames of one sequence, as most of them do.

    None where it holds anything else, or numbers of different widths.
    """
    first, last = min(names), max(names)
    start, end = _number_of(first)
    base, ext = first[:start], first[end:]
    if not 0 < end - start <= _MOST_DIGITS or not (last.startswith(base) and last.endswith(ext)):
        return None
    # What lies between two names that begin with the base begins with it too; no name holds a slash.
    numbers = b"/".join(names)[start : -len(ext)].decode("latin-1").split((ext + b"/" + base).decode("latin-1"))
    digits = "".join(numbers)
    if not (digits.isascii() and digits.isdigit()) or set(map(len, numbers)) != {end - start}:
        return None
    frames: list[Frame] = list(map(int, numbers))
    members = sorted(range(len(names)), key=frames.__getitem__) if len(frames) == len(names) else []
    return ManyNames({base + ext: members}, {base + ext: sorted(frames)}) if members else None


def many_names(names: Sequence[bytes]) -> ManyNames:
    """Take apart the names of one folder that have a number of up to seven digits before their extension."""
    import numpy as np

    found = ManyNames()
    if len(set(map(len, names))) == 1:
        rows = np.frombuffer(b"".join(names), np.uint8).reshape(len(names), -1)
        _take_rows(names, np.arange(len(names)), rows, found)
        return found
    lengths = np.fromiter(map(len, names), np.int32, len(names))
    for length in np.unique(lengths).tolist():
        indices = np.flatnonzero(lengths == length)
        if len(indices) < _LEAST_ROWS:
            found.others += indices.tolist()
            continue
        chosen = [names[i] for i in indices.tolist()]
        rows = np.frombuffer(b"".join(chosen), np.uint8).reshape(-1, length)
        _take_rows(names, indices, rows, found)
    return found


def _take_rows(names: Sequence[bytes], indices: "Indices", rows: "Rows", found: ManyNames) -> None:
    """Take apart names of equal length, those with their number in the same columns together."""
    import numpy as np

    for _ in range(_MOST_LAYOUTS):
        if len(indices) < _LEAST_ROWS:
            break
        start, end = _number_of(names[int(indices[0])])
        if not 0 < end - start <= _MOST_DIGITS:
            alone = np.zeros(len(indices), np.bool_)
            alone[0] = True
            found.others.append(int(indices[0]))
            indices, rows = indices[~alone], rows[~alone]
            continue
        fits = _fits(rows, start, end)
        if fits.all():
            _take_layout(names, indices, rows, (start, end), found)
            return
        _take_layout(names, indices[fits], rows[fits], (start, end), found)
        indices, rows = indices[~fits], rows[~fits]
    found.others += indices.tolist()


def _number_of(name: bytes) -> tuple[int, int]:
    """Where the frame number of a name begins and ends; the same twice where there is none."""
    end = name.rfind(b".")
    if end <= 0:
        return 0, 0
    return len(name[:end].rstrip(_DIGITS)), end


def _fits(rows: "Rows", start: int, end: int) -> Any:
    """Which names have their number in these columns, and the last dot behind it."""
    number = rows[:, start:end]
    fits = (rows[:, end] == _DOT) & ((number >= _ZERO) & (number <= _NINE)).all(axis=1)
    fits &= ~(rows[:, end + 1 :] == _DOT).any(axis=1)
    if start:
        fits &= (rows[:, start - 1] < _ZERO) | (rows[:, start - 1] > _NINE)
    return fits


def _take_layout(
    names: Sequence[bytes], indices: "Indices", rows: "Rows", columns: tuple[int, int], found: ManyNames
) -> None:
    """Take names whose numbers stand in the same columns: sort them by base, then by number."""
    import numpy as np

    start, end = columns
    numbers = (rows[:, start:end].astype(np.float64) @ _PLACES[_MOST_DIGITS - end + start :]).astype(np.int64)
    numbers -= _ZEROS[end - start]
    bases = _bases(rows, start, end)
    order = (numbers if bases is None else bases * 10**_MOST_DIGITS + numbers).argsort()
    starts = [0]
    if bases is not None:
        starts = np.flatnonzero(np.diff(bases[order], prepend=-1)).tolist()
    members, frames = indices[order].tolist(), numbers[order].tolist()
    for first, after in zip(starts, [*starts[1:], len(members)], strict=True):
        name = names[members[first]]
        key = name[:start] + name[end:]
        if key in found.members:
            found.members[key] += members[first:after]
            found.frames.pop(key, None)
        else:
            found.members[key], found.frames[key] = members[first:after], frames[first:after]


def _bases(rows: "Rows", start: int, end: int) -> Any:
    """A number for each name that is the same where base and extension are; None where they are in all."""
    import numpy as np

    differs = (rows != rows[0]).any(axis=0)
    differs[start:end] = False
    columns = np.flatnonzero(differs)
    codes = None
    for at in range(0, len(columns), _WORD):
        some = columns[at : at + _WORD]
        words = np.zeros((len(rows), _WORD), np.uint8)
        words[:, : len(some)] = rows[:, some]
        distinct, found = np.unique(words.view(np.uint64).reshape(-1), return_inverse=True)
        if codes is None:
            codes = found
        else:
            _, codes = np.unique(codes * len(distinct) + found, return_inverse=True)
    return codes

"""Which regular expressions certainly take little time in any short text: those that hardly ever have to choose."""

import re
from functools import lru_cache
from math import prod
from typing import Any

from app.qc.regexes import letters_of

#: Letters of the longest text for which `is_quick` holds, and the last letter that may stand in it.
QUICK_LETTERS = 512
LAST_LETTER = "\xff"

_MOST_STEPS = 1_000_000
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT")
_UNDOUBTED = re.UNICODE | re.DOTALL | re.VERBOSE
_BEGINNINGS = ("AT_BEGINNING", "AT_BEGINNING_STRING")

Tree = list[tuple[str, Any]]


@lru_cache(maxsize=1024)
def is_quick(text: str) -> bool:
    """Whether an expression takes a part of a second at most in a text of 512 letters of Latin-1; in doubt not.

    Looked at are letters, sets, groups, repetitions and alternatives with different first letters. Everything else
    (letters of either case, looking ahead, what was matched before, choices inside a repetition) is in doubt.
    """
    tree = re._parser.parse(text)  # type: ignore[attr-defined]  # the parser has no public name since 3.11
    items = None if tree.state.flags & ~_UNDOUBTED else _plain(tree)
    if items is None:
        return False
    starts = 1 if items and items[0] == ("AT", "begin") else QUICK_LETTERS
    return _ways(items) * starts <= _MOST_STEPS


def _plain(tree: Any) -> Tree | None:
    """The items of an expression with groups taken apart; None where something in it is in doubt."""
    items: Tree = []
    for kind, value in tree:
        name = str(kind)
        if name == "SUBPATTERN":
            body = None if value[1] & ~_UNDOUBTED else _plain(value[-1])
            if body is None:
                return None
            items += body
        elif name in _REPEATS:
            body = _plain(value[2])
            most = min(int(value[1]), QUICK_LETTERS)
            if body is None:
                return None
            if most <= 1 or _is_fixed(body):
                items.append(("REPEAT", (min(int(value[0]), most), most, body)))
            elif _is_fenced(body):
                items.append(("FENCED", (int(value[0]), body)))
            else:
                return None
        elif name == "BRANCH":
            branches = [_plain(branch) for branch in value[1]]
            firsts = {branch[0][1] for branch in branches if branch and branch[0][0] == "LITERAL"}
            if len(firsts) < len(branches):
                return None
            items.append(("BRANCH", branches))
        elif name in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            items.append((name, value))
        elif name == "AT":
            items.append(("AT", "begin" if str(value) in _BEGINNINGS else ""))
        else:
            return None
    return items


def _ways(items: Tree) -> int:
    """In how many ways the repetitions of an expression can share out a text, at most.

    Where a letter must follow that nothing since the last such place can match, there is one end for all of that: one
    repetition has one way to get there, and several multiply.
    """
    settled = ways = 1
    open_ones = 0
    letters: frozenset[int] = frozenset()
    for name, value in items:
        own = _letters_of(name, value)
        choices, optional = _choices(name, value)
        if own and not optional and not own & letters:
            settled *= ways if open_ones > 1 else 1
            ways, open_ones, letters = 1, 0, frozenset()
        if choices > 1:
            open_ones += 1 if name == "FENCED" or (name == "REPEAT" and _is_fixed(value[2])) else 2
        if open_ones:
            ways, letters = ways * choices, letters | own
    return settled * ways


def _choices(name: str, value: Any) -> tuple[int, bool]:
    """How many ways one item has at most, and whether it may match nothing."""
    if name == "REPEAT":
        least, most, body = value
        return (most - least) + _all_ways(body), not least or _may_be_empty(body)
    if name == "FENCED":
        return QUICK_LETTERS, not value[0]
    if name == "BRANCH":
        return max(map(_all_ways, value)), any(map(_may_be_empty, value))
    return 1, name == "AT"


def _all_ways(items: Tree) -> int:
    """The ways of a part of an expression, whatever stands before it: nothing in it is taken as settled."""
    return prod(_choices(name, value)[0] for name, value in items)


def _is_fixed(items: Tree) -> bool:
    """Whether a part of an expression has one way to match and one length."""
    return all(name != "BRANCH" and _choices(name, value)[0] == 1 for name, value in items)


def _is_fenced(items: Tree) -> bool:
    """Whether a letter that stands nowhere else tells where each repetition begins, and all behind it has one way."""
    (name, value), rest = items[0], items[1:]
    opened = [one for one, more in rest if _choices(one, more)[0] > 1]
    fixed = all(_is_fixed(more[2]) for one, more in rest if one == "REPEAT")
    return name == "LITERAL" and value not in _all_letters(rest) and opened in ([], ["REPEAT"]) and fixed


def _may_be_empty(items: Tree) -> bool:
    return all(_choices(name, value)[1] for name, value in items)


def _letters_of(name: str, value: Any) -> frozenset[int]:
    """The letters of Latin-1 that an item may match, anywhere in it."""
    if name in ("REPEAT", "FENCED"):
        return _all_letters(value[-1])
    if name == "BRANCH":
        return frozenset().union(*map(_all_letters, value))
    return _letters_at(name, value if name != "IN" else tuple(value))


def _all_letters(items: Tree) -> frozenset[int]:
    return frozenset[int]().union(*(_letters_of(name, value) for name, value in items))


@lru_cache(maxsize=1024)
def _letters_at(name: str, value: Any) -> frozenset[int]:
    return letters_of([(name, value)])

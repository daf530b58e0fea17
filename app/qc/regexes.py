r"""Regular expressions of a policy: refused where they are wrong, or where a name could make them run for hours.

An open repetition of something that can be shared out in several ways (`(a+)+`, `(a|aa)*`, `(a?a)+`) tries all of them
on a name that does not match: their number doubles with each letter. So does a limited one (`(a?){60}`) that has many
ways. Repetitions that can match the same letters multiply (`\w+_\w+_\w+`), and once more with where they may begin.
What is not refused may still take long in a text made for that; `app.qc.matching` sees to it that it ends.
"""

import re
from collections.abc import Iterator
from math import comb
from typing import Any

from app.yamlnodes import Place

_LONGEST = 1000
_OPEN = 256
_MOST_WAYS = 100_000
_MOST_STEPS = 1_000_000_000
_MOST_REPEATED = 16
_BEGINNINGS = ("AT_BEGINNING", "AT_BEGINNING_STRING")
_HINT = "Give a repetition a limit, or begin what is repeated with a letter that stands nowhere else: (_[a-z]+)*."
_FENCES = "Begin it with ^, and put letters between its repetitions that these do not match: [a-z]+_[a-z]+, not .*_.*."


def check_regex(text: str, place: Place) -> None:
    """Refuse an expression that is empty, cannot be compiled, is very long, or could take forever.

    Raises:
        BadYaml: it is one of these.
    """
    if not text:
        raise place.error("the expression is empty, and found in every text", "Say what is looked for.")
    if len(text) > _LONGEST:
        raise place.error(f"the expression has more than {_LONGEST} letters")
    try:
        re.compile(text)
        tree = re._parser.parse(text)  # type: ignore[attr-defined]  # the parser has no public name since 3.11
    except (re.error, RecursionError, OverflowError) as error:
        raise place.error(
            f"{text} is no regular expression: {error}", "Python's `re` says what may be written."
        ) from None
    if _shared_out(tree, 0):
        raise place.error(f"{text} repeats what repeats already, and could run for hours", _HINT)
    if _steps(tree) > _MOST_STEPS:
        raise place.error(f"{text} has repetitions that can share out a name in very many ways", _FENCES)


def _steps(tree: Any) -> int:
    """How many steps an expression takes in a name of 256 letters, about."""
    return _most_ways(tree) * (1 if _is_anchored(tree) else _OPEN)


def _is_anchored(tree: Any) -> bool:
    return bool(tree) and str(tree[0][1]) in _BEGINNINGS


def _shared_out(tree: Any, times: int) -> bool:
    """Whether something that is repeated so many times can match the same letters in very many ways."""
    for kind, value in tree:
        name = str(kind)
        if name in _REPEATS:
            least, most, body = value
            most = min(int(most), _OPEN)
            if least < most and not _is_fenced(tree, body) and (most - int(least) + 1) ** times > _MOST_WAYS:
                return True
            if _shared_out(body, min(max(times, 1) * most, _OPEN) if most > 1 else times):
                return True
        elif name == "BRANCH":
            if not _are_apart(value[1]) and len(value[1]) ** times > _MOST_WAYS:
                return True
            if any(_shared_out(branch, times) for branch in value[1]):
                return True
        elif any(_shared_out(branch, times) for branch in _bodies(name, value)):
            return True
    return False


_REPEATS = ("MAX_REPEAT", "MIN_REPEAT")


def _is_fenced(tree: Any, body: Any) -> bool:
    """Whether a fixed letter before or behind tells where each repetition ends, as in `(_[a-z]+)*`."""
    ends = [tree[0], tree[len(tree) - 1]]
    return any(str(kind) == "LITERAL" and not _may_hold(body, value) for kind, value in ends)


def _are_apart(branches: Any) -> bool:
    """Whether alternatives begin with different fixed letters, or are all equally long."""
    firsts = [branch[0] for branch in branches if len(branch)]
    letters = [value for kind, value in firsts if str(kind) == "LITERAL"]
    if len(firsts) == len(branches) and len(set(letters)) == len(branches):
        return True
    widths = {branch.getwidth() for branch in branches}
    return len(widths) == 1 and all(least == most for least, most in widths)


def _may_hold(tree: Any, letter: int) -> bool:
    """Whether a letter may be part of what an expression matches; in doubt it may."""
    for kind, value in tree:
        name = str(kind)
        if name in _REPEATS:
            held = _may_hold(value[2], letter)
        elif name == "BRANCH":
            held = any(_may_hold(branch, letter) for branch in value[1])
        elif name in ("LITERAL", "NOT_LITERAL"):
            held = (value == letter) is (name == "LITERAL")
        elif name == "IN":
            held = _in_set(value, letter)
        elif name == "AT":
            held = False
        else:
            bodies = _bodies(name, value)
            held = not bodies or any(_may_hold(body, letter) for body in bodies)
        if held:
            return True
    return False


def _in_set(items: Any, letter: int) -> bool:
    negated = str(items[0][0]) == "NEGATE"
    found = False
    for kind, value in items:
        name = str(kind)
        if name == "LITERAL":
            found |= value == letter
        elif name == "RANGE":
            found |= value[0] <= letter <= value[1]
        elif name == "CATEGORY":
            found |= re.match(_CATEGORIES[str(value)], chr(letter)) is not None
    return found is not negated


_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}


def _most_ways(tree: Any) -> int:
    """In how many ways the repetitions of an expression can share out a name of 256 letters, where none ends the rest.

    Repetitions that follow each other multiply, until a letter must come that none of them can match.
    """
    most = ways = 1
    count = 0
    letters: frozenset[int] = frozenset()
    for item in _flat(tree):
        name, value = str(item[0]), item[1]
        if name in ("ASSERT", "ASSERT_NOT", "ATOMIC_GROUP"):
            most = max(most, *map(_most_ways, _bodies(name, value)))
            continue
        own = letters_of([item])
        choices, optional = _choices(name, value)
        if own and not optional and not own & letters:
            ways, count, letters = 1, 0, frozenset()
        if choices > 1:
            ways, count, letters = ways * choices, count + _repeats_in([item]), letters | own
        most = max(most, min(ways, comb(_OPEN + count, count)))
    return most


def _choices(name: str, value: Any) -> tuple[int, bool]:
    """How many ways one item has, and whether it may match nothing."""
    if name in _REPEATS:
        least, most, body = int(value[0]), min(int(value[1]), _OPEN), value[2]
        return (most - min(least, most) + 1) * _most_ways(body), not least
    if name == "BRANCH":
        branches = value[1]
        alternatives = 1 if _are_apart(branches) else len(branches)
        return alternatives * max(map(_most_ways, branches)), any(not branch.getwidth()[0] for branch in branches)
    return 1, False


def _repeats_in(tree: Any) -> int:
    """How many repetitions and alternatives there are, one inside the other too."""
    count = 0
    for kind, value in tree:
        name = str(kind)
        if name in _REPEATS:
            count += 1 + _repeats_in(value[2])
        elif name == "BRANCH":
            count += 1 + max(map(_repeats_in, value[1]))
        else:
            count += sum(map(_repeats_in, _bodies(name, value)))
    return count


def _flat(tree: Any) -> Iterator[tuple[Any, Any]]:
    """The items of an expression one after the other: those of groups, and of what is repeated so many times, too."""
    for kind, value in tree:
        name = str(kind)
        if name == "SUBPATTERN":
            yield from _flat(value[-1])
        elif name in _REPEATS and value[0] == value[1] and _most_ways(value[2]) > 1:
            for _ in range(min(int(value[0]), _MOST_REPEATED)):
                yield from _flat(value[2])
        else:
            yield kind, value


def letters_of(tree: Any) -> frozenset[int]:
    """The letters, of the first 256, that a part of an expression may match."""
    return frozenset(letter for letter in range(_OPEN) if _may_hold(tree, letter))


def _bodies(name: str, value: Any) -> list[Any]:
    if name == "SUBPATTERN":
        return [value[-1]]
    if name in ("ASSERT", "ASSERT_NOT"):
        return [value[1]]
    return [value] if name == "ATOMIC_GROUP" else []

r"""Regular expressions of a policy: refused where they are wrong, or where a name could make them run for hours.

An open repetition of something that can be shared out in several ways (`(a+)+`, `(a|aa)*`, `(a?a)+`) tries all of them
on a name that does not match: their number doubles with each letter. So does a limited one (`(a?){60}`) that has many
ways. Several `.*` in one expression multiply, and so do repetitions that follow each other (`\d+\d+\d+\d+`).
"""

import re
from typing import Any

from app.yamlnodes import Place

_LONGEST = 1000
_MANY = 64
_OPEN = 256
_MOST_WAYS = 100_000
_MOST_ANYTHING = 3
_HINT = "Give a repetition a limit, or begin what is repeated with a letter that stands nowhere else: (_[a-z]+)*."


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
    if _anything(tree) > _MOST_ANYTHING:
        raise place.error(f"{text} has more than {_MOST_ANYTHING} open repetitions of any letter", "Say which letters.")


def _shared_out(tree: Any, times: int) -> bool:
    """Whether something that is repeated so many times can match the same letters in very many ways."""
    if _in_a_row(tree) > _MOST_ANYTHING:
        return True
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


def _in_a_row(tree: Any) -> int:
    """How many open repetitions follow each other with nothing between them."""
    longest = row = 0
    for kind, value in tree:
        is_open = str(kind) in _REPEATS and int(value[1]) > _MANY
        row = row + 1 if is_open else 0
        longest = max(longest, row)
    return longest


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


def _anything(tree: Any) -> int:
    """How many open repetitions of any letter there are."""
    count = 0
    for kind, value in tree:
        name = str(kind)
        if name in _REPEATS:
            _, most, body = value
            is_any = len(body) == 1 and str(body[0][0]) in ("ANY", "NOT_LITERAL")
            count += int(is_any and int(most) > _MANY) + _anything(body)
        elif name == "BRANCH":
            count += max(map(_anything, value[1]))
        else:
            count += sum(map(_anything, _bodies(name, value)))
    return count


def _bodies(name: str, value: Any) -> list[Any]:
    if name == "SUBPATTERN":
        return [value[-1]]
    if name in ("ASSERT", "ASSERT_NOT"):
        return [value[1]]
    return [value] if name == "ATOMIC_GROUP" else []

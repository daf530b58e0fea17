"""The fixed operators of `expect`: what each takes, when it holds, and how it is told. There is no other language."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.qc.matching import search
from app.qc.values import distance, items_of, number_of, same, words

_LONGEST = 512


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator.

    Attributes:
        name: as the policy writes it.
        takes: what may stand behind it: value, list, set (a list that may be empty), number, count, text (a regular
            expression), flag or selector.
        holds: whether a found value satisfies the wanted one.
        told: the beginning of the sentence that says what was expected.
        summary: what it means, for the documentation.
    """

    name: str
    takes: str
    holds: Callable[[Any, Any], bool]
    told: str
    summary: str


def _at_least(found: Any, wanted: Any) -> bool:
    one, other = number_of(found), number_of(wanted)
    return one is not None and other is not None and bool(one >= other)


def _at_most(found: Any, wanted: Any) -> bool:
    one, other = number_of(found), number_of(wanted)
    return one is not None and other is not None and bool(one <= other)


def _multiple(found: Any, wanted: Any) -> bool:
    one, other = number_of(found), number_of(wanted)
    try:
        return one is not None and other is not None and one % other == 0
    except ZeroDivisionError:
        return False


def _is_in(found: Any, wanted: Any) -> bool:
    return any(same(found, one) for one in wanted)


def _texts(found: Any) -> list[str]:
    return [item if isinstance(item, str) else words(item) for item in items_of(found)]


def _matches(found: Any, wanted: Any) -> bool:
    texts = _texts(found)
    return bool(texts) and all(len(text) <= _LONGEST and search(wanted, text) is not None for text in texts)


def _matches_not(found: Any, wanted: Any) -> bool:
    return all(len(text) <= _LONGEST and search(wanted, text) is None for text in _texts(found))


def _contains(found: Any, wanted: Any) -> bool:
    if isinstance(found, str):
        return all(str(part) in found for part in wanted)
    return all(any(same(item, one) for item in items_of(found)) for one in wanted)


def _forbids(found: Any, wanted: Any) -> bool:
    if isinstance(found, str):
        return not any(str(part) in found for part in wanted)
    return not any(same(item, one) for item in items_of(found) for one in wanted)


def _only(found: Any, wanted: Any) -> bool:
    items = items_of(found)
    return _contains(items, wanted) and all(_is_in(item, wanted) for item in items)


def _within(found: Any, wanted: Any) -> bool:
    return all(_is_in(item, wanted) for item in items_of(found))


def _near(found: Any, wanted: Any) -> bool:
    value, tolerance = wanted
    apart = distance(found, value)
    return apart is not None and apart <= tolerance


def _unique(found: Any, wanted: Any) -> bool:
    items = [json.dumps(item, sort_keys=True) for item in items_of(found)]
    return (len(set(items)) == len(items)) is wanted


def _exists(found: Any, wanted: Any) -> bool:
    return (found is not None) is wanted


#: In the order of the documentation.
OPERATORS: dict[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator("eq", "value", same, "", "the same value"),
        Operator("ne", "value", lambda found, wanted: not same(found, wanted), "not", "any other value"),
        Operator("in", "list", _is_in, "one of", "one of the values"),
        Operator("not_in", "list", lambda found, wanted: not _is_in(found, wanted), "none of", "none of the values"),
        Operator("min", "number", _at_least, "at least", "this number or more"),
        Operator("max", "number", _at_most, "at most", "this number or less"),
        Operator("multiple_of", "number", _multiple, "a multiple of", "a multiple of this number"),
        Operator("near", "near", _near, "", "within `tol` of a number, a list of numbers or named chromaticities"),
        Operator("regex", "text", _matches, "matching", "a regular expression is found in the text, or in each item"),
        Operator("forbid_regex", "text", _matches_not, "nothing matching", "it is found in none"),
        Operator("contains", "list", _contains, "with", "all these items are in the list, or these parts in the text"),
        Operator("forbid", "list", _forbids, "without", "none of these items is in the list, or of these in the text"),
        Operator("only", "set", _only, "exactly", "these items and no other, in any order"),
        Operator("within", "set", _within, "nothing but", "no other items than these"),
        Operator("unique", "flag", _unique, "unique:", "whether no item is there twice"),
        Operator("exists", "flag", _exists, "exists:", "whether there is such a fact at all"),
        Operator("same_as", "selector", same, "the same as", "the same value as the first that another selector finds"),
    )
}

#: Those that search for a regular expression.
EXPRESSIONS = frozenset(operator.name for operator in OPERATORS.values() if operator.takes == "text")


def told(name: str, wanted: Any) -> str:
    """What an operator expects, as a finding tells it."""
    if name == "near":
        value, tolerance = wanted
        return f"{words(value)} ± {tolerance:g}"
    return f"{OPERATORS[name].told} {words(wanted)}".strip()

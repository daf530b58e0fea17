"""Regular expressions of a policy: refused where they are wrong, or where a name could make them run for hours."""

import re
from typing import Any

from app.qc.yamlnodes import Place

_LONGEST = 1000
_MANY = 64


def check_regex(text: str, place: Place) -> None:
    """Refuse an expression that cannot be compiled, is very long, or repeats what repeats without a limit.

    An open repetition around another open one, as in `(a+)+`, tries every way to share the letters out between them:
    their number doubles with each letter of a name that does not match.

    Raises:
        BadPolicy: it is one of these.
    """
    if len(text) > _LONGEST:
        raise place.error(f"the expression has more than {_LONGEST} letters")
    try:
        re.compile(text)
        tree = re._parser.parse(text)  # type: ignore[attr-defined]  # the parser has no public name since 3.11
    except (re.error, RecursionError, OverflowError) as error:
        raise place.error(
            f"{text} is no regular expression: {error}", "Python's `re` says what may be written."
        ) from None
    if _repeats_twice(tree, inside=False):
        raise place.error(
            f"{text} repeats what repeats already, and could run for hours",
            "Give one of the repetitions a limit, or put a separator that stands nowhere else between them.",
        )


def _repeats_twice(tree: Any, *, inside: bool) -> bool:
    """Whether an open repetition that can be shared out lies in another."""
    for kind, value in tree:
        name = str(kind)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            _, most, body = value
            is_open = int(most) > _MANY
            if is_open and inside and not _is_fenced(tree):
                return True
            if _repeats_twice(body, inside=inside or is_open):
                return True
        elif any(_repeats_twice(branch, inside=inside) for branch in _branches(name, value)):
            return True
    return False


def _is_fenced(tree: Any) -> bool:
    """Whether a fixed letter opens or closes the body, as in `(_[a-z]+)*`: there is but one way to share it out."""
    kinds = [str(kind) for kind, _ in tree]
    return len(kinds) > 1 and ("LITERAL" in (kinds[0], kinds[-1]))


def _branches(name: str, value: Any) -> list[Any]:
    if name == "SUBPATTERN":
        return [value[-1]]
    if name == "BRANCH":
        return list(value[1])
    if name in ("ASSERT", "ASSERT_NOT"):
        return [value[1]]
    if name == "ATOMIC_GROUP":
        return [value]
    return []

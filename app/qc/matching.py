"""Searches texts for the regular expressions of a policy, in bounded time.

Python's `re` tries every way to share out a text among the repetitions of an expression, and cannot be interrupted
while it does. An expression that certainly has few ways is searched for here; any other in a child that is ended when
it takes too long. The rule then comes to `error`: it is neither kept nor broken.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from app.errors import AppError
from app.jobs.children import ChildFailed, ChildPool
from app.jobs.job import CancelToken
from app.qc.quickness import LAST_LETTER, QUICK_LETTERS, is_quick

#: Seconds that the searches of one rule in one asset may take together.
LIMIT_S = 5.0
_LEAST_S = 0.1
_HANDLER = "app.qc.searchchild:search"
_MEMORY_BYTES = 1 << 30
_SHOWN = 60


class SlowExpression(AppError):
    """A regular expression took too long on a text."""

    default_code = "policy.slow_expression"


Groups = Mapping[str, str | None]


class _Searcher:
    """The child that searches, once it is needed, and for one rule the time that is left and what was found.

    Whether a rule is about an asset is asked several times: an answer that came in time must stay the answer.
    """

    def __init__(self, token: CancelToken) -> None:
        self._token = token
        self._left_s = LIMIT_S
        self._found: dict[tuple[str, str], Groups | None] = {}
        self._pool = ChildPool(_HANDLER, 1, memory_bytes=_MEMORY_BYTES)

    def close(self) -> None:
        """End the child."""
        self._pool.close()

    def begin_rule(self) -> None:
        """What is asked from now on belongs to another rule."""
        self._left_s = LIMIT_S
        self._found.clear()

    def search(self, pattern: str, text: str) -> Groups | None:
        """See `search`."""
        asked = pattern, text
        if asked not in self._found:
            self._found[asked] = self._searched(pattern, text)
        return self._found[asked]

    def _searched(self, pattern: str, text: str) -> Groups | None:
        limit_s = max(self._left_s, _LEAST_S)
        request = {"pattern": pattern, "text": text, "limit_s": LIMIT_S * 2}
        try:
            [(answer, _)] = self._pool.call(request, self._token, limit_s)
        except ChildFailed as error:
            self._left_s = 0.0
            raise _slow(pattern, text, error) from error
        self._left_s -= answer["seconds"]
        groups: Groups | None = answer["groups"]
        return groups


_SEARCHER: ContextVar[_Searcher | None] = ContextVar("searcher", default=None)


@contextmanager
def searching(cancel: CancelToken | None = None) -> Iterator[None]:
    """Keep one child for all searches inside, which starts with the first that needs it. May stand inside itself.

    Args:
        cancel: ends a search that runs; that of the outermost counts.
    """
    if _SEARCHER.get() is not None:
        yield
        return
    searcher = _Searcher(cancel or CancelToken())
    token = _SEARCHER.set(searcher)
    try:
        yield
    finally:
        _SEARCHER.reset(token)
        searcher.close()


def begin_rule() -> None:
    """Count the time of searches anew: the next ones belong to another rule."""
    searcher = _SEARCHER.get()
    if searcher is not None:
        searcher.begin_rule()


def search(pattern: str, text: str) -> Groups | None:
    """The named groups of the first place in a text where an expression matches; None where it does nowhere.

    Raises:
        SlowExpression: it took too long.
        Cancelled: the token of `searching` was set.
    """
    if is_quick(pattern) and len(text) <= QUICK_LETTERS and max(text, default="") <= LAST_LETTER:
        found = re.search(pattern, text)
        return found.groupdict() if found else None
    with searching():
        searcher = _SEARCHER.get()
        assert searcher is not None
        return searcher.search(pattern, text)


def _slow(pattern: str, text: str, error: ChildFailed) -> SlowExpression:
    shown = pattern if len(pattern) <= _SHOWN * 2 else f"{pattern[: _SHOWN * 2]}…"
    about = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    why = f"took more than {LIMIT_S:g} seconds"
    if error.context.get("kind") != "stalled":
        why = f"could not be searched for ({error.message})"
    return SlowExpression(
        f"The expression {shown} {why} in a text of {len(text)} letters: {about}",
        hint="Begin it with ^, and put letters between its repetitions that these do not match.",
    )

"""Patterns of whole paths, matched in bounded time however many stars they have."""

import re
from dataclasses import dataclass

_TOKENS = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]+")


@dataclass(frozen=True, slots=True)
class PathPattern:
    """A pattern: `**` stands for any folders, `*` and `?` for letters within one.

    All ways to share out a path are followed at once: a bit for each place in it says whether it can be reached.
    """

    text: str

    def fits(self, path: str) -> bool:
        """Whether all of a path fits."""
        reached = 1
        for token in _TOKENS.findall(self.text):
            if not reached:
                return False
            reached = _after(token, path, reached)
        return bool(reached >> len(path))


def _after(token: str, path: str, reached: int) -> int:
    """The places of a path that can be reached from others over one piece of a pattern."""
    first = (reached & -reached).bit_length() - 1
    everything = (2 << len(path)) - 1
    if token == "**":
        return everything >> first << first
    if token == "**/":
        return reached | sum(2 << at for at in _slashes(path, first))
    if token == "*":
        return _within_names(path, reached)
    if token == "?":
        return sum(2 << at for at in range(first, len(path)) if reached >> at & 1 and path[at] != "/")
    at, found = path.find(token, first), 0
    while at >= 0:
        found |= (reached >> at & 1) << (at + len(token))
        at = path.find(token, at + 1)
    return found


def _within_names(path: str, reached: int) -> int:
    """All places behind a reached one as far as the next slash."""
    found = begin = 0
    for end in [*_slashes(path, 0), len(path)]:
        inside = reached >> begin & (2 << (end - begin)) - 1
        if inside:
            first = begin + (inside & -inside).bit_length() - 1
            found |= (2 << end) - (1 << first)
        begin = end + 1
    return found


def _slashes(path: str, first: int) -> list[int]:
    return [at for at in range(first, len(path)) if path[at] == "/"]

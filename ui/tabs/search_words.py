"""What the Search tab says about a search, in words."""

from ui import formats
from ui.models.search_model import one_line
from ui.reasons import said
from ui.tabs.search_runner import Answer

_WHOLE = 3


def by_prefix(text: str) -> bool:
    """Whether a text is so short that only names that begin with it are found."""
    return 0 < len(text) < _WHOLE and "/" not in text


def status_words(answer: Answer, known: int, total: int | None, *, filtered: bool) -> str:
    """`18,402 hits · 6 ms`; `1,000+ hits` while they are counted.

    Args:
        answer: the newest one.
        known: how many rows were read.
        total: how many there are, or None.
        filtered: whether filters narrow the search.
    """
    if not answer.drives:
        return ""
    text = answer.wanted.query.text
    count = f"{formats.count(known)}+" if total is None else formats.count(total)
    unit = "hit" if text or filtered else "file"
    words = [f"{count} {unit}{'' if total == 1 else 's'}", f"{max(1, round(answer.seconds * 1000))}{formats.NBSP}ms"]
    if by_prefix(text):
        words.insert(0, f"names that begin with “{one_line(text)}”")
    return " · ".join(words)


def nothing_found(text: str, filters: str) -> str:
    """What was searched for in vain, as a sentence; `filters` in words, or empty."""
    words = f"No name or path contains “{one_line(text)}”" if text else "No file matches"
    if by_prefix(text):
        words = f"No name begins with “{one_line(text)}”. Three letters or more are found anywhere in a name"
    return f"{words} with these filters: {filters}." if filters else f"{words}."


def left_out(answer: Answer) -> str:
    """Which drives could not be searched, why and what to do; empty where all were."""
    labels = {drive.id: drive.label for drive in answer.drives}
    return " ".join(f"{labels.get(key, key)} is not searched: {said(error)}" for key, error in answer.broken.items())

"""The search index over names: contentless FTS5 trigrams, one document for each block of neighbouring files.

A document says which trigrams occur in a block of at most 64 names; the names themselves are verified in their rows.
Neighbouring names share most of their letters (the frames of a sequence all but a digit), so a block is written as
one whole name and, of each further one, only what lies between the letters that all have in common. That makes the
index about as small as the number of different names, not of files, and it is never updated: a block is immutable.

So that one and two letters can be searched by prefix, each name also gives its first two letters behind two marks.
"""

from collections.abc import Sequence

#: Names that share a document.
BLOCK_FILES = 64

_MARK = "\x01"
_START = "\x02" + _MARK
_CONTEXT = 2


def block_text(keys: Sequence[bytes]) -> str:
    """The document of a block of folded names: every trigram of every name is in it.

    Names are joined with `/`, which no name contains; bytes that are no UTF-8 become U+FFFD, on which no valid term
    can match.
    """
    first = keys[0].decode("utf-8", "replace")
    starts = {first[:2]}
    pieces: list[str] = [first]
    if len(keys) > 1:
        whole = b"/".join(keys).decode("utf-8", "replace").split("/")
        head = max(0, _common_length(min(whole), max(whole)) - _CONTEXT)
        tail = _common_tail(whole)
        if tail > _CONTEXT:
            end = _CONTEXT - tail
            pieces += dict.fromkeys([name[head:end] for name in whole])
        else:
            pieces += [name[head:] for name in whole] if head else whole[1:]
        if head == 0:
            starts.update([name[:2] for name in whole])
    return "/".join(pieces) + "/" + "".join([_START + start for start in starts])


def _common_length(one: str, other: str) -> int:
    """How many characters both begin with. Halving: comparing slices is much faster than comparing characters."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_tail(names: Sequence[str]) -> int:
    """How many characters all names end with in common (as far as the first and last show it)."""
    tail = names[0][len(names[0]) - _common_length(names[0][::-1], names[-1][::-1]) :]
    while tail:
        joined = "/".join(names) + "/"
        if joined.count(tail + "/") == len(names):
            return len(tail)
        tail = tail[1:] if "." not in tail[1:] else tail[tail.index(".", 1) :]
    return 0


def match_expression(term: str) -> str:
    """The FTS5 expression for documents that may contain a folded term without `/`; verify what it finds.

    Terms of one and two characters match at the start of a name only. Empty for an empty term.
    """
    if len(term) == 1:
        grams = [_START + term]
    elif len(term) == 2:
        grams = [_MARK + term]
    else:
        grams = list(dict.fromkeys(term[start : start + 3] for start in range(len(term) - 2)))
    return " AND ".join('"' + gram.replace('"', '""') + '"' for gram in grams)

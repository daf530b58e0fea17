"""What a person types to find files, understood: words, wildcards, and a path that was pasted.

Words stand apart by blanks and must all match, in any order. `"take 1"` is one word, with nothing special in it. A word
with `*` or `?` stands for a whole name (or, with `/`, for the end of a path), any other for a part of it.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from app.model.names import decoded, folded_text

_WORD = re.compile(r'"([^"]*)"(?=\s|\Z)|(\S+)')
_SPECIAL = re.compile(r"/\*\*(?=/|\Z)|\*+|\?|/|[^*?/]+")
_ANY_ABOVE = re.compile(rb"\A(?:/|\*\*/)+")
_LETTER = rb"(?:[\x00-\x2e\x30-\x7f]|[\xc0-\xff][\x80-\xbf]*)"


@dataclass(frozen=True, slots=True)
class Word:
    """One word, folded; `pattern` where `*` and `?` stand for letters."""

    text: bytes
    pattern: bool = False

    @property
    def literals(self) -> list[str]:
        """The runs of ordinary letters in the last part of it, those of three and more; for the search index."""
        tail = self.text.rpartition(b"/")[2].decode("utf-8", "replace")
        runs = re.split(r"[*?]+", tail) if self.pattern else [tail]
        return [run for run in runs if len(run) >= 3 and "\ufffd" not in run]

    @property
    def glob(self) -> str:
        """The last part of a pattern as SQLite's GLOB takes it."""
        tail = self.text.rpartition(b"/")[2].decode("utf-8", "replace")
        return re.sub(r"\*+", "*", tail.replace("[", "[[]"))

    def in_folder(self, *, edge: bool = False) -> re.Pattern[bytes]:
        """Matches `/` + the path of a folder + `/` whose files match all.

        With `edge`, instead the path of one in which the files match that pass the last part.
        """
        if not self.pattern:
            return re.compile(re.escape(self.text))
        if edge:
            return re.compile(b"/" + _expression(self.text.rpartition(b"/")[0]) + b"/\\Z", re.DOTALL)
        return re.compile(b"/" + _expression(self.text) + b"/", re.DOTALL)


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text; none for an empty one."""
    found = []
    for quoted, plain in _WORD.findall(text):
        word = folded_text(plain or quoted)
        pattern = bool(plain) and (b"*" in word or b"?" in word)
        if pattern:
            word = _ANY_ABOVE.sub(b"", word)
        if word:
            found.append(Word(word, pattern))
    return tuple(dict.fromkeys(found))


def path_below(text: str, base: str) -> str | None:
    """The path below the base of a drive where a text is an absolute path that lies there; else None.

    Understood are also paths in quotes, `file://` addresses, and Windows' own way of writing.
    """
    path = text.strip()
    if len(path) > 1 and path[0] == path[-1] == '"':
        path = path[1:-1]
    if path.lower().startswith("file://"):
        path = unquote(path[7:] if path[7:8] == "/" else "//" + path[7:])
        path = path[1:] if re.match(r"/[A-Za-z]:", path) else path
    root = base.replace("\\", "/").rstrip("/")
    if re.match(r"[A-Za-z]:[\\/]|\\\\", path):
        path = path.replace("\\", "/")
    elif not path.startswith("/"):
        return None
    if not root:
        return None
    folded, above = folded_text(path), folded_text(root + "/")
    if not (folded + b"/").startswith(above):
        return None
    return decoded(folded[len(above) :])


def _expression(pattern: bytes) -> bytes:
    """A pattern as a regular expression on bytes: `*` stays in a name, `**` alone stands for any folders or none.

    A `*` before another in the same name takes as little as it can, and is not tried again: the other takes the rest.
    So does a `**` before another one, up to where a name ends.
    """
    pieces: list[bytes] = []
    star = folders = -1
    for piece in _SPECIAL.findall(pattern.decode("utf-8", "surrogateescape")):
        if piece == "?":
            pieces.append(_LETTER)
        elif piece.startswith("/*"):
            if folders >= 0:
                pieces[folders:] = [b"(?>(?:/.*?)??" + b"".join(pieces[folders + 1 :]) + b"(?=/|\\Z))"]
            star, folders = -1, len(pieces)
            pieces.append(b"(?:/.*)?")
        elif piece.startswith("*"):
            if star >= 0:
                pieces[star:] = [b"(?>[^/]*?" + b"".join(pieces[star + 1 :]) + b")"]
            star = len(pieces)
            pieces.append(b"[^/]*")
        else:
            star = -1 if piece == "/" else star
            pieces.append(re.escape(piece.encode("utf-8", "surrogateescape")))
    return b"".join(pieces)

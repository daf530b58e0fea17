"""How the files that match a text are found in a shard: which blocks may hold one, and what a name must pass.

A file matches a word by its name, or because a folder above it does. With one word, candidates are the blocks whose
document in the name index has every trigram of the word, and those of matching folders. With several, or with
wildcards, they are the candidates of the word that has the fewest, and each row is tested for the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.catalog.database import Database
from app.catalog.nameindex import match_expression
from app.catalog.searchwords import Word, words_of
from app.model.names import folded_text

#: So few candidates are sorted faster than any other plan finds its first page.
_FEW_BLOCKS = 2000

KEY = "coalesce(f.key, f.name)"
_NAMED = (
    "SELECT b.newest_ns, b.first_id, b.last_id, 0 AS whole FROM name_index n CROSS JOIN block b"
    " ON b.first_id = n.rowid WHERE n.name_index MATCH ? AND b.folder_id NOT IN temp.matched"
)
MATCHED = (
    "SELECT b.newest_ns, b.first_id, b.last_id, 1 AS whole FROM temp.matched m CROSS JOIN block b ON b.folder_id = m.id"
)
_IN_FOLDERS = (
    "SELECT b.newest_ns, b.first_id, b.last_id, 0 AS whole FROM temp.{0} e CROSS JOIN block b ON b.folder_id = e.id"
)
ALL = "SELECT newest_ns, first_id, last_id, 1 AS whole FROM block"


@dataclass(frozen=True, slots=True)
class Plan:
    """How hits are found. Folders of which all files match are in `temp.matched`.

    Attributes:
        named: the blocks in which a file may match by its own name, as a query; empty where none can.
        bindings: those of `named`.
        test: what such a file must pass, as SQL on `file f`, with its bindings.
        by_time: walk all blocks from the newest on instead of sorting the candidates.
        everything: every file matches.
    """

    named: str
    bindings: tuple[Any, ...]
    test: str
    test_bindings: tuple[Any, ...]
    by_time: bool = False
    everything: bool = False


def make_plan(database: Database, text: str, *, literal: bool = False, below: str | None = None) -> Plan:
    """The plan for a text.

    Args:
        database: the shard; its temporary tables are filled.
        text: as it was typed.
        literal: the text is one word, with nothing special in it.
        below: a path below the drive's base, folded, that is wanted instead of the text.
    """
    clear(database, "matched", "edge")
    if below is not None:
        return _path_plan(database, folded_text(below))
    if b"\0" in folded_text(text):
        return Plan("", (), "0", ())
    words: Sequence[Word] = words_of(text)
    if literal:
        words = [Word(folded_text(text))] if text else []
    if not words:
        return Plan("", (), "1", (), by_time=True, everything=True)
    if len(words) == 1 and not words[0].pattern:
        return _one_word(database, words[0].text)
    return _several_words(database, words)


def clear(database: Database, *tables: str) -> None:
    """Make temporary tables of numbers, empty."""
    for table in tables:
        database.run(f"CREATE TEMP TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY)")
        database.run(f"DELETE FROM temp.{table}")


def _one_word(database: Database, term: bytes) -> Plan:
    if b"/" in term:
        tail = _match_paths(database, term, "matched", "edge")
        return Plan(_IN_FOLDERS.format("edge"), (), f"substr({KEY}, 1, ?) = ?", (len(tail), tail))
    text = term.decode("utf-8", "replace")
    match = match_expression(text)
    prefix = len(text) < 3
    _match_folders(database, term, match, "matched", prefix=prefix)
    test, bindings = (f"substr({KEY}, 1, ?) = ?", (len(term), term)) if prefix else (f"instr({KEY}, ?)", (term,))
    return Plan(_NAMED, (match,), test, bindings, by_time=_common(database, _candidates(database, match)))


def _path_plan(database: Database, path: bytes) -> Plan:
    """What lies at a path, or begins so while it is being typed."""
    head, _, tail = path.rpartition(b"/")
    for folder_id, key in list(database.rows("SELECT id, coalesce(key, path) FROM folder")):
        if (key + b"/").startswith(path):
            database.run("INSERT INTO temp.matched VALUES (?)", (folder_id,))
        elif key == head:
            database.run("INSERT INTO temp.edge VALUES (?)", (folder_id,))
    return Plan(_IN_FOLDERS.format("edge"), (), f"substr({KEY}, 1, ?) = ?", (len(tail), tail))


def _several_words(database: Database, words: Sequence[Word]) -> Plan:
    """Words that must all match: every one has a table of the folders in which all files match it."""
    tests, bindings = [], []
    best: tuple[int, str, tuple[Any, ...]] | None = None
    for number, word in enumerate(words):
        table, edge = f"word{number}", f"edge{number}"
        clear(database, table, edge)
        test, of_test = _word(database, word, table, edge)
        tests.append(f"(f.folder_id IN temp.{table} OR {test})")
        bindings += of_test
        source = _source(database, word, table, edge)
        if source is not None and (best is None or source[0] < best[0]):
            best = source
    folders = " INTERSECT ".join(f"SELECT id FROM temp.word{number}" for number in range(len(words)))
    database.run(f"INSERT INTO temp.matched {folders}")
    whole = " AND ".join(tests)
    if best is None:
        named = f"SELECT newest_ns, first_id, last_id, 0 AS whole FROM block WHERE {_NOT_MATCHED}"
        return Plan(named, (), whole, tuple(bindings), by_time=True)
    count, named, values = best
    return Plan(named, values, whole, tuple(bindings), by_time=_common(database, count))


_NOT_MATCHED = "folder_id NOT IN temp.matched"


def _word(database: Database, word: Word, table: str, edge: str) -> tuple[str, list[Any]]:
    """Fill the tables of folders for one word; the test of a name."""
    term = word.text
    if word.pattern:
        _match_patterns(database, word, table, edge)
        test = f"CAST({KEY} AS TEXT) GLOB ?"
        return (f"(f.folder_id IN temp.{edge} AND {test})" if b"/" in term else test), [word.glob]
    if b"/" in term:
        tail = _match_paths(database, term, table, edge)
        return f"(f.folder_id IN temp.{edge} AND substr({KEY}, 1, ?) = ?)", [len(tail), tail]
    text = term.decode("utf-8", "replace")
    if len(text) < 3:
        _match_patterns(database, word, table, edge)
    else:
        _match_folders(database, term, match_expression(text), table, prefix=False)
    return f"instr({KEY}, ?)", [term]


def _source(database: Database, word: Word, table: str, edge: str) -> tuple[int, str, tuple[Any, ...]] | None:
    """How many blocks may hold a match of a word, and which, as a query with its bindings; None where any may."""
    in_folders = f"{_IN_FOLDERS.format(table)} WHERE {_NOT_MATCHED}"
    folders = int(database.value(f"SELECT count(*) FROM ({in_folders})"))
    if b"/" in word.text:
        at_edge = f"{_IN_FOLDERS.format(edge)} WHERE {_NOT_MATCHED} AND e.id NOT IN temp.{table}"
        blocks = int(database.value(f"SELECT count(*) FROM ({at_edge})"))
        return folders + blocks, f"{in_folders} UNION ALL {at_edge}", ()
    grams = [match_expression(run) for run in word.literals]
    if not grams:
        return None
    match = " AND ".join(grams)
    named = f"{_NAMED} AND b.folder_id NOT IN temp.{table}"
    return folders + _candidates(database, match), f"{named} UNION ALL {in_folders}", (match,)


def _candidates(database: Database, match: str) -> int:
    return int(database.value("SELECT count(*) FROM name_index WHERE name_index MATCH ?", (match,)))


def _common(database: Database, candidates: int) -> bool:
    """Whether so many blocks are candidates that walking all by time is faster."""
    if candidates <= _FEW_BLOCKS:
        return False
    return candidates * 2 > int(database.value("SELECT count(*) FROM block"))


def _match_folders(database: Database, term: bytes, match: str, table: str, *, prefix: bool) -> None:
    """Note the folders whose name contains the term (begins with it, if short) and all below them."""
    found = []
    for path, key in database.rows(
        "SELECT d.path, coalesce(d.key, d.path) FROM folder_index n JOIN folder d ON d.id = n.rowid"
        " WHERE n.folder_index MATCH ?",
        (match,),
    ):
        name = key.rpartition(b"/")[2]
        if name.startswith(term) if prefix else term in name:
            found.append(path + b"/")
    top = b""
    for path in sorted(found):
        if top and path.startswith(top):
            continue
        top = path
        database.run(
            f"INSERT OR IGNORE INTO temp.{table} SELECT id FROM folder WHERE path = ?1 OR (path > ?2 AND path < ?3)",
            (path[:-1], path, path[:-1] + b"0"),
        )


def _match_paths(database: Database, term: bytes, table: str, edge: str) -> bytes:
    """For a term with `/`: note folders that contain it whole, and those that end with all before its last part.

    Returns the last part, with which names in the latter begin.
    """
    head, _, tail = term.rpartition(b"/")
    for folder_id, path in list(database.rows("SELECT id, coalesce(key, path) FROM folder")):
        spelled = b"/" + path + b"/" if path else b"/"
        if term in spelled:
            database.run(f"INSERT INTO temp.{table} VALUES (?)", (folder_id,))
        elif tail and spelled.endswith(head + b"/"):
            database.run(f"INSERT INTO temp.{edge} VALUES (?)", (folder_id,))
    return tail


def _match_patterns(database: Database, word: Word, table: str, edge: str) -> None:
    """Note folders in which all files match a word, and those in which the names that pass its last part do."""
    whole = word.in_folder()
    at_edge = word.in_folder(edge=True) if b"/" in word.text else None
    for folder_id, path in list(database.rows("SELECT id, coalesce(key, path) FROM folder")):
        spelled = b"/" + path + b"/" if path else b"/"
        if whole.search(spelled):
            database.run(f"INSERT INTO temp.{table} VALUES (?)", (folder_id,))
        elif at_edge is not None and at_edge.search(spelled):
            database.run(f"INSERT INTO temp.{edge} VALUES (?)", (folder_id,))

"""Searching one shard by name and path.

A term is matched, case-folded, against `/` plus the path relative to the drive's base. Files match by their name, or
because a folder above them does. Candidates come as blocks of neighbouring files: those whose document in the name
index has every trigram of the term, and those of matching folders. Blocks are visited from the newest on and their
rows verified, until no block left can hold anything newer than what was found: for a common term that is after a few
blocks, for a rare one the blocks are few. Where half of all blocks are candidates, the index over block times is walked
without asking the name index at all.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.catalog.database import Database
from app.catalog.history import present_at, scan_at, value_at
from app.catalog.nameindex import match_expression
from app.model.kinds import Category
from app.model.names import folded_text

#: So few candidates are sorted faster than any other plan finds its first page.
_FEW_BLOCKS = 2000

_KEY = "coalesce(f.key, f.name)"
_NAMED = (
    "SELECT b.newest_ns, b.first_id, b.last_id, 0 AS whole FROM name_index n CROSS JOIN block b"
    " ON b.first_id = n.rowid WHERE n.name_index MATCH ? AND b.folder_id NOT IN temp.matched"
)
_MATCHED = (
    "SELECT b.newest_ns, b.first_id, b.last_id, 1 AS whole FROM temp.matched m CROSS JOIN block b ON b.folder_id = m.id"
)
_AT_EDGE = (
    "SELECT b.newest_ns, b.first_id, b.last_id, 0 AS whole FROM temp.edge e CROSS JOIN block b ON b.folder_id = e.id"
)
_ALL = "SELECT newest_ns, first_id, last_id, 1 AS whole FROM block"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is searched for.

    Attributes:
        text: part of a name or path; empty finds everything. One or two characters match where a name begins.
        categories: labels (`image`); empty for all.
        extensions: without dot, any case; empty for all.
        min_size, max_size: bytes.
        since_us: modified at or after, microseconds since 1970.
        verdicts: `pass`, `fail`, `pending`, `stale`; empty for all.
        limit: newest hits that are wanted; 0 for all.
        without_records: leave out sidecars and hash caches.
        as_of_us: search the drive as its last scan before that moment left it, microseconds since 1970; None for now.
    """

    text: str
    categories: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    min_size: int | None = None
    max_size: int | None = None
    since_us: int | None = None
    verdicts: tuple[str, ...] = ()
    limit: int = 1000
    without_records: bool = False
    as_of_us: int | None = None


class Hit(NamedTuple):
    """One file that was found. Sorts by time, then by id."""

    mtime_ns: int
    file_id: int
    folder_id: int
    name: bytes
    size: int
    category: int
    sequence_id: int | None
    verified_us: int | None = None


@dataclass(frozen=True, slots=True)
class _Then:
    """SQL on `file f` for the moment that is searched: whether it is there, its size and its time."""

    there: str = "f.missed_scan IS NULL"
    size: str = "f.size"
    mtime_ns: str = "f.mtime_ns"


def _then(database: Database, query: SearchQuery) -> _Then:
    if query.as_of_us is None:
        return _Then()
    scan = scan_at(database, query.as_of_us)
    if scan is None:
        return _Then("0")
    return _Then(present_at(scan.id), value_at("size", scan.id), value_at("mtime_ns", scan.id))


@dataclass(frozen=True, slots=True)
class _Plan:
    """How hits are found.

    Attributes:
        named: the blocks in which a file may match by its own name, as a query; empty where none can.
        bindings: those of `named`.
        test: what such a file must pass, as SQL on `file f`, with its bindings.
        by_time: walk all blocks from the newest on instead of sorting the candidates.
    """

    named: str
    bindings: tuple[Any, ...]
    test: str
    test_bindings: tuple[Any, ...]
    by_time: bool = False


class ShardSearch:
    """One search of one shard. The database must stay open while it is used.

    Args:
        database: the shard, for this search alone: matching folders are kept in its temporary tables.
        query: what is searched for.
        judged: ids of the single files and of the sequences whose verdict is asked for, where the query names any.
    """

    def __init__(
        self, database: Database, query: SearchQuery, judged: tuple[Sequence[int], Sequence[int]] = ((), ())
    ) -> None:
        self._database = database
        self._then = _then(database, query)
        self._condition, self._bindings = _filters(query, self._then)
        for table, ids in (("matched", ()), ("edge", ()), ("judged", judged[0]), ("judged_sequence", judged[1])):
            database.run(f"CREATE TEMP TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY)")
            database.run(f"DELETE FROM temp.{table}")
            database.run_many(f"INSERT INTO temp.{table} VALUES (?)", [(number,) for number in ids])
        self._text = query.text
        self._plan = self._make_plan(folded_text(query.text))

    def page(self, limit: int, before: tuple[int, int] | None = None) -> list[Hit]:
        """The newest hits, newest first.

        Args:
            limit: how many at most; 0 for all.
            before: modification time and id of the last hit of the page before.
        """
        best: list[Hit] = []
        then = self._then
        after = "" if before is None else f" AND ({then.mtime_ns}, f.id) < (?, ?)"
        blocks, whole, order, bindings = self._blocks_newest_first()
        rows = self._database.rows(
            f"SELECT b.newest_ns, {then.mtime_ns}, f.id, f.folder_id, f.name, {then.size}, f.category, f.sequence_id,"
            f" f.verified_us FROM {blocks} CROSS JOIN file f ON f.id BETWEEN b.first_id AND b.last_id"
            f" WHERE {then.there} AND ({whole} OR {self._plan.test}){self._condition}{after}{order}",
            (*bindings, *self._plan.test_bindings, *self._bindings, *(before or ())),
        )
        for newest, *columns in rows:
            hit = Hit(*columns)
            if not limit or len(best) < limit:
                heapq.heappush(best, hit)
            elif newest < best[0].mtime_ns:
                break
            elif hit > best[0]:
                heapq.heapreplace(best, hit)
        best.sort(reverse=True)
        return best

    def total(self) -> int:
        """How many files match, exactly."""
        if not self._condition and self._then == _Then():
            return self._whole_folders() + self._count(self._plan.named, self._plan.test, self._plan.test_bindings)
        named = self._count(self._plan.named, self._plan.test, self._plan.test_bindings)
        return named + self._count(_MATCHED if self._text else _ALL, "1", ())

    def _whole_folders(self) -> int:
        """Files of the folders that match as a whole, from the totals that are kept of each."""
        only = " AND id IN temp.matched" if self._text else ""
        return int(self._database.value(f"SELECT coalesce(sum(files), 0) FROM folder WHERE missed_scan IS NULL{only}"))

    def _count(self, blocks: str, test: str, test_bindings: tuple[Any, ...]) -> int:
        if not blocks:
            return 0
        bindings = self._plan.bindings if blocks == self._plan.named else ()
        return int(
            self._database.value(
                f"SELECT count(*) FROM ({blocks}) b CROSS JOIN file f ON f.id BETWEEN b.first_id AND b.last_id"
                f" WHERE {self._then.there} AND {test}{self._condition}",
                (*bindings, *test_bindings, *self._bindings),
            )
        )

    def _blocks_newest_first(self) -> tuple[str, str, str, tuple[Any, ...]]:
        """The candidate blocks `b` in order, how a whole one is told, what keeps the order, and the bindings.

        Either way rows come lazily: an index over all blocks is walked, or the few candidates are sorted beforehand.
        """
        if self._plan.by_time:
            return "block b INDEXED BY block_newest", "b.folder_id IN temp.matched", " ORDER BY b.newest_ns DESC", ()
        parts = [part for part in (self._plan.named, _MATCHED) if part]
        ordered = f"(SELECT * FROM ({' UNION ALL '.join(parts)}) ORDER BY 1 DESC LIMIT -1) b"
        return ordered, "b.whole", "", self._plan.bindings

    def _make_plan(self, term: bytes) -> _Plan:
        if not term:
            return _Plan("", (), "1", (), by_time=True)
        if b"\0" in term:
            return _Plan("", (), "0", ())
        if b"/" in term:
            tail = self._match_paths(term)
            return _Plan(_AT_EDGE, (), f"substr({_KEY}, 1, ?) = ?", (len(tail), tail))
        text = term.decode("utf-8", "replace")
        match = match_expression(text)
        prefix = len(text) < 3
        self._match_folders(term, match, prefix=prefix)
        test, bindings = (f"substr({_KEY}, 1, ?) = ?", (len(term), term)) if prefix else (f"instr({_KEY}, ?)", (term,))
        candidates = self._database.value("SELECT count(*) FROM name_index WHERE name_index MATCH ?", (match,))
        blocks = self._database.value("SELECT count(*) FROM block") if candidates > _FEW_BLOCKS else 0
        common = candidates > _FEW_BLOCKS and candidates * 2 > blocks
        return _Plan(_NAMED, (match,), test, bindings, by_time=common)

    def _match_folders(self, term: bytes, match: str, *, prefix: bool) -> None:
        """Note the folders whose name contains the term (begins with it, if short) and all below them."""
        found = []
        for path, key in self._database.rows(
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
            self._database.run(
                "INSERT OR IGNORE INTO temp.matched SELECT id FROM folder WHERE path = ?1 OR (path > ?2 AND path < ?3)",
                (path[:-1], path, path[:-1] + b"0"),
            )

    def _match_paths(self, term: bytes) -> bytes:
        """For a term with `/`: note folders that contain it whole, and those that end with all before its last part.

        Returns the last part, with which names in the latter begin.
        """
        head, _, tail = term.rpartition(b"/")
        for folder_id, path in list(self._database.rows("SELECT id, coalesce(key, path) FROM folder")):
            spelled = b"/" + path + b"/" if path else b"/"
            if term in spelled:
                self._database.run("INSERT INTO temp.matched VALUES (?)", (folder_id,))
            elif tail and spelled.endswith(head + b"/"):
                self._database.run("INSERT INTO temp.edge VALUES (?)", (folder_id,))
        return tail


def _filters(query: SearchQuery, then: _Then) -> tuple[str, list[Any]]:
    """The filters of a query as SQL on `file f`, with their bindings."""
    condition = ""
    bindings: list[Any] = []
    if query.categories:
        condition += f" AND f.category IN ({', '.join('?' * len(query.categories))})"
        bindings += [int(Category[label.upper()]) for label in query.categories]
    if query.without_records:
        condition += " AND f.category <> ?"
        bindings.append(int(Category.QC))
    if query.extensions:
        tests = []
        suffixes = {b"." + folded_text(extension.lstrip(".")) for extension in query.extensions}
        for length in sorted({len(suffix) for suffix in suffixes}):  # a test for each would be too deep
            alike = [suffix for suffix in suffixes if len(suffix) == length]
            tests.append(f"substr({_KEY}, ?) IN ({', '.join('?' * len(alike))})")
            bindings += [-length, *alike]
        condition += f" AND ({' OR '.join(tests)})"
    for column, operator, value in (
        (then.size, ">=", query.min_size),
        (then.size, "<=", query.max_size),
        (then.mtime_ns, ">=", None if query.since_us is None else query.since_us * 1000),
    ):
        if value is not None:
            condition += f" AND {column} {operator} ?"
            bindings.append(_within(value))
    if query.verdicts:
        condition += " AND (f.id IN temp.judged OR f.sequence_id IN temp.judged_sequence)"
    return condition, bindings


def _within(number: int) -> int:
    """The number, or the nearest to it that SQLite holds."""
    return max(-1 << 63, min(number, (1 << 63) - 1))

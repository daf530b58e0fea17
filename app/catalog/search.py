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

from app.catalog.countedframes import counted_frames
from app.catalog.database import Database
from app.catalog.differingframes import settle_differing
from app.catalog.history import present_at, scan_at, value_at
from app.catalog.searchplan import ALL, KEY, MATCHED, clear, make_plan
from app.catalog.where import Condition, files_where, is_counted
from app.model.kinds import Category
from app.model.names import folded_text

_STANDS = (
    " AND (f.id IN temp.fact_file OR (f.sequence_id IN temp.fact_sequence"
    " AND NOT EXISTS (SELECT 1 FROM facts x WHERE x.file_id = f.id)))"
)
_SEQUENCES_OF_FACTS = (
    "INSERT OR IGNORE INTO temp.fact_sequence SELECT f.sequence_id FROM temp.fact_file t CROSS JOIN file f"
    " ON f.id = t.id WHERE f.sequence_id IS NOT NULL"
)
_BLOCKS_OF_FACTS = (
    "INSERT OR IGNORE INTO temp.fact_block SELECT (SELECT max(first_id) FROM block WHERE first_id <= t.id)"
    " FROM temp.fact_file t",
    "INSERT OR IGNORE INTO temp.fact_block SELECT b.first_id FROM temp.fact_sequence s CROSS JOIN sequence q"
    " ON q.id = s.id CROSS JOIN block b ON b.folder_id = q.folder_id",
)
_IN_FACTS = "first_id IN temp.fact_block"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is searched for.

    Attributes:
        text: words, each part of a name or path, that must all match; see `app.catalog.searchwords`. Empty finds
            everything. One word of one or two characters matches where a name begins.
        categories: labels (`image`); empty for all.
        extensions: without dot, any case; empty for all.
        min_size, max_size: bytes.
        since_us: modified at or after, microseconds since 1970.
        verdicts: `pass`, `fail`, `pending`, `stale`; empty for all.
        limit: newest hits that are wanted; 0 for all.
        without_records: leave out sidecars and hash caches.
        where: conditions on what was learnt of the files, all of which must hold. A frame that was not looked at is
            taken for those of its sequence that were.
        literal: the text is one word, with nothing special in it.
        below: a path below the drive's base that is wanted instead of the text; `find` sets it.
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
    where: tuple[Condition, ...] = ()
    literal: bool = False
    below: str | None = None


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
        clear(database, "judged", "judged_sequence")
        for table, ids in (("judged", judged[0]), ("judged_sequence", judged[1])):
            database.run_many(f"INSERT INTO temp.{table} VALUES (?)", [(number,) for number in ids])
        self._of_facts = bool(query.where)
        if query.where:
            _find_facts(database, query.where)
            self._condition += _STANDS
        self._plan = make_plan(database, query.text, literal=query.literal, below=query.below)

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
        return named + self._count(ALL if self._plan.everything else MATCHED, "1", ())

    def _whole_folders(self) -> int:
        """Files of the folders that match as a whole, from the totals that are kept of each."""
        only = "" if self._plan.everything else " AND id IN temp.matched"
        return int(self._database.value(f"SELECT coalesce(sum(files), 0) FROM folder WHERE missed_scan IS NULL{only}"))

    def _count(self, blocks: str, test: str, test_bindings: tuple[Any, ...]) -> int:
        if not blocks:
            return 0
        bindings = self._plan.bindings if blocks == self._plan.named else ()
        if self._of_facts:
            blocks = f"SELECT * FROM ({blocks}) WHERE {_IN_FACTS}"
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
        if self._plan.by_time and not self._of_facts:
            whole = "1" if self._plan.everything else "b.folder_id IN temp.matched"
            return "block b INDEXED BY block_newest", whole, " ORDER BY b.newest_ns DESC", ()
        parts = [ALL] if self._plan.everything else [part for part in (self._plan.named, MATCHED) if part]
        only = f" WHERE {_IN_FACTS}" if self._of_facts else ""
        ordered = f"(SELECT * FROM ({' UNION ALL '.join(parts)}){only} ORDER BY 1 DESC LIMIT -1) b"
        return ordered, "b.whole", "", self._plan.bindings


def _find_facts(database: Database, conditions: tuple[Condition, ...]) -> None:
    """Note the files whose facts hold the conditions, their sequences, and the blocks of either."""
    clear(database, "fact_file", "fact_sequence", "fact_block")
    counted = tuple(condition for condition in conditions if is_counted(condition))
    others = tuple(condition for condition in conditions if not is_counted(condition))
    if others or not counted:
        _note_files(database, others)
        database.run(_SEQUENCES_OF_FACTS)
        settle_differing(database)
    if counted:
        _keep_counted(database, conditions, counted, among=bool(others))
    for statement in _BLOCKS_OF_FACTS:
        database.run(statement)


def _note_files(database: Database, conditions: tuple[Condition, ...]) -> None:
    sql, bindings = files_where(conditions)
    database.run(f"INSERT OR IGNORE INTO temp.fact_file {sql}", bindings)


def _keep_counted(
    database: Database, conditions: tuple[Condition, ...], counted: tuple[Condition, ...], *, among: bool
) -> None:
    """Note files for what was counted in each of them; no frame stands for another there.

    Args:
        database: the shard.
        conditions: all of them.
        counted: those about what was counted.
        among: only files that were noted before, with the frames that they stand for.
    """
    clear(database, "counted")
    database.run_many("INSERT INTO temp.counted VALUES (?)", [(one,) for one in counted_frames(database, counted)])
    if among:
        database.run(
            "DELETE FROM temp.counted WHERE id IN (SELECT c.id FROM temp.counted c CROSS JOIN file f ON f.id = c.id"
            f" WHERE NOT (1{_STANDS}))"
        )
    clear(database, "fact_file", "fact_sequence")
    _note_files(database, conditions)
    database.run("INSERT OR IGNORE INTO temp.fact_file SELECT id FROM temp.counted")


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
            tests.append(f"substr({KEY}, ?) IN ({', '.join('?' * len(alike))})")
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

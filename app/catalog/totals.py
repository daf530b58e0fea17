"""Totals of what is present in a shard by extension, category and day: counted in one pass, kept at a scan's end."""

import json
from dataclasses import dataclass
from typing import Any

from app.catalog.database import Database
from app.catalog.shard import get_meta, set_meta

#: A shard keeps so many extensions and days at most; of more they are counted when they are asked for.
_MOST_KEPT = 20_000
_DAY_NS = 86_400 * 10**9
_DAY = f"(mtime_ns - (mtime_ns < 0) * {_DAY_NS - 1}) / {_DAY_NS}"


@dataclass(frozen=True, slots=True)
class Totals:
    """Files and bytes, as `[files, bytes]`.

    Attributes:
        kinds: by folded extension (empty for names without one) and number of the category.
        days: by days since 1970 (UTC) of the last modification.
    """

    kinds: dict[tuple[bytes, int], list[int]]
    days: dict[int, list[int]]

    def categories(self) -> dict[int, list[int]]:
        """The same by number of the category."""
        return _summed((category, counted) for (_, category), counted in self.kinds.items())

    def extensions(self) -> dict[bytes, list[int]]:
        """The same by folded extension."""
        return _summed((ext, counted) for (ext, _), counted in self.kinds.items())


def read_totals(database: Database) -> Totals:
    """What the last scan kept at its end, where nothing was written since; else counted now."""
    newest = database.row("SELECT id, state FROM scan ORDER BY id DESC LIMIT 1")
    if newest is not None and newest[1] == "done":
        kept = _kept(database, int(newest[0]))
        if kept is not None:
            return kept
    return count_totals(database)


def keep_totals(database: Database, scan_id: int, *, changed: bool) -> Totals:
    """Keep the totals at the end of a scan; those of the scan before where that found nothing changed."""
    found = None if changed else _kept(database, scan_id - 1)
    if found is None:
        found = count_totals(database)
    with database.transaction():
        set_meta(database, totals=_text(found, scan_id, _stamp(database)))
    return found


def count_totals(database: Database) -> Totals:
    """Count in one pass over the files.

    A pass in Python over names is faster than SQLite's `GROUP BY`, which sorts every row, and needs no more memory than
    there are extensions and days. An extension is told as `app.model.kinds.extension` does, without a call for each of
    millions of names.
    """
    kinds: dict[tuple[bytes, int], list[int]] = {}
    days: dict[int, list[int]] = {}
    for key, size, category, day in database.rows(
        f"SELECT coalesce(key, name), size, category, {_DAY} FROM file WHERE missed_scan IS NULL"
    ):
        stem, _, ext = key.rpartition(b".")
        kind = (ext if stem else b"", category)
        known = kinds.get(kind)
        if known is None:
            kinds[kind] = [1, size]
        else:
            known[0] += 1
            known[1] += size
        known = days.get(day)
        if known is None:
            days[day] = [1, size]
        else:
            known[0] += 1
            known[1] += size
    return Totals(kinds, days)


def _summed(entries: Any) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = {}
    for key, (files, size) in entries:
        known = found.setdefault(key, [0, 0])
        known[0] += files
        known[1] += size
    return found


def _stamp(database: Database) -> list[int]:
    """What the folders' own totals add up to: it differs where files were added, taken away or given other times."""
    row = database.row(
        "SELECT count(*), coalesce(sum(files), 0), coalesce(sum(bytes), 0), coalesce(sum(newest_ns / 1000000000), 0)"
        " FROM folder WHERE missed_scan IS NULL"
    )
    return [int(number) for number in row or ()]


def _text(totals: Totals, scan_id: int, stamp: list[int]) -> str:
    """The totals as the shard keeps them: without what would be too much of it."""
    if len(totals.kinds) + len(totals.days) > _MOST_KEPT:
        return json.dumps({"scan": scan_id})
    kinds = [[ext.decode("latin-1"), category, *counted] for (ext, category), counted in totals.kinds.items()]
    days = [[day, *both] for day, both in totals.days.items()]
    return json.dumps({"scan": scan_id, "stamp": stamp, "kinds": kinds, "days": days})


def _kept(database: Database, scan_id: int) -> Totals | None:
    kept: dict[str, Any] = json.loads(get_meta(database).get("totals", "{}"))
    if kept.get("scan") != scan_id or "kinds" not in kept or kept.get("stamp") != _stamp(database):
        return None
    kinds = {(ext.encode("latin-1"), category): [files, size] for ext, category, files, size in kept["kinds"]}
    return Totals(kinds, {day: [files, size] for day, files, size in kept["days"]})

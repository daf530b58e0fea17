"""Reports that are lists of files: the largest, and those that changed of late with a timeline of them."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.catalog.database import Database
from app.catalog.totals import read_totals
from app.model.drives import Drive
from app.model.kinds import Category
from app.model.times import now_us
from app.reports.rows import ReportedFile
from app.reports.scope import Scope
from app.reports.summaries import Counted

_DAY_NS = 86_400 * 10**9
_EPOCH = date(1970, 1, 1)
_ENDLESS = (1 << 63) - 1
_FOLDER = "(SELECT path FROM folder WHERE id = f.folder_id)"
#: No report looks further back: the calendar begins in 1970.
MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class LargestFiles:
    """The largest files, largest first."""

    heading: dict[str, Any]
    rows: tuple[ReportedFile, ...]

    def document(self) -> dict[str, Any]:
        """The JSON of `reelmark report largest-files`."""
        return {**self.heading, "rows": [row.document() for row in self.rows]}


@dataclass(frozen=True, slots=True)
class Day:
    """What was modified on one day, in UTC."""

    day: date
    total: Counted

    def document(self) -> dict[str, Any]:
        """The row as JSON."""
        return {"day": self.day.isoformat(), **self.total.document()}


@dataclass(frozen=True, slots=True)
class Recent:
    """What was modified of late.

    Attributes:
        days: how many days back, today counting as one.
        timeline: every one of those days, oldest first.
        rows: the newest files, newest first.
        later: files dated behind today: a wrong clock wrote them. They are in neither of the others.
    """

    heading: dict[str, Any]
    days: int
    timeline: tuple[Day, ...]
    rows: tuple[ReportedFile, ...]
    later: Counted

    @property
    def total(self) -> Counted:
        """Everything modified in those days."""
        return sum((day.total for day in self.timeline), Counted())

    def document(self) -> dict[str, Any]:
        """The JSON of `reelmark report recent`."""
        return {
            **self.heading,
            "days": self.days,
            "since": self.timeline[0].day.isoformat(),
            **self.total.document(),
            "later": self.later.document(),
            "timeline": [day.document() for day in self.timeline],
            "rows": [row.document() for row in self.rows],
        }


def largest_files(scope: Scope, top: int = 20) -> LargestFiles:
    """The largest files over all drives.

    Args:
        scope: the drives.
        top: how many; 0 for all, which are held in memory.
    """
    rows = _first(scope, "f.missed_scan IS NULL", (), "f.size DESC, f.id", top, key=lambda row: -row.size)
    return LargestFiles(scope.heading("largest-files"), rows)


def recent(scope: Scope, days: int = 30, top: int = 20, now: int | None = None) -> Recent:
    """The files modified in the last days, counted by day (UTC), and the newest of them.

    Args:
        scope: the drives.
        days: how many, today counting as one; at most `MOST_DAYS`.
        top: how many files are listed; 0 for all, which are held in memory.
        now: microseconds since 1970; the clock's where omitted.
    """
    since, until, days = window_ns(days, now)
    first = since // _DAY_NS
    counted = [Counted()] * days
    later = Counted()
    for drive, database in scope.parts():
        with scope.left_out(drive):
            for day, both in read_totals(database).days.items():
                if first <= day < first + days:
                    counted[day - first] += Counted(*both)
                elif day >= first:
                    later += Counted(*both)
    window = "f.missed_scan IS NULL AND f.mtime_ns >= ? AND f.mtime_ns < ?"
    rows = _first(scope, window, (since, until), "f.mtime_ns DESC, f.id DESC", top, key=lambda row: -row.mtime_ns)
    timeline = tuple(Day(_EPOCH + timedelta(first + at), total) for at, total in enumerate(counted))
    return Recent(scope.heading("recent"), days, timeline, rows, later)


def window_ns(days: int, now: int | None = None) -> tuple[int, int, int]:
    """Where the last days begin and end, in nanoseconds since 1970, and how many of them there are.

    Args:
        days: how many, today (UTC) counting as one; at most `MOST_DAYS`.
        now: microseconds since 1970; the clock's where omitted.
    """
    today = (datetime.fromtimestamp((now_us() if now is None else now) // 10**6, UTC).date() - _EPOCH).days
    days = min(max(days, 1), MOST_DAYS, today + 1)
    return (today - days + 1) * _DAY_NS, (today + 1) * _DAY_NS, days


def _first(
    scope: Scope, condition: str, bindings: tuple[int, ...], order: str, top: int, *, key: Any
) -> tuple[ReportedFile, ...]:
    """The first files in an order over all drives: each shard's own first ones, merged."""
    parts: list[list[ReportedFile]] = []
    for drive, database in scope.parts():
        with scope.left_out(drive):
            parts.append(list(_files(drive, database, condition, bindings, order, top)))
    merged = list(heapq.merge(*parts, key=key))
    return tuple(merged[:top] if top else merged)


def _files(
    drive: Drive, database: Database, condition: str, bindings: tuple[int, ...], order: str, top: int
) -> Iterator[ReportedFile]:
    for folder, name, size, mtime_ns, category in database.rows(
        f"SELECT {_FOLDER}, f.name, f.size, f.mtime_ns, f.category FROM (SELECT f.id FROM file f WHERE {condition}"
        f" ORDER BY {order} LIMIT ?) first JOIN file f ON f.id = first.id ORDER BY {order}",
        (*bindings, min(top or -1, _ENDLESS)),
    ):
        yield ReportedFile(drive, folder + b"/" + name if folder else name, size, mtime_ns, Category(category))

"""Read-only summaries of what drives hold: totals, categories, extensions. Missing files never count.

Every report is a function of a `Scope` that returns a frozen value with a `document()`, the JSON of
`reelmark report` and of the API. Nothing here keeps more in memory than what it returns.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.catalog.database import Database
from app.catalog.totals import read_totals
from app.model.drives import Drive
from app.model.kinds import Category, category_of_extension
from app.model.names import shown
from app.model.times import rfc3339
from app.reports.scope import Scope


@dataclass(frozen=True, slots=True)
class Counted:
    """How many files, and how many bytes they have."""

    files: int = 0
    bytes: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.files + other.files, self.bytes + other.bytes)

    @property
    def average_bytes(self) -> int:
        """The mean size, rounded down; 0 where there are no files."""
        return self.bytes // self.files if self.files else 0

    def document(self) -> dict[str, int]:
        """As JSON."""
        return {"files": self.files, "bytes": self.bytes}


@dataclass(frozen=True, slots=True)
class DriveTotals:
    """What one drive holds."""

    drive: Drive
    total: Counted
    folders: int
    sequences: int
    missing_frames: int

    def document(self) -> dict[str, Any]:
        """The row as JSON."""
        return {
            "drive": self.drive.label,
            "online": self.drive.online,
            **self.total.document(),
            "average_bytes": self.total.average_bytes,
            "folders": self.folders,
            "sequences": self.sequences,
            "missing_frames": self.missing_frames,
            "last_scan": None if self.drive.last_scan is None else rfc3339(self.drive.last_scan),
        }


@dataclass(frozen=True, slots=True)
class CategoryTotals:
    """Files of one category."""

    category: Category
    total: Counted

    def document(self) -> dict[str, Any]:
        """The row as JSON."""
        return {"category": self.category.label, **self.total.document()}


@dataclass(frozen=True, slots=True)
class ExtensionTotals:
    """Files of one extension: folded, without its dot; empty for names that have none."""

    extension: str
    total: Counted

    @property
    def category(self) -> Category:
        """What files of this extension are."""
        return category_of_extension(self.extension.encode())

    def document(self) -> dict[str, Any]:
        """The row as JSON."""
        return {"extension": self.extension, "category": self.category.label, **self.total.document()}


@dataclass(frozen=True, slots=True)
class Overview:
    """Totals over all drives, those of each, and the categories."""

    heading: dict[str, Any]
    drives: tuple[DriveTotals, ...]
    categories: tuple[CategoryTotals, ...]

    @property
    def total(self) -> Counted:
        """Files and bytes over all drives."""
        return sum((part.total for part in self.drives), Counted())

    def document(self) -> dict[str, Any]:
        """The JSON of `reelmark report overview`."""
        return {
            **self.heading,
            **self.total.document(),
            "average_bytes": self.total.average_bytes,
            "folders": sum(part.folders for part in self.drives),
            "sequences": sum(part.sequences for part in self.drives),
            "missing_frames": sum(part.missing_frames for part in self.drives),
            "categories": [part.document() for part in self.categories],
            "rows": [part.document() for part in self.drives],
        }


@dataclass(frozen=True, slots=True)
class Categories:
    """Every category that occurs, most bytes first."""

    heading: dict[str, Any]
    rows: tuple[CategoryTotals, ...]

    def document(self) -> dict[str, Any]:
        """The JSON of `reelmark report categories`."""
        return {**self.heading, "rows": [row.document() for row in self.rows]}


@dataclass(frozen=True, slots=True)
class TopExtensions:
    """The extensions with most bytes.

    Attributes:
        rows: most bytes first.
        total: how many extensions there are, none counting as one.
        rest: files of all the others.
    """

    heading: dict[str, Any]
    rows: tuple[ExtensionTotals, ...]
    total: int
    rest: Counted

    def document(self) -> dict[str, Any]:
        """The JSON of `reelmark report top-extensions`."""
        rows = [row.document() for row in self.rows]
        return {**self.heading, "total": self.total, "rest": self.rest.document(), "rows": rows}


def overview(scope: Scope) -> Overview:
    """Totals of each drive, and the categories over all of them."""
    drives: list[DriveTotals] = []
    counted: list[dict[Category, Counted]] = []
    for drive, database in scope.parts():
        with scope.left_out(drive):
            totals, found = _drive_totals(drive, database), _categories(database)
            drives.append(totals)
            counted.append(found)
    return Overview(scope.heading("overview"), tuple(drives), _ordered(counted))


def categories(scope: Scope) -> Categories:
    """Files and bytes of each category, most bytes first."""
    counted: list[dict[Category, Counted]] = []
    for drive, database in scope.parts():
        with scope.left_out(drive):
            counted.append(_categories(database))
    return Categories(scope.heading("categories"), _ordered(counted))


def top_extensions(scope: Scope, top: int = 20) -> TopExtensions:
    """Files and bytes of the extensions with most bytes.

    Args:
        scope: the drives.
        top: how many; 0 for all.
    """
    counted: dict[bytes, list[int]] = {}
    for drive, database in scope.parts():
        with scope.left_out(drive):
            for ext, (files, size) in read_totals(database).extensions().items():
                known = counted.setdefault(ext, [0, 0])
                known[0] += files
                known[1] += size
    merged: dict[str, Counted] = {}
    for ext, (files, size) in counted.items():
        name = shown(ext)
        merged[name] = merged.get(name, Counted()) + Counted(files, size)
    rows = sorted(
        (ExtensionTotals(name, total) for name, total in merged.items()),
        key=lambda row: (-row.total.bytes, -row.total.files, row.extension),
    )
    kept = rows[:top] if top else rows
    rest = sum((row.total for row in rows[len(kept) :]), Counted())
    return TopExtensions(scope.heading("top-extensions"), tuple(kept), len(rows), rest)


def _drive_totals(drive: Drive, database: Database) -> DriveTotals:
    files, size, folders = database.row(
        "SELECT coalesce(sum(files), 0), coalesce(sum(bytes), 0), count(*) FROM folder WHERE missed_scan IS NULL"
    ) or (0, 0, 0)
    sequences, missing = database.row(
        "SELECT count(*), coalesce(sum(missing_count), 0) FROM sequence WHERE missed_scan IS NULL"
    ) or (0, 0)
    return DriveTotals(drive, Counted(files, size), folders, sequences, missing)


def _categories(database: Database) -> dict[Category, Counted]:
    return {Category(kind): Counted(*counted) for kind, counted in read_totals(database).categories().items()}


def _ordered(counted: Iterable[dict[Category, Counted]]) -> tuple[CategoryTotals, ...]:
    merged: dict[Category, Counted] = {}
    for part in counted:
        for category, total in part.items():
            merged[category] = merged.get(category, Counted()) + total
    rows = (CategoryTotals(category, total) for category, total in merged.items())
    return tuple(sorted(rows, key=lambda row: (-row.total.bytes, -row.total.files, row.category.label)))

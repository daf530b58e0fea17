"""The reports by name, and the tables that each is shown and exported as: one list for every front."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from app.catalog.find import Shards
from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.reports import duplicates, files, folders, shows, summaries
from app.reports.folders import FolderNode
from app.reports.scope import Scope
from app.reports.shows import ShowsOptions


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What can be chosen of reports.

    Attributes:
        top: rows of the reports that are a ranking; 0 for all.
        depth: how deep the heaviest folders are looked at.
        days: how many days the recent changes go back, today counting as one.
        shows: how shows lie on the drives.
    """

    top: int = 20
    depth: int = 2
    days: int = 30
    shows: ShowsOptions = ShowsOptions()


class Report(Protocol):
    """What a report gives."""

    def document(self) -> dict[str, Any]:
        """Its JSON."""


class Kind(StrEnum):
    """How the values of a column are shown."""

    TEXT = "text"
    COUNT = "count"
    BYTES = "bytes"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the key of its values in a row, its head, and how they are shown."""

    key: str
    head: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """A report's rows as a table.

    Attributes:
        name: also the name of its CSV file.
        title: what stands above it.
        columns: from left to right.
        rows: takes them out of the report's document.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Callable[[Mapping[str, Any]], Iterable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Section:
    """A report: its name on the command line, its title, how it is made, and its tables, the main one first."""

    name: str
    title: str
    make: Callable[[Scope, ReportOptions], Report]
    tables: tuple[Table, ...]


def _rows(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = document["rows"]
    return found


def _timeline(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = document["timeline"]
    return found


def _shows(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = document["shows"]
    return found


def _members(document: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """A row for each copy, with what is known of its group."""
    for group in document["rows"]:
        of_group = {key: group[key] for key in ("hash", "copies", "wasted_bytes")}
        for member in group["members"]:
            yield {**member, **of_group}


_FILES, _BYTES = Column("files", "files", Kind.COUNT), Column("bytes", "size", Kind.BYTES)
_SIZE, _MODIFIED = Column("size", "size", Kind.BYTES), Column("modified", "modified", Kind.TIME)
_NAME, _DRIVE, _PATH = Column("name", "name"), Column("drive", "drive"), Column("path", "path")
_CATEGORY = Column("category", "category")
_FILE_COLUMNS = (_NAME, _SIZE, _MODIFIED, _CATEGORY, _DRIVE, _PATH)
_DRIVE_COLUMNS = (
    _DRIVE,
    _FILES,
    _BYTES,
    Column("average_bytes", "average", Kind.BYTES),
    Column("folders", "folders", Kind.COUNT),
    Column("sequences", "sequences", Kind.COUNT),
    Column("missing_frames", "missing frames", Kind.COUNT),
    Column("last_scan", "last scan", Kind.TIME),
)
_FOLDER_COLUMNS = (
    Column("relative_path", "folder"),
    _BYTES,
    _FILES,
    Column("depth", "depth", Kind.COUNT),
    Column("newest", "newest", Kind.TIME),
    _DRIVE,
    _PATH,
)
_SHOT_COLUMNS = (
    Column("show", "show"),
    Column("shot", "shot"),
    _BYTES,
    _FILES,
    Column("missing_frames", "missing frames", Kind.COUNT),
    Column("newest", "newest", Kind.TIME),
    Column("warning", "over the threshold"),
    _DRIVE,
    _PATH,
)
_SHOW_COLUMNS = (
    Column("show", "show"),
    Column("shots", "shots", Kind.COUNT),
    _BYTES,
    _FILES,
    Column("missing_frames", "missing frames", Kind.COUNT),
)
_COPY_COLUMNS = (
    _NAME,
    _SIZE,
    Column("copies", "copies", Kind.COUNT),
    Column("wasted_bytes", "wasted", Kind.BYTES),
    _MODIFIED,
    _DRIVE,
    _PATH,
    Column("hash", "hash"),
)

SECTIONS: dict[str, Section] = {
    section.name: section
    for section in (
        Section(
            "overview",
            "Overview",
            lambda scope, _options: summaries.overview(scope),
            (Table("overview", "Drives", _DRIVE_COLUMNS, _rows),),
        ),
        Section(
            "categories",
            "Categories",
            lambda scope, _options: summaries.categories(scope),
            (Table("categories", "Categories", (_CATEGORY, _FILES, _BYTES), _rows),),
        ),
        Section(
            "top-extensions",
            "Top extensions",
            lambda scope, options: summaries.top_extensions(scope, options.top),
            (
                Table(
                    "top-extensions",
                    "Top extensions",
                    (Column("extension", "extension"), _CATEGORY, _FILES, _BYTES),
                    _rows,
                ),
            ),
        ),
        Section(
            "largest-files",
            "Largest files",
            lambda scope, options: files.largest_files(scope, options.top),
            (Table("largest-files", "Largest files", _FILE_COLUMNS, _rows),),
        ),
        Section(
            "heaviest-folders",
            "Heaviest folders",
            lambda scope, options: folders.heaviest_folders(scope, options.depth, options.top),
            (Table("heaviest-folders", "Heaviest folders", _FOLDER_COLUMNS, _rows),),
        ),
        Section(
            "recent",
            "Recent changes",
            lambda scope, options: files.recent(scope, options.days, options.top),
            (
                Table("recent", "Newest files", _FILE_COLUMNS, _rows),
                Table("recent-days", "Modified by day (UTC)", (Column("day", "day"), _FILES, _BYTES), _timeline),
            ),
        ),
        Section(
            "duplicates",
            "Duplicates",
            lambda scope, options: duplicates.duplicates(scope, options.top),
            (Table("duplicates", "Duplicates", _COPY_COLUMNS, _members),),
        ),
        Section(
            "shows",
            "Shows and shots",
            lambda scope, options: shows.shows(scope, options.shows, options.top),
            (Table("shows", "Shots", _SHOT_COLUMNS, _rows), Table("shows-totals", "Shows", _SHOW_COLUMNS, _shows)),
        ),
    )
}


#: What asks for all of them.
ALL = "all"


@dataclass(frozen=True, slots=True)
class ReportSet:
    """Some reports that were made over the same drives.

    Attributes:
        heading: what they are about: `report`, `drive` and `drives` of their JSON.
        options: what they were made with.
        reports: by name, in the order of `SECTIONS`.
        tree: the folders as a tree, where a treemap was asked for.
    """

    heading: dict[str, Any]
    options: ReportOptions
    reports: Mapping[str, Report]
    tree: FolderNode | None = None

    def document(self) -> dict[str, Any]:
        """The JSON of `reelmark report all`; of a single report, that report's own."""
        documents = {name: report.document() for name, report in self.reports.items()}
        if self.heading["report"] != ALL:
            return documents[self.heading["report"]]
        return {**self.heading, "sections": documents}


def make_reports(
    catalog: Shards,
    drives: Sequence[Drive],
    name: str,
    options: ReportOptions,
    *,
    token: CancelToken | None = None,
    broken: dict[str, AppError] | None = None,
    begun: Callable[[str], object] = lambda _name: None,
    tree_levels: int = 0,
) -> ReportSet:
    """Make one report, or all, over some drives.

    Args:
        catalog: opens the shards of drives.
        drives: which of them.
        name: a key of `SECTIONS`, or `ALL`.
        options: top, depth and days.
        token: stops it.
        broken: see `Scope`.
        begun: called with the name of each report before it is made.
        tree_levels: levels of the tree of folders beside the heaviest folders; 0 for none.

    Raises:
        AppError: a shard cannot be read, unless `broken` takes it.
        Cancelled: the token was set.
    """
    made: dict[str, Report] = {}
    tree = None
    with Scope(catalog, drives, token, broken) as scope:
        for section in SECTIONS.values():
            if name in (section.name, ALL):
                begun(section.name)
                made[section.name] = section.make(scope, options)
        if tree_levels and "heaviest-folders" in made:
            tree = folders.folder_tree(scope, levels=tree_levels)
        return ReportSet(scope.heading(name), options, made, tree)

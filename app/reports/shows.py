"""What shows and shots take up, from the totals that are kept of each folder: of drives on the shelf too."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from app.catalog.database import Database
from app.errors import UsageError
from app.files.showconfig import config_of_settings
from app.model.drives import Drive
from app.model.names import raw, shown
from app.model.production import DEFAULT_LAYOUT, ExpectedRange, Layout, Naming, Place, expected_in, parse_layout
from app.model.times import rfc3339_ns
from app.reports.rows import absolute_path, place_document
from app.reports.scope import Scope
from app.reports.shotframes import frames_lacking
from app.settings.values import Production


@dataclass(frozen=True, slots=True)
class ShowsOptions:
    """How shows lie on drives.

    Attributes:
        layout: a template, see `parse_layout`.
        root: the folder that holds the shows, absolute; empty where the base of each drive does.
        warn_bytes: a shot of so many bytes or more is told; 0 for never.
        naming: how frames are called.
        ranges: the frames that are expected; the first that fits a shot counts.
    """

    layout: str = DEFAULT_LAYOUT
    root: str = ""
    warn_bytes: int = 0
    naming: Naming = Naming()
    ranges: tuple[ExpectedRange, ...] = ()


def shows_options(section: Production) -> ShowsOptions:
    """What the settings say of shows."""
    known = config_of_settings(section)
    return ShowsOptions(section.layout, section.shows_root, section.warn_bytes, known.naming, known.ranges)


@dataclass(frozen=True, slots=True)
class ShotRow:
    """A shot on a drive.

    Attributes:
        place: its show, its name, its folder below the root of the shows.
        relative_path: that folder below the drive's base, raw bytes.
        files, bytes: of the folder and everything below it.
        newest_ns: modification time of its newest file; None where it has none.
        missing_frames: frames that its sequences lack: of those that are expected of it, else between their first
            and last; all that are expected where it has no frame.
        warning: whether it is at the threshold or over it.
    """

    drive: Drive
    place: Place
    relative_path: bytes
    files: int = 0
    bytes: int = 0
    newest_ns: int | None = None
    missing_frames: int = 0
    warning: bool = False

    @property
    def path(self) -> str:
        """Absolute path of its folder; where it was last seen, if the drive is unplugged."""
        return absolute_path(self.drive, self.relative_path)

    def document(self) -> dict[str, Any]:
        """The row as JSON."""
        return {
            "show": shown(self.place.show),
            "shot": shown(self.place.shot),
            "files": self.files,
            "bytes": self.bytes,
            "newest": None if self.newest_ns is None else rfc3339_ns(self.newest_ns),
            "missing_frames": self.missing_frames,
            "warning": self.warning,
            **place_document(self.drive, self.relative_path),
        }


@dataclass(frozen=True, slots=True)
class Shows:
    """The shots with most bytes.

    Attributes:
        options: what they were looked for with.
        rows: most bytes first.
        shows: of each show the number of its shots, files and bytes, most bytes first.
        total: how many shots there are.
    """

    heading: dict[str, Any]
    options: ShowsOptions
    rows: tuple[ShotRow, ...]
    shows: tuple[dict[str, Any], ...]
    total: int

    @property
    def note(self) -> str:
        """Where there is no shot: what was looked for, and which settings say otherwise; else empty."""
        if self.total:
            return ""
        where = f"below {self.options.root} or " if self.options.root else ""
        return (
            f"No folder lies as {self.options.layout} {where}at the top of a drive: set production.shows_root to the"
            " folder that holds the shows, and production.layout to how shots lie in it."
        )

    def document(self) -> dict[str, Any]:
        """The JSON of `reelmark report shows`."""
        return {
            **self.heading,
            "layout": self.options.layout,
            "threshold_bytes": self.options.warn_bytes or None,
            "total": self.total,
            "note": shown(self.note),
            "shows": list(self.shows),
            "rows": [row.document() for row in self.rows],
        }


def shows(scope: Scope, options: ShowsOptions, top: int = 20) -> Shows:
    """The shots of all shows on the drives.

    Args:
        scope: the drives.
        options: how shows lie on them. A layout that makes no sense finds none.
        top: how many shots; 0 for all.
    """
    found: list[ShotRow] = []
    try:
        layout = parse_layout(options.layout)
    except UsageError:
        return Shows(scope.heading("shows"), options, (), (), 0)
    for drive, database in scope.parts():
        with scope.left_out(drive):
            found += _Shots(drive, database, layout, options).rows()

    def weight(row: ShotRow) -> tuple[int, int, str, str]:
        return -row.bytes, -row.files, row.place.show, row.place.shot

    rows = heapq.nsmallest(top, found, key=weight) if top else sorted(found, key=weight)
    return Shows(scope.heading("shows"), options, tuple(rows), tuple(_by_show(found)), len(found))


def _by_show(rows: list[ShotRow]) -> Iterator[dict[str, Any]]:
    sums: dict[str, list[int]] = {}
    for row in rows:
        counted = sums.setdefault(row.place.show, [0, 0, 0, 0])
        for place, value in enumerate((1, row.files, row.bytes, row.missing_frames)):
            counted[place] += value
    for show, (shots, files, size, missing) in sorted(sums.items(), key=lambda item: (-item[1][2], item[0])):
        yield {"show": shown(show), "shots": shots, "files": files, "bytes": size, "missing_frames": missing}


class _Shots:
    """Adds the folders of one drive up to the shots that they lie in."""

    def __init__(self, drive: Drive, database: Database, layout: Layout, options: ShowsOptions) -> None:
        self._drive = drive
        self._database = database
        self._layout = layout
        self._options = options
        self._before, self._skipped = _anchor(raw(drive.base), raw(options.root))
        self._known: dict[tuple[bytes, ...], ShotRow | None] = {}

    def rows(self) -> list[ShotRow]:
        """The shots of the drive."""
        sums: dict[tuple[bytes, ...], ShotRow] = {}
        folders: dict[tuple[bytes, ...], list[int]] = {}
        for folder_id, path, files, size, newest, missing in self._folders():
            key, row = self._shot_of(path)
            if row is None:
                continue
            folders.setdefault(key, []).append(folder_id)
            known = sums.get(key, row)
            times = [time for time in (known.newest_ns, newest) if time is not None]
            sums[key] = replace(
                known,
                files=known.files + files,
                bytes=known.bytes + size,
                newest_ns=max(times, default=None),
                missing_frames=known.missing_frames + missing,
            )
        warn = self._options.warn_bytes
        return [
            replace(
                row,
                missing_frames=self._missing(row, folders[key]),
                warning=bool(warn) and row.bytes >= warn,
            )
            for key, row in sums.items()
        ]

    def _missing(self, row: ShotRow, folders: list[int]) -> int:
        """How many frames a shot lacks: of those that are expected, where some are."""
        expected = expected_in(self._options.ranges, row.place)
        if expected is None:
            return row.missing_frames
        return frames_lacking(self._database, folders, expected, self._options.naming)

    def _folders(self) -> Iterator[tuple[int, bytes, int, int, int | None, int]]:
        yield from self._database.rows(
            "SELECT d.id, d.path, d.files, d.bytes, d.newest_ns, coalesce((SELECT sum(s.missing_count) FROM sequence s"
            " WHERE s.folder_id = d.id AND s.missed_scan IS NULL), 0) FROM folder d WHERE d.missed_scan IS NULL"
        )

    def _shot_of(self, path: bytes) -> tuple[tuple[bytes, ...], ShotRow | None]:
        """The shot in whose folder a folder lies, and the key of that folder; None for one in no shot."""
        names = (*self._before, *path.split(b"/")) if path else self._before
        if names[: len(self._skipped)] != self._skipped:
            return (), None
        key = names[len(self._skipped) :][: len(self._layout.levels)]
        if len(key) < len(self._layout.levels):
            return key, None
        if key not in self._known:
            self._known[key] = self._match(key)
        return key, self._known[key]

    def _match(self, names: tuple[bytes, ...]) -> ShotRow | None:
        place = self._layout.place_of([shown(name) for name in names])
        relative = b"/".join((*self._skipped, *names)[len(self._before) :])
        return None if place is None else ShotRow(self._drive, place, relative)


def _anchor(base: bytes, root: bytes) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """What to put before a path below the base, and what to take away from it, to have it below the shows' root.

    The root may be the base, lie below it, or hold it; one that has nothing to do with the drive counts as its base.
    """
    of_base = tuple(part for part in base.replace(b"\\", b"/").split(b"/") if part)
    of_root = tuple(part for part in root.replace(b"\\", b"/").split(b"/") if part)
    if root and of_root[: len(of_base)] == of_base:
        return (), of_root[len(of_base) :]
    if root and of_base[: len(of_root)] == of_root:
        return of_base[len(of_root) :], ()
    return (), ()

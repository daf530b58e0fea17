"""What shots take up on disk, show by show, against a threshold."""

import logging
from dataclasses import dataclass, field
from pathlib import Path

from app.engine import Engine
from app.jobs.job import Job
from app.model.production import DEFAULT_LAYOUT, Place, parse_layout
from app.production.places import by_show, find_places
from app.production.shots import shot_folders

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DiskRequest:
    """What to measure.

    Attributes:
        root: the folder that holds the shows.
        layout: a template, see `parse_layout`.
        warn_bytes: a shot of so many bytes or more is told; 0 for never.
    """

    root: Path
    layout: str = DEFAULT_LAYOUT
    warn_bytes: int = 0


@dataclass(slots=True)
class ShotUsage:
    """What a shot takes up; `problems` say why not all of it could be counted."""

    place: Place
    files: int = 0
    bytes: int = 0
    warning: bool = False
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DiskResult:
    """The shots by show, in order, and how the layout calls the folder that was measured."""

    shows: tuple[tuple[str, tuple[ShotUsage, ...]], ...]
    measured: str

    @property
    def shots(self) -> list[ShotUsage]:
        """All shots."""
        return [usage for _, usages in self.shows for usage in usages]


def disk(_engine: Engine | None, request: DiskRequest, job: Job) -> DiskResult:
    """Add up sizes (as the files say, not as the disk rounds them) and files of every shot. Nothing is written.

    Raises:
        InputError: the root is not there or cannot be read.
        UsageError: the layout is none.
    """
    layout = parse_layout(request.layout)
    root = request.root.absolute()
    places = find_places(root, layout, job)
    usages = {place: ShotUsage(place) for place in places if place.shot}
    for place, found in shot_folders(root, places, job, grouped=False):
        usage = usages[place]
        if isinstance(found, str):
            usage.problems.append(found)
        else:
            usage.files += found.files
            usage.bytes += found.size
    for usage in usages.values():
        usage.warning = bool(request.warn_bytes) and usage.bytes >= request.warn_bytes
        _log.info("%s/%s: %d bytes in %d files", usage.place.show, usage.place.shot, usage.bytes, usage.files)
    return DiskResult(by_show(places, usages), layout.renders)

"""One folder under review: its assets, which record belongs to which, and what is known of their content."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import AppError, InputError
from app.files.hashcache import FileState, HashCache
from app.files.manifest import Member
from app.files.sidecar import Document, Record
from app.files.sidecarfolder import FolderSidecars, asset_of, newest, read_all, sequence_of
from app.model.names import shown
from app.qc.assets import Asset
from app.qc.judge import Content
from app.qc.verdicts import holds_verdict


@dataclass(slots=True)
class Reviewed:
    """One asset, its record and what is known of its content.

    Attributes:
        asset: as it was listed.
        record: its sidecar, if it has one.
        sidecars: every sidecar that is called after it.
        problem: why nothing can be said of it: a sidecar that cannot be read, a file that cannot.
        same: whether the content is what the record saw; None where there is no record.
        content: what was read, in the best algorithm; None where it was not needed.
        findings: what was found about its media; None where nobody looked.
    """

    asset: Asset
    record: Record | None = None
    sidecars: tuple[Path, ...] = ()
    problem: AppError | None = None
    same: bool | None = None
    content: Content | None = None
    findings: Document | None = None
    hashes: dict[bytes, tuple[int, int, str]] = field(default_factory=dict)
    reading: bool = False
    open: int = 0
    read_ns: int = 0


@dataclass(slots=True)
class ReviewedFolder:
    """One folder with its assets, or a part of them where there are many.

    Attributes:
        path: absolute path.
        names: raw names of all that lies in it, hidden ones too.
        assets: ascending by name.
        missing: records whose asset is gone.
        frames: frames of sequences that a person judged by themselves, before they were part of one.
        failed: path and reason of what could not be read: the folder itself, or sidecars that belong to no asset.
        cache: the hashes of its files.
        leftovers: unfinished sidecars and caches of writers that were killed.
    """

    path: Path
    names: list[bytes] = field(default_factory=list)
    assets: list[Reviewed] = field(default_factory=list)
    missing: list[Record] = field(default_factory=list)
    frames: list[Reviewed] = field(default_factory=list)
    failed: list[tuple[Path, AppError]] = field(default_factory=list)
    cache: HashCache = field(default_factory=lambda: HashCache(0))
    cache_path: Path | None = None
    leftovers: tuple[Path, ...] = ()
    states: dict[bytes, FileState] = field(default_factory=dict)
    open: int = 0
    parts_open: int = 0


def with_sidecars(assets: list[Asset], sidecars: FolderSidecars) -> list[Reviewed]:
    """Each asset with the sidecars that are called after it.

    A single file may be called as its neighbours' pattern (`a.####.exr`): two assets, one sidecar. The second fails.
    """
    found: list[Reviewed] = []
    taken: set[bytes] = set()
    for asset in assets:
        reviewed = Reviewed(asset, sidecars=tuple(sidecars.of(asset.name)))
        if asset.name in taken:
            reviewed.problem = InputError(
                f"{shown(asset.name)} is the name of a file and of a sequence here",
                code="qc.namesake",
                hint="Rename the file.",
            )
        taken.add(asset.name)
        found.append(reviewed)
    return found


def sort_strays(
    folder: ReviewedFolder, assets: list[Asset], sidecars: FolderSidecars, check: Callable[[], None]
) -> dict[bytes, list[Record]]:
    """Read the sidecars that are called after no asset: those of a sequence, by its name; the others miss their asset.

    One that is called after a frame was written before other frames came. It is looked at where a person judged that
    frame; a crawl's own says nothing any more.

    `check` is called before each sidecar is read, and may raise to stop.
    """
    of_sequences: dict[bytes, list[Record]] = {}
    members: dict[bytes, Member] = {}
    frames: dict[bytes, Reviewed] = {}
    by_sequence = {id(asset.sequence): asset for asset in assets if asset.sequence}
    for path in sidecars.others(asset.name for asset in assets):
        check()
        found, problem = read_all([path])
        if problem is not None:
            folder.failed.append((path, problem))
        for record in found:
            sequence = sequence_of(record, (asset.sequence for asset in assets if asset.sequence))
            if sequence is None:
                members = members or {member[0]: member for asset in by_sequence.values() for member in asset.members}
                name = asset_of(record)
                if name not in members:
                    folder.missing.append(record)
                elif holds_verdict(record):
                    frames[name] = Reviewed(Asset(folder.path, name, (members[name],)), sidecars=(*sidecars.of(name),))
            else:
                of_sequences.setdefault(by_sequence[id(sequence)].name, []).append(record)
    folder.frames = list(frames.values())
    return of_sequences


def read_records(part: ReviewedFolder, strays: dict[bytes, list[Record]], check: Callable[[], None]) -> None:
    """Give each asset its record, the latest there is; one with a sidecar that cannot be read has a problem.

    `check` is called before each sidecar is read, and may raise to stop.
    """
    for reviewed in part.assets:
        check()
        found, problem = read_all(reviewed.sidecars)
        reviewed.problem = reviewed.problem or problem
        reviewed.record = newest([*found, *strays.get(reviewed.asset.name, [])])

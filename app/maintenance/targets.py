"""Which databases there are, and how one of them is held while it is worked on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.catalog.adoption import drive_of_shard
from app.catalog.migrations import CATALOG, SHARD
from app.catalog.schema import Schema
from app.engine import Engine
from app.errors import AppError, HeldByAnother, InputError
from app.jobs.filelock import hold_file_lock
from app.jobs.job import Job
from app.maintenance.request import UpkeepRequest
from app.model.drives import Drive, Passport
from app.model.names import folded_text

#: What the catalogue is called among the databases.
CATALOG_NAME = "catalog"

_CATALOG_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Target:
    """One database.

    Attributes:
        name: `catalog` or the drive's label.
        path: its file.
        schema: what it must hold.
        drive: whose shard it is; None for the catalogue.
    """

    name: str
    path: Path
    schema: Schema
    drive: Drive | None = None

    @property
    def kind(self) -> str:
        """`catalog` or `shard`."""
        return self.schema.name

    @property
    def words(self) -> str:
        """What messages call it."""
        return "the catalogue" if self.drive is None else f"the records of {self.name}"


def all_targets(engine: Engine) -> list[Target]:
    """The catalogue, then every shard that should be there or is, by label.

    A catalogue that is damaged names no drives: then the shards that lie there say whose they are.
    """
    catalog = Target(CATALOG_NAME, engine.home.catalog, CATALOG)
    try:
        drives = engine.catalog.drives(look=False)
    except AppError:
        drives = _drives_of_shards(engine.home.shards)
    shards = [shard_target(engine, drive) for drive in drives]
    shards = [target for target in shards if target.path.exists() or _was_scanned(target)]
    return [catalog, *shards] if shards or catalog.path.exists() else []


def shard_target(engine: Engine, drive: Drive) -> Target:
    """The shard of a drive."""
    return Target(drive.label, engine.catalog.shard_path(drive.id), SHARD, drive)


def chosen_targets(engine: Engine, request: UpkeepRequest) -> list[Target]:
    """The databases that a request names, each once.

    Raises:
        InputError: there is no drive of that name, or it has no shard yet.
    """
    targets = all_targets(engine)
    if request.all:
        return targets
    chosen = targets[:1] if request.catalog else []
    if request.catalog and not targets:
        raise InputError("there is no catalogue yet", hint="Scan a drive first.", code="catalog.absent")
    chosen += targets[1:] if request.shards else []
    chosen += [_named(targets[1:], name) for name in request.drives]
    return list({target.path: target for target in chosen}.values())


def one_target(engine: Engine, drive: str) -> Target:
    """The shard of the drive of that label or id, or the catalogue for an empty name; raises as `chosen_targets`."""
    targets = all_targets(engine)
    return _named(targets[1:], drive) if drive else Target(CATALOG_NAME, engine.home.catalog, CATALOG)


@contextmanager
def held(target: Target, job: Job) -> Iterator[None]:
    """Hold a database against every other writer of it.

    Raises:
        HeldByAnother: a scan or another job writes it.
    """

    def refuse(holder: str) -> HeldByAnother:
        return HeldByAnother(
            f"another job ({holder or 'of an unknown process'}) is writing {target.words}",
            hint="Wait for it to finish, or cancel it.",
            code="shard.locked" if target.drive else "catalog.locked",
            context={"database": target.name, "holder": holder},
        )

    wait_s = 0.0 if target.drive else _CATALOG_WAIT_S
    with hold_file_lock(target.path.with_suffix(".lock"), job.token, wait_s, refuse=refuse):
        yield


def _named(shards: list[Target], name: str) -> Target:
    drives = {target.drive.id: target for target in shards if target.drive}
    exact = [target for target in shards if target.name == name]
    alike = [target for target in shards if folded_text(target.name) == folded_text(name)]
    found = drives.get(name) or next(iter(exact or alike), None)
    if found is None:
        labels = ", ".join(target.name for target in shards) or "none yet"
        raise InputError(
            f"there is no drive called {name} that has records",
            hint=f"Drives with records: {labels}.",
            code="drive.not_found",
        )
    return found


def _was_scanned(target: Target) -> bool:
    return target.drive is not None and target.drive.last_scan is not None


def _drives_of_shards(folder: Path) -> list[Drive]:
    """The drives of the shards that lie there; one that cannot be read is called after its file."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".db")
    except OSError:
        return []
    drives = []
    for path in paths:
        try:
            drive = drive_of_shard(path)
        except AppError:
            drive = Drive(path.stem, "", "", Passport(), False)
        drives.append(drive if drive.label else Drive(path.stem, path.stem, "", Passport(), False))
    return sorted(drives, key=lambda drive: drive.label)

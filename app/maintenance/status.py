"""How the catalogue and each shard stand: size, format, when they were last looked after."""

from dataclasses import dataclass, field
from pathlib import Path

from app.catalog.copies import Copy
from app.catalog.database import Database
from app.catalog.dberrors import ABSENT, DAMAGED, OLDER
from app.catalog.shard import first_scan_us
from app.catalog.upkeep import UpkeepBook, UpkeepNote, last_check
from app.engine import Engine
from app.errors import AppError
from app.jobs.filelock import holder_of
from app.jobs.job import CancelToken
from app.maintenance.backups import backups_of
from app.maintenance.files import beside, size_of
from app.maintenance.targets import Target, all_targets
from app.settings.values import Maintenance

#: How a database can stand.
GOOD, UNCHECKED, BROKEN, MISSING, NEWER, OLDER_FORMAT, UNUSABLE = (
    "good",
    "unchecked",
    "broken",
    "missing",
    "newer",
    "older",
    "unusable",
)
_STATES = {ABSENT: MISSING, "shard.missing": MISSING, DAMAGED: BROKEN, OLDER: OLDER_FORMAT, "catalog.newer": NEWER}


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """How one database stands.

    Attributes:
        target: the database.
        state: `good` or `broken` as the last check found it, `unchecked`, `missing`, `newer` or `older` (its format),
            `unusable`.
        problem: why it cannot be used or what the last check found; empty where nothing is wrong.
        hint: what to do about it.
        bytes: its size on the disk, its log included.
        log_bytes: of them, the log of commits.
        free_bytes: what a vacuum would give back.
        format: the version of its format; 0 where it cannot be read.
        notes: what was last done to it, by action.
        backups: newest first.
        held_by: who seems to write it now; empty for nobody.
    """

    target: Target
    state: str = UNCHECKED
    problem: str = ""
    hint: str = ""
    bytes: int = 0
    log_bytes: int = 0
    free_bytes: int = 0
    format: int = 0
    notes: dict[str, UpkeepNote] = field(default_factory=dict)
    backups: tuple[Copy, ...] = ()
    held_by: str = ""

    def last(self, *actions: str) -> UpkeepNote | None:
        """The newest note among those actions."""
        found = [self.notes[action] for action in actions if action in self.notes]
        return max(found, key=lambda note: note.time_us, default=None)

    @property
    def checked(self) -> UpkeepNote | None:
        """The last check, quick or full."""
        return self.last("check", "full_check")


def maintenance_status(engine: Engine, token: CancelToken | None = None) -> list[DatabaseStatus]:
    """How every database stands, the catalogue first. Nothing is written, nothing is checked anew."""
    try:
        notes = UpkeepBook(engine.home.catalog).notes()
    except AppError:
        notes = {}
    return [
        database_status(target, notes.get(target.path.name, {}), token)
        for target in all_targets(engine)
        if token is None or not token.cancelled
    ]


def database_status(target: Target, notes: dict[str, UpkeepNote], token: CancelToken | None = None) -> DatabaseStatus:
    """How one database stands, with what was noted of it."""
    log = beside(target.path, "-wal")
    status: dict[str, object] = {
        "bytes": size_of(target.path),
        "log_bytes": _size(log),
        "notes": notes,
        "backups": tuple(backups_of(target)),
        "held_by": holder_of(target.path.with_suffix(".lock")),
    }
    state, problem, hint = UNCHECKED, "", ""
    try:
        with Database(target.path, target.schema, read_only=True, token=token) as database:
            page = database.value("PRAGMA page_size")
            status["free_bytes"] = page * database.value("PRAGMA freelist_count")
            status["format"] = database.value("PRAGMA user_version")
            last = last_check(notes, None if target.drive is None else first_scan_us(database))
        if last is not None:
            state, problem = last.outcome, last.detail if last.outcome == BROKEN else ""
            hint = target.schema.remedy if state == BROKEN else ""
    except AppError as error:
        state, hint = _STATES.get(error.code, UNUSABLE), error.hint
        problem = error.message.partition(" is damaged: ")[2] or error.message
    return DatabaseStatus(target, state=state, problem=problem, hint=hint, **status)  # type: ignore[arg-type]


def pays(status: DatabaseStatus, settings: Maintenance) -> bool:
    """Whether a vacuum gives enough back, by both limits of the settings."""
    share = status.free_bytes / status.bytes if status.bytes else 0.0
    return share >= settings.vacuum_free_share and status.free_bytes >= settings.vacuum_free_bytes


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0

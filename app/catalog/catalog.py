"""The catalogue of all drives and jobs. What a drive holds lies in its shard."""

import json
import logging
import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.catalog.copies import kept_copies
from app.catalog.database import Database, peewee_query
from app.catalog.dberrors import ABSENT, DAMAGED, OLDER
from app.catalog.health import HealthLog
from app.catalog.jobs import JobHistory
from app.catalog.migrations import CATALOG, SHARD
from app.catalog.shard import first_scan_us, open_reader, open_writer, refuse_other_drive, set_identity
from app.catalog.tables import DriveRow, Health, JobRow
from app.catalog.upkeep import UpkeepBook, last_check
from app.errors import AppError, InputError, NotACatalog, RecordsBroken, UsageError
from app.jobs.job import CancelToken
from app.jobs.looking import folders_there
from app.model.drives import Drive, Passport
from app.model.names import decoded, folded_text, raw
from app.model.times import now_us, uuid7
from app.paths import may_write

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ShardStanding:
    """How the shard of a drive stands.

    Attributes:
        error: why it cannot be used, or what its last check found; None where nothing is wrong, or no scan was.
        suspected: how many of its files are suspected of rot, or could not be read when they were verified.
    """

    error: AppError | None = None
    suspected: int = 0


class Catalog:
    """All drives, from the working directory's `catalog.db` and `shards`.

    Each call opens the database for itself: calls are few, come from any thread, and hold nothing between them.

    Args:
        path: the catalogue's file; made with the first writing call.
        shards: the folder of shards.
        wal: whether the folder is on a disk where readers and a writer may work at once.
        may_be: whether what lies at a drive's base now may be that drive, told without touching it: the folder on
            which a card is mounted is still there when the card is not.
        elsewhere: of drives that are not where they were (the first) those that are found elsewhere, by id, as they are
            there; the second are all drives.
    """

    def __init__(
        self,
        path: Path,
        shards: Path,
        *,
        wal: bool = True,
        may_be: Callable[[Drive], bool] = lambda _drive: True,
        elsewhere: Callable[[Sequence[Drive], Sequence[Drive]], dict[str, Drive]] = lambda _lost, _others: {},
    ) -> None:
        self._path = path
        self._shards = shards
        self._wal = wal
        self._may_be = may_be
        self._elsewhere = elsewhere
        #: Runs of operations.
        self.jobs = JobHistory(path, wal=wal)
        #: What drives said of themselves.
        self.health = HealthLog(path, wal=wal)
        #: When databases were looked after.
        self.upkeep = UpkeepBook(path, wal=wal)
        self._standing_in: tuple[Drive, ...] = ()

    def stand_in(self, drives: Iterable[Drive]) -> None:
        """Take these for the drives while there is no catalogue, which cannot be written."""
        self._standing_in = tuple(drives)

    def shard_path(self, drive_id: str) -> Path:
        """The file of a drive's shard."""
        return self._shards / f"{drive_id}.db"

    def drives(self, *, look: bool = True) -> list[Drive]:
        """Every drive, by label; `online` says whether it is there now: at its base, or elsewhere, which is told then.

        Args:
            look: False does not touch the drives, which takes some seconds where a share is gone: `online` is False.
        """
        drives = [_drive(row) for row in self._rows(DriveRow.select().order_by(DriveRow.label))]
        drives = drives or list(self._standing_in)
        return self.looked_at(drives) if look else drives

    def open_shard(self, drive: Drive, token: CancelToken | None = None) -> Database:
        """Open a drive's shard for queries; they stop when the token is cancelled.

        Raises:
            NotACatalog: no scan of the drive has made one yet (its code is `ABSENT`), or it is not ours or newer.
            RecordsBroken: it is damaged, gone, or that of another drive.
        """
        path = self.shard_path(drive.id)
        try:
            database = self._reader(path, drive.label, token)
        except NotACatalog as error:
            if error.code != ABSENT or drive.last_scan is None:
                raise
            state = "is empty" if path.exists() else "is not there any more"
            raise RecordsBroken(
                f"shard {path} {state}",
                hint=f"{self._way_back(path, drive)}, or scan the drive again.",
                code="shard.missing",
            ) from error
        try:
            refuse_other_drive(database)
        except BaseException:
            database.close()
            raise
        return database

    def _way_back(self, path: Path, drive: Drive) -> str:
        """How a shard that is gone comes back."""
        if any(not copy.version for copy in kept_copies(path, SHARD)):
            return f"Restore its backup (reelmark maintain restore --drive {shlex.quote(drive.label)})"
        return "Put it back from a copy of your own"

    def upgrade(self) -> None:
        """Bring the catalogue of an older version up to date, behind a copy of it."""
        try:
            Database(self._path, CATALOG, read_only=True).close()
        except NotACatalog as error:
            if error.code == OLDER:
                self._write().close()

    def describe_drive(self, drive: Drive, **told: str | int | None) -> Drive:
        """Keep what a person knows of a drive: its `place`, `note`, `lent_to` and `lent_us`, or its `kind`.

        A shard that is being written, or cannot be, learns it with the next scan.
        """
        with self._write() as database, database.transaction():
            peewee_query(database, DriveRow.update(**told).where(DriveRow.id == drive.id))
        described = replace(drive, **told)  # type: ignore[arg-type]  # the columns are called as the attributes
        self._tell_shard(described)
        return described

    def forget_drive(self, drive: Drive) -> None:
        """Take a drive out of the catalogue. Its shard is the caller's to remove."""
        with self._write() as database, database.transaction():
            peewee_query(database, DriveRow.delete().where(DriveRow.id == drive.id))
            peewee_query(database, Health.delete().where(Health.drive_id == drive.id))

    def standing(self, drive: Drive) -> ShardStanding:
        """How a drive's shard stands, as far as opening it and its last check tell."""
        try:
            with self.open_shard(drive) as database:
                suspected = int(database.value("SELECT count(*) FROM suspect"))
                return ShardStanding(self.found_broken(drive, database), suspected)
        except AppError as error:
            return ShardStanding(None if error.code == ABSENT else error)

    def found_broken(self, drive: Drive, shard: Database) -> AppError | None:
        """What the last check found wrong with a shard that can still be opened, and is."""
        path = self.shard_path(drive.id)
        last = last_check(self.upkeep.notes().get(path.name, {}), first_scan_us(shard))
        if last is None or last.outcome != "broken":
            return None
        return RecordsBroken(f"shard {path} is damaged: {last.detail}", hint=SHARD.remedy, code=DAMAGED)

    def drive(self, name: str) -> Drive:
        """The drive called so: by id, by label, else by a label that differs in case alone.

        Raises:
            InputError: there is none.
            UsageError: the label is ambiguous.
        """
        found = self.find_drive(name)
        if found is None:
            labels = ", ".join(drive.label for drive in self.drives(look=False)) or "none yet"
            raise InputError(
                f"there is no drive called {name}", hint=f"Catalogued drives: {labels}.", code="drive.not_found"
            )
        return self.looked_at([found])[0]

    def drives_called(self, names: Sequence[str], *, look: bool = True) -> list[Drive]:
        """The drives of these labels or ids, by label, each once however often it is named; all where none is named.

        Raises as `drive`; `look` as in `drives`.
        """
        if not names:
            return self.drives(look=look)
        found = {drive.id: drive for drive in map(self.drive, names)}
        return sorted(found.values(), key=lambda drive: drive.label)

    def find_drive(self, name: str) -> Drive | None:
        """As `drive`, but None where there is none, and without a look whether it is connected."""
        drives = self.drives(look=False)
        exact = [drive for drive in drives if name in (drive.id, drive.label)]
        alike = exact or [drive for drive in drives if folded_text(drive.label) == folded_text(name)]
        if len(alike) > 1:
            raise UsageError(
                f"{name} may be any of {', '.join(drive.label for drive in alike)}",
                hint="Write the label exactly as it is.",
                code="drive.ambiguous",
            )
        return alike[0] if alike else None

    def add_drive(self, label: str, base: str, passport: Passport) -> Drive:
        """Add a drive under a label that is not taken."""
        drive = Drive(uuid7(), label, base, passport, online=True)
        self.add_known([drive])
        return drive

    def add_known(self, drives: Iterable[Drive]) -> None:
        """Add drives that have their ids, all or none."""
        rows = [_row(drive) for drive in drives]
        with self._write() as database, database.transaction():
            for row in rows:
                peewee_query(database, DriveRow.insert(**row))

    def replace_drive(self, old: Drive, new: Drive) -> None:
        """Let a drive take the place of another, which it is by another id; jobs and health reports stay with it."""
        with self._write() as database, database.transaction():
            peewee_query(database, DriveRow.delete().where(DriveRow.id == old.id))
            peewee_query(database, DriveRow.insert(**_row(new)))
            for kept in (Health, JobRow):
                peewee_query(database, kept.update(drive_id=new.id).where(kept.drive_id == old.id))

    def move_drive(self, drive: Drive, base: str, passport: Passport) -> Drive:
        """Record where a drive is now and the evidence found there."""
        with self._write() as database, database.transaction():
            peewee_query(
                database,
                DriveRow.update(base=raw(base), passport=json.dumps(passport.to_json())).where(DriveRow.id == drive.id),
            )
        return replace(drive, base=base, passport=passport, online=True)

    def rename_drive(self, drive: Drive, label: str) -> Drive:
        """Give a drive another label. A shard that is being written, or cannot be, learns it with the next scan.

        Raises:
            UsageError: the label is empty, or another drive has it, in whatever case.
        """
        if not label.strip():
            raise UsageError("a label has at least one letter", hint="Choose another label.")
        other = next(
            (other for other in self.drives(look=False) if folded_text(other.label) == folded_text(label)), None
        )
        if other is not None and other.id != drive.id:
            raise UsageError(f"another drive is called {other.label}", hint="Choose another label.")
        with self._write() as database, database.transaction():
            peewee_query(database, DriveRow.update(label=label).where(DriveRow.id == drive.id))
        renamed = replace(drive, label=label)
        self._tell_shard(renamed)
        return renamed

    def summarise(
        self, drive_id: str, files: int, total_bytes: int, sequences: int, *, at_us: int | None = None
    ) -> None:
        """Keep the totals of a drive's shard after a scan, which ended now or at that time."""
        with self._write() as database, database.transaction():
            peewee_query(
                database,
                DriveRow.update(
                    last_scan_us=at_us or now_us(), files=files, bytes=total_bytes, sequences=sequences
                ).where(DriveRow.id == drive_id),
            )

    def count_drive(self, drive_id: str, files: int, total_bytes: int, sequences: int) -> None:
        """Keep the totals of a drive's shard where a scan did not come to its end."""
        counted = DriveRow.update(files=files, bytes=total_bytes, sequences=sequences)
        with self._write() as database, database.transaction():
            peewee_query(database, counted.where(DriveRow.id == drive_id))

    def _reader(self, path: Path, label: str, token: CancelToken | None) -> Database:
        """A shard open for queries, upgraded first where an older version made it."""
        try:
            return open_reader(path, token)
        except NotACatalog as error:
            if error.code != OLDER or not may_write(path.parent):
                raise
        with open_writer(path, token or CancelToken(), wal=self._wal, label=label):
            _log.info("The records of %s were upgraded.", label)
        return open_reader(path, token)

    def _tell_shard(self, drive: Drive) -> None:
        """Let the shard know what its drive is called and where it stands, for a catalogue made again from it."""
        path = self.shard_path(drive.id)
        if not path.exists():
            return
        try:
            with open_writer(path, CancelToken(), wal=self._wal) as database, database.transaction():
                set_identity(database, drive)
        except AppError as error:
            _log.info(
                "The shard of %s was not told what it is called and where it stands: %s", drive.label, error.message
            )

    def looked_at(self, drives: Sequence[Drive]) -> list[Drive]:
        """The same drives as they are now: `online`, and where they are mounted elsewhere, their place there."""
        there = folders_there(drive.base for drive in drives)
        looked = [replace(drive, online=bool(there[drive.base]) and self._may_be(drive)) for drive in drives]
        lost = [drive for drive in looked if not drive.online]
        moved = self._elsewhere(lost, self.drives(look=False)) if lost else {}
        return [moved.get(drive.id, drive) for drive in looked]

    def _rows(self, query: Any) -> list[Any]:
        """What a query finds; nothing where there is no catalogue, or one that another process is only just making."""
        try:
            with Database(self._path, CATALOG, read_only=True) as database:
                return list(peewee_query(database, query))
        except NotACatalog as error:
            if error.code != ABSENT:
                raise
            return []

    def _write(self) -> Database:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return Database(self._path, CATALOG, durable=True, wal=self._wal)


def _row(drive: Drive) -> dict[str, Any]:
    return {
        "id": drive.id,
        "label": drive.label,
        "base": raw(drive.base),
        "passport": json.dumps(drive.passport.to_json()),
        "made_us": now_us(),
        "last_scan_us": drive.last_scan,
        "files": drive.files,
        "bytes": drive.bytes,
        "sequences": drive.sequences,
        "kind": drive.kind,
        "place": drive.place,
        "note": drive.note,
        "lent_to": drive.lent_to,
        "lent_us": drive.lent_us,
    }


def _drive(row: Any) -> Drive:
    return Drive(
        row.id,
        row.label,
        decoded(bytes(row.base)),
        Passport.from_json(json.loads(row.passport)),
        False,
        row.files,
        row.bytes,
        row.last_scan_us,
        row.sequences,
        row.kind,
        row.place,
        row.note,
        row.lent_to,
        row.lent_us,
    )

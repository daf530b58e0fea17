"""When each database was last checked, backed up, optimised or vacuumed: the table `upkeep` of the catalogue."""

from dataclasses import dataclass
from pathlib import Path

from app.catalog.database import Database, peewee_query
from app.catalog.dberrors import ABSENT, OLDER
from app.catalog.migrations import CATALOG
from app.catalog.tables import Upkeep
from app.errors import NotACatalog
from app.model.times import now_us


@dataclass(frozen=True, slots=True)
class UpkeepNote:
    """What was last done to a database.

    Attributes:
        time_us: when it ended, microseconds since 1970 UTC.
        outcome: `good` or `broken`.
        detail: one line: what was found, which file was made.
    """

    time_us: int
    outcome: str
    detail: str


def last_check(notes: dict[str, UpkeepNote], made_us: int | None = None) -> UpkeepNote | None:
    """The newest check, quick or full; None where the file was made after it: it was another one that was checked.

    Args:
        notes: what was last done to a database, by action.
        made_us: when the first scan of a shard began, microseconds since 1970 UTC.
    """
    checks = [notes[action] for action in ("check", "full_check") if action in notes]
    newest = max(checks, key=lambda note: note.time_us, default=None)
    return None if newest is not None and made_us is not None and made_us > newest.time_us else newest


class UpkeepBook:
    """The notes of all databases. Each call opens the catalogue for itself.

    Args:
        path: the catalogue's file.
        wal: whether the folder is on a disk where readers and a writer may work at once.
    """

    def __init__(self, path: Path, *, wal: bool = True) -> None:
        self._path = path
        self._wal = wal

    def note(self, name: str, action: str, outcome: str, detail: str = "") -> None:
        """Keep when an action was last done to the database of that file name.

        Raises:
            AppError: the catalogue cannot be written.
        """
        row = {"name": name, "action": action, "time_us": now_us(), "outcome": outcome, "detail": detail}
        with Database(self._path, CATALOG, wal=self._wal) as database, database.transaction():
            peewee_query(database, Upkeep.insert(**row).on_conflict_replace())

    def notes(self) -> dict[str, dict[str, UpkeepNote]]:
        """File name, then action, to what was last done; nothing where there is no catalogue.

        Raises:
            AppError: the catalogue cannot be read.
        """
        found: dict[str, dict[str, UpkeepNote]] = {}
        try:
            with Database(self._path, CATALOG, read_only=True) as database:
                for row in peewee_query(database, Upkeep.select()):
                    found.setdefault(row.name, {})[row.action] = UpkeepNote(row.time_us, row.outcome, row.detail)
        except NotACatalog as error:
            if error.code not in (ABSENT, OLDER):
                raise
        return found

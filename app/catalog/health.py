"""What each drive said of itself (SMART), over time, in the catalogue's own file."""

import json
from pathlib import Path

from peewee import fn

from app.catalog.database import Database, peewee_query
from app.catalog.dberrors import ABSENT
from app.catalog.migrations import CATALOG
from app.catalog.tables import Health
from app.errors import NotACatalog
from app.model.drives import DriveHealth
from app.model.times import now_us

#: Reports of a drive that are kept, the newest: two years of one a day.
KEPT_REPORTS = 730


class HealthLog:
    """The reports of all drives. Each call opens the database for itself.

    Args:
        path: the catalogue's file; made with the first writing call.
        wal: whether the folder is on a disk where readers and a writer may work at once.
    """

    def __init__(self, path: Path, *, wal: bool = True) -> None:
        self._path = path
        self._wal = wal

    def add(self, drive_id: str, health: DriveHealth) -> DriveHealth:
        """Keep a report under the time of now; the report with that time."""
        time_us = now_us()
        with Database(self._path, CATALOG, durable=True, wal=self._wal) as database, database.transaction():
            row = {
                "drive_id": drive_id,
                "time_us": time_us,
                "state": health.state,
                "report": json.dumps(health.to_json()),
            }
            peewee_query(database, Health.insert(**row))
            database.run(
                "DELETE FROM health WHERE drive_id = ? AND time_us NOT IN"
                " (SELECT time_us FROM health WHERE drive_id = ? ORDER BY time_us DESC LIMIT ?)",
                (drive_id, drive_id, KEPT_REPORTS),
            )
        return DriveHealth.from_json({**health.to_json(), "time_us": time_us})

    def trend(self, drive_id: str, limit: int = 100) -> list[DriveHealth]:
        """The reports of a drive, newest first."""
        query = Health.select().where(Health.drive_id == drive_id).order_by(Health.time_us.desc()).limit(limit)
        return [_health(row) for row in self._rows(query)]

    def newest(self) -> dict[str, DriveHealth]:
        """The newest report of each drive that has one."""
        other = Health.alias()
        newest = other.select(fn.MAX(other.time_us)).where(other.drive_id == Health.drive_id)
        return {row.drive_id: _health(row) for row in self._rows(Health.select().where(Health.time_us == newest))}

    def _rows(self, query: object) -> list[Health]:
        try:
            with Database(self._path, CATALOG, read_only=True) as database:
                return list(peewee_query(database, query))
        except NotACatalog as error:
            if error.code != ABSENT:
                raise
            return []


def _health(row: Health) -> DriveHealth:
    return DriveHealth.from_json({**json.loads(str(row.report)), "state": row.state, "time_us": row.time_us})

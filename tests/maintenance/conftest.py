"""A working directory with one scanned drive, and ways to break its records."""

import os
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from app.engine import Engine, open_engine
from app.jobs.job import Job
from app.maintenance.actions import check_records
from app.maintenance.request import UpkeepRequest
from app.maintenance.status import DatabaseStatus, maintenance_status
from app.operations import run
from app.paths import find_home
from app.scanning.request import ScanRequest
from app.settings import load_settings


class Records:
    """A drive `Card` with `files` files in folders of a hundred, scanned into a working directory."""

    def __init__(self, folder: Path, files: int = 300) -> None:
        self.base = folder / "card"
        for number in range(files):
            path = self.base / f"shot_{number // 100:03}" / f"a_rather_long_name_of_take_{number * 7919 % 99991:05}.mov"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x" * (number % 50))
        self.home = folder / "home"
        self.settings: dict[str, object] = {}
        self.engine = self.open()
        self.scan()

    def open(self, **settings: object) -> Engine:
        """The engine anew, with settings."""
        home = find_home(self.home, {})
        return open_engine(load_settings(home, {}, settings), home, repairing=True)

    def scan(self, *, inventory_only: bool = True) -> None:
        """Scans the drive."""
        run(self.engine, "scan", ScanRequest((str(self.base),), "Card", inventory_only=inventory_only), Job())

    @property
    def shard(self) -> Path:
        """The drive's shard."""
        (path,) = (self.home / "shards").glob("*.db")
        return path

    @property
    def backups(self) -> list[Path]:
        """Everything in the backups folder."""
        folder = self.home / "backups"
        return sorted(folder.iterdir()) if folder.is_dir() else []

    def leftovers(self) -> list[str]:
        """What was begun and not put away: half files, locks; in the backups folder also logs."""
        there = [*(self.home / "shards").iterdir(), *self.home.iterdir(), *self.backups]
        half = [path.name for path in there if ".tmp" in path.name or path.suffix == ".lock"]
        return half + [path.name for path in self.backups if path.name.endswith(("-wal", "-shm", "-journal"))]

    def faults(self) -> tuple[str, ...]:
        """What a full check of the shard finds."""
        (result,) = check_records(self.engine, UpkeepRequest(("Card",), full=True), Job()).targets
        return result.messages

    def status(self) -> dict[str, DatabaseStatus]:
        """How each database stands, by name."""
        return {status.target.name: status for status in maintenance_status(self.engine)}

    def value(self, sql: str, path: Path | None = None) -> object:
        """The first value of a query over the shard, or over another file."""
        connection = apsw.Connection(str(path or self.shard), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            return connection.execute(sql).fetchall()[0][0]
        finally:
            connection.close()

    def change(self, sql: str) -> None:
        """Runs SQL on the shard behind the program's back."""
        connection = apsw.Connection(str(self.shard))
        try:
            connection.execute(sql)
        finally:
            connection.close()

    def pages_of(self, table: str, kind: str = "leaf") -> list[int]:
        """Numbers of the pages of a table or index."""
        connection = apsw.Connection(str(self.shard))
        try:
            sql = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = ? ORDER BY pageno"
            return [row[0] for row in connection.execute(sql, (table, kind))]
        finally:
            connection.close()

    def break_page(self, page: int) -> None:
        """Turns one bit in the header of a page, so that it cannot be read as what it is."""
        with self.shard.open("r+b") as file:
            file.seek((page - 1) * 4096)
            kind = file.read(1)[0]
            file.seek((page - 1) * 4096)
            file.write(bytes([kind ^ 0x40]))
            file.flush()
            os.fsync(file.fileno())


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """One scanned drive."""
    made = Records(tmp_path)
    yield made
    made.engine.close()

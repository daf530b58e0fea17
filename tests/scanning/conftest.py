"""A folder of files, and an engine that scans it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.catalog.database import Database
from app.catalog.find import Find
from app.catalog.inspections import recorded_facts
from app.catalog.search import SearchQuery
from app.catalog.shard import open_reader
from app.engine import Engine, open_engine
from app.jobs.events import JobEvent
from app.jobs.job import CancelToken, Job
from app.paths import find_home
from app.scanning.request import ScanRequest, ScanResult
from app.scanning.scan import scan
from app.settings import load_settings

HOUR_NS = 3_600_000_000_000


class Studio:
    """A media folder `base` and a working directory beside it."""

    def __init__(self, folder: Path) -> None:
        self.base = folder / "media"
        self.base.mkdir(parents=True)
        home = find_home(folder / "home", {})
        self.engine: Engine = open_engine(load_settings(home, {}), home)
        self.events: list[JobEvent] = []
        self.last: ScanResult | None = None

    def write(self, relative: str | bytes, content: bytes = b"x") -> Path:
        """Makes a file with the folders it needs."""
        path = self.base / os.fsdecode(relative)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def scan(self, *paths: str, token: CancelToken | None = None, **options: Any) -> dict[str, Any]:
        """Scans the base, or folders relative to it; the document."""
        self.events.clear()
        options = {"inventory_only": True, **options}
        request = ScanRequest(tuple(str(self.base / path) for path in paths or ("",)), **options)
        self.last = scan(self.engine, request, Job(self.events.append, token))
        return self.last.document

    def counts(self, *paths: str, **options: Any) -> dict[str, int]:
        """Scans; the counts that are not zero, those of skipped entries as `skipped.<why>`."""
        counts = dict(self.scan(*paths, **options)["counts"])
        skipped = counts.pop("skipped")
        counts.update({f"skipped.{name}": number for name, number in skipped.items()})
        return {name: number for name, number in counts.items() if number and name != "bytes"}

    @property
    def shard(self) -> Path:
        """The shard of the only drive."""
        (drive,) = self.engine.catalog.drives()
        return self.engine.catalog.shard_path(drive.id)

    def rows(self, sql: str, *bindings: Any) -> list[tuple[Any, ...]]:
        """What a query finds in the shard."""
        with open_reader(self.shard) as database:
            return list(database.rows(sql, bindings))

    def found(self, text: str, **filters: Any) -> set[bytes]:
        """Paths that a search finds, below the base; the total must be their number."""
        query = SearchQuery(text, limit=0, **filters)
        with Find(self.engine.catalog, self.engine.judge, self.engine.catalog.drives(), query) as find:
            hits = find.page(0)
            assert find.total() == len(hits)
        return {hit.relative_path for hit in hits}

    def content(self) -> dict[str, Any]:
        """What the shard holds, without numbers and times of its own making."""
        with open_reader(self.shard) as database:
            return shard_content(database)


def shard_content(database: Database) -> dict[str, Any]:
    """Folders, files, sequences, facts and problems by name; generations as one of `old` and `new`."""
    ask = database.rows
    return {
        "folders": sorted(
            ask(
                "SELECT d.path, d.key, u.path, d.missed_scan IS NULL, d.files, d.bytes, d.newest_ns, d.digest"
                " FROM folder d"
                " LEFT JOIN folder u ON u.id = d.parent_id"
            ),
            key=str,
        ),
        "files": sorted(
            ask(
                "SELECT d.path, f.name, f.key, f.size, f.mtime_ns, f.category, f.hash_state, f.hash, f.xxh3, f.mime,"
                " f.missed_scan IS NULL, f.changed_scan IS NULL, q.base, q.pad FROM file f"
                " JOIN folder d ON d.id = f.folder_id LEFT JOIN sequence q ON q.id = f.sequence_id"
            ),
            key=str,
        ),
        "sequences": sorted(
            ask(
                "SELECT d.path, q.base, q.ext, q.pad, first_frame, last_frame, frame_count, missing_count, gap_count,"
                " ranges, q.bytes, q.newest_ns, q.missed_scan IS NULL, inspected IS changed_scan FROM sequence q"
                " JOIN folder d ON d.id = q.folder_id"
            ),
            key=str,
        ),
        "facts": sorted(
            (
                (path, name, kind, facts, error, recorded_facts(database, file_id))
                for path, name, kind, facts, error, file_id in list(
                    ask(
                        "SELECT d.path, f.name, x.kind, x.facts, x.error, f.id FROM facts x JOIN file f"
                        " ON f.id = x.file_id JOIN folder d ON d.id = f.folder_id"
                    )
                )
            ),
            key=str,
        ),
        "problems": sorted(
            ask("SELECT d.path, p.name, p.code, p.reason FROM problem p JOIN folder d ON d.id = p.folder_id"), key=str
        ),
        "skipped": sorted(
            ask("SELECT d.path, s.name, s.reason FROM skipped s JOIN folder d ON d.id = s.folder_id"), key=str
        ),
        "blocks": sorted(
            ask(
                "SELECT d.path, (SELECT count(*) FROM file f WHERE f.id BETWEEN b.first_id AND b.last_id"
                " AND f.folder_id = b.folder_id), b.last_id - b.first_id + 1 FROM block b"
                " JOIN folder d ON d.id = b.folder_id"
            ),
            key=str,
        ),
        "totals": list(
            ask(
                "SELECT d.path FROM folder d WHERE (d.files, d.bytes) <> (SELECT count(*), coalesce(sum(f.size), 0)"
                " FROM file f WHERE f.folder_id = d.id AND f.missed_scan IS NULL)"
            )
        ),
        "late_blocks": list(
            ask(
                "SELECT b.first_id FROM block b JOIN file f ON f.id BETWEEN b.first_id AND b.last_id"
                " WHERE f.mtime_ns > b.newest_ns"
            )
        ),
    }


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    """An empty media folder and a fresh working directory."""
    return Studio(tmp_path / "studio")


@pytest.fixture
def open_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose permissions are put right in the end, so that it can be removed."""
    folder = tmp_path / "guarded"
    folder.mkdir()
    yield folder
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(folder)

"""Exporting the inventory of 2 million realistic files in each format: rows a second, memory beyond the start.

Rows a second of the clock and of one core, since the machine may be busy with others.

Run by hand: python tests/benchmarks/bench_export.py [FILES]     (the shard is written without a disk to scan)
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.catalog.database import Database
from app.catalog.migrations import SHARD
from app.engine import Engine, open_engine
from app.jobs.events import JobEvent
from app.jobs.job import Job
from app.model.drives import Passport
from app.paths import find_home
from app.reports.exports import FORMATS
from app.reports.inventory import ExportInventoryRequest, export_inventory
from app.settings import load_settings
from tests.benchmarks.bench_search import write_shard


def made_engine(top: Path, files: int) -> Engine:
    """An engine over one drive of so many files, each with a content hash and a MIME type."""
    home = find_home(top / "home", {})
    engine = open_engine(load_settings(home, {}), home)
    drive = engine.catalog.add_drive("Bench", str(top / "drive"), Passport())
    shard = engine.catalog.shard_path(drive.id)
    shard.parent.mkdir(parents=True)
    write_shard(shard, files, top / "list.txt")
    with Database(shard, SHARD) as database, database.transaction():
        database.run("UPDATE file SET hash = randomblob(32), mime = 'image/x-exr', hash_state = 1")
        count = database.value("SELECT count(*) FROM file")
    engine.catalog.summarise(drive.id, count, 0, 0)
    return engine


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    top = Path(tempfile.mkdtemp(prefix="bench_export_"))
    process = psutil.Process(os.getpid())
    try:
        engine = made_engine(top, files)
        for form in FORMATS:
            before, peak = process.memory_info().rss, 0

            def watch(_event: JobEvent) -> None:
                nonlocal peak
                peak = max(peak, process.memory_info().rss)

            request = ExportInventoryRequest(form, path=str(top / f"inventory.{form}"))
            start, busy = time.perf_counter(), time.process_time()
            result = export_inventory(engine, request, Job(watch))
            seconds, busy = time.perf_counter() - start, time.process_time() - busy
            print(
                f"{form:6} {result.rows:>9,} rows  {result.bytes / 1e6:6.0f} MB  {seconds:5.2f} s"
                f"  {result.rows / seconds:>9,.0f} rows/s ({result.rows / busy:>9,.0f} a second of one core)"
                f"  {max(0, peak - before) / 1e6:4.0f} MB more memory"
            )
    finally:
        shutil.rmtree(top)


if __name__ == "__main__":
    main()

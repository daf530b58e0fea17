"""Makes a catalogue of one drive with many files in a working directory, without a tree on a disk.

Run by hand: python tests/benchmarks/made_catalogue.py HOME [FILES] [FOLDERS]
"""

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.catalog.entries import EntryWriter
from app.catalog.shard import begin_scan, open_writer, set_identity, update_scan
from app.catalog.totals import keep_totals
from app.engine import open_engine
from app.jobs.job import CancelToken
from app.model.drives import Passport
from app.model.kinds import category_of
from app.model.times import now_us
from app.paths import find_home
from app.scanning.changes import HASH_GOOD
from app.settings import load_settings
from tests.benchmarks.made_tree import folder_names

_FOLDERS_AT_ONCE = 2000


def make_catalogue(home_folder: Path, files: int, folders: int) -> None:
    """One drive of `files` hashed files in `folders` folders, three deep; a tenth of the contents is there twice."""
    home_folder.mkdir(parents=True, exist_ok=True)
    home = find_home(home_folder, {})
    engine = open_engine(load_settings(home, {}), home)
    home.prepare()
    drive = engine.catalog.add_drive("Made", "/nowhere/made", Passport())
    numbers = random.Random(5)
    each = files // folders
    with open_writer(engine.catalog.shard_path(drive.id), CancelToken()) as database:
        with database.transaction():
            set_identity(database, drive)
            scan_id = begin_scan(database, "delta", False, {})
        writer = EntryWriter(database, scan_id)
        base = 0
        known: dict[bytes, int] = {}
        for start in range(0, folders, _FOLDERS_AT_ONCE):
            with database.transaction():
                if not known:
                    base = writer.add_folder(None, b"")
                for number in range(start, min(start + _FOLDERS_AT_ONCE, folders)):
                    _add_folder(writer, known, base, number, each, numbers)
                writer.flush()
        with database.transaction():
            _hash_and_count(database, numbers)
            update_scan(database, scan_id, {}, state="done", ended_us=now_us())
        keep_totals(database, scan_id, changed=True)
        database.run("PRAGMA optimize")
        total = database.row("SELECT sum(files), sum(bytes) FROM folder") or (0, 0)
    engine.catalog.summarise(drive.id, int(total[0]), int(total[1]), 0)


def _add_folder(
    writer: EntryWriter, known: dict[bytes, int], base: int, number: int, each: int, numbers: random.Random
) -> None:
    parent, path = base, b""
    for name in (f"show_{number // 5000:02d}", f"sq{number // 50 % 100:03d}", f"sh{number % 50:03d}0"):
        path = path + b"/" + name.encode() if path else name.encode()
        if path not in known:
            known[path] = writer.add_folder(parent, path)
        parent = known[path]
    now = time.time_ns()
    names = sorted({name.encode() for name in folder_names(numbers, number)})[:each]
    newest = now - int(numbers.random() * 3 * 365 * 86400 * 1e9)
    writer.add_files(
        parent,
        [
            (name, name, int(numbers.paretovariate(0.9) * 50_000), newest + at, int(category_of(name)), None)
            for at, name in enumerate(names)
        ],
    )


def _hash_and_count(database, numbers: random.Random) -> None:  # type: ignore[no-untyped-def]
    rows = database.rows("SELECT id FROM file")
    pool = [numbers.randbytes(32) for _ in range(1000)]
    hashed = [
        (numbers.choice(pool) if numbers.random() < 0.1 else numbers.randbytes(32), HASH_GOOD, row[0]) for row in rows
    ]
    database.run_many("UPDATE file SET hash = ?, hash_state = ? WHERE id = ?", hashed)
    database.run(
        "UPDATE folder SET listed_scan = 1, files = t.files, bytes = t.bytes, newest_ns = t.newest FROM (SELECT"
        " folder_id, count(*) AS files, sum(size) AS bytes, max(mtime_ns) AS newest FROM file GROUP BY folder_id) AS t"
        " WHERE folder.id = t.folder_id"
    )


if __name__ == "__main__":
    make_catalogue(
        Path(sys.argv[1]),
        int(sys.argv[2]) if len(sys.argv) > 2 else 2_000_000,
        int(sys.argv[3]) if len(sys.argv) > 3 else 100_000,
    )

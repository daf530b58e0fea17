"""What an older program catalogued is taken over."""

import hashlib
import sqlite3
from pathlib import Path

import pytest

from app.catalog.find import Find
from app.catalog.search import SearchQuery
from app.engine import Engine
from app.errors import NotACatalog
from app.jobs.job import Job
from app.operations import run
from app.scanning.request import ScanRequest
from app.scanning.verify import VerifyRequest
from app.shelf.oldshards import is_old_shard, take_over
from tests.ui.enginekit import make_engine
from tests.unprivileged import document, reelmark


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return make_engine(tmp_path / "home")


def old_files(path: Path, rows: list[tuple[object, ...]], mount: str = "E:\\") -> Path:
    """A shard with the table `files` as the older program made it, a column for deleted files added later."""
    database = sqlite3.connect(path)
    database.execute(
        "CREATE TABLE drives (id INTEGER PRIMARY KEY, label TEXT NOT NULL, mount_path TEXT NOT NULL,"
        " total_bytes INTEGER, free_bytes INTEGER, smart_scan TEXT, scanned_at TEXT NOT NULL)"
    )
    database.execute(
        "INSERT INTO drives (label, mount_path, scanned_at) VALUES ('Movies 1', ?, '2024-05-01T10:00:00')", (mount,)
    )
    database.execute(
        "CREATE TABLE files (id INTEGER PRIMARY KEY, drive_label TEXT NOT NULL, path TEXT NOT NULL, size_bytes INTEGER,"
        " hash_blake3 TEXT, media_json TEXT, integrity_ok INTEGER, mtime_utc TEXT, is_av INTEGER, deleted INTEGER)"
    )
    database.executemany(
        "INSERT INTO files (drive_label, path, size_bytes, hash_blake3, mtime_utc, deleted)"
        " VALUES ('Movies 1', ?, ?, ?, ?, ?)",
        rows,
    )
    database.commit()
    database.close()
    return path


def found(engine: Engine, text: str) -> list[tuple[str, int, str | None]]:
    drives = engine.catalog.drives()
    with Find(engine.catalog, engine.judge, drives, SearchQuery(text)) as find:
        documents = [hit.document() for hit in find.page(100)]
    return sorted((document["path"], document["size"], document["verified"]) for document in documents)


def test_a_windows_drive_is_found_again_with_its_folders_hashes_and_missing_files(
    engine: Engine, tmp_path: Path
) -> None:
    rows = [
        ("E:\\holiday\\beach\\clip.mp4", 7, "ab" * 32, "2024-04-30T09:08:07Z", 0),
        ("E:\\holiday\\gone.mov", 5, None, "2024-04-30T09:08:07Z", 1),
        *((f"E:\\shot\\a.{frame:04}.exr", 3, None, "2024-04-30T09:08:07+00:00", 0) for frame in (1, 2, 4)),
        ("E:\\top.txt", 1, "no hash", "never", None),
    ]
    old = old_files(tmp_path / "movies.db", rows)
    before = old.read_bytes()
    assert is_old_shard(old) and not is_old_shard(engine.home.root / "none.db")
    drive = take_over(engine, old, None, Job())
    assert (drive.label, drive.base, drive.files, drive.bytes, drive.sequences) == ("Movies 1", "E:/", 5, 17, 1)
    assert found(engine, "clip") == [("E:/holiday/beach/clip.mp4", 7, None)]
    assert found(engine, "holiday/gone") == []
    assert found(engine, "a.0004") == [("E:/shot/a.0004.exr", 3, None)]
    with engine.catalog.open_shard(drive) as database:
        assert database.value("SELECT count(*) FROM file WHERE missed_scan IS NOT NULL") == 1
        assert database.value("SELECT hash FROM file WHERE name = CAST('clip.mp4' AS BLOB)") == bytes.fromhex("ab" * 32)
        assert database.value("SELECT missing_count FROM sequence") == 1
    assert old.read_bytes() == before
    assert take_over(engine, old, None, Job()).label == "Movies 1 2"


def test_a_scan_of_the_drive_makes_sure_what_was_taken_over(engine: Engine, tmp_path: Path) -> None:
    media = tmp_path / "card"
    media.mkdir()
    (media / "a.mov").write_bytes(b"bytes")
    wrong = hashlib.sha256(b"bytes").hexdigest()
    old = old_files(tmp_path / "o.db", [(str(media / "a.mov"), 5, wrong, "2024-04-30T09:08:07Z", 0)], str(media))
    drive = take_over(engine, old, "Card", Job())
    result = run(engine, "scan", ScanRequest((str(media),), "Card"), Job())
    assert (result.document["drive"]["id"], result.document["counts"]["changed"]) == (drive.id, 1)
    assert run(engine, "verify", VerifyRequest(drive="Card"), Job()).ok == 1


def test_the_command_that_merges_shards_takes_an_old_one(engine: Engine, tmp_path: Path) -> None:
    old = old_files(tmp_path / "o.db", [("/media/card/a.mov", 5, None, "2024-04-30T09:08:07Z", 0)], "/media/card")
    done = reelmark("--home", engine.home.root, "drives", "merge", old, "--as", "From before", "--json")
    (drive,) = document(done)["drives"]
    assert (drive["label"], drive["files"], drive["online"]) == ("From before", 1, False)


def test_an_inventory_alone_is_enough(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "inventory.db"
    database = sqlite3.connect(path)
    database.execute(
        "CREATE TABLE inventory (path TEXT PRIMARY KEY, size_bytes INTEGER, mtime_utc TEXT, ext TEXT, mime TEXT,"
        " category TEXT, drive_label TEXT, drive_type TEXT, indexed_utc TEXT)"
    )
    for name in ("a.mov", "b/c.mov"):
        row = (f"/mnt/nas/show/{name}", 4, "2024-04-30T09:08:07Z", "mov", "", "video", "NAS", "", "")
        database.execute("INSERT INTO inventory VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    database.commit()
    database.close()
    drive = take_over(engine, path, None, Job())
    assert (drive.label, drive.base, drive.files) == ("NAS", "/mnt/nas/show", 2)


def test_what_is_no_old_shard_leaves_no_drive(engine: Engine, tmp_path: Path) -> None:
    empty = old_files(tmp_path / "empty.db", [])
    (tmp_path / "text.db").write_text("no database", encoding="utf-8")
    assert not is_old_shard(tmp_path / "text.db")
    for path in (empty, tmp_path / "text.db"):
        with pytest.raises(NotACatalog):
            take_over(engine, path, None, Job())
    assert engine.catalog.drives() == []


def test_odd_values_cost_themselves_alone(engine: Engine, tmp_path: Path) -> None:
    old = old_files(
        tmp_path / "odd.db",
        [
            ("E:\\a\\good.mov", 7, None, "2024-04-30T09:08:07Z", 0),
            ("E:\\a\\no size.mov", "large", None, "9999-12-31T23:59:59Z", 0),
            ("E:\\a\\huge.mov", 1e30, None, "0001-01-01T00:00:00Z", 0),
            ("E:\\a\\in\0valid.mov", 1, None, None, 0),
            (b"E:\\a\\bytes \xff.mov", -3, None, 17, 0),
        ],
    )
    drive = take_over(engine, old, None, Job())
    assert found(engine, "good") == [("E:/a/good.mov", 7, None)]
    assert [size for _, size, _ in found(engine, "no size")] == [0]
    assert found(engine, "bytes") == [("E:/a/bytes \ufffd.mov", 0, None)]
    assert drive.files == 4


def test_paths_of_two_drives_in_one_shard_are_refused(engine: Engine, tmp_path: Path) -> None:
    for number, rows in enumerate((("C:\\a\\x", "D:\\b\\y"), ("/mnt/a/x", "C:\\b\\y"))):
        old = old_files(tmp_path / f"{number}.db", [(path, 1, None, None, 0) for path in rows], mount="")
        with pytest.raises(NotACatalog, match="in no folder together"):
            take_over(engine, old, None, Job())
    assert engine.catalog.drives() == []

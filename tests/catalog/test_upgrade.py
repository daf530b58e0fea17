"""A working directory of an older version goes on where it was."""

import json
from dataclasses import asdict, replace
from pathlib import Path

from app.catalog.catalog import Catalog
from app.catalog.database import Database
from app.catalog.details import file_details
from app.catalog.find import Find
from app.catalog.inspections import recorded_document
from app.catalog.migrations import CATALOG, SHARD
from app.catalog.nameindex import block_text
from app.catalog.search import SearchQuery
from app.engine import open_engine
from app.model.drives import Passport
from app.paths import find_home
from app.settings import load_settings

_DRIVE = "0193"
_OLD_FACTS = {"kind": "video", "format": "mov", "width": 1920, "streams": [{"type": "video", "codec": "prores"}]}


def _old_home(root: Path) -> None:
    """A catalogue and a shard as the first version made them, with one drive and one file."""
    (root / "shards").mkdir(parents=True)
    with (
        Database(root / "catalog.db", replace(CATALOG, steps=CATALOG.steps[:1])) as catalog,
        catalog.transaction(),
    ):
        catalog.run(
            "INSERT INTO drive VALUES (?, 'Old', ?, ?, 1, 2, 1, 3, 0)",
            (_DRIVE, str(root / "media").encode(), json.dumps(asdict(Passport()))),
        )
    with (
        Database(root / "shards" / f"{_DRIVE}.db", replace(SHARD, steps=SHARD.steps[:1])) as shard,
        shard.transaction(),
    ):
        shard.run("INSERT INTO meta VALUES ('drive_id', ?)", (_DRIVE,))
        shard.run("INSERT INTO folder VALUES (1, NULL, x'', NULL, 1, 1, 1, NULL, NULL, 1, 3, 5)")
        shard.run(
            "INSERT INTO file (id, folder_id, name, size, mtime_ns, category, first_scan)"
            " VALUES (1, 1, CAST('take.mov' AS BLOB), 3, 5, 2, 1)"
        )
        shard.run("INSERT INTO facts VALUES (1, 1, 'video', ?, '')", (json.dumps(_OLD_FACTS),))
        shard.run("INSERT INTO sequence VALUES (1, 1, x'61', x'2e', 4, '1', '2', 2, 0, 0, '1-2', 1, 1, 1, 1, NULL, 1)")
        shard.run("INSERT INTO block VALUES (1, 1, 1, 5)")
        shard.run("INSERT INTO name_index (rowid, text) VALUES (1, ?)", (block_text([b"take.mov"]),))


def test_what_an_older_version_catalogued_is_found_at_once_and_copies_are_kept(tmp_path: Path) -> None:
    _old_home(tmp_path)
    home = find_home(tmp_path, {})
    engine = open_engine(load_settings(home, {}), home)
    drives = engine.catalog.drives(look=False)
    assert [(drive.label, drive.place, drive.lent_us) for drive in drives] == [("Old", "", None)]
    with Find(engine.catalog, engine.judge, drives, SearchQuery("take")) as find:
        assert [found.hit.name for found in find.page(10)] == [b"take.mov"]
    assert {path.name for path in (tmp_path / "backups").iterdir()} == {"catalog.v1.db", f"{_DRIVE}.v1.db"}


def test_facts_that_an_older_version_read_are_told_until_they_are_read_anew(tmp_path: Path) -> None:
    _old_home(tmp_path)
    home = find_home(tmp_path, {})
    engine = open_engine(load_settings(home, {}), home)
    (drive,) = engine.catalog.drives(look=False)
    with engine.catalog.open_shard(drive) as database:
        details = file_details(database, engine.judge, 1)
        assert details is not None and details.facts is not None
        assert (details.facts.width, details.facts.streams[0]["codec"]) == (1920, "prores")
        assert recorded_document(database, 1) is None
        assert database.value("SELECT whole FROM sequence") == 0


def test_what_a_person_says_of_a_drive_is_kept_and_goes_with_it(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.db", tmp_path / "shards")
    drive = catalog.add_drive("Card", str(tmp_path), Passport())
    catalog.describe_drive(drive, place="shelf 3", lent_to="Bo", lent_us=7)
    (read,) = catalog.drives(look=False)
    assert (read.place, read.note, read.lent_to, read.lent_us) == ("shelf 3", "", "Bo", 7)
    catalog.forget_drive(read)
    assert catalog.drives(look=False) == []

"""A drive's records that leave the working directory and come into another one."""

import base64
import gzip
import hashlib
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from app.engine import Engine, open_engine
from app.errors import HeldByAnother, InputError, NotACatalog, RecordsBroken, UsageError
from app.jobs.job import Job
from app.model.drives import DriveHealth
from app.operations import run
from app.paths import find_home
from app.scanning.request import ScanRequest
from app.settings import load_settings
from app.shelf.describing import DescribeDriveRequest
from app.shelf.forgetting import ForgetDriveRequest
from app.shelf.merging import MergeRequest, MergeResult
from app.shelf.travelling import TravelRequest, TravelResult

EVIL = "<img src=x onerror=alert(1)>.mov"


def an_engine(folder: Path) -> Engine:
    home = find_home(folder, {})
    return open_engine(load_settings(home, {}), home)


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "card"
    (folder / "<b>day</b> 1").mkdir(parents=True)
    (folder / "<b>day</b> 1" / EVIL).write_bytes(b"12")
    (folder / "caf\udce9.mov").write_bytes(b"1")
    return folder


@pytest.fixture
def here(tmp_path: Path, card: Path) -> Engine:
    engine = an_engine(tmp_path / "here")
    scan(engine, card, "</title><script>Card")
    run(engine, "describe_drive", DescribeDriveRequest("</title><script>Card", place="Shelf 3"), Job())
    return engine


@pytest.fixture
def there(tmp_path: Path) -> Engine:
    return an_engine(tmp_path / "there")


def scan(engine: Engine, folder: Path, label: str) -> None:
    run(engine, "scan", ScanRequest((str(folder),), label, inventory_only=True), Job())


def travel(engine: Engine, out: Path, *, replace: bool = True) -> TravelResult:
    (drive,) = engine.catalog.drives()
    result: TravelResult = run(engine, "travel_drive", TravelRequest(drive.label, str(out), replace), Job())
    return result


def merge(engine: Engine, shard: Path, **options: Any) -> MergeResult:
    result: MergeResult = run(engine, "merge_shard", MergeRequest(str(shard), **options), Job())
    return result


def listing(page: str) -> dict[str, Any]:
    """What the page carries."""
    packed = re.search(r'id="data">([A-Za-z0-9+/=]*)</script>', page)
    assert packed is not None
    found: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    return found


def test_the_page_holds_every_name_as_text_alone(here: Engine, tmp_path: Path) -> None:
    made = travel(here, tmp_path / "out")
    page = made.page.read_text(encoding="utf-8")
    found = listing(page)
    assert made.files == 2
    assert dict(zip(found["names"], found["sizes"], strict=True)) == {EVIL: 2, "caf\N{REPLACEMENT CHARACTER}.mov": 1}
    assert [found["folders"][number] for number in found["in"]].count("<b>day</b> 1") == 1
    assert (found["place"], found["bytes"]) == ("Shelf 3", 3)
    assert "<img" not in page
    assert "<title>&lt;/title&gt;&lt;script&gt;Card</title>" in page


def test_the_page_runs_its_own_script_and_asks_nothing_of_the_network(here: Engine, tmp_path: Path) -> None:
    page = travel(here, tmp_path / "out").page.read_text(encoding="utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'" in page
    assert not re.search(r"https?:|src=|href=|innerHTML|@@", page)


def test_files_that_are_there_are_not_written_over(here: Engine, tmp_path: Path) -> None:
    made = travel(here, tmp_path / "out", replace=False)
    made.page.write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        travel(here, tmp_path / "out", replace=False)
    assert made.page.read_text() == "mine"
    travel(here, tmp_path / "out")
    assert made.page.read_text() != "mine"
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".db", ".html"]


def test_a_drive_that_was_never_scanned_does_not_travel(here: Engine, tmp_path: Path) -> None:
    (drive,) = here.catalog.drives()
    here.catalog.shard_path(drive.id).unlink()
    with pytest.raises(RecordsBroken, match="not there any more"):
        travel(here, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_shard_from_elsewhere_is_a_drive_here(here: Engine, there: Engine, tmp_path: Path) -> None:
    made = travel(here, tmp_path / "out")
    made.shard.chmod(0o444)
    before = made.shard.read_bytes()
    result = merge(there, made.shard, label="Card")
    (drive,) = there.catalog.drives()
    assert (result.action, drive.label, drive.place, drive.files) == ("added", "Card", "Shelf 3", 2)
    with there.catalog.open_shard(drive) as database:
        assert database.value("SELECT count(*) FROM file") == 2
    assert made.shard.read_bytes() == before
    assert merge(there, made.shard).action == "unchanged"
    assert list((there.home.tmp).iterdir()) == []


def test_a_label_that_is_taken_gets_a_number(here: Engine, there: Engine, tmp_path: Path, card: Path) -> None:
    (tmp_path / "other").mkdir()
    scan(there, tmp_path / "other", "Card")
    result = merge(there, travel(here, tmp_path / "out").shard, label="Card")
    assert result.drive.label == "Card 2"
    assert result.conflicts == ({"field": "label", "ours": "Card", "theirs": "Card", "kept": "Card 2"},)


def test_a_newer_history_brings_the_drive_up_to_date(here: Engine, there: Engine, tmp_path: Path, card: Path) -> None:
    merge(there, travel(here, tmp_path / "out").shard, label="Card")
    run(there, "describe_drive", DescribeDriveRequest("Card", place="Vault"), Job())
    there.catalog.health.add(there.catalog.drive("Card").id, DriveHealth("good", celsius=31))
    (card / "new.mov").write_bytes(b"123")
    scan(here, card, "</title><script>Card")
    result = merge(there, travel(here, tmp_path / "out").shard)
    (drive,) = there.catalog.drives()
    assert (result.action, drive.label, drive.place, drive.files) == ("updated", "Card", "Vault", 3)
    assert {"field": "place", "ours": "Vault", "theirs": "Shelf 3", "kept": "Vault"} in result.conflicts
    assert result.put_aside is not None
    assert result.put_aside.exists()
    assert [health.celsius for health in there.catalog.health.trend(drive.id)] == [31], "what it said stays with it"


def test_histories_that_went_apart_are_a_conflict(here: Engine, there: Engine, tmp_path: Path, card: Path) -> None:
    merge(there, travel(here, tmp_path / "out").shard, label="Card")
    scan(here, card, "</title><script>Card")
    scan(there, card, "Card")
    shard = travel(here, tmp_path / "out").shard
    with pytest.raises(HeldByAnother, match="scanned here and there") as caught:
        merge(there, shard)
    assert caught.value.code == "drive.conflict"
    assert {row["field"] for row in caught.value.context["conflicts"]} == {"label"}
    assert merge(there, shard, replace=True).action == "replaced"
    assert len(there.catalog.drives()) == 1


def test_a_forgotten_drive_comes_back(here: Engine) -> None:
    (drive,) = here.catalog.drives()
    gone = run(here, "forget_drive", ForgetDriveRequest(drive.id), Job())
    assert merge(here, gone.shard).action == "added"
    (back,) = here.catalog.drives()
    assert (back.id, back.label, back.place, back.files) == (drive.id, drive.label, "Shelf 3", 2)


def test_what_is_no_shard_or_damaged_is_refused(here: Engine, there: Engine, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        merge(there, tmp_path / "nowhere.db")
    (tmp_path / "text.db").write_text("no database at all")
    with pytest.raises(NotACatalog):
        merge(there, tmp_path / "text.db")
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE a (b)")
    connection.close()
    with pytest.raises(NotACatalog):
        merge(there, tmp_path / "other.db")
    shard = travel(here, tmp_path / "out").shard
    data = bytearray(shard.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    shard.write_bytes(data)
    with pytest.raises(RecordsBroken):
        merge(there, shard)
    assert there.catalog.drives() == []
    assert list(there.home.shards.iterdir()) == []

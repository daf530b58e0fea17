"""What a librarian tells of drives, through the operations that every front runs."""

import stat
from pathlib import Path

import pytest

from app.catalog.shard import open_reader, open_writer, read_drive
from app.engine import Engine, open_engine
from app.errors import DriveGone, HeldByAnother, InputError, MissingPart, UsageError
from app.jobs.job import CancelToken, Job
from app.operations import run
from app.paths import find_home
from app.scanning.request import ScanRequest
from app.settings import load_settings
from app.shelf.describing import DescribeDriveRequest
from app.shelf.forgetting import ForgetDriveRequest
from app.shelf.health import DriveHealthRequest
from app.shelf.marking import MarkDriveRequest

RECORDED = Path(__file__).parents[1] / "drives" / "recorded"


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "card"
    folder.mkdir()
    (folder / "a.mov").write_bytes(b"x")
    return folder


@pytest.fixture
def engine(tmp_path: Path, card: Path) -> Engine:
    home = find_home(tmp_path / "home", {})
    engine = open_engine(load_settings(home, {}), home)
    run(engine, "scan", ScanRequest((str(card),), "Card", inventory_only=True), Job())
    return engine


def test_what_is_told_of_a_drive_lies_in_its_shard_too(engine: Engine) -> None:
    told = DescribeDriveRequest("card", place=" shelf\t3 ", note="two\nlines", lent_to="Ann")
    drive = run(engine, "describe_drive", told, Job())
    assert (drive.place, drive.note, drive.lent_to, drive.lent_us is not None) == ("shelf 3", "two\nlines", "Ann", True)
    with open_reader(engine.catalog.shard_path(drive.id)) as database:
        travelled = read_drive(database)
    assert (travelled.place, travelled.note, travelled.lent_to) == ("shelf 3", "two\nlines", "Ann")
    assert travelled.lent_us == drive.lent_us
    back = run(engine, "describe_drive", DescribeDriveRequest("Card", lent_to=""), Job())
    assert (back.lent_to, back.lent_us, back.place) == ("", None, "shelf 3")


def test_a_lost_catalogue_knows_the_place_again(engine: Engine) -> None:
    run(engine, "describe_drive", DescribeDriveRequest("Card", place="shelf 3", note="n"), Job())
    engine.home.catalog.unlink()
    (drive,) = open_engine(engine.loaded, engine.home).catalog.drives()
    assert (drive.label, drive.place, drive.note) == ("Card", "shelf 3", "n")


def test_a_text_that_is_too_long_is_refused(engine: Engine) -> None:
    with pytest.raises(UsageError, match="more than 4,000"):
        run(engine, "describe_drive", DescribeDriveRequest("Card", note="x" * 4001), Job())


def test_a_forgotten_drive_keeps_its_records_in_the_backups(engine: Engine, card: Path) -> None:
    gone = run(engine, "forget_drive", ForgetDriveRequest("Card"), Job())
    assert engine.catalog.drives() == []
    assert gone.shard.parent == engine.home.backups / "forgotten"
    with open_reader(gone.shard) as database:
        assert read_drive(database).files == 1
    assert list(engine.home.shards.iterdir()) == []
    assert sorted(path.name for path in card.iterdir()) == ["a.mov"]
    assert open_engine(engine.loaded, engine.home).catalog.drives() == [], "it is not adopted again"


def test_a_drive_that_is_being_written_is_not_forgotten(engine: Engine) -> None:
    (drive,) = engine.catalog.drives()
    with (
        open_writer(engine.catalog.shard_path(drive.id), CancelToken()),
        pytest.raises(HeldByAnother, match="writing the records of Card"),
    ):
        run(engine, "forget_drive", ForgetDriveRequest("Card"), Job())
    assert engine.catalog.shard_path(drive.id).exists()


def test_a_damaged_shard_is_moved_as_it_is(engine: Engine) -> None:
    (drive,) = engine.catalog.drives()
    engine.catalog.shard_path(drive.id).write_bytes(b"no database")
    gone = run(engine, "forget_drive", ForgetDriveRequest("Card"), Job())
    assert gone.shard.read_bytes() == b"no database"


def test_a_marker_is_written_only_when_asked_for(engine: Engine, card: Path) -> None:
    drive = run(engine, "mark_drive", MarkDriveRequest("Card"), Job())
    assert (card / ".reelmark-drive").read_text().startswith(drive.id)
    assert drive.passport.marker == drive.id
    run(engine, "mark_drive", MarkDriveRequest("Card"), Job())
    run(engine, "mark_drive", MarkDriveRequest("Card", remove=True), Job())
    assert not (card / ".reelmark-drive").exists()


def test_a_marker_never_writes_over_a_file(engine: Engine, card: Path) -> None:
    (card / ".reelmark-drive").write_text("mine, and no marker")
    with pytest.raises(InputError, match="no marker of ours"):
        run(engine, "mark_drive", MarkDriveRequest("Card"), Job())
    run(engine, "mark_drive", MarkDriveRequest("Card", remove=True), Job())
    assert (card / ".reelmark-drive").read_text() == "mine, and no marker"
    (card / ".reelmark-drive").write_text("01a1fd14-f658-720f-8c27-be7af9d71eeb\n")
    with pytest.raises(HeldByAnother, match="is marked as another drive"):
        run(engine, "mark_drive", MarkDriveRequest("Card"), Job())


def test_a_drive_that_is_away_is_neither_marked_nor_asked(engine: Engine, card: Path) -> None:
    card.rename(card.parent / "away")
    for operation, request in (("mark_drive", MarkDriveRequest("Card")), ("drive_health", DriveHealthRequest("Card"))):
        with pytest.raises(DriveGone, match="is not connected"):
            run(engine, operation, request, Job())


def smartctl(folder: Path, answer: str) -> Path:
    """A program in smartctl's place that answers with a recorded report."""
    path = folder / "smartctl"
    path.write_text(
        '#!/bin/sh\nif [ "$1" = --version ]; then echo "smartctl 7.3 2022-02-28"; exit 0; fi\n'
        f"cat '{RECORDED / answer}'; exit 4\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def asking(engine: Engine, tool: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine whose settings name that smartctl, and whose drive lies on a device of this machine."""
    from dataclasses import replace

    (drive,) = engine.catalog.drives()
    engine.catalog.move_drive(drive, drive.base, replace(drive.passport, device="/dev/sdz1"))
    monkeypatch.setenv("REELMARK_TOOLS_SMARTCTL", str(tool))
    return open_engine(load_settings(engine.home, {"REELMARK_TOOLS_SMARTCTL": str(tool)}), engine.home)


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="needs a shell for the program in smartctl's place")
def test_what_a_drive_says_is_kept_as_a_trend(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = asking(engine, smartctl(tmp_path, "smart_ata_good.json"), monkeypatch)
    first = run(engine, "drive_health", DriveHealthRequest("Card"), Job())
    smartctl(tmp_path, "smart_ata_worn.json")
    second = run(engine, "drive_health", DriveHealthRequest("Card"), Job())
    assert (first.health.state, second.health.state, second.kept) == ("good", "worn", True)
    trend = engine.catalog.health.trend(first.drive.id)
    assert [(health.state, health.hours) for health in trend] == [("worn", 40211), ("good", 18231)]
    assert engine.catalog.health.newest()[first.drive.id] == trend[0] == second.health
    run(engine, "forget_drive", ForgetDriveRequest("Card"), Job())
    assert engine.catalog.health.newest() == {}


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="needs a shell for the program in smartctl's place")
def test_an_answer_that_says_nothing_is_not_kept(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = asking(engine, smartctl(tmp_path, "smart_refused.json"), monkeypatch)
    result = run(engine, "drive_health", DriveHealthRequest("Card"), Job())
    assert (result.health.state, result.kept) == ("unknown", False)
    assert "administrator" in result.health.reasons[0]
    assert engine.catalog.health.trend(result.drive.id) == []


def test_without_smartctl_the_hint_says_how_to_get_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingPart) as caught:
        run(engine, "drive_health", DriveHealthRequest("Card"), Job())
    assert "smartmontools" in caught.value.hint

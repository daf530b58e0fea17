"""All that is known of one asset: frames, gaps, problems, facts, records, also when the drive is away."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from app.engine import Engine
from app.errors import InputError
from app.jobs.job import CancelToken, Job
from app.operations import run
from app.qc.dossier import Dossier, find_asset_name, read_dossier
from app.qc.signoff import SignOffRequest, sign_off
from app.scanning.request import ScanRequest
from tests import media
from tests.ui.enginekit import make_engine

SEQUENCE = b"sh010.####.exr"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return make_engine(tmp_path / "home")


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    folder = tmp_path / "plates" / "shots"
    folder.mkdir(parents=True)
    for frame in (1001, 1002, 1005):
        media.exr(folder / f"sh010.{frame}.exr", frame)
    return folder


def dossier(engine: Engine, shots: Path, name: bytes, folder: bytes = b"shots") -> Dossier:
    run(engine, "scan", ScanRequest((str(shots.parent),)), Job())
    return read_dossier(engine, engine.catalog.drives()[0].id, folder, name, CancelToken())


def test_a_sequence_tells_frames_gaps_and_facts(engine: Engine, shots: Path) -> None:
    found = dossier(engine, shots, SEQUENCE)
    assert [member.frame for member in found.detail.members] == [1001, 1002, 1005]
    assert found.missing() == [(1003, 1004)]
    assert found.detail.facts[0][1].format == "openexr"
    assert found.records == ()
    assert found.path == shots / "sh010.####.exr"


def test_frames_that_two_paddings_share_are_duplicates(engine: Engine, shots: Path) -> None:
    for frame in (1001, 1002):
        shutil.copy(shots / f"sh010.{frame}.exr", shots / f"sh010.0{frame}.exr")
    assert dossier(engine, shots, SEQUENCE).detail.duplicates == (1001, 1002)


def test_decimal_frames_keep_their_numbers(engine: Engine, shots: Path) -> None:
    for number in ("1001.25", "1001.50", "1002.25"):
        media.exr(shots / f"sub.{number}.exr")
    run(engine, "scan", ScanRequest((str(shots.parent),)), Job())
    drive = engine.catalog.drives()[0].id
    name = find_asset_name(engine, drive, b"shots", b"sub.1001.50.exr", CancelToken())
    assert name == b"sub.####.##.exr"
    sign_off(engine, SignOffRequest(shots / "sub.####.##.exr", "alice", "pass"), Job())
    assert read_dossier(engine, drive, b"shots", name, CancelToken()).asset.state == "pass"
    members = read_dossier(engine, drive, b"shots", name, CancelToken()).detail.members
    assert [member.frame for member in members] == [Decimal("1001.25"), Decimal("1001.50"), Decimal("1002.25")]


def test_a_file_that_could_not_be_read_carries_the_reason(engine: Engine, shots: Path) -> None:
    (shots / "empty.exr").write_bytes(b"")
    (member,) = dossier(engine, shots, b"empty.exr").detail.members
    assert (member.bytes, member.problem) == (0, "the file is empty")


def test_records_come_from_the_sidecar_and_without_the_drive_from_the_shard(engine: Engine, shots: Path) -> None:
    dossier(engine, shots, SEQUENCE)
    for result in ("pass", "fail"):
        sign_off(engine, SignOffRequest(shots / "sh010.####.exr", "alice", result), Job())
    drive = engine.catalog.drives()[0].id
    found = read_dossier(engine, drive, b"shots", SEQUENCE, CancelToken())
    assert [record["qc_result"] for record in found.records] == ["pass", "fail"]
    assert found.sidecar == shots / ".qc" / "sh010.####.exr.qc.json"
    shutil.move(shots.parent, shots.parent.with_name("away"))
    away = read_dossier(engine, drive, b"shots", SEQUENCE, CancelToken())
    assert not away.drive.online
    assert [record["qc_result"] for record in away.records] == ["fail"]


def test_a_broken_sidecar_is_named(engine: Engine, shots: Path) -> None:
    (shots / ".qc").mkdir()
    (shots / ".qc" / "sh010.####.exr.qc.json").write_text("[]")
    assert "sh010.####.exr.qc.json" in dossier(engine, shots, SEQUENCE).sidecar_problem


def test_a_frame_leads_to_its_sequence_and_a_text_file_to_nothing(engine: Engine, shots: Path) -> None:
    (shots / "notes.txt").write_text("no media")
    dossier(engine, shots, SEQUENCE)
    drive = engine.catalog.drives()[0].id
    assert find_asset_name(engine, drive, b"shots", b"sh010.1005.exr", CancelToken()) == SEQUENCE
    assert find_asset_name(engine, drive, b"shots", b"notes.txt", CancelToken()) is None


def test_an_asset_that_is_not_catalogued_is_refused(engine: Engine, shots: Path) -> None:
    dossier(engine, shots, SEQUENCE)
    with pytest.raises(InputError, match="not catalogued"):
        read_dossier(engine, engine.catalog.drives()[0].id, b"shots", b"other.exr", CancelToken())

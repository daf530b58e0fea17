"""What shots take up, from the catalogue alone."""

import shutil
from pathlib import Path

import pytest

from app.engine import Engine
from app.jobs.job import Job
from app.model.production import ExpectedRange, Naming
from app.operations import run
from app.production.validate import ValidateRequest
from app.reports.scope import Scope
from app.reports.shows import Shows, ShowsOptions, shows
from app.scanning.request import ScanRequest
from tests.ui.enginekit import make_engine

FILES = {
    "alpha/shots/sh010/renders/f.0001.exr": 100,
    "alpha/shots/sh010/renders/f.0004.exr": 100,
    "alpha/shots/sh010/renders/beauty/b.0001.exr": 50,
    "alpha/shots/sh010/work/scene.nk": 999,
    "alpha/shots/sh020/renders/f.0001.exr": 70,
    "beta/shots/sh010/renders/deep/er/f.0001.exr": 400,
    "beta/edit/cut.mov": 5,
}


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A drive of two shows, no longer connected."""
    base = tmp_path / "drive"
    for name, size in FILES.items():
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_bytes(b"x" * size)
    engine = make_engine(tmp_path / "home")
    run(engine, "scan", ScanRequest((str(base),), drive="Shows", inventory_only=True), Job())
    shutil.rmtree(base)
    return engine


def made(engine: Engine, **given: object) -> Shows:
    with Scope(engine.catalog, engine.catalog.drives()) as scope:
        return shows(scope, ShowsOptions(**given))  # type: ignore[arg-type]


def test_shots_come_with_all_below_their_renders_heaviest_first(engine: Engine) -> None:
    rows = [(row.place.show, row.place.shot, row.bytes, row.files) for row in made(engine).rows]
    assert rows == [("beta", "sh010", 400, 1), ("alpha", "sh010", 250, 3), ("alpha", "sh020", 70, 1)]


def test_missing_frames_are_those_of_its_sequences(engine: Engine) -> None:
    missing = {(row.place.show, row.place.shot): row.missing_frames for row in made(engine).rows}
    assert missing == {("alpha", "sh010"): 2, ("alpha", "sh020"): 0, ("beta", "sh010"): 0}


def test_shows_are_added_up(engine: Engine) -> None:
    totals = [(row["show"], row["shots"], row["bytes"]) for row in made(engine).document()["shows"]]
    assert totals == [("beta", 1, 400), ("alpha", 2, 320)]


def test_a_shot_at_the_threshold_is_told(engine: Engine) -> None:
    assert [row.warning for row in made(engine, warn_bytes=250).rows] == [True, True, False]


def test_the_row_names_the_folder_where_it_was_last_seen(engine: Engine, tmp_path: Path) -> None:
    row = made(engine).document()["rows"][0]
    assert row["path"] == (tmp_path / "drive/beta/shots/sh010/renders").as_posix()
    assert (row["relative_path"], row["online"]) == ("beta/shots/sh010/renders", False)


@pytest.mark.parametrize(
    ("root", "layout", "found"),
    [
        ("drive", "{show}/shots/{shot}/renders", 3),
        ("drive/alpha", "shots/{shot}/{show}", 3),
        ("", "drive/{show}/shots/{shot}/renders", 3),
        ("elsewhere", "{show}/shots/{shot}/renders", 3),
        ("drive", "{show}/cuts/{shot}", 0),
        ("drive", "nonsense", 0),
    ],
)
def test_the_root_of_the_shows_may_be_the_base_or_lie_below_or_above_it(
    engine: Engine, tmp_path: Path, root: str, layout: str, found: int
) -> None:
    assert made(engine, root=str(tmp_path / root), layout=layout).total == found


def test_frames_that_are_expected_count_as_validate_counts_them(tmp_path: Path) -> None:
    base = tmp_path / "shows"
    for name in (
        *(f"K/shots/k010/renders/c.{frame}.exr" for frame in (1001, 1002, 1004, 1009)),
        "K/shots/k020/renders/one/c.1003.exr",
        "K/shots/k040/renders/other.1.exr",
        "K/shots/k040/renders/other.3.exr",
        "K/shots/k050/renders/c.1001.exr",
    ):
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_bytes(b"x")
    (base / "K/shots/k030/renders").mkdir(parents=True)
    ranges = (ExpectedRange("K/k05*", 1001, 1001), ExpectedRange("K/*", 1001, 1006))
    engine = make_engine(tmp_path / "home")
    run(engine, "scan", ScanRequest((str(base),), drive="Shows", inventory_only=True), Job())
    report = made(engine, ranges=ranges, naming=Naming("c."))
    assert {row.place.shot: row.missing_frames for row in report.rows} == {
        "k010": 3, "k020": 5, "k030": 6, "k040": 7, "k050": 0
    }  # fmt: skip
    assert report.shows[0]["missing_frames"] == 21
    validated = run(engine, "validate", ValidateRequest(base, ranges=ranges, naming=Naming("c.")), Job())
    told = {one.place.shot: sum(int(last - first) + 1 for first, last in one.missing) for one in validated.reports}
    assert told == {row.place.shot: row.missing_frames for row in report.rows}


def test_where_no_shot_is_found_the_layout_and_the_settings_are_named(engine: Engine, tmp_path: Path) -> None:
    assert made(engine).note == ""
    note = made(engine, layout="{show}/cuts/{shot}").document()["note"]
    assert "{show}/cuts/{shot} at the top of a drive" in note
    assert "production.shows_root" in note
    assert "production.layout" in note
    assert "below /elsewhere or at the top" in made(engine, layout="{show}/cuts/{shot}", root="/elsewhere").note

"""Reports over two drives, one of them on the shelf, against what was written there."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.catalog.shard import get_meta
from app.catalog.totals import count_totals, read_totals
from app.engine import Engine
from app.errors import AppError, Cancelled, RecordsBroken
from app.jobs.job import CancelToken, Job
from app.operations import run
from app.reports.duplicates import duplicates
from app.reports.files import largest_files, recent
from app.reports.folders import folder_tree, heaviest_folders
from app.reports.scope import Scope
from app.reports.sections import ALL, SECTIONS, ReportOptions, make_reports
from app.reports.summaries import categories, overview, top_extensions
from app.scanning.request import ScanRequest
from tests.reports.reportkit import CARD, NOON, SHELF, Library, make_library, write_files
from tests.ui.enginekit import make_engine

BOTH = (*CARD, *SHELF)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(tmp_path_factory.mktemp("library"))


@pytest.fixture
def engine(library: Library) -> Engine:
    return library.engine()


@pytest.fixture
def both(engine: Engine) -> Iterator[Scope]:
    with Scope(engine.catalog, engine.catalog.drives()) as scope:
        yield scope


@pytest.fixture
def card(engine: Engine) -> Iterator[Scope]:
    with Scope(engine.catalog, [engine.catalog.drive("Card")]) as scope:
        yield scope


def test_the_overview_counts_what_is_there_and_nothing_that_is_missing(both: Scope) -> None:
    document = overview(both).document()
    assert document["files"] == len(BOTH)
    assert document["bytes"] == sum(len(content) for _, content, _ in BOTH)
    assert document["average_bytes"] == document["bytes"] // document["files"]
    assert document["sequences"] == 1
    assert document["drive"] is None
    assert document["drives"] == ["Card", "Shelf"]
    rows = {row["drive"]: row for row in document["rows"]}
    assert rows["Card"]["files"] == len(CARD)
    assert (rows["Card"]["online"], rows["Shelf"]["online"]) == (True, False)


def test_a_report_about_one_drive_says_so(card: Scope) -> None:
    document = overview(card).document()
    assert (document["report"], document["drive"]) == ("overview", "Card")


def test_categories_are_counted_over_all_drives(both: Scope) -> None:
    rows = {row["category"]: (row["files"], row["bytes"]) for row in categories(both).document()["rows"]}
    assert rows["audio"] == (3, 900)
    assert rows["image"] == (4, 1019)
    assert rows["video"] == (1, 50)
    assert sum(files for files, _ in rows.values()) == len(BOTH)


def test_categories_of_a_scan_that_still_runs_are_those_of_now(library: Library, tmp_path: Path) -> None:
    base = tmp_path / "drive"
    write_files(base, (("a.mov", b"12", 0),))
    engine = make_engine(tmp_path / "home")
    run(engine, "scan", ScanRequest((str(base),), drive="D"), Job())
    write_files(base, (("b.mov", b"123", 0),))
    token = CancelToken()
    job = Job(lambda event: token.cancel() if "HASH" in repr(event) else None, token)
    with pytest.raises(Cancelled):
        run(engine, "scan", ScanRequest((str(base),), drive="D"), job)
    with Scope(engine.catalog, engine.catalog.drives()) as scope:
        (row,) = categories(scope).document()["rows"]
    assert row == {"category": "video", "files": 2, "bytes": 5}


def test_extensions_are_counted_in_any_case_and_names_without_one_together(both: Scope) -> None:
    found = top_extensions(both, top=0)
    rows = {row.extension: (row.total.files, row.total.bytes) for row in found.rows}
    assert rows["exr"] == (4, 1019)
    assert rows[""] == (2, 8)
    assert rows["wav"] == (3, 900)
    assert sum(files for files, _ in rows.values()) == len(BOTH)
    assert [row.extension for row in found.rows[:2]] == ["exr", "wav"]


def test_extensions_beyond_the_top_are_told_as_the_rest(both: Scope) -> None:
    whole, found = top_extensions(both, top=0), top_extensions(both, top=2)
    assert [row.extension for row in found.rows] == ["exr", "wav"]
    assert found.total == len(whole.rows)
    assert found.rest.files == len(BOTH) - 7


def test_the_largest_files_come_first_over_all_drives(both: Scope, library: Library) -> None:
    rows = largest_files(both, top=3).document()["rows"]
    assert [(row["name"], row["size"], row["drive"]) for row in rows] == [
        ("plate.EXR", 500, "Card"),
        ("plate.exr", 500, "Shelf"),
        ("take.wav", 300, "Card"),
    ]
    assert rows[0]["path"] == f"{library.card.as_posix()}/show/sh020/plate.EXR"
    assert rows[0]["relative_path"] == "show/sh020/plate.EXR"
    assert len(largest_files(both, top=0).rows) == len(BOTH)


@pytest.mark.parametrize("depth", [1, 2, 3, 9])
def test_folders_weigh_what_lies_in_and_below_them(card: Scope, depth: int) -> None:
    sizes: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for name, content, _ in CARD:
        parts = name.split("/")[:-1]
        for end in range(1, min(len(parts), depth) + 1):
            sizes["/".join(parts[:end])] += len(content)
            files["/".join(parts[:end])] += 1
    found = heaviest_folders(card, depth, top=0).document()
    assert {row["relative_path"]: row["bytes"] for row in found["rows"]} == {**sizes, "nothing in it": 0}
    assert {row["relative_path"]: row["files"] for row in found["rows"]} == {**files, "nothing in it": 0}
    assert [row["bytes"] for row in found["rows"]] == sorted((row["bytes"] for row in found["rows"]), reverse=True)
    assert found["total"] == len(sizes) + 1


def test_only_the_heaviest_folders_are_told(both: Scope) -> None:
    rows = heaviest_folders(both, depth=1, top=2).document()["rows"]
    assert [(row["drive"], row["relative_path"], row["bytes"]) for row in rows] == [
        ("Shelf", "backup", 800),
        ("Card", "audio", 600),
    ]


def test_the_tree_of_folders_adds_up_at_each_node(both: Scope) -> None:
    root = folder_tree(both, levels=2)
    assert [child.name for child in root.children] == ["Card", "Shelf"]
    assert root.bytes == sum(len(content) for _, content, _ in BOTH)
    nodes = [*root.children]
    while nodes:
        node = nodes.pop()
        if node.children:
            assert node.bytes == node.own_bytes + sum(child.bytes for child in node.children)
        nodes += node.children
    audio = next(child for child in root.children[0].children if child.name == "audio")
    assert audio.children[0].name == "deep"
    assert audio.children[0].has_folders
    assert audio.children[0].children == ()


def test_the_tree_begins_where_it_is_asked_to(card: Scope) -> None:
    root = folder_tree(card, b"show", levels=1)
    assert (root.name, root.path, root.own_bytes) == ("show", b"show", 5)
    assert [(child.name, child.bytes) for child in root.children] == [("sh020", 500), ("sh010", 19)]


def test_recent_changes_are_counted_by_day_and_listed_newest_first(both: Scope) -> None:
    found = recent(both, days=7, top=4, now=NOON * 10**6)
    assert [day.total.files for day in found.timeline] == [1, 1, 0, 1, 1, 1, 3]
    assert found.timeline[0].day.isoformat() == "2026-06-09"
    assert found.timeline[-1].day.isoformat() == "2026-06-15"
    assert [row.name for row in found.rows] == ["sh010.0001.exr", "sh010.0002.exr", "empty.txt", "take.wav"]
    assert found.total.files == 8
    assert (found.later.files, found.later.bytes) == (1, 50)


def test_recent_changes_reach_back_to_the_beginning_of_the_calendar(both: Scope) -> None:
    found = recent(both, days=10**9, top=0, now=NOON * 10**6)
    assert found.timeline[0].day.isoformat() == "1970-01-01"
    assert found.total.files + found.later.files == len(BOTH)


def test_equal_files_are_found_across_drives_that_are_not_connected(both: Scope) -> None:
    found = duplicates(both).document()
    assert (found["groups"], found["copies"], found["wasted_bytes"]) == (2, 5, 2 * 300 + 500)
    sound, plate = found["rows"]
    assert (sound["size"], sound["copies"], sound["wasted_bytes"]) == (300, 3, 600)
    assert {(member["drive"], member["relative_path"]) for member in sound["members"]} == {
        ("Card", "audio/take.wav"),
        ("Card", "audio/deep/er/take copy.wav"),
        ("Shelf", "backup/take.wav"),
    }
    assert {member["drive"] for member in plate["members"]} == {"Card", "Shelf"}
    assert sound["hash"].startswith("blake3:")


def test_equal_files_of_one_drive_alone(card: Scope) -> None:
    found = duplicates(card)
    assert (found.groups, found.wasted_bytes) == (1, 300)


def test_files_that_were_never_hashed_are_told(tmp_path: Path) -> None:
    engine = make_engine(tmp_path / "home")
    write_files(tmp_path / "drive", SHELF)
    run(engine, "scan", ScanRequest((str(tmp_path / "drive"),), inventory_only=True), Job())
    with Scope(engine.catalog, engine.catalog.drives()) as scope:
        found = duplicates(scope)
    assert found.groups == 0
    assert (found.unhashed.files, found.unhashed.bytes) == (3, 850)


def test_no_duplicate_is_lost_where_hashes_are_gone_through_in_slices(
    both: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.reports.duplicates._SLICE_FILES", 1)
    found = duplicates(both)
    assert (found.groups, found.copies, found.wasted_bytes) == (2, 5, 1100)


def test_a_damaged_shard_is_left_out_and_told(tmp_path: Path) -> None:
    library = make_library(tmp_path)
    engine = library.engine()
    drive = engine.catalog.drive("Card")
    engine.catalog.shard_path(drive.id).write_bytes(b"no database at all, by no means")
    broken: dict[str, AppError] = {}
    made = make_reports(engine.catalog, engine.catalog.drives(), ALL, ReportOptions(), broken=broken)
    assert isinstance(broken[drive.id], RecordsBroken)
    assert made.reports["overview"].document()["files"] == len(SHELF)
    assert made.document()["drives"] == ["Shelf"]
    with pytest.raises(RecordsBroken):
        make_reports(engine.catalog, engine.catalog.drives(), ALL, ReportOptions())


def test_every_report_makes_sense_of_a_catalogue_without_drives(tmp_path: Path) -> None:
    engine = make_engine(tmp_path / "home")
    made = make_reports(engine.catalog, [], ALL, ReportOptions(), tree_levels=2)
    assert list(made.reports) == list(SECTIONS)
    for report in made.reports.values():
        assert report.document()["rows"] == []


def test_a_report_stops_when_it_is_cancelled(engine: Engine) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        make_reports(engine.catalog, engine.catalog.drives(), "duplicates", ReportOptions(), token=token)


def test_hard_links_of_one_file_waste_nothing(tmp_path: Path) -> None:
    base = tmp_path / "drive"
    write_files(base, (("one.wav", b"w" * 100, 1),))
    (base / "link.wav").hardlink_to(base / "one.wav")
    engine = make_engine(tmp_path / "home")
    run(engine, "scan", ScanRequest((str(base),), drive="D"), Job())
    with Scope(engine.catalog, engine.catalog.drives()) as scope:
        found = duplicates(scope)
    assert (found.groups, found.wasted_bytes) == (0, 0)


def test_the_days_are_those_of_the_files_after_a_clock_was_put_right(tmp_path: Path) -> None:
    base = tmp_path / "drive"
    files = tuple((f"f{number:02}.mov", b"12", number + 0.49) for number in range(30))
    write_files(base, files)
    engine = make_engine(tmp_path / "home")
    run(engine, "scan", ScanRequest((str(base),), drive="D"), Job())
    for name, _, _ in files:
        time_ns = (base / name).stat().st_mtime_ns - 3600 * 10**9
        os.utime(base / name, ns=(time_ns, time_ns))
    scanned = run(engine, "scan", ScanRequest((str(base),), drive="D"), Job())
    assert scanned.document["counts"]["changed"] == 0
    with Scope(engine.catalog, engine.catalog.drives()) as scope:
        found = recent(scope, days=31, top=0, now=NOON * 10**6)
    assert [day.total.files for day in found.timeline] == [1] * 30 + [0]


def test_totals_that_were_kept_are_those_of_now(tmp_path: Path) -> None:
    base = tmp_path / "drive"
    write_files(base, CARD)
    engine = make_engine(tmp_path / "home")
    for _ in range(2):
        run(engine, "scan", ScanRequest((str(base),), drive="D"), Job())
    with engine.catalog.open_shard(engine.catalog.drive("D")) as database:
        assert read_totals(database) == count_totals(database)
        assert "kinds" in get_meta(database)["totals"]

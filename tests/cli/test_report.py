"""`reelmark report` as a user and a script meet it."""

import csv
import subprocess
from pathlib import Path

import pytest

from tests.reports.reportkit import CARD, Library, make_library
from tests.unprivileged import document, reelmark


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(tmp_path_factory.mktemp("library"))


def test_heaviest_folders_equal_what_find_sums_up(library: Library) -> None:
    rows = document(
        reelmark("--home", library.home, "report", "heaviest-folders", "--drive", "Card", "--top", "0", "--json")
    )["rows"]
    assert rows
    for row in rows:
        sizes = subprocess.run(
            ["find", row["path"], "-type", "f", "-printf", "%s\n"], capture_output=True, check=True
        ).stdout.split()
        assert (row["bytes"], row["files"]) == (sum(map(int, sizes)), len(sizes)), row["path"]


def test_all_reports_come_as_one_document(library: Library) -> None:
    found = document(reelmark("--home", library.home, "report", "all", "--json"))
    assert found["drives"] == ["Card", "Shelf"]
    assert found["sections"]["overview"]["files"] == 16
    assert found["problems"] == []


def test_a_person_reads_tables(library: Library) -> None:
    text = reelmark("--home", library.home, "report", "duplicates").stdout.decode()
    assert "take copy.wav" in text
    assert "2 groups of equal files; 1.1 kB could be freed" in text
    text = reelmark("--home", library.home, "report", "categories").stdout.decode()
    assert "audio" in text


def test_shows_that_lie_elsewhere_are_not_just_nothing(library: Library) -> None:
    text = reelmark("--home", library.home, "report", "shows").stdout.decode()
    assert "No folder lies as {show}/shots/{shot}/renders at the top of a drive" in text
    assert "production.shows_root" in text


def test_files_are_written_where_they_are_asked_for(library: Library, tmp_path: Path) -> None:
    target = tmp_path / "ext.csv"
    ended = reelmark(
        "--home", library.home, "report", "top-extensions", "--drive", "Card", "--csv", target, "--export", "html"
    )
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(int(row["files"]) for row in rows) == len(CARD)
    (page,) = (library.home / "exports" / "reports").glob("*.html")
    assert str(page) in ended.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("report", "horoscope"), 2),
        (("report", "overview", "--export", "pdf"), 2),
        (("report", "overview", "--top", "-1"), 2),
        (("report", "overview", "--drive", "nobody"), 3),
    ],
)
def test_what_is_asked_wrongly_is_said(library: Library, arguments: tuple[str, ...], code: int) -> None:
    ended = reelmark("--home", library.home, *arguments)
    assert ended.returncode == code
    assert ended.stderr.startswith(b"Error: ")


def test_a_damaged_shard_is_warned_of_and_the_rest_told(tmp_path: Path) -> None:
    library = make_library(tmp_path)
    drive = library.engine().catalog.drive("Shelf")
    library.engine().catalog.shard_path(drive.id).write_bytes(b"no database at all, by no means")
    ended = reelmark("--home", library.home, "report", "overview", "--json")
    assert ended.returncode == 1
    found = document(ended)
    assert found["drives"] == ["Card"]
    assert [problem["drive"] for problem in found["problems"]] == ["Shelf"]
    assert b"warning: Shelf was left out" in ended.stderr


def test_a_drive_that_is_named_twice_counts_once(library: Library) -> None:
    drive = library.engine().catalog.drive("Card")
    twice = ("--drive", "Card", "--drive", "card", "--drive", drive.id)
    found = document(reelmark("--home", library.home, "report", "all", *twice, "--json"))
    assert found["drives"] == ["Card"]
    assert found["sections"]["overview"]["files"] == len(CARD)
    assert found["sections"]["duplicates"]["copies"] == 2
    hits = document(reelmark("--home", library.home, "search", "take", *twice, "--json"))
    assert (hits["total"], len(hits["results"])) == (2, 2)

import csv
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mounting import needs_mounts
from tests.unprivileged import REPOSITORY, document, reelmark

TERMS = ("txt", "report", "SH010", "01", "a/b", "deep/", "/r", "x y", "-", ".EXR")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("searched")
    for number, name in enumerate(
        (
            "Report.txt",
            "deep/er/report_01.pdf",
            "deep/sh010.0001.exr",
            "deep/sh010.0002.exr",
            "a/b/c.mov",
            "x y/z.wav",
            "=formula.txt",
            "deep/caf\udce9 report.txt",
            "na/b.txt",
            "line\nbreak.txt",
        )
    ):
        path = folder / "media" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * number)
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    reelmark("--home", folder / "h", "scan", folder / "media", "--drive", "Card", "--inventory-only")
    return folder / "h"


@pytest.mark.parametrize("term", TERMS)
def test_a_term_finds_what_find_finds(home: Path, term: str) -> None:
    found = document(reelmark("--home", home, "search", "--limit", "0", "--json", "--", term))
    pattern = f"*{term}*"
    output = subprocess.run(
        ["find", ".", "-type", "f", "-ipath", pattern, "-print0"],
        cwd=home.parent / "media",
        capture_output=True,
        check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    ).stdout
    expected = {path[2:].decode("utf-8", "replace") for path in output.split(b"\0") if path}
    if len(term) < 3 and "/" not in term:
        expected = {path for path in expected if any(part.lower().startswith(term.lower()) for part in path.split("/"))}
    assert {hit["relative_path"] for hit in found["results"]} == expected
    assert found["total"] == len(expected)


def test_hits_are_newest_first_and_the_total_is_exact(home: Path) -> None:
    found = document(reelmark("--home", home, "search", "", "--limit", "3", "--json"))
    assert found["total"] == 10
    assert [hit["relative_path"] for hit in found["results"]] == [
        "line\nbreak.txt",
        "na/b.txt",
        "deep/caf\ufffd report.txt",
    ]
    assert set(found["results"][0]) == {
        "name",
        "category",
        "size",
        "modified",
        "drive",
        "path",
        "relative_path",
        "online",
        "verdict",
        "verified",
        "suspect",
    }
    assert found["results"][2]["raw_name"]
    assert found["results"][1]["modified"] == "2023-11-14T22:13:28.000000Z"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--ext", "EXR"], 2),
        (["--ext", ".pdf", "--ext", "mov"], 2),
        (["--category", "image"], 2),
        (["--min-size", "8"], 2),
        (["--max-size", "0"], 1),
        (["--since", "2023-11-14T22:13:28Z"], 2),
        (["--since", "2024-01-01"], 0),
        (["--since", "2999-01-01"], 0),
        (["--min-size", "1" + "0" * 30], 0),
        (["--drive", "card"], 10),
        (["--verdict", "pass"], 0),
    ],
)
def test_filters(home: Path, options: list[str], expected: int) -> None:
    assert document(reelmark("--home", home, "search", "", *options, "--json"))["total"] == expected


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--category", "films"], 2),
        (["--verdict", "good"], 2),
        (["--since", "yesterday"], 2),
        (["--drive", "none"], 3),
        (["--limit", "many"], 2),
    ],
)
def test_wrong_filters_are_told(home: Path, options: list[str], code: int) -> None:
    assert reelmark("--home", home, "search", "x", *options, "--json").returncode == code


def test_a_negative_limit_is_refused(home: Path) -> None:
    assert reelmark("--home", home, "search", "x", "--limit", "-5").returncode == 2


def test_files_for_a_spreadsheet_and_for_scripts(home: Path, tmp_path: Path) -> None:
    table, lines = tmp_path / "hits.csv", tmp_path / "hits.jsonl"
    process = reelmark("--home", home, "search", "txt", "--csv", table, "--jsonl", lines)
    assert process.returncode == 0
    text = table.read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines(keepends=True)))
    assert len(rows) == 5
    assert {row["name"] for row in rows} >= {"'=formula.txt", "line\nbreak.txt"}
    documents = [json.loads(line) for line in lines.read_bytes().decode().split("\n") if line]
    assert [row["path"] for row in documents] == [row["path"] for row in rows]


def test_a_home_without_a_catalogue_finds_nothing(tmp_path: Path) -> None:
    process = reelmark("--home", tmp_path / "none", "search", "x", "--json")
    assert (process.returncode, document(process)["total"]) == (0, 0)
    assert not (tmp_path / "none").exists()


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A home with the drives `one` and `two`, a file called take on each."""
    for label in ("one", "two"):
        (tmp_path / label).mkdir()
        (tmp_path / label / f"take {label}.mov").write_bytes(b"x")
        reelmark("--home", tmp_path / "h", "scan", tmp_path / label, "--inventory-only")
    return tmp_path / "h"


def shard_of(home: Path, label: str) -> Path:
    (drive,) = document(reelmark("--home", home, "drives", "show", label, "--json"))["drives"]
    return home / "shards" / f"{drive['id']}.db"


@pytest.mark.parametrize(
    ("spoil", "code", "alone"),
    [
        (Path.unlink, "shard.missing", 6),
        (lambda path: path.write_bytes(b""), "shard.missing", 6),
        (lambda path: path.write_bytes(b"no database" * 500), "catalog.damaged", 6),
        (lambda path: sqlite3.connect(path).execute("PRAGMA user_version=99").close(), "catalog.newer", 3),
        (lambda path: path.chmod(0), "catalog.unusable", 3),
    ],
    ids=["deleted", "empty", "damaged", "newer", "denied"],
)
def test_a_drive_that_cannot_be_searched_is_told_and_the_others_are_searched(
    pair: Path, spoil: Callable[[Path], object], code: str, alone: int
) -> None:
    shard = shard_of(pair, "one")
    for beside in pair.glob("shards/*.db-*"):
        beside.unlink()
    spoil(shard)
    process = reelmark("--home", pair, "search", "take", "--json", obey_permissions=True)
    found = document(process)
    assert (process.returncode, [hit["drive"] for hit in found["results"]], found["total"]) == (1, ["two"], 1)
    (problem,) = found["problems"]
    assert (problem["drive"], problem["code"]) == ("one", code)
    assert str(shard) in problem["message"] and problem["hint"]
    warned = process.stderr.decode()
    assert "warning: one was not searched" in warned and str(shard) in warned
    for options in (["--drive", "one"], ["--drive", "one", "--json"]):
        process = reelmark("--home", pair, "search", "take", *options, obey_permissions=True)
        assert process.returncode == alone
    error = document(process)["error"]
    assert error["code"] == code and error["message"].startswith("one: ") and error["context"]["drive"] == "one"
    listed = reelmark("--home", pair, "drives", "list", "--json", obey_permissions=True)
    assert listed.returncode == 1
    assert [(d["label"], d["problem"] and d["problem"]["code"]) for d in document(listed)["drives"]] == [
        ("one", code),
        ("two", None),
    ]
    shown = reelmark("--home", pair, "drives", "show", "one", obey_permissions=True)
    assert shown.returncode == 1 and "warning: one: " in shown.stderr.decode()
    assert b"BROKEN" in reelmark("--home", pair, "drives", "list", obey_permissions=True).stdout
    assert reelmark("--home", pair, "search", "take", "--drive", "two").returncode == 0


def test_where_no_drive_can_be_searched_it_is_an_error(pair: Path) -> None:
    for shard in pair.glob("shards/*"):
        shard.unlink()
    process = reelmark("--home", pair, "search", "take", "--json")
    assert process.returncode == 6
    assert "and 1 other drive cannot be used either" in document(process)["error"]["message"]


def test_a_deleted_shard_comes_back_with_a_scan(pair: Path) -> None:
    shard = shard_of(pair, "one")
    for beside in pair.glob(f"shards/{shard.stem}*"):
        beside.unlink()
    assert reelmark("--home", pair, "scan", pair.parent / "one", "--inventory-only").returncode == 0
    assert document(reelmark("--home", pair, "search", "take", "--json"))["total"] == 2


def test_a_lost_catalogue_is_made_again_and_said_once(pair: Path) -> None:
    for path in pair.glob("catalog.db*"):
        path.unlink()
    process = reelmark("--home", pair, "search", "take", "--json")
    assert (process.returncode, document(process)["total"]) == (0, 2)
    assert "made again from the shards of one, two" in process.stderr.decode()
    assert b"made again" not in reelmark("--home", pair, "search", "take", "--json").stderr


def test_a_read_only_home_is_searched_even_where_its_catalogue_is_lost(pair: Path) -> None:
    folders = [pair, *(path for path in pair.iterdir() if path.is_dir())]
    for lost in (False, True):
        for path in pair.glob("catalog.db*") if lost else ():
            path.unlink()
        for folder in folders:
            folder.chmod(0o555)
        before = sorted(pair.rglob("*"))
        try:
            process = reelmark("--home", pair, "search", "take", "--json", obey_permissions=True)
            refused = reelmark("--home", pair, "scan", pair.parent / "one", obey_permissions=True)
        finally:
            for folder in folders:
                folder.chmod(0o755)
        assert (process.returncode, document(process)["total"]) == (0, 2)
        assert (b"drives are those of the shards, one, two" in process.stderr) is lost
        assert refused.returncode == 3
        assert sorted(pair.rglob("*")) == before


@needs_mounts
def test_a_full_disk_can_still_be_searched(pair: Path, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    for path in pair.glob("**/*.db-*"):
        path.unlink()
    script = (
        f"mount -t tmpfs -o size=4m none '{full}'; cp -r '{pair}' '{full}/h'; dd if=/dev/zero of='{full}/fill' bs=64k "
        f"2>/dev/null || dd if=/dev/zero of='{full}/rest' bs=1 count=4096 2>/dev/null || true;"
        f" exec '{sys.executable}' -m app --home '{full}/h' search take --json"
    )
    process = subprocess.run(["unshare", "-m", "sh", "-ec", script], cwd=REPOSITORY, capture_output=True, check=False)
    assert (process.returncode, document(process)["total"]) == (0, 2), process.stderr


def test_all_hits_go_to_a_file_though_few_are_shown(home: Path, tmp_path: Path) -> None:
    reelmark("--home", home, "settings", "set", "search.limit", "2")
    for options, lines in (((), 2), (("--limit", "0"), 5)):
        out = tmp_path / "hits.jsonl"
        process = reelmark("--home", home, "search", "txt", *options, "--jsonl", out)
        assert len(out.read_bytes().splitlines()) == lines
        assert "5 found, 2 shown" in process.stdout.decode().replace("\u2009", "")
    assert len(document(reelmark("--home", home, "search", "txt", "--limit", "0", "--json"))["results"]) == 5


def test_a_path_that_was_copied_finds_its_file_whatever_is_in_its_name(home: Path) -> None:
    for name in ("deep/er/report_01.pdf", "x y/z.wav", "=formula.txt"):
        found = document(reelmark("--home", home, "search", str(home.parent / "media" / name), "--json"))
        assert [hit["relative_path"] for hit in found["results"]] == [name]


def test_words_come_apart_or_together(home: Path) -> None:
    for words in (["deep 01"], ["01", "deep"], ["report?01.*", "er"]):
        found = document(reelmark("--home", home, "search", *words, "--limit", "0", "--json"))
        assert "deep/er/report_01.pdf" in {hit["relative_path"] for hit in found["results"]}


def test_sizes_are_written_with_units(home: Path) -> None:
    found = document(reelmark("--home", home, "search", "--min-size", "0.005k", "--max-size", "6B", "--json"))
    assert {hit["size"] for hit in found["results"]} == {5, 6}
    assert reelmark("--home", home, "search", "--min-size", "much").returncode == 2


def test_hits_are_printed_for_the_next_program(home: Path) -> None:
    lines = reelmark("--home", home, "search", "mov", "--jsonl", "-").stdout.splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["c.mov"]
    rows = reelmark("--home", home, "search", "mov", "--csv", "-").stdout.splitlines()
    assert len(rows) == 2 and rows[1].startswith(b"c.mov,")
    assert reelmark("--home", home, "search", "mov", "--csv", "-", "--json").returncode == 2
    assert reelmark("--home", home, "search", "mov", "--csv", "-", "--jsonl", "-").returncode == 2


def test_a_search_for_nothing_says_what_is_missing(home: Path) -> None:
    done = reelmark("--home", home, "search")
    assert done.returncode == 2
    assert b"search for what" in done.stderr
    assert reelmark("--home", home, "search", "--where", "width").returncode == 2


def test_facts_of_today_are_not_asked_of_a_time(home: Path) -> None:
    done = reelmark("--home", home, "search", "--where", "width>=1920", "--as-of", "2026-01-01", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "search.facts_then"

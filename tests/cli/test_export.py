"""`reelmark export` and `search --efu`, as a pipeline calls them."""

import json
import os
from pathlib import Path

import pytest

from tests.unprivileged import document, reelmark


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A catalogue of one drive with three files, one of them gone again."""
    card, home = tmp_path / "card", tmp_path / "h"
    card.mkdir()
    for name in ("clip.mp4", "note.txt", "gone.wav"):
        (card / name).write_text(name, encoding="utf-8")
    reelmark("--home", home, "scan", card, "--drive", "Card", "--inventory-only")
    (card / "gone.wav").unlink()
    reelmark("--home", home, "scan", card, "--drive", "Card", "--inventory-only")
    return home


def test_json_lines_of_a_drive_go_to_a_file(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "card.jsonl"
    process = reelmark("--home", home, "export", "jsonl", "--drive", "card", "--out", out, "--json")
    found = document(process)
    assert process.returncode == 0
    assert (found["file"], found["rows"], found["left_out"]) == (str(out), 2, [])
    names = {json.loads(line)["name"] for line in out.read_text(encoding="utf-8").splitlines()}
    assert names == {"clip.mp4", "note.txt"}


def test_what_is_gone_and_only_sound_and_movies_are_asked_for(home: Path) -> None:
    process = reelmark("--home", home, "export", "jsonl", "--include-deleted", "--av-only", "--out", "-")
    rows = [json.loads(line) for line in process.stdout.splitlines()]
    assert {(row["name"], row["deleted"]) for row in rows} == {("clip.mp4", False), ("gone.wav", True)}
    assert process.stderr == b""


def test_without_a_path_it_goes_to_the_exports_folder_and_says_where(home: Path) -> None:
    process = reelmark("--home", home, "export", "efu")
    (made,) = (home / "exports").glob("export_Card_*.efu")
    assert process.stdout.decode().startswith(f"2 files listed in {made} (")
    assert made.read_bytes().startswith(b"Filename,Size,Date Modified")


def test_a_format_drive_or_time_that_is_none_is_refused(home: Path) -> None:
    assert reelmark("--home", home, "export", "xml").returncode == 2
    assert reelmark("--home", home, "export", "csv", "--since", "yesterday").returncode == 2
    assert reelmark("--home", home, "export", "csv", "--drive", "Nobody").returncode == 3
    assert reelmark("--home", home, "export", "csv", "--out", "-", "--json").returncode == 2
    assert not list((home / "exports").iterdir())


def test_hits_of_a_search_become_a_file_list(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "hits.efu"
    assert reelmark("--home", home, "search", "clip", "--efu", out).returncode == 0
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith(f'"{tmp_path}/card/clip.mp4",8,')
    assert len(lines) == 2


def test_pictures_of_a_drive_that_is_away_are_an_error_with_what_to_do(home: Path, tmp_path: Path) -> None:
    assert document(reelmark("--home", home, "pictures", "Card", "--json"))["made"] == 0
    (tmp_path / "card").rename(tmp_path / "away")
    process = reelmark("--home", home, "pictures", "Card", "--json")
    assert process.returncode == 3
    assert document(process)["error"]["code"] == "drive.gone"


def test_a_drive_that_is_named_twice_is_written_once(home: Path) -> None:
    process = reelmark("--home", home, "export", "jsonl", "--drive", "Card", "--drive", "card", "--out", "-")
    assert len(process.stdout.splitlines()) == 2


def test_what_is_no_file_is_not_replaced_by_one(home: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for arguments in (
        ("export", "csv", "--out", pipe),
        ("search", "clip", "--csv", pipe),
        ("report", "overview", "--html", pipe),
    ):
        refused = reelmark("--home", home, *arguments)
        assert (refused.returncode, b"no file that could be replaced" in refused.stderr) == (3, True)
    assert pipe.is_fifo()
    assert list(tmp_path.glob(".*")) == []


def test_a_link_leads_to_the_file_that_is_replaced(home: Path, tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    assert reelmark("--home", home, "export", "csv", "--out", tmp_path / "link.csv").returncode == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert b"clip.mp4" in (tmp_path / "real.csv").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("export", "csv", "--since", "9999-12-31"), 0),
        (("export", "csv", "--since", "0001-01-01"), 0),
        (("report", "all", "--top", "9" * 24), 0),
        (("drives", "show", "Card", "--missing", "--limit", "9" * 24), 0),
        (("copies", "wipe", "CARD", "--verified-within", "1e308"), 2),
        (("copies", "wipe", "CARD", "--verified-within", "nan"), 2),
        (("verify", "--drive", "Card", "--older-than", "-1"), 2),
        (("verify", "--drive", "Card", "--threads", "1000000"), 2),
        (("scan", "CARD", "--threads", "1000000"), 2),
        (("qc", "crawl", "CARD", "--workers", "1000000"), 2),
    ],
)
def test_absurd_numbers_are_no_fault_of_the_program(
    home: Path, tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    given = [str(tmp_path / "card") if word == "CARD" else word for word in arguments]
    ended = reelmark("--home", home, *given)
    assert ended.returncode == code, ended.stderr

"""`reelmark inspect --sink` and `reelmark export parquet`: what was told or recorded is kept as tables too."""

import json
import sys
from pathlib import Path

import duckdb
import pytest

from app.cli.main import main
from tests import media

#: A rule that needs no more than names.
NAMED = "{id: whole, check: name, expect: {regex: '^AGM_'}}"


def count(folder: Path, table: str) -> int:
    return duckdb.sql(f"SELECT count(*) FROM read_parquet('{folder}/{table}/*/*.parquet')").fetchall()[0][0]


def test_inspected_files_are_kept_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [str(media.exr(tmp_path / "a.exr")), str(media.multipart_exr(tmp_path / "b.exr"))]
    facts = tmp_path / "facts"
    for _ in range(2):
        assert main(["inspect", *paths, "--sink", f"parquet:{facts}", "--json"]) == 0
        told = capsys.readouterr()
        assert len(json.loads(told.out)["files"]) == 2
        assert "2 files, 4 parts" in told.err
    assert (count(facts, "files"), count(facts, "parts")) == (2, 4)


def test_a_file_that_cannot_be_used_is_not_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [str(media.exr(tmp_path / "a.exr")), str(tmp_path / "absent.exr")]
    assert main(["inspect", *paths, "--sink", f"parquet:{tmp_path / 'facts'}"]) == 1
    assert "1 file, 1 part" in capsys.readouterr().err
    assert count(tmp_path / "facts", "files") == 1


def test_a_store_that_does_not_exist_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    assert main(["inspect", str(tmp_path / "absent.exr"), "--sink", "oracle"]) == 2


def test_a_package_that_is_absent_is_told_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert main(["inspect", str(media.exr(tmp_path / "a.exr")), "--sink", f"parquet:{tmp_path / 'facts'}"]) == 7
    assert "pip install 'reelmark[parquet]'" in capsys.readouterr().err


def test_a_database_without_its_variables_is_a_failed_service(tmp_path: Path) -> None:
    assert main(["inspect", str(media.exr(tmp_path / "a.exr")), "--sink", "vast"]) == 5


@pytest.fixture
def home(tmp_path: Path) -> list[str]:
    """The options of a catalogue with one drive: two pictures, a sound and a note."""
    card = tmp_path / "card"
    card.mkdir()
    media.exr(card / "a.1001.exr")
    media.multipart_exr(card / "b.exr")
    media.wav(card / "take.wav")
    (card / "note.txt").write_text("a note")
    options = ["--home", str(tmp_path / "home")]
    assert main([*options, "scan", str(card), "--drive", "Card"]) == 0
    return options


def test_what_a_scan_recorded_is_exported_once_though_the_drive_is_gone(
    home: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "card").rename(tmp_path / "elsewhere")
    facts = tmp_path / "facts"
    for _ in range(2):
        capsys.readouterr()
        assert main([*home, "export", "parquet", "--out", str(facts), "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["rows"]["files"], told["rows"]["parts"]) == (3, 4)
        assert (told["without"], told["left_out"]) == (1, [])
    assert count(facts, "files") == 3
    sql = f"SELECT DISTINCT drive, drive_id IS NULL FROM read_parquet('{facts}/files/*/*.parquet')"
    assert duckdb.sql(sql).fetchall() == [("Card", False)]
    sql = f"SELECT name, lossless, header_hash LIKE 'blake3:%' FROM read_parquet('{facts}/files/*/*.parquet')"
    assert ("b.exr", True, True) in duckdb.sql(sql).fetchall()


def test_some_drives_or_files_alone_are_exported(home: list[str], tmp_path: Path) -> None:
    facts = tmp_path / "facts"
    assert main([*home, "export", "parquet", "--drive", "Card", "--av-only", "--out", str(facts)]) == 0
    assert count(facts, "files") == 1
    assert main([*home, "export", "parquet", "--drive", "Nobody", "--out", str(facts)]) == 3


def test_tables_go_to_a_folder_of_their_own_unless_told_where(home: list[str], tmp_path: Path) -> None:
    assert main([*home, "export", "parquet"]) == 0
    assert count(tmp_path / "home" / "exports" / "facts", "files") == 3
    assert main([*home, "export", "parquet", "--out", "-"]) == 2
    assert main([*home, "export", "vast", "--out", "x"]) == 2
    assert main([*home, "export", "vast"]) == 5


@pytest.mark.parametrize("policy", ["sequence.missing", "name"])
def test_what_a_policy_found_in_a_sequence_is_exported(home: list[str], tmp_path: Path, policy: str) -> None:
    (tmp_path / "card" / "shots").mkdir()
    for frame in (1001, 1002, 1004):
        media.exr(tmp_path / "card" / "shots" / f"sh010.{frame}.exr", frame)
    file = tmp_path / "policy.yaml"
    rule = "{id: whole, check: sequence.missing}" if policy == "sequence.missing" else NAMED
    file.write_text(f'schema: qcpolicy/1\nid: test.seq\nversion: "1"\nrules:\n  - {rule}\n')
    assert main([*home, "scan", str(tmp_path / "card"), "--drive", "Card"]) == 0
    facts = tmp_path / "facts"
    assert main([*home, "check", "--drive", "Card", "--policy", str(file)]) == 1
    assert main([*home, "export", "parquet", "--out", str(facts)]) == 0
    rows = f"SELECT kind, name, frame_count, policy, outcome FROM read_parquet('{facts}/files/*/*.parquet')"
    assert duckdb.sql(f"{rows} WHERE kind = 'sequence'").fetchall() == [
        ("sequence", "sh010.####.exr", 3, "test.seq", "fail")
    ]
    found = f"SELECT rule, outcome FROM read_parquet('{facts}/findings/*/*.parquet') WHERE path LIKE '%sh010.#%'"
    assert duckdb.sql(found).fetchall() == [("whole", "fail")]
    media.exr(tmp_path / "card" / "shots" / "sh010.1003.exr", 1003)
    assert main([*home, "scan", str(tmp_path / "card"), "--drive", "Card"]) == 0
    later = tmp_path / "later"
    assert main([*home, "export", "parquet", "--out", str(later)]) == 0
    found = found.replace(str(facts), str(later))
    assert duckdb.sql(found).fetchall() == [], "what was found before the sequence changed"

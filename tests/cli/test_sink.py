"""`reelmark inspect --sink`: what was told is kept as tables too."""

import json
import sys
from pathlib import Path

import duckdb
import pytest

from app.cli.main import main
from tests import media


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

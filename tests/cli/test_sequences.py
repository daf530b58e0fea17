"""`reelmark sequences` on real folders: the JSON of every row of the acceptance table, and what a person reads."""

import base64
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import main


@pytest.fixture
def reach(tmp_path: Path) -> Iterator[Path]:
    """A folder that every user may look into, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="reelmark-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def make(folder: Path, *names: str) -> Path:
    """A folder with these files, ten bytes each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"0123456789")
    return folder


class Cli:
    """Runs the command and reads its JSON."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.capsys = home, capsys

    def text(self, *arguments: str, code: int = 0) -> str:
        self.capsys.readouterr()
        assert main(["--home", str(self.home), *arguments]) == code
        return self.capsys.readouterr().out

    def json(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        return json.loads(self.text(*arguments, "--json", code=code))


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(tmp_path / "home", capsys)


def test_one_sequence_as_json(cli: Cli, tmp_path: Path) -> None:
    folder = make(tmp_path / "plates", "sh010.1001.exr", "sh010.1002.exr", "sh010.1004.exr", "note.txt")
    assert cli.json("sequences", str(folder)) == {
        "sequences": [
            {
                "directory": folder.as_posix(),
                "base": "sh010",
                "ext": "exr",
                "pad": 4,
                "first": "sh010.1001.exr",
                "last": "sh010.1004.exr",
                "frame_min": 1001,
                "frame_max": 1004,
                "frame_count": 3,
                "missing_count": 1,
                "missing": "1003",
                "ranges": "1001-1002,1004",
                "gap_count": 1,
                "bytes": 30,
                "pattern": "sh010.1001-1002,1004#.exr",
                "udim": False,
                "findings": [],
            }
        ],
        "singles": [{"directory": folder.as_posix(), "name": "note.txt", "category": "document", "bytes": 10}],
        "failed": [],
    }


@pytest.mark.parametrize(
    ("names", "wanted", "singles"),
    [
        (["a.9998.exr", "a.9999.exr", "a.10000.exr", "a.10001.exr"], ["a.9998-10001#.exr"], []),
        (["a.-0002.exr", "a.-0001.exr", "a.0000.exr", "a.0001.exr"], ["a.-2-1#.exr"], []),
        (["a.001.exr", "a.0001.exr", "a.002.exr", "a.0002.exr"], ["a.1-2@@@.exr", "a.1-2#.exr"], []),
        (["t.1001.tx", "t.1002.tx", "t.1011.tx"], ["t.1001-1002,1011#.tx"], []),
        (["sh_v001.mov", "sh_v002.mov"], [], ["sh_v001.mov", "sh_v002.mov"]),
        (["sh010_0001.exr", "sh010_0002.exr", "sh020_0001.exr"], ["sh010_1-2#.exr"], ["sh020_0001.exr"]),
        (["a.1001.25.exr", "a.1001.50.exr", "a.1001.75.exr"], ["a.1001.25,1001.50,1001.75#.@@.exr"], []),
        (["2024_10_01.0001.dpx", "2024_10_01.0002.dpx"], ["2024_10_01.1-2#.dpx"], []),
        (["name 0001.exr", "name 0002.exr"], ["name 1-2#.exr"], []),
        (["alone.0001.exr"], [], ["alone.0001.exr"]),
    ],
)
def test_the_acceptance_table(
    cli: Cli, tmp_path: Path, names: list[str], wanted: list[str], singles: list[str]
) -> None:
    found = cli.json("sequences", str(make(tmp_path / "d", *names)))
    assert [sequence["pattern"] for sequence in found["sequences"]] == wanted
    assert [single["name"] for single in found["singles"]] == singles


def test_duplicates_are_findings_one_a_frame(cli: Cli, tmp_path: Path) -> None:
    found = cli.json("sequences", str(make(tmp_path / "d", "a.001.exr", "a.0001.exr", "a.002.exr", "a.0002.exr")))
    wanted = [{"rule": "duplicate_frame", "frame": 1}, {"rule": "duplicate_frame", "frame": 2}]
    assert [sequence["findings"] for sequence in found["sequences"]] == [wanted, wanted]


def test_sub_frames_are_numbers(cli: Cli, tmp_path: Path) -> None:
    (found,) = cli.json("sequences", str(make(tmp_path / "d", "a.1001.25.exr", "a.1001.75.exr")))["sequences"]
    assert (found["frame_min"], found["frame_max"], found["missing_count"]) == (1001.25, 1001.75, 0)


def test_tiles_miss_nothing(cli: Cli, tmp_path: Path) -> None:
    folder = make(tmp_path / "d", "wood.1001.tx", "wood.1011.tx")
    (found,) = cli.json("sequences", str(folder), "--udim")["sequences"]
    assert (found["pattern"], found["ranges"], found["missing"], found["udim"]) == (
        "wood.<UDIM>.tx",
        "1001,1011",
        "",
        True,
    )
    assert "wood.<UDIM>.tx" in cli.text("sequences", str(folder), "--udim")


def test_folders_below_are_looked_through_links_are_not(cli: Cli, tmp_path: Path) -> None:
    top = tmp_path / "top"
    make(top / "b" / "c", "x.1.exr", "x.2.exr")
    make(top / "a", "y.1.exr", "y.2.exr", "y.####.exr.qc.json")
    (top / "a" / "loop").symlink_to(top)
    (top / "a" / "y.3.exr").symlink_to(top / "a" / "y.1.exr")
    found = cli.json("sequences", str(top))
    assert [(Path(s["directory"]).name, s["ranges"]) for s in found["sequences"]] == [("a", "1-2"), ("c", "1-2")]
    assert found["singles"] == []


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux alone")
def test_names_that_are_no_text_can_be_told_from_the_json(cli: Cli, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/d\xfe"
    os.mkdir(folder)  # noqa: PTH102 - a name that is no text
    for name in (b"\xff\n.1.exr", b"\xff\n.2.exr", b"\xff.mov"):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(b"")
    found = cli.json("sequences", str(tmp_path))
    (sequence,), (single,) = found["sequences"], found["singles"]
    assert sequence["first"] == "\ufffd\n.1.exr"
    assert base64.b64decode(sequence["raw_name"]) == b"\xff\n.1-2@.exr"
    assert base64.b64decode(sequence["raw_directory"]) == folder
    assert base64.b64decode(single["raw_name"]) == b"\xff.mov"


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_an_unreadable_folder_is_listed_and_the_rest_goes_on(cli: Cli, reach: Path) -> None:
    make(reach / "open", "a.1.exr", "a.2.exr")
    make(reach / "shut", "b.1.exr", "b.2.exr").chmod(0)
    cli.home = reach / "home"
    cli.home.mkdir()
    cli.home.chmod(0o777)
    root = os.geteuid() == 0
    if root:
        cli.json("sequences", str(reach / "open"))  # what is imported lazily may lie where nobody else reads
        os.seteuid(65534)
    try:
        found = cli.json("sequences", str(reach))
    finally:
        if root:
            os.seteuid(0)
        (reach / "shut").chmod(0o755)
    assert [sequence["base"] for sequence in found["sequences"]] == ["a"]
    (failed,) = found["failed"]
    assert failed["path"] == (reach / "shut").as_posix()
    assert "Permission denied" in failed["reason"]


def test_what_cannot_be_listed_is_an_error(cli: Cli, tmp_path: Path) -> None:
    file = make(tmp_path / "d", "a.1.exr") / "a.1.exr"
    for path in (file, tmp_path / "nowhere"):
        error = cli.json("sequences", str(path), code=3)["error"]
        assert str(path) in error["message"]
    assert cli.json("sequences", str(tmp_path), "--min-sequence", "1", code=2)["error"]["code"] == "request.invalid"


def test_more_frames_can_be_asked_for(cli: Cli, tmp_path: Path) -> None:
    found = cli.json("sequences", str(make(tmp_path / "d", "a.1.exr", "a.2.exr")), "--min-sequence", "3")
    assert found["sequences"] == []
    assert len(found["singles"]) == 2


def test_the_table_names_sequences_and_missing_frames(cli: Cli, tmp_path: Path) -> None:
    make(tmp_path / "top" / "plates", "sh010.1001.exr", "sh010.1003.exr", "note.txt")
    text = cli.text("sequences", str(tmp_path / "top"))
    assert "plates/sh010.####.exr" in text
    assert "1002" in text
    assert "1 file sequence, 1 single file" in text


def test_a_sample_sequence_is_found_as_it_was_made(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "fake" / "shot_A"
    arguments = ("--start", "87460", "--frames", "117", "--pad", "6", "--ext", "tif", "--holes", "23", "--ranges", "10")
    made = cli.json("sample-sequence", "--out", str(out), *arguments, "--bytes", "7")
    (found,) = cli.json("sequences", str(tmp_path / "fake"))["sequences"]
    assert found["missing"] == made["missing"]
    assert (found["frame_count"], found["missing_count"], found["gap_count"], found["bytes"]) == (117, 23, 9, 819)
    assert [Path(made["files"][0]).name, Path(made["files"][-1]).name] == [found["first"], found["last"]]
    again = cli.json("sample-sequence", "--out", str(out), *arguments, code=3)
    assert again["error"]["code"] == "output.exists"
    assert found["first"] in again["error"]["message"]


def test_a_sample_sequence_for_a_person(cli: Cli, tmp_path: Path) -> None:
    text = cli.text("sample-sequence", "--out", str(tmp_path / "a"), "--frames", "3", "--holes", "1")
    assert "3 files" in text
    assert "missing: 3" in text


def test_the_folder_above_is_told_by_its_own_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(tmp_path / "a", "q.1001.exr", "q.1002.exr")
    (tmp_path / "a" / "below").mkdir()
    found = json.loads(Cli(tmp_path / "home", capsys).text("sequences", f"{tmp_path}/a/below/..", "--json"))
    assert [one["directory"] for one in found["sequences"]] == [(tmp_path / "a").resolve().as_posix()]

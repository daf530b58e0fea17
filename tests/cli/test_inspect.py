"""`reelmark inspect`: documents for programs, words for people, exit codes to rely on."""

import json
import os
import re
import signal
import stat
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.main import main
from tests import media
from tests.unprivileged import REPOSITORY, reelmark


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def inspect(home: Path, *arguments: str | Path) -> int:
    return main(["--home", str(home), "inspect", *map(str, arguments)])


def test_one_file_gives_its_document(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = media.exr(tmp_path / "sh010.1001.exr")
    assert inspect(home, path, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["lossless"], document["kind"], document["file"]["path"]) == (True, "image", path.as_posix())
    assert not (home / "catalog.db").exists()


def test_several_files_keep_their_order_and_tell_which_cannot_be_used(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [media.raw_exr(tmp_path / f"a.{number}.exr") for number in range(70)]
    paths[40].write_bytes(b"v/1\1nothing more")
    paths[66].unlink()
    assert inspect(home, *paths, tmp_path, "--json") == 1
    files = json.loads(capsys.readouterr().out)["files"]
    assert [file["file"]["name"] for file in files] == [path.name for path in (*paths, tmp_path)]
    unusable = [file["errors"][0]["code"] for file in files if file["kind"] is None]
    assert unusable == ["media.damaged", "media.absent", "input.is_folder"]


def test_the_only_file_that_cannot_be_used_is_an_error(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert inspect(home, tmp_path / "absent.exr", "--json") == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "media.absent"
    assert inspect(home, tmp_path) == 3
    said = capsys.readouterr().err
    assert "is a folder" in said
    assert "reelmark sequences" in said


def test_a_file_on_the_shelf_of_which_no_facts_were_read_says_so(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = tmp_path / "card"
    card.mkdir()
    path = media.raw_exr(card / "a.exr")
    assert main(["--home", str(home), "scan", str(card), "--drive", "A001", "--inventory-only"]) == 0
    card.rename(tmp_path / "shelf")
    capsys.readouterr()
    assert inspect(home, path) == 3
    said = capsys.readouterr().err
    assert "A001 is not connected, and what it has recorded of this file cannot be used" in said
    assert "Connect the drive and scan it again." in said
    assert inspect(home, path, card / "absent.exr", "--json") == 1
    codes = [file["errors"][0]["code"] for file in json.loads(capsys.readouterr().out)["files"]]
    assert codes == ["facts.not_recorded", "media.absent"]


def test_a_frame_on_the_shelf_that_was_not_read_names_those_that_were(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = tmp_path / "card"
    card.mkdir()
    paths = [media.raw_exr(card / f"a.{number:04}.exr") for number in range(1, 6)]
    assert main(["--home", str(home), "scan", str(card), "--drive", "A001"]) == 0
    card.rename(tmp_path / "shelf")
    capsys.readouterr()
    assert inspect(home, paths[0]) == 0
    for question in (["inspect"], ["similar"]):
        assert main(["--home", str(home), *question, str(paths[1])]) == 3
        assert "first, middle and last frame" in capsys.readouterr().err


def test_a_policy_with_variables_is_given_their_values(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(
        'schema: qcpolicy/1\nid: p\nversion: "1"\nvars: {form: null}\n'
        "rules: [{id: r, select: 'file.format', expect: {eq: '{form}'}}]\n"
    )
    path = media.raw_exr(tmp_path / "a.exr")
    assert inspect(home, path, "--policy", file) == 2
    assert "--var form=VALUE" in capsys.readouterr().err
    assert inspect(home, path, "--policy", file, "--var", "form=openexr") == 0
    assert inspect(home, path, "--policy", file, "--var", "form=png") == 1
    assert inspect(home, path, "--var", "form=png") == 2
    assert "--policy" in capsys.readouterr().err


def test_damage_that_leaves_something_to_tell_is_no_failure(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert inspect(home, media.truncated(tmp_path / "a.exr", media.exr)) == 0
    assert "! the file is cut off" in capsys.readouterr().out


def test_a_person_reads_parts_windows_layers_and_attributes(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = struct.pack("<II", 0x10111213, 0)
    blob = (b"blob", b"vendorBlob", b"abc")
    path = media.raw_exr(tmp_path / "a.0007.exr", (b"timeCode", b"timecode", code), blob, size=(20, 10))
    assert inspect(home, path, media.multipart_exr(tmp_path / "b.exr"), media.exr(tmp_path / "c.exr", overscan=8)) == 0
    out = " ".join(capsys.readouterr().out.split())
    for words in (
        "OpenEXR,", "frame 7", "size 20 x 10", "window (0, 0) - (19, 9)", "scan lines, uncompressed, 10 chunks",
        "timeCode 10:11:12:13", "blob vendorBlob, 3 bytes", "3 parts", "part 2 matte", "matte: ball, rest half",
        "RGBA half", "data window (-8, -8) - (71, 43) display window (0, 0) - (63, 35)",
    ):  # fmt: skip
        assert words in out, words


def test_a_name_that_looks_like_a_pattern_or_an_option_is_just_a_name(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.####.exr", "a%04d.exr", "--stats.exr"):
        media.raw_exr(Path(name))
        assert inspect(home, "--json", "--", name) == 0
        assert json.loads(capsys.readouterr().out)["file"]["name"] == name


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text")
def test_a_name_that_is_no_text_has_its_bytes_beside_it(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.exr")
    media.raw_exr(path)
    assert inspect(home, path, path, "--json") == 0
    file = json.loads(capsys.readouterr().out)["files"][1]["file"]
    assert (file["name"], file["raw_name"]) == ("caf\ufffd.exr", "Y2Fm6S5leHI=")


@pytest.mark.skipif(sys.platform != "linux", reason="drops rights as Linux does")
def test_a_home_that_cannot_be_written_is_no_hindrance(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(stat.S_IRUSR | stat.S_IXUSR)
    path = media.raw_exr(tmp_path / "a.exr")
    done = reelmark("--home", home, "inspect", path, "--json", obey_permissions=True)
    assert (done.returncode, json.loads(done.stdout)["lossless"]) == (0, True)
    assert list(home.iterdir()) == []


def started(home: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """The program as a process whose output we read at our leisure."""
    command = [sys.executable, "-m", "app", "--home", str(home), "inspect", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=REPOSITORY)


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_what_stops_it_stands_behind_the_list(home: Path, tmp_path: Path) -> None:
    path = media.raw_exr(tmp_path / "a.exr", (b"note", b"string", b"x" * 100_000))
    with started(home, "--json", *[str(path)] * 500) as process:
        assert process.stdout is not None
        first = process.stdout.readline() + process.stdout.readline()
        process.send_signal(signal.SIGINT)
        told = json.loads(first + process.stdout.read())
    assert process.returncode == 130
    assert told["error"]["code"] == "job.cancelled"
    assert 0 < len(told["files"]) < 500


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much memory it takes")
def test_many_documents_are_not_held(home: Path, tmp_path: Path) -> None:
    notes = [(b"note%d" % number, b"string", b"x" * 100_000) for number in range(4)]
    path = media.raw_exr(tmp_path / "a.exr", *notes)
    with started(home, "--json", *[str(path)] * 500) as process:
        assert process.stdout is not None
        size = sum(len(process.stdout.readline()) for _ in range(499))
        status = Path(f"/proc/{process.pid}/status").read_text()
        size += len(process.stdout.read())
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
    assert int(peak) >> 10 < 150 < size >> 20

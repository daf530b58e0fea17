"""What a person reads of a file sequence."""

import json
import struct
from pathlib import Path

import pytest

from app.cli.main import main
from tests.app_media.exrmaking import chunk_places, patched, planes, write
from tests.inspection.framekit import frames, rate, string, timecode


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """Frames 1001-1012 without 1003, with a fault each in some."""

    def attributes(number: int) -> list[tuple[bytes, bytes, bytes]]:
        code = timecode(f"01:00:00:{number - 1001 + 5 * (number == 1009):02}")
        return [string(b"owner", b"Weta" if number == 1007 else b"ILM"), rate(24), code]

    folder = frames(tmp_path / "plates", [n for n in range(1001, 1013) if n != 1003], attributes)
    (folder / "sh.1005.exr").write_bytes(b"")
    whole = (folder / "sh.1011.exr").read_bytes()
    (folder / "sh.1011.exr").write_bytes(whole[:-4])
    return folder


def output(capsys: pytest.CaptureFixture[str], home: Path, *arguments: object, code: int = 0) -> str:
    capsys.readouterr()
    assert main(["--home", str(home), "inspect", *map(str, arguments)]) == code
    return capsys.readouterr().out


def test_each_fault_is_a_line(planted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = output(capsys, tmp_path / "home", planted / "sh.####.exr", "--range", "1001-1014").splitlines()
    assert lines[0].startswith(f"{planted.as_posix()}/sh.####.exr")
    assert lines[1].strip() == "frames 1001-1002,1004-1012  11 files, expected 1001-1014"
    told = [line.strip() for line in lines]
    assert "! missing inside: 1003" in told
    assert "! missing at the tail: 1013-1014" in told
    assert "! empty files: 1005" in told
    assert any(line.startswith("! not whole: 1011: the file is cut off") for line in told)
    assert '! header: 1007: owner is "Weta", in most frames "ILM"' in told
    assert "! time code: 1009 has 01:00:00:13, after the frame before it 01:00:00:08" in told
    assert "time code 01:00:00:00 to 01:00:00:11 at 24" in told


def test_a_compression_without_a_name_is_told_by_its_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frames(tmp_path, range(1, 6))
    path, attribute = tmp_path / "sh.0003.exr", b"compression\0compression\0\1\0\0\0"
    before, found, after = path.read_bytes().partition(attribute)
    path.write_bytes(before + found + b"\xc8" + after[1:])
    told = output(capsys, tmp_path / "home", tmp_path / "sh.####.exr")
    assert "! header: 3: compression is number 200, in most frames none" in told


def test_a_sound_sequence_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frames(tmp_path, range(1, 4))
    text = output(capsys, tmp_path / "home", tmp_path / "sh.####.exr", "--stats")
    assert "the same picture as the frame before: 2-3" in text
    text = output(capsys, tmp_path / "home", tmp_path / "sh.####.exr")
    assert text.splitlines()[-1].strip() == "nothing missing, nothing cut off, one header throughout"


def test_what_varies_and_what_was_not_decoded_is_not_said_to_be_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frames(tmp_path, range(1, 5), lambda number: [string(b"owner", b"%d" % number)])
    for number in range(1, 5):
        path = tmp_path / f"sh.{number:04}.exr"
        path.write_bytes(path.read_bytes()[:-2] + struct.pack("<e", number))
    lines = output(capsys, tmp_path / "home", tmp_path / "sh.####.exr").splitlines()
    assert lines[-2].strip() == "varies by frame: owner"
    assert lines[-1].strip() == "nothing missing, nothing cut off, headers alike in all else"
    text = output(capsys, tmp_path / "home", tmp_path / "sh.####.exr", "--stats")
    assert text.splitlines()[-1].strip() == "nothing missing, nothing damaged, headers alike in all else"


def test_frames_with_nan_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frames(tmp_path, range(1, 4))
    path = tmp_path / "sh.0002.exr"
    path.write_bytes(path.read_bytes()[:-2] + struct.pack("<e", float("nan")))
    assert "! NaN: 2 in Y" in output(capsys, tmp_path / "home", tmp_path / "sh.####.exr", "--stats")


def test_pixels_of_all_frames_are_a_line_for_each_channel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frames(tmp_path, range(1, 4))
    path = tmp_path / "sh.0002.exr"
    path.write_bytes(path.read_bytes()[:-2] + struct.pack("<e", -2.0))
    lines = output(capsys, tmp_path / "home", tmp_path / "sh.####.exr", "--stats").splitlines()
    head = next(place for place, line in enumerate(lines) if line.startswith("channel"))
    assert lines[head - 1] == "  pixels of part 0 in frames 1-3"
    assert lines[head].split() == ["channel", "min", "max", "mean", "stddev", "NaN", "Inf", "negative", "zero"]
    assert lines[head + 2].split()[:2] == ["Y", "-2.0"]
    assert lines[head + 3] == "  negative: 2 in Y"


def test_damage_names_its_frame_and_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, start in ((1, 0), (2, 1), (3, 2), (4, 1)):
        path = write(tmp_path / f"sh.{number:04}.exr", planes("half"), "zip")
        if start:
            _, begin, end = chunk_places(path)[start]
            patched(path, begin, bytes(end - begin))
    said = output(capsys, tmp_path / "home", tmp_path / "sh.####.exr", "--stats")
    assert "! frames 2,4: rows 16-31: the chunk cannot be decoded" in said
    assert "! frame 3: rows 32-47: the chunk cannot be decoded" in said


def test_sequences_and_files_together_as_json(
    planted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = (planted / "sh.####.exr", planted / "none.####.exr", planted / "sh.1001.exr", "--json")
    files = json.loads(output(capsys, tmp_path / "home", *asked, code=1))["files"]
    assert [document["kind"] for document in files] == ["sequence", None, "image"]
    assert files[0]["sequence"]["missing"] == "1003"
    assert files[1]["errors"][0]["code"] == "sequence.absent"


def test_a_range_that_is_none_is_a_wrong_use(planted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output(capsys, tmp_path / "home", planted / "sh.####.exr", "--range", "1009-1001", code=2)

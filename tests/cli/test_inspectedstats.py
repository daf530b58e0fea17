"""`reelmark inspect --stats` beside `oiiotool --stats`, each run on the same files as a person runs them."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import OpenEXR
import OpenImageIO
import pytest

from app.cli.edge import run_command_line
from tests import media
from tests.app_media import exrmaking, test_deepstats
from tests.app_media.exrmaking import planes, write

OIIOTOOL = Path(OpenImageIO.__file__).parent / "bin" / "oiiotool"
FIELDS = {"Min": "min", "Max": "max", "Avg": "mean", "StdDev": "stddev"}
COUNTS = {"NanCount": "nan_count", "InfCount": "inf_count", "FiniteCount": "finite_count"}


def scan_lines(kind: str) -> Callable[[Path], Path]:
    return lambda path: write(path, planes(kind, special=True), "piz")


def tiled(path: Path) -> Path:
    return write(path, planes("float", special=True), "zip", tile=16)


def mipmap(path: Path) -> Path:
    spec = OpenImageIO.ImageSpec(90, 50, 3, OpenImageIO.HALF)
    buffer = OpenImageIO.ImageBuf(spec)
    OpenImageIO.ImageBufAlgo.noise(buffer, "gaussian", 0.5, 0.2, False, 5)
    config = OpenImageIO.ImageSpec()
    config.attribute("maketx:fileformatname", "openexr")
    assert OpenImageIO.ImageBufAlgo.make_texture(OpenImageIO.MakeTxTexture, buffer, str(path), config)
    return path


def parts(path: Path) -> Path:
    packed = {"half": "dwaa", "float": "zip"}
    OpenEXR.File([
        OpenEXR.Part({"compression": exrmaking.compression(word), "type": OpenEXR.scanlineimage, "name": kind},
                     planes(kind))
        for kind, word in packed.items()
    ]).write(str(path))  # fmt: skip
    return path


def told_by_oiiotool(path: Path) -> list[dict[str, list[float]]]:
    """The figures of each part, in the library's order of channels."""
    out = subprocess.run([OIIOTOOL, "-a", "--stats", path], check=True, capture_output=True, text=True).stdout
    found: list[dict[str, list[float]]] = []
    out = re.sub(r"(?s)MIP [1-9].*", "", out)
    for name, values in re.findall(r"Stats (\w+): ([-0-9. ]+)", out):
        if name == "Min":
            found.append({})
        found[-1][name] = [float(value) for value in values.split()]
    return found


def in_the_order_of(path: Path, part: dict[str, Any]) -> list[dict[str, Any]]:
    names = OpenImageIO.ImageBuf(str(path), part["index"], 0).spec().channelnames
    return [next(channel for channel in part["channels"] if channel["name"] == name) for name in names]


@pytest.mark.parametrize(
    "make",
    [scan_lines("half"), scan_lines("float"), tiled, mipmap, parts, test_deepstats.deep],
    ids=["half", "float", "tiles", "mipmap", "parts", "deep"],
)
def test_the_same_figures(make: Callable[[Path], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = make(tmp_path / "a.exr")
    assert run_command_line(["inspect", "--stats", "--json", str(path)]) == 0
    ours = json.loads(capsys.readouterr().out)["stats"]["parts"]
    theirs = told_by_oiiotool(path)
    assert len(ours) == len(theirs)
    for part, figures in zip(ours, theirs, strict=True):
        channels = in_the_order_of(path, part)
        for word, key in (FIELDS | COUNTS).items():
            told = [channel[key] for channel in channels]
            assert told == pytest.approx(figures[word], rel=1e-5, abs=1e-6), word  # six digits are printed


def test_statistics_as_a_person_reads_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_command_line(["inspect", "--stats", str(media.dpx(tmp_path / "a.dpx"))])
    lines = capsys.readouterr().out.splitlines()
    head = next(index for index, line in enumerate(lines) if line.startswith("channel"))
    assert lines[head - 1] == "  pixels of part 0  rows 0-35  0-1 stands for 0-1023"
    assert [line.split()[0] for line in lines[head + 2 : head + 5]] == ["R", "G", "B"]


def test_damage_and_what_is_not_supported_are_different_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "a.exr", planes("half"), "zip")
    _, start, end = exrmaking.chunk_places(path)[2]
    run_command_line(["inspect", "--stats", str(exrmaking.patched(path, start, bytes(end - start)))])
    said = capsys.readouterr().out
    assert "rows 0-31,48-99" in said
    assert "! rows 32-47: the chunk cannot be decoded" in said
    made = planes("half", 64, 50)
    exrmaking.write_subsampled(path, {"Y": made["R"], "RY": made["G"][:25, :32]}, "piz")
    run_command_line(["inspect", "--stats", str(path)])
    said = capsys.readouterr().out
    assert "! pixels not supported: sub-sampled channels in the compression piz" in said
    assert "damaged" not in said


def test_deep_samples_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_command_line(["inspect", "--deep-stats", str(test_deepstats.deep(tmp_path / "a.exr"))])
    said = capsys.readouterr().out
    assert "deep samples in 600 pixels: 0 to 4, 1.93 on average; 124 without any" in said
    assert "pixels out of order: 0, with overlaps: 0 (the header says nothing of it)" in said

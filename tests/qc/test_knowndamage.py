"""What was found broken once is not passed by a check that looks at less."""

import os
import struct
from pathlib import Path
from typing import Any

import pytest

from app.inspection.inspect import InspectRequest
from app.inspection.records import record_of
from app.jobs.job import CancelToken, Job
from app.operations import run
from app.qc.checking import CheckRequest, CheckResult
from app.scanning.request import ScanRequest
from tests import movies
from tests.app_media import exrmaking as exr
from tests.ui.enginekit import make_engine

_HEAD = 'schema: qcpolicy/1\nid: {0}\nversion: "1"\nrules:\n'
_SHALLOW = _HEAD.format("shallow") + "  - {id: readable, check: files.readable}\n"
_DEEP = _HEAD.format("deep") + "  - {id: decoded, check: video.decode}\n"


class Bench:
    """A drive with a movie that announces 17 frames and has 12, and two policies."""

    def __init__(self, folder: Path) -> None:
        self.base = folder / "drive"
        self.movie = self.base / "day/a.avi"
        self.movie.parent.mkdir(parents=True)
        whole = bytearray(movies.movie(self.movie, 12, codec="mjpeg").read_bytes())
        struct.pack_into("<I", whole, whole.index(b"strh") + 40, 17)
        self.movie.write_bytes(whole)
        self.engine = make_engine(folder / "home")
        for name, text in (("shallow", _SHALLOW), ("deep", _DEEP)):
            (folder / f"{name}.yaml").write_text(text)
        self._folder = folder
        run(self.engine, "scan", ScanRequest((str(self.base),), drive="D"), Job())

    def check(self, policy: str, *paths: str) -> CheckResult:
        """What a policy says of the drive, or of paths."""
        drives = () if paths else ("D",)
        request = CheckRequest(paths, str(self._folder / f"{policy}.yaml"), drives)
        found: CheckResult = run(self.engine, "check", request, Job())
        return found


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_damage_that_was_found_is_told_until_the_file_changes(bench: Bench, tmp_path: Path) -> None:
    assert bench.check("shallow").outcome.value == "pass"
    bench.check("deep")
    link = tmp_path / "link"
    link.symlink_to(bench.base, target_is_directory=True)
    for paths in ((), (str(bench.movie),), (str(bench.base),), (str(link / "day"),)):
        [finding] = bench.check("shallow", *paths).findings
        words = "17 frames are announced and 12 can be decoded, as was found when it was measured"
        assert (finding.outcome.value, finding.observed) == ("fail", words)
        assert finding.evidence.startswith("recorded 2")
    bench.base.rename(tmp_path / "away")
    [finding] = bench.check("shallow").findings
    assert (finding.observed, finding.evidence) == ("17 frames are announced and 12 can be decoded", "")
    (tmp_path / "away").rename(bench.base)
    os.utime(bench.movie, ns=(0, 1_700_000_000_000_000_000))
    assert bench.check("shallow").outcome.value == "pass"


class Still:
    """A drive with a picture of which a chunk in the middle cannot be decoded, and a sequence of such pictures."""

    def __init__(self, folder: Path, name: str) -> None:
        self.base = folder / "drive"
        self.base.mkdir()
        self.path = self.base / name
        names = [name.replace("####", f"{frame}") for frame in (1001, 1002, 1003)] if "#" in name else [name]
        for number, one in enumerate(names):
            exr.write(self.base / one, exr.planes("half", 64, 128), "zip")
            if not number:
                start, samples, end = exr.chunk_places(self.base / one)[3]
                exr.patched(self.base / one, samples, bytes(end - samples))
        self.engine = make_engine(folder / "home")
        self.scan()

    def scan(self, mode: str = "delta") -> None:
        run(self.engine, "scan", ScanRequest((str(self.base),), drive="D", mode=mode), Job())

    def measure(self, sample: int = 1) -> None:
        request = InspectRequest((str(self.path),), stats=True, sample=sample, keep=True)
        run(self.engine, "inspect", request, Job())

    def recorded(self) -> dict[str, Any]:
        """What is recorded of the picture or the sequence."""
        found = record_of(self.engine, str(self.path), CancelToken())
        assert found is not None
        assert found.document is not None
        return found.document

    @property
    def damage(self) -> list[str]:
        """What is recorded of it as wrong."""
        return [str(error["code"]) for error in self.recorded()["errors"]]


@pytest.mark.parametrize("name", ["a.exr", "a.####.exr"])
def test_a_look_at_some_rows_forgets_nothing_of_one_at_all(tmp_path: Path, name: str) -> None:
    still = Still(tmp_path, name)
    still.measure(sample=5)
    assert still.damage == []
    still.measure()
    assert still.damage == ["pixels.damaged"]
    still.measure(sample=5)
    assert still.damage == ["pixels.damaged"]
    assert still.recorded()["stats"]["parts"][0]["sample"] == 1


def test_a_full_scan_forgets_what_was_measured_of_changed_bytes_alone(tmp_path: Path) -> None:
    still = Still(tmp_path, "a.exr")
    still.measure()
    still.scan("full")
    assert still.damage == ["pixels.damaged"]
    assert still.recorded()["stats"]
    stat = still.path.stat()
    exr.patched(still.path, stat.st_size - 3, b"abc")
    os.utime(still.path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    still.scan("full")
    assert (still.damage, still.recorded()["stats"]) == ([], None)


def test_a_full_scan_keeps_what_was_measured_of_a_movie(bench: Bench) -> None:
    bench.check("deep")
    run(bench.engine, "scan", ScanRequest((str(bench.base),), drive="D", mode="full"), Job())
    assert bench.check("shallow").outcome.value == "fail"


def test_a_frame_that_a_full_scan_finds_with_other_bytes_is_a_change_of_its_sequence(tmp_path: Path) -> None:
    still = Still(tmp_path, "a.####.exr")
    still.measure()
    frame = still.base / "a.1002.exr"
    stat = frame.stat()
    exr.patched(frame, stat.st_size - 3, b"abc")
    os.utime(frame, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    still.scan("full")
    found = record_of(still.engine, str(still.path), CancelToken())
    assert found is None


def test_a_frame_that_a_scan_found_cut_off_fails_on_the_shelf_beside_frames_that_were_not_measured(
    tmp_path: Path,
) -> None:
    still = Still(tmp_path, "a.####.exr")
    frame = still.base / "a.1002.exr"
    frame.write_bytes(frame.read_bytes()[:-40])
    still.scan()
    (tmp_path / "p.yaml").write_text(_HEAD.format("p") + "  - {id: whole, check: pixels.damaged}\n")
    still.base.rename(tmp_path / "away")
    found: CheckResult = run(still.engine, "check", CheckRequest((), str(tmp_path / "p.yaml"), ("D",)), Job())
    assert found.outcome.value == "fail"
    assert {(one.outcome.value, one.frames) for one in found.findings} == {("fail", "1002"), ("error", "1001,1003")}

"""What was found broken once is not passed by a check that looks at less."""

import os
import struct
from pathlib import Path

import pytest

from app.jobs.job import Job
from app.operations import run
from app.qc.checking import CheckRequest, CheckResult
from app.scanning.request import ScanRequest
from tests import movies
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

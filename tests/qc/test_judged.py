"""What policies said of a path: wherever it is named from, and whether anything can be kept of it."""

from pathlib import Path

from app.jobs.job import CancelToken, Job
from app.operations import run
from app.qc.checking import CheckRequest
from app.qc.judged import judged_at
from app.scanning.request import ScanRequest
from tests import media
from tests.ui.enginekit import make_engine

POLICY = """\
schema: qcpolicy/1
id: test.whole
version: "1.0.0"
title: Nothing is missing
rules:
  - id: seq.complete
    check: sequence.missing
    expect: {max: 0}
"""


def test_what_a_policy_said_is_found_by_the_path_also_behind_a_link(tmp_path: Path) -> None:
    plates = tmp_path / "plates"
    plates.mkdir()
    for number in (1001, 1002):
        media.exr(plates / f"sh010.{number}.exr", number)
    policy = tmp_path / "whole.yaml"
    policy.write_text(POLICY, encoding="utf-8")
    engine = make_engine(tmp_path / "home")
    run(engine, "scan", ScanRequest((str(plates),), drive="Plates"), Job())
    run(engine, "check", CheckRequest((), str(policy), drives=("Plates",)), Job())
    link = tmp_path / "link"
    link.symlink_to(plates)
    for folder in (plates, link):
        found = judged_at(engine, str(folder / "sh010.####.exr"), CancelToken())
        assert found.drive is not None
        assert (found.drive.label, found.catalogued) == ("Plates", True)
        assert found.path == str(plates / "sh010.####.exr")
        assert [one["outcome"] for one in found.findings] == ["pass"]
    late = judged_at(engine, str(plates / "late.exr"), CancelToken())
    assert (late.drive is not None, late.catalogued, late.findings) == (True, False, ())
    assert judged_at(engine, str(tmp_path / "elsewhere.exr"), CancelToken()).drive is None
    engine.close()

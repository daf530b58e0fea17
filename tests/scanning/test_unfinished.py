"""Scans that did not come to their end: they are known, and going on with one is one call."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import Cancelled
from app.jobs.events import JobEvent, Stage, StageStarted
from app.jobs.job import CancelToken, Job
from app.operations import run
from app.scanning.request import ScanRequest
from app.scanning.resume import unfinished_scans
from tests.scanning.conftest import Studio

ROOT = Path(__file__).resolve().parents[2]


def unfinished(studio: Studio) -> list[tuple[int, bool, ScanRequest]]:
    drives = studio.engine.catalog.drives()
    found = unfinished_scans(studio.engine, drives, CancelToken())
    return [(scan.files, scan.stopped, scan.request) for scan in found.values()]


def stop_while_hashing(studio: Studio, request: ScanRequest) -> None:
    token = CancelToken()

    def stop(event: JobEvent) -> None:
        if isinstance(event, StageStarted) and event.stage is Stage.HASH:
            token.cancel()

    with pytest.raises(Cancelled):
        run(studio.engine, "scan", request, Job(stop, token))


def test_a_stopped_scan_is_known_with_its_count_and_its_request_goes_on(studio: Studio) -> None:
    for number in range(5):
        studio.write(f"below/{number}.txt")
    request = ScanRequest((str(studio.base),), "A001", skip_hidden=True, ignore=("*.tmp",))
    stop_while_hashing(studio, request)
    ((files, stopped, again),) = unfinished(studio)
    assert (files, stopped) == (5, True)
    assert again.ignore == ("*.tmp",)
    result = run(studio.engine, "scan", again, Job())
    assert result.document["resumed"]
    assert unfinished(studio) == []


def test_a_scan_that_ended_or_runs_is_not_unfinished(studio: Studio) -> None:
    studio.write("a.txt")
    seen: list[int] = []

    def look(event: JobEvent) -> None:
        if isinstance(event, StageStarted) and event.stage is Stage.HASH:
            seen.append(len(unfinished(studio)))

    run(studio.engine, "scan", ScanRequest((str(studio.base),)), Job(look))
    assert seen == [0]
    assert unfinished(studio) == []


_SCAN = """
import sys
from pathlib import Path
from app.jobs.events import Stage, StageStarted
from app.jobs.job import Job
from app.operations import run
from app.scanning.request import ScanRequest
from tests.ui.enginekit import make_engine
def hear(event):
    if isinstance(event, StageStarted) and event.stage is Stage.HASH:
        print("hashing", flush=True)
        sys.stdin.read()
run(make_engine(Path(sys.argv[1])), "scan", ScanRequest((sys.argv[2],)), Job(hear))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a signal")
def test_a_scan_whose_process_was_killed_is_known_and_one_that_lives_is_left_alone(studio: Studio) -> None:
    studio.write("a.txt")
    command = [sys.executable, "-c", _SCAN, str(studio.engine.home.root), str(studio.base)]
    process = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"hashing\n"
        (job,) = studio.engine.catalog.jobs.newest()
        assert job.drive_id == studio.engine.catalog.drives()[0].id
        assert unfinished(studio) == []
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)
    assert [job.state for job in studio.engine.catalog.jobs.newest()] == ["interrupted"]
    ((files, stopped, _),) = unfinished(studio)
    assert (files, stopped) == (1, False)

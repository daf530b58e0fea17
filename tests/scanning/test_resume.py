import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.catalog.shard import open_reader, scans
from app.engine import open_engine
from app.errors import Cancelled
from app.jobs.events import JobEvent, Noticed, Stage, StageStarted
from app.jobs.job import CancelToken, Job
from app.paths import find_home
from app.scanning.request import ScanRequest
from app.scanning.scan import scan
from app.settings import load_settings
from tests import media
from tests.unprivileged import REPOSITORY

from .conftest import Studio, shard_content

_KILLS = 20
_KILLS_A_SCAN = 5


def make_library(base: Path) -> None:
    """Several hundred small files: sequences, media to inspect, one damaged, one sidecar."""
    for folder in range(12):
        for number in range(30):
            path = base / f"show{folder % 3}" / f"shot{folder:02d}" / f"notes_{number:02d}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"%d" % (folder * number))
        for frame in range(1, 12):
            (path.parent / f"cache.{frame:04d}.abc").write_bytes(b"%d" % frame)
    for frame in (1, 2, 4):
        media.exr(base / f"plate.{frame:04d}.exr", frame)
    media.png(base / "show0" / "still.png")
    (base / "show1" / "broken.exr").write_bytes((base / "plate.0001.exr").read_bytes()[:300])
    os.mkfifo(base / "pipe")


def start(home: Path, base: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "app", "--home", home, "scan", base, "--json", "--batch-files", "40", "--threads", "2"],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def result_of(home: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    home_of = find_home(home, {})
    engine = open_engine(load_settings(home_of, {}), home_of)
    (drive,) = engine.catalog.drives()
    with open_reader(engine.catalog.shard_path(drive.id)) as database:
        first = scans(database)[-1]
        assert first.state == "done"
        return shard_content(database), first.counts


def kill_at(process: "subprocess.Popen[bytes]", delay_s: float) -> bool:
    """Kills the program after a while; false where it was done before. Its children must go with it."""
    try:
        process.wait(delay_s)
    except subprocess.TimeoutExpired:
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.communicate()
        _, alive = psutil.wait_procs(children, timeout=10)
        assert not alive, "a child outlived the program"
        return True
    process.communicate()
    return False


def test_a_scan_killed_at_twenty_moments_ends_as_one_that_nothing_disturbed(tmp_path: Path) -> None:
    base = tmp_path / "library"
    make_library(base)
    began = time.monotonic()
    start(tmp_path / "calm", base).communicate()
    whole_s = time.monotonic() - began
    content, counts = result_of(tmp_path / "calm")
    assert (counts["files"], counts["hashed.files"], counts["skipped.special"]) == (497, 497, 1)
    assert [problem[1] for problem in content["problems"]] == [b"broken.exr"]
    moments = random.Random()
    kills: list[float] = []
    homes = 0
    while len(kills) < _KILLS:
        homes += 1
        home = tmp_path / f"home{homes}"
        done = False
        for _ in range(_KILLS_A_SCAN):
            delay = moments.uniform(0.1, whole_s)
            if not kill_at(start(home, base), delay):
                done = True
                break
            kills.append(delay)
        if not done:
            start(home, base).communicate()
        found, counted = result_of(home)
        assert counted == counts, kills
        for kind, rows in content.items():
            assert found[kind] == rows, (kind, kills)


@pytest.mark.parametrize("stage", [Stage.WALK, Stage.HASH, Stage.INSPECT])
def test_a_cancelled_scan_says_that_it_goes_on_and_ends_the_same(studio: Studio, tmp_path: Path, stage: Stage) -> None:
    make_library(studio.base)
    token = CancelToken()

    def stop(event: JobEvent) -> None:
        if isinstance(event, StageStarted) and event.stage is stage:
            token.cancel()

    request = ScanRequest((str(studio.base),), batch_files=40)
    with pytest.raises(Cancelled):
        scan(studio.engine, request, Job(stop, token))
    (drive,) = studio.engine.catalog.drives()
    assert (drive.last_scan, drive.files) == (None, 0 if stage is Stage.WALK else 497)
    document = studio.scan(inventory_only=False, batch_files=40)
    assert document["resumed"] is True
    assert [event.code for event in studio.events if isinstance(event, Noticed)][:1] == ["scan.resumed"]
    calm = Studio(tmp_path / "calm")
    calm.base.rmdir()
    calm.base = studio.base
    assert calm.scan(inventory_only=False)["counts"] == document["counts"]
    assert studio.content() == calm.content()


def test_another_request_begins_anew(studio: Studio) -> None:
    for number in range(5):
        studio.write(f"{number}/a.txt")
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        studio.scan(token=token)
    assert studio.scan(skip_hidden=True)["resumed"] is False
    with pytest.raises(Cancelled):
        studio.scan(token=token)
    assert studio.scan(resume=False)["resumed"] is False
    assert studio.scan()["counts"]["unchanged"] == 5


def test_what_went_missing_before_the_interruption_is_still_missed(studio: Studio) -> None:
    for number in range(30):
        studio.write(f"{number:02d}/a.txt")
    studio.scan()
    (studio.base / "00" / "a.txt").unlink()
    (studio.base / "29" / "a.txt").unlink()
    token = CancelToken()
    seen = 0

    def stop(event: JobEvent) -> None:
        nonlocal seen
        seen += not isinstance(event, StageStarted)
        if seen == 1:
            token.cancel()

    with pytest.raises(Cancelled):
        scan(studio.engine, ScanRequest((str(studio.base),), inventory_only=True, batch_files=1), Job(stop, token))
    document = studio.scan(batch_files=1)
    assert document["resumed"] is True
    assert (document["counts"]["missing"], document["counts"]["unchanged"]) == (2, 28)

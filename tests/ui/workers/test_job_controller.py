"""A job of the window ends exactly once, whatever happens in it."""

import threading
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.engine import Engine
from app.jobs.events import Stage
from app.jobs.job import Job
from app.operations import OPERATIONS, Operation
from app.scanning.request import ScanRequest
from tests.ui.enginekit import make_engine, make_tree
from ui.widgets.job_view import JobState, JobView
from ui.workers.job_controller import JobController
from ui.workers.job_worker import Done, Failed, Stopped


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return make_engine(tmp_path / "home")


def register(monkeypatch: pytest.MonkeyPatch, function: Any) -> None:
    monkeypatch.setitem(OPERATIONS, "trial", Operation("trial", "str", function, lambda _engine, _request: ("trial",)))


def test_a_scan_reports_counts_and_ends_done(qtbot: QtBot, engine: Engine, tmp_path: Path) -> None:
    jobs = JobController(engine)
    views: list[JobView] = []
    jobs.job_changed.connect(views.append)
    counts: dict[str, int] = {}
    jobs.counted.connect(lambda _job, seen: counts.update(seen))
    outcomes: list[object] = []
    jobs.job_ended.connect(lambda _job, outcome: outcomes.append(outcome))
    with qtbot.waitSignals([jobs.all_ended, jobs.catalog_changed], timeout=20_000):
        request = ScanRequest((str(make_tree(tmp_path / "tree")),))
        jobs.start("scan", request)
    assert [type(outcome) for outcome in outcomes] == [Done]
    assert counts["files"] == 12
    assert views[0].state == JobState.WAITING
    assert (views[-1].state, views[-1].message) == (JobState.DONE, "12 new")


def test_a_job_that_raises_runtime_error_ends_as_failed(
    qtbot: QtBot, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def boom(_engine: Engine, _request: str, _job: Job) -> None:
        raise RuntimeError("out of memory on the device")

    register(monkeypatch, boom)
    jobs = JobController(engine)
    outcomes: list[object] = []
    jobs.job_ended.connect(lambda _job, outcome: outcomes.append(outcome))
    with qtbot.captureExceptions() as bugs, qtbot.waitSignal(jobs.all_ended):
        job_id = jobs.start("trial", "")
    (outcome,) = outcomes
    assert isinstance(outcome, Failed)
    assert outcome.error.message == "Something went wrong in Reelmark itself: RuntimeError: out of memory on the device"
    assert [str(bug[1]) for bug in bugs] == ["out of memory on the device"]
    job = jobs.job(job_id)
    assert job is not None
    assert job.progress.view.state == JobState.FAILED


def test_cancel_stops_a_job_and_says_stopped(qtbot: QtBot, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    going = threading.Event()

    def endless(_engine: Engine, _request: str, job: Job) -> None:
        job.stage(Stage.HASH)
        going.set()
        while True:
            job.progress(1)

    register(monkeypatch, endless)
    jobs = JobController(engine)
    outcomes: list[object] = []
    jobs.job_ended.connect(lambda _job, outcome: outcomes.append(outcome))
    with qtbot.waitSignal(jobs.all_ended):
        job_id = jobs.start("trial", "")
        assert going.wait(5)
        jobs.cancel(job_id)
    assert [type(outcome) for outcome in outcomes] == [Stopped]
    job = jobs.job(job_id)
    assert job is not None
    assert job.progress.view.state == JobState.STOPPED


def test_pause_stands_still_until_resume(qtbot: QtBot, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    going = threading.Event()

    def short(_engine: Engine, _request: str, job: Job) -> str:
        job.stage(Stage.HASH)
        going.set()
        while not job.token.paused:
            job.token.wait_cancelled(0.01)
        job.check()
        return "went on"

    register(monkeypatch, short)
    jobs = JobController(engine)
    states: list[JobState] = []
    jobs.job_changed.connect(lambda view: states.append(view.state))
    job_id = jobs.start("trial", "")
    assert going.wait(5)
    jobs.pause(job_id)
    qtbot.waitUntil(lambda: JobState.PAUSED in states)
    with qtbot.waitSignal(jobs.all_ended):
        jobs.resume(job_id)
    assert states[-1] == JobState.DONE


def test_two_jobs_in_one_lane_take_turns(qtbot: QtBot, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[int] = []
    most: list[int] = []

    def alone(_engine: Engine, _request: str, job: Job) -> None:
        inside.append(1)
        most.append(len(inside))
        job.token.wait_cancelled(0.05)
        inside.pop()

    register(monkeypatch, alone)
    jobs = JobController(engine)
    with qtbot.waitSignal(jobs.all_ended):
        for _ in range(3):
            jobs.start("trial", "")
    assert most == [1, 1, 1]

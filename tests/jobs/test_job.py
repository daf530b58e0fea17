import threading
import time

import pytest

from app.errors import Cancelled
from app.jobs.events import ItemFailed, JobEvent, Noticed, Paused, Progressed, Stage, StageStarted
from app.jobs.job import CancelToken, Job


def test_a_stage_tells_its_beginning_a_few_times_how_far_it_is_and_its_end() -> None:
    events: list[JobEvent] = []
    job = Job(events.append)
    assert list(job.each(Stage.HASH, range(10_000), 10_000)) == list(range(10_000))
    assert events[0] == StageStarted(Stage.HASH, 10_000)
    told = [event.done for event in events[1:] if isinstance(event, Progressed)]
    assert told[0] == 0 and told[-1] == 10_000
    assert len(told) < 50


def test_a_cancelled_job_stops_at_its_next_step() -> None:
    job = Job()
    with pytest.raises(Cancelled):
        for number in job.each(Stage.WALK, range(10)):
            if number == 3:
                job.token.cancel()
    assert number == 3


def test_a_paused_job_stands_still_until_it_may_go_on_or_is_cancelled() -> None:
    events: list[JobEvent] = []
    paused = threading.Event()

    def hear(event: JobEvent) -> None:
        events.append(event)
        if event == Paused(True):
            paused.set()

    job = Job(hear)
    done: list[object] = []

    def work() -> None:
        try:
            for number in job.each(Stage.WALK, range(3)):
                done.append(number)
                if number == 0:
                    job.token.pause()
        except Cancelled:
            done.append("cancelled")

    for end in (job.token.resume, job.token.cancel):
        paused.clear()
        done.clear()
        worker = threading.Thread(target=work)
        worker.start()
        assert paused.wait(10)
        assert done == [0]
        end()
        worker.join(10)
        assert done == ([0, 1, 2] if end == job.token.resume else [0, "cancelled"])
    assert Paused(False) in events


def test_a_cancelled_token_cannot_be_paused_and_wakes_who_waits() -> None:
    token = CancelToken()
    threading.Timer(0.1, token.cancel).start()
    started = time.monotonic()
    assert token.wait_cancelled(30)
    assert time.monotonic() - started < 10
    token.pause()
    assert not token.paused


def test_failures_and_notices_are_told_at_once() -> None:
    events: list[JobEvent] = []
    job = Job(events.append)
    job.item_failed("/a", "it is torn", "media.damaged")
    job.notice("drive.empty", "It is empty.", "Look.")
    assert events == [ItemFailed("/a", "it is torn", "media.damaged"), Noticed("drive.empty", "It is empty.", "Look.")]
    assert job.failed_items == 1

"""What the job panel says of a job's events."""

from app.errors import InputError
from app.jobs.events import ItemFailed, Paused, Progressed, Stage, StageStarted
from ui.widgets.job_view import JobState
from ui.workers.job_worker import Done, Failed, Stopped
from ui.workers.progress import JobProgress


class Clock:
    """Seconds that go when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_speed_and_time_left_come_from_what_was_done() -> None:
    clock = Clock()
    progress = JobProgress("1", "Scanning A", clock)
    progress.hear(StageStarted(Stage.HASH, 1000, 10_000))
    clock.now += 4
    progress.hear(Progressed(Stage.HASH, 100, 1000, 2_500, 10_000, "a.exr"))
    assert progress.view.items_per_s == 25
    assert progress.view.bytes_per_s == 625
    assert progress.view.seconds_left == 12
    assert progress.view.current == "a.exr"


def test_no_time_left_is_told_in_the_first_seconds_or_without_a_total() -> None:
    clock = Clock()
    progress = JobProgress("1", "Scanning A", clock)
    progress.hear(StageStarted(Stage.WALK))
    clock.now += 60
    progress.hear(Progressed(Stage.WALK, 100, None))
    assert progress.view.seconds_left is None
    progress.hear(StageStarted(Stage.HASH, 10))
    clock.now += 1
    progress.hear(Progressed(Stage.HASH, 5, 10))
    assert progress.view.seconds_left is None


def test_failed_items_are_counted_over_all_stages() -> None:
    progress = JobProgress("1", "Scanning A", Clock())
    progress.hear(StageStarted(Stage.WALK))
    progress.hear(ItemFailed("/a", "permission denied"))
    progress.hear(StageStarted(Stage.HASH))
    progress.hear(ItemFailed("/b", "permission denied"))
    assert progress.view.failed == 2


def test_pausing_and_stopping_show() -> None:
    progress = JobProgress("1", "Scanning A", Clock())
    progress.hear(StageStarted(Stage.WALK))
    progress.hear(Paused(True))
    assert progress.view.state == JobState.PAUSED
    progress.hear(Paused(False))
    assert progress.view.state == JobState.RUNNING
    progress.ask_to_stop()
    progress.hear(StageStarted(Stage.HASH))
    assert progress.view.state == JobState.STOPPING


def test_each_way_of_ending_has_its_words() -> None:
    for outcome, state, words in (
        (Done(None), JobState.DONE, "12 files"),
        (Stopped(), JobState.STOPPED, "stopped; what was done is kept"),
        (Failed(InputError("the drive is gone")), JobState.FAILED, "the drive is gone"),
        (Failed(ValueError("x")), JobState.FAILED, "ValueError: x"),
    ):
        progress = JobProgress("1", "Scanning A", Clock())
        progress.end(outcome, "12 files")
        assert (progress.view.state, progress.view.message) == (state, words)

"""What the job panel says of a job's events."""

from app.jobs.events import ItemFailed, Paused, Progressed, Stage, StageStarted
from ui.outcomes import Told
from ui.widgets.job_view import JobState
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


def test_an_ended_job_says_what_it_was_and_what_it_found() -> None:
    clock = Clock()
    progress = JobProgress("1", "Scanning A", clock)
    clock.now += 75
    progress.end(JobState.DONE, "Scanned A", Told("12 unreadable", "stale"))
    view = progress.view
    assert (view.headline(), view.numbers(), view.level) == ("Scanned A", "12 unreadable", "stale")
    assert view.seconds == 75


def test_a_running_job_says_how_long_it_runs_and_how_long_it_will() -> None:
    clock = Clock()
    progress = JobProgress("1", "Scanning A", clock)
    progress.hear(StageStarted(Stage.HASH, 1000))
    clock.now += 10
    progress.hear(Progressed(Stage.HASH, 500, 1000))
    words = progress.view.numbers().replace("\N{NO-BREAK SPACE}", " ")
    assert words == "500 of 1,000 files · 50 files/s · 10 s so far · 10 s left"


def test_what_is_counted_has_its_own_word_and_steps_without_a_meaning_are_left_out() -> None:
    progress = JobProgress("1", "Backing up A001")
    progress.hear(StageStarted(Stage.BACKUP, 10, 40_960))
    progress.hear(Progressed(Stage.BACKUP, 5, 10, 20_480, 40_960))
    assert progress.view.numbers().replace("\N{NO-BREAK SPACE}", " ") == "20.5 KB of 41.0 KB"
    progress.hear(StageStarted(Stage.CHECK))
    progress.hear(Progressed(Stage.CHECK, 70, None))
    assert progress.view.numbers() == ""
    progress.hear(StageStarted(Stage.VERIFY))
    progress.hear(Progressed(Stage.VERIFY, 1, None))
    assert progress.view.numbers() == "1 file"


def test_what_cannot_be_read_and_what_has_no_picture_are_counted_apart() -> None:
    progress = JobProgress("1", "Scanning A", Clock())
    progress.hear(ItemFailed("a.exr", "the file is empty", "media.damaged"))
    assert progress.view.failures() == "1 failed"
    progress.hear(ItemFailed("b.mp4", "no picture of it: not one frame can be decoded", "picture.pixels.damaged"))
    assert (progress.view.failures(), progress.view.failed) == ("1 failed · 1 without a picture", 2)

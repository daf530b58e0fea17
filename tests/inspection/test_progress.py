"""A file that takes long to measure says how far it is, and can be stopped."""

from pathlib import Path

import pytest

from app.errors import Cancelled
from app.inspection.inspect import InspectRequest, inspect_each
from app.jobs.events import JobEvent, Progressed
from app.jobs.job import CancelToken, Job
from tests import movies


def test_the_progress_of_one_long_sound_is_heard_and_stops_it(tmp_path: Path) -> None:
    path = movies.sound(tmp_path / "a.wav", movies.tone(600, -20))
    token = CancelToken()
    heard: list[Progressed] = []

    def hear(event: JobEvent) -> None:
        if isinstance(event, Progressed):
            heard.append(event)
            token.cancel()

    with pytest.raises(Cancelled):
        list(inspect_each(InspectRequest((str(path),), stats=True), Job(hear, token)))
    assert heard[0].total == path.stat().st_size
    assert 0 < heard[0].done < path.stat().st_size

"""An hour that a whole volume shifted is a clock's doing; an hour of some files is not."""

import os
from pathlib import Path

import pytest

from app.jobs.events import Noticed

from .conftest import HOUR_NS, Studio


def shift(path: Path, by_ns: int) -> None:
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + by_ns))


@pytest.fixture
def card(studio: Studio) -> Studio:
    for number in range(40):
        studio.write(f"clips/{number}.mov", bytes([number]))
    studio.scan(inventory_only=False)
    return studio


@pytest.mark.parametrize("by_ns", [HOUR_NS, -HOUR_NS, 9 * HOUR_NS + HOUR_NS // 2])
def test_a_volume_that_shifted_as_a_whole_is_not_read_again(card: Studio, by_ns: int) -> None:
    for path in (card.base / "clips").iterdir():
        shift(path, by_ns)
    card.write("clips/0.mov", b"really written")
    document = card.scan(inventory_only=False)
    assert (document["counts"]["changed"], document["counts"]["unchanged"]) == (1, 39)
    assert document["hashed"]["files"] == 1
    assert [event.code for event in card.events if isinstance(event, Noticed)] == ["drive.clock"]
    assert card.counts(inventory_only=False)["unchanged"] == 40


@pytest.mark.parametrize(("files", "by_ns"), [(20, HOUR_NS), (40, HOUR_NS + 1), (40, 27 * HOUR_NS)])
def test_some_files_or_another_time_are_changes(card: Studio, files: int, by_ns: int) -> None:
    for path in sorted((card.base / "clips").iterdir())[:files]:
        shift(path, by_ns)
    counts = card.scan(inventory_only=False)["counts"]
    assert (counts["changed"], counts["touched"]) == (files, files)

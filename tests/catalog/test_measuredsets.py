"""A movie that policies measure by different thresholds, one after the other: each set stays known, within bounds."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from app.catalog.measuredsets import MOST_SETS, with_earlier_sets
from app.inspection.inspect import InspectRequest, inspect
from app.jobs.job import Job
from app.model.measuring import DEFAULTS
from tests import movies
from tests.ui.enginekit import make_engine


def measured(level: float, *others: float, frames: int = 25) -> dict[str, Any]:
    def stream(at: float) -> dict[str, Any]:
        return {"stream": 0, "black": {"frames": "", "count": 0, "by": at}}

    return {
        "video": [{**stream(level), "frames_decoded": frames, "sizes": [[64, 48]]}],
        "audio": [],
        "options": asdict(replace(DEFAULTS, black_level=level)),
        "others": [
            {"options": asdict(replace(DEFAULTS, black_level=at)), "video": [stream(at)], "audio": []} for at in others
        ],
    }


def levels(stats: dict[str, Any]) -> list[float]:
    return [one["options"]["black_level"] for one in (stats, *stats["others"])]


def test_the_newest_sets_are_kept_and_none_twice() -> None:
    stats = measured(0.1)
    for hundredth in range(20):
        stats = with_earlier_sets(measured(0.1, hundredth / 100), stats)
    assert levels(stats) == [0.1, 0.19, 0.18, 0.17, 0.16, 0.15, 0.14, 0.13]
    assert len(levels(stats)) == MOST_SETS
    many = [number / 100 for number in range(20, 32)]
    assert levels(with_earlier_sets(measured(0.1, *many), stats)) == [0.1, *many]


def test_a_measurement_that_read_the_file_otherwise_takes_the_place_of_all() -> None:
    assert levels(with_earlier_sets(measured(0.1, frames=24), measured(0.2, 0.3))) == [0.1]


def test_what_has_no_thresholds_stays_as_it_is() -> None:
    parts = {"parts": [{"sample": 1}]}
    assert with_earlier_sets(parts, measured(0.2)) is parts
    assert with_earlier_sets(None, measured(0.2)) is None
    assert levels(with_earlier_sets(measured(0.1), parts)) == [0.1]


def test_an_earlier_set_is_told_as_one_that_is_measured_beside_the_first(tmp_path: Path) -> None:
    path = movies.movie(tmp_path / "a.mov", 25, codec="mjpeg", sound=movies.tone(1.0, -40))
    engine, otherwise = make_engine(tmp_path / "home"), replace(DEFAULTS, black_level=0.3, silence_db=-30.0)

    def stats(*sets: Any) -> dict[str, Any]:
        [document] = inspect(engine, InspectRequest((str(path),), stats=True, measuring=sets), Job()).documents
        return dict(document["stats"])

    assert with_earlier_sets(stats(DEFAULTS), stats(otherwise)) == stats(DEFAULTS, otherwise)

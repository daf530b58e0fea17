"""What shots take up."""

from pathlib import Path

from app.jobs.job import Job
from app.production.disk import DiskRequest, DiskResult, disk


def make(file: Path, size: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x" * size)


def run(root: Path, warn_bytes: int = 0) -> DiskResult:
    return disk(None, DiskRequest(root, warn_bytes=warn_bytes), Job())


def test_files_of_all_folders_below_the_renders_count(tmp_path: Path) -> None:
    make(tmp_path / "show/shots/sh010/renders/f.0001.exr", 100)
    make(tmp_path / "show/shots/sh010/renders/beauty/b.0001.exr", 50)
    make(tmp_path / "show/shots/sh010/work/scene.nk", 999)
    (usage,) = run(tmp_path).shots
    assert (usage.files, usage.bytes, usage.warning) == (2, 150, False)


def test_a_shot_at_the_threshold_is_told(tmp_path: Path) -> None:
    make(tmp_path / "show/shots/a/renders/f.exr", 100)
    make(tmp_path / "show/shots/b/renders/f.exr", 99)
    assert [usage.warning for usage in run(tmp_path, 100).shots] == [True, False]


def test_a_shot_without_renders_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "show/shots/a").mkdir(parents=True)
    (usage,) = run(tmp_path, 1).shots
    assert (usage.files, usage.bytes, usage.warning, usage.place.there) == (0, 0, False, False)


def test_what_was_measured_is_called_as_the_layout_calls_it(tmp_path: Path) -> None:
    assert run(tmp_path).measured == "renders"

"""Making the library: what it refuses, what it makes again, and that nothing half-made is left."""

from pathlib import Path

import pytest

from app.demo.library import make_library
from app.errors import Cancelled, InputError
from app.jobs.events import JobEvent, Progressed
from app.jobs.job import CancelToken, Job

WIDTH = 32


def files(folder: Path) -> dict[str, int]:
    """Path and modification time of every file."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in found}


def test_a_stopped_library_is_gone_on_with_and_nothing_half_made_is_left(tmp_path: Path) -> None:
    token = CancelToken()

    def stop_after_some(event: JobEvent) -> None:
        if isinstance(event, Progressed) and "plate" in event.current:
            token.cancel()

    with pytest.raises(Cancelled):
        make_library(tmp_path / "library", Job(stop_after_some, token), width=WIDTH)
    before = files(tmp_path / "library")
    assert "README.txt" in before
    assert not [path for path in before if "making" in path]
    (tmp_path / "library" / ".making").mkdir()
    (tmp_path / "library" / ".making" / "whole.exr").write_bytes(b"left by a power cut")
    library = make_library(tmp_path / "library", Job(), width=WIDTH)
    after = files(library.folder)
    assert library.kept == len(before) - 1
    assert len(after) == library.made + library.kept + 1
    assert {path: after[path] for path in before} == before
    assert not (library.folder / ".making").exists()


def test_what_is_deleted_is_made_again_and_what_is_changed_stays(tmp_path: Path) -> None:
    library = make_library(tmp_path, Job(), width=WIDTH)
    deleted, changed = library.folder / "HRBR/refs/灯台 night study.png", next(library.folder.rglob("*.edl"))
    content = deleted.read_bytes()
    deleted.unlink()
    changed.write_text("mine")
    again = make_library(tmp_path, Job(), width=WIDTH)
    assert again.made == 1
    assert deleted.read_bytes() == content
    assert changed.read_text() == "mine"


@pytest.mark.parametrize("inside", ["holiday.jpg", "README.txt"])
def test_a_folder_of_somebody_else_is_refused_and_left_alone(tmp_path: Path, inside: str) -> None:
    (tmp_path / inside).write_text("Holiday pictures")
    with pytest.raises(InputError, match="something else") as refused:
        make_library(tmp_path, Job(), width=WIDTH)
    assert refused.value.hint
    assert [path.name for path in tmp_path.iterdir()] == [inside]


def test_a_file_and_a_place_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="not a folder"):
        make_library(tmp_path / "file", Job(), width=WIDTH)
    with pytest.raises(InputError):
        make_library(tmp_path / "file" / "below", Job(), width=WIDTH)


def test_a_path_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Unicode"):
        make_library(tmp_path / "odd \udcff", Job(), width=WIDTH)

"""What paths that somebody hands over stand for."""

from pathlib import Path

import pytest

from app.errors import InputError
from app.inspection.assetsat import MOST_ASSETS, AssetAt, assets_at
from app.jobs.job import CancelToken


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("sh010.1001.exr", "sh010.1002.exr", "sh010.1004.exr", "still.exr", "mix.wav", "note.txt"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "other.exr").write_bytes(b"x")
    return tmp_path


def at(*paths: Path) -> tuple[AssetAt, ...]:
    return assets_at([str(path) for path in paths], CancelToken()).assets


def test_a_frame_stands_for_its_sequence_and_is_remembered(folder: Path) -> None:
    pattern = str(folder / "sh010.####.exr")
    assert at(folder / "sh010.1002.exr") == (AssetAt(pattern, "1001-1002,1004", 1002),)


def test_many_frames_of_one_sequence_are_one_asset(folder: Path) -> None:
    frames = [folder / f"sh010.{number}.exr" for number in (1004, 1001, 1002)]
    found = at(*frames, folder / "still.exr")
    assert [Path(asset.path).name for asset in found] == ["sh010.####.exr", "still.exr"]


def test_a_folder_stands_for_the_media_right_in_it(folder: Path) -> None:
    assert [Path(asset.path).name for asset in at(folder)] == ["mix.wav", "sh010.####.exr", "still.exr"]


def test_any_file_can_be_named_also_one_that_is_no_media(folder: Path) -> None:
    assert at(folder / "note.txt") == (AssetAt(str(folder / "note.txt")),)


def test_what_is_not_there_is_said(folder: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.exr is not there"):
        at(folder / "gone.exr")
    with pytest.raises(InputError, match="cannot be read"):
        at(folder / "nowhere" / "gone.exr")


def test_more_than_anybody_can_look_at_are_counted(tmp_path: Path) -> None:
    for number in range(MOST_ASSETS + 3):
        (tmp_path / f"still_{number:04}x.exr").write_bytes(b"x")
    found = assets_at([str(tmp_path)], CancelToken())
    assert (len(found.assets), found.left_out) == (MOST_ASSETS, 3)


def test_folders_below_are_counted_or_looked_into(folder: Path) -> None:
    (folder / "below" / "deep").mkdir()
    (folder / "below" / "deep" / "last.wav").write_bytes(b"x")
    (folder / "again").symlink_to(folder)
    top = assets_at([str(folder)], CancelToken())
    assert (len(top.assets), top.folders) == (3, 1)
    whole = assets_at([str(folder)], CancelToken(), below=True)
    assert [Path(asset.path).name for asset in whole.assets][3:] == ["other.exr", "last.wav"]
    assert whole.folders == 0


def test_folders_are_looked_into_up_to_a_bound(tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place / "c").mkdir(parents=True)
        for number in range(MOST_ASSETS // 2 + 1):
            (tmp_path / place / f"still_{number:04}x.exr").write_bytes(b"x")
    found = assets_at([str(tmp_path)], CancelToken(), below=True)
    assert (len(found.assets), found.left_out, found.folders) == (MOST_ASSETS, 2, 2)

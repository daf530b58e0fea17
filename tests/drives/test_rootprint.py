import os
from pathlib import Path

from app.drives.rootprint import overlap, read_root_print


def fill(folder: Path, names: range) -> None:
    folder.mkdir(exist_ok=True)
    for number in names:
        (folder / f"clip{number:04}.mov").write_bytes(b"x" * number)
        os.utime(folder / f"clip{number:04}.mov", (1_700_000_000, 1_700_000_000))


def test_a_copy_has_the_fingerprint_of_its_original(tmp_path: Path) -> None:
    fill(tmp_path / "a", range(300))
    fill(tmp_path / "b", range(300))
    (tmp_path / "b" / ".Trashes").mkdir()
    one, other = read_root_print(str(tmp_path / "a")), read_root_print(str(tmp_path / "b"))
    assert one == other
    assert (len(one.sketch), overlap(one.sketch, other.sketch)) == (64, 1.0)


def test_a_listing_that_changed_a_little_is_still_known(tmp_path: Path) -> None:
    fill(tmp_path / "a", range(300))
    before = read_root_print(str(tmp_path / "a"))
    fill(tmp_path / "a", range(300, 330))
    now = read_root_print(str(tmp_path / "a"))
    assert before.digest != now.digest
    found = overlap(before.sketch, now.sketch)
    assert found is not None
    assert 0.75 < found < 1


def test_files_that_were_written_again_count_half(tmp_path: Path) -> None:
    fill(tmp_path / "a", range(10))
    before = read_root_print(str(tmp_path / "a"))
    for path in (tmp_path / "a").iterdir():
        path.write_bytes(b"other content")
    assert overlap(before.sketch, read_root_print(str(tmp_path / "a")).sketch) == 0.5


def test_other_names_share_nothing_and_an_empty_folder_says_nothing(tmp_path: Path) -> None:
    fill(tmp_path / "a", range(10))
    fill(tmp_path / "b", range(1000, 1010))
    (tmp_path / "c").mkdir()
    one, other = read_root_print(str(tmp_path / "a")), read_root_print(str(tmp_path / "b"))
    assert overlap(one.sketch, other.sketch) == 0.0
    assert overlap(one.sketch, read_root_print(str(tmp_path / "c")).sketch) is None
    assert read_root_print(str(tmp_path / "nowhere")).digest == ""


def test_names_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "caf\udce9.mov").write_bytes(b"1")
    assert len(read_root_print(str(tmp_path)).sketch) == 1

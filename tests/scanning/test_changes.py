import os
import random
from pathlib import Path
from typing import Any

import pytest

from app.catalog.database import Database
from app.catalog.migrations import SHARD
from app.files.walk import WalkRequest, walk
from app.jobs.job import CancelToken
from app.scanning.changes import FolderComparison, Tally, queue_folders

from .conftest import HOUR_NS, Studio


def age(path: Path, seconds: int = 3600) -> None:
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns - seconds * 1_000_000_000))


def test_the_first_scan_counts_what_find_counts(studio: Studio) -> None:
    for name in ("a.txt", "sub/b.txt", "sub/deep/c.txt", "sub/deep/.hidden", "empty/../d.txt"):
        studio.write(name, name.encode())
    os.link(studio.base / "a.txt", studio.base / "hard.txt")
    (studio.base / "link").symlink_to("a.txt")
    os.mkfifo(studio.base / "pipe")
    document = studio.scan()
    counts = document["counts"]
    assert (counts["files"], counts["directories"]) == (6, 4)
    assert counts["bytes"] == sum(
        path.lstat().st_size for path in studio.base.rglob("*") if path.is_file() and not path.is_symlink()
    )
    assert counts["skipped"]["link"] == 1
    assert counts["skipped"]["special"] == 1


def test_each_kind_of_change_has_its_count(studio: Studio) -> None:
    for number in range(10):
        studio.write(f"folder/{'abcdefghij'[number]}.txt", b"same size")
    studio.write("other/untouched.txt")
    assert studio.counts() == {"files": 11, "directories": 3, "new": 11}
    assert studio.counts() == {"files": 11, "directories": 3, "unchanged": 11}
    folder = studio.base / "folder"
    age(folder / "a.txt")
    (folder / "b.txt").write_bytes(b"another size")
    (folder / "c.txt").rename(folder / "renamed.txt")
    (folder / "d.txt").unlink()
    studio.write("folder/added.txt")
    studio.write("fresh/added.txt")
    expected = {"files": 12, "directories": 4, "new": 3, "changed": 2, "missing": 2, "unchanged": 7}
    assert studio.counts() == expected
    assert studio.counts() == {"files": 12, "directories": 4, "unchanged": 12}
    assert studio.content()["totals"] == []


def test_touched_is_told_from_changed_by_the_content(studio: Studio) -> None:
    for name in ("touched.txt", "edited.txt", "left.txt"):
        studio.write(name, b"12345")
    assert studio.counts(inventory_only=False)["new"] == 3
    age(studio.base / "touched.txt")
    (studio.base / "edited.txt").write_bytes(b"54321")
    age(studio.base / "edited.txt")
    counts = studio.counts(inventory_only=False)
    assert counts == {"files": 3, "directories": 1, "changed": 2, "touched": 1, "unchanged": 1}
    assert studio.counts(inventory_only=False) == {"files": 3, "directories": 1, "unchanged": 3}


def test_a_change_that_an_inventory_saw_is_not_counted_again_when_it_is_hashed(studio: Studio) -> None:
    studio.write("a.txt", b"first")
    studio.counts(inventory_only=False)
    (studio.base / "a.txt").write_bytes(b"second")
    assert studio.counts() == {"files": 1, "directories": 1, "changed": 1}
    document = studio.scan(inventory_only=False)
    assert document["hashed"] == {"files": 1, "bytes": 6}
    assert (document["counts"]["changed"], document["counts"]["unchanged"]) == (0, 1)


def test_an_inventory_hashes_nothing_and_a_later_scan_hashes_all(studio: Studio) -> None:
    studio.write("a.txt", b"123")
    assert studio.scan()["hashed"]["files"] == 0
    document = studio.scan(inventory_only=False)
    assert document["hashed"] == {"files": 1, "bytes": 3}
    assert document["counts"]["unchanged"] == 1


def test_the_categories_are_those_of_the_drive_after_every_scan(studio: Studio) -> None:
    for name in ("a.mov", "b.exr", "c"):
        studio.write(name, b"12")
    expected = {name: {"files": 1, "bytes": 2} for name in ("video", "image", "other")}
    assert studio.scan()["categories"] == expected
    assert studio.scan()["categories"] == expected
    (studio.base / "a.mov").unlink()
    del expected["video"]
    assert studio.scan()["categories"] == expected
    (studio.base / "c").write_bytes(b"RIFF\0\0\0\0WAVEfmt ")
    studio.scan()
    assert set(studio.scan(inventory_only=False)["categories"]) == {"image", "audio"}
    assert set(studio.scan()["categories"]) == {"image", "audio"}


def test_a_full_scan_finds_content_that_changed_under_the_same_time_and_size(studio: Studio) -> None:
    for name in ("kept.txt", "rotten.txt", "sub/other.txt"):
        studio.write(name, b"12345")
    studio.scan(inventory_only=False)
    stat = (studio.base / "rotten.txt").stat()
    (studio.base / "rotten.txt").write_bytes(b"1234X")
    os.utime(studio.base / "rotten.txt", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert studio.counts(inventory_only=False) == {"files": 3, "directories": 2, "unchanged": 3}
    document = studio.scan(inventory_only=False, mode="full")
    assert document["hashed"]["files"] == 3
    assert (document["counts"]["changed"], document["counts"]["unchanged"]) == (1, 2)


def test_a_full_scan_of_one_folder_leaves_the_others_alone(studio: Studio) -> None:
    studio.write("one/a.txt")
    studio.write("two/b.txt")
    studio.scan(inventory_only=False)
    assert studio.scan("one", inventory_only=False, mode="full")["hashed"]["files"] == 1
    assert studio.scan(inventory_only=False)["hashed"]["files"] == 0


def test_scanning_a_folder_changes_only_what_lies_below_it(studio: Studio) -> None:
    studio.write("one/a.txt")
    studio.write("two/b.txt")
    studio.write("two/deep/c.txt")
    studio.scan()
    (studio.base / "one" / "a.txt").unlink()
    (studio.base / "two" / "b.txt").unlink()
    assert studio.counts("two") == {"files": 1, "directories": 2, "missing": 1, "unchanged": 1}
    assert studio.found("") == {b"one/a.txt", b"two/deep/c.txt"}


def test_several_folders_and_one_inside_another_are_walked_once(studio: Studio) -> None:
    for name in ("one/a.txt", "one/deep/b.txt", "two/c.txt", "three/d.txt"):
        studio.write(name)
    studio.scan()
    assert studio.counts("one", "one/deep", "two") == {"files": 3, "directories": 3, "unchanged": 3}


def test_a_folder_of_a_drive_can_be_scanned_first(studio: Studio) -> None:
    studio.write("show/shot/a.txt")
    studio.write("b.txt")
    studio.engine.catalog.add_drive("media", str(studio.base), studio_passport(studio))
    assert studio.counts("show/shot") == {"files": 1, "directories": 1, "new": 1}
    assert studio.counts() == {"files": 2, "directories": 3, "new": 1, "unchanged": 1}


def studio_passport(studio: Studio) -> Any:
    from app.drives.identity import read_passport

    return read_passport(str(studio.base))


def frames(studio: Studio) -> list[tuple[str, int, str]]:
    return [
        (base.decode(), pad, ranges)
        for base, pad, ranges in studio.rows(
            "SELECT base, pad, ranges FROM sequence WHERE missed_scan IS NULL ORDER BY base, pad"
        )
    ]


def test_a_sequence_grows_shrinks_dissolves_and_comes_back(studio: Studio) -> None:
    for number in range(1001, 1006):
        studio.write(f"sh.{number}.exr")
    assert studio.scan()["sequences"] == 1
    assert frames(studio) == [("sh.", 4, "1001-1005")]
    studio.write("sh.1006.exr")
    (studio.base / "sh.1003.exr").unlink()
    studio.scan()
    assert frames(studio) == [("sh.", 4, "1001-1002,1004-1006")]
    for number in (1001, 1002, 1004, 1005):
        (studio.base / f"sh.{number}.exr").unlink()
    assert studio.scan()["sequences"] == 0
    assert studio.rows("SELECT name FROM file WHERE missed_scan IS NULL AND sequence_id IS NULL") == [(b"sh.1006.exr",)]
    studio.write("sh.1007.exr")
    assert studio.scan()["sequences"] == 1
    assert frames(studio) == [("sh.", 4, "1006-1007")]
    for path in studio.base.iterdir():
        path.unlink()
    studio.write("left.txt")
    assert studio.scan()["sequences"] == 0


def test_paddings_are_sequences_of_their_own(studio: Studio) -> None:
    for name in ("a.001.exr", "a.002.exr", "a.0001.exr", "a.0002.exr"):
        studio.write(name)
    studio.scan()
    assert frames(studio) == [("a.", 3, "1-2"), ("a.", 4, "1-2")]
    (studio.base / "a.001.exr").unlink()
    studio.scan()
    assert frames(studio) == [("a.", 4, "1-2")]


@pytest.mark.parametrize(("tolerance_s", "unchanged"), [(0, 0), (2, 2)])
def test_times_are_compared_as_finely_as_the_file_system_keeps_them(
    tmp_path: Path, tolerance_s: int, unchanged: int
) -> None:
    base = tmp_path / "card"
    base.mkdir()
    for name in ("a.mov", "b.mov"):
        (base / name).write_bytes(b"x")
    with Database(tmp_path / "shard.db", SHARD) as database:
        for scan_id in (1, 2):
            tally = Tally()
            with database.transaction():
                queue_folders(database, scan_id, [b""])
                comparison = FolderComparison(database, scan_id, tally, tolerance_s * 1_000_000_000)
                for folder in walk(WalkRequest(os.fsencode(base)), CancelToken()):
                    comparison.take(folder)
                comparison.flush()
            age(base / "a.mov", 2)
            age(base / "b.mov", -1)
    assert (tally["unchanged"], tally["changed"]) == (unchanged, 2 - unchanged)


def test_absurd_times_and_sizes_are_kept(studio: Studio) -> None:
    times = {"past.txt": -3 * HOUR_NS, "zero.txt": 0, "future.txt": 4_000_000_000 * 1_000_000_000}
    for name, mtime_ns in times.items():
        os.utime(studio.write(name, b""), ns=(mtime_ns, mtime_ns))
    with studio.write("sparse.mov").open("wb") as file:
        file.truncate(1 << 42)
    assert studio.counts()["new"] == 4
    assert studio.counts()["unchanged"] == 4
    assert dict(studio.rows("SELECT name, mtime_ns FROM file WHERE size = 0")) == {
        name.encode(): (studio.base / name).stat().st_mtime_ns for name in times
    }
    assert studio.found("", min_size=1 << 42) == {b"sparse.mov"}


def test_random_edits_between_scans_leave_what_a_fresh_scan_finds(studio: Studio, tmp_path: Path) -> None:
    numbers = random.Random(7)
    names = [
        f"{folder}/{name}"
        for folder in ("a", "b", "b/c", "d.0001", "d.0002")
        for name in (
            *[f"sh.{frame:04d}.exr" for frame in range(1, 9)],
            "Notes.TXT",
            "straße.txt",
            "e\u0301.txt",
            "é.txt",
        )
    ]
    for _ in range(12):
        for name in numbers.sample(names, 15):
            if numbers.random() < 0.5:
                studio.write(name, bytes(numbers.randrange(5)))
            else:
                (studio.base / name).unlink(missing_ok=True)
                if numbers.random() < 0.3 and (studio.base / name).parent.is_dir():
                    for path in (studio.base / name).parent.iterdir():
                        if path.is_file():
                            path.unlink()
        if not any(studio.base.iterdir()):
            continue
        counts = studio.scan(accept_missing=True)["counts"]
        assert counts["files"] == counts["new"] + counts["changed"] + counts["unchanged"]
        content = studio.content()
        assert content["totals"] == content["late_blocks"] == []
        fresh = Studio(tmp_path / f"fresh{_}")
        fresh.base.rmdir()
        fresh.base = studio.base
        fresh.scan()
        assert present(studio) == present(fresh)


def present(studio: Studio) -> tuple[Any, ...]:
    content = studio.content()
    folders = [(row[0], row[4], row[5], row[6]) for row in content["folders"] if row[3]]
    files = [(row[0], row[1], row[3], row[4], row[12], row[13]) for row in content["files"] if row[10]]
    sequences = [row[:12] for row in content["sequences"] if row[12]]
    return folders, files, sequences

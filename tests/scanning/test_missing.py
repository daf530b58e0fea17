import subprocess
import sys
from pathlib import Path

import pytest

from app.catalog.shard import open_reader
from app.jobs.events import Noticed
from app.jobs.job import Job
from app.scanning.changes import Tally
from app.scanning.missing import MissingLimits, apply_missing
from tests.media import png
from tests.mounting import needs_mounts
from tests.unprivileged import REPOSITORY, document, reelmark

from .conftest import Studio


def notices(studio: Studio) -> list[str]:
    return [event.code for event in studio.events if isinstance(event, Noticed)]


def test_a_file_that_comes_back_is_new_and_found_again(studio: Studio) -> None:
    studio.write("a.txt")
    studio.write("b.txt")
    studio.scan()
    (studio.base / "a.txt").unlink()
    assert studio.counts()["missing"] == 1
    assert studio.found("a.txt") == set()
    studio.write("a.txt")
    assert studio.counts() == {"files": 2, "directories": 1, "new": 1, "unchanged": 1}
    assert studio.found("a.txt") == {b"a.txt"}
    assert studio.rows("SELECT count(*) FROM file") == [(2,)], "it is the same row"


def test_a_folder_that_goes_takes_everything_below_with_it(studio: Studio) -> None:
    studio.write("keep.txt")
    studio.write("shot/a.0001.exr")
    studio.write("shot/a.0002.exr")
    studio.write("shot/deep/b.txt")
    studio.scan()
    (studio.base / "shot").rename(studio.base / "moved")
    assert studio.counts() == {"files": 4, "directories": 3, "moved": 3, "unchanged": 1}
    assert studio.found("b.txt") == {b"moved/deep/b.txt"}
    (studio.base / "moved").rename(studio.base / "shot")
    assert studio.counts() == {"files": 4, "directories": 3, "moved": 3, "unchanged": 1}
    assert studio.content()["totals"] == []
    assert studio.scan()["sequences"] == 1


def test_a_folder_and_a_file_may_take_each_other_s_place(studio: Studio) -> None:
    studio.write("thing/inside.txt")
    studio.write("other")
    studio.scan()
    (studio.base / "thing" / "inside.txt").unlink()
    (studio.base / "thing").rmdir()
    studio.write("thing")
    (studio.base / "other").unlink()
    studio.write("other/inside.txt")
    assert studio.counts() == {"files": 2, "directories": 2, "new": 2, "missing": 2}
    assert studio.found("inside") == {b"other/inside.txt"}
    assert studio.found("thing") == {b"thing"}


def test_an_empty_base_marks_nothing_and_says_why(studio: Studio) -> None:
    path = studio.write("a.txt")
    studio.scan(inventory_only=False)
    path.unlink()
    result = studio.scan(inventory_only=False)
    assert result["empty_base"] is True
    assert result["counts"]["missing"] == result["counts"]["unreadable"] == 0
    assert notices(studio) == ["drive.empty"]
    assert studio.last is not None and studio.last.objections
    assert studio.found("") == {b"a.txt"}
    assert studio.counts(accept_missing=True) == {"directories": 1, "missing": 1}


def test_an_empty_folder_of_several_does_not_stop_the_others(studio: Studio) -> None:
    for name in ("one/a.txt", "two/b.txt", "three/c.txt"):
        studio.write(name)
    studio.scan()
    (studio.base / "one" / "a.txt").unlink()
    studio.write("three/d.txt")
    assert studio.counts("one", "two", "three")["new"] == 1
    assert studio.found("") == {b"one/a.txt", b"two/b.txt", b"three/c.txt", b"three/d.txt"}


def test_a_folder_that_was_emptied_is_no_empty_mount(studio: Studio) -> None:
    path = studio.write("shot/a.txt")
    studio.write("b.txt")
    studio.scan()
    path.unlink()
    assert studio.counts() == {"files": 1, "directories": 2, "missing": 1, "unchanged": 1}


def test_too_much_missing_marks_nothing_until_somebody_accepts_it(studio: Studio) -> None:
    for number in range(1100):
        studio.write(f"shot/plate_{number:05d}.txt")
    studio.write("keep.txt")
    studio.scan()
    for path in (studio.base / "shot").iterdir():
        path.unlink()
    result = studio.scan(inventory_only=False)
    assert result["unaccepted_missing"] == 1100
    assert (result["counts"]["missing"], result["counts"]["unreadable"]) == (0, 0), "what is gone is not read either"
    assert studio.last is not None and studio.last.objections
    assert notices(studio) == ["scan.many_missing"]
    assert len(studio.found("plate_")) == 1100
    again = studio.scan()
    assert again["unaccepted_missing"] == 1100, "it is said each time"
    accepted = studio.scan(accept_missing=True)
    assert accepted["counts"]["missing"] == 1100
    assert "unaccepted_missing" not in accepted
    assert studio.found("") == {b"keep.txt"}
    assert studio.content()["totals"] == []


@pytest.mark.parametrize(
    ("gone", "share", "files", "asked"),
    [
        (3, 0.05, 1000, False),
        (3, 0.05, 2, True),
        (3, 0.05, 3, False),
        (3, 0.9, 2, False),
    ],
)
def test_both_limits_must_be_passed(studio: Studio, gone: int, share: float, files: int, asked: bool) -> None:
    from app.catalog.shard import open_writer

    for number in range(5):
        studio.write(f"{number}.txt")
    studio.scan()
    with open_writer(studio.shard, Job().token) as database, database.transaction():
        database.run("INSERT INTO gone_file SELECT id FROM file LIMIT ?", (gone,))
        assert apply_missing(database, 2, MissingLimits(share, files), Tally()) == (gone if asked else 0)


def test_what_is_newly_left_out_is_not_missing(studio: Studio) -> None:
    for name in ("a.txt", ".hidden", "cache/b.tmp", "cache/c.txt", ".git/d.txt"):
        studio.write(name)
    studio.scan()
    counts = studio.counts(skip_hidden=True, ignore=("*.tmp",))
    assert counts == {
        "files": 2,
        "directories": 2,
        "unchanged": 2,
        "skipped.hidden": 2,
        "skipped.ignored": 1,
    }
    assert len(studio.found("")) == 5
    assert studio.content()["totals"] == []
    (studio.base / ".hidden").unlink()
    assert studio.counts(skip_hidden=True, ignore=("*.tmp",))["missing"] == 1
    assert studio.counts() == {"files": 4, "directories": 3, "unchanged": 4}


def test_nothing_below_an_unreadable_folder_is_missing(studio: Studio) -> None:
    for name in ("open/a.txt", "closed/b.txt", "closed/deep/c.txt"):
        studio.write(name)
    home = studio.engine.home.root
    scan = ("--home", home, "scan", studio.base, "--json")
    assert document(reelmark(*scan, obey_permissions=True))["counts"]["new"] == 3
    (studio.base / "open" / "a.txt").unlink()
    (studio.base / "closed").chmod(0)
    try:
        process = reelmark(*scan, obey_permissions=True)
    finally:
        (studio.base / "closed").chmod(0o755)
    counts = document(process)["counts"]
    assert process.returncode == 1
    assert (counts["missing"], counts["unreadable"], counts["skipped"]["permission"]) == (1, 1, 1)
    assert document(process)["failed"] == [
        {"path": f"{studio.base}/closed", "relative_path": "closed", "reason": "Permission denied", "code": "EACCES"}
    ]
    assert studio.found("") == {b"closed/b.txt", b"closed/deep/c.txt"}
    assert studio.counts()["directories"] == 4
    assert studio.scan()["counts"]["unreadable"] == 0, "it can be read again"


def test_an_unreadable_file_is_told_with_its_reason_until_it_can_be_read(studio: Studio) -> None:
    studio.write("good.txt", b"123")
    studio.write("bad.txt", b"456").chmod(0)
    scan = ("--home", studio.engine.home.root, "scan", studio.base, "--json")
    process = reelmark(*scan, obey_permissions=True)
    found = document(process)
    assert process.returncode == 1
    assert found["counts"]["unreadable"] == 1
    assert found["hashed"]["files"] == 1
    assert [entry["path"] for entry in found["failed"]] == [f"{studio.base}/bad.txt"]
    (studio.base / "bad.txt").chmod(0o644)
    again = studio.scan(inventory_only=False)
    assert again["counts"]["unreadable"] == 0
    assert again["hashed"]["files"] == 1


def test_a_frame_that_could_not_be_read_is_inspected_when_it_can(studio: Studio) -> None:
    for frame in (1, 2, 3):
        png(studio.write(f"sh.{frame:04}.png"))
    (studio.base / "sh.0002.png").chmod(0)
    process = reelmark("--home", studio.engine.home.root, "scan", studio.base, "--json", obey_permissions=True)
    assert document(process)["counts"]["unreadable"] == 1
    (studio.base / "sh.0002.png").chmod(0o644)
    for _ in range(2):
        assert studio.scan(inventory_only=False)["counts"]["unreadable"] == 0
        assert studio.rows("SELECT count(*), count(nullif(error, '')) FROM facts") == [(3, 0)]


@needs_mounts
def test_a_volume_mounted_below_the_base_is_not_crossed_and_not_missing(studio: Studio, tmp_path: Path) -> None:
    studio.write("card/before.mov")
    studio.write("a.txt")
    studio.scan()
    script = (
        f"mount -t tmpfs none '{studio.base}/card' && touch '{studio.base}/card/on_the_card.mov' && "
        f"exec '{sys.executable}' -m app --home '{studio.engine.home.root}' scan '{studio.base}' --json"
    )
    process = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=REPOSITORY, capture_output=True, check=False)
    counts = document(process)["counts"]
    assert (counts["files"], counts["directories"], counts["skipped"]["mount"]) == (1, 1, 1)
    assert counts["missing"] == 0
    assert studio.found("mov") == {b"card/before.mov"}


def test_a_folder_that_vanishes_while_it_is_walked_is_missing(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.write("a.txt")
    studio.write("gone/b.txt")
    studio.write("gone/deep/c.txt")
    studio.scan()
    hook = "if path.endswith(b'/gone'): os.rename(path, path + b'/../../away')"
    with_child_hook(monkeypatch, studio.base.parent, hook)
    assert studio.counts() == {"files": 1, "directories": 1, "missing": 2, "unchanged": 1}
    assert studio.found("") == {b"a.txt"}


def with_child_hook(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    """Lets every child run `code` before it lists the folder `path`."""
    site = folder / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(
        "import os, signal, sys, time\n"
        "real = os.scandir\n"
        "def scandir(given='.'):\n"
        "    path = os.fsencode(given)\n"
        f"    {code}\n"
        "    return real(given)\n"
        "if any('jobs.childmain' in part or part == '--child' for part in sys.orig_argv):\n"
        "    os.scandir = scandir\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(site))


def test_a_folder_that_hangs_is_reported_and_nothing_below_it_is_missing(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a/1.txt", "hung/2.txt", "hung/deep/3.txt", "z/4.txt"):
        studio.write(name)
    studio.scan()
    (studio.base / "z" / "4.txt").unlink()
    studio.write("z/5.txt")
    with_child_hook(monkeypatch, studio.base.parent, "if path.endswith(b'/hung'): time.sleep(3600)")
    counts = studio.counts(op_timeout_s=1.0)
    assert counts == {
        "files": 2,
        "directories": 4,
        "new": 1,
        "missing": 1,
        "unchanged": 1,
        "unreadable": 1,
        "skipped.timeout": 1,
    }
    assert studio.found("") == {b"a/1.txt", b"hung/2.txt", b"hung/deep/3.txt", b"z/5.txt"}


def test_a_folder_that_ends_the_reader_is_named_and_the_walk_goes_on(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a/1.txt", "bad/2.txt", "bad/deep/3.txt", "z/4.txt", "z/y/5.txt"):
        studio.write(name)
    with_child_hook(monkeypatch, studio.base.parent, "if path.endswith(b'/bad'): os.kill(os.getpid(), signal.SIGKILL)")
    result = studio.scan()
    assert [entry["path"] for entry in result["failed"]] == [f"{studio.base}/bad"]
    assert "SIGKILL" in result["failed"][0]["reason"]
    assert (result["counts"]["files"], result["counts"]["directories"]) == (3, 5)


def test_the_shard_can_be_read_while_it_is_scanned(studio: Studio) -> None:
    studio.write("a.txt")
    studio.scan()
    with open_reader(studio.shard) as reader:
        before = list(reader.rows("SELECT name FROM file"))
        studio.write("b.txt")
        assert studio.counts()["new"] == 1
        assert before == [(b"a.txt",)]
        assert list(reader.rows("SELECT name FROM file")) == [(b"a.txt",), (b"b.txt",)]

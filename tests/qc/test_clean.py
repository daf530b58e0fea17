"""Cleaning removes what a crawl can make again, and nothing that it cannot."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.engine import Engine
from app.errors import InputError
from app.jobs.events import ItemFailed, JobEvent
from app.jobs.job import Job
from app.qc.clean import CleanRequest, CleanResult, qc_clean
from tests.qc.conftest import Frozen, Reviewer, everything, frames, media


@pytest.fixture
def library(reviewer: Reviewer, tmp_path: Path) -> Path:
    """Crawled in all three modes; one asset of each folder is signed."""
    for mode in ("subdir", "dot", "inline"):
        folder = frames(tmp_path / "library" / mode, 1001, 1002)
        media(folder / "signed.mov", b"signed")
        media(folder / "clip.mov", b"clip")
        reviewer.crawl(folder, sidecar_mode=mode)
        reviewer.sign(folder / "signed.mov")
    return tmp_path / "library"


def clean(engine: Engine, path: Path, **options: object) -> CleanResult:
    return qc_clean(engine, CleanRequest(path, **options), Job())  # type: ignore[arg-type]


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


MEDIA = {
    f"{mode}/{name}"
    for mode in ("subdir", "dot", "inline")
    for name in ("sh010.1001.exr", "sh010.1002.exr", "signed.mov", "clip.mov")
}
SIGNED = {"subdir/.qc/signed.mov.qc.json", "dot/.signed.mov.qc.json", "inline/signed.mov.qc.json"}


def test_verdicts_and_media_stay(engine: Engine, library: Path) -> None:
    before = everything(library)
    dry = clean(engine, library, dry_run=True)
    assert everything(library) == before
    found = clean(engine, library)
    assert files_below(library) == MEDIA | SIGNED
    assert (found.kept, found.verdicts, found.failed) == (3, 3, 0)
    gone = set(before) - MEDIA - SIGNED
    assert (found.removed, found.bytes) == (len(gone), sum(len(before[name][2]) for name in gone))
    assert (dry.removed, dry.bytes, dry.kept) == (found.removed, found.bytes, found.kept)


def test_verdicts_go_when_that_is_asked_for(engine: Engine, library: Path) -> None:
    clean(engine, library, with_verdicts=True)
    assert files_below(library) == MEDIA
    assert not (library / "subdir" / ".qc").exists()


@pytest.mark.parametrize("glob", ["*", "*.exr", "*.mov", "s*"])
def test_no_glob_takes_media(engine: Engine, library: Path, glob: str) -> None:
    media(library / "subdir" / "extensionless", b"\x76\x2f\x31\x01" + bytes(100))
    found = clean(engine, library, globs=(glob,), with_verdicts=True)
    assert files_below(library) == MEDIA | {"subdir/extensionless"}
    assert found.kept == found.protected > 0


def test_a_glob_takes_what_nobody_needs(engine: Engine, library: Path) -> None:
    media(library / "inline" / "left.tmp", b"x")
    media(library / "inline" / "right.log", b"x")
    clean(engine, library, globs=("*.tmp",))
    assert "inline/left.tmp" not in files_below(library) and "inline/right.log" in files_below(library)


def test_a_glob_takes_no_catalogued_file(engine: Engine, library: Path) -> None:
    from app.scanning.request import ScanRequest
    from app.scanning.scan import scan

    media(library / "inline" / "grade.tmp", b"x")
    scan(engine, ScanRequest((str(library),), drive="shelf", inventory_only=True), Job())
    media(library / "inline" / "later.tmp", b"x")
    found = clean(engine, library, globs=("*.tmp",))
    assert found.protected == 1
    assert "inline/grade.tmp" in files_below(library) and "inline/later.tmp" not in files_below(library)


def test_hidden_folders_are_left_alone_unless_asked(engine: Engine, reviewer: Reviewer, tmp_path: Path) -> None:
    hidden = tmp_path / ".archive"
    media(hidden / "clip.mov", b"clip")
    reviewer.crawl(hidden)
    assert clean(engine, tmp_path).removed == 0
    assert clean(engine, tmp_path, include_hidden=True).removed == 2
    assert files_below(tmp_path) == {".archive/clip.mov"}


def test_the_qc_folder_itself_may_be_named(engine: Engine, library: Path) -> None:
    clean(engine, library / "subdir" / ".qc", with_verdicts=True)
    assert not (library / "subdir" / ".qc").exists()
    assert "dot/.signed.mov.qc.json" in files_below(library)


def test_what_may_hold_a_verdict_stays(engine: Engine, tmp_path: Path, frozen: Frozen) -> None:
    frozen("history", tmp_path / "a.mov.qc.json")
    frozen("older_single", tmp_path / ".b.mov.qc.json")
    frozen("older_sequence", tmp_path / ".qc" / "sequence.qc.json")
    frozen("older_sequence_pending", tmp_path / "qc.sequence.json")
    frozen("single_pending", tmp_path / "c.mov.qc.json")
    (tmp_path / "broken.mov.qc.json").write_text("{")
    found = clean(engine, tmp_path)
    assert files_below(tmp_path) == {"a.mov.qc.json", ".b.mov.qc.json", ".qc/sequence.qc.json", "broken.mov.qc.json"}
    assert (found.removed, found.verdicts) == (2, 4)


def test_media_that_somebody_put_into_a_qc_folder_stays(engine: Engine, library: Path) -> None:
    media(library / "subdir" / ".qc" / "proof.mov", b"x")
    media(library / "subdir" / ".qc" / "old" / "thing.txt", b"x")
    clean(engine, library, with_verdicts=True)
    assert files_below(library) == MEDIA | {"subdir/.qc/proof.mov"}


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_are_not_followed(engine: Engine, library: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    media(outside / "precious.qc.json", b"x")
    (library / ".qc").symlink_to(outside)
    (library / "link").symlink_to(outside)
    (library / "inline" / "link.qc.json").symlink_to(outside / "precious.qc.json")
    clean(engine, library, with_verdicts=True, include_hidden=True)
    assert files_below(outside) == {"precious.qc.json"}
    assert (library / "inline" / "link.qc.json").is_symlink()


def test_only_a_folder_is_cleaned(engine: Engine, library: Path) -> None:
    for path in (library / "gone", library / "subdir" / "clip.mov"):
        with pytest.raises(InputError):
            clean(engine, path)


def test_a_drive_that_cannot_be_written_is_told(engine: Engine, reviewer: Reviewer, mounted: Path) -> None:
    media(mounted / "clip.mov", b"x")
    reviewer.crawl(mounted)
    subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
    events: list[JobEvent] = []
    found = qc_clean(engine, CleanRequest(mounted), Job(events.append))
    assert (found.removed, found.failed, found.kept) == (0, 2, 2), "the sidecar and the cache"
    assert [event.code for event in events if isinstance(event, ItemFailed)] == ["qc.not_removed"] * 2
    assert sorted(path.name for path, _ in found.problems) == [".qc.hashcache.json", "clip.mov.qc.json"]

"""Signing one asset off, taking it back, and what stands afterwards."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.engine import Engine
from app.errors import HeldByAnother, InputError, RecordsBroken, UsageError
from app.files.hashcache import CACHE_NAME
from app.files.sidecar import record_hash
from app.jobs.filelock import hold_file_lock
from app.jobs.job import CancelToken, Job
from app.qc.crawl import CrawlRequest, qc_crawl
from app.qc.signoff import SignOffRequest, UndoRequest, sign_off, undo_sign_off
from app.qc.status import HistoryRequest, StatusRequest, qc_history, qc_status
from app.qc.verdicts import Replaced, replaced_verdict
from tests.qc.conftest import CLIP_NS, Frozen, Reviewer, document, edit, everything, frames, media


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return media(tmp_path / "clip.mov", b"one clip\n")


def sidecar_of(path: Path) -> Path:
    return path.parent / ".qc" / f"{path.name}.qc.json"


def test_a_sign_off_says_who_what_and_why(reviewer: Reviewer, clip: Path) -> None:
    said = reviewer.sign(clip, "fail", "bob", note="Flickers", reasons=("flicker", "banding"))
    assert document(sidecar_of(clip)) == said
    assert (said["qc_result"], said["operator"], said["notes"]) == ("fail", "bob", "Flickers")
    assert (said["reasons"], said["asset_name"]) == (["flicker", "banding"], "clip.mov")
    assert (said["size_bytes"], said["mtime_ns"]) == (9, str(CLIP_NS))


def test_each_verdict_goes_into_history(reviewer: Reviewer, clip: Path) -> None:
    reviewer.crawl(clip)
    reviewer.sign(clip, "fail")
    last = reviewer.sign(clip, "pass", "bob")
    assert [entry["qc_result"] for entry in last["history"]] == ["pending", "fail"]
    chain = [*last["history"], last]
    for before, after in zip(chain, chain[1:], strict=False):
        assert (after["supersedes"], after["previous_hash"]) == (before["qc_id"], record_hash(before))
    records = qc_history(reviewer.engine, HistoryRequest(clip), Job())
    assert [record["qc_id"] for record in records] == [record["qc_id"] for record in chain]


def test_an_edit_of_one_byte_makes_it_stale(reviewer: Reviewer, tmp_path: Path) -> None:
    frames(tmp_path, 1001, 1002, 1003)
    reviewer.sign(tmp_path / "sh010.####.exr")
    assert not reviewer.status(tmp_path)["sh010.####.exr"].stale
    before = everything(tmp_path / ".qc")
    edit(tmp_path / "sh010.1002.exr", b"frame 1oo2\n")
    status = reviewer.status(tmp_path)["sh010.####.exr"]
    assert (status.verdict, status.operator, status.stale) == ("pass", "alice", True)
    assert everything(tmp_path / ".qc") == before, "staleness is computed, not written"
    edit(tmp_path / "sh010.1002.exr", b"frame 1002\n")
    assert not reviewer.status(tmp_path)["sh010.####.exr"].stale, "the signed content is back"


def test_a_new_sign_off_of_changed_content_is_fresh(reviewer: Reviewer, clip: Path) -> None:
    reviewer.sign(clip)
    edit(clip, b"two clip\n")
    said = reviewer.sign(clip)
    assert len(said["history"]) == 1
    assert not reviewer.status(clip)["clip.mov"].stale


def test_an_edit_under_the_same_size_and_time_is_seen_at_sign_off(reviewer: Reviewer, clip: Path) -> None:
    first = reviewer.sign(clip)
    clip.write_bytes(b"two clip\n")
    os.utime(clip, ns=(CLIP_NS, CLIP_NS))
    assert reviewer.status(clip)["clip.mov"].stale
    assert reviewer.sign(clip, operator="bob")["content_hash"] != first["content_hash"]


def test_whose_verdict_was_replaced(reviewer: Reviewer, clip: Path) -> None:
    reviewer.crawl(clip)
    record = sign_off(reviewer.engine, SignOffRequest(clip, "alice", "pass"), Job())
    assert replaced_verdict(record) is None, "nobody had said anything"
    record = sign_off(reviewer.engine, SignOffRequest(clip, "bob", "fail"), Job())
    assert replaced_verdict(record) == Replaced("alice", record.history[-1]["qc_time"], "pass")
    record = sign_off(reviewer.engine, SignOffRequest(clip, "bob", "pass"), Job())
    assert replaced_verdict(record) is None, "their own"
    record = undo_sign_off(reviewer.engine, UndoRequest(clip, "carol"), Job())
    assert replaced_verdict(record) == Replaced("bob", record.history[-1]["qc_time"], "pass")


def test_what_a_sign_off_read_counts_more_than_sizes_and_times(reviewer: Reviewer, clip: Path) -> None:
    first = reviewer.sign(clip)
    (clip.parent / ".qc" / CACHE_NAME).unlink()
    clip.write_bytes(b"two clip\n")
    os.utime(clip, ns=(CLIP_NS, CLIP_NS))
    second = reviewer.sign(clip)
    assert second["content_hash"] != first["content_hash"], "not taken for what was signed already"
    assert [entry["qc_id"] for entry in second["history"]] == [first["qc_id"]]


def test_undo_restores_what_was_before(reviewer: Reviewer, clip: Path) -> None:
    reviewer.sign(clip, "pass", "alice", note="fine")
    wrong = reviewer.sign(clip, "fail", "bob", note="oops", reasons=("flicker",))
    restored = undo_sign_off(reviewer.engine, UndoRequest(clip, "bob"), Job()).document
    assert (restored["qc_result"], restored["operator"], restored["notes"]) == ("pass", "alice", "fine")
    assert (restored["undoes"], restored["undone_by"], restored["reasons"]) == (wrong["qc_id"], "bob", [])
    assert [entry["qc_result"] for entry in restored["history"]] == ["pass", "fail"]
    again = undo_sign_off(reviewer.engine, UndoRequest(clip, "bob"), Job()).document
    assert (again["qc_result"], len(again["history"])) == ("fail", 3)


def test_undo_does_not_sign_content_that_nobody_saw(reviewer: Reviewer, clip: Path) -> None:
    reviewer.sign(clip, "pass")
    edit(clip, b"two clip\n")
    reviewer.sign(clip, "fail")
    undo_sign_off(reviewer.engine, UndoRequest(clip, "bob"), Job())
    status = reviewer.status(clip)["clip.mov"]
    assert (status.verdict, status.stale) == ("pass", True)


def test_there_may_be_nothing_to_undo(reviewer: Reviewer, clip: Path) -> None:
    for _ in range(2):
        with pytest.raises(InputError):
            undo_sign_off(reviewer.engine, UndoRequest(clip, "bob"), Job())
        reviewer.crawl(clip)


def test_a_sign_off_is_refused(reviewer: Reviewer, clip: Path) -> None:
    with pytest.raises(UsageError):
        reviewer.sign(clip.parent)
    with pytest.raises(UsageError):
        reviewer.sign(clip, operator=" ")
    with pytest.raises(UsageError):
        reviewer.sign(clip, "excellent")
    with pytest.raises(InputError):
        reviewer.sign(clip.parent / "gone.mov")
    sidecar_of(clip).parent.mkdir()
    sidecar_of(clip).write_bytes(b"{")
    with pytest.raises(RecordsBroken):
        reviewer.sign(clip)
    assert sidecar_of(clip).read_bytes() == b"{"


class Meanwhile(CancelToken):
    """Holds a folder's lock, and does something once when somebody waits for it: just before they get it."""

    def __init__(self, folder: Path, act: Callable[[], object]) -> None:
        super().__init__()
        (folder / ".qc").mkdir(exist_ok=True)
        self._lock = hold_file_lock(folder / ".qc" / ".lock", CancelToken())
        self._lock.__enter__()
        self._act: Callable[[], object] | None = act

    def wait_cancelled(self, timeout_s: float) -> bool:
        if self._act is not None:
            act, self._act = self._act, None
            self._lock.__exit__(None, None, None)
            act()
        return super().wait_cancelled(0)


def test_a_verdict_that_another_gave_meanwhile_is_not_overwritten(reviewer: Reviewer, clip: Path) -> None:
    reviewer.crawl(clip)
    late = Meanwhile(clip.parent, lambda: reviewer.sign(clip, "fail", "bob"))
    with pytest.raises(HeldByAnother):
        sign_off(reviewer.engine, SignOffRequest(clip, "alice", "pass"), Job(token=late))
    assert document(sidecar_of(clip))["operator"] == "bob"


def test_a_crawl_meanwhile_does_not_stop_a_sign_off(reviewer: Reviewer, clip: Path) -> None:
    late = Meanwhile(clip.parent, lambda: reviewer.crawl(clip))
    said = sign_off(reviewer.engine, SignOffRequest(clip, "alice", "pass"), Job(token=late)).document
    assert [entry["qc_result"] for entry in said["history"]] == ["pending"]
    assert document(sidecar_of(clip)) == said


def test_a_crawl_respects_a_verdict_that_came_meanwhile(reviewer: Reviewer, clip: Path) -> None:
    late = Meanwhile(clip.parent, lambda: reviewer.sign(clip, "fail", "bob"))
    found = qc_crawl(reviewer.engine, CrawlRequest((clip,)), Job(token=late))
    assert (found.written, found.unchanged, found.failed) == (0, 1, [])
    assert document(sidecar_of(clip))["operator"] == "bob"


def test_an_undo_does_not_undo_what_nobody_saw(reviewer: Reviewer, clip: Path) -> None:
    reviewer.crawl(clip)
    reviewer.sign(clip, "pass", "alice")
    late = Meanwhile(clip.parent, lambda: reviewer.sign(clip, "fail", "bob"))
    with pytest.raises(HeldByAnother):
        undo_sign_off(reviewer.engine, UndoRequest(clip, "alice"), Job(token=late))
    assert document(sidecar_of(clip))["operator"] == "bob"


def test_status_of_everything(reviewer: Reviewer, tmp_path: Path) -> None:
    for name in ("passed", "failed", "edited", "gone", "broken"):
        media(tmp_path / f"{name}.mov", name.encode())
    for name in ("passed", "edited", "gone"):
        reviewer.sign(tmp_path / f"{name}.mov")
    reviewer.sign(tmp_path / "failed.mov", "fail")
    edit(tmp_path / "edited.mov", b"EDITED")
    (tmp_path / "gone.mov").unlink()
    (tmp_path / ".qc" / "broken.mov.qc.json").write_text("?")
    media(tmp_path / "later.mov", b"later")
    found = qc_status(reviewer.engine, StatusRequest((tmp_path,)), Job())
    assert found.counts == {
        "assets": 5,
        "pass": 1,
        "fail": 1,
        "pending": 0,
        "none": 1,
        "stale": 1,
        "missing": 1,
        "failed": 1,
        "damaged": 2,
    }
    by_name = {status.path.name: status for status in found.assets}
    assert by_name["gone.mov"].missing and by_name["later.mov"].sidecar is None
    assert by_name["passed.mov"].signature == "unsigned"


@pytest.mark.parametrize("name", ["single", "moved_folder", "history"])
def test_frozen_verdicts_of_ours_stand(reviewer: Reviewer, clip: Path, frozen: Frozen, name: str) -> None:
    put = frozen(name, clip.parent / ".clip.mov.qc.json")
    content = put.read_bytes()
    found = reviewer.crawl(clip.parent)
    assert (found.unchanged, found.written) == (1, 0)
    status = reviewer.status(clip)["clip.mov"]
    assert (status.verdict, status.stale, status.sidecar) == ("pass", False, put)
    assert put.read_bytes() == content


def test_a_frozen_sequence_stands_by_fingerprint_and_by_content(
    reviewer: Reviewer, tmp_path: Path, frozen: Frozen
) -> None:
    frames(tmp_path / "a", 1001, 1002, 1004, 1005)
    frozen("sequence", tmp_path / "a" / "sh010.####.exr.qc.json")
    copy = tmp_path / "b"
    shutil.copytree(tmp_path / "a", copy, copy_function=shutil.copyfile)
    for folder in (tmp_path / "a", copy):
        assert not reviewer.status(folder)["sh010.####.exr"].stale
    edit(copy / "sh010.1004.exr", b"frame 4001\n")
    assert reviewer.status(copy)["sh010.####.exr"].stale


def test_a_frozen_stale_verdict_is_stale(reviewer: Reviewer, clip: Path, frozen: Frozen) -> None:
    put = frozen("stale", clip.parent / "clip.mov.qc.json")
    before = put.read_bytes()
    found = reviewer.crawl(clip)
    assert (found.stale, found.written) == (1, 0)
    assert reviewer.status(clip)["clip.mov"].stale
    assert put.read_bytes() == before


def test_a_frozen_pending_record_with_foreign_fields_is_refreshed(
    reviewer: Reviewer, clip: Path, frozen: Frozen
) -> None:
    put = frozen("unknown_fields", clip.parent / ".qc" / "clip.mov.qc.json")
    assert reviewer.crawl(clip).written == 1
    now = document(put)
    assert (now["policy_version"], now["studio_ticket"], now["history"]) == ("2026.11.0", "T-77", [])


def test_the_operator_of_the_settings_signs_where_none_is_named(engine: Engine, clip: Path) -> None:
    from app.engine import open_engine
    from app.settings import load_settings

    named = open_engine(load_settings(engine.home, {"QC_OPERATOR": "carol"}, {}), engine.home)
    assert Reviewer(named).sign(clip, operator="")["operator"] == "carol"

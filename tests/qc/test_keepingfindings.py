"""What a check keeps in the records of a drive while others write there too, and whatever names are."""

import os
import struct
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.catalog.assets import ShardAssets
from app.catalog.shard import open_reader, open_writer
from app.engine import Engine
from app.jobs.events import JobEvent, Noticed
from app.jobs.job import CancelToken, Job
from app.operations import run
from app.qc.checking import CheckRequest
from app.qc.judged import judged_at
from app.qc.keepingfindings import FindingsKeeper
from app.qc.livefacts import FoundAsset
from app.scanning.request import ScanRequest
from tests import media
from tests.inspection.framekit import frames, string
from tests.qc.policykit import HEAD


def _keeper(engine: Engine, heard: list[JobEvent]) -> FindingsKeeper:
    return FindingsKeeper(engine, [engine.catalog.drive("A001")], Job(heard.append))


def _judged(name: str, folder: Path) -> FoundAsset:
    return FoundAsset(os.fsencode(folder), name.encode(), (folder / name).stat().st_size)


VALIDATION = {"policy": {"id": "test.it", "version": "1", "sha256": ""}, "outcome": "fail", "findings": []}


def test_what_is_found_while_another_writes_the_records_is_kept_once_that_has_ended(
    engine: Engine, tmp_path: Path
) -> None:
    card = tmp_path / "card"
    card.mkdir()
    names = [f"take{letter}.exr" for letter in "abcdefghijklmnopqrstuvwxyz"]
    for name in names:
        media.raw_exr(card / name)
    run(engine, "scan", ScanRequest((str(card),), "A001"), Job())
    heard: list[JobEvent] = []
    keeper = _keeper(engine, heard)
    with open_writer(engine.catalog.shard_path(engine.catalog.drive("A001").id), CancelToken(), label="A001"):
        for name in [*names, *names, *names]:
            keeper.keep(_judged(name, card), None, VALIDATION)
    keeper.close()
    assert not [event for event in heard if isinstance(event, Noticed)]
    assert all(judged_at(engine, str(card / name), CancelToken()).findings for name in names)


def test_what_could_not_be_kept_at_all_is_counted(engine: Engine, tmp_path: Path) -> None:
    card = tmp_path / "card"
    card.mkdir()
    media.raw_exr(card / "a.exr")
    run(engine, "scan", ScanRequest((str(card),), "A001"), Job())
    heard: list[JobEvent] = []
    keeper = _keeper(engine, heard)
    keeper.keep(_judged("a.exr", card), None, VALIDATION)
    with open_writer(engine.catalog.shard_path(engine.catalog.drive("A001").id), CancelToken(), label="A001"):
        keeper.close()
    [notice] = [event for event in heard if isinstance(event, Noticed)]
    assert notice.text.startswith("What was found of 1 asset was not kept: another job writes")


def test_what_seemed_wrong_because_the_drive_went_away_is_not_kept(engine: Engine, tmp_path: Path) -> None:
    card = tmp_path / "card"
    card.mkdir()
    media.raw_exr(card / "a.exr")
    run(engine, "scan", ScanRequest((str(card),), "A001"), Job())
    keeper = _keeper(engine, [])
    keeper.keep(_judged("a.exr", card), None, {**VALIDATION, "outcome": "pass"})
    keeper.close()
    heard: list[JobEvent] = []
    keeper = _keeper(engine, heard)
    keeper.keep(_judged("a.exr", card), None, {**VALIDATION, "outcome": "error"})
    card.rename(tmp_path / "shelf")
    keeper.close()
    (tmp_path / "shelf").rename(card)
    [notice] = [event for event in heard if isinstance(event, Noticed)]
    assert notice.text == "What was found of 1 asset was not kept: A001 went away."
    [kept] = judged_at(engine, str(card / "a.exr"), CancelToken()).findings
    assert kept["outcome"] == "pass"


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text are for Linux alone")
def test_frames_with_odd_values_are_known_on_the_shelf_also_where_names_are_no_text(
    engine: Engine, tmp_path: Path
) -> None:
    card = tmp_path / "card"
    card.mkdir()
    for frame in (1, 2):
        made = media.raw_exr(tmp_path / "made.exr")
        made.write_bytes(made.read_bytes()[:-4] + struct.pack("<ee", float("nan"), 1.0))
        os.rename(made, os.fsencode(card) + b"/caf\xe9.%04d.exr" % frame)  # noqa: PTH104 - bytes
    run(engine, "scan", ScanRequest((str(card),), "A001"), Job())
    (tmp_path / "p.yaml").write_text(f"{HEAD}rules:\n  - {{id: finite, check: pixels.finite}}\n")
    request = CheckRequest((), str(tmp_path / "p.yaml"), drives=("A001",))
    [live] = run(engine, "check", request, Job()).findings
    card.rename(tmp_path / "shelf")
    [recorded] = run(engine, "check", request, Job()).findings
    assert (live.outcome, live.frames, recorded) == ("fail", "1-2", live)


def test_assets_are_found_by_their_names_in_one_go(engine: Engine, tmp_path: Path) -> None:
    card = tmp_path / "card"
    (card / "below").mkdir(parents=True)
    for name in ("sh.0001.exr", "sh.0002.exr", "still.exr", "below/other.exr"):
        media.raw_exr(card / name)
    (card / "notes.txt").write_text("no asset")
    run(engine, "scan", ScanRequest((str(card),), "A001"), Job())
    with open_reader(engine.catalog.shard_path(engine.catalog.drive("A001").id), CancelToken()) as database:
        assets = ShardAssets(database, engine.judge)
        found = assets.find_all(b"", (b"sh.####.exr", b"still.exr", b"notes.txt", b"other.exr", b"sh.0001.exr"))
        assert set(found) == {b"sh.####.exr", b"still.exr"}
        assert [found[name] for name in sorted(found)] == assets.of_folder(found[b"still.exr"].folder_id)
        assert assets.find_all(b"nowhere", (b"still.exr",)) == {}


class _Ending(CancelToken):
    """Ends what another holds as soon as somebody waits."""

    def __init__(self, other: ExitStack) -> None:
        super().__init__()
        self._other = other

    def wait_cancelled(self, timeout_s: float) -> bool:
        self._other.close()
        return super().wait_cancelled(0)


def test_a_scan_does_not_fail_because_a_check_is_just_writing(engine: Engine, tmp_path: Path) -> None:
    card = tmp_path / "card"
    card.mkdir()
    media.raw_exr(card / "a.exr")
    run(engine, "scan", ScanRequest((str(card),), "A001"), Job())
    media.raw_exr(card / "b.exr")
    with ExitStack() as other:
        other.enter_context(
            open_writer(engine.catalog.shard_path(engine.catalog.drive("A001").id), CancelToken(), label="A001")
        )
        run(engine, "scan", ScanRequest((str(card),), "A001"), Job(token=_Ending(other)))
    assert judged_at(engine, str(card / "b.exr"), CancelToken()).catalogued


def test_of_a_sequence_whose_frames_were_numbered_anew_nothing_is_kept(engine: Engine, tmp_path: Path) -> None:
    card = tmp_path / "card"
    card.mkdir()
    for frame in range(1001, 1006):
        os.utime(media.raw_exr(card / f"a.{frame}.exr"), ns=(0, 1_700_000_000_000_000_000))
    run(engine, "scan", ScanRequest((str(card),), "A001"), Job())
    (card / "a.1005.exr").rename(card / "a.1006.exr")
    (tmp_path / "p.yaml").write_text(f"{HEAD}rules:\n  - {{id: r, check: exr.lossless}}\n")
    heard: list[JobEvent] = []
    run(engine, "check", CheckRequest((), str(tmp_path / "p.yaml"), ("A001",)), Job(heard.append))
    assert [event.code for event in heard if isinstance(event, Noticed)] == ["check.not_scanned"]
    assert not judged_at(engine, str(card / "a.####.exr"), CancelToken()).findings


def test_values_that_are_other_ones_in_each_frame_are_kept_beside_what_other_rules_and_checks_read(
    engine: Engine, tmp_path: Path
) -> None:
    card = frames(tmp_path / "card", range(1001, 1009), lambda number: [string(b"take", b"take %d" % number)])
    both, header, one = tmp_path / "both.yaml", tmp_path / "header.yaml", tmp_path / "one.yaml"
    rule = "  - {id: take, select: 'parts[*].attributes.take', expect: {ne: take 1005}}\n"
    one.write_text(f"{HEAD}rules:\n{rule}")
    both.write_text(f"{HEAD}rules:\n{rule}  - {{id: still, check: sequence.frozen}}\n")
    header.write_text(f"{HEAD}rules:\n  - {{id: whole, check: sequence.truncated}}\n")
    run(engine, "scan", ScanRequest((str(card),), "A001"), Job())
    for policy in (both, header):
        run(engine, "check", CheckRequest((), str(policy), ("A001",)), Job())
    card.rename(tmp_path / "shelf")
    [finding] = run(engine, "check", CheckRequest((), str(one), ("A001",)), Job()).findings
    assert (finding.rule, finding.outcome.value, finding.frames) == ("take", "fail", "1005")


def test_of_several_assets_of_a_drive_one_that_is_gone_costs_a_line_here_and_on_the_shelf(
    engine: Engine, tmp_path: Path
) -> None:
    card = tmp_path / "card"
    for name in ("a/one.exr", "a/b/two.exr", "a/b/three.exr"):
        (card / name).parent.mkdir(parents=True, exist_ok=True)
        media.raw_exr(card / name)
    run(engine, "scan", ScanRequest((str(card),), "A001"), Job())
    policy = tmp_path / "policy.yaml"
    policy.write_text(HEAD + "rules:\n  - {id: a.one, select: file.name, expect: {regex: exr}}\n", encoding="utf-8")
    asked = tuple(str(card / name) for name in ("a/b/two.exr", "gone.exr", "a/one.exr"))
    lost = []
    for place in (card, tmp_path / "unplugged"):
        if not place.exists():
            card.rename(place)
        result = run(engine, "check", CheckRequest(asked, str(policy), ("A001",)), Job())
        assert {asset.asset.rpartition("/")[2] for asset in result.assets} == {"two.exr", "gone.exr", "one.exr"}
        lost.append([asset.asset for asset in result.assets if asset.outcome.value == "error"])
    assert lost == [[str(card / "gone.exr")]] * 2

"""`reelmark check` and `inspect --policy` as they are called: what is printed, what is written, how they end."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from app.catalog.inspections import findings_of
from app.catalog.shard import open_writer
from app.cli.edge import run_command_line
from app.jobs.job import CancelToken
from tests import media
from tests.qc.planted import write_faults
from tests.ui.enginekit import make_engine
from tests.unprivileged import document, reelmark

POLICY = """schema: qcpolicy/1
id: try.it
version: "1"
title: To try it
vars: {codec: zip}
rules:
  - {id: comp, title: The right compression, select: 'parts[*].compression', expect: {eq: '{codec}'}}
  - {id: complete, check: sequence.missing}
  - {id: finite, check: pixels.finite}
"""


NAMES_ALONE = 'schema: qcpolicy/1\nid: s\nversion: "1"\nrules: [{id: r, check: files.zero_byte}]\n'


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    folder = tmp_path / "shots"
    folder.mkdir()
    for frame in (1001, 1002, 1004, 1005):
        media.exr(folder / f"sh010.{frame}.exr", frame)
    media.exr(folder / "still.exr", compression="piz")
    (folder / "notes.txt").write_text("nothing to judge")
    (tmp_path / "p.yaml").write_text(POLICY)
    return folder


def call(tmp_path: Path, *arguments: str) -> int:
    return run_command_line(["--home", str(tmp_path / "home"), *arguments])


def test_the_worst_comes_first_with_its_rule_and_frames(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(tmp_path, "check", str(shots), "--policy", str(tmp_path / "p.yaml")) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        f"FAIL  {shots.as_posix()}/sh010.####.exr",
        "    FAIL     complete  Frames of the range that have no file",
        "             1 missing frame: 1003; expected no missing frames [frame 1003]",
        f"FAIL  {shots.as_posix()}/still.exr",
        "    FAIL     comp  The right compression",
        "             piz; expected zip [part 0]",
        "FAIL: 2 assets by try.it 1; rules: 2 fail, 3 pass",
        "The policy is not about 1 other file or sequence.",
    ]


def test_the_json_document_names_the_policy_by_its_hash(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = call(
        tmp_path,
        "check",
        str(shots / "still.exr"),
        "--policy",
        str(tmp_path / "p.yaml"),
        "--var",
        "codec=piz",
        "--json",
    )
    document = json.loads(capsys.readouterr().out)
    assert (code, document["outcome"], document["findings"]) == (0, "pass", [])
    assert document["policy"]["id"] == "try.it"
    assert len(document["policy"]["sha256"]) == 64
    assert document["counts"]["assets"]["judged"] == 1


def test_a_report_is_written_beside_what_is_printed(shots: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.xml"
    options = ["--policy", "sequence.hygiene", "--report", "junit", "--out", str(out)]
    assert call(tmp_path, "check", str(shots), *options) == 1
    assert [suite.attrib["failures"] for suite in ElementTree.parse(out).getroot()] == ["1"]  # noqa: S314 - our own


def test_a_wrong_policy_ends_with_its_place(shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "p.yaml"
    wrong.write_text(POLICY.replace("sequence.missing", "sequence.mising"))
    assert call(tmp_path, "check", str(shots), "--policy", str(wrong)) == 3
    error = capsys.readouterr().err
    assert f"{wrong}:8:27: there is no check sequence.mising" in error
    assert "Did you mean sequence.missing?" in error
    assert call(tmp_path, "check", str(shots), "--policy", "sequence.hygien") == 3
    assert "Did you mean sequence.hygiene?" in capsys.readouterr().err


def test_the_shipped_policies_are_listed_and_each_can_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(tmp_path, "check", "--list", "--json") == 0
    listed = [one["id"] for one in json.loads(capsys.readouterr().out)["policies"]]
    assert listed == [
        "aces.container", "broadcast.movie", "netflix.vfx.final.exr", "plate.delivery", "sequence.hygiene",
        "show.naming",
    ]  # fmt: skip
    for name in listed:
        assert call(tmp_path, "check", str(tmp_path), "--policy", name, "--var", "show=A") in (1, 2), name


def test_without_a_policy_or_anything_to_check_it_says_what_to_add(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(tmp_path, "check", str(tmp_path)) == 2
    assert "--list" in capsys.readouterr().err
    assert call(tmp_path, "check", "--policy", "sequence.hygiene") == 2


def test_an_empty_path_does_not_stand_for_a_whole_drive(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(tmp_path, "scan", str(shots), "--drive", "A001") == 0
    for drive in ((), ("--drive", "A001")):
        capsys.readouterr()
        assert call(tmp_path, "check", "", "--policy", "sequence.hygiene", *drive) == 2
        assert "A PATH is empty" in capsys.readouterr().err


def test_inspect_judges_what_it_found_by_a_policy(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    still = str(shots / "still.exr")
    assert call(tmp_path, "inspect", still, "--policy", str(tmp_path / "p.yaml"), "--stats", "--json") == 1
    validation = json.loads(capsys.readouterr().out)["validation"]
    assert validation["policy"]["id"] == "try.it"
    assert [(one["rule"], one["outcome"]) for one in validation["findings"]] == [("comp", "fail")]
    assert call(tmp_path, "inspect", still, "--policy", str(tmp_path / "p.yaml")) == 1
    out = capsys.readouterr().out
    assert "policy try.it 1: FAIL" in out
    assert "ERROR    finite" in out


def test_a_drive_that_is_away_is_judged_by_what_was_recorded(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(tmp_path, "scan", str(shots), "--drive", "A001") == 0
    there = ["check", "--drive", "A001", "--policy", str(tmp_path / "p.yaml"), "--json"]
    capsys.readouterr()
    assert call(tmp_path, *there) == 1
    live = json.loads(capsys.readouterr().out)
    shots.rename(tmp_path / "elsewhere")
    assert call(tmp_path, *there) == 1
    recorded = json.loads(capsys.readouterr().out)
    assert (live["recorded"], recorded["recorded"]) == (False, True)
    assert recorded["counts"]["assets"]["others"] == 0
    assert {asset["asset"] for asset in recorded["assets"]} == {asset["asset"] for asset in live["assets"]}
    found = {(one["rule"], one["asset"].rpartition("/")[2], one["outcome"]) for one in recorded["findings"]}
    assert found == {
        ("complete", "sh010.####.exr", "fail"),
        ("comp", "still.exr", "fail"),
        ("finite", "sh010.####.exr", "error"),
    }


def test_a_path_of_which_nothing_is_recorded_is_an_error_on_the_shelf(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(tmp_path, "scan", str(shots), "--drive", "A001") == 0
    shots.rename(tmp_path / "elsewhere")
    (tmp_path / "p.yaml").write_text(NAMES_ALONE)
    for name, told in (("absent", ["error"]), ("sh010.1001.exr", ["error"]), ("notes.txt", []), ("still.exr", [])):
        capsys.readouterr()
        call(tmp_path, "check", name, "--drive", "A001", "--policy", str(tmp_path / "p.yaml"), "--json")
        assert [one["outcome"] for one in json.loads(capsys.readouterr().out)["findings"]] == told, name


def test_what_was_never_recorded_is_no_pass(shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path, "scan", str(shots), "--drive", "A001") == 0
    shots.rename(tmp_path / "elsewhere")
    capsys.readouterr()
    assert call(tmp_path, "check", "--drive", "A001", "--policy", str(tmp_path / "p.yaml"), "--json") == 1
    recorded = json.loads(capsys.readouterr().out)
    found = {(one["rule"], one["asset"].rpartition("/")[2], one["outcome"]) for one in recorded["findings"]}
    assert found == {
        ("comp", "sh010.####.exr", "error"),
        ("complete", "sh010.####.exr", "fail"),
        ("comp", "still.exr", "fail"),
        ("finite", "sh010.####.exr", "error"),
        ("finite", "still.exr", "error"),
    }


@pytest.mark.parametrize("missing", ["fail", "skip"])
def test_statistics_of_a_sequence_that_were_never_recorded_are_an_error(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    assert call(tmp_path, "scan", str(shots), "--drive", "A001") == 0
    call(tmp_path, "check", "--drive", "A001", "--policy", "sequence.hygiene")
    shots.rename(tmp_path / "elsewhere")
    policy = tmp_path / "stats.yaml"
    rule = f"{{id: nan, select: 'stats.parts[*].channels[*].nan_count', expect: {{eq: 0}}, missing: {missing}}}"
    policy.write_text(f'schema: qcpolicy/1\nid: s\nversion: "1"\nmatch: {{kind: sequence}}\nrules:\n  - {rule}\n')
    capsys.readouterr()
    call(tmp_path, "check", "--drive", "A001", "--policy", str(policy), "--json")
    [finding] = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["outcome"], finding["evidence"].split(":")[0]) == (
        "error",
        "The pixels of a sequence are recorded by an inspection alone, not by a check, and there is none of this one",
    )
    (tmp_path / "elsewhere").rename(shots)
    asked = finding["evidence"].partition("sequence with ")[2].split()
    assert call(tmp_path, "inspect", str(shots / "sh010.####.exr"), *asked) == 0
    shots.rename(tmp_path / "elsewhere")
    assert call(tmp_path, "check", "--drive", "A001", "--policy", str(policy), "--json") == 0


@pytest.mark.parametrize("source", ["--drive", "path", "link", "below", "dots"])
def test_findings_of_a_connected_drive_are_kept_in_its_records(shots: Path, tmp_path: Path, source: str) -> None:
    assert call(tmp_path, "scan", str(shots), "--drive", "A001") == 0
    (tmp_path / "link").symlink_to(shots)
    (shots / "latest").symlink_to(".")
    named = {
        "--drive": ["--drive", "A001"],
        "path": [str(shots / "still.exr")],
        "link": [str(tmp_path / "link")],
        "below": [str(shots / "latest" / "still.exr")],
        "dots": [f"{shots}/../shots/still.exr"],
    }
    assert call(tmp_path, "check", *named[source], "--policy", str(tmp_path / "p.yaml")) == 1
    engine = make_engine(tmp_path / "home")
    with engine.catalog.open_shard(engine.catalog.drive("A001")) as shard:
        [judged] = findings_of(shard, shard.value("SELECT id FROM folder WHERE path = x''"), b"still.exr")
    assert (judged["policy"]["id"], judged["outcome"]) == ("try.it", "fail")
    assert [one["rule"] for one in judged["findings"]] == ["comp"]


def test_paths_are_judged_also_where_the_records_of_their_drive_cannot_be_written(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(tmp_path, "scan", str(shots), "--drive", "A001") == 0
    [shard] = (tmp_path / "home" / "shards").glob("*.db")
    shard.write_bytes(b"no database" * 1000)
    capsys.readouterr()
    assert call(tmp_path, "check", str(shots), "--policy", str(tmp_path / "p.yaml")) == 1
    told = capsys.readouterr()
    assert "FAIL: 2 assets" in told.out
    assert "What was found was not kept" in told.err


def test_several_drives_are_each_judged_by_what_there_is_of_them(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    media.exr(other / "one.exr")
    assert call(tmp_path, "scan", str(shots), "--drive", "A001") == 0
    assert call(tmp_path, "scan", str(other), "--drive", "B002") == 0
    shots.rename(tmp_path / "shelf")
    asked = ["check", "--drive", "A001", "--drive", "B002", "--drive", "a001", "--policy", str(tmp_path / "p.yaml")]
    capsys.readouterr()
    assert call(tmp_path, *asked, "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["recorded"] is True
    names = [asset["asset"].rpartition("/")[2] for asset in document["assets"]]
    assert names == ["sh010.####.exr", "still.exr", "one.exr"]
    assert call(tmp_path, *asked) == 1
    assert "3 assets by try.it 1 by recorded facts of A001; rules: " in capsys.readouterr().out
    assert call(tmp_path, *asked, "one.exr") == 2


def test_an_empty_folder_beside_a_good_one_is_no_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good").mkdir()
    (tmp_path / "mount/below").mkdir(parents=True)
    (tmp_path / "s.yaml").write_text(NAMES_ALONE)
    media.exr(tmp_path / "good/a.exr")
    asked = ["check", str(tmp_path / "good"), "--policy", str(tmp_path / "s.yaml"), "--json"]
    assert call(tmp_path, *asked) == 0
    capsys.readouterr()
    assert call(tmp_path, *asked, str(tmp_path / "mount")) == 1
    document = json.loads(capsys.readouterr().out)
    assert sorted(asset["outcome"] for asset in document["assets"]) == ["error", "pass"]
    assert document["findings"][0]["observed"] == "there is no file in it"


def test_paths_are_told_without_dots(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "s.yaml").write_text(NAMES_ALONE + "match: {path: '**/work/**'}\n")
    media.exr(tmp_path / "a.exr")
    media.exr(tmp_path / "b.1.exr")
    media.exr(tmp_path / "b.2.exr")
    for path in ("work/../a.exr", "work/../b.#.exr", "work/.."):
        assert call(tmp_path, "check", str(tmp_path / path), "--policy", str(tmp_path / "s.yaml"), "--json") == 1
        assert json.loads(capsys.readouterr().out)["assets"] == []


def test_what_is_named_twice_is_judged_once(shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    still = str(shots / "still.exr")
    assert call(tmp_path, "check", still, still, str(shots), "--policy", str(tmp_path / "p.yaml"), "--json") == 1
    names = [asset["asset"].rpartition("/")[2] for asset in json.loads(capsys.readouterr().out)["assets"]]
    assert names == ["still.exr", "sh010.####.exr"]


def test_a_scan_of_every_frame_lets_a_drive_be_judged_as_well_on_the_shelf(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_faults(tmp_path / "faults")
    assert call(tmp_path, "settings", "set", "scan.all_frames", "true") == 0
    assert call(tmp_path, "scan", str(folder), "--drive", "A001") in (0, 1)
    told = []
    for source in ([str(folder)], ["--drive", "A001"]):
        capsys.readouterr()
        assert call(tmp_path, "check", *source, "--policy", "sequence.hygiene", "--json") == 1
        told.append(json.loads(capsys.readouterr().out))
        if folder.exists():
            folder.rename(tmp_path / "shelf")
    live, recorded = told
    assert (live["recorded"], recorded["recorded"]) == (False, True)
    assert recorded["findings"] == live["findings"]
    assert len(live["findings"]) >= 8


def test_a_check_in_which_every_rule_was_skipped_ends_as_one_that_found_nothing(shots: Path, tmp_path: Path) -> None:
    policy = tmp_path / "none.yaml"
    rule = "{id: owner, select: 'parts[*].attributes.owner', expect: {exists: true, eq: x}, missing: skip}"
    for line in (rule.replace("exists: true, ", ""), "{id: m, when: {kind: movie}, select: kind, expect: {eq: video}}"):
        policy.write_text(f'schema: qcpolicy/1\nid: s\nversion: "1"\nrules:\n  - {line}\n')
        assert call(tmp_path, "check", str(shots / "still.exr"), "--policy", str(policy)) == 1


def test_rules_that_were_skipped_are_told_or_it_is_said_where_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    policy = tmp_path / "p.yaml"
    start = 'schema: qcpolicy/1\nid: s\nversion: "1"\nrules:\n'
    owner = "  - {id: owner, select: 'attributes.owner', expect: {eq: x}, missing: skip}\n"
    policy.write_text(f"{start}  - {{id: empty, check: files.zero_byte}}\n  - {{id: pixels, check: pixels.damaged}}\n")
    assert call(tmp_path, "check", str(tmp_path / "a.png"), "--policy", str(policy)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[3:] == [
        "    SKIPPED  pixels  Chunks that cannot be decoded, with their rows",
        "             the file is empty; see empty",
        "FAIL: 1 asset by s 1; rules: 1 fail, 1 skipped",
    ]
    media.png(tmp_path / "a.png")
    policy.write_text(f"{start}{owner}  - {{id: kind, select: kind, expect: {{eq: image}}}}\n")
    assert call(tmp_path, "check", str(tmp_path / "a.png"), "--policy", str(policy)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "PASS: 1 asset by s 1; rules: 1 skipped, 1 pass",
        "1 asset without objections had rules skipped; --json lists them.",
    ]
    policy.write_text(f"{start}{owner}")
    assert call(tmp_path, "check", str(tmp_path / "a.png"), "--policy", str(policy)) == 1
    assert "    SKIPPED  owner" in capsys.readouterr().out


def test_a_folder_that_no_scan_could_read_is_no_pass_on_the_shelf(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shots / "shut").mkdir()
    media.exr(shots / "shut" / "b.exr")
    (tmp_path / "p.yaml").write_text(NAMES_ALONE)
    home = ["--home", str(tmp_path / "home")]
    (shots / "shut").chmod(0)
    try:
        reelmark(*home, "scan", str(shots), "--drive", "A001", obey_permissions=True)
    finally:
        (shots / "shut").chmod(0o755)
    shots.rename(tmp_path / "elsewhere")
    there = ["check", "--drive", "A001", "--policy", str(tmp_path / "p.yaml"), "--json"]
    capsys.readouterr()
    assert call(tmp_path, *there) == 1
    [finding] = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["outcome"], finding["asset"]) == ("error", f"{shots.as_posix()}/shut")
    assert call(tmp_path, *there[:-1], f"{shots}/still.exr") == 0


def test_folders_that_a_stopped_scan_did_not_come_to_are_no_pass_on_the_shelf(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(tmp_path, "scan", str(shots), "--drive", "A001") == 0
    engine = make_engine(tmp_path / "home")
    drive = engine.catalog.drive("A001")
    with open_writer(engine.catalog.shard_path(drive.id), CancelToken(), label="A001") as shard, shard.transaction():
        shard.run(
            "INSERT INTO folder (parent_id, path, first_scan, queued_scan, listed_scan, files, bytes)"
            " VALUES (1, x'6c61746572', 1, 1, 0, 0, 0)"
        )
    shots.rename(tmp_path / "elsewhere")
    (tmp_path / "p.yaml").write_text(NAMES_ALONE)
    capsys.readouterr()
    assert call(tmp_path, "check", "--drive", "A001", "--policy", str(tmp_path / "p.yaml"), "--json") == 1
    [finding] = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["outcome"], finding["asset"]) == ("error", f"{shots.as_posix()}/later")


def test_a_single_frame_in_another_padding_is_told_on_the_shelf_too(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    media.exr(shots / "sh010.01004.exr")
    media.exr(shots / "sh010.notes.exr")
    assert call(tmp_path, "scan", str(shots), "--drive", "A001") == 0
    rule = "rules: [{id: r, check: sequence.duplicate_frames}]"
    (tmp_path / "p.yaml").write_text(NAMES_ALONE.replace(NAMES_ALONE[NAMES_ALONE.index("rules:") :], rule))
    told = []
    for source in (shots, tmp_path / "shelf"):
        capsys.readouterr()
        assert call(tmp_path, "check", "--drive", "A001", "--policy", str(tmp_path / "p.yaml"), "--json") == 1
        told.append(json.loads(capsys.readouterr().out)["findings"])
        if source == shots:
            shots.rename(tmp_path / "shelf")
    live, recorded = told
    assert [one["frames"] for one in live] == ["1004"]
    assert recorded == live


def test_an_empty_sub_frame_is_told_by_its_number_on_the_shelf_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "drive"
    folder.mkdir()
    for frame in ("1001.00", "1001.25", "1001.50", "1001.75", "1002.00"):
        media.raw_exr(folder / f"sub.{frame}.exr")
    (folder / "sub.1001.50.exr").write_bytes(b"")
    assert call(tmp_path, "scan", str(folder), "--drive", "A001", "--all-frames") == 1  # one frame is empty
    rules = "rules: [{id: z, check: sequence.zero_byte}, {id: h, check: exr.lossless}]"
    (tmp_path / "p.yaml").write_text(NAMES_ALONE[: NAMES_ALONE.index("rules:")] + rules)
    told = []
    for _ in range(2):
        capsys.readouterr()
        assert call(tmp_path, "check", "--drive", "A001", "--policy", str(tmp_path / "p.yaml"), "--json") == 1
        told.append([(one["rule"], one["frames"]) for one in json.loads(capsys.readouterr().out)["findings"]])
        if folder.exists():
            folder.rename(tmp_path / "shelf")
    assert told == [[("z", "1001.50"), ("h", "1001.50")], [("z", "1001.50"), ("h", "1001.50")]]


def test_a_frame_of_another_format_is_told_after_a_scan_of_every_frame_as_from_the_media(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    media.png(shots / "sh010.1001.exr")
    assert call(tmp_path, "settings", "set", "scan.all_frames", "true") == 0
    assert call(tmp_path, "scan", str(shots), "--drive", "A001") in (0, 1)
    told = []
    for source in ([str(shots)], ["--drive", "A001"]):
        capsys.readouterr()
        assert call(tmp_path, "check", *source, "--policy", "sequence.hygiene", "--json") == 1
        findings = json.loads(capsys.readouterr().out)["findings"]
        told.append([one for one in findings if "PNG" in one["observed"] + one["evidence"]])
        if shots.exists():
            shots.rename(tmp_path / "shelf")
    live, recorded = told
    assert {one["frames"] for one in live} == {"1001"}
    assert recorded == live


def test_what_may_not_be_read_fails_on_the_shelf_as_when_the_drive_was_connected(tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    media.wav(drive / "b.wav").chmod(0)
    policy = tmp_path / "p.yaml"
    policy.write_text(NAMES_ALONE.replace("files.zero_byte", "files.readable"))

    def said(*arguments: str | Path) -> dict[str, Any]:
        return document(reelmark("--home", tmp_path / "home", *arguments, "--json", obey_permissions=True))

    assert said("scan", drive, "--drive", "D")["counts"]["unreadable"] == 1
    [there] = said("check", "--drive", "D", "--policy", policy)["findings"]
    drive.rename(tmp_path / "away")
    shelf = said("check", "--drive", "D", "--policy", policy)
    assert (shelf["recorded"], shelf["outcome"]) == (True, "fail")
    [finding] = shelf["findings"]
    assert {**finding, "observed": ""} == {**there, "observed": ""}
    assert finding["observed"].endswith("b.wav may not be read")
    assert said("inspect", drive / "b.wav")["error"]["message"].endswith("b.wav may not be read")


def test_inspect_says_how_rules_about_pixels_are_judged(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = tmp_path / "pixels.yaml"
    policy.write_text(NAMES_ALONE.replace("files.zero_byte", "pixels.finite"))
    asked = ("inspect", str(shots / "still.exr"), "--policy", str(policy))
    assert call(tmp_path, *asked) == 1
    assert "Its pixels or sound were not measured: add --stats" in capsys.readouterr().out
    assert call(tmp_path, *asked, "--stats") == 0


def test_waivers_that_fit_nothing_are_named_at_the_end_and_change_nothing_else(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, kim = tmp_path / "w.yaml", "who: Kim, role: supervisor, note: agreed"
    fitting = [f"  - {{rule: {rule}, asset: '{asset}', {kim}}}" for rule, asset in
               (("complete", "sh010.*"), ("comp", "still.exr"))]  # fmt: skip
    mistyped = [f"  - {{rule: comp, asset: 'stil{number}.exr', {kim}}}" for number in range(7)]
    check = ["check", str(shots), "--policy", str(tmp_path / "p.yaml"), "--waivers", str(file)]
    file.write_text("\n".join(["schema: qcwaivers/1", "waivers:", *fitting]) + "\n")
    assert call(tmp_path, *check) == 0
    assert "about nothing" not in capsys.readouterr().out
    file.write_text("\n".join(["schema: qcwaivers/1", "waivers:", *fitting, *mistyped]) + "\n")
    assert call(tmp_path, *check) == 0
    names = ", ".join(f"comp on stil{number}.exr (line {5 + number})" for number in range(5))
    told = f"{file}: 7 waivers are about nothing that was found here: {names} and 2 more."
    assert capsys.readouterr().out.splitlines()[-1] == told
    page = tmp_path / "r.html"
    assert call(tmp_path, *check, "--json", "--report", "html", "--out", str(page)) == 0
    waivers = json.loads(capsys.readouterr().out)["waivers"]
    assert waivers["file"] == str(file)
    assert waivers["unmatched"][6] == {"line": 11, "rule": "comp", "asset": "stil6.exr", "who": "Kim"}
    assert "7 waivers are about nothing that was found here" in page.read_text(encoding="utf-8")
    assert call(tmp_path, *check[:-2], "--json") == 1
    assert json.loads(capsys.readouterr().out)["waivers"] is None

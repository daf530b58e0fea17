"""Frames whose headers differ are judged each by its own header, whichever of them comes first."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.engine import Engine
from app.jobs.job import Job
from app.qc.checking import CheckRequest, check
from app.qc.recordedheaders import document_of_frames
from tests.media import raw_exr
from tests.ui.enginekit import make_engine

_PIXELS = np.zeros((40, 40), np.float16)
_HEAD = 'schema: qcpolicy/1\nid: try.it\nversion: "1"\nrules:\n'
Frames = dict[int, Callable[[], Any]]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return make_engine(tmp_path / "home")


def part(name: str = "rgba", compression: str = "ZIP", channels: int = 1, **header: Any) -> Any:
    import OpenEXR

    head = {"type": OpenEXR.scanlineimage, "compression": getattr(OpenEXR, f"{compression}_COMPRESSION"), **header}
    return OpenEXR.Part(head, {f"C{number:03}": _PIXELS for number in range(channels)}, name)


def found(
    engine: Engine, folder: Path, odd: Frames, rule: str, usual: Callable[[], Any] = part
) -> set[tuple[str, str]]:
    """Frames and what was observed, of eight frames of which some are odd."""
    import OpenEXR

    folder.mkdir(exist_ok=True)
    for frame in range(1001, 1009):
        made = odd.get(frame, usual)()
        OpenEXR.File(made if isinstance(made, list) else [made]).write(str(folder / f"a.{frame}.exr"))
    policy = folder.parent / "policy.yaml"
    policy.write_text(f"{_HEAD}  - {{id: r, {rule}}}\n")
    result = check(engine, CheckRequest((str(folder),), str(policy)), Job())
    return {(finding.frames, finding.observed) for finding in result.findings}


_COMPRESSION = "select: 'parts[*].compression', expect: {eq: %s}"


def test_the_first_frame_may_be_the_odd_one(engine: Engine, tmp_path: Path) -> None:
    odd: Frames = {1001: lambda: part(compression="PIZ")}
    assert found(engine, tmp_path / "a", odd, _COMPRESSION % "zip") == {("1001", "piz")}
    assert found(engine, tmp_path / "a", odd, _COMPRESSION % "piz") == {("1002-1008", "zip")}
    constant = "check: sequence.constant, select: 'parts[*].compression'"
    assert found(engine, tmp_path / "a", odd, constant) == {("1001", "piz")}


@pytest.mark.parametrize("frame", [1001, 1004])
def test_a_part_that_one_frame_has_more_is_judged(engine: Engine, tmp_path: Path, frame: int) -> None:
    odd: Frames = {frame: lambda: [part(), part("bad", "PIZ")]}
    assert found(engine, tmp_path / "a", odd, _COMPRESSION % "zip") == {(str(frame), "piz")}
    names = "check: exr.parts, expect: {only: [rgba]}"
    assert found(engine, tmp_path / "a", odd, names) == {(str(frame), "rgba, bad")}


def test_a_part_that_one_frame_lacks_is_missing_there_alone(engine: Engine, tmp_path: Path) -> None:
    names = "check: exr.parts, expect: {required: [rgba, depth]}"
    odd: Frames = {1001: part}
    assert found(engine, tmp_path / "a", odd, names, lambda: [part(), part("depth")]) == {
        ("1001", "rgba; without depth")
    }


def test_more_parts_of_another_kind_are_told_apart(engine: Engine, tmp_path: Path) -> None:
    odd: Frames = {1003: lambda: [part(), part("b")], 1005: lambda: [part(), part("b", "PIZ")]}
    assert found(engine, tmp_path / "a", odd, _COMPRESSION % "zip") == {("1005", "piz")}


def test_a_tiled_frame_among_lines(engine: Engine, tmp_path: Path) -> None:
    import OpenEXR

    odd: Frames = {1006: lambda: part(type=OpenEXR.tiledimage, tiles=OpenEXR.TileDescription())}
    assert found(engine, tmp_path / "a", odd, "check: exr.tiled") == {("1006", "tiles")}


def test_a_frame_with_another_one_of_very_many_channels(engine: Engine, tmp_path: Path) -> None:
    rule = "select: 'parts[0].channels[C200].type', expect: {eq: half}"
    odd: Frames = {1002: lambda: part(channels=200)}
    many = found(engine, tmp_path / "a", odd, rule, lambda: part(channels=201))
    assert many == {("1002", "no parts[0].channels[C200]")}


def test_a_still_of_another_format_with_more_pages_than_the_rest(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    page = Image.new("RGB", (16, 16))
    for frame in range(1001, 1009):
        page.save(folder / f"a.{frame}.tif", save_all=True, append_images=[page] if frame == 1003 else [])
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"{_HEAD}  - {{id: r, select: width, expect: {{eq: 16}}}}\n")
    assert check(engine, CheckRequest((str(folder),), str(policy)), Job()).outcome == "pass"


def test_recorded_frames_that_are_cut_off_or_lack_what_they_need_are_told_as_such() -> None:
    def read(index: int) -> dict[str, Any]:
        code = {1: "chunks.cut_off", 2: "attribute.absent", 3: "chunks.absent"}.get(index)
        attributes = [{"name": "compression", "type": "compression", "value": "piz" if index == 0 else "zip"}]
        errors = [{"code": code, "message": "why"}] if code else []
        return {"parts": [{"index": 0, "attributes": attributes}], "attributes": {}, "errors": errors}

    document = document_of_frames([1001, 1002, 1003, 1004, 1005], [9] * 5, read, varying=False)
    assert document is not None
    assert document["sequence"]["truncated"] == "1002,1004"
    assert document["sequence"]["unreadable"] == [{"frames": "1003", "reason": "why"}]
    [difference] = document["sequence"]["header_differences"]
    assert (difference["frames"], difference["value"], difference["expected"]) == ("1001", "piz", "zip")


@pytest.mark.parametrize("name", [b"channels", b"dataWindow", b"displayWindow", b"tiles", b"compression", b"type"])
@pytest.mark.parametrize("shipped", ["sequence.hygiene", "netflix.vfx.final.exr", "aces.container", "plate.delivery"])
def test_a_frame_whose_attributes_are_of_another_type_costs_that_frame_alone(
    engine: Engine, tmp_path: Path, name: bytes, shipped: str
) -> None:
    for frame in range(1001, 1005):
        raw_exr(tmp_path / f"a.{frame}.exr", *([(name, b"string", b"odd")] if frame == 1003 else []))
    result = check(engine, CheckRequest((str(tmp_path / "a.####.exr"),), shipped), Job())
    assert len(result.assets) == 1
    assert name == b"type" or "1003" in {finding.frames for finding in result.findings}


def _damage(folder: Path) -> None:
    """Frame 1003 gets empty, 1005 is cut off behind its header."""
    (folder / "a.1003.exr").write_bytes(b"")
    cut = (folder / "a.1005.exr").read_bytes()
    (folder / "a.1005.exr").write_bytes(cut[: len(cut) - 20])


def test_frames_that_are_empty_or_cut_off_cannot_be_read(engine: Engine, tmp_path: Path) -> None:
    found(engine, tmp_path / "a", {}, _COMPRESSION % "zip")
    _damage(tmp_path / "a")
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"{_HEAD}  - {{id: r, check: sequence.unreadable}}\n")
    result = check(engine, CheckRequest((str(tmp_path / "a"),), str(policy)), Job())
    assert result.outcome == "fail"
    assert [(one.frames, one.outcome) for one in result.findings] == [("1003", "fail"), ("1005", "fail")]
    assert result.findings[0].observed == "the file is empty"


@pytest.mark.parametrize("rule", [_COMPRESSION % "zip", "check: exr.lossless", "check: exr.tiled"])
def test_a_rule_about_headers_does_not_pass_frames_without_one(engine: Engine, tmp_path: Path, rule: str) -> None:
    found(engine, tmp_path / "a", {}, rule)
    _damage(tmp_path / "a")
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"{_HEAD}  - {{id: r, {rule}}}\n")
    result = check(engine, CheckRequest((str(tmp_path / "a"),), str(policy)), Job())
    assert [(one.frames, one.outcome) for one in result.findings] == [("1003", "error")]


def test_an_empty_frame_is_one_objection(engine: Engine, tmp_path: Path) -> None:
    found(engine, tmp_path / "a", {}, "check: exr.lossless")
    _damage(tmp_path / "a")
    policy = tmp_path / "policy.yaml"
    rules = ("sequence.zero_byte", "sequence.truncated", "sequence.unreadable", "exr.lossless")
    policy.write_text(_HEAD + "".join(f"  - {{id: r{n}, check: {one}}}\n" for n, one in enumerate(rules)))
    [asset] = check(engine, CheckRequest((str(tmp_path / "a"),), str(policy)), Job()).assets
    assert [one.outcome for one in asset.results] == ["fail", "fail", "skipped", "skipped"]


def _text(name: str, value: str) -> tuple[bytes, bytes, bytes]:
    return name.encode(), b"string", value.encode()


def judged(
    engine: Engine, folder: Path, rule: str, attributes: Callable[[int], list[tuple[bytes, bytes, bytes]]]
) -> set[tuple[str, str, str]]:
    """Outcome, frames and observed of eight frames with attributes of their own; 1005 is empty."""
    folder.mkdir(exist_ok=True)
    for frame in range(1001, 1009):
        raw_exr(folder / f"a.{frame}.exr", *attributes(frame), size=(4, 3))
    (folder / "a.1005.exr").write_bytes(b"")
    policy = folder.parent / "policy.yaml"
    policy.write_text(f"{_HEAD}  - {{id: r, {rule}}}\n")
    result = check(engine, CheckRequest((str(folder),), str(policy)), Job())
    return {(one.outcome.value, one.frames, one.observed) for one in result.findings}


_EMPTY = ("error", "1005", "the file is empty")


@pytest.mark.parametrize("select", ["attributes.foo", "parts[*].attributes.foo"])
def test_an_attribute_that_one_frame_has_more_is_seen_in_both_forms(
    engine: Engine, tmp_path: Path, select: str
) -> None:
    rule = f'select: "{select}", expect: {{exists: false}}'
    found = judged(engine, tmp_path / "a", rule, lambda frame: [_text("foo", "x")] if frame == 1003 else [])
    assert found == {("fail", "1003", "x"), _EMPTY}


@pytest.mark.parametrize("step", ["[capDate]", "[cap*]", "[name=capDate]", "[*]"])
def test_what_varies_is_judged_however_the_selector_names_it(engine: Engine, tmp_path: Path, step: str) -> None:
    rule = f'check: sequence.constant, select: "parts[*].attributes{step}.value"'
    found = judged(engine, tmp_path / "a", rule, lambda frame: [_text("capDate", f"day {frame}")])
    assert {one[1] for one in found if one[0] == "fail"} == {"1002", "1003", "1004", "1006", "1007", "1008"}


def test_frames_without_a_header_are_not_among_those_that_a_rule_names(engine: Engine, tmp_path: Path) -> None:
    rule = 'select: "parts[*].attributes.owner", expect: {eq: me}'
    found = judged(engine, tmp_path / "a", rule, lambda frame: [_text("owner", "me" if frame == 1003 else "you")])
    assert found == {("fail", "1001-1002,1004,1006-1008", "you"), _EMPTY}
    rule = 'select: "parts[*].attributes.capDate", expect: {eq: "day 1001"}'
    found = judged(engine, tmp_path / "b", rule, lambda frame: [_text("capDate", f"day {frame}")])
    assert {one[1] for one in found if one[0] == "fail"} == {"1002", "1003", "1004", "1006", "1007", "1008"}


def test_where_all_frames_are_cut_off_the_odd_first_one_is_told_alone(engine: Engine, tmp_path: Path) -> None:
    for frame in range(1001, 1005):
        path = raw_exr(tmp_path / f"a.{frame}.exr", _text("owner", "me" if frame == 1001 else "you"), size=(4, 3))
        path.write_bytes(path.read_bytes()[:-10])
    policy = tmp_path / "policy.yaml"
    policy.write_text(f'{_HEAD}  - {{id: r, select: "parts[*].attributes.owner", expect: {{eq: you}}}}\n')
    result = check(engine, CheckRequest((str(tmp_path / "a.####.exr"),), str(policy)), Job())
    assert [(one.frames, one.observed) for one in result.findings] == [("1001", "me")]


def test_a_recorded_value_of_an_unknown_type_is_no_absent_one() -> None:
    def read(index: int) -> dict[str, Any]:
        attribute = {"name": "blob", "type": "vendorBlob", "size": 1, "value": None, "raw": "YQ==" if index else "Yg=="}
        return {"parts": [{"index": 0, "attributes": [attribute]}], "attributes": {}, "errors": []}

    document = document_of_frames([1001, 1002, 1003], [9] * 3, read, varying=False)
    assert document is not None
    [difference] = document["sequence"]["header_differences"]
    assert (difference["frames"], difference["value"]) == ("1001", {"type": "vendorBlob", "bytes": 1})


@pytest.mark.parametrize(("wanted", "frames"), [("zip", "1001"), ("dwaa", "1002-1004,1006-1008"), ("rle", "")])
def test_a_rule_is_about_each_frame_that_its_when_fits(
    engine: Engine, tmp_path: Path, wanted: str, frames: str
) -> None:
    when = f'when: {{select: "parts[*].attributes.packing", expect: {{eq: {wanted}}}}}'
    rule = f'{when}, select: "parts[*].attributes.level", expect: {{exists: true}}'
    found = judged(engine, tmp_path / "a", rule, lambda frame: [_text("packing", "zip" if frame == 1001 else "dwaa")])
    assert {one[1] for one in found if one[0] == "fail"} == ({frames} if frames else set())
    assert _EMPTY in found, "it cannot be told whether the rule is about the empty frame"


@pytest.mark.parametrize(
    "rule",
    [
        "%s, select: 'parts[*].attributes.level', expect: {exists: false}",
        "%s, check: exr.lossless",
        "%s, check: pixels.finite",
        "%s, check: sequence.missing",
    ],
)
def test_of_a_frame_without_a_header_it_cannot_be_told_whether_a_rule_is_about_it(
    engine: Engine, tmp_path: Path, rule: str
) -> None:
    def of(select: str) -> set[tuple[str, str, str]]:
        when = f"when: {{select: '{select}', expect: {{eq: dwaa}}}}"
        return judged(engine, tmp_path / "a", rule % when, lambda _frame: [_text("packing", "zip")])

    assert of("parts[*].attributes.packing") == {_EMPTY}
    assert not of("file.mtime"), "this is known of an empty file too"


@pytest.mark.parametrize("frame", [1001, 1003])
@pytest.mark.parametrize("select", ["attributes.foo", "parts[*].attributes.foo"])
def test_an_attribute_of_a_part_that_one_frame_has_more_is_seen(
    engine: Engine, tmp_path: Path, select: str, frame: int
) -> None:
    odd: Frames = {frame: lambda: [part(), part("more", foo="x")]}
    rule = f'select: "{select}", expect: {{exists: false}}'
    assert found(engine, tmp_path / "a", odd, rule) == {(str(frame), "x")}

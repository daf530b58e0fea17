"""Rules with `select` over documents: what holds, what does not, and what is said of it."""

import struct
from typing import Any

import pytest

from app.qc.findings import Finding, Outcome
from app.qc.validating import validate_document
from tests.qc.policykit import channel, exr, judged, policy, sequence


def outcome(select: str, expect: str, document: dict[str, Any] | None = None, more: str = "") -> Outcome:
    [result] = judged(f"  - {{id: r, select: '{select}', expect: {expect}{more}}}", document or exr()).results
    return result.outcome


def findings(select: str, expect: str, document: dict[str, Any] | None = None) -> list[Finding]:
    return judged(f"  - {{id: r, select: '{select}', expect: {expect}}}", document or exr()).findings


@pytest.mark.parametrize(
    ("select", "expect"),
    [
        ("parts[*].compression", "{in: [none, zip, zips, piz]}"),
        ("parts[*].compression", "{eq: 3}"),
        ("parts[0].compression", "{ne: dwaa}"),
        ("parts[0].compression", "{not_in: [dwaa, dwab]}"),
        ("parts[0].channels[R,G,B].type", "{eq: half}"),
        ("parts[0].channels", "{contains: [R, G, B], forbid: [Z], forbid_regex: '^(debug|tmp)\\.'}"),
        ("parts[0].channels", "{only: [R, G, B, A]}"),
        ("parts[0].channels", "{within: [R, G, B, A, Z], unique: true}"),
        ("parts[0].display_width", "{min: 3840, max: 4096, multiple_of: 2}"),
        ("parts[0].data_window", "{same_as: 'parts[0].display_window'}"),
        ("parts[0].data_window", "{eq: [0, 0, 4095, 2159]}"),
        ("parts[0].attributes.framesPerSecond", "{eq: 24000/1001}"),
        ("parts[0].attributes.framesPerSecond", "{min: 23.976, max: 24}"),
        ("parts[0].attributes.blob", "{exists: true}"),
        ("parts[0].attributes.chromaticities", "{exists: false}"),
        ("parts[0].attributes.owner", "{regex: '^ILM$', contains: [IL]}"),
        ("attributes.owner", "{eq: ILM}"),
        ("parts[type=scanline*].compression", "{eq: zip}"),
        ("file.ext", "{eq: exr}"),
        ("lossless", "{eq: true}"),
        ("parts[0].channels", "{same_as: 'parts[0].channels'}"),
        ("parts[0].attributes.framesPerSecond", "{regex: '^24000/'}"),
        ("file.name", "{contains: [10], forbid: [11]}"),
    ],
)
def test_what_is_as_expected_passes(select: str, expect: str) -> None:
    assert outcome(select, expect) is Outcome.PASS


@pytest.mark.parametrize(
    ("select", "expect"),
    [
        ("parts[*].compression", "{in: [none, piz]}"),
        ("parts[*].compression", "{eq: 4}"),
        ("parts[0].channels[R,G,B].type", "{eq: float}"),
        ("parts[0].channels", "{only: [R, G, B]}"),
        ("parts[0].channels", "{contains: [Z]}"),
        ("parts[0].display_width", "{min: 5000}"),
        ("parts[0].attributes.framesPerSecond", "{eq: 24}"),
        ("parts[0].attributes.framesPerSecond", "{eq: 23.976}"),
        ("parts[0].attributes.owner", "{exists: false}"),
        ("parts[0].attributes.chromaticities", "{exists: true}"),
        ("parts[0].tiled", "{eq: 0}"),
        ("file.size_bytes", "{max: 999}"),
        ("file.name", "{forbid: [10]}"),
        ("parts[*].channels[4].type", "{eq: half}"),
        ("parts[0].attributes.owner[0]", "{eq: ILM}"),
    ],
)
def test_what_is_not_as_expected_fails(select: str, expect: str) -> None:
    assert outcome(select, expect) is Outcome.FAIL


def test_a_rational_is_compared_without_rounding() -> None:
    document = exr()
    document["parts"][0]["attributes"][1]["value"] = {"n": 48000, "d": 2002}
    assert outcome("parts[0].attributes.framesPerSecond", "{eq: 24000/1001}", document) is Outcome.PASS
    document["parts"][0]["attributes"][1]["value"] = {"n": 1, "d": 0}
    assert outcome("parts[0].attributes.framesPerSecond", "{eq: 24}", document) is Outcome.FAIL


def test_a_float_of_the_file_equals_the_decimal_that_it_was_written_from() -> None:
    attributes = [{"name": "gain", "type": "float", "size": 4, "value": 0.10000000149011612}]
    assert outcome("parts[0].attributes.gain", "{eq: 0.1}", exr(attributes=attributes)) is Outcome.PASS
    assert outcome("parts[0].attributes.gain", "{eq: 0.1001}", exr(attributes=attributes)) is Outcome.FAIL


def test_whole_numbers_are_compared_to_the_last_digit() -> None:
    document = exr()
    document["file"]["size_bytes"] = 16_777_216
    assert outcome("file.size_bytes", "{eq: 16777216}", document) is Outcome.PASS
    assert outcome("file.size_bytes", "{eq: 16777217}", document) is Outcome.FAIL


def test_no_number_among_others_is_near_nothing() -> None:
    attributes = [{"name": "adoptedNeutral", "type": "v2f", "size": 8, "value": [0.5, "NaN"]}]
    near = "{near: [0.5, 0.5], tol: 0.1}"
    assert outcome("parts[0].attributes.adoptedNeutral", near, exr(attributes=attributes)) is Outcome.FAIL
    assert outcome("parts[0].attributes.adoptedNeutral", "{unique: true}", exr(attributes=attributes)) is Outcome.PASS


def test_of_attributes_of_one_name_the_last_counts() -> None:
    attributes = [{"name": "owner", "type": "string", "size": 1, "value": value} for value in ("A", "B")]
    assert outcome("parts[0].attributes.owner", "{eq: B}", exr(attributes=attributes)) is Outcome.PASS


def test_a_part_without_the_item_of_that_number_is_told() -> None:
    document = exr()
    document["parts"].append({**document["parts"][0], "index": 1, "channels": [channel("Z")]})
    found = findings("parts[*].channels[1].type", "{eq: half}", document)
    assert [(one.part, one.observed) for one in found] == [("1", "no parts[1].channels[1]")]


def test_chromaticities_are_compared_by_name_within_a_tolerance() -> None:
    ap0 = {"red": [0.7347, 0.2653], "green": [0.0, 1.0], "blue": [0.0001, -0.077], "white": [0.32168, 0.33767]}
    attributes = [{"name": "chromaticities", "type": "chromaticities", "size": 32, "value": ap0}]
    select = "parts[0].attributes.chromaticities"
    assert outcome(select, "{near: ap0, tol: 1.0e-4}", exr(attributes=attributes)) is Outcome.PASS
    single = {key: [struct.unpack("<f", struct.pack("<f", one))[0] for one in pair] for key, pair in ap0.items()}
    stored = [{"name": "chromaticities", "type": "chromaticities", "size": 32, "value": single}]
    assert outcome(select, "{eq: ap0}", exr(attributes=stored)) is Outcome.PASS
    assert outcome(select, "{near: rec709, tol: 1.0e-4}", exr(attributes=attributes)) is Outcome.FAIL


def test_every_match_has_to_hold_and_each_that_does_not_is_named() -> None:
    channels = [channel("B", "float"), channel("G"), channel("R", "uint")]
    found = findings("parts[0].channels[*].type", "{eq: half}", exr(channels=channels))
    assert [(one.channel, one.observed, one.expected) for one in found] == [
        ("B", "float", "half"),
        ("R", "uint", "half"),
    ]
    assert found[0].part == "0"
    assert found[0].evidence == "parts[0].channels[B].type"


def test_a_named_channel_that_is_not_there_is_missing() -> None:
    [found] = findings("parts[0].channels[R,G,B].type", "{eq: half}", exr(channels=[channel("G"), channel("R")]))
    assert (found.channel, found.observed) == ("B", "no parts[0].channels[B]")


@pytest.mark.parametrize(
    ("missing", "expected"), [("fail", Outcome.FAIL), ("pass", Outcome.PASS), ("skip", Outcome.SKIPPED)]
)
def test_an_empty_match_is_what_the_rule_says_of_it(missing: str, expected: Outcome) -> None:
    select = "parts[0].attributes.colorInteropID"
    assert outcome(select, "{eq: lin_ap0_scene}", more=f", missing: {missing}") is expected


def test_groups_ask_for_any_all_or_none() -> None:
    rules = """  - {how}:
      id: g
      rules:
        - {{select: 'parts[0].compression', expect: {{eq: {one}}}}}
        - {{select: 'parts[0].width', expect: {{eq: {other}}}}}"""
    cases = [
        ("any", "zip", 1, Outcome.PASS),
        ("any", "piz", 1, Outcome.FAIL),
        ("all", "zip", 4096, Outcome.PASS),
        ("all", "zip", 1, Outcome.FAIL),
        ("none", "piz", 1, Outcome.PASS),
        ("none", "zip", 1, Outcome.FAIL),
    ]
    for how, one, other, expected in cases:
        [result] = judged(rules.format(how=how, one=one, other=other), exr()).results
        assert result.outcome is expected, how
        assert len(result.findings) == (expected is Outcome.FAIL)


def test_a_frame_whose_header_differs_is_judged_by_its_own_header() -> None:
    differences = [
        {"part": 0, "attribute": "compression", "expected": None, "frames": "1003", "value": {"id": 8, "name": "dwaa"}},
        {"part": 0, "attribute": "owner", "expected": "ILM", "frames": "1007-1009", "value": None},
    ]
    document = sequence(header_differences=differences)
    [found] = findings("parts[*].compression", "{in: [zip, piz]}", document)
    assert (found.frames, found.observed) == ("1003", "dwaa")
    [found] = findings("parts[0].attributes.owner", "{eq: ILM}", document)
    assert (found.frames, found.observed) == ("1007-1009", "no parts[0].attributes.owner")


def test_a_fault_of_the_usual_header_is_told_of_all_frames_that_have_it() -> None:
    differences = [
        {"part": 0, "attribute": "compression", "expected": None, "frames": "1003", "value": {"id": 4, "name": "piz"}}
    ]
    [found] = findings("parts[*].compression", "{eq: piz}", sequence(header_differences=differences))
    assert (found.frames, found.observed) == ("1001-1002,1004-1010", "zip")


def test_a_rule_is_about_the_assets_that_its_when_names() -> None:
    rules = """  - {id: a, select: file.ext, expect: {eq: mov}, when: {kind: movie}}
  - {id: b, select: file.ext, expect: {eq: exr}, when: {path: '**/delivery/**', ext: [EXR]}}
  - {id: c, select: file.ext, expect: {eq: exr}, when: {select: 'parts[0].tiled', expect: {eq: true}}}"""
    assert [result.rule for result in judged(rules, exr()).results] == ["b"]


def test_a_warning_is_told_and_lets_the_asset_pass() -> None:
    result = judged("  - {id: r, select: 'parts[0].width', expect: {eq: 1}, severity: warning}", exr())
    assert result.outcome is Outcome.PASS
    assert [(one.outcome, one.severity) for one in result.findings] == [(Outcome.FAIL, "warning")]


def test_what_was_never_looked_at_is_no_pass() -> None:
    rules = "  - {id: r, select: 'stats.parts[*].channels[*].nan_count', expect: {eq: 0}}"
    result = judged(rules, exr())
    assert result.outcome is Outcome.ERROR
    assert "not measured" in result.findings[0].evidence


def test_a_document_is_validated_with_the_policy_that_judged_it() -> None:
    made = policy("  - {id: r, select: 'parts[*].compression', expect: {eq: piz}}")
    validation = validate_document(made, exr())
    assert validation["policy"] == {"id": "try.it", "version": "1", "sha256": made.sha256}
    assert validation["outcome"] == "fail"
    assert [(one["rule"], one["expected"], one["observed"]) for one in validation["findings"]] == [("r", "piz", "zip")]


def test_a_document_that_the_policy_is_not_about_has_no_outcome() -> None:
    made = policy("  - {id: r, select: kind, expect: {eq: x}}", "match: {ext: [mov]}\n")
    assert validate_document(made, exr())["outcome"] is None


def test_pixels_of_a_whole_sequence_are_judged_by_their_statistics_together() -> None:
    document = sequence(black="1002", frozen="")
    rules = """  - {id: finite, check: pixels.finite}
  - {id: low, check: pixels.stats, expect: {min: -0.01}}
  - {id: few, check: pixels.stats, expect: {nan: 2}}
  - {id: black, check: pixels.black}
  - {id: frozen, check: sequence.frozen}"""
    numbers = {"min": -0.5, "max": 1.0, "mean": 0.2, "nan_count": 3, "inf_count": 1, "negative_count": 1}
    frames = {"nan_frames": "1003", "inf_frames": "1004-1005", "negative_frames": "1003"}
    red = {"name": "R", **numbers, **frames}
    part = {"index": 0, "supported": True, "channels": [red]}
    document["stats"] = {"parts": [part], "frames": "1001-1010"}
    found = {one.rule: (one.outcome, one.frames) for one in judged(rules, document).findings}
    assert found == {
        "finite": (Outcome.FAIL, "1003-1005"),
        "low": (Outcome.FAIL, ""),
        "few": (Outcome.ERROR, "1003"),
        "black": (Outcome.FAIL, "1002"),
    }


def test_of_all_parts_each_has_to_have_what_is_asked_of_all() -> None:
    document = exr()
    second = {**document["parts"][0], "index": 1, "name": "depth", "attributes": []}
    document["parts"].append(second)
    [found] = findings("parts[*].attributes.owner", "{eq: ILM}", document)
    assert (found.part, found.observed) == ("1 depth", "no parts[1].attributes.owner")
    [found] = findings("parts[*].attributes.owner", "{exists: true}", document)
    assert found.part == "1 depth"
    assert outcome("parts[*].attributes.owner", "{eq: ILM}", document, ", missing: pass") is Outcome.PASS
    assert outcome("parts[2].name", "{exists: false}", document) is Outcome.PASS


def _measured(**part: Any) -> dict[str, Any]:
    document = exr()
    counted = {"name": "R", "nan_count": 0}
    document["stats"] = {"parts": [{"index": 0, "supported": True, "sample": 1, "channels": [counted], **part}]}
    return document


_NANS = "stats.parts[*].channels[*].nan_count"


@pytest.mark.parametrize(
    "part",
    [
        {"complete": False},
        {"channels": []},
        {"supported": False, "reason": "deep"},
        {"sample": 4, "complete": False},
    ],
)
def test_statistics_that_do_not_tell_all_rows_never_pass(part: dict[str, Any]) -> None:
    assert outcome(_NANS, "{eq: 0}", _measured()) is Outcome.PASS
    assert outcome(_NANS, "{eq: 0}", _measured(**part), ", missing: pass") is Outcome.ERROR


def test_statistics_of_a_sequence_with_a_frame_that_could_not_be_read_never_pass() -> None:
    document = sequence(frozen="")
    document["stats"] = {**_measured()["stats"], "frames": "1001-1010"}
    assert outcome(_NANS, "{eq: 0}", document) is Outcome.PASS
    document["stats"]["frames"] = "1001-1004,1006-1010"
    [finding] = findings(_NANS, "{eq: 0}", document)
    assert (finding.outcome, finding.frames) == (Outcome.ERROR, "1005")
    assert outcome("sequence.frozen", '{eq: ""}', document) is Outcome.ERROR
    [result] = judged("  - {id: r, check: sequence.frozen}", document).results
    assert (result.outcome, result.findings[0].frames) == (Outcome.ERROR, "1005")


def test_a_rule_without_a_title_says_what_it_asks_for() -> None:
    rules = (
        "  - {id: px, check: pixels.finite}\n  - {id: w, select: 'parts[*].width', expect: {min: 1920}}\n"
        "  - {id: t, title: Titled, check: video.width, expect: {eq: 1}}\n"
        "  - any: {id: g, rules: [{select: kind, expect: {eq: image}}, {check: video.width, expect: {eq: 1}}]}"
    )
    assert [rule.title for rule in policy(rules).rules] == [
        "Values that are no number or infinite",
        "parts[*].width at least 1920",
        "Titled",
        "any of: kind image; Width in pixels: 1",
    ]


def test_a_group_that_is_skipped_names_itself() -> None:
    rule = "{select: attributes.none, missing: skip, expect: {eq: 1}}"
    [result] = judged(f"  - any: {{id: g, rules: [{rule}, {rule}]}}", exr()).results
    assert (result.outcome, [finding.rule for finding in result.findings]) == (Outcome.SKIPPED, ["g"])


def test_a_finding_does_not_tell_megabytes_of_text() -> None:
    document = exr(attributes=[{"name": "owner", "type": "string", "size": 3000, "value": "x" * 3000}])
    [finding] = judged("  - {id: r, select: 'parts[0].attributes.owner', expect: {eq: ILM}}", document).findings
    assert finding.observed == "x" * 499 + "…"

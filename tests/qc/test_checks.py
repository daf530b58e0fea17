"""Each check over documents: one that is as it should be, and one that is not, with what is said of it."""

import copy
from dataclasses import asdict
from typing import Any

import pytest

from app.model.measuring import DEFAULTS
from app.qc.checks.registry import CHECKS
from app.qc.findings import Outcome, counts_of
from tests.qc.policykit import channel, exr, judged, sequence

BIG = {"min": [-10, 0], "max": [4105, 2159]}
STATS = {
    "name": "R", "min": 0.0, "max": 1.0, "mean": 0.5, "nan_count": 0, "inf_count": 0, "negative_count": 0,
}  # fmt: skip


def with_stats(**channel_stats: Any) -> dict[str, Any]:
    document = exr()
    document["stats"] = {"parts": [{"index": 0, "supported": True, "channels": [{**STATS, **channel_stats}]}]}
    return document


def with_both(red: dict[str, Any], green: dict[str, Any]) -> dict[str, Any]:
    """The statistics of two channels, R and G."""
    document = with_stats()
    document["stats"]["parts"][0]["channels"] = [{**STATS, **red}, {**STATS, **green, "name": "G"}]
    return document


def named(name: str, folder: str = "/p/4096x2160") -> dict[str, Any]:
    return exr(f"{folder}/{name}")


def sized(size: int) -> dict[str, Any]:
    document = exr()
    document["file"]["size_bytes"] = size
    return document


def movie(video: dict[str, Any] | None = None, audio: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A movie with a stream each, and what was measured of them."""
    streams = [
        {"index": 0, "type": "video", "codec": "prores", "frame_rate": "24000/1001", "width": 1920, "height": 1080,
         "pixel_format": "yuv422p10le", "bit_depth": 10, "attached_picture": False,
         "color": {"primaries": "bt709", "transfer": "bt709", "matrix": None, "range": "tv"}},
        {"index": 1, "type": "audio", "codec": "pcm_s24le", "sample_rate": 48000, "channels": 2, "layout": "stereo",
         "bits": 24},
    ]  # fmt: skip
    none = {"frames": "", "count": 0, "longest": 0}
    seen = {
        "stream": 0, "frames_decoded": 48, "frames_expected": 48, "black": none, "frozen": none,
        "interlace": {"detected": "progressive", "progressive": 48, "top_first": 0, "bottom_first": 0},
        "timestamps": {"variable": False, "gap_count": 0, "missing": 0, "duplicate_count": 0}, **(video or {}),
    }  # fmt: skip
    heard = {
        "stream": 1, "loudness": {"integrated_lufs": -23.0, "true_peak_dbtp": -3.0, "range_lu": 5.0},
        "silent": [], "silent_s": 0.0, "clipped": {"samples": 0, "runs": []},
        "phase": {"pairs": [{"channels": ["FL", "FR"], "correlation": 0.9, "out_of_phase": []}]},
        "channels": [{"name": "FL", "silent": False}, {"name": "FR", "silent": False}], **(audio or {}),
    }  # fmt: skip
    return {
        "schema_version": 2, "kind": "video", "file": {"path": "/p/m.mov", "name": "m.mov", "size_bytes": 9},
        "streams": streams, "attributes": {}, "errors": [],
        "stats": {"video": [seen], "audio": [heard], "options": asdict(DEFAULTS)}, **more,
    }  # fmt: skip


GAP = {"start_s": 1.0, "end_s": 4.0}
RATE = "parts[*].attributes.framesPerSecond"
DIFFERENT = [
    {"part": 0, "attribute": "compression", "expected": None, "frames": "1003", "value": {"id": 4, "name": "piz"}}
]
DAMAGED = {"code": "pixels.damaged", "part": 0, "rows": "16-31", "message": "the data is cut off"}
BROKEN = {"code": "frames.damaged", "stream": 0, "time_s": 1.0, "frames": "24-25", "message": "bad slice"}
MUTE = {"code": "sound.damaged", "stream": 1, "time_s": 1.0, "frames": None, "message": "bad packet"}

#: The rest of the rule, a document that keeps it, one that does not, and what is said: observed, frames or channel.
CASES: list[tuple[str, str, dict[str, Any], dict[str, Any], str]] = [
    ("name", "expect: {regex: '^sh[0-9]{3}$'}", named("sh010.exr"), named("sh10.exr"), "sh10"),
    ("name", "expect: {characters: a-z0-9}", named("sh010.exr"), named("sh 01é.exr"), "sh 01é: ' ' 'é'"),
    ("name", "expect: {forbid_regex: final}", named("sh010.exr"), named("sh_final2.exr"), "sh_final2"),
    ("name", "expect: {max_length: 5}", named("sh010.exr"), named("sh0100.exr"), "6"),
    ("name", "of: folder, expect: {regex: '^[0-9]+x[0-9]+$'}", named("a.exr"), named("a.exr", "/p/full"), "full"),
    ("name", "expect: {regex: '^(?P<s>[a-z]+)', equals: {s: sh}}", named("sh1.exr"), named("xy1.exr"), "s xy"),
    ("files.extension", "expect: {in: [exr, dpx]}", exr(), named("a.EXR"), "EXR"),
    ("files.size", "expect: {min: 10}", exr(), sized(9), "9 bytes"),
    ("files.readable", "severity: error", exr(), {**exr(), "errors": [DAMAGED]}, "the data is cut off"),
    ("files.zero_byte", "severity: error", exr(), sized(0), "0 bytes"),
    ("files.zero_byte", "severity: error", sequence(), sequence(zero_byte="1002-1003"), "1002-1003"),
    ("sequence.missing", "severity: error", sequence(), sequence(missing="1003,1007-1009"), "1003,1007-1009"),
    ("sequence.missing", "expect: {max: 2}", sequence(missing="1003"), sequence(missing="1003-1005"), "1003-1005"),
    (
        "sequence.missing",
        "expect: {max_run: 1}",
        sequence(missing="1002,1004"),
        sequence(missing="1004-1005"),
        "1004-1005",
    ),
    ("sequence.missing", "range: [1001, 1010]", sequence(), sequence(ranges="1003-1009"), "1001-1002,1010"),
    ("sequence.range", "range: [1001, 1010]", sequence(), sequence(ranges="999-1012"), "999-1000,1011-1012"),
    ("sequence.padding", "expect: {eq: 4}", sequence(), sequence(pad=3), "3 digits"),
    ("sequence.duplicate_frames", "severity: error", sequence(), sequence(duplicate_frames="1002"), "1002"),
    ("sequence.zero_byte", "severity: error", sequence(), sequence(zero_byte="1002"), "1002"),
    ("sequence.truncated", "severity: error", sequence(), sequence(truncated="1005"), "1005"),
    (
        "sequence.unreadable",
        "severity: error",
        sequence(),
        sequence(unreadable=[{"frames": "1002", "reason": "x"}]),
        "1002",
    ),
    (
        "sequence.size_outliers",
        "severity: error",
        sequence(),
        sequence(size_outliers=[{"frame": 1004, "size_bytes": 1, "median_bytes": 900}]),
        "1004",
    ),
    (
        "sequence.constant",
        f"select: ['{RATE}', 'parts[*].compression']",
        sequence(),
        sequence(header_differences=DIFFERENT),
        "piz",
    ),
    (
        "sequence.timecode_continuous",
        "severity: error",
        sequence(timecode={"continuous": True, "breaks": []}),
        sequence(timecode={"continuous": False, "breaks": [{"frame": 1004, "expected": "a", "found": "b"}]}),
        "1004",
    ),
    (
        "sequence.frozen",
        "severity: error",
        {**sequence(frozen=""), "stats": {"parts": [1], "frames": "1001-1010"}},
        {**sequence(frozen="1004-1005"), "stats": {"parts": [1], "frames": "1001-1010"}},
        "1004-1005",
    ),
    (
        "exr.windows",
        "expect: {data_inside_display: true}",
        exr(),
        exr(data_window=BIG),
        "data (-10, 0) to (4105, 2159), display (0, 0) to (4095, 2159)",
    ),
    (
        "exr.windows",
        "expect: {equal: true}",
        exr(),
        exr(display_window=BIG),
        "data (0, 0) to (4095, 2159), display (-10, 0) to (4105, 2159)",
    ),
    ("exr.lossless", "severity: error", exr(), exr(compression={"id": 8, "name": "dwaa"}), "dwaa"),
    (
        "exr.lossless",
        "severity: error",
        exr(compression={"id": 5, "name": "pxr24"}),
        exr(compression={"id": 5, "name": "pxr24"}, channels=[channel("Z", "float")]),
        "pxr24",
    ),
    (
        "exr.attributes",
        "expect: {required: [owner, reelName]}",
        exr(attributes=[{"name": "owner"}, {"name": "reelName"}]),
        exr(),
        "without reelName",
    ),
    ("exr.attributes", "expect: {forbidden: [owner]}", exr(attributes=[]), exr(), "owner"),
    ("exr.parts", "expect: {required: [beauty]}", exr(name="beauty"), exr(name="rgba"), "rgba; without beauty"),
    ("exr.views", "expect: {only: [left, right]}", exr(view="left"), exr(view="centre"), "centre"),
    (
        "exr.tiled",
        "expect: {tiled: true, size: 64}",
        exr(tiled=True, tile_width=64, tile_height=64),
        exr(),
        "scan lines",
    ),
    (
        "pixels.stats",
        "expect: {nan: 0, inf: 1, negative: 2}",
        with_stats(inf_count=1),
        with_stats(nan_count=3),
        "3 NaN",
    ),
    ("pixels.stats", "expect: {min: -0.01, max: 10}", with_stats(), with_stats(min=-0.5), "-0.5"),
    ("pixels.stats", "expect: {mean: [0.1, 0.6]}", with_stats(), with_stats(mean=0.9), "mean 0.9"),
    (
        "pixels.stats",
        "select: [G], expect: {nan: 0}",
        with_both({"nan_count": 1}, {}),
        with_stats(name="G", nan_count=1),
        "1 NaN",
    ),
    ("pixels.finite", "severity: error", with_stats(), with_stats(inf_count=2), "2 infinite"),
    ("pixels.black", "severity: error", with_stats(), with_stats(max=0.0), "black"),
    ("pixels.black", "expect: {max_run: 0, threshold: 0.5}", with_stats(), with_stats(max=0.4), "black"),
    ("pixels.damaged", "severity: error", with_stats(), {**with_stats(), "errors": [DAMAGED]}, "rows 16-31"),
    (
        "video.codec",
        "expect: {in: [prores]}",
        movie(),
        {**movie(), "streams": [{**movie()["streams"][0], "codec": "h264"}]},
        "h264",
    ),
    (
        "video.rate",
        "expect: {eq: 24000/1001}",
        movie(),
        {**movie(), "streams": [{**movie()["streams"][0], "frame_rate": "24"}]},
        "24",
    ),
    (
        "video.width",
        "expect: {min: 1920}",
        movie(),
        {**movie(), "streams": [{**movie()["streams"][0], "width": 1280}]},
        "1280",
    ),
    (
        "video.height",
        "expect: {multiple_of: 2}",
        movie(),
        {**movie(), "streams": [{**movie()["streams"][0], "height": 1079}]},
        "1079",
    ),
    (
        "video.pixel_format",
        "expect: {regex: '^yuv422p'}",
        movie(),
        {**movie(), "streams": [{**movie()["streams"][0], "pixel_format": "yuv420p"}]},
        "yuv420p",
    ),
    (
        "video.bit_depth",
        "expect: {min: 10}",
        movie(),
        {**movie(), "streams": [{**movie()["streams"][0], "bit_depth": 8}]},
        "8",
    ),
    (
        "video.colour",
        "expect: {primaries: [bt709], range: [tv]}",
        movie(),
        {**movie(), "streams": [{**movie()["streams"][0], "color": {"primaries": "bt2020", "range": "tv"}}]},
        "primaries bt2020",
    ),
    ("video.black", "expect: {max: 0}", movie(), movie({"black": {"frames": "0-2"}}), "0-2"),
    (
        "video.frozen",
        "expect: {max_run: 2}",
        movie({"frozen": {"frames": "4-5"}}),
        movie({"frozen": {"frames": "4-6"}}),
        "4-6",
    ),
    ("video.interlace", "severity: error", movie(), movie({"interlace": {"detected": "bff"}}), "bff"),
    (
        "video.constant_rate",
        "severity: error",
        movie(),
        movie({"timestamps": {"variable": True, "gap_count": 2, "shortest_s": 0.04, "longest_s": 0.2}}),
        "2 gaps, 0.04 to 0.2 s a frame",
    ),
    ("video.decode", "severity: error", movie(), movie(errors=[BROKEN]), "24-25"),
    (
        "audio.codec",
        "expect: {regex: '^pcm_'}",
        movie(),
        {**movie(), "streams": [{**movie()["streams"][1], "codec": "aac"}]},
        "aac",
    ),
    (
        "audio.rate",
        "expect: {eq: 48000}",
        movie(),
        {**movie(), "streams": [{**movie()["streams"][1], "sample_rate": 44100}]},
        "44100",
    ),
    (
        "audio.channels",
        "expect: {in: [2, 6]}",
        movie(),
        {**movie(), "streams": [{**movie()["streams"][1], "channels": 1}]},
        "1",
    ),
    (
        "audio.layout",
        "expect: {eq: stereo}",
        movie(),
        {**movie(), "streams": [{**movie()["streams"][1], "layout": "5.1"}]},
        "5.1",
    ),
    ("audio.bits", "expect: {min: 24}", movie(), {**movie(), "streams": [{**movie()["streams"][1], "bits": 16}]}, "16"),
    (
        "audio.ebur128",
        "expect: {integrated: [-23.5, -22.5], true_peak_max: -1}",
        movie(),
        movie(audio={"loudness": {"integrated_lufs": -18.2, "true_peak_dbtp": -2.0}}),
        "-18.2 LUFS",
    ),
    ("audio.ebur128", "expect: {range_max: 15}", movie(), movie(audio={"loudness": {"range_lu": 21.5}}), "21.5 LU"),
    (
        "audio.silence",
        "expect: {max_run_s: 2}",
        movie(),
        movie(audio={"silent": [GAP], "silent_s": 3.0}),
        "1.00-4.00 s",
    ),
    (
        "audio.silent_channels",
        "severity: error",
        movie(),
        movie(audio={"channels": [{"name": "LFE", "silent": True}]}),
        "silent: LFE",
    ),
    (
        "audio.clipped",
        "expect: {max: 10}",
        movie(),
        movie(audio={"clipped": {"samples": 11, "runs": [GAP]}}),
        "1.00-4.00 s",
    ),
    (
        "audio.phase",
        "expect: {min: 0}",
        movie(),
        movie(audio={"phase": {"pairs": [{"channels": ["FL", "FR"], "correlation": -0.9}]}}),
        "-0.9 between FL and FR",
    ),
    ("audio.decode", "severity: error", movie(), movie(errors=[MUTE]), "bad packet"),
]


@pytest.mark.parametrize(("check", "rest", "good", "bad", "words"), CASES)
def test_a_check_tells_good_from_bad(
    check: str, rest: str, good: dict[str, Any], bad: dict[str, Any], words: str
) -> None:
    rule = f"  - {{id: r, check: {check}, {rest}}}"
    passed, failed = judged(rule, good), judged(rule, bad)
    assert (passed.outcome, passed.findings) == (Outcome.PASS, [])
    assert [one.outcome for one in failed.findings] == [Outcome.FAIL]
    [finding] = failed.findings
    assert words in (finding.observed, finding.frames, finding.region)
    assert finding.expected


def test_every_check_is_tried() -> None:
    assert {case[0] for case in CASES} == set(CHECKS)


def test_nothing_that_was_not_measured_passes() -> None:
    for check, rest, good, _, _ in CASES:
        family = check.partition(".")[0]
        if family in ("pixels", "video", "audio") and CHECKS[check].need >= 4:
            bare = {**copy.deepcopy(good), "stats": None}
            assert judged(f"  - {{id: r, check: {check}, {rest}}}", bare).outcome is Outcome.ERROR, check


def test_a_broken_packet_is_told_with_how_many_and_where_and_the_rest_was_measured() -> None:
    document = movie({"packets": 48, "broken_packets": 3}, errors=[BROKEN, {**BROKEN, "frames": "30", "time_s": 1.25}])
    [finding] = judged("  - {id: r, check: video.black}", document).findings
    assert finding.outcome is Outcome.ERROR
    assert finding.evidence == (
        "3 of 48 packets cannot be decoded, frames 24-25,30, the first at 1.000 s (bad slice);"
        " what was measured is of the rest"
    )
    findings = judged("  - {id: r, check: video.black}", movie({"black": {"frames": "3"}}, errors=[BROKEN])).findings
    assert [(one.outcome, one.frames) for one in findings] == [(Outcome.ERROR, ""), (Outcome.FAIL, "3")]


def test_a_movie_of_which_nothing_could_be_decoded_is_no_pass() -> None:
    document = movie({"stream": 0, "frames_decoded": 0, "black": {"frames": ""}}, {"stream": 1, "samples": 0})
    for check in (
        "video.black",
        "video.frozen",
        "video.constant_rate",
        "audio.silence",
        "audio.clipped",
        "audio.phase",
    ):
        result = judged(f"  - {{id: r, check: {check}}}", document)
        assert result.outcome is Outcome.ERROR, check
        assert result.findings[0].evidence.startswith("no "), check
    document["errors"] = [{"code": "frames.none", "stream": 0, "message": "not one frame can be decoded"}]
    both = judged("  - {id: r, check: video.black}\n  - {id: d, check: video.decode}", document)
    assert [one.outcome for one in both.results] == [Outcome.SKIPPED, Outcome.FAIL]


def test_a_part_that_cannot_be_decoded_is_no_pass() -> None:
    document = exr()
    document["stats"] = {"parts": [{"index": 0, "supported": False, "channels": []}]}
    for check in ("pixels.finite", "pixels.black", "pixels.damaged"):
        result = judged(f"  - {{id: r, check: {check}}}", document)
        assert result.outcome is Outcome.ERROR
        assert result.findings[0].evidence == "pixels not supported"


@pytest.mark.parametrize("check", ["pixels.finite", "pixels.black", "pixels.stats, expect: {max: 9}"])
@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ({"channels": [], "reason": "where its pixels lie is not known"}, "where its pixels lie is not known"),
        ({"complete": False, "sample": 1}, "not all of its pixels could be decoded"),
        ({"complete": False, "sample": 10}, "only one of 10 blocks of rows was looked at"),
    ],
)
def test_pixels_that_were_not_all_seen_are_no_pass(check: str, part: dict[str, Any], reason: str) -> None:
    document = with_stats()
    document["stats"]["parts"][0] |= part
    result = judged(f"  - {{id: r, check: {check}}}", document)
    assert (result.outcome, result.findings[0].evidence) == (Outcome.ERROR, reason)
    seldom = judged(f"  - {{id: r, check: {check}, sample: {{rows: 'every:10'}}}}", document)
    assert (seldom.outcome is Outcome.PASS) is (part.get("sample") == 10)


@pytest.mark.parametrize(("frames", "errors"), [("1001-1009", []), ("1001-1010", [1010])])
def test_frames_of_a_sequence_that_were_not_decoded_are_no_pass(frames: str, errors: list[int]) -> None:
    document = sequence(black="")
    document["stats"] = with_stats()["stats"] | {"frames": frames}
    document["errors"] = [{"code": "pixels.damaged", "message": "cut off", "frames": str(each)} for each in errors]
    for check in ("pixels.finite", "pixels.black"):
        [finding] = judged(f"  - {{id: r, check: {check}}}", document).findings
        assert (finding.outcome, finding.frames) == (Outcome.ERROR, "1010")
    sampled = judged("  - {id: r, check: pixels.finite, sample: {frames: 'every:5'}}", document)
    assert sampled.outcome is Outcome.PASS


@pytest.mark.parametrize("check", ["pixels.finite", "pixels.black", "pixels.stats, expect: {max: 9}"])
@pytest.mark.parametrize("select", ["[G]", "[R, G]", "['beauty.*']"])
def test_channels_that_are_not_there_are_missing(check: str, select: str) -> None:
    document = with_stats()
    rule = f"  - {{id: r, check: {check}, select: {select}, missing: MISSING}}"
    assert judged(rule.replace("MISSING", "fail"), document).outcome is Outcome.FAIL
    assert judged(rule.replace("MISSING", "skip"), document).outcome is Outcome.SKIPPED


def test_infinite_pixels_are_above_every_limit_and_no_number_is_within() -> None:
    infinite = with_stats(inf_count=3, pos_inf_count=3, neg_inf_count=0)
    rule = "  - {id: r, check: pixels.stats, expect: {max: 65504}}"
    assert [one.observed for one in judged(rule, infinite).findings] == ["inf"]
    assert judged(rule.replace("max", "min").replace("65504", "-9"), infinite).outcome is Outcome.PASS
    assert judged(rule.replace("65504", "65504, inf: 3"), infinite).outcome is Outcome.PASS
    empty = with_stats(min=None, max=None, mean=None, finite_count=0, nan_count=9)
    assert [one.observed for one in judged(rule, empty).findings] == ["no finite value"]


def test_groups_of_a_name_without_an_expression_are_no_pass() -> None:
    assert judged("  - {id: r, check: name, expect: {equals: {shot: sh010}}}", exr()).outcome is Outcome.ERROR


def test_a_header_without_what_every_header_has_is_not_readable() -> None:
    document = exr()
    document["errors"] = [{"code": "attribute.absent", "part": 0, "message": "compression is absent"}]
    assert judged("  - {id: r, check: files.readable}", document).outcome is Outcome.FAIL


def test_frames_without_a_time_code_and_breaks_beyond_those_told_are_objected_to() -> None:
    rule = "  - {id: r, check: sequence.timecode_continuous, expect: {max: 2}}"
    lacking = sequence(timecode={"continuous": True, "breaks": [], "break_count": 0, "without": "1004-1005"})
    [finding] = judged(rule, lacking).findings
    assert (finding.outcome, finding.frames) == (Outcome.FAIL, "1004-1005")
    breaks = [{"frame": frame, "expected": "a", "found": "b"} for frame in (1003, 1007)]
    many = sequence(timecode={"continuous": False, "breaks": breaks, "break_count": 500, "without": ""})
    [finding] = judged(rule, many).findings
    assert finding.observed.startswith("500, the first of them")


def test_pixels_of_a_movie_under_the_name_of_a_picture_are_no_pass() -> None:
    document = {**movie(), "file": {"path": "/p/m.exr", "name": "m.exr", "size_bytes": 9}}
    for check in ("pixels.finite", "pixels.black", "pixels.damaged"):
        assert judged(f"  - {{id: r, check: {check}}}", document).outcome is Outcome.ERROR


def test_a_check_is_silent_about_what_it_is_not_about() -> None:
    assert judged("  - {id: r, check: sequence.missing}\n  - {id: s, check: video.decode}", exr()).results == ()


def test_a_range_from_the_tracker_that_nobody_gave_is_no_pass() -> None:
    result = judged("  - {id: r, check: sequence.missing, range: tracker}", sequence())
    assert result.outcome is Outcome.ERROR
    assert "--range" in result.findings[0].evidence


def test_a_hole_of_a_thousand_million_frames_costs_nothing() -> None:
    document = sequence(missing="1003-1000000000")
    [finding] = judged("  - {id: r, check: sequence.missing}", document).findings
    assert finding.observed == "999998998 missing frames: 1003-1000000000"


def test_a_file_that_only_bears_the_name_of_an_exr_is_told_not_crashed_on() -> None:
    document = {**exr(), "kind": "image"}
    del document["parts"]
    rules = "\n".join(
        f"  - {{id: r{number}, check: {check}, {rest}}}"
        for number, (check, rest, *_) in enumerate(CASES)
        if check.startswith("exr.")
    )
    assert judged(rules, document).outcome is Outcome.FAIL


def test_attributes_that_differ_in_each_frame_are_judged_in_each() -> None:
    document = sequence(varying=[{"part": 0, "attribute": "dataWindow"}, {"part": 0, "attribute": "reelName"}])
    inside, outside = ({"min": [x, 0], "max": [x + 100, 100]} for x in (0, -1))
    document["frames_varying"] = {
        "dataWindow": {str(frame): outside if frame in (1004, 1006) else inside for frame in range(1001, 1011)},
        "reelName": {str(frame): None if frame == 1002 else f"A{frame}" for frame in range(1001, 1011)},
    }
    rules = """  - {id: window, check: exr.windows, expect: {data_inside_display: true}}
  - {id: reel, check: exr.attributes, expect: {required: [reelName]}}"""
    found = {(one.rule, one.frames) for one in judged(rules, document).findings}
    assert found == {("window", "1004,1006"), ("reel", "1002")}


def test_a_stream_that_was_not_decoded_to_its_end_never_passes() -> None:
    broken = movie(errors=[BROKEN])
    [black, clipped] = judged("  - {id: v, check: video.black}\n  - {id: a, check: audio.clipped}", broken).results
    assert (black.outcome, clipped.outcome) == (Outcome.ERROR, Outcome.PASS)
    assert black.findings[0].evidence.startswith("a packet cannot be decoded, frames 24-25, the first at 1.000 s (bad")
    unmeasured = movie(stats={"video": [], "audio": []})
    [black] = judged("  - {id: v, check: video.black, missing: skip}", unmeasured).results
    assert (black.outcome, black.findings[0].evidence) == (Outcome.ERROR, "it was not decoded")


@pytest.mark.parametrize("limits", ["integrated: [-24, -22]", "range_max: 20", "short_term_max: -10"])
def test_sound_too_short_for_its_loudness_is_not_called_silent(limits: str) -> None:
    none = {"integrated_lufs": None, "range_lu": None, "max_short_term_lufs": None}
    short = movie(audio={"samples": 4800, "sample_rate": 48000, "loudness": none})
    [result] = judged(f"  - {{id: r, check: audio.ebur128, expect: {{{limits}}}}}", short).results
    assert result.outcome is Outcome.ERROR
    assert result.findings[0].evidence.startswith("too short to be measured: 0.1 s")


def test_each_reason_of_damage_is_told_with_its_own_frames() -> None:
    document = sequence()
    document["stats"] = {**with_stats()["stats"], "frames": "1001-1010"}
    document["errors"] = [
        {"code": "pixels.damaged", "part": 0, "message": "a chunk is cut off", "frames": "1004"},
        {"code": "chunks.missing", "part": 0, "message": "a chunk is not there", "frames": "1007-1008"},
    ]
    found = judged("  - {id: r, check: pixels.damaged}", document).findings
    assert [(one.observed, one.frames) for one in found] == [
        ("a chunk is cut off", "1004"),
        ("a chunk is not there", "1007-1008"),
    ]


def test_damage_without_a_sentence_of_its_own_never_passes() -> None:
    document = with_stats()
    document["stats"]["parts"][0]["complete"] = False
    [result] = judged("  - {id: r, check: pixels.damaged}", document).results
    assert result.outcome is Outcome.ERROR


def test_rules_that_fail_as_remarks_are_no_warnings() -> None:
    rule = "  - {{id: {0}, check: files.size, expect: {{min: 9999}}, severity: {1}}}\n"
    found = judged(rule.format("a", "warning") + rule.format("b", "info"), exr())
    counts = counts_of(found.results)
    assert (counts["fail"], counts["warnings"], counts["infos"]) == (0, 1, 1)

"""What a check could not see never passes, and what is whole does not fail for how it was read."""

import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.engine import Engine
from app.errors import AppError
from app.jobs.events import Noticed
from app.jobs.job import Job
from app.media.frameheads import heads
from app.model.measuring import DEFAULTS
from app.qc.checking import CheckRequest, CheckResult, check
from app.qc.facts import NotRecorded
from app.qc.findings import AssetResult, Finding, Outcome
from app.qc.judging import judge
from app.qc.validating import DocumentFacts
from app.yamlnodes import BadYaml
from tests.qc.planted import shot_name, write_frame, write_shot
from tests.qc.plantedmovies import write_movie
from tests.qc.policykit import HEAD, exr, judged, policy, sequence

Given = dict[str, Any]


def checked(engine: Engine, path: Path, rules: str, tmp_path: Path, **asked: Any) -> CheckResult:
    file = tmp_path / "p.yaml"
    file.write_text(f"{HEAD}rules:\n{rules}\n")
    return check(engine, CheckRequest((str(path),), str(file), **asked), Job())


def outcomes(result: CheckResult) -> dict[str, str]:
    return {one.rule: one.outcome.value for asset in result.assets for one in asset.results}


def counted(channel: Given, **part: Any) -> Given:
    """Statistics of one part with one channel, R."""
    return {"index": 0, "supported": True, "sample": 1, "channels": [{"name": "R", **channel}], **part}


FIGURES = {"min": 0.1, "max": 1.0, "mean": 0.5, "nan_count": 0, "inf_count": 0, "negative_count": 0, "finite_count": 9}


@pytest.fixture(scope="module")
def shot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shot(tmp_path_factory.mktemp("shot"), "0010")


def test_differences_that_there_was_no_room_for_never_pass(engine: Engine, tmp_path: Path) -> None:
    def change(frame: int, header: Given, _channels: Given) -> None:
        import OpenEXR

        header["aaa"] = "usual" if frame % 2 else f"take {frame}"
        if frame == 1500:
            header["compression"] = OpenEXR.DWAA_COMPRESSION

    for frame in range(1001, 2101):
        write_frame(tmp_path / "s" / f"{shot_name('0010')}.{frame}.exr", frame, change, width=4)
    rules = """  - {id: lossless, check: exr.lossless}
  - {id: compression, select: 'parts[*].compression', expect: {eq: zip}}
  - {id: odd, select: 'parts[*].attributes.aaa', expect: {exists: true}}
  - {id: clock, select: 'parts[*].attributes.timeCode', expect: {exists: true}}"""
    result = checked(engine, tmp_path / "s", rules, tmp_path)
    assert outcomes(result) == {"lossless": "fail", "compression": "fail", "odd": "error", "clock": "pass"}
    assert {one.frames for one in result.findings if one.rule != "odd"} == {"1500"}


def test_a_frame_that_differs_in_too_much_is_not_half_compared(tmp_path: Path) -> None:
    def many(_frame: int, header: Given, _channels: Given) -> None:
        header.update({f"a{number:04d}": number for number in range(2001)})

    write_frame(tmp_path / "a.1.exr", 1, width=4)
    write_frame(tmp_path / "a.2.exr", 2, many, width=4)
    told: list[Given] = []
    heads(
        {"folder": str(tmp_path), "names": ["a.1.exr", "a.2.exr"], "reference": None},
        lambda header, _payload=b"": told.append(header),
    )
    assert (told[0]["rows"][1][4], "more than 2,000" in told[0]["rows"][1][3]) == (None, True)


def test_a_picture_of_another_size_among_pngs_is_seen_in_its_stream(engine: Engine, tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "s").mkdir()
    for frame in range(1001, 1006):
        picture = np.full((8, 48 if frame == 1003 else 96, 3), frame % 255, np.uint8)
        Image.fromarray(picture).save(tmp_path / "s" / f"p.{frame}.png")
    rules = """  - {id: wide, select: 'streams[*].width', expect: {eq: 96}}
  - {id: same, check: sequence.constant, select: 'streams[*].width'}
  - {id: top, select: width, expect: {eq: 96}}"""
    result = checked(engine, tmp_path / "s", rules, tmp_path)
    assert outcomes(result) == {"wide": "fail", "same": "fail", "top": "fail"}
    assert {one.frames for one in result.findings} == {"1003"}


def test_runs_of_frozen_frames_are_looked_for_in_the_pixels(engine: Engine, tmp_path: Path) -> None:
    def still(_frame: int, _header: Given, channels: Given) -> None:
        for pixels in channels.values():
            pixels[:] = 0.5

    for frame in (1001, 1002, 1003):
        write_frame(tmp_path / "s" / f"sh.{frame}.exr", frame, still, width=4)
    rule = "  - {id: still, select: 'sequence.frozen_runs[*]', expect: {exists: false}}"
    assert outcomes(checked(engine, tmp_path / "s", rule, tmp_path)) == {"still": "fail"}
    with pytest.raises(BadYaml, match="frames in the selector"):
        checked(engine, tmp_path / "s", rule.replace("[*]", "[*].frames"), tmp_path)


def test_a_pattern_of_movies_stands_for_each_of_them(engine: Engine, tmp_path: Path) -> None:
    for number in (1, 2):
        write_movie(tmp_path / f"take_{number:04d}.mov")
    second = tmp_path / "take_0002.mov"
    second.write_bytes(second.read_bytes()[:-200_000])
    rules = "  - {id: decode, check: video.decode}\n  - {id: codec, check: video.codec, expect: {eq: mpeg4}}"
    result = checked(engine, tmp_path / "take_####.mov", rules, tmp_path)
    assert [asset.outcome is Outcome.PASS for asset in result.assets] == [True, False]


def movies(**more: Any) -> Given:
    """The document of a pattern of movies: of the first alone."""
    streams = [{"index": 0, "type": "video", "codec": "prores"}]
    return {**sequence("/p/take_####.mov"), "representative": None, "streams": streams, **more}


@pytest.mark.parametrize("rule", ["check: video.decode", "check: video.codec, expect: {eq: prores}"])
def test_movies_of_which_one_was_looked_at_are_no_pass(rule: str) -> None:
    stats = {"video": None, "audio": None}
    assert judged(f"  - {{id: r, {rule}}}", movies(stats=stats)).outcome is Outcome.ERROR


@pytest.mark.parametrize(
    "rule",
    ["video.black", "video.frozen", "video.constant_rate", "audio.silence", "audio.silent_channels", "audio.clipped",
     "audio.phase"],
)  # fmt: skip
def test_what_was_not_measured_of_a_stream_is_no_pass(rule: str) -> None:
    streams = [{"index": 0, "type": "video"}, {"index": 1, "type": "audio"}]
    stats = {"video": [{"stream": 0, "frames_decoded": 4}], "audio": [{"stream": 1, "samples": 4}]}
    document = {**exr("/p/m.mov"), "streams": streams, "stats": {**stats, "options": asdict(DEFAULTS)}}
    [finding] = judged(f"  - {{id: r, check: {rule}}}", document).findings
    assert (finding.outcome, finding.evidence) == (Outcome.ERROR, "it was not measured")


@pytest.mark.parametrize(("missing", "outcome"), [("fail", Outcome.FAIL), ("skip", Outcome.SKIPPED)])
def test_what_is_measured_of_movies_is_absent_from_a_picture(missing: str, outcome: Outcome) -> None:
    rule = f"{{id: r, select: 'stats.video[*].black.count', expect: {{eq: 0}}, missing: {missing}}}"
    document = {**exr(), "stats": {"parts": [counted(FIGURES)]}}
    assert judged(f"  - {rule}", document).outcome is outcome


def test_a_movie_without_pictures_has_no_colours() -> None:
    document = {**exr("/p/m.mov"), "streams": [{"index": 0, "type": "audio"}]}
    rule = "  - {id: r, check: video.colour, expect: {primaries: [bt709]}}"
    assert judged(rule, document).outcome is Outcome.FAIL


def test_a_stream_beside_a_broken_one_that_was_not_decoded_is_no_pass() -> None:
    streams = [{"index": 0, "type": "video"}, {"index": 1, "type": "audio"}]
    general = {"code": "media.damaged", "stream": None, "message": "the file cannot be read on"}
    document = {
        **exr("/p/m.mov"),
        "streams": streams,
        "stats": {"video": [{"stream": 0, "frames_decoded": 4}], "audio": [{"stream": 1, "samples": 4}]},
    }
    rule = "  - {id: r, check: audio.decode}"
    assert judged(rule, document).outcome is Outcome.PASS
    assert judged(rule, {**document, "errors": [general]}).outcome is Outcome.ERROR
    assert judged(rule, {**document, "stats": {"video": [], "audio": []}}).outcome is Outcome.ERROR


@pytest.mark.parametrize("first", ["", "  - {id: h, select: 'parts[0].type', expect: {exists: true}}\n"])
def test_missing_frames_do_not_depend_on_what_another_rule_read(
    engine: Engine, shot: Path, tmp_path: Path, first: str
) -> None:
    rules = f"""{first}  - {{id: missing, select: sequence.missing, expect: {{eq: '1009-1012'}}}}
  - {{id: tail, select: sequence.missing_tail, expect: {{eq: '1009-1012'}}}}
  - {{id: count, select: sequence.missing_count, expect: {{eq: 4}}}}
  - {{id: gaps, select: sequence.gap_count, expect: {{eq: 0}}}}
  - {{id: kind, select: kind, expect: {{eq: sequence}}}}"""
    assert set(outcomes(checked(engine, shot, rules, tmp_path, range="1001-1012")).values()) == {"pass"}


def test_a_file_knows_its_kind(engine: Engine, shot: Path, tmp_path: Path) -> None:
    file = sorted(shot.iterdir())[0]
    result = checked(engine, file, "  - {id: kind, select: kind, expect: {eq: image}}", tmp_path)
    assert result.outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("select: kind, expect: {contains: []}", "the list is empty"),
        ("select: kind, expect: {in: []}", "the list is empty"),
        ("select: kind, expect: {not_in: []}", "the list is empty"),
        ("select: kind, expect: {forbid: []}", "the list is empty"),
        ("select: kind, expect: {regex: ''}", "the expression is empty"),
        ("check: exr.attributes, expect: {required: []}", "the list is empty"),
        ("check: files.readable, when: {ext: []}", "the list is empty"),
        ("check: pixels.finite, select: []", "the list is empty"),
    ],
)
def test_rules_that_hold_for_everything_are_refused(rule: str, words: str) -> None:
    with pytest.raises(BadYaml, match=words):
        policy(f"  - {{id: r, {rule}}}")


def test_terms_of_waivers_that_name_nobody_are_refused() -> None:
    with pytest.raises(BadYaml, match="the list is empty"):
        policy("  - {id: r, check: files.readable}", "waivers: {roles: []}\n")


def test_of_no_layers_none_matches() -> None:
    rule = "  - {id: r, select: 'parts[0].layers', expect: {%s}}"
    assert judged(rule % "regex: '^x'", exr()).outcome is Outcome.FAIL
    assert judged(rule % "only: []", exr()).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("rule", "black", "outcome"),
    [
        ("check: pixels.black", "", Outcome.PASS),
        ("check: pixels.black", "1002", Outcome.FAIL),
        ("check: pixels.black, expect: {threshold: 0.05}", "", Outcome.ERROR),
        ("check: pixels.black, expect: {threshold: 0.00001}", "", Outcome.PASS),
        ("check: pixels.black, expect: {threshold: 0.00001}", "1002", Outcome.ERROR),
        ("check: pixels.black, select: [R]", "", Outcome.ERROR),
        ("check: pixels.black, sample: {frames: [first, middle, last]}", "1002", Outcome.PASS),
    ],
)
def test_black_frames_that_were_found_by_another_limit_are_not_taken_for_these(
    rule: str, black: str, outcome: Outcome
) -> None:
    document = sequence(black=black)
    document["stats"] = {"parts": [counted(FIGURES)], "frames": "1001-1010"}
    assert judged(f"  - {{id: r, {rule}}}", document).outcome is outcome


@pytest.mark.parametrize(
    ("rule", "lacking"),
    [
        ("check: pixels.finite", "nan_count"),
        ("check: pixels.stats, expect: {negative: 0}", "negative_count"),
        ("check: pixels.stats, expect: {max: 2}", "max"),
        ("check: pixels.stats, expect: {mean: [0, 1]}", "mean"),
    ],
)
def test_a_figure_that_was_not_told_is_no_pass(rule: str, lacking: str) -> None:
    document = {**exr(), "stats": {"parts": [counted(FIGURES)]}}
    assert judged(f"  - {{id: r, {rule}}}", document).outcome is Outcome.PASS
    for figures in ({**FIGURES, lacking: None}, {key: value for key, value in FIGURES.items() if key != lacking}):
        document["stats"] = {"parts": [counted(figures)]}
        assert judged(f"  - {{id: r, {rule}}}", document).outcome is Outcome.ERROR


@pytest.mark.parametrize("facts", [{"truncated": "1004"}, {"incomplete": [{"frames": "1004", "reason": "cut off"}]}])
def test_statistics_of_a_frame_that_is_cut_off_are_no_pass(facts: Given) -> None:
    rule = "  - {id: r, select: 'stats.parts[*].channels[*].nan_count', expect: {eq: 0}}"
    document = sequence(**facts)
    document["stats"] = {"parts": [counted(FIGURES)], "frames": "1001-1010"}
    [finding] = judged(rule, document).findings
    assert (finding.outcome, finding.frames) == (Outcome.ERROR, "1004")


def test_statistics_that_do_not_say_of_which_frames_are_no_pass() -> None:
    document = sequence()
    document["stats"] = {"parts": [counted(FIGURES)]}
    assert judged("  - {id: r, check: pixels.finite}", document).outcome is Outcome.ERROR


@pytest.mark.parametrize(
    "rule",
    ["check: pixels.finite, select: [R]", "select: 'stats.parts[*].channels[R].nan_count', expect: {eq: 0}"],
)
def test_a_channel_that_some_frames_do_not_have_is_missing_in_those(rule: str) -> None:
    document = sequence()
    for absent, outcome in (("", Outcome.PASS), ("1003", Outcome.FAIL)):
        document["stats"] = {"parts": [counted({**FIGURES, "absent_frames": absent})], "frames": "1001-1010"}
        result = judged(f"  - {{id: r, {rule}}}", document)
        assert (result.outcome, [one.frames for one in result.findings]) == (outcome, [absent] if absent else [])


def test_pixels_of_a_frame_without_a_channel_say_so(engine: Engine, tmp_path: Path) -> None:
    def change(frame: int, _header: Given, channels: Given) -> None:
        if frame == 1003:
            del channels["B"]

    folder = write_shot(tmp_path, "0010", change)
    rules = """  - {id: named, select: 'stats.parts[*].channels[B].nan_count', expect: {eq: 0}}
  - {id: all, select: 'stats.parts[*].channels[*].nan_count', expect: {eq: 0}}"""
    result = checked(engine, folder, rules, tmp_path)
    assert outcomes(result) == {"named": "fail", "all": "pass"}
    assert result.findings[0].frames == "1003"


@pytest.mark.parametrize(
    ("rule", "figures", "outcome"),
    [
        ("check: pixels.finite", {"nan_count": 1, "nan_frames": "1002"}, Outcome.PASS),
        ("check: pixels.finite", {"nan_count": 1, "nan_frames": "1001"}, Outcome.FAIL),
        ("check: pixels.stats, expect: {nan: 0}", {"nan_count": 1, "nan_frames": "1002"}, Outcome.PASS),
        ("check: pixels.stats, expect: {min: 0}", {"min": -1.0}, Outcome.ERROR),
        ("check: pixels.stats, expect: {min: 0}", {"nan_count": 9, "nan_frames": "1001"}, Outcome.ERROR),
    ],
)
def test_of_statistics_together_only_the_frames_of_the_sample_count(
    rule: str, figures: Given, outcome: Outcome
) -> None:
    document = sequence()
    document["stats"] = {"parts": [counted({**FIGURES, **figures})], "frames": "1001-1010"}
    assert judged(f"  - {{id: r, {rule}, sample: {{frames: [first, middle, last]}}}}", document).outcome is outcome


class Forgotten(DocumentFacts):
    """Facts of a file whose pixels were never recorded."""

    def document(self, need: int) -> Given:
        if need >= 4:
            raise NotRecorded("never measured")
        return dict(super().document(need))  # type: ignore[arg-type]

    def frame_documents(self, frames: Any, rows: int) -> Any:
        yield None, NotRecorded("never measured")


@pytest.mark.parametrize("missing", ["fail", "skip"])
def test_what_was_never_recorded_is_an_error_and_not_blamed_on_damage(missing: str) -> None:
    document = {**exr(), "errors": [{"code": "media.truncated", "message": "cut off"}]}
    rules = f"""  - {{id: whole, check: files.readable}}
  - {{id: finite, check: pixels.finite, missing: {missing}}}
  - {{id: low, select: 'stats.parts[*].channels[*].min', expect: {{min: 0}}, missing: {missing}}}"""
    result = judge(policy(rules), Forgotten(document))
    assert {one.rule: one.outcome.value for one in result.results} == {
        "whole": "fail",
        "finite": "error",
        "low": "error",
    }
    assert all("see whole" not in one.evidence for one in result.findings)


def test_damage_of_one_stream_does_not_explain_what_could_not_be_heard_of_another() -> None:
    streams = [{"index": 0, "type": "audio"}, {"index": 1, "type": "audio"}]
    heard = {"samples": 48000, "sample_rate": 48000, "channels": [], "loudness": {"integrated_lufs": -23.0}}
    short = {**heard, "samples": 480, "stream": 1, "loudness": {}}
    broken = {"code": "sound.damaged", "stream": 0, "message": "bad packet"}
    document = {
        **exr("/p/m.wav"),
        "streams": streams,
        "stats": {"video": [], "audio": [{**heard, "stream": 0}, short]},
        "errors": [broken],
    }
    rules = "  - {id: ok, check: audio.decode}\n  - {id: loud, check: audio.ebur128, expect: {integrated: [-24, -22]}}"
    assert {one.rule: one.outcome for one in judged(rules, document).results} == {
        "ok": Outcome.FAIL,
        "loud": Outcome.ERROR,
    }


def test_a_rule_about_files_of_a_kind_is_not_silent_about_headers_that_cannot_be_read(
    engine: Engine, shot: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(shot, broken)
    for frame in broken.iterdir():
        frame.write_bytes(b"no picture at all" * 10)
    rules = "  - {id: r, when: {select: 'parts[*].compression', expect: {eq: zip}}, check: exr.lossless}"
    assert outcomes(checked(engine, broken, rules, tmp_path)) == {"r": "error"}


@pytest.mark.parametrize(
    "rule",
    [
        "check: exr.lossless, missing: pass",
        "select: 'parts[*].compression', expect: {eq: zip}, missing: pass",
        "check: sequence.constant, select: 'parts[*].compression', missing: skip",
    ],
)
@pytest.mark.parametrize(
    "more",
    [
        {"representative": None, "parts": [], "errors": [{"code": "child.killed", "message": "the reader was ended"}]},
        {"errors": [{"code": "sequence.unsettled", "message": "1003 could not be read again", "frames": "1003"}]},
    ],
)
def test_headers_that_a_reader_lost_on_the_way_are_no_pass(rule: str, more: Given) -> None:
    assert judged(f"  - {{id: r, {rule}}}", sequence()).outcome is Outcome.PASS
    assert judged(f"  - {{id: r, {rule}}}", {**sequence(), **more}).outcome is Outcome.ERROR


def test_statistics_that_a_reader_lost_are_not_taken_for_absent() -> None:
    document = sequence()
    document["stats"] = {"parts": [], "frames": ""}
    rule = "  - {id: r, select: 'stats.parts[*].channels[*].nan_count', expect: {eq: 0}}"
    assert judged(rule, document).outcome is Outcome.ERROR


def test_pixels_that_are_not_supported_are_no_damage() -> None:
    unknown = {"code": "pixels.not_supported", "part": 0, "message": "the compression 200 is not known"}
    document = {**exr(), "errors": [unknown], "stats": {"parts": [{"index": 0, "supported": False, "channels": []}]}}
    rules = "  - {id: whole, check: files.readable}\n  - {id: finite, check: pixels.finite}"
    assert {one.rule: one.outcome.value for one in judged(rules, document).results} == {
        "whole": "pass",
        "finite": "error",
    }


def test_links_that_are_left_out_are_told(engine: Engine, shot: Path, tmp_path: Path) -> None:
    folder = tmp_path / "links"
    folder.mkdir()
    for frame in shot.iterdir():
        (folder / frame.name).symlink_to(frame)
    file = tmp_path / "p.yaml"
    file.write_text(f"{HEAD}rules:\n  - {{id: r, check: exr.lossless}}\n")
    events: list[Any] = []
    [nothing] = check(engine, CheckRequest((str(folder),), str(file)), Job(events.append)).findings
    assert (nothing.outcome, nothing.observed) == (Outcome.ERROR, "there is no file in it")
    [notice] = [event for event in events if isinstance(event, Noticed)]
    assert notice.text.startswith("8 links and special files below")
    pattern = str(folder / f"{shot_name('0010')}.####.exr")
    assert check(engine, CheckRequest((pattern,), str(file)), Job()).outcome is Outcome.PASS


def test_an_error_that_is_none_of_recording_stays_an_error() -> None:
    class Broken(Forgotten):
        def frame_documents(self, frames: Any, rows: int) -> Any:
            yield None, AppError("the child died")

    rule = "  - {id: r, check: pixels.finite, missing: skip}"
    assert judge(policy(rule), Broken(exr())).outcome is Outcome.ERROR


def test_windows_that_are_not_there_are_not_as_they_should_be() -> None:
    rule = "  - {id: r, check: exr.windows, expect: {data_inside_display: true}}"
    [finding] = judged(rule, exr(display_window=None)).findings
    assert (finding.outcome, finding.observed) == (Outcome.FAIL, "no display window")
    assert judged(rule, exr()).outcome is Outcome.PASS


@pytest.mark.parametrize("check_name", ["exr.parts", "exr.views"])
def test_names_of_what_is_no_exr_are_not_looked_at(check_name: str) -> None:
    document = {**exr(), "kind": "image"}
    del document["parts"]
    rule = f"  - {{id: r, check: {check_name}, expect: {{only: [left]}}, missing: skip}}"
    assert judged(rule, document).outcome is Outcome.SKIPPED


def test_a_group_of_none_tells_the_rules_that_hold() -> None:
    rules = """  - none:
      id: r
      rules:
        - {id: a, title: It is ZIP, select: "parts[*].compression", expect: {eq: zip}}
        - {id: b, title: It is PIZ, select: "parts[*].compression", expect: {eq: piz}}"""
    [finding] = judged(rules, exr()).findings
    assert (finding.outcome, finding.observed) == (Outcome.FAIL, "this holds: It is ZIP")


def _lost(rules: str, waive: Any = None) -> AssetResult:
    """What rules say of ten frames of which one is empty."""
    document = sequence(zero_byte="1005", without_header="1005")
    return judge(policy(rules), DocumentFacts(document), waive)


_OWNER = "  - {id: o, severity: %s, select: 'parts[*].attributes.owner', expect: {eq: me}}"
_ZERO = "\n  - {id: z, check: sequence.zero_byte}"


def test_a_warning_beside_a_frame_that_was_not_looked_at_is_no_pass() -> None:
    result = _lost(_OWNER % "warning")
    assert {one.outcome for one in result.findings} == {Outcome.FAIL, Outcome.ERROR}
    assert (result.results[0].outcome, result.outcome) == (Outcome.ERROR, Outcome.ERROR)
    assert _lost(_OWNER % "error").results[0].outcome is Outcome.FAIL


def test_what_another_rule_objects_to_can_be_waived_with_it() -> None:
    def waive(one: Finding) -> Finding:
        return replace(one, outcome=Outcome.WAIVED) if one.outcome is Outcome.FAIL else one

    waived = _lost(_OWNER % "error" + _ZERO, waive)
    assert [one.outcome for one in waived.findings] == [Outcome.WAIVED, Outcome.SKIPPED, Outcome.WAIVED]
    assert waived.outcome is Outcome.WAIVED
    assert _lost(_OWNER % "warning" + _ZERO).results[0].outcome is Outcome.FAIL


@pytest.mark.parametrize("objects", [False, True])
def test_frames_that_were_judged_are_counted_beside_those_that_could_not_be(
    engine: Engine, shot: Path, tmp_path: Path, objects: bool
) -> None:
    shutil.copytree(shot, tmp_path / "s")
    frames = sorted((tmp_path / "s").iterdir())
    frames[2].write_bytes(b"")
    rules = """  - {id: zip, select: 'parts[*].compression', expect: {eq: zip}}
  - {id: finite, check: pixels.finite}
  - {id: some, check: pixels.finite, sample: {frames: 'every:2'}}
  - {id: seen, check: pixels.finite, sample: {frames: 'every:8'}}
  - any:
      id: form
      rules: [{select: 'parts[*].type', expect: {eq: scanlineimage}}, {check: exr.lossless}]"""
    if objects:
        rules = "  - {id: empty, check: files.zero_byte}\n" + rules
    result = checked(engine, tmp_path / "s", rules, tmp_path)
    expected = dict.fromkeys(("zip", "finite", "some", "form"), "skipped" if objects else "error") | {"seen": "pass"}
    assert outcomes(result) == expected | ({"empty": "fail"} if objects else {})
    told = {one.rule: one for one in result.findings if one.rule != "empty"}
    assert {one.frames for one in told.values()} == {"1003"}
    rest = "frames pass; not judged: the file is empty"
    assert {rule: one.observed for rule, one in told.items()} == {
        **dict.fromkeys(("zip", "finite", "form"), f"7 of 8 {rest}"),
        "some": f"3 of 4 {rest}",
    }
    assert all(one.evidence.endswith("; see empty") is objects for one in told.values())


def test_a_sequence_of_which_no_frame_can_be_judged_counts_none(engine: Engine, shot: Path, tmp_path: Path) -> None:
    shutil.copytree(shot, tmp_path / "s")
    for frame in (tmp_path / "s").iterdir():
        frame.write_bytes(b"")
    result = checked(
        engine, tmp_path / "s", "  - {id: zip, select: 'parts[*].compression', expect: {eq: zip}}", tmp_path
    )
    assert {one.observed for one in result.findings} == {"the file is empty"}


def test_of_a_frame_without_a_header_it_cannot_be_told_whether_a_group_is_about_it() -> None:
    document = sequence(zero_byte="1005", without_header="1005")
    when = "when: {select: 'parts[0].width', expect: {eq: 7}}"
    result = judged(f"  - any: {{id: group, {when}, rules: [{{id: r, check: exr.lossless}}]}}", document)
    [found] = result.findings
    assert (found.rule, found.outcome, found.frames, found.observed) == ("group", "error", "1005", "the file is empty")


def test_frames_that_are_named_one_by_one_are_told(engine: Engine, shot: Path, tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(f"{HEAD}rules:\n  - {{id: r, check: exr.lossless}}\n")
    frames = tuple(str(frame) for frame in sorted(shot.iterdir()))
    events: list[Any] = []
    assert len(check(engine, CheckRequest(frames, str(file)), Job(events.append)).assets) == len(frames)
    [notice] = [event for event in events if isinstance(event, Noticed)]
    assert notice.text.startswith(f"{len(frames)} frames of {shot_name('0010')}.####.exr are named one by one")
    events.clear()
    check(engine, CheckRequest((frames[0], str(shot)), str(file)), Job(events.append))
    assert not [event for event in events if isinstance(event, Noticed)]

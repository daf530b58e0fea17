"""The document of an inspection as lines that a person reads: of an EXR, a sequence and a sound, and of odd ones."""

import base64
from pathlib import Path
from typing import Any

from app.media.document import document_of
from app.model.inspecting import InspectOptions
from tests import media
from ui.models.fact_nodes import FactNode, text_of
from ui.tabs.document_facts import document_nodes, hex_words, lossless_words, problem_words
from ui.tabs.measured_facts import measured_nodes, movie_marks
from ui.widgets.consistency import Mark, Trait

SEQUENCE: dict[str, Any] = {
    "base": "sh010.", "ext": ".exr", "pad": 4, "first": 1001, "last": 1010, "frame_count": 8, "missing_count": 2,
    "ranges": "1001-1002,1005-1010", "expected": {"first": 1001, "last": 1012, "source": "option"},
    "missing_head": "", "missing_inner": "1003-1004", "missing_tail": "1011-1012", "unexpected": "",
    "duplicate_frames": "", "zero_byte": "1007", "truncated": "1008",
    "unreadable": [{"frames": "1009", "reason": "not an OpenEXR file"}],
    "size_outliers": [{"frame": 1005, "size_bytes": 10, "median_bytes": 4000}],
    "header_differences": [{"part": 0, "attribute": "compression", "expected": {"id": 3, "name": "zip"},
                            "frames": "1006", "value": {"id": 4, "name": "piz"}}],
    "varying": [{"part": 0, "attribute": "timeCode"}],
    "timecode": {"first": "01:00:00:00", "last": "01:00:00:09", "continuous": False,
                 "breaks": [{"frame": 1010, "expected": "01:00:00:09", "found": "02:00:00:00"}]},
    "frozen": None, "black": None,
}  # fmt: skip


def flat(nodes: tuple[FactNode, ...] | list[FactNode], depth: int = 0) -> list[str]:
    found = []
    for node in nodes:
        found.append(f"{'  ' * depth}{node.name}: {node.value}")
        found += flat(node.children, depth + 1)
    return found


def test_an_exr_shows_parts_channels_and_attributes(tmp_path: Path) -> None:
    document = document_of(str(media.multipart_exr(tmp_path / "still.exr")), InspectOptions())
    nodes = document_nodes(document)
    assert [node.name for node in nodes] == ["File", "Part 0", "Part 1", "Part 2"]
    assert nodes[1].value == "rgba · 64 × 36 · zip"
    lines = flat(nodes)
    assert "  Data window: 64 × 36 from (0, 0) to (63, 35)" in lines
    assert "  Channels: 4: A, B, G, R" in lines
    assert any(line.strip() == "compression: zip" for line in lines)
    assert lossless_words(document) == ("Header proven lossless", "pass")


def test_layers_stand_between_a_part_and_its_channels() -> None:
    channels = [{"name": name, "layer": name.rpartition(".")[0], "type": "half"} for name in ("R", "left.G", "left.R")]
    (part,) = document_nodes({"parts": [{"index": 0, "channels": channels}]})
    assert flat(part.children)[:6] == [
        "Channels: 3: R, left.G, left.R",
        "  main: R",
        "    R: half",
        "  left: G, R",
        "    G: half",
        "    R: half",
    ]


def test_an_attribute_of_an_unknown_type_shows_its_size_and_first_bytes(tmp_path: Path) -> None:
    path = media.raw_exr(tmp_path / "vendor.exr", (b"secret", b"vendorBlob", bytes(range(40))))
    document = document_of(str(path), InspectOptions())
    line = next(line for line in flat(document_nodes(document)) if "secret" in line)
    assert line.strip() == "secret: 40 bytes · 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f …"
    assert hex_words(base64.b64encode(b"\0\1").decode()) == "00 01"
    assert hex_words("no base64") == ""


def test_what_is_wrong_comes_first_in_plain_words() -> None:
    error = {"code": "pixels.damaged", "part": 0, "rows": "512-527", "message": "chunk 32 cannot be decoded"}
    nodes = document_nodes({"errors": [error], "file": {"name": "a.exr"}})
    assert flat(nodes)[:2] == ["Problems: 1", "  Part 0, rows 512-527: chunk 32 cannot be decoded"]
    assert nodes[0].state == "fail"
    assert problem_words("text") == ("", "text")


def test_a_header_that_is_not_lossless_names_the_attribute() -> None:
    errors = [{"code": "attribute.lossy", "message": "attribute “x” of part 0"}, {"code": "pixels.damaged"}]
    assert lossless_words({"lossless": False, "errors": errors}) == (
        "Header not lossless: attribute “x” of part 0", "stale",
    )  # fmt: skip
    assert lossless_words({"kind": "audio"}) == ("", "")


def test_what_is_no_fault_of_the_file_is_no_failure() -> None:
    codes = ("header.lossy", "attribute.omitted", "pixels.not_supported", "pixels.damaged")
    (problems,) = document_nodes({"errors": [{"code": code, "message": code} for code in codes]})
    assert [node.state for node in problems.children] == ["stale", "stale", "stale", "fail"]


def test_a_sequence_tells_what_is_wrong_along_it() -> None:
    lines = flat(document_nodes({"sequence": SEQUENCE, "representative": {"file": {"name": "sh010.1001.exr"}}}))
    for line in (
        "  Missing inside: 1003-1004", "  Missing at the tail: 1011-1012", "  Empty files: 1007", "  Truncated: 1008",
        "  Frozen: not measured yet", "  Expected: 1001-1012 (option)", "  1009: not an OpenEXR file",
        "  compression: piz, others zip", "    Frames: 1006", "Varies by frame: timeCode",
        "  Time code: 01:00:00:00 to 01:00:00:09, with 1 break", "Frame looked at: sh010.1001.exr",
    ):  # fmt: skip
        assert line in lines


def test_a_sound_shows_its_streams_and_what_was_measured(tmp_path: Path) -> None:
    document = document_of(str(media.wav(tmp_path / "mix.wav")), InspectOptions())
    lines = flat(document_nodes(document))
    assert any(line.startswith("Audio 0: pcm") for line in lines)
    assert "  Sample rate: 48\N{NO-BREAK SPACE}kHz" in lines
    loud = document_of(str(media.wav(tmp_path / "loud.wav", 1.0)), InspectOptions(measure=True))
    lines = [line.strip().partition(": ") for line in flat(document_nodes(loud)[-1].children)]
    told = {name: value for name, _, value in lines}
    assert told["Audio 0"] == told["Loudness"]
    assert told["Loudness"].endswith("LUFS")
    assert told["Clipped"] == "none"


def test_streams_have_the_numbers_that_the_command_line_gives_them() -> None:
    streams = [{"index": 0, "type": "video"}, {"index": 2, "type": "audio"}]
    stats = {"video": [{"stream": 0}], "audio": [{"stream": 2}]}
    nodes = document_nodes({"kind": "video", "streams": streams, "stats": stats})
    assert [node.name for node in (*nodes[:2], *nodes[-1].children)] == ["Video 0", "Audio 2", "Video 0", "Audio 2"]


def test_facts_of_a_movie_are_said_once_as_people_say_them_and_copied_exactly() -> None:
    stream = {
        "index": 1, "type": "video", "codec": "h264", "codec_long_name": "H.264 / AVC", "bit_rate": 1026769,
        "duration_s": 65.0201, "duration": "650201/10000", "start_s": 0.043991, "time_base": "1/30000",
        "frame_rate": "30000/1001", "average_rate": "30000/1001", "frames": 30120, "pixel_aspect": "1",
        "display_aspect": "4/3", "rotation": 0, "bit_depth": 8,
        "color": {"primaries": "bt709", "transfer": "bt709", "matrix": None, "range": "limited"},
    }  # fmt: skip
    chapters = [{"start_s": 0.0, "end_s": 61.5, "title": "One"}]
    attributes = {"container": "mov,mp4", "bit_rate": 1074034, "chapters": chapters}
    (video, about) = document_nodes({"kind": "video", "streams": [stream], "attributes": attributes})
    told = {node.name: node.value.replace("\N{NO-BREAK SPACE}", " ") for node in (*video.children, *about.children)}
    assert told == {
        "Codec": "H.264 / AVC", "Bit rate": "1.07 Mbit/s", "Duration": "1:05.02", "Start": "0.04 s",
        "Time base": "1/30000 s", "Frame rate": "29.97 fps", "Frames": "30,120", "Pixel aspect": "1:1",
        "Display aspect": "4:3", "Rotation": "none", "Bit depth": "8 bit", "Colour": "bt709, limited",
        "Container": "mov,mp4", "Chapters": "1",
    }  # fmt: skip
    exact = {node.name: text_of(node) for node in video.children}
    assert exact["Bit rate"] == "1026769"
    assert exact["Duration"] == "650201/10000 s"
    assert exact["Frame rate"] == "30000/1001"
    assert exact["Codec"] == "h264"
    chapter = about.children[-1].children[0]
    assert chapter.value.replace("\N{NO-BREAK SPACE}", " ") == "One · 0.00 s – 1:01.50"


def test_a_movie_tells_its_black_and_frozen_frames(tmp_path: Path) -> None:
    stats = {"video": [{"black": {"frames": "0-3", "count": 4}, "frozen": {"frames": "", "count": 0}}], "audio": []}
    assert flat(tuple(measured_nodes(stats))) == ["Video 0: ", "  Black: 4 frames: 0-3", "  Frozen: none"]
    assert movie_marks(stats) == (Mark(0, 3, Trait.BLACK),)
    assert movie_marks(None) == ()


def test_a_channel_of_a_sound_that_is_silent_throughout_is_told() -> None:
    entry = {"silent": [], "channels": [{"name": "0", "silent": False}, {"name": "1", "silent": True}]}
    [sound] = measured_nodes({"audio": [entry]})
    assert "Silent: channel 2 of 2 throughout" in flat((sound,))[1]


def test_deep_samples_and_pixels_that_are_not_supported_are_told_in_their_part() -> None:
    parts = [{"index": 0, "channels": []}, {"index": 1, "channels": []}]
    stats = {"parts": [{"index": 0, "deep": {"empty_pixels": 7}}, {"index": 1, "supported": False}]}
    lines = flat(document_nodes({"parts": parts, "stats": stats}))
    assert "    Empty pixels: 7" in lines
    assert "  Pixels: cannot be decoded here, which is no damage" in lines


def test_a_document_of_nothing_gives_no_lines() -> None:
    assert document_nodes({}) == ()
    assert document_nodes({"parts": [{"index": 0, "channels": None, "attributes": None}]})[0].name == "Part 0"

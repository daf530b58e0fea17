"""The document of an EXR: what was written stands in it, and its header can be made again from it."""

import json
import math
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.media import exrbytes
from app.media.document import document_of
from app.media.exrproof import OMIT_ABOVE, proven_entries
from app.media.exrstream import Attribute
from app.model.inspecting import InspectOptions
from tests import media
from tests.app_media import exrmaker
from tests.app_media.exrattributes import Written
from tests.app_media.exrmaker import Made, Part


def inspected(path: Path, *, raw: bool = False) -> dict:
    """The document as a reader of the JSON gets it."""
    return json.loads(json.dumps(document_of(str(path), InspectOptions(raw=raw)), allow_nan=False))


@pytest.mark.parametrize("made", list(exrmaker.everything()), ids=lambda made: made.name)
def test_a_document_says_what_was_written_and_the_header_follows_from_it(made: Made, tmp_path: Path) -> None:
    assert exrmaker.differences(made, made.write(tmp_path)) == []


def test_the_document_has_its_form(tmp_path: Path) -> None:
    document = inspected(media.multipart_exr(tmp_path / "sh010.1001.exr"))
    assert list(document) == [
        "schema_version", "lossless", "kind", "file", "parts", "channels", "attributes", "stats", "validation",
        "fingerprints", "errors",
    ]  # fmt: skip
    assert document["schema_version"] == 2
    file = document["file"]
    assert (file["frame"], file["version"], file["flags"], file["multipart_count"]) == (1001, 2, ["multipart"], 3)
    assert file["header_hash"].startswith("blake3:")
    assert [channel["part_index"] for channel in document["channels"]] == [0, 0, 0, 0, 1, 2, 2]
    assert [part["channels"][0]["layer"] for part in document["parts"]] == ["", "", "matte"]
    assert document["validation"] == {"policy": None, "outcome": None, "findings": []}


def test_attributes_that_differ_between_parts_stand_inside_their_parts_alone(tmp_path: Path) -> None:
    both = Written(b"owner", b"string", b"us", "us")
    parts = tuple(
        Part(name=name, more=(both, Written(b"camera", b"string", name, name.decode()))) for name in (b"left", b"right")
    )
    document = inspected(Made("a", parts, exrmaker.MULTIPART).write(tmp_path))
    assert document["attributes"]["owner"] == "us"
    assert "camera" not in document["attributes"]
    assert [part["attributes"][-1]["value"] for part in document["parts"]] == ["left", "right"]


def test_a_time_code_that_changes_changes_the_header_s_hash_and_nothing_else(tmp_path: Path) -> None:
    first, second = (
        inspected(media.raw_exr(tmp_path / name, (b"timeCode", b"timecode", struct.pack("<II", code, 0))))
        for name, code in (("a.1.exr", 1), ("a.2.exr", 2))
    )
    assert first["file"]["header_hash"] != second["file"]["header_hash"]
    assert [first["attributes"]["timeCode"]["text"], second["attributes"]["timeCode"]["text"]] == [
        "00:00:00:01", "00:00:00:02",
    ]  # fmt: skip
    assert first["parts"][0]["attributes"][:-1] == second["parts"][0]["attributes"][:-1]


def test_bytes_that_are_very_long_are_given_only_when_asked_for(tmp_path: Path) -> None:
    path = media.raw_exr(tmp_path / "a.exr", (b"blob", b"vendor", bytes(OMIT_ABOVE + 1)))
    brief, whole = inspected(path), inspected(path, raw=True)
    assert (brief["lossless"], whole["lossless"]) == (False, True)
    assert brief["errors"] == [
        {"code": "attribute.omitted", "part": 0, "attribute": "blob",
         "message": "the attribute blob has 1048577 bytes, which are given only when asked for"}
    ]  # fmt: skip
    assert brief["parts"][0]["attributes"][-1]["omitted"] is True
    assert path.read_bytes().startswith(exrbytes.header_bytes(whole))
    assert len(json.dumps(brief)) < 10_000


def test_a_preview_has_its_bytes_beside_its_digest(tmp_path: Path) -> None:
    path = media.raw_exr(tmp_path / "a.exr", (b"preview", b"preview", struct.pack("<II", 1, 1) + b"rgba"))
    document = inspected(path)
    (preview,) = (entry for entry in document["parts"][0]["attributes"] if entry["name"] == "preview")
    assert (preview["value"]["width"], preview["raw"]) == (1, "AQAAAAEAAAByZ2Jh")
    assert document["lossless"]


def test_a_name_that_is_no_text_keeps_its_bytes(tmp_path: Path) -> None:
    (entry,) = proven_entries([Attribute(b"caf\xe9", b"ty\xff", b"x")])
    assert (entry.document["name"], entry.document["raw_name"], entry.document["raw_type"]) == (
        "caf\ufffd", "Y2Fm6Q==", "dHn/",
    )  # fmt: skip


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"file": {"version": 2, "flags": ["unheard of"]}, "parts": []},
        {"file": {"version": 2, "flags": []}, "parts": [{"attributes": [{"name": "a", "type": "int", "size": 4}]}]},
        {"file": {"version": 2, "flags": []},
         "parts": [{"attributes": [{"name": "a", "type": "int", "size": 4, "value": "four"}]}]},
        {"file": {"version": 2, "flags": []},
         "parts": [{"attributes": [{"name": "a", "type": "box2i", "size": 16, "value": {"min": [0]}}]}]},
    ],
)  # fmt: skip
def test_json_that_is_no_document_of_a_header_is_refused(document: dict) -> None:
    with pytest.raises(exrbytes.NOT_BYTES):
        exrbytes.header_bytes(document)


_KINDS = sorted({written.type for written in exrmaker.ATTRIBUTES} | {b"neverHeardOf"})
_NAMES = st.binary(min_size=1, max_size=40).filter(lambda name: b"\0" not in name)


@given(name=_NAMES, kind=st.sampled_from(_KINDS) | _NAMES, raw=st.binary(max_size=200))
def test_any_bytes_of_any_type_come_back_from_json(name: bytes, kind: bytes, raw: bytes) -> None:
    (entry,) = proven_entries([Attribute(name, kind, raw)])
    told = json.loads(json.dumps(entry.document, allow_nan=False))
    assert exrbytes.attribute_bytes(told) == name + b"\0" + kind + b"\0" + struct.pack("<i", len(raw)) + raw


@given(values=st.lists(st.floats(width=32), max_size=12))
def test_any_floats_come_back_from_json(values: list[float]) -> None:
    raw = struct.pack(f"<{len(values)}f", *values)
    (entry,) = proven_entries([Attribute(b"weights", b"floatvector", raw)])
    told = json.loads(json.dumps(entry.document, allow_nan=False))
    assert exrbytes.attribute_bytes(told).endswith(raw)
    assert ("raw" in told) == (not all(map(math.isfinite, values)))


@given(text=st.text(max_size=60))
def test_any_text_comes_back_as_text(text: str) -> None:
    (entry,) = proven_entries([Attribute(b"comments", b"string", text.encode())])
    assert entry.document["value"] == (None if "\0" in text else text)
    assert ("raw" in entry.document) == ("\0" in text)

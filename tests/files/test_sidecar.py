"""The sidecar's format: frozen sidecars of every form are read, names fit everywhere, damage is named."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from blake3 import blake3

from app.errors import RecordsBroken
from app.files.manifest import cheap_fingerprint, fingerprint, manifest_hash
from app.files.sidecar import (
    MAX_BYTES,
    canonical_bytes,
    read_sidecar,
    record_hash,
    sidecar_name,
    sidecar_path,
    sidecar_time,
    write_sidecar,
)
from app.files.sidecarfolder import asset_of, find_sidecars, newest, read_all
from app.model.names import decoded

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "sidecars"
OURS = ("single", "single_pending", "stale", "moved_folder", "unknown_fields", "sequence", "history", "raw_name")
OLDER = ("older_single", "older_single_sha256", "older_single_pending", "older_sequence", "older_sequence_pending")
CLIP_HASH = "blake3:" + blake3(b"one clip\n").hexdigest()


def golden(name: str) -> Any:
    return read_sidecar(GOLDEN / f"{name}.qc.json")


@pytest.mark.parametrize("name", [*OURS, *OLDER])
def test_every_frozen_form_is_read(name: str) -> None:
    record = golden(name)
    assert record.legacy == name.startswith("older")
    assert record.verdict in ("pass", "fail", "pending")
    assert record.time_us > 0 and record.policy_version and record.content_hash
    assert bool(record.operator) == ("pending" not in name and name != "unknown_fields")
    assert (record.sequence is not None) == ("sequence" in name)


def test_fields_of_ours() -> None:
    record = golden("history")
    assert (record.verdict, record.operator, record.note) == ("pass", "alice", "Fixed")
    assert (record.size, record.mtime_ns, record.content_hash) == (9, 1762870000123456789, CLIP_HASH)
    assert sidecar_time(record.time_us) == record.time == "2026-11-20T10:00:00.000000+00:00"
    assert [entry["qc_result"] for entry in record.history] == ["pending", "fail"]
    assert record.history[1]["reasons"] == ["flicker"]


def test_each_record_names_the_one_before_it() -> None:
    record = golden("history")
    pending, failed = record.history
    assert failed["previous_hash"] == record_hash(pending)
    assert record.document["previous_hash"] == record_hash(failed)
    assert failed["previous_hash"] != record_hash({**pending, "notes": "forged"})


def test_fields_of_an_older_tool() -> None:
    single, sequence = golden("older_single"), golden("older_sequence")
    assert (single.operator, single.verdict, single.content_hash) == ("alice", "pass", CLIP_HASH)
    assert single.verifiable and not sequence.verifiable
    assert sequence.cheap_fp == {"files": 4, "bytes": 44, "newest_mtime": 1762870000}
    assert sequence.fingerprint == ""


def test_the_name_in_a_record_may_be_no_text() -> None:
    assert golden("raw_name").asset_name == b"caf\xe9 \xff.mov"


def test_a_frozen_manifest_hash_is_made_again() -> None:
    frames = [(b"sh010.%04d.exr" % number, b"frame %d\n" % number) for number in (1005, 1001, 1002, 1004)]
    rows = [(name, len(data), "blake3:" + blake3(data).hexdigest()) for name, data in frames]
    assert manifest_hash(rows) == golden("sequence").content_hash
    listed = [[name.decode(), size, content] for name, size, content in sorted(rows)]
    assert manifest_hash(rows) == "blake3:" + blake3(rfc8785.dumps(listed)).hexdigest()


def test_a_manifest_of_names_that_are_no_text() -> None:
    awkward = [(b'a"\\\n\x01.0001.exr', 1, "blake3:00"), (b"caf\xe9.0002.exr", 2, "blake3:01")]
    listed = [['a"\\\n\x01.0001.exr', 1, "blake3:00"], [{"raw_name": "Y2Fm6S4wMDAyLmV4cg=="}, 2, "blake3:01"]]
    assert manifest_hash(awkward) == "blake3:" + blake3(rfc8785.dumps(listed)).hexdigest()


@pytest.mark.parametrize("edit", [(b"b", 5, 1_000_000_000), (b"a", 6, 1_000_000_000), (b"a", 5, 1_000_000_001)])
def test_the_fingerprint_sees_what_the_cheap_one_may_not(edit: tuple[bytes, int, int]) -> None:
    before = [(b"a", 5, 1_000_000_000), (b"z", 5, 9_000_000_000)]
    after = [edit, before[1]]
    assert fingerprint(before) != fingerprint(after)
    assert fingerprint(before) == fingerprint(before[::-1])
    if edit[1] == 5:
        assert cheap_fingerprint(before) == cheap_fingerprint(after)


def test_canonical_bytes_are_those_of_the_standard() -> None:
    document = {"b": [1.0, -0.0, 1e21, "\u20ac$\n"], "a": {"z": None, "A": True}, "signature": {"mac": "x"}}
    assert canonical_bytes(document) == '{"a":{"A":true,"z":null},"b":[1,0,1e+21,"€$\\n"]}'.encode()
    assert canonical_bytes({"big": 2**60, "text": "\udce9"}) == b'{"big":"1152921504606846976","text":"\\\\udce9"}'


@pytest.mark.parametrize("mode", ["subdir", "dot", "inline"])
@pytest.mark.parametrize(
    "asset", [b"clip.mov", b"n" * 251 + b".mov", "\N{CLAPPER BOARD}".encode() * 62 + b".mov", b"caf\xe9" * 60]
)
def test_the_name_of_a_sidecar_fits_on_disk(tmp_path: Path, asset: bytes, mode: str) -> None:
    if sys.platform in ("win32", "darwin") and b"\xe9" in asset:
        pytest.skip("names are Unicode here")
    path = sidecar_path(tmp_path, asset, mode)
    path.parent.mkdir(exist_ok=True)
    write_sidecar(path, json.loads((GOLDEN / "single.qc.json").read_text()))
    found = find_sidecars(tmp_path, [os.fsencode(path.name) for path in tmp_path.iterdir()])
    assert found.of(asset) == [path]
    assert found.others([asset]) == []


def test_sidecars_are_called_after_the_whole_name() -> None:
    assert sidecar_name(b"clip.mov") == b"clip.mov.qc.json"
    assert sidecar_name(b"sh010.####.exr") == b"sh010.####.exr.qc.json"
    long_names = [b"n" * 250 + ending for ending in (b".mov", b".wav")]
    cut = {sidecar_name(name) for name in long_names}
    assert len(cut) == 2 and all(len(name) == 254 and b"~" in name for name in cut)
    "".join(decoded(name) for name in cut).encode()


def test_the_name_of_the_file_says_whose_it_is_unless_it_was_cut(tmp_path: Path) -> None:
    document = json.loads((GOLDEN / "single.qc.json").read_text())
    moved = tmp_path / ".renamed.mov.qc.json"
    write_sidecar(moved, document)
    assert asset_of(read_sidecar(moved)) == b"renamed.mov"
    asset = b"n" * 251 + b".mov"
    cut = tmp_path / decoded(sidecar_name(asset))
    write_sidecar(cut, {**document, "asset_name": asset.decode()})
    assert asset_of(read_sidecar(cut)) == asset


@pytest.mark.parametrize("name", ["sequence.qc.json", ".qc.sequence.json"])
def test_the_one_sequence_of_a_folder_is_called_after_its_frames(tmp_path: Path, name: str) -> None:
    older = json.loads((GOLDEN / "older_sequence.qc.json").read_text())
    write_sidecar(tmp_path / name, older)
    assert asset_of(read_sidecar(tmp_path / name)) == b"sh010.####.exr"
    write_sidecar(tmp_path / name, {**older, "sequence": {"frame_count": 4}})
    assert asset_of(read_sidecar(tmp_path / name)) == b""


def test_the_latest_of_several_counts(tmp_path: Path) -> None:
    older = GOLDEN / "older_single.qc.json"
    records, problem = read_all([older, GOLDEN / "single.qc.json", tmp_path / "gone"])
    latest = newest(records)
    assert problem is None and latest is not None and not latest.legacy


def test_a_document_survives_writing(tmp_path: Path) -> None:
    document = golden("unknown_fields").document
    write_sidecar(tmp_path / "a.qc.json", document)
    assert read_sidecar(tmp_path / "a.qc.json").document == document
    assert document["colour"] == {"space": "ACEScg", "exact": 1.5}


BROKEN = {
    "empty": b"",
    "cut": b'{"qc_result": "pass"',
    "list": b"[]",
    "no result": b"{}",
    "other result": b'{"qc_result": "maybe"}',
    "twice": b'{"qc_result": "fail", "qc_result": "pass"}',
    "nan": b'{"qc_result": "pass", "score": NaN}',
    "bytes": b'{"qc_result": "pass", "notes": "\xff"}',
    "deep": b'{"qc_result": "pass", "x": ' + b"[" * 100_000,
    "other schema": b'{"qc_result": "pass", "schema": "recipe/1"}',
    "newer": b'{"qc_result": "pass", "schema": "reelmark-sidecar/2"}',
    "number": b'{"qc_result": "pass", "x": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_damage_is_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "clip.mov.qc.json"
    path.write_bytes(BROKEN[kind])
    with pytest.raises(RecordsBroken) as caught:
        read_sidecar(path)
    assert "clip.mov.qc.json" in caught.value.message and caught.value.hint
    assert caught.value.code == ("sidecar.newer" if kind == "newer" else "sidecar.broken")


@pytest.mark.skipif(sys.platform == "win32", reason="no such files on Windows")
def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.qc.json")
    (tmp_path / "link.qc.json").symlink_to(GOLDEN / "single.qc.json")
    with (tmp_path / "huge.qc.json").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for name in ("pipe", "link", "huge"):
        with pytest.raises(RecordsBroken):
            read_sidecar(tmp_path / f"{name}.qc.json")


def test_a_byte_order_mark_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.qc.json"
    path.write_bytes(b"\xef\xbb\xbf" + (GOLDEN / "older_single.qc.json").read_bytes())
    assert read_sidecar(path).operator == "alice"

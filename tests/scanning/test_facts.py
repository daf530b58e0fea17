"""What a scan learns of media, kept and found again."""

import json
import os
import struct
from pathlib import Path
from typing import Any

import pytest

from app.catalog.factstoring import FACTS_VERSION
from app.catalog.inspections import recorded_document, recorded_sequence
from app.catalog.shard import open_reader, open_writer
from app.catalog.where import condition_of, conditions_of
from app.errors import InputError, UsageError
from app.inspection.inspect import InspectRequest, inspect
from app.inspection.similar import SimilarRequest, find_similar
from app.jobs.job import CancelToken, Job
from app.media.document import document_of
from app.model.inspecting import InspectOptions
from tests.media import multipart_exr, raw_exr, wav
from tests.scanning.conftest import Studio
from tests.unprivileged import reelmark


def render(path: Path, number: int, owner: bytes = b"ILM", size: tuple[int, int] = (4, 2)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    raw_exr(
        path,
        (b"owner", b"string", owner),
        (b"expTime", b"float", struct.pack("<f", 0.02)),
        (b"framesPerSecond", b"rational", struct.pack("<iI", 24000, 1001)),
        (b"imageCounter", b"int", struct.pack("<i", number)),
        (b"capDate", b"string", b"2026:01:%02d 10:00:00" % (number % 28 + 1)),
        (b"vendor", b"blob", bytes([number])),
        size=size,
    )


@pytest.fixture
def shots(studio: Studio) -> Studio:
    for number in range(9):
        render(studio.base / f"sh010/sh010.{1001 + number}.exr", number)
        render(studio.base / f"sh020/sh020.{1001 + number}.exr", number, b"Weta", (8, 2))
    render(studio.base / "single.exr", 50, "Łódź".encode())
    multipart_exr(studio.base / "parts.exr")
    wav(studio.base / "a.wav", 0.5)
    studio.write("b.txt")
    studio.scan(inventory_only=False)
    return studio


def found(studio: Studio, *conditions: str, text: str = "") -> set[bytes]:
    return studio.found(text, where=conditions_of(conditions))


def test_what_is_recorded_is_what_inspect_tells(shots: Studio) -> None:
    with open_reader(shots.shard) as database:
        ids = [row[0] for row in database.rows("SELECT file_id FROM facts")]
        assert len(ids) == 3 + 3 + 3
        for file_id in ids:
            recorded = recorded_document(database, file_id)
            assert recorded is not None
            assert recorded.pop("recorded")
            assert recorded == document_of(recorded["file"]["path"], InspectOptions())


SH010 = {b"sh010/sh010.%d.exr" % (1001 + number) for number in range(9)}
SH020 = {b"sh020/sh020.%d.exr" % (1001 + number) for number in range(9)}


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (("attr:owner=ilm",), SH010), (("attr:OWNER=łÓDŹ",), {b"single.exr"}),
        (("attr:vendor",), SH010 | SH020 | {b"single.exr"}),
        (("attr:owner!=ILM", "width>=8"), SH020 | {b"parts.exr"}),
        (("width=8",), SH020),
        (("width>=4", "width<8"), SH010 | {b"single.exr"}),
        (("attr:owner~t", "height=2"), SH020), (("attr:expTime=0.02", "attr:owner=Weta"), SH020),
        (("attr:expTime>0.02",), set()), (("frame_rate=23.976", "attr:imageCounter>=40"), {b"single.exr"}),
        (("attr:framesPerSecond=24000/1001", "width=8"), SH020),
        (("attr:imageCounter=8", "width=4"), SH010 - {b"sh010/sh010.1001.exr", b"sh010/sh010.1005.exr"}),
        (("attr:capDate>=2026:01:20",), {b"single.exr"}), (("kind=audio",), {b"a.wav"}),
        (("kind=Sound",), {b"a.wav"}), (("kind!=sound", "width<4"), set()), (("kind=movie",), set()),
        (("kind~aud",), {b"a.wav"}), (("kind~soun",), {b"a.wav"}),
        (("duration>=0.4",), {b"a.wav"}),
        (("duration>0.6",), set()), (("codec=pcm_s24le",), {b"a.wav"}),
        (("format=OpenEXR", "channels=4"), {b"parts.exr"}),
        (("channels=Y", "width=8"), SH020), (("part=depth",), {b"parts.exr"}), (("compression!=none",), {b"parts.exr"}),
        (("type~scanline", "attr:owner=Weta"), SH020), (("attr:no such",), set()),
        (("pixel_type=half", "width=8"), SH020),
    ],
)  # fmt: skip
def test_files_are_found_by_what_was_learnt_of_them(
    shots: Studio, conditions: tuple[str, ...], expected: set[bytes]
) -> None:
    ours = found(shots, *conditions)
    if conditions[0] == "compression!=none":
        ours -= {b"a.wav"}
    assert ours == expected


def test_conditions_go_with_text_and_pages(shots: Studio) -> None:
    assert found(shots, "attr:owner", text="1003") == {b"sh010/sh010.1003.exr", b"sh020/sh020.1003.exr"}
    assert found(shots, "width=8", text="sh020 exr") == SH020
    assert found(shots, "width=8", text="sh010") == set()
    assert found(shots, "width=8", text="*.1001.exr") == {b"sh020/sh020.1001.exr"}


@pytest.mark.parametrize("text", ["", "width", "size>3", "width>=wide", "attr:", "=3", "width~3"])
def test_what_is_no_condition_is_said(text: str) -> None:
    with pytest.raises(UsageError):
        condition_of(text)


@pytest.mark.parametrize("text", ["kind=film", "kind~xy", "kind>=image", "kind!=sequence", "kind="])
def test_a_kind_that_no_file_has_is_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(UsageError, match="no such kind") as caught:
        condition_of(text)
    assert "video (or movie), audio (or sound)" in caught.value.hint


def test_all_frames_are_read_when_asked_and_a_change_forgets_its_frame(shots: Studio) -> None:
    count = "SELECT count(*) FROM facts"
    assert shots.scan(inventory_only=False)["counts"]["unchanged"] == 22
    assert shots.rows(count) == [(9,)]
    shots.scan(inventory_only=False, all_frames=True)
    assert shots.rows(count) == [(3 + 18,)]
    assert found(shots, "attr:imageCounter=3", "width=4") == {b"sh010/sh010.1004.exr"}
    assert shots.rows("SELECT count(*) FROM attribute_set") <= [(9,)]
    render(shots.base / "sh010/sh010.1004.exr", 33, size=(6, 2))
    shots.scan(inventory_only=False)
    assert found(shots, "attr:imageCounter=33") == set()
    assert shots.rows(count) == [(3 + 17,)]
    shots.scan(inventory_only=False, all_frames=True)
    assert found(shots, "attr:imageCounter=33", "width=6") == {b"sh010/sh010.1004.exr"}


def test_facts_of_an_older_version_are_read_again_those_of_sequences_too(shots: Studio) -> None:
    with open_writer(shots.shard, CancelToken()) as database:
        database.run('UPDATE facts SET version = 1, header_id = NULL, facts = \'{"kind": "image", "format": "x"}\'')
        database.run("DELETE FROM meta WHERE key = 'facts_version'")
    assert found(shots, "width>=1") == set()
    shots.scan(inventory_only=False)
    assert found(shots, "width>=1") >= SH010 | SH020
    assert shots.rows("SELECT DISTINCT version FROM facts") == [(FACTS_VERSION,)]


def test_a_moved_file_takes_its_facts_along(shots: Studio) -> None:
    before = found(shots, "attr:owner=Łódź")
    (shots.base / "single.exr").rename(shots.base / "renamed.exr")
    shots.scan(inventory_only=False)
    assert (before, found(shots, "attr:owner=Łódź")) == ({b"single.exr"}, {b"renamed.exr"})
    assert shots.rows("SELECT count(*) FROM attribute_of WHERE file_id NOT IN (SELECT file_id FROM facts)") == [(0,)]


def test_a_drive_on_the_shelf_tells_what_inspect_told(shots: Studio) -> None:
    shots.scan(inventory_only=False, all_frames=True)
    files = [str(shots.base / name) for name in ("single.exr", "sh010/sh010.1004.exr", "sh010/sh010.####.exr")]

    def told() -> list[dict[str, Any]]:
        return list(inspect(shots.engine, InspectRequest(tuple(files)), Job()).documents)

    there = told()
    assert not any("recorded" in document for document in there)
    shots.base.rename(shots.base.with_name("shelf"))
    shelved = told()
    assert all(document.pop("recorded").endswith("Z") for document in shelved)
    assert json.loads(json.dumps(shelved)) == json.loads(json.dumps(there))
    assert there[2]["sequence"]["varying"]


def test_similar_asks_for_a_scan_where_an_older_version_recorded_the_file(shots: Studio) -> None:
    with open_writer(shots.shard, CancelToken()) as database:
        database.run('UPDATE facts SET version = 1, header_id = NULL, facts = \'{"kind": "image", "format": "x"}\'')
    shots.base.rename(shots.base.with_name("shelf"))
    with pytest.raises(InputError, match="cannot be compared") as raised:
        find_similar(shots.engine, SimilarRequest(str(shots.base / "single.exr")), Job())
    assert "scan it again" in raised.value.hint
    with pytest.raises(InputError, match="there is no file"):
        find_similar(shots.engine, SimilarRequest(str(shots.base / "never.exr")), Job())


def test_of_a_drive_that_is_connected_only_what_is_there_is_told(shots: Studio) -> None:
    path = shots.base / "single.exr"
    path.unlink()
    with pytest.raises(InputError, match="No such file"):
        inspect(shots.engine, InspectRequest((str(path),)), Job())


def test_what_changed_in_a_sequence_is_told_after_the_next_scan_of_all_frames(shots: Studio) -> None:
    shots.scan(inventory_only=False, all_frames=True)
    render(shots.base / "sh010/sh010.1004.exr", 3, b"Other")
    (shots.base / "sh010/sh010.1006.exr").write_bytes(b"")
    for all_frames, kept in ((False, 1), (True, 2)):
        shots.scan(inventory_only=False, all_frames=all_frames)
        with open_reader(shots.shard) as database:
            ids = [row[0] for row in database.rows("SELECT id FROM sequence ORDER BY folder_id")]
            documents = [recorded_sequence(database, number) for number in ids]
        assert sum(document is not None for document in documents) == kept
    told = next(document["sequence"] for document in documents if document and document["sequence"]["zero_byte"])
    assert told["zero_byte"] == "1006"
    assert {(row["attribute"], row["frames"]) for row in told["header_differences"]} == {("owner", "1004")}


def test_a_frame_that_an_older_one_replaced_makes_what_is_kept_of_its_sequence_old(shots: Studio) -> None:
    frames = [shots.base / f"sh010/sh010.{number}.exr" for number in range(1001, 1010)]
    for number, frame in enumerate(frames):
        os.utime(frame, (1_700_000_000 + number,) * 2)
    shots.scan(inventory_only=False, all_frames=True)
    render(frames[3], 3, b"Old")
    os.utime(frames[3], (1_600_000_000,) * 2)
    shots.scan(inventory_only=False, all_frames=True)
    with open_reader(shots.shard) as database:
        ids = [row[0] for row in database.rows("SELECT id FROM sequence")]
        documents = [recorded_sequence(database, number) for number in ids]
    changed = [
        (row["attribute"], row["frames"])
        for document in documents
        if document is not None
        for row in document["sequence"]["header_differences"]
    ]
    assert changed == [("owner", "1004")]


def test_frames_of_a_measured_sequence_are_found_by_what_was_counted_in_them(shots: Studio) -> None:
    for frame, value in ((1005, "nan"), (1007, "inf")):
        path = shots.base / f"sh010/sh010.{frame}.exr"
        path.write_bytes(path.read_bytes()[:-2] + struct.pack("<e", float(value)))
    shots.scan(inventory_only=False)
    assert found(shots, "nan>0") == set()
    pattern = shots.base / "sh010/sh010.####.exr"
    policy = shots.base.parent / "finite.yaml"
    rules = "rules: [{id: finite, check: pixels.finite}]"
    policy.write_text(f'schema: qcpolicy/1\nid: finite\nversion: "1"\n{rules}\n')
    assert reelmark("--home", shots.engine.home.root, "check", pattern, "--policy", policy).returncode == 1
    assert found(shots, "nan>0") == {b"sh010/sh010.1005.exr"}
    done = reelmark("--home", shots.engine.home.root, "inspect", "--stats", "--sink", "shard", pattern)
    assert done.returncode == 0, done.stderr
    assert found(shots, "nan>0") == found(shots, "nan=1") == {b"sh010/sh010.1005.exr"}
    assert found(shots, "inf>0", "attr:owner=ILM", text="sh010") == {b"sh010/sh010.1007.exr"}
    assert found(shots, "nan>0", "attr:owner=Weta") == found(shots, "nan>0", "inf>0") == set()
    whole = {b"sh010/sh010.%d.exr" % frame for frame in range(1001, 1010)}
    assert found(shots, "nan<1") == found(shots, "nan!=1", "width>0", text="sh010") == whole - {b"sh010/sh010.1005.exr"}
    shots.write("sh010/sh010.1010.exr")
    shots.scan(inventory_only=False)
    assert found(shots, "nan<1") == {b"sh010/sh010.1007.exr"}


def test_what_inspect_measured_is_kept_for_the_shelf_while_the_file_is_as_it_was_scanned(shots: Studio) -> None:
    for number in (1, 2):
        render(shots.base / f"sh#30/a#b.{number:04}.exr", number)
    shots.scan(inventory_only=False)
    changed = shots.base / "parts.exr"
    changed.write_bytes(changed.read_bytes() + b"\0")
    files = [
        shots.base / "single.exr",
        shots.base / "sh010/sh010.1002.exr",
        shots.base / "sh020/sh020.####.exr",
        changed,
    ]
    files.append(shots.base / "sh#30/a#b.####.exr")
    outside = raw_exr(shots.base.parent / "outside.exr")
    done = reelmark(
        "--home", shots.engine.home.root, "inspect", "--stats", "--json", "--sink", "shard", *files, outside
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["files"]
    assert {b"single.exr", b"sh010/sh010.1002.exr"} <= found(shots, "nan=0")
    assert b"parts.exr" not in found(shots, "nan=0")
    shots.base.rename(shots.base.with_name("shelf"))
    for number in (0, 1, 2, 4):
        (shelved,) = inspect(shots.engine, InspectRequest((str(files[number]),)), Job()).documents
        assert shelved.pop("recorded")
        assert shelved == told[number]
        assert shelved["stats"]


def test_every_empty_frame_is_told_until_it_has_content(studio: Studio) -> None:
    for number in range(101, 121):
        render(studio.base / f"sh.{number}.exr", number)
    empty = [studio.base / f"sh.{number}.exr" for number in (103, 118)]
    for frame in empty:
        frame.write_bytes(b"")
    found = studio.scan(inventory_only=False)
    assert found["counts"]["unreadable"] == 2
    assert [(Path(entry["path"]).name, entry["reason"]) for entry in found["failed"]] == [
        ("sh.103.exr", "the file is empty"),
        ("sh.118.exr", "the file is empty"),
    ]
    assert studio.scan(inventory_only=False)["counts"]["unreadable"] == 2
    render(empty[0], 103)
    assert studio.scan(inventory_only=False)["counts"]["unreadable"] == 1

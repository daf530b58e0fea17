"""What was learnt of files is there when their drive is not."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from app.catalog.database import Database
from app.catalog.factmending import drop_unused_facts, mend_facts
from app.catalog.factparts import number_of, put_together, take_apart, text_of, unpacked
from app.catalog.inspections import (
    findings_of,
    recorded_document,
    recorded_facts,
    recorded_sequence,
    store_document,
    store_findings,
    store_sequence,
)
from app.catalog.migrations import SHARD
from app.media.document import document_of
from app.model.inspecting import InspectOptions
from app.model.names import raw
from tests.media import jpeg, movie, multipart_exr, raw_exr, wav


def frames(folder: Path, count: int) -> list[dict[str, Any]]:
    """The documents of a sequence in which the time code, a number and a blob differ from frame to frame."""
    folder.mkdir(exist_ok=True)
    documents = []
    for number in range(count):
        own = (
            (b"owner", b"string", b"ILM"),
            (b"timeCode", b"timecode", struct.pack("<II", number, 0)),
            (b"imageCounter", b"int", struct.pack("<i", number)),
            (b"vendor", b"blob", bytes([number % 256, 1])),
            *((f"x{at}".encode(), b"float", struct.pack("<f", at)) for at in range(20)),
        )
        documents.append(documented(raw_exr(folder / f"sh.{1001 + number}.exr", *own)))
    return documents


def documented(path: Path) -> dict[str, Any]:
    """What `inspect` gives, as JSON has it."""
    return dict(json.loads(json.dumps(document_of(str(path), InspectOptions()))))


class Kept:
    """A shard with one folder, in which files of documents are."""

    def __init__(self, path: Path, base: Path) -> None:
        self.database = Database(path, SHARD)
        self.database.run("INSERT INTO meta VALUES ('base', ?)", (str(base),))
        self.database.run("INSERT INTO folder VALUES (1, NULL, x'', NULL, 1, 1, 1, NULL, NULL, 1, 3, 5)")

    def sequence(self) -> int:
        self.database.run(
            "INSERT INTO sequence (id, folder_id, base, ext, pad, first_frame, last_frame, frame_count, missing_count,"
            " gap_count, ranges, bytes, newest_ns, first_scan, changed_scan)"
            " VALUES (1, 1, x'01', x'02', 4, '1', '2', 2, 0, 0, '1-2', 1, 1, 1, 1)"
        )
        return 1

    def keep(self, document: dict[str, Any], sequence_id: int | None = None) -> int:
        path = Path(document["file"]["path"])
        stat = path.stat()
        self.database.run(
            "INSERT INTO file (folder_id, name, size, mtime_ns, category, first_scan, sequence_id)"
            " VALUES (1, ?, ?, ?, 1, 1, ?)",
            (raw(path.name), stat.st_size, stat.st_mtime_ns, sequence_id),
        )
        file_id = int(self.database.connection.last_insert_rowid())
        first = self.database.value("SELECT min(id) FROM file")
        self.database.run("INSERT OR REPLACE INTO block VALUES (?, ?, 1, 1)", (first, file_id))
        store_document(self.database, file_id, document)
        return file_id

    def read(self, file_id: int) -> dict[str, Any]:
        document = recorded_document(self.database, file_id)
        assert document is not None
        assert document.pop("recorded").endswith("Z")
        return document

    def counts(self, *tables: str) -> tuple[int, ...]:
        return tuple(self.database.value(f"SELECT count(*) FROM {table}") for table in tables)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "a.db", tmp_path / "media")


@pytest.mark.parametrize("make", [multipart_exr, movie, wav, jpeg, raw_exr])
def test_the_records_of_a_file_are_what_inspect_gave(kept: Kept, tmp_path: Path, make: Any) -> None:
    (tmp_path / "media").mkdir()
    name = {movie: "a.mov", wav: "a.wav", jpeg: "a.jpg"}.get(make, "a.exr")
    document = documented(make(tmp_path / "media" / name))
    file_id = kept.keep(document)
    assert kept.read(file_id) == document
    facts = recorded_facts(kept.database, file_id)
    assert facts is not None
    assert (facts.format, facts.kind, facts.error) == (document["file"]["format"], document["kind"], "")
    assert facts.streams and "attributes" not in facts.streams[0]


def test_what_a_sequence_has_in_common_is_kept_once(kept: Kept, tmp_path: Path) -> None:
    documents = frames(tmp_path / "media", 300)
    sequence = kept.sequence()
    ids = [kept.keep(document, sequence) for document in documents]
    assert [kept.read(file_id) for file_id in ids] == documents
    header, parts, channels, sets, own = kept.counts("header", "part", "channel", "attribute_set", "attribute_of")
    assert (header, parts, channels, sets) == (1, 1, 1, 2)
    assert own <= 300 * 3
    assert kept.counts("attribute")[0] <= 3 * 300 + 31


def test_storing_twice_adds_nothing(kept: Kept, tmp_path: Path) -> None:
    tables = ("facts", "header", "part", "channel", "attribute", "attribute_set", "attribute_in", "attribute_of")
    documents = frames(tmp_path / "media", 5)
    ids = [kept.keep(document) for document in documents]
    before = kept.counts(*tables)
    for file_id, document in zip(ids, documents, strict=True):
        store_document(kept.database, file_id, document)
    assert kept.counts(*tables) == before
    assert [kept.read(file_id) for file_id in ids] == documents


def test_statistics_stay_while_the_header_is_the_same_and_go_with_it(kept: Kept, tmp_path: Path) -> None:
    one, other = frames(tmp_path / "media", 2)
    stats = {"parts": [{"index": 0, "supported": True, "channels": [{"name": "Y", "min": 0.5, "max": 2, "mean": 1.0,
             "stddev": 0.25, "nan_count": 3, "inf_count": 0}]}]}  # fmt: skip
    file_id = kept.keep({**one, "stats": stats})
    assert kept.read(file_id)["stats"] == stats
    assert list(kept.database.rows("SELECT * FROM channel_stats")) == [(file_id, 0, "Y", 0.5, 2.0, 1.0, 0.25, 3, 0)]
    store_document(kept.database, file_id, one)
    assert kept.read(file_id)["stats"] == stats
    lost = {"code": "pixels.damaged", "part": 0, "message": "rows 3-4 cannot be read"}
    store_document(kept.database, file_id, {**one, "stats": stats, "errors": [lost]})
    store_document(kept.database, file_id, one)
    assert kept.read(file_id)["errors"] == [lost]
    store_document(kept.database, file_id, other)
    assert kept.read(file_id)["stats"] is None
    assert kept.counts("stats", "channel_stats") == (0, 0)


def test_what_was_measured_of_sound_and_of_a_sequence_stays_too(kept: Kept, tmp_path: Path) -> None:
    sound = documented(wav(tmp_path / "a.wav"))
    file_id = kept.keep({**sound, "stats": {"loudness": -23}})
    store_document(kept.database, file_id, sound)
    assert kept.read(file_id)["stats"] == {"loudness": -23}
    sequence = kept.sequence()
    told = {"kind": "sequence", "sequence": {"black": "1001"}, "stats": {"parts": []}, "errors": []}
    store_sequence(kept.database, sequence, told)
    store_sequence(kept.database, sequence, {**told, "sequence": {"black": None}, "stats": None})
    found = recorded_sequence(kept.database, sequence)
    assert found is not None
    assert (found["stats"], found["sequence"]) == ({"parts": []}, {"black": "1001"})


def test_facts_that_are_forgotten_leave_nothing(kept: Kept, tmp_path: Path) -> None:
    ids = [kept.keep(document) for document in frames(tmp_path / "media", 3)]
    kept.database.run("DELETE FROM facts WHERE file_id > ?", (ids[0],))
    drop_unused_facts(kept.database)
    assert kept.counts("attribute_of") == (0,)
    assert recorded_document(kept.database, ids[1]) is None
    kept.database.run("DELETE FROM facts")
    drop_unused_facts(kept.database)
    assert kept.counts("header", "part", "channel", "attribute", "attribute_set", "attribute_in") == (0,) * 6


def test_after_a_loss_a_file_has_all_its_facts_or_none(kept: Kept, tmp_path: Path) -> None:
    documents = frames(tmp_path / "media", 6)
    ids = [kept.keep(document) for document in documents]
    for sql in (
        "DELETE FROM attribute WHERE id = (SELECT attribute_id FROM attribute_of WHERE file_id = 3 LIMIT 1)",
        "DELETE FROM attribute_of WHERE file_id = 4 AND place = (SELECT min(place) FROM attribute_of)",
        "DELETE FROM attribute_in",
        "DELETE FROM channel",
    ):
        kept.database.run(sql)
    assert mend_facts(kept.database) == 2
    there = [file_id for file_id in ids if recorded_document(kept.database, file_id) is not None]
    assert there == [1, 2, 5, 6]
    assert kept.read(6) == documents[5]
    assert kept.counts("channel") == (1,)
    assert kept.database.value("SELECT count(*) > 20 FROM attribute_in")


def test_a_sequence_is_told_with_its_representative(kept: Kept, tmp_path: Path) -> None:
    (first, second) = frames(tmp_path / "media", 2)
    sequence = kept.sequence()
    kept.keep(first, sequence)
    file_id = kept.keep(second, sequence)
    document = {
        "schema_version": 2, "kind": "sequence", "sequence": {"missing": "1003"}, "representative": second,
        **{key: second[key] for key in ("parts", "channels", "attributes")}, "errors": [],
    }  # fmt: skip
    store_sequence(kept.database, sequence, document)
    told = recorded_sequence(kept.database, sequence)
    assert told is not None
    assert told.pop("recorded")
    assert told == document
    assert kept.database.value("SELECT length(body) < 300 FROM sequence_facts")
    kept.database.run("UPDATE sequence SET changed_scan = 2")
    assert recorded_sequence(kept.database, sequence) is None
    assert kept.read(file_id) == second


def test_findings_replace_those_of_the_same_policy_alone(kept: Kept) -> None:
    finding = {"rule": "r", "outcome": "fail", "severity": "error", "frames": "1001-1003", "expected": "zip"}
    first = {"policy": {"id": "a", "version": "1", "sha256": ""}, "outcome": "fail", "findings": [finding, finding]}
    other = {"policy": {"id": "b", "version": "1", "sha256": ""}, "outcome": "pass", "findings": []}
    for validation in (first, other, {**first, "findings": [finding]}):
        store_findings(kept.database, 1, b"sh.####.exr", validation)
    told = {found["policy"]["id"]: found["findings"] for found in findings_of(kept.database, 1, b"sh.####.exr")}
    assert told == {"a": [finding], "b": []}
    assert findings_of(kept.database, 1, b"other.exr") == []


@pytest.mark.parametrize(
    ("value", "text", "number"),
    [
        ("ILM", "ILM", None), ("24", "24", 24.0), (1.5, "1.5", 1.5), (True, "true", 1.0), (None, "", None),
        ({"n": 24000, "d": 1001}, "24000/1001", 24000 / 1001), ({"n": 1, "d": 0}, "1/0", None),
        ({"id": 3, "name": "zip"}, "zip", None), ({"text": "01:00:00:00", "drop": False}, "01:00:00:00", None),
        ([1.0, 2], "1.0, 2", None), ("NaN", "NaN", None), ("1e999", "1e999", None), (10**400, str(10**400), None),
        ({"min": [0, 0], "max": [1, 1]}, '{"min":[0,0],"max":[1,1]}', None),
    ],
)  # fmt: skip
def test_a_value_is_searched_as_a_person_would_write_it(value: Any, text: str, number: float | None) -> None:
    assert text_of(value) == text
    assert number_of(value) == number


def test_values_that_compare_equal_are_kept_apart(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    told = []
    for number, value in enumerate((0.0, -0.0, 0.0)):
        packed = struct.pack("<f", value)
        path = raw_exr(tmp_path / "media" / f"{number}x.exr", (b"a", b"float", packed), (b"b", b"v2f", packed * 2))
        told.append(str(kept.read(kept.keep(documented(path)))["attributes"]))
    assert told[0] == told[2] != told[1]
    assert told[1].count("-0.0") == 3


def test_names_and_types_that_are_odd_cost_nothing(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    odd = (
        (b"", b"no type"),
        (b"blob", b""),
        (b"string", b"a\0b"),
        (b"string", b"\xff\xfe"),
        (b"string", b"long " * 9000),
    )
    path = tmp_path / "media" / "a.exr"
    document = documented(raw_exr(path, *((b"odd %d" % at, *pair) for at, pair in enumerate(odd) if pair[0])))
    for entry in document["parts"][0]["attributes"][-2:]:
        entry["type"] = ""
    document["attributes"]["half a letter \ud83d"] = "\ud83d and \0"
    assert kept.read(kept.keep(document)) == {
        **document, "attributes": {name.replace("\ud83d", "?"): value for name, value in document["attributes"].items()}
    }  # fmt: skip


def test_a_document_of_another_shape_comes_back_all_the_same() -> None:
    odd = {"schema_version": 9, "file": {"path": "/p", "name": "p", "size_bytes": 1, "mtime": "t", "new": [1]},
           "parts": [{"index": 0, "attributes": [{"name": "a", "type": "t", "size": 1, "value": None, "raw": "AA=="}]},
                     {"index": 1}], "channels": [{"x": 1}], "attributes": {"a": {"b": [1, {"c": None}]}, "": ""},
           "new": {"a": 1}, "errors": [{"code": "x", "message": "y"}], "fingerprints": {"f": "1"}}  # fmt: skip
    pieces = take_apart(odd)
    entries = [(value.name, value.type, unpacked(value.body)) for value in pieces.values]
    row = {name: odd["file"][name] for name in ("path", "name", "size_bytes", "mtime")}  # type: ignore[index]
    assert put_together(pieces.header, entries, pieces.own, row) == odd

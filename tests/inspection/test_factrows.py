"""Documents as rows: everything of a file finds its column, and odd values keep their meaning."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from app.inspection.factrows import file_id_of, rows_of
from app.inspection.factwriter import FactWriter
from app.inspection.structure import VERSION
from app.media.document import document_of
from app.model.inspecting import InspectOptions
from app.model.sinktables import CHANNEL_NUMBERS, LONGEST_CELL, METADATA_NUMBERS, TABLES, Columns
from app.services.protocols import Stored
from tests import media
from tests.inspection.framekit import told


class Heard:
    """A sink that only counts: which files came in which commit."""

    name = "heard"

    def __init__(self) -> None:
        self.commits: list[list[str]] = []
        self._waiting: list[str] = []

    def upsert(self, table: str, columns: Columns) -> None:
        if table == "files":
            self._waiting += columns["path"]

    def commit(self) -> Stored:
        if self._waiting:
            self.commits.append(self._waiting)
        done, self._waiting = Stored({"files": len(self._waiting)}), []
        return done


def document(path: Path) -> dict[str, Any]:
    return document_of(str(path), InspectOptions())


def by_name(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    (found,) = (row for row in rows if row["name"] == name)
    return found


def test_a_row_has_only_columns_of_its_table(tmp_path: Path) -> None:
    for path in (media.multipart_exr(tmp_path / "m.exr"), media.wav(tmp_path / "a.wav"), media.png(tmp_path / "a.png")):
        rows = rows_of(document(path))
        for table in TABLES:
            assert all(set(row) <= set(table.names) for row in rows[table.name]), table.name


def test_windows_parts_and_channels(tmp_path: Path) -> None:
    rows = rows_of(document(media.multipart_exr(tmp_path / "m.1001.exr")))
    (file,) = rows["files"]
    assert (file["part_count"], file["kind"], file["frame"], file["lossless"]) == (3, "image", 1001, True)
    assert file["header_hash"].startswith("blake3:")
    first = rows["parts"][0]
    assert (first["part_index"], first["name"], first["data_min_x"], first["data_max_x"]) == (0, "rgba", 0, 63)
    assert (first["display_max_y"], first["compression"]) == (35, rows["files"][0]["compression"])
    assert len(rows["channels"]) == file["channel_count"]
    assert {row["file_id"] for row in rows["channels"]} == {file["file_id"]}


def test_values_of_attributes(tmp_path: Path) -> None:
    path = media.raw_exr(
        tmp_path / "a.exr",
        (b"owner", b"string", b"ILM"),
        (b"framesPerSecond", b"rational", (48000).to_bytes(4, "little") + (2002).to_bytes(4, "little")),
        (b"focus", b"float", b"\x00\x00\x80\x7f"),
        (b"blob", b"vendorBlob", b"\x00\x01\x02"),
    )
    rows = rows_of(document(path))["attributes"]
    assert by_name(rows, "owner")["value_text"] == "ILM"
    assert by_name(rows, "framesPerSecond")["value_number"] == 48000 / 2002
    assert by_name(rows, "focus")["value_number"] == float("inf")
    assert by_name(rows, "blob")["raw"] == b"\x00\x01\x02"
    assert "value" not in by_name(rows, "blob")
    assert by_name(rows, "compression")["value_text"] == "none"
    assert [row["position"] for row in rows] == list(range(len(rows)))


def test_a_value_that_no_cell_holds_is_left_out_and_its_size_kept(tmp_path: Path) -> None:
    path = media.raw_exr(tmp_path / "a.exr", (b"notes", b"string", b"x" * (LONGEST_CELL + 1)))
    row = by_name(rows_of(document(path))["attributes"], "notes")
    assert (row["value"], row["value_text"], row["size"]) == (None, None, LONGEST_CELL + 1)


def test_statistics_and_findings() -> None:
    told = {
        "schema_version": 2,
        "file": {"path": "/p/a.exr", "header_hash": "blake3:1"},
        "parts": [{"index": 0, "width": 2, "height": 1, "channels": None, "attributes": []}],
        "stats": {"parts": [
            {"index": 0, "supported": True, "channels": [
                {"name": "B", "min": "-Infinity", "max": 1.0, "mean": None, "nan_count": 2,
                 "percentiles": {"50": 0.5}, "sum": 3.0}]},
            {"index": 1, "supported": False, "channels": []},
        ]},
        "validation": {"policy": {"id": "plates", "version": 3, "sha256": "0"}, "outcome": "fail", "findings": [
            {"rule": "size", "outcome": "fail", "severity": "error", "expected": "1920", "observed": "2",
             "frames": "1001-1010", "part": "0 rgba", "channel": "", "region": [0, 0, 1, 1]}]},
        "errors": [{"code": "pixels.damaged", "message": "…"}],
    }  # fmt: skip
    rows = rows_of(told)
    stat, unsupported = rows["stats"]
    assert (stat["min"], stat["mean"], stat["nan_count"]) == (float("-inf"), None, 2)
    assert (stat["percentiles"], stat["other"]) == ('{"50":0.5}', '{"sum":3.0}')
    assert (unsupported["part_index"], unsupported["supported"]) == (1, False)
    (finding,) = rows["findings"]
    assert (finding["policy"], finding["policy_version"], finding["expected"]) == ("plates", "3", "1920")
    assert (finding["observed"], finding["part"], finding["frames"]) == ("2", "0 rgba", "1001-1010")
    assert (finding["channel"], finding["region"]) == (None, "[0,0,1,1]")
    assert (rows["files"][0]["outcome"], rows["files"][0]["error_count"]) == ("fail", 1)


def test_a_sequence_is_a_row_with_its_frames() -> None:
    given = {
        "schema_version": 2,
        "kind": "sequence",
        "file": {"path": "/p/sh.####.exr", "name": "sh.####.exr", "directory": "/p", "size_bytes": 10,
                 "newest": "2026-11-20T10:00:00.000000Z"},
        "sequence": {"first": 1001, "last": 1004, "frame_count": 3, "missing_count": 1, "missing": "1003",
                     "ranges": "1001-1002,1004"},
        "representative": {"lossless": True, "file": {"header_hash": "blake3:7", "format": "openexr"}},
        "parts": [], "channels": [], "attributes": {}, "stats": None, "errors": [],
    }  # fmt: skip
    (row,) = rows_of(given)["files"]
    assert (row["kind"], row["missing"], row["first_frame"], row["frame_count"]) == ("sequence", "1003", 1001, 3)
    assert (row["header_hash"], row["format"], row["lossless"]) == ("blake3:7", "openexr", True)
    assert row["mtime"] == 1_795_168_800_000_000


def test_a_sequence_of_which_no_frame_can_be_read_is_a_row_too(tmp_path: Path) -> None:
    for frame in (1001, 1002, 1003):
        media.empty(tmp_path / f"sh.{frame}.exr")
    (row,) = rows_of(told(tmp_path / "sh.####.exr"))["files"]
    assert (row["kind"], row["frame_count"], row["header_hash"], row["format"]) == ("sequence", 3, None, None)


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text are made on Linux only")
def test_names_that_are_no_text_stay_apart(tmp_path: Path) -> None:
    rows = []
    for name in (b"a\xff.exr", b"a\xfe.exr"):
        path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
        media.raw_exr(path)
        rows += rows_of(document(path))["files"]
    assert rows[0]["path"] == rows[1]["path"]
    assert rows[0]["file_id"] != rows[1]["file_id"]
    assert rows[0]["raw_path"].endswith(b"/a\xff.exr")


def test_the_vectors_of_a_structure_join_the_row(tmp_path: Path) -> None:
    (row,) = rows_of(document(media.multipart_exr(tmp_path / "a.exr")))["files"]
    assert (len(row["metadata_vector"]), len(row["channel_vector"])) == (METADATA_NUMBERS, CHANNEL_NUMBERS)
    assert sum(number * number for number in row["metadata_vector"]) == pytest.approx(1)
    assert row["vector_version"] == str(VERSION)
    assert "metadata_vector" not in rows_of(document(media.wav(tmp_path / "a.wav")))["files"][0]


def test_a_file_that_comes_twice_begins_a_new_commit_and_lots_stay_small() -> None:
    sink = Heard()
    writer = FactWriter(sink)
    one = {"file": {"path": "/p/a.exr"}, "kind": "image", "parts": []}
    for path in ("/p/a.exr", "/p/b.exr", "/p/a.exr"):
        writer.add(one | {"file": {"path": path}})
    for number in range(2500):
        writer.add(one | {"file": {"path": f"/q/{number}.exr"}})
    assert writer.flush().rows == {"files": 2503}
    assert sink.commits[0] == ["/p/a.exr", "/p/b.exr"]
    assert max(map(len, sink.commits)) <= 2000


def test_a_file_of_which_nothing_can_be_told_is_not_stored() -> None:
    sink = Heard()
    writer = FactWriter(sink)
    assert not writer.add({"file": {"path": "/p/a.exr"}, "kind": None, "errors": []})
    writer.flush()
    assert sink.commits == []


def test_the_same_path_is_the_same_file() -> None:
    assert file_id_of({"path": "/p/a.exr"}) == file_id_of({"path": "/p/a.exr", "name": "a.exr"})
    assert file_id_of({"path": "/p/a.exr"}) != file_id_of({"path": "/p/b.exr"})

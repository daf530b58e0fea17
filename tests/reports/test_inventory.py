"""The inventory in three formats: every file once, names that are no text or a formula, and nothing half written."""

import base64
import csv
import json
import os
from pathlib import Path

import pytest

from app.catalog.shard import open_writer
from app.engine import Engine
from app.errors import Cancelled, InputError, RecordsBroken, UsageError
from app.jobs.events import ItemFailed, JobEvent, Noticed, Progressed, Stage, StageStarted
from app.jobs.job import CancelToken, Job
from app.model.drives import Drive, Passport
from app.model.times import rfc3339_ns
from app.operations import run
from app.reports.efu import efu_base, filetime
from app.reports.exports import ExportResult
from app.reports.inventory import ExportInventoryRequest, InventoryFilter
from app.reports.inventorylines import COLUMNS, Clock, EfuLines
from app.scanning.request import ScanRequest, ScanResult
from tests.ui.enginekit import make_engine

ODD = (
    b"=1+2.txt", b"'=quoted.txt", b"+sum/-x.txt", b"@home.txt", b"\ttab.txt", "＝wide.txt".encode(),
    b'a,b "c"\nd.txt', b"<script>alert(1)<.html", b"not \xff utf8.wav", b"\xfe/in odd folder.mov", b"plain.txt",
    "Möwe 🌊.mp4".encode(), b"\x1b[31mred.txt",
)  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder of files whose names no spreadsheet, terminal or decoder likes."""
    top = tmp_path / "card"
    for number, name in enumerate(ODD):
        path = Path(os.fsdecode(os.fsencode(top) + b"/" + name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * number)
        os.utime(path, ns=(0, 1_700_000_000_123_456_789 + number))
    return top


@pytest.fixture
def engine(tmp_path: Path, tree: Path) -> Engine:
    engine = make_engine(tmp_path / "home")
    run(engine, "scan", ScanRequest((str(tree),), drive="=Card", inventory_only=True), Job())
    return engine


def export(engine: Engine, form: str, job: Job | None = None, **request: object) -> ExportResult:
    wanted = ExportInventoryRequest(form, **request)  # type: ignore[arg-type]
    result = run(engine, "export_inventory", wanted, job or Job())
    assert isinstance(result, ExportResult)
    return result


def csv_rows(result: ExportResult) -> list[dict[str, str]]:
    with Path(result.path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def json_rows(result: ExportResult) -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(result.path).read_bytes().splitlines()]


def true_path(row: dict[str, str]) -> bytes:
    """The bytes of a path as docs/exports.md says that they are found."""
    return base64.b64decode(row["raw_name"]) if row["raw_name"] else row["relative_path"].encode()


def test_csv_has_no_formula_and_every_true_name_is_recovered(engine: Engine) -> None:
    result = export(engine, "csv")
    rows = csv_rows(result)
    assert {true_path(row) for row in rows} == set(ODD)
    assert result.rows == len(rows) == len(ODD)
    for row in rows:
        assert list(row) == list(COLUMNS)
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝")) for cell in row.values())
    assert result.bytes == Path(result.path).stat().st_size


def test_json_lines_tell_the_same_as_a_search(engine: Engine, tree: Path) -> None:
    rows = {str(row["relative_path"]): row for row in json_rows(export(engine, "jsonl"))}
    assert len(rows) == len(ODD)
    row = rows['a,b "c"\nd.txt']
    assert (row["size"], row["path"], row["drive"]) == (6, f'{tree}/a,b "c"\nd.txt', "=Card")
    assert row["modified"] == "2023-11-14T22:13:20.123456Z"
    assert (row["category"], row["deleted"], row["content_hash"]) == ("document", False, None)
    assert "raw_name" not in row
    assert base64.b64decode(str(rows["\ufffd/in odd folder.mov"]["raw_name"])) == b"\xfe/in odd folder.mov"
    assert base64.b64decode(str(rows["not \ufffd utf8.wav"]["raw_name"])) == b"not \xff utf8.wav"


def test_a_file_list_of_everything_has_paths_sizes_and_filetimes(engine: Engine, tree: Path) -> None:
    head, *lines = Path(export(engine, "efu").path).read_bytes().decode().split("\r\n")[:-1]
    assert head == "Filename,Size,Date Modified,Date Created,Attributes"
    assert len(lines) == len(ODD)
    assert f'"{tree}/plain.txt",10,133444736001234567,,128' in lines
    assert f'"{tree}/a,b ""c""\ufffdd.txt",6,133444736001234567,,128' in lines


def test_a_file_list_of_a_windows_drive_has_windows_paths(engine: Engine) -> None:
    class Rows:
        def value(self, _sql: str, _bindings: object) -> bytes:
            return b"shots/sh010"

    drive = Drive("id", "Card", "E:/media/", Passport())
    line = EfuLines(drive, Rows()).page([(1, b"a.exr", 5, 0, 1, None, None, 0)])  # type: ignore[arg-type]
    assert line == b'"E:\\media\\shots\\sh010\\a.exr",5,116444736000000000,,128\r\n'
    assert efu_base("//nas/share") == ("\\\\nas\\share", "\\")
    assert efu_base("/mnt/card/") == ("/mnt/card", "/")
    assert filetime(-(10**20)) == 0


def test_what_is_gone_is_left_out_unless_it_is_asked_for(engine: Engine, tree: Path) -> None:
    (tree / "plain.txt").unlink()
    run(engine, "scan", ScanRequest((str(tree),), inventory_only=True), Job())
    assert export(engine, "jsonl").rows == len(ODD) - 1
    rows = json_rows(export(engine, "jsonl", wanted=InventoryFilter(deleted=True)))
    assert [row["name"] for row in rows if row["deleted"]] == ["plain.txt"]


def test_only_movies_and_sound_or_only_what_is_newer(engine: Engine) -> None:
    rows = json_rows(export(engine, "jsonl", wanted=InventoryFilter(av_only=True)))
    assert {row["category"] for row in rows} == {"video", "audio"}
    assert len(rows) == 3
    moment = 1_700_000_000_123_456
    assert export(engine, "csv", wanted=InventoryFilter(since_us=moment + 1)).rows == 0
    assert export(engine, "csv", wanted=InventoryFilter(since_us=moment)).rows == len(ODD)


def test_several_drives_follow_each_other_and_the_file_is_named_after_what_it_holds(
    engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "note.txt").touch()
    run(engine, "scan", ScanRequest((str(tmp_path / "other"),), drive="Other", inventory_only=True), Job())
    both = export(engine, "jsonl")
    assert [row["drive"] for row in json_rows(both)] == ["=Card"] * len(ODD) + ["Other"]
    assert Path(both.path).name.startswith("export_all_2")
    one = export(engine, "jsonl", drive_ids=(engine.catalog.drive("Other").id,))
    assert one.rows == 1
    assert Path(one.path).name.startswith("export_Other_2")
    assert Path(one.path).parent == engine.home.exports
    assert Path(export(engine, "csv", drive_ids=(engine.catalog.drive("=Card").id,)).path).name.startswith(
        "export_Card"
    )


def test_cancelling_leaves_nothing_behind(engine: Engine, tmp_path: Path) -> None:
    token = CancelToken()

    def cancel_on_the_way(event: JobEvent) -> None:
        if isinstance(event, Progressed) and event.done:
            token.cancel()

    out = tmp_path / "out"
    out.mkdir()
    (out / "kept.csv").write_text("what was there", encoding="utf-8")
    with pytest.raises(Cancelled):
        export(engine, "csv", Job(cancel_on_the_way, token), path=str(out / "kept.csv"))
    assert [path.read_text(encoding="utf-8") for path in out.iterdir()] == ["what was there"]


def test_a_damaged_shard_is_told_and_the_rest_is_written(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "note.txt").touch()
    run(engine, "scan", ScanRequest((str(tmp_path / "other"),), drive="Other", inventory_only=True), Job())
    engine.catalog.shard_path(engine.catalog.drive("=Card").id).write_bytes(b"no database" * 500)
    events: list[JobEvent] = []
    result = export(engine, "csv", Job(events.append))
    assert (result.rows, result.left_out) == (1, ("=Card",))
    assert [event.path for event in events if isinstance(event, ItemFailed)] == ["=Card"]
    with pytest.raises(RecordsBroken):
        export(engine, "csv", drive_ids=(engine.catalog.drive("=Card").id,), path=str(tmp_path / "never.csv"))
    assert not (tmp_path / "never.csv").exists()


def test_an_unknown_format_or_folder_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="xml"):
        export(engine, "xml")
    with pytest.raises(InputError, match="no such folder"):
        export(engine, "csv", path=str(tmp_path / "no such folder" / "x.csv"))


def test_an_empty_catalogue_gives_an_empty_inventory(tmp_path: Path) -> None:
    assert export(make_engine(tmp_path / "fresh"), "jsonl").rows == 0


@pytest.mark.parametrize("ns", [0, -1, 1_700_000_000_123_456_789, -(10**17), 4 * 10**18, 10**21, -(10**21)])
def test_times_are_spelled_as_everywhere(ns: int) -> None:
    assert Clock()(ns) == rfc3339_ns(ns)


def test_a_scan_is_followed_by_the_export_that_the_settings_ask_for(tmp_path: Path, tree: Path) -> None:
    home = tmp_path / "other home"
    home.mkdir()
    (home / "settings.json").write_text('{"exports": {"after_scan": "jsonl"}}', encoding="utf-8")
    engine = make_engine(home)
    result = run(engine, "scan", ScanRequest((str(tree),), inventory_only=True), Job())
    assert isinstance(result, ScanResult)
    assert result.document["export"]["rows"] == len(ODD)
    assert Path(result.document["export"]["file"]).parent == engine.home.exports


def test_hashes_are_spelled_as_sidecars_do(engine: Engine) -> None:
    drive = engine.catalog.drive("=Card")
    with open_writer(engine.catalog.shard_path(drive.id), CancelToken()) as database:
        database.run("UPDATE file SET hash = zeroblob(32) WHERE name = ?", (b"plain.txt",))
        database.run("UPDATE file SET hash = ? WHERE name = ?", (b"sha256:" + bytes(32), b"@home.txt"))
    rows = {row["name"]: row["content_hash"] for row in json_rows(export(engine, "jsonl"))}
    assert rows["plain.txt"] == f"blake3:{'00' * 32}"
    assert rows["@home.txt"] == f"sha256:{'00' * 32}"
    assert {row["content_hash"] for row in csv_rows(export(engine, "csv"))} == {*rows.values(), ""} - {None}


def test_an_export_that_fails_does_not_undo_the_scan(tmp_path: Path, tree: Path) -> None:
    home = tmp_path / "full"
    home.mkdir()
    (home / "settings.json").write_text('{"exports": {"after_scan": "csv"}}', encoding="utf-8")
    engine = make_engine(home)
    events: list[JobEvent] = []

    def take_the_folder_away(event: JobEvent) -> None:
        events.append(event)
        if isinstance(event, StageStarted) and event.stage is Stage.FINISH:
            engine.home.exports.rmdir()
            engine.home.exports.write_text("a file where the folder should be", encoding="utf-8")

    result = run(engine, "scan", ScanRequest((str(tree),), inventory_only=True), Job(take_the_folder_away))
    assert "export" not in result.document
    assert result.counts["files"] == len(ODD)
    assert any(isinstance(event, Noticed) and event.code == "export.failed" for event in events)

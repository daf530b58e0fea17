"""Exports of hits: whole files of both forms, nothing left behind, broken shards left out and told."""

import base64
import csv
import json
import os
from pathlib import Path

import pytest

from app.catalog.search import SearchQuery
from app.engine import Engine
from app.errors import Cancelled, InputError, UsageError
from app.jobs.events import ItemFailed, JobEvent, Progressed
from app.jobs.job import CancelToken, Job
from app.operations import run
from app.reports.exports import ExportResult, ExportSearchRequest
from app.scanning.request import ScanRequest
from tests.ui.enginekit import make_engine

HEAD = ["name", "category", "size", "modified", "drive", "path", "online", "verdict", "raw_name"]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """Two drives of a few files each, names that spreadsheets would run among them."""
    engine = make_engine(tmp_path / "home")
    for label in ("one", "two"):
        tree = tmp_path / label
        tree.mkdir()
        for number, name in enumerate(("=cmd()", "a,b\nc", "plain.txt")):
            (tree / name).write_text(label, encoding="utf-8")
            os.utime(tree / name, ns=(0, 10**18 + number))
        run(engine, "scan", ScanRequest((str(tree),), drive=label, inventory_only=True), Job())
    return engine


def export(engine: Engine, job: Job | None = None, **request: object) -> ExportResult:
    query = request.pop("query", SearchQuery("", limit=1))
    result = run(engine, "export_search", ExportSearchRequest(query, **request), job or Job())  # type: ignore[arg-type]
    assert isinstance(result, ExportResult)
    return result


def test_csv_holds_every_hit_newest_first_and_no_formula(engine: Engine) -> None:
    result = export(engine)
    path = Path(result.path)
    assert path.parent == engine.home.exports
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == HEAD
    assert [row[0] for row in rows] == ["plain.txt"] * 2 + ["a,b\nc"] * 2 + ["'=cmd()"] * 2
    assert {base64.b64decode(row[-1]) for row in rows if row[-1]} == {b"=cmd()"}
    assert result.rows == 6
    assert result.bytes == path.stat().st_size


def test_json_lines_of_one_drive_go_where_they_are_asked_to(engine: Engine, tmp_path: Path) -> None:
    target = tmp_path / "hits.jsonl"
    target.write_text("what was there", encoding="utf-8")
    drive = engine.catalog.drive("two")
    export(engine, drive_ids=(drive.id,), format="jsonl", path=str(target))
    rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [(row["name"], row["drive"]) for row in rows] == [
        ("plain.txt", "two"),
        ("a,b\nc", "two"),
        ("=cmd()", "two"),
    ]


def test_two_exports_of_one_second_are_two_files(engine: Engine) -> None:
    paths = {export(engine).path for _ in range(3)}
    assert len(paths) == 3


def test_cancelling_leaves_neither_file_nor_temporary_file(engine: Engine, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(600):
        (many / f"{number}.txt").touch()
    run(engine, "scan", ScanRequest((str(many),), drive="many", inventory_only=True), Job())
    token = CancelToken()

    def cancel_on_the_way(event: JobEvent) -> None:
        if isinstance(event, Progressed) and event.done >= 256:
            token.cancel()

    target = tmp_path / "out" / "hits.csv"
    target.parent.mkdir()
    with pytest.raises(Cancelled):
        export(engine, Job(cancel_on_the_way, token), path=str(target))
    assert list(target.parent.iterdir()) == []


def test_a_folder_that_is_not_there_is_an_error_with_its_name(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        export(engine, path=str(tmp_path / "no such folder" / "hits.csv"))


def test_an_unknown_form_is_refused(engine: Engine) -> None:
    with pytest.raises(UsageError, match="xml"):
        export(engine, format="xml")


def test_a_damaged_shard_is_a_failed_item_and_the_rest_is_written(engine: Engine) -> None:
    drive = engine.catalog.drive("one")
    engine.catalog.shard_path(drive.id).write_bytes(b"no database" * 500)
    events: list[JobEvent] = []
    result = export(engine, Job(events.append))
    assert result.rows == 3
    assert [event.path for event in events if isinstance(event, ItemFailed)] == ["one"]

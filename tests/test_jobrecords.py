"""The job history: every run that writes has its row, and keeping it costs and breaks nothing."""

from pathlib import Path

import pytest

from app.catalog.database import Database
from app.catalog.jobs import KEPT_RUNS, JobEntry
from app.catalog.migrations import CATALOG
from app.catalog.search import SearchQuery
from app.engine import Engine
from app.errors import Cancelled, InputError, UsageError
from app.jobs.events import JobEvent, Stage, StageStarted
from app.jobs.job import CancelToken, Job
from app.operations import run
from app.qc.checking import CheckRequest
from app.qc.clean import CleanRequest
from app.qc.crawl import CrawlRequest
from app.qc.signoff import SignOffRequest, UndoRequest
from app.qc.status import StatusRequest
from app.reports.exports import ExportSearchRequest
from app.reports.factexport import ExportFactsRequest
from app.scanning.request import ScanRequest
from tests.ui.enginekit import make_engine
from tests.unprivileged import document, reelmark


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return make_engine(tmp_path / "home")


@pytest.fixture
def card(tmp_path: Path) -> Path:
    card = tmp_path / "card"
    card.mkdir()
    (card / "clip.wav").write_bytes(b"RIFF1234WAVE")
    (card / "notes.txt").write_bytes(b"notes")
    return card


def entries(engine: Engine) -> list[JobEntry]:
    return engine.catalog.jobs.newest()[::-1]


def test_everything_that_writes_has_a_row_and_what_only_reads_has_none(
    engine: Engine, card: Path, tmp_path: Path
) -> None:
    run(engine, "scan", ScanRequest((str(card),), "A001"), Job())
    drive = engine.catalog.drive("A001")
    run(engine, "qc_crawl", CrawlRequest((card,)), Job())
    run(engine, "sign_off", SignOffRequest(card / "clip.wav", "alice", "pass"), Job())
    run(engine, "undo_sign_off", UndoRequest(card / "clip.wav", "alice"), Job())
    run(engine, "qc_status", StatusRequest((card,)), Job())
    run(engine, "qc_clean", CleanRequest(card, dry_run=True), Job())
    run(engine, "qc_clean", CleanRequest(card), Job())
    run(engine, "export_search", ExportSearchRequest(SearchQuery("clip")), Job())
    run(engine, "check", CheckRequest((), "sequence.hygiene", ("A001",)), Job())
    run(engine, "check", CheckRequest((str(card / "clip.wav"),), "sequence.hygiene"), Job())
    tables = tmp_path / "tables"
    run(engine, "export_facts", ExportFactsRequest(f"parquet:{tables}"), Job())
    assert [(row.operation, row.title, row.drive_id, row.state) for row in entries(engine)] == [
        ("scan", "A001", drive.id, "done"),
        ("qc_crawl", "card", drive.id, "done"),
        ("sign_off", "clip.wav", drive.id, "done"),
        ("undo_sign_off", "clip.wav", drive.id, "done"),
        ("qc_clean", "card", drive.id, "done"),
        ("export_search", "clip", None, "done"),
        ("check", "A001", drive.id, "done"),
        ("check", "clip.wav", drive.id, "done"),
        ("export_facts", "PARQUET", drive.id, "done"),
    ]
    scan, crawl, signed, *_ = entries(engine)
    assert scan.summary["counts"]["files"] == 2
    assert crawl.summary["counts"]["written"] == 1
    assert signed.summary["verdict"] == "pass"
    assert all(row.ended_us is not None and row.ended_us >= row.started_us for row in entries(engine))


def test_a_check_is_called_after_what_of_a_drive_was_checked(engine: Engine, card: Path) -> None:
    run(engine, "scan", ScanRequest((str(card),), "A001"), Job())
    for paths in ((), (str(card / "clip.wav"),)):
        run(engine, "check", CheckRequest(paths, "sequence.hygiene", ("A001",)), Job())
    assert [entry.title for entry in entries(engine)[1:]] == ["A001", "clip.wav"]


def test_the_command_line_is_kept_too(tmp_path: Path, card: Path) -> None:
    home = tmp_path / "home"
    reelmark("--home", home, "scan", card, "--drive", "A001")
    document(reelmark("--home", home, "qc", "crawl", card, "--json"))
    assert [row.operation for row in entries(make_engine(home))] == ["scan", "qc_crawl"]


def test_a_stopped_and_a_failed_run_say_so(engine: Engine, card: Path, tmp_path: Path) -> None:
    token = CancelToken()

    def stop(event: JobEvent) -> None:
        if isinstance(event, StageStarted) and event.stage is Stage.HASH:
            token.cancel()

    with pytest.raises(Cancelled):
        run(engine, "scan", ScanRequest((str(card),), "A001"), Job(stop, token))
    with pytest.raises(InputError):
        run(engine, "sign_off", SignOffRequest(tmp_path / "gone.wav", "alice", "pass"), Job())
    stopped, failed = entries(engine)
    assert (stopped.state, stopped.summary["counts"]["files"]) == ("cancelled", 2)
    assert stopped.drive_id == engine.catalog.drive("A001").id
    assert failed.state == "failed"
    assert "gone.wav" in failed.summary["error"]


def test_a_command_used_wrongly_is_no_run(engine: Engine, card: Path) -> None:
    run(engine, "scan", ScanRequest((str(card),), "A001"), Job())
    with pytest.raises(UsageError):
        run(engine, "qc_crawl", CrawlRequest((card,), result="pass"), Job())
    assert [row.operation for row in entries(engine)] == ["scan"]


def test_a_busy_catalogue_costs_a_row_not_the_sign_off(engine: Engine, card: Path) -> None:
    run(engine, "scan", ScanRequest((str(card),), "A001"), Job())
    with Database(engine.home.catalog, CATALOG) as other, other.transaction():
        record = run(engine, "sign_off", SignOffRequest(card / "clip.wav", "alice", "pass"), Job())
    assert record.verdict == "pass"
    assert [row.operation for row in entries(engine)] == ["scan"]


def test_many_sign_offs_do_not_push_the_scans_out_and_the_history_stays_small(engine: Engine, card: Path) -> None:
    run(engine, "scan", ScanRequest((str(card),), "A001"), Job())
    with Database(engine.home.catalog, CATALOG) as database, database.transaction():
        database.run_many(
            "INSERT INTO job (operation, title, pid, pid_started, started_us, state, summary)"
            " VALUES ('sign_off', ?, 1, '', 0, 'done', '{}')",
            [(f"{number}.exr",) for number in range(KEPT_RUNS + 98)],
        )
    run(engine, "sign_off", SignOffRequest(card / "clip.wav", "alice", "pass"), Job())
    kept = engine.catalog.jobs.newest(limit=10 * KEPT_RUNS)
    assert len(kept) == KEPT_RUNS + 1
    assert (kept[0].title, kept[-1].operation) == ("clip.wav", "scan")

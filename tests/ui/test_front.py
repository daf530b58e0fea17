"""The window with its engine: opening, closing while a job runs, errors that are shown."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.engine import Engine
from app.errors import NotACatalog
from app.jobs.job import Job
from app.operations import run
from app.scanning.request import ScanRequest
from tests.ui.enginekit import make_engine, make_tree
from ui.front import Front
from ui.main_window import MainWindow


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return make_engine(tmp_path / "home")


@pytest.fixture
def front(qtbot: QtBot, engine: Engine) -> Iterator[Front]:
    window = MainWindow()
    qtbot.addWidget(window)
    front = Front(window, lambda: engine)
    with qtbot.waitSignal(front.ready, timeout=20_000):
        window.show()
        front.start()
    yield front
    front.stop()


def test_the_three_tabs_are_there_under_their_numbers(front: Front) -> None:
    assert [page.number for page in front.window._pages] == [1, 2, 6]
    for number, title in ((2, "Search"), (6, "QC Review"), (1, "Scan")):
        front.window.show_page(number)
        page = front.window.current_page()
        assert page is not None
        assert page.title == title


def test_closing_during_a_scan_stops_it_first_and_keeps_what_was_committed(
    qtbot: QtBot, front: Front, engine: Engine, tmp_path: Path
) -> None:
    tree = tmp_path / "card"
    for folder in range(40):
        (tree / f"f{folder:02}").mkdir(parents=True)
        for number in range(100):
            (tree / f"f{folder:02}" / f"{number}.bin").write_bytes(b"x" * 50_000)
    jobs = front.jobs
    assert jobs is not None
    jobs.start("scan", ScanRequest((str(tree),), "A001", batch_files=50), "Scanning A001")
    qtbot.waitUntil(lambda: bool(engine.catalog.jobs()), timeout=10_000)
    qtbot.waitUntil(lambda: any(job.progress.view.done > 0 for job in jobs.running()), timeout=20_000)
    front.window.close()
    assert front.window.isVisible()
    qtbot.waitUntil(lambda: not front.window.isVisible(), timeout=10_000)
    assert [job["state"] for job in engine.catalog.jobs()] == ["cancelled"]
    front.stop()
    result = run(engine, "scan", ScanRequest((str(tree),), "A001"), Job())
    assert result.document["resumed"]
    assert result.counts["files"] == 4000


def test_closing_without_jobs_closes_at_once(front: Front) -> None:
    front.window.close()
    assert not front.window.isVisible()


def test_a_failed_job_says_why_in_a_banner(qtbot: QtBot, front: Front, tmp_path: Path) -> None:
    assert front.jobs is not None
    with qtbot.waitSignal(front.jobs.all_ended, timeout=10_000):
        front.jobs.start("scan", ScanRequest((str(tmp_path / "nothing"),)), "Scanning nothing")
    assert [name for name in front.window.banners.ids() if name.startswith("failed.")]


def test_what_could_not_be_read_can_be_listed_and_copied(qtbot: QtBot, front: Front, tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "card")
    (tree / "broken.exr").write_text("this is no picture", encoding="utf-8")
    assert front.jobs is not None
    with qtbot.waitSignal(front.jobs.all_ended, timeout=20_000):
        job_id = front.jobs.start("scan", ScanRequest((str(tree),)), "Scanning card")
    front.window.jobs.failed_items_requested.emit(job_id)
    dialog = next(child for child in front.window.children() if type(child).__name__ == "FailuresDialog")
    dialog.copy()
    from PySide6.QtGui import QGuiApplication

    assert "broken.exr" in QGuiApplication.clipboard().text()
    dialog.close()


def test_a_catalogue_that_cannot_be_opened_is_told(qtbot: QtBot) -> None:
    def refuse() -> Engine:
        raise NotACatalog("catalog.db is damaged", hint="Restore it.")

    window = MainWindow()
    qtbot.addWidget(window)
    front = Front(window, refuse)
    front.start()
    qtbot.waitUntil(lambda: "engine" in window.banners.ids(), timeout=5000)
    front.stop()

"""Which drives are connected, as every tab of the window learns it."""

import os
import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.jobs.job import Job
from app.operations import run
from app.scanning.request import ScanRequest
from tests.media import png
from tests.mounting import dead_share_script, needs_dead_share
from tests.ui.enginekit import make_engine
from tests.unprivileged import REPOSITORY
from ui.desk import Desk
from ui.main_window import MainWindow
from ui.tabs.review_tab import ReviewTab
from ui.tabs.scan_tab import ScanTab
from ui.tabs.search_tab import SearchTab
from ui.workers.job_controller import JobController

WAIT_MS = 20_000


def test_a_drive_that_goes_away_is_away_in_every_tab_at_once_and_so_is_one_that_comes_back(
    qtbot: QtBot, tmp_path: Path
) -> None:
    engine = make_engine(tmp_path / "home")
    base, away = tmp_path / "card", tmp_path / "unplugged"
    base.mkdir()
    png(base / "a.png")
    run(engine, "scan", ScanRequest((str(base),), "A001"), Job())
    window = MainWindow()
    qtbot.addWidget(window)
    desk = Desk(engine, JobController(engine, window), window)
    scan, search, review = ScanTab(desk), SearchTab(desk), ReviewTab(desk)
    for tab in (scan, search, review):
        window.add_page(tab.page())
    window.show()
    window.show_page(2)  # tabs read what they show once they are seen
    qtbot.waitUntil(lambda: search.answered() is not None, timeout=WAIT_MS)
    window.show_page(6)
    window.show_page(1)

    def told() -> tuple[list[bool], str, list[bool]]:
        shown = search.filters.drives.text()
        return [c.online for c in scan.drives.cards()], shown, [d.online for d in review.queue.drive_box.drives()]

    try:
        qtbot.waitUntil(lambda: told() == ([True], "All drives (1, 1 connected)", [True]), timeout=WAIT_MS)
        base.rename(away)
        qtbot.waitUntil(lambda: told() == ([False], "All drives (1, 0 connected)", [False]), timeout=WAIT_MS)
        away.rename(base)
        qtbot.waitUntil(lambda: told() == ([True], "All drives (1, 1 connected)", [True]), timeout=WAIT_MS)
    finally:
        for tab in (scan, search, review):
            tab.stop()
        assert desk.jobs.wait(WAIT_MS)


@needs_dead_share
def test_a_dead_drive_leaves_the_others_connected(tmp_path: Path) -> None:
    dead, alive = tmp_path / "dead", tmp_path / "alive"
    dead.mkdir()
    alive.mkdir()
    script = tmp_path / "look.py"
    script.write_text(
        "import sys\nfrom PySide6.QtCore import QCoreApplication\nfrom app.model.drives import Passport\n"
        "from pathlib import Path\nfrom tests.ui.enginekit import make_engine\n"
        "from ui.drive_watch import DriveWatch\napp = QCoreApplication([])\n"
        "engine = make_engine(Path(sys.argv[1]))\n"
        "for path in sys.argv[2:]:\n    engine.catalog.add_drive(path[-5:], path, Passport())\n"
        "watch = DriveWatch(engine)\n"
        "watch.changed.connect(lambda seen: (print([(d.label, d.online) for d in sorted(seen, key=lambda d: d.label)]),"
        " app.quit()))\n"
        "watch.start()\napp.exec()\nwatch.stop()\n"
    )
    process = subprocess.run(
        [*dead_share_script(dead), f"exec '{sys.executable}' '{script}' '{tmp_path / 'home'}' '{dead}' '{alive}'"],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert process.stdout.split() == b"[('/dead', False), ('alive', True)]".split(), process.stderr

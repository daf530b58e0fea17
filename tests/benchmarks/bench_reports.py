"""Reports over millions of files, duplicates beside `rdfind` and `jdupes`, and the window with both.

    python tests/benchmarks/bench_reports.py reports HOME
    python tests/benchmarks/bench_reports.py duplicates FOLDER [DRIVES] [FILES]
    python tests/benchmarks/bench_reports.py window HOME

HOME is a working directory that `made_catalogue.py` made. FOLDER gets DRIVES trees of FILES small files each (20 of
100,000), a fifth of them copies of others; they are scanned into a catalogue, and moved away from their bases while
ours is timed: the others need them connected.
"""

import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.engine import Engine, open_engine
from app.jobs.job import Job
from app.operations import run
from app.paths import find_home
from app.reports.sections import SECTIONS, ReportOptions, make_reports
from app.scanning.request import ScanRequest
from app.settings import load_settings

_RUNS = 5


def open_home(folder: Path) -> Engine:
    folder.mkdir(parents=True, exist_ok=True)
    home = find_home(folder, {})
    return open_engine(load_settings(home, {}), home)


def timed(call: Callable[[], object], runs: int = _RUNS) -> float:
    """The median of some runs, in seconds: the CPU of this process, which other programs do not lengthen."""
    seconds = []
    for _ in range(runs):
        began = time.process_time()
        call()
        seconds.append(time.process_time() - began)
    return statistics.median(seconds)


def children_s() -> float:
    """Seconds of CPU that ended children took, in the system as well."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def bench_reports(home: Path) -> None:
    engine = open_home(home)
    drives = engine.catalog.drives(look=False)
    print(f"{sum(drive.files for drive in drives):,} files on {len(drives)} drives")
    for name in SECTIONS:
        for options in (ReportOptions(), ReportOptions(1000, 5, 3000)):
            made = timed(lambda name=name, options=options: make_reports(engine.catalog, drives, name, options))
            print(f"{name:<18} top {options.top:>5}  {made * 1000:8.1f} ms")


def make_trees(folder: Path, drives: int, files: int) -> None:
    numbers = random.Random(3)
    kept: list[bytes] = []
    for drive in range(drives):
        for number in range(files):
            place = folder / f"drive {drive:02d}" / f"{number // 1000:03d}"
            if number % 1000 == 0:
                place.mkdir(parents=True)
            if kept and numbers.random() < 0.2:
                content = numbers.choice(kept)
            else:
                content = numbers.randbytes(numbers.randrange(200, 3000))
                if len(kept) < 20_000:
                    kept.append(content)
            (place / f"f{number:06d}.bin").write_bytes(content)


def bench_duplicates(folder: Path, drives: int, files: int) -> None:
    trees, away = folder / "trees", folder / "away"
    if not trees.exists() and not away.exists():
        make_trees(folder / "part", drives, files)
        (folder / "part").rename(trees)
    engine = open_home(folder / "home")
    if not engine.catalog.drives(look=False):
        for tree in sorted(trees.iterdir()):
            run(engine, "scan", ScanRequest((str(tree),), drive=tree.name), Job())
    if trees.exists():
        trees.rename(away)
    known = engine.catalog.drives(look=False)
    ours = timed(lambda: make_reports(engine.catalog, known, "duplicates", ReportOptions()))
    found = make_reports(engine.catalog, known, "duplicates", ReportOptions()).document()
    print(f"ours: {ours:.2f} s of CPU, {found['groups']:,} groups, {found['copies']:,} files (drives not connected)")
    away.rename(trees)
    for name, command in (
        ("rdfind", ["rdfind", "-dryrun", "true", "-makeresultsfile", "false", str(trees)]),
        ("jdupes", ["jdupes", "-r", "-m", "-q", str(trees)]),
    ):
        if shutil.which(name) is None:
            print(f"{name}: not installed")
            continue
        began, used = time.monotonic(), children_s()
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        wall, seconds = time.monotonic() - began, children_s() - used
        words = " ".join(told.stdout.split())[-160:]
        print(f"{name}: {seconds:.2f} s of CPU ({wall:.1f} s), {seconds / ours:.1f} times ours: {words}")


def bench_window(home: Path) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QEventLoop, Qt
    from PySide6.QtWidgets import QApplication

    from app.reports.folders import folder_tree
    from app.reports.scope import Scope
    from tests.benchmarks.bench_window import Heartbeat, told
    from ui import theme
    from ui.__main__ import calm_collector
    from ui.front import Front
    from ui.main_window import MainWindow
    from ui.tabs.reports_tab import ReportsTab
    from ui.widgets.treemap import Treemap

    app = QApplication(sys.argv[:1])
    theme.apply_theme(app, "dark")
    engine = open_home(home)
    with Scope(engine.catalog, engine.catalog.drives(look=False)) as scope:
        root = folder_tree(scope, levels=3)
    treemap = Treemap()
    treemap.resize(1500, 900)
    treemap.show()
    painted = timed(lambda: (treemap.set_root(root), treemap.grab()))
    print(f"treemap of {count(root):,} folders laid out and painted: {painted * 1000:.1f} ms")
    treemap.close()

    window = MainWindow()
    window.resize(1500, 900)
    front = Front(window, lambda: open_home(home))
    window.show()
    front.start()

    def wait(done: Callable[[], bool], limit_s: float = 120) -> float:
        began = time.monotonic()
        while not done() and time.monotonic() - began < limit_s:
            app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        return time.monotonic() - began

    wait(lambda: front.tabs is not None)
    calm_collector()
    window.show_page(3)
    tab = next(tab for tab in front.tabs or () if isinstance(tab, ReportsTab))
    wait(tab.is_complete)
    heart = Heartbeat()

    def beat(name: str, act: Callable[[], object], done: Callable[[], bool]) -> None:
        heart.start()
        act()
        seconds = wait(done)
        print(told(f"{name} ({seconds:.1f} s)", heart.stop()))

    began = time.monotonic()
    beat("idle", lambda: None, lambda: time.monotonic() - began > 3)
    tab.bar.top.setValue(tab.bar.top.maximum())
    beat("reports with all files listed", tab.run, tab.is_complete)
    table = tab.tables.largest
    print(f"{table.files.rowCount():,} rows")
    bar = table.verticalScrollBar()
    steps = iter(range(0, 400))

    def scroll() -> bool:
        step = next(steps, None)
        if step is None:
            return True
        bar.setValue(bar.maximum() * step // 400 if step % 3 else bar.value() + 140)
        return False

    beat("scrolling", lambda: None, scroll)
    for column, head in enumerate(("name", "size", "modified", "drive", "folder")):
        order = id(table.files._order)
        beat(
            f"sorting by {head}",
            lambda column=column: table.sortByColumn(column, Qt.SortOrder.AscendingOrder),
            lambda order=order: id(table.files._order) != order,
        )
    window.close()
    wait(lambda: not window.isVisible(), 10)
    front.stop()


def count(node: object) -> int:
    return 1 + sum(count(child) for child in node.children)  # type: ignore[attr-defined]


def main() -> None:
    what, folder, *rest = sys.argv[1:]
    if what == "reports":
        bench_reports(Path(folder))
    elif what == "duplicates":
        bench_duplicates(Path(folder), *(int(text) for text in rest or ("20", "100000")))
    elif what == "window":
        bench_window(Path(folder))
    else:
        print(json.dumps(__doc__))


if __name__ == "__main__":
    main()

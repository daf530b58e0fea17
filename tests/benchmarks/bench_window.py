"""First paint and stalls of the window: idle, and while a scan of many files runs.

    python tests/benchmarks/bench_window.py --catalogue DIR --tree DIR [--typing TEXT]

`--catalogue` is a working directory whose catalogue is opened (make one by scanning); `--tree` a folder that is scanned
in the same window, best of a million files. A timer of 5 ms runs in the window's thread; what it is late by is a stall.
The idle run beside it says what the machine itself does.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QElapsedTimer, QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.engine import open_engine
from app.paths import find_home
from app.scanning.request import ScanRequest
from app.settings import load_settings
from ui import theme
from ui.__main__ import calm_collector
from ui.front import Front
from ui.main_window import MainWindow
from ui.widgets.drive_list import DriveCard, DriveList
from ui.widgets.frame_strip import FindingTick, Frames
from ui.widgets.timeline import Timeline

_TICK_MS = 5


def process_age_s() -> float:
    """Seconds since this process was started by the system."""
    ticks = int(Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19])
    uptime = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
    return uptime - ticks / os.sysconf("SC_CLK_TCK")


class Heartbeat(QObject):
    """Gaps between the beats of a timer in the window's thread, in ms."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=_TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self.gaps.clear()
        self._clock.start()
        self._timer.start()

    def stop(self) -> list[float]:
        self._timer.stop()
        return sorted(self.gaps)

    def _beat(self) -> None:
        self.gaps.append(self._clock.nsecsElapsed() / 1e6)
        self._clock.restart()


class FirstPaint(QObject):
    """Notes when the window is painted for the first time."""

    age_s = 0.0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not self.age_s and event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self._painted)
        return False

    def _painted(self) -> None:
        self.age_s = self.age_s or process_age_s()


def told(name: str, gaps: list[float]) -> str:
    """One line about the beats of a run."""
    over = sum(gap > 50 for gap in gaps)
    return (
        f"{name:<28} beats {len(gaps):>6}  median {gaps[len(gaps) // 2]:6.1f} ms"
        f"  99 % {gaps[len(gaps) * 99 // 100]:6.1f} ms  longest {gaps[-1]:6.1f} ms  over 50 ms: {over}"
    )


def paints() -> str:
    """What it takes to paint a timeline of 100,000 frames with 5,000 marks, and a list of a thousand drives."""
    timeline, view = Timeline(), DriveList()
    timeline.resize(1024, timeline.sizeHint().height())
    timeline.set_frames(Frames.of(range(1, 200_001, 2), [FindingTick(f) for f in range(1, 200_001, 40)]), 1)
    view.resize(320, 900)
    view.set_drives(tuple(DriveCard(f"id{n}", f"DRIVE_{n:03}", True, n, 1000) for n in range(1000)))
    took = {}
    for name, widget in (("timeline", timeline), ("drives", view.viewport())):
        widget.grab()
        began = time.perf_counter()
        for _ in range(20):
            widget.grab()
        took[name] = (time.perf_counter() - began) * 50
    return ", ".join(f"{name} painted in {ms:.1f} ms" for name, ms in took.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--catalogue", type=Path, required=True)
    parser.add_argument("--tree", type=Path)
    parser.add_argument("--typing", default="comp_v0")
    parser.add_argument("--idle-s", type=float, default=5)
    options = parser.parse_args()

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication(sys.argv[:1])
    home = find_home(options.catalogue, {})
    loaded = load_settings(home, {})
    window = MainWindow(None, "bench")
    theme.apply_theme(app, "dark")
    window.resize(1500, 900)
    paint = FirstPaint()
    window.installEventFilter(paint)
    front = Front(window, lambda: open_engine(loaded, home))
    window.show()
    front.start()
    calm_collector()
    wait(lambda: front.tabs is not None, 20)
    ready = process_age_s()
    assert front.tabs is not None
    scan, search, *_ = front.tabs
    if home.catalog.exists():
        wait(lambda: bool(scan.drives.cards()), 20)
    print(
        f"first paint {paint.age_s:.2f} s after the start of the process,"
        f" tabs {ready:.2f} s, drives {process_age_s():.2f} s"
    )

    print(paints())

    beat = Heartbeat()
    let_run(1000)
    beat.start()
    let_run(int(options.idle_s * 1000))
    print(told("idle", beat.stop()))

    window.show_page(2)
    let_run(500)
    beat.start()
    for letter in options.typing:
        QTest.keyClicks(search.field, letter)
        let_run(120)
    let_run(1500)
    print(told(f"typing {options.typing!r}", beat.stop()))

    if options.tree:
        window.show_page(1)
        assert front.jobs is not None
        beat.start()
        started = time.monotonic()
        front.jobs.start("scan", ScanRequest((str(options.tree),), "bench", inventory_only=True, resume=False))
        wait(lambda: not front.jobs.running(), 3600)
        print(told(f"scan ({time.monotonic() - started:.1f} s)", beat.stop()))
    front.stop()


def let_run(milliseconds: int) -> None:
    """Let events run as the program does; `QTest.qWait` would hold the interpreter's lock all the while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait(condition: Callable[[], bool], seconds: float) -> None:
    """Let events run until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("it took too long")
        let_run(50)


if __name__ == "__main__":
    main()

"""Starting the window: where there is no screen, and where something of ours breaks."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import MissingPart
from ui.__main__ import require_display

ROOT = Path(__file__).resolve().parents[2]


def start(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", **environment}
    return subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only there can a screen be absent")
def test_without_a_display_one_line_says_so_and_the_exit_code_is_7(tmp_path: Path) -> None:
    done = start("import sys; from ui.__main__ import main; sys.exit(main([]))", HOME=str(tmp_path))
    assert done.returncode == 7
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "no display" in done.stderr


def test_a_display_of_any_kind_is_enough() -> None:
    require_display({"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    require_display({"QT_QPA_PLATFORM": "offscreen"}, "linux")
    require_display({}, "darwin")
    with pytest.raises(MissingPart):
        require_display({"DISPLAY": ""}, "linux")


TRIAL = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
import ui.bug_dialog, ui.front
from ui.__main__ import main
shown = []
def exec_(dialog):
    shown.append(dialog)
    return ANSWER
ui.bug_dialog.BugDialog.exec = exec_
def broken():
    raise RuntimeError("a bug of ours")
BEGIN
code = main(["--home", HOME])
print(len(shown), shown[0].windowTitle() if shown else "")
sys.exit(code)
"""


def trial(home: Path, begin: str, answer: int = 1) -> subprocess.CompletedProcess[str]:
    code = TRIAL.replace("ANSWER", str(answer)).replace("HOME", repr(str(home))).replace("BEGIN", begin)
    return start(code, QT_QPA_PLATFORM="offscreen", HOME=str(home))


def test_a_bug_before_there_is_anything_to_work_with_ends_with_70_and_one_dialogue(tmp_path: Path) -> None:
    begin = """
def show(self):
    QTimer.singleShot(0, broken)
    QTimer.singleShot(0, broken)
import ui.main_window
ui.main_window.MainWindow.show = show
ui.front.Front.start = lambda self: None
"""
    done = trial(tmp_path, begin)
    assert done.returncode == 70, done.stderr
    assert done.stdout.strip() == "1 Reelmark must close"
    assert "Traceback" in (tmp_path / "logs" / "reelmark.log").read_text()


AFTERWARDS = """
def go_on(left):
    if not left:
        QTimer.singleShot(300, QApplication.instance().quit)
        return
    QTimer.singleShot(0, lambda: go_on(left - 1))
    broken()
def begin(engine):
    go_on(FAULTS)
start = ui.front.Front.start
def start_it(self):
    self.ready.connect(begin)
    start(self)
ui.front.Front.start = start_it
"""


def test_a_bug_of_one_button_leaves_the_window_open(tmp_path: Path) -> None:
    done = trial(tmp_path, AFTERWARDS.replace("FAULTS", "2"))
    assert (done.returncode, done.stdout.strip()) == (0, "0"), done.stderr
    assert "a bug of ours" in (tmp_path / "logs" / "reelmark.log").read_text()


@pytest.mark.parametrize(("answer", "code"), [(1, 70), (0, 0)])
def test_a_window_that_fails_over_and_over_may_be_closed(tmp_path: Path, answer: int, code: int) -> None:
    done = trial(tmp_path, AFTERWARDS.replace("FAULTS", "30"), answer)
    assert (done.returncode, done.stdout.strip()) == (code, "1 Reelmark must close"), done.stderr


def test_the_singletons_survive_more_calls_into_qt_than_they_have_references(tmp_path: Path) -> None:
    code = """
import ui
from PySide6.QtCore import QSize
size = QSize()
for _ in range(50_000):
    size.setWidth(1)
    assert size == QSize(1, -1)
    assert not size != QSize(1, -1)
print("alive")
"""
    done = start(code, HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr


def test_the_window_imports_no_database_decoder_or_process(tmp_path: Path) -> None:
    code = """
import sys, pkgutil, importlib, ui
for module in pkgutil.walk_packages(ui.__path__, "ui."):
    if not module.name.startswith(("ui.workers", "ui.tabs", "ui.models")):
        importlib.import_module(module.name)
print(sorted({"OpenImageIO", "av", "numpy", "PIL"} & set(sys.modules)))
"""
    done = start(code, HOME=str(tmp_path))
    assert done.stdout == "[]\n", done.stderr


def test_the_garbage_collector_never_goes_over_many_rows_at_once() -> None:
    code = (
        "import gc\nfrom ui.__main__ import calm_collector\ncalm_collector()\nmost = 0\n"
        "def watch(phase, info):\n"
        "    global most\n"
        "    if phase == 'start':\n"
        "        ages = range(info['generation'] + 1)\n"
        "        most = max(most, sum(len(gc.get_objects(generation=age)) for age in ages))\n"
        "gc.callbacks.append(watch)\n"
        "rows = [[] for _ in range(3_000_000)]\n"
        "gc.callbacks.clear()\nprint(most)\n"
    )
    assert 0 < int(start(code).stdout) <= 100_000

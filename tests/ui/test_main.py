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


def test_a_bug_ends_with_70_one_dialogue_and_a_traceback_in_the_log(tmp_path: Path) -> None:
    done = start(
        """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
import ui.main_window
from ui.__main__ import main
shown = []
def exec_(box):
    shown.append(box.informativeText())
    return 0
QMessageBox.exec = exec_
def broken():
    raise RuntimeError("a bug of ours")
def show(self):
    QTimer.singleShot(0, broken)
    QTimer.singleShot(0, broken)
ui.main_window.MainWindow.show = show
code = main(["--home", sys.argv[1] if len(sys.argv) > 1 else HOME])
print(len(shown), shown[0].splitlines()[0])
sys.exit(code)
""".replace("HOME]", f"{str(tmp_path)!r}]"),
        QT_QPA_PLATFORM="offscreen",
        HOME=str(tmp_path),
    )
    assert done.returncode == 70, done.stderr
    assert done.stdout.strip() == "1 RuntimeError: a bug of ours"
    assert "Traceback" in (tmp_path / "logs" / "reelmark.log").read_text()


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

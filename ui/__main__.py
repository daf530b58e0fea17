"""The window's front: settings, log, window, then the engine in the background. `python -m ui`."""

import argparse
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn

from app import __version__
from app.errors import AppError, MissingPart
from app.log import LogSetup, setup_logging
from app.paths import Home, find_home
from app.settings import LoadedSettings
from app.settings.loading import load_settings
from ui.reasons import said

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.engine import Engine
    from ui.main_window import MainWindow

EXIT_BUG = 70
_STATE_FILE = "window.ini"

_log = logging.getLogger(__name__)


def main(argv: list[str] | None = None) -> int:
    """Open the window and return the exit code.

    Args:
        argv: the arguments without the program's name; those of the process when omitted.
    """
    options = _parser().parse_args(argv)
    try:
        require_display(os.environ, sys.platform)
        home = find_home(options.home, os.environ)
        chosen = {"log.level": options.log, "log.dir": options.log_dir}
        loaded = load_settings(home, os.environ, chosen, file=options.settings)
        logs = setup_logging(home, loaded.values.log, console=True)
    except AppError as error:
        sys.stderr.write(f"reelmark: {said(error)}\n")
        return error.exit_code
    return _run(home, loaded, logs)


def require_display(environ: Mapping[str, str], platform: str) -> None:
    """Refuse to go on where Qt would abort for want of a screen.

    Raises:
        MissingPart: there is no display.
    """
    if platform in ("win32", "darwin") or environ.get("QT_QPA_PLATFORM"):
        return
    if not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        raise MissingPart(
            "There is no display to open the window on.",
            hint="Set DISPLAY or WAYLAND_DISPLAY, or use the command line: `reelmark --help`.",
            code="display.missing",
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="reelmark-gui", description="The window of Reelmark.")
    parser.add_argument("--home", metavar="DIR", help="the working directory")
    parser.add_argument("--settings", metavar="FILE", type=Path, help="another settings file")
    parser.add_argument("--log", metavar="LEVEL", help="what is logged")
    parser.add_argument("--log-dir", metavar="DIR", help="where the log file is")
    return parser


def _run(home: Home, loaded: LoadedSettings, logs: LogSetup) -> int:
    scale = loaded.values.window.scale
    if scale != 100:
        os.environ.setdefault("QT_SCALE_FACTOR", f"{scale / 100:.2f}")
    from PySide6.QtWidgets import QApplication

    app = QApplication(sys.argv[:1])
    app.setApplicationName("Reelmark")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("reelmark")
    from ui import theme
    from ui.front import Front
    from ui.main_window import MainWindow

    window = MainWindow(home.root / _STATE_FILE if home.writable else None, __version__)
    window.set_theme(loaded.values.window.theme)
    _log.debug("theme %s", theme.current().name)
    catch_bugs(app, window, logs.file)
    show_notices(window, [*home.notices, *logs.notices, *(problem.sentence for problem in loaded.problems)])
    signal.signal(signal.SIGINT, lambda *_: window.close())
    front = Front(
        window, partial(_open, loaded, home), logs.live, open_damaged=partial(_open, loaded, home, repairing=True)
    )
    window.show()
    front.start()
    calm_collector()
    code = app.exec()
    ended = front.stop()
    if front.start_anew:
        _start_anew()
    if not ended:
        _end_at_once(code)
    return code


def _start_anew() -> None:
    """Start the program once more, as it was started; where the system can, in the place of this process."""
    command = [sys.executable, *sys.orig_argv[1:]]
    logging.shutdown()
    if sys.platform == "win32":
        from PySide6.QtCore import QProcess

        QProcess.startDetached(command[0], command[1:])
    else:
        os.execv(command[0], command)


def _end_at_once(code: int) -> NoReturn:
    """End without taking down threads that hang at a share that is gone: Qt would abort."""
    logging.shutdown()
    os._exit(code)


def calm_collector() -> None:
    """Let the garbage collector leave alone what lives as long as the window, and come less often.

    Its full passes go over every row that a list holds, in whichever thread asks for memory: at a hundred thousand
    rows that is a stall of the window which can be felt. So is a pass over the middle-aged, where they are many: of
    two million rows just read it takes most of a second. So it comes often enough to find few.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 5, 50_000)


def _open(loaded: LoadedSettings, home: Home, *, repairing: bool = False) -> "Engine":
    from app.engine import open_engine

    return open_engine(loaded, home, repairing=repairing)


def show_notices(window: "MainWindow", sentences: list[str]) -> None:
    """What the start has to say, as banners."""
    from ui.widgets.banner import BannerKind, BannerView

    for number, sentence in enumerate(sentences):
        window.banners.show_banner(BannerView(f"start.{number}", sentence, BannerKind.WARNING))


def catch_bugs(app: "QApplication", window: "MainWindow", log_file: Path | None = None) -> None:
    """Send whatever nobody caught to the log and tell it in a notice; exit code 70 where the window is of no use.

    Faults of other threads reach the window through a queued signal.
    """
    from ui.bug_dialog import BugReporter, bug_of

    reporter = BugReporter(window, log_file)
    reporter.told.connect(app.exit)

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
            return
        _log.critical("This should not have happened", exc_info=(kind, error, trace))
        reporter.happened.emit(bug_of(error))

    def caught_in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            caught(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = caught
    threading.excepthook = caught_in_thread


if __name__ == "__main__":
    sys.exit(main())

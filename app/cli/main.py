"""`reelmark`: what is called before anything heavy is loaded, and the table of commands.

`--version`, the window and child processes are dealt with here, in milliseconds; a command's module is imported when
that command is asked for.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from app import __version__
from app.errors import InputError, MissingPart


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A command or group: its name, the module that has it (as `app`, a Typer, or `command`), its line of help."""

    name: str
    module: str
    help: str


COMMANDS = (
    CommandEntry("demo", "app.cli.demo", "Make a small media library and walk through it."),
    CommandEntry("scan", "app.cli.scan", "Catalogue a drive or folder."),
    CommandEntry("pictures", "app.cli.pictures", "Make the pictures that a drive lacks."),
    CommandEntry("drives", "app.cli.drives", "The catalogued drives."),
    CommandEntry("search", "app.cli.search", "Find files by name and path, connected or not."),
    CommandEntry("similar", "app.cli.similar", "Files that are made like an OpenEXR file, and in what they differ."),
    CommandEntry("report", "app.cli.report", "Summaries of what drives hold: totals, folders, duplicates."),
    CommandEntry("verify", "app.cli.verify", "Read media again and compare with the kept hashes."),
    CommandEntry("copies", "app.cli.copies", "What has copies elsewhere, and what may be wiped."),
    CommandEntry("history", "app.cli.history", "What became of a drive and of its files over time."),
    CommandEntry("export", "app.cli.export", "Write the inventory to CSV, JSON lines or EFU, facts to tables."),
    CommandEntry("info", "app.cli.info", "Versions, paths, external tools and the machine."),
    CommandEntry("settings", "app.cli.settings", "Show, check and change the settings."),
    CommandEntry("maintain", "app.cli.maintain", "Check, back up, vacuum and mend the catalogue and the shards."),
    CommandEntry("serve", "app.cli.serve", "Serve the catalogue to programs on this machine (HTTP)."),
    CommandEntry("tools", "app.cli.tools", "External programs: what is there, and how to get the rest."),
    CommandEntry("check", "app.cli.check", "Judge files, sequences and drives by a policy."),
    CommandEntry("qc", "app.cli.qc", "Sidecars and verdicts beside the media."),
    CommandEntry("inspect", "app.cli.inspect", "Everything known of a file or sequence, without a catalogue."),
    CommandEntry("diff", "app.cli.diff", "In what two pictures or two sequences differ."),
    CommandEntry("sequences", "app.cli.sequences", "The file sequences of a folder, without a catalog."),
    CommandEntry("validate", "app.cli.validate", "Missing frames, show by show and shot by shot."),
    CommandEntry("disk", "app.cli.disk", "What shots take up, show by show, against a threshold."),
    CommandEntry("sample-sequence", "app.cli.samplesequence", "Make a synthetic file sequence."),
)

#: Programs that the bundle's executable starts under `-m`, as Python does outside a bundle.
_BUNDLED_MODULES = ("ui", "app")


def main(argv: list[str] | None = None) -> int:
    """Run one command line and return its exit code.

    Args:
        argv: the arguments without the program's name; those of the process when omitted.
    """
    arguments = sys.argv[1:] if argv is None else argv
    if arguments[:1] == ["--child"]:
        from app.jobs.childmain import child_main

        child_main(arguments[1:])
        return 0
    frozen = bool(getattr(sys, "frozen", False))
    if frozen and arguments[:1] == ["-m"] and arguments[1:2] and arguments[1] in _BUNDLED_MODULES:
        return _run_bundled(arguments[1], arguments[2:])
    if arguments == ["--version"]:
        try:
            sys.stdout.write(f"reelmark {__version__}\n")
            sys.stdout.flush()
        except OSError as error:
            sys.stderr.write(f"Error: The output could not be written: {error.strerror}\n")
            return InputError.exit_code
        return 0
    from app.cli.edge import run_command_line

    return run_command_line(arguments)


def has_display() -> bool:
    """Whether there is something to open a window on."""
    if sys.platform in ("win32", "darwin") or "QT_QPA_PLATFORM" in os.environ:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_window(arguments: list[str]) -> int:
    """Start the window as a process of its own with these global options, and return its exit code.

    Raises:
        MissingPart: there is no display.
    """
    if not has_display():
        raise MissingPart(
            "There is no display to open the window on.",
            hint="`reelmark --help` lists the commands that need none.",
            code="display.missing",
        )
    safe_path = [] if getattr(sys, "frozen", False) else ["-P"]
    command = [sys.executable, *safe_path, "-m", "ui", *arguments]
    ours = [str(Path(__file__).resolve().parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(ours)}
    sys.stdout.flush()
    sys.stderr.flush()
    if sys.platform == "win32":
        import subprocess

        return subprocess.run(command, env=environment, check=False).returncode
    return os.execve(command[0], command, environment)


def _run_bundled(module: str, arguments: list[str]) -> int:
    """Run one of our programs inside the bundle's executable, as `python -m module` would."""
    if module == "app":
        return main(arguments)
    import runpy

    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    return 0

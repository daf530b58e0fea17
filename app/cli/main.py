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
    CommandEntry("report", "app.cli.report", "Summaries of what drives hold: totals, folders, duplicates."),
    CommandEntry("verify", "app.cli.verify", "Read media again and compare with the kept hashes."),
    CommandEntry("copies", "app.cli.copies", "What has copies elsewhere, and what may be wiped."),
    CommandEntry("history", "app.cli.history", "What became of a drive and of its files over time."),
    CommandEntry("info", "app.cli.info", "Versions, paths, external tools and the machine."),
    CommandEntry("settings", "app.cli.settings", "Show, check and change the settings."),
    CommandEntry("serve", "app.cli.serve", "Serve the catalogue to programs on this machine (HTTP)."),

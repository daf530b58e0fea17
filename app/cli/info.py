"""`reelmark info`: versions, paths, tools and the machine, for a report of a fault or of a speed."""

import dataclasses
import platform
import sys
from typing import Any

import typer

from app import __version__
from app.cli.front import Front, JsonOption, front_of
from app.cli.output import human_bytes, print_lines
from app.cli.table import print_table
from app.machine import Machine, this_machine
from app.mounts import filesystem_type, is_local_disk
from app.tools import Tool, find_tools

app = typer.Typer()


@app.command()
def info(ctx: typer.Context, json: JsonOption = False) -> int:
    """Print versions, paths, external tools and the machine."""
    front = front_of(ctx)
    tools = find_tools(front.settings)
    machine = this_machine()
    if json:
        front.emit(info_document(front, tools, machine))
    else:
        _print_info(front, tools, machine)
    return 0


def info_document(front: Front, tools: tuple[Tool, ...], machine: Machine) -> dict[str, Any]:
    """The facts as the command line prints them in JSON. Null means: not looked at, or could not be learnt."""
    home = front.home
    return {
        "version": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "home": {
            "path": home.root,
            "source": home.source,
            "writable": home.writable,
            "exists": home.root.is_dir(),
            "filesystem": filesystem_type(home.root) or None,
            "local": is_local_disk(home.root),
            "settings": front.settings.file.absolute(),
            "log": front.logging.file,
        },
        "tools": [dataclasses.asdict(tool) for tool in tools],
        "gpu": {
            "policy": None,
            "provider": "CPU",
            "reason": "No operation of this version uses a GPU; none was looked for.",
            "devices": None,
            "hwaccel": None,
        },
        "services": {},
        "machine": dataclasses.asdict(machine),
    }


def _print_info(front: Front, tools: tuple[Tool, ...], machine: Machine) -> None:
    home = front.home
    memory = human_bytes(machine.memory_bytes) if machine.memory_bytes else "unknown"
    state = "" if home.writable else ", read-only"
    print_lines(
        f"Reelmark {__version__}, Python {platform.python_version()} ({sys.executable})",
        f"Platform   {platform.platform()}",
        f"Processor  {machine.cpu or 'unknown'}, {machine.usable_cores} of {machine.cores} cores, {memory} memory",
        f"SQLite     {machine.sqlite}",
        f"Home       {home.root} ({home.source}{state}), {filesystem_type(home.root) or 'unknown file system'}",
        f"Log        {front.logging.file or 'none'}",
        "",
    )
    print_table(
        ("tool", "version", "path or hint"),
        [(tool.name, tool.version or ("?" if tool.path else "-"), tool.path or tool.hint) for tool in tools],
    )

"""Every external program: found or not, what it is for, what is limited without it, and how to get it."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.diagnostics.packages import InstallPlan, install_plan
from app.engine import Engine
from app.errors import InputError, UsageError
from app.settings import LoadedSettings, set_value
from app.tools import TOOL_NAMES, Program, Tool, ask, find_tool, is_program, own_file, program_of


@dataclass(frozen=True, slots=True)
class ToolStatus:
    """One program.

    Attributes:
        tool: whether and where it is.
        program: what it is for.
        plan: how the system's package manager would install it; None where there is none, or it is there.
    """

    tool: Tool
    program: Program
    plan: InstallPlan | None = None

    def document(self) -> dict[str, Any]:
        """Its JSON."""
        return {
            **dataclasses.asdict(self.tool),
            "used_for": self.program.used_for,
            "without": self.program.without,
            "install": dataclasses.asdict(self.plan) if self.plan else None,
        }


def tools_overview(settings: LoadedSettings) -> list[ToolStatus]:
    """Every program, in their order. Each is asked for its version, which takes some seconds where one hangs."""
    return [tool_status(name, settings) for name in TOOL_NAMES]


def tool_status(name: str, settings: LoadedSettings) -> ToolStatus:
    """One program.

    Raises:
        UsageError: no such program is used.
    """
    known = known_program(name)
    tool = find_tool(name, settings)
    return ToolStatus(tool, known, None if tool.found else install_plan(name))


def known_program(name: str) -> Program:
    """What is known of a program.

    Raises:
        UsageError: no such program is used.
    """
    try:
        return program_of(name)
    except ValueError as error:
        raise UsageError(str(error), hint=f"Known tools: {', '.join(TOOL_NAMES)}.", code="tool.unknown") from error


def locate_tool(engine: Engine, name: str, path: str) -> Tool:
    """Keep in the settings where a program is, once it answered there; the tool.

    Args:
        engine: whose settings; they know the path from then on.
        name: the program.
        path: its file, or the folder it lies in.

    Raises:
        UsageError: no such program is used.
        InputError: what is there is not that program.
        BadSettings: the settings file cannot be written.
    """
    program = known_program(name)
    place = Path(path).expanduser().absolute()
    if place.is_dir():
        place = own_file(name, place)
    if not is_program(place):
        raise InputError(f"{place} is no program", hint=f"Choose the file of {name}.", code="tool.not_there")
    tool = ask(program, place)
    if not tool.found:
        raise InputError(f"{place} does not answer as {name}", hint=tool.hint, code="tool.not_there")
    loaded = engine.loaded
    file = None if loaded.file == loaded.home.settings else loaded.file
    key = f"tools.{name}"
    set_value(loaded.home, key, str(place), file=file)
    if loaded.source(key) in ("default", str(loaded.file)):
        tools = dataclasses.replace(loaded.values.tools, **{name: str(place)})
        engine.loaded = dataclasses.replace(
            loaded,
            values=dataclasses.replace(loaded.values, tools=tools),
            sources={**loaded.sources, key: str(loaded.file)},
        )
    return tool

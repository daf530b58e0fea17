"""`reelmark tools`: the external programs."""

import sys
from typing import Annotated

import typer

from app.cli.front import JsonOption, front_of, run_operation
from app.cli.output import print_lines, say
from app.cli.table import print_table
from app.diagnostics.installing import InstallRequest, InstallResult, require_plan
from app.diagnostics.overview import ToolStatus, known_program, locate_tool, tool_status, tools_overview
from app.errors import UsageError

app = typer.Typer(help="External programs: what is there, and how to get the rest.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A name of `tools list`.")]


@app.command("list")
def list_tools(ctx: typer.Context, json: JsonOption = False) -> int:
    """List the programs: found, version, path, and what is limited without them."""
    front = front_of(ctx)
    tools = tools_overview(front.settings)
    if json:
        front.emit({"tools": [status.document() for status in tools]})
        return 0
    print_table(
        ("tool", "version", "path or what is limited without it"),
        [
            (status.tool.name, status.tool.version or "-", status.tool.path if status.tool.found else _lacking(status))
            for status in tools
        ],
    )
    return 0


@app.command("locate")
def locate(
    ctx: typer.Context,
    name: Name,
    path: Annotated[str, typer.Argument(metavar="PATH", help="The program's file, or the folder it lies in.")],
    json: JsonOption = False,
) -> int:
    """Keep in the settings where a program is, once it answered there."""
    front = front_of(ctx)
    front.require_writing()
    tool = locate_tool(front.engine, name, path)
    if json:
        front.emit({"tools": [tool_status(name, front.engine.loaded).document()]})
    else:
        print_lines(f"{name} {tool.version} is used from {tool.path}")
    return 0


@app.command("install")
def install(
    ctx: typer.Context,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Agree to the command that is shown.")] = False,
    source: Annotated[
        str, typer.Option("--from", metavar="FILE|URL", help="A portable copy: the program, or a zip or tar with it.")
    ] = "",
    sha256: Annotated[str, typer.Option("--sha256", metavar="HEX", help="What that file must be.")] = "",
    json: JsonOption = False,
) -> int:
    """Install a program by the system's package manager, or as a portable copy under the working directory."""
    front = front_of(ctx)
    known_program(name)
    front.require_writing()
    if source:
        request = InstallRequest(name, source=source, sha256=sha256)
    else:
        plan = require_plan(name)
        say(f"This will be run: {plan.line}")
        if not yes and not (sys.stdin.isatty() and typer.confirm("Go on?", err=True)):
            raise UsageError("nothing was run", hint=f"Agree with --yes, or run it yourself: {plan.line}")
        request = InstallRequest(name, agreed=plan.command)
    result: InstallResult = run_operation(front, "install_tool", request)
    if json:
        front.emit({"tools": [tool_status(name, front.engine.loaded).document()], "manager": result.manager})
    else:
        print_lines(f"{name} {result.tool.version} is at {result.tool.path}")
    return 0


def _lacking(status: ToolStatus) -> str:
    """What is limited without a program, and how to get it."""
    get = f" Get it: {status.plan.line}" if status.plan else f" {status.tool.hint}"
    return f"{status.program.without[0].upper()}{status.program.without[1:]}{get}"

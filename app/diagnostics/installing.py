"""The operation that installs a program, by the system's package manager or as a portable copy."""

import os
import queue
import subprocess
import threading
from dataclasses import dataclass
from typing import IO

from app.diagnostics.overview import known_program
from app.diagnostics.packages import InstallPlan, install_plan
from app.diagnostics.portable import install_portable
from app.engine import Engine
from app.errors import MissingPart, UsageError
from app.jobs.events import Stage
from app.jobs.job import Job
from app.log import visible
from app.tools import Tool, find_tool, kill_all

_LAST_LINES = 5
_LOOK_AGAIN_S = 0.2


@dataclass(frozen=True, slots=True)
class InstallRequest:
    """What is to be installed, and how.

    Attributes:
        name: the program.
        agreed: the command of the package manager that was shown to the user, who agreed to it.
        source: for a portable copy, a file or an address.
        sha256: of that file.
    """

    name: str
    agreed: tuple[str, ...] = ()
    source: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class InstallResult:
    """What was installed, and by whom: `apt`, `brew`, `winget` or `portable`."""

    tool: Tool
    manager: str


def install_tool(engine: Engine, request: InstallRequest, job: Job) -> InstallResult:
    """Install a program.

    Raises:
        UsageError: no such program, or nobody agreed to the command that would be run.
        MissingPart: there is no package manager that has it, a person must run it, or it failed.
        InputError: the portable copy cannot be used.
        Cancelled: it was stopped.
    """
    known_program(request.name)
    if request.source:
        tool = install_portable(engine.home, request.name, request.source, request.sha256, job)
        in_force = find_tool(request.name, engine.loaded)
        if in_force.path != tool.path:
            job.notice(
                "tool.overridden",
                f"{request.name} was put under {engine.home.bin}, but the settings name {in_force.path or 'another'}.",
                f"Empty the setting tools.{request.name} to use the copy.",
            )
        return InstallResult(tool, "portable")
    plan = require_plan(request.name)
    if request.agreed != plan.command:
        raise UsageError(f"nobody agreed to run: {plan.line}", hint="Look at the command, then agree to it.")
    _run(plan, job)
    tool = find_tool(request.name, engine.loaded)
    if not tool.found:
        raise MissingPart(f"{plan.line} ended well, but {request.name} is not found", hint=tool.hint)
    return InstallResult(tool, plan.manager)


def require_plan(name: str) -> InstallPlan:
    """How the system's package manager installs a program, if this process may let it.

    Raises:
        MissingPart: there is none that has it, or only a person with more rights may run it.
    """
    plan = install_plan(name)
    if plan is None:
        raise MissingPart(
            f"no package manager of this system is known to have {name}",
            hint=f"{known_program(name).hint} Then: reelmark tools locate {name} PATH, or install a portable copy.",
            code="tool.no_package",
        )
    if not plan.runs:
        raise MissingPart(
            f"{plan.package} has to be installed by the administrator of this machine",
            hint=f"Run: {plan.line}",
            code="tool.needs_root",
            context={"command": plan.line},
        )
    return plan


def _run(plan: InstallPlan, job: Job) -> None:
    """Run the package manager; what it says is the progress. It is killed with all it started when the job is stopped.

    Raises:
        MissingPart: it failed.
    """
    job.stage(Stage.INSTALL)
    said: list[str] = []
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        process = subprocess.Popen(
            plan.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise _failed(plan, error.strerror or str(error), said) from error
    with process:
        try:
            _listen(process, said, job)
        except BaseException:
            kill_all(process)
            raise
    if process.returncode:
        raise _failed(plan, f"it ended with {process.returncode}", said)


def _listen(process: "subprocess.Popen[bytes]", said: list[str], job: Job) -> None:
    """Take what a program says, line by line, until it has ended."""
    lines: queue.Queue[bytes] = queue.Queue()
    assert process.stdout is not None
    reader = threading.Thread(target=_pump, args=(process.stdout, lines), name="package manager", daemon=True)
    reader.start()
    while True:
        try:
            line = lines.get(timeout=_LOOK_AGAIN_S)
        except queue.Empty:
            job.check()
            if process.poll() is not None:
                return
            continue
        if not line:
            process.wait()
            return
        text = visible(line.decode("utf-8", "replace").strip())
        if text:
            said.append(text)
            job.progress(len(said), current=text)


def _pump(stream: IO[bytes], lines: "queue.Queue[bytes]") -> None:
    for line in stream:
        lines.put(line)
    lines.put(b"")


def _failed(plan: InstallPlan, why: str, said: list[str]) -> MissingPart:
    last = " ".join(said[-_LAST_LINES:])
    return MissingPart(
        f"{plan.line} failed: {why}",
        hint=f"It said: {last}" if last else "Run it in a terminal to see why.",
        code="tool.not_installed",
        context={"command": plan.line, "output": said[-50:]},
    )

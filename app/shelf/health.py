"""Asking a drive after its health, and keeping what it says."""

from contextlib import closing
from dataclasses import dataclass
from typing import Any

from app.drives.health import ask_health, device_to_ask
from app.engine import Engine
from app.errors import DriveGone, MissingPart
from app.jobs.children import ChildFailed, stream
from app.jobs.framing import Send
from app.jobs.job import Job
from app.model.drives import Drive, DriveHealth
from app.tools import find_tool

_ANSWER_S = 90.0


@dataclass(frozen=True, slots=True)
class DriveHealthRequest:
    """The drive to ask, by label or id."""

    drive: str


@dataclass(frozen=True, slots=True)
class DriveHealthResult:
    """The drive, and what it says of itself; `kept` is False for an answer that says nothing."""

    drive: Drive
    health: DriveHealth
    kept: bool


def drive_health(engine: Engine, request: DriveHealthRequest, job: Job) -> DriveHealthResult:
    """Ask a connected drive through smartctl, and keep what it says beside what it said before.

    Raises:
        InputError: there is no such drive.
        DriveGone: it is not connected, or does not answer.
        MissingPart: smartctl is not installed.
    """
    drive = engine.catalog.drive(request.drive)
    job.concerns(drive.id, drive.label)
    if not drive.online:
        raise DriveGone(f"{drive.label} is not connected", hint="Plug it in, then ask again.")
    if drive.passport.network:
        return DriveHealthResult(drive, DriveHealth(reasons=("a share tells nothing of its disks",)), False)
    tool = find_tool("smartctl", engine.loaded)
    if not tool.found:
        raise MissingPart(
            "smartctl, which asks drives after their health, is missing", hint=tool.hint, context={"tool": "smartctl"}
        )
    health = _asked(tool.path, drive, job)
    kept = health.state != "unknown" and engine.home.writable
    return DriveHealthResult(drive, engine.catalog.health.add(drive.id, health) if kept else health, kept)


def serve(request: dict[str, Any], send: Send) -> None:
    """The child's side."""
    send(ask_health(request["smartctl"], request["device"]).to_json())


def _asked(smartctl: str, drive: Drive, job: Job) -> DriveHealth:
    device = device_to_ask(drive.passport)
    if not device:
        return DriveHealth(reasons=("no device of this machine is known below it",))
    request = {"smartctl": smartctl, "device": device}
    try:
        with closing(stream("app.shelf.health:serve", request, job.token, silence_s=_ANSWER_S)) as answers:
            for header, _ in answers:
                return DriveHealth.from_json(header)
    except ChildFailed as error:
        raise DriveGone(f"{drive.label} does not answer: {error.message}", hint="Check its connection.") from error
    return DriveHealth()

"""What a person knows of a drive: its label, the shelf it stands on, a note, who has it."""

from dataclasses import dataclass
from typing import Any

from app.engine import Engine
from app.errors import UsageError
from app.jobs.job import Job
from app.log import visible
from app.model.drives import Drive
from app.model.times import now_us

_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class DescribeDriveRequest:
    """A change to what is known of a drive. None leaves a thing as it is, an empty text takes it away.

    Attributes:
        drive: label or id.
        label: what it is called.
        place: the shelf it stands on.
        note: whatever is worth knowing.
        lent_to: who has it; empty says that it came back.
    """

    drive: str
    label: str | None = None
    place: str | None = None
    note: str | None = None
    lent_to: str | None = None


def describe_drive(engine: Engine, request: DescribeDriveRequest, job: Job) -> Drive:
    """Keep what was told; the drive as it is then.

    Raises:
        InputError: there is no such drive.
        UsageError: the label is taken or ambiguous, or a text is too long.
    """
    engine.home.prepare()
    drive = engine.catalog.drive(request.drive)
    job.concerns(drive.id, drive.label)
    if request.label is not None:
        drive = engine.catalog.rename_drive(drive, request.label)
    told: dict[str, Any] = {}
    for name in ("place", "note", "lent_to"):
        text = getattr(request, name)
        if text is not None:
            told[name] = _checked(name, text)
    if "lent_to" in told:
        told["lent_us"] = now_us() if told["lent_to"] else None
    return engine.catalog.describe_drive(drive, **told) if told else drive


def _checked(name: str, text: str) -> str:
    text = text.strip() if name == "note" else visible(" ".join(text.split()))
    if len(text) > _LONGEST:
        raise UsageError(f"{name.replace('_', ' ')} has more than {_LONGEST:,} characters", hint="Make it shorter.")
    return text

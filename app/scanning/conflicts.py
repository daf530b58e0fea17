"""What a scan answers where the evidence contradicts a drive's passport: both passports, and what to do."""

import shlex
from typing import Any

from app.drives.recognition import SENTENCES, Recognition, Verdict
from app.errors import HeldByAnother
from app.model.drives import Drive, Passport
from app.model.names import shown

#: Evidence that a message shows, where it is known.
_SHOWN = (
    *("filesystem_uuid", "filesystem_type", "label", "device", "mount", "capacity_bytes", "partition_uuid"),
    *("table_uuid", "serial", "wwn", "model", "image", "server", "share", "marker"),
)


def evidence(base: str, passport: Passport) -> dict[str, str | int]:
    """What is known of a volume, for a person to compare."""
    known = {name: getattr(passport, name) for name in _SHOWN}
    return {"base": shown(base), **{name: _text(value) for name, value in known.items() if value}}


def conflict(drive: Drive, base: str, found: Passport, recognition: Recognition) -> HeldByAnother:
    """The error for a label that names another drive than the folder lies on."""
    verdict = recognition.verdict
    if verdict is Verdict.CLONE:
        what, hint = f"{shown(base)} is a byte clone of it", _hint_for_new("A clone needs", base)
    elif verdict is Verdict.REFORMATTED:
        what, hint = f"the disk at {shown(base)} is the same one, re-formatted", _hint_of_reformatted(drive, base)
    else:
        is_volume = verdict is Verdict.OTHER
        what = f"{shown(base)} is another {'volume' if is_volume else 'folder'}"
        hint = "Give it a label of its own with --drive, or leave --drive away."
    return HeldByAnother(
        f"{drive.label} is the drive at {shown(drive.base)}; {what}",
        hint=hint,
        code="drive.conflict",
        context=_context(drive, base, found, recognition),
    )


def doubtful(drive: Drive, base: str, found: Passport, recognition: Recognition) -> HeldByAnother:
    """The error where the evidence does not decide and a person has to."""
    return HeldByAnother(
        f"{shown(base)} may be the drive {drive.label} or another one: {_why(recognition)}",
        hint=f"If it is {drive.label}, say so: --drive {shlex.quote(drive.label)}. Else give it a label of its own.",
        code="drive.ask",
        context=_context(drive, base, found, recognition),
    )


def not_new(drive: Drive, base: str, found: Passport, recognition: Recognition) -> HeldByAnother:
    """The error for a folder without a label that is a clone of a known drive, or on its re-formatted disk."""
    if recognition.verdict is Verdict.CLONE:
        what, hint = f"is a byte clone of the drive {drive.label}", _hint_for_new("A clone needs", base)
    else:
        what = f"lies on the disk of the drive {drive.label}, which was re-formatted"
        hint = _hint_of_reformatted(drive, base)
    return HeldByAnother(
        f"{shown(base)} {what}: {_why(recognition)}",
        hint=hint,
        code=f"drive.{recognition.verdict}",
        context=_context(drive, base, found, recognition),
    )


def _why(recognition: Recognition) -> str:
    return "; ".join(recognition.reasons[:3]) or "nothing tells them apart"


def _hint_for_new(needs: str, base: str) -> str:
    return f"{needs} a label of its own: reelmark scan {shlex.quote(shown(base))} --drive NEW. Nothing was written."


def _hint_of_reformatted(drive: Drive, base: str) -> str:
    label = shlex.quote(drive.label)
    return (
        f"To catalogue what is on it now: reelmark scan {shlex.quote(shown(base))} --drive NEW. The records of "
        f"{drive.label} stay; reelmark drives forget {label} takes them away. Nothing was written."
    )


def _context(drive: Drive, base: str, found: Passport, recognition: Recognition) -> dict[str, Any]:
    return {
        "drive": drive.label,
        "verdict": str(recognition.verdict),
        "meaning": SENTENCES[recognition.verdict],
        "confidence": recognition.confidence,
        "reasons": [shown(reason) for reason in recognition.reasons],
        "recorded": evidence(drive.base, drive.passport),
        "found": evidence(base, found),
    }


def _text(value: str | int) -> str | int:
    return shown(value) if isinstance(value, str) else value

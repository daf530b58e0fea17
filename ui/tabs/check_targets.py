"""What of a drive somebody points at to have it checked against a policy."""

from dataclasses import dataclass

from app.model.drives import Drive
from app.model.names import shown
from ui.models.queue_rows import QueueRow
from ui.models.review_model import Line


@dataclass(frozen=True, slots=True)
class CheckTarget:
    """What somebody wants to be checked.

    Attributes:
        drive_id: its drive; empty for one that is still to be chosen.
        folder: relative to the drive's base, raw bytes; None for the whole drive.
        name: of an asset in the folder, raw bytes; empty for the whole folder.
    """

    drive_id: str = ""
    folder: bytes | None = None
    name: bytes = b""


def check_targets(drive: Drive | None, line: Line | None) -> list[tuple[str, CheckTarget]]:
    """What can be checked from a line of the queue, in words, the smallest first; nothing without a drive."""
    if drive is None:
        return []
    found = []
    if isinstance(line, QueueRow):
        found.append((f"Check {line.text} against a policy…", CheckTarget(drive.id, line.folder, line.name)))
    folder = line.folder if isinstance(line, QueueRow) else line
    if folder:
        found.append((f"Check the folder {shown(folder)}…", CheckTarget(drive.id, folder)))
    return [*found, (f"Check the drive {drive.label}…", CheckTarget(drive.id))]

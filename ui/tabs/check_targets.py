"""What of a drive somebody points at to have it checked against a policy."""

from dataclasses import dataclass
from itertools import islice

from app.model.drives import Drive
from app.model.names import shown
from ui import formats
from ui.models.queue_rows import AssetId, QueueRow
from ui.models.review_model import Line, ReviewQueue

#: Of more than so many assets their folder or drive is checked: each is looked up by its name.
MOST_SHOWN = 1000
TOO_MANY = f"More than {formats.count(MOST_SHOWN)} assets are shown: filter them, or check a folder or the drive."


@dataclass(frozen=True, slots=True)
class CheckTarget:
    """What somebody wants to be checked.

    Attributes:
        drive_id: its drive; empty for one that is still to be chosen.
        folder: relative to the drive's base, raw bytes; None for the whole drive.
        name: of an asset in the folder, raw bytes; empty for the whole folder.
        assets: folders and names of several assets instead, those that the queue shows.
    """

    drive_id: str = ""
    folder: bytes | None = None
    name: bytes = b""
    assets: tuple[AssetId, ...] = ()


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


def shown_target(drive: Drive, model: ReviewQueue) -> CheckTarget | None:
    """The assets that the filter lets through, headings left out; None for more than `MOST_SHOWN`.

    Where that is one, it is pointed at alone.
    """
    rows = (model.row_at(model.index(place)) for place in range(model.rowCount()))
    found = tuple(islice((row.id for row in rows if row is not None and row.id != model.outside), MOST_SHOWN + 1))
    if len(found) > MOST_SHOWN:
        return None
    return CheckTarget(drive.id, *found[0]) if len(found) == 1 else CheckTarget(drive.id, assets=found)

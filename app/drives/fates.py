"""Which drives are lost together: folders of one volume, partitions of one disk, shares of one server."""

from collections.abc import Sequence

from app.model.drives import Drive


def share_a_fate(one: Drive, other: Drive) -> bool:
    """Whether what takes one drive takes the other too, as far as their passports tell.

    A byte clone has the volume's identity of its original, but is another disk.
    """
    mine, theirs = one.passport, other.passport
    if one.id == other.id:
        return True
    if other.id == mine.clone_of or one.id == theirs.clone_of:
        return False
    if mine.network and theirs.network and mine.server and theirs.server:
        return mine.server == theirs.server
    if mine.serial and theirs.serial:
        return (mine.serial, mine.model) == (theirs.serial, theirs.model)
    if mine.filesystem_uuid and theirs.filesystem_uuid:
        return mine.filesystem_uuid == theirs.filesystem_uuid
    return mine.device.startswith("/") and mine.device == theirs.device


def fates(drives: Sequence[Drive]) -> dict[str, str]:
    """For each drive's id that of the first drive that it is lost together with: its own where there is none."""
    found: dict[str, str] = {}
    for number, drive in enumerate(drives):
        first = next((known for known in drives[:number] if share_a_fate(known, drive)), drive)
        found[drive.id] = found.get(first.id, first.id)
    return found

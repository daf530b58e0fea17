"""Which drives are lost together: folders of one volume, partitions of one disk, shares of one server."""

from collections.abc import Sequence

from app.drives.identity import path_in_volume
from app.drives.recognition import same_volume_id
from app.drives.shares import same_server
from app.model.drives import Drive, Passport

_USB = "usb"


def share_a_fate(one: Drive, other: Drive) -> bool:
    """Whether what takes one drive takes the other too, as far as their passports tell.

    A byte clone has the volume's identity of its original, but is another disk. Where nothing tells two volumes of one
    name apart, they are taken for one.
    """
    mine, theirs = one.passport, other.passport
    if one.id == other.id or _holds_image(one, theirs) or _holds_image(other, mine):
        return True
    hardware = _same_hardware(mine, theirs)
    if hardware:
        return True
    if other.id == mine.clone_of or one.id == theirs.clone_of:
        return False
    if mine.network and theirs.network and mine.server and theirs.server:
        return same_server(mine.server, theirs.server)
    same = _same_volume(mine, theirs)
    if same:
        return hardware is None or _USB in (mine.transport, theirs.transport)
    return hardware is None and (_same_table(mine, theirs) or (same is None and _same_device(mine, theirs)))


def share_files(one: Drive, other: Drive) -> bool:
    """Whether one drive's base is that of the other, or lies in it, seen through another mount of the same volume."""
    if one.id == other.id:
        return True
    mine, theirs = one.passport, other.passport
    if not (mine.mount and theirs.mount) or mine.capacity_bytes != theirs.capacity_bytes:
        return False
    if mine.clone_of or theirs.clone_of or _same_hardware(mine, theirs) is False:
        return False
    same = _same_volume(mine, theirs)
    if not same and (same is False or not _same_device(mine, theirs)):
        return False
    paths = [path_in_volume(drive.base, drive.passport).strip("/") + "/" for drive in (one, other)]
    inner, outer = sorted(("" if path == "/" else path for path in paths), key=len, reverse=True)
    return inner.startswith(outer)


def overwritten(drives: Sequence[Drive]) -> frozenset[str]:
    """Ids of the drives that are lost, for their disk was formatted anew and is catalogued as another drive since."""
    known = {drive.id: drive for drive in drives}
    lost = {drive.passport.replaces for drive in drives if drive.passport.replaces in known}
    volumes = {known[drive_id].passport.filesystem_uuid for drive_id in lost} - {""}
    beside = {drive.id for drive in drives if drive.passport.filesystem_uuid in volumes and not drive.passport.clone_of}
    return frozenset(lost | beside)


def fates(drives: Sequence[Drive]) -> dict[str, str]:
    """For each drive's id that of the first drive that it is lost together with: its own where there is none."""
    found: dict[str, str] = {}
    for number, drive in enumerate(drives):
        first = next((known for known in drives[:number] if share_a_fate(known, drive)), drive)
        found[drive.id] = found.get(first.id, first.id)
    return found


def _same_volume(mine: Passport, theirs: Passport) -> bool | None:
    """Whether two file systems are one by what they or their partitions are called; None where nothing tells."""
    if mine.partition_uuid and mine.partition_uuid.lower() == theirs.partition_uuid.lower():
        return True
    if not (mine.filesystem_uuid and theirs.filesystem_uuid):
        return None
    return bool(same_volume_id(mine.filesystem_uuid, theirs.filesystem_uuid))


def _same_hardware(mine: Passport, theirs: Passport) -> bool | None:
    """Whether two volumes lie on one disk by what that says of itself; None where it says nothing."""
    if mine.serial and theirs.serial:
        return (mine.serial, mine.model) == (theirs.serial, theirs.model)
    if mine.wwn and theirs.wwn:
        return mine.wwn == theirs.wwn
    return True if mine.image and mine.image == theirs.image else None


def _same_table(mine: Passport, theirs: Passport) -> bool:
    """Whether two volumes are partitions of one disk, by its partition table."""
    return bool(mine.table_uuid) and mine.table_uuid.lower() == theirs.table_uuid.lower()


def _same_device(mine: Passport, theirs: Passport) -> bool:
    """Whether two volumes without an id of their own are one: the device, a pool, what is mounted at one place.

    Where the system tells nothing but how large they are, as in a changed root, two of one size are taken for one.
    """
    if not (mine.device or theirs.device):
        return bool(mine.capacity_bytes) and mine.capacity_bytes == theirs.capacity_bytes
    if mine.filesystem_type == theirs.filesystem_type == "zfs":
        return mine.device.split("/")[0] == theirs.device.split("/")[0]
    if not mine.device or mine.device != theirs.device:
        return False
    return mine.device.startswith(("/", "\\")) or (bool(mine.mount) and mine.mount == theirs.mount)


def _holds_image(drive: Drive, passport: Passport) -> bool:
    """Whether a disk image lies on a drive, as a file."""
    image = passport.image.removesuffix(" (deleted)")
    places = {drive.base, drive.passport.mount} - {"", "/"}
    return any(image.startswith(place.rstrip("/") + "/") for place in places)

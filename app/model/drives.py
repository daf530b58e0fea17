"""A drive and the evidence that says it is the same one again."""

import dataclasses
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Passport:
    """Evidence about the volume below a drive's base. Empty values and zeros mean: could not be learnt.

    Attributes:
        filesystem_uuid: what the file system calls itself: a UUID, the serial number of a FAT or NTFS volume; of a
            share what was mounted.
        filesystem_type: `ext4`, `exfat`, ...
        device: what is mounted (`/dev/sda1`, `nas:/media`).
        mount: where the volume is mounted.
        root: the folder of it that is seen there (more than `/` for a bind mount).
        label: the volume's own label.
        capacity_bytes, free_bytes: of the file system.
        network: whether another machine serves it.
        folder_id: what the file system calls the base itself (its inode), which a move within the volume keeps.
        partition_uuid: of the partition the volume lies on.
        table_uuid: of the partition table, which is the disk's own GUID or signature.
        serial, wwn, model: of the hardware, as far as a USB bridge lets it be seen.
        transport: `sata`, `nvme`, `usb`, ...
        rotational: whether it has platters; None where nobody says.
        image: the file that a mounted disk image lies in.
        server, share: of a network share, without user and in small letters where the case says nothing.
        read_only: whether the volume is mounted so that nothing can be written.
        marker: the id in the marker file of the base, where somebody asked for one.
        root_digest: BLAKE2b of the listing of the base with sizes and times.
        root_sketch: a sample of that listing, so that two can be compared in part: see `app.drives.rootprint`.
        verdict: what the evidence said when the drive was last scanned: see `app.drives.recognition`.
        confidence: from 0 to 1, how sure that was.
        reasons: why, in sentences.
        clone_of: id of the drive that this one is a byte clone of.
        replaces: id of the drive that its disk was before it was re-formatted.
    """

    filesystem_uuid: str = ""
    filesystem_type: str = ""
    device: str = ""
    mount: str = ""
    root: str = ""
    label: str = ""
    capacity_bytes: int = 0
    free_bytes: int = 0
    network: bool = False
    folder_id: int = 0
    partition_uuid: str = ""
    table_uuid: str = ""
    serial: str = ""
    wwn: str = ""
    model: str = ""
    transport: str = ""
    rotational: bool | None = None
    image: str = ""
    server: str = ""
    share: str = ""
    read_only: bool = False
    marker: str = ""
    root_digest: str = ""
    root_sketch: tuple[str, ...] = ()
    verdict: str = ""
    confidence: float = 0.0
    reasons: tuple[str, ...] = ()
    clone_of: str = ""
    replaces: str = ""

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Passport":
        """The passport of a JSON object; what an older version did not keep stays empty, what a newer one adds goes."""
        return cls(**_fields_of(cls, document))

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class DriveHealth:
    """What a drive said of itself (SMART).

    Attributes:
        state: `good`, `worn`, `failing` or `unknown`.
        reasons: why, in sentences; of `unknown` why nothing could be learnt.
        time_us: microseconds since 1970 UTC when it was asked; 0 for a report that is not kept.
        hours: powered on, in hours; None where the drive does not say, as below.
        celsius: its temperature.
        reallocated, pending, uncorrectable: sectors replaced, waiting to be, and lost.
        percent_used: of the writes that the maker promises, for a drive without platters; may pass 100.
        media_errors: of an NVMe drive, reads and writes that failed for good.
        passed: its own overall verdict.
        model, serial: of the hardware, as it says itself.
    """

    state: str = "unknown"
    reasons: tuple[str, ...] = ()
    time_us: int = 0
    hours: int | None = None
    celsius: int | None = None
    reallocated: int | None = None
    pending: int | None = None
    uncorrectable: int | None = None
    percent_used: int | None = None
    media_errors: int | None = None
    passed: bool | None = None
    model: str = ""
    serial: str = ""

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "DriveHealth":
        """The report of a JSON object; what is not known to this version is left out."""
        return cls(**_fields_of(cls, document))

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


def _fields_of(kind: type, document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a dataclass that a JSON object has, with tuples for lists."""
    known = {field.name for field in dataclasses.fields(kind)}
    values = {name: value for name, value in document.items() if name in known}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class Drive:
    """A catalogued volume or share, from a base folder down.

    Attributes:
        id: UUIDv7, also the name of its shard's file.
        label: the name a person gave it; unique.
        base: absolute path of the base folder when it was last seen.
        passport: evidence recorded at the last scan.
        online: whether the base was reachable when this value was made.
        files, bytes, sequences: as of the last scan's summary.
        last_scan: microseconds since 1970 UTC of the end of the last finished scan, or None.
        kind: `ssd`, `hdd`, `usb` or `network`, as the last scan found it; empty where unknown.
        place: the shelf it stands on, as a person wrote it.
        note: what a person wrote about it.
        lent_to: who has it; empty where it is at home.
        lent_us: microseconds since 1970 UTC when it was lent.
    """

    id: str
    label: str
    base: str
    passport: Passport
    online: bool = False
    files: int = 0
    bytes: int = 0
    last_scan: int | None = None
    sequences: int = 0
    kind: str = ""
    place: str = ""
    note: str = ""
    lent_to: str = ""
    lent_us: int | None = None

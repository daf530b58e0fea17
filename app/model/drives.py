"""A drive and the evidence that says it is the same one again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passport:
    """Evidence about the volume below a drive's base. Empty strings and zeros mean: could not be learnt.

    `mount` is where the volume is mounted, `root` the folder of it that is seen there (more than `/` for a bind mount),
    `folder_id` what the file system calls the base itself (its inode), which a move within the volume keeps.
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

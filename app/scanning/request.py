"""What a scan is asked and what it answers."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """One scan. None leaves a choice to the settings.

    Attributes:
        paths: folders, absolute or relative to the current one.
        drive: label (or id) of the drive; None finds it by the path, or makes one named after the folder.
        mode: `delta` or `full`.
        inventory_only: names, sizes and times alone: nothing is hashed, inspected or pictured.
        pictures: keep small pictures of media.
        all_frames: read the headers of all frames of OpenEXR sequences, not of the first, middle and last alone.
        resume: go on with an interrupted scan of the same drive and request.
        accept_missing: mark files as missing however many they are.
        profile: what kind of drive to expect: `auto` finds out, else `ssd`, `hdd`, `usb` or `network`.
        threads: files hashed and inspected at once, 0 for what suits the drive.
        chunk_bytes: bytes of one read while hashing, 0 for what suits the drive.
        ffmpeg: movies decoded at once, 0 for what suits the drive.
        gentle_io: pause between files; None leaves it to the profile.
        skip_hidden, ignore, follow_symlinks, long_paths, op_timeout_s, batch_files, batch_seconds: see the settings
            of the same names.
    """

    paths: tuple[str, ...]
    drive: str | None = None
    mode: str | None = None
    inventory_only: bool = False
    pictures: bool | None = None
    all_frames: bool | None = None
    resume: bool | None = None
    accept_missing: bool = False
    threads: int | None = None
    chunk_bytes: int | None = None
    profile: str | None = None
    ffmpeg: int | None = None
    gentle_io: bool | None = None
    skip_hidden: bool | None = None
    ignore: tuple[str, ...] = ()
    follow_symlinks: bool | None = None
    long_paths: str | None = None
    op_timeout_s: float | None = None
    batch_files: int | None = None
    batch_seconds: float | None = None
    queue_max: int | None = None


@dataclass(frozen=True, slots=True)
class ScanResult:
    """How a scan ended. `document` is the JSON of `reelmark scan`; `objections` make the exit code 1."""

    drive_id: str
    scan_id: int
    counts: dict[str, int]
    unaccepted_missing: int = 0
    document: dict[str, Any] = field(default_factory=dict)

    @property
    def objections(self) -> bool:
        """Whether there is something to object to: unreadable entries, or files missing that nobody accepted."""
        return bool(self.document["counts"]["unreadable"] or self.unaccepted_missing or self.document.get("empty_base"))

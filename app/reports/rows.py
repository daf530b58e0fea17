"""The rows that several reports share: a file, a folder, and how they are told in JSON."""

import os
from dataclasses import dataclass
from typing import Any

from app.model.drives import Drive
from app.model.kinds import Category
from app.model.names import decoded, raw_name, shown
from app.model.times import rfc3339_ns


@dataclass(frozen=True, slots=True)
class ReportedFile:
    """A file in a report.

    Attributes:
        drive: where it lies.
        relative_path: below the drive's base, raw bytes, with `/`.
        size: bytes.
        mtime_ns: nanoseconds since 1970.
    """

    drive: Drive
    relative_path: bytes
    size: int
    mtime_ns: int
    category: Category = Category.OTHER

    @property
    def name(self) -> str:
        """The file's name for people."""
        return shown(self.relative_path.rpartition(b"/")[2])

    @property
    def path(self) -> str:
        """Absolute path as the system takes it; where it was last seen, if the drive is unplugged."""
        return absolute_path(self.drive, self.relative_path)

    def document(self) -> dict[str, Any]:
        """The row as JSON."""
        return {
            "name": self.name,
            "category": self.category.label,
            "size": self.size,
            "modified": rfc3339_ns(self.mtime_ns),
            **place_document(self.drive, self.relative_path),
        }


@dataclass(frozen=True, slots=True)
class ReportedFolder:
    """A folder with everything below it.

    Attributes:
        drive: where it lies.
        relative_path: below the drive's base, raw bytes, with `/`; empty for the base itself.
        depth: 1 for a folder directly in the base.
        files, bytes: of the whole subtree.
        newest_ns: modification time of its newest file, None where it has none.
    """

    drive: Drive
    relative_path: bytes
    depth: int
    files: int
    bytes: int
    newest_ns: int | None

    @property
    def path(self) -> str:
        """Absolute path as the system takes it; where it was last seen, if the drive is unplugged."""
        return absolute_path(self.drive, self.relative_path)

    def document(self) -> dict[str, Any]:
        """The row as JSON."""
        return {
            "name": shown(self.relative_path.rpartition(b"/")[2]),
            "depth": self.depth,
            "files": self.files,
            "bytes": self.bytes,
            "newest": None if self.newest_ns is None else rfc3339_ns(self.newest_ns),
            **place_document(self.drive, self.relative_path),
        }


def absolute_path(drive: Drive, relative_path: bytes) -> str:
    """The path of something on a drive as the system takes it."""
    return os.path.normpath(f"{drive.base}/{decoded(relative_path)}")


def place_document(drive: Drive, relative_path: bytes) -> dict[str, Any]:
    """Where something lies, as JSON; for an unplugged drive `path` is where it was last seen."""
    base = shown(drive.base.replace("\\", "/").rstrip("/"))
    document: dict[str, Any] = {
        "drive": drive.label,
        "path": f"{base}/{shown(relative_path)}" if relative_path else base or "/",
        "relative_path": shown(relative_path),
        "online": drive.online,
    }
    encoded = raw_name(relative_path)
    if encoded is not None:
        document["raw_name"] = encoded
    return document

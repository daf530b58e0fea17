"""Where other volumes are mounted below a folder, and how long paths are spelled for the system."""

import os
import sys

from app.model.names import raw
from app.mounts import mounts


def mount_points(base: bytes) -> frozenset[bytes]:
    """Paths of the mounts strictly below `base`, relative to it, from the mount table of Linux.

    Elsewhere the set is empty: Windows and macOS show a mounted volume as a link or below `/Volumes`.
    """
    if sys.platform != "linux":
        return frozenset()
    root = base.rstrip(b"/") + b"/"
    points = [raw(mount.point) for mount in mounts()]
    return frozenset(point[len(root) :] for point in points if point.startswith(root) and point != root)


def os_path(base: bytes, relative: bytes, long_paths: str = "auto") -> bytes:
    """The absolute path of something below a base, as the system wants it.

    Args:
        base: absolute path of the base.
        relative: path below it with `/`, empty for the base.
        long_paths: on Windows `auto` adds the extended-length prefix to long paths, `force` to all, `off` to none.
    """
    joined = (base.rstrip(b"/") + b"/" + relative if relative else base) or b"/"
    return _extended(joined, long_paths) if sys.platform == "win32" else joined


def _extended(path: bytes, long_paths: str) -> bytes:
    """A Windows path with its extended-length prefix where it is wanted.

    Source: learn.microsoft.com, "Maximum Path Length Limitation": no `/`, no relative parts, `UNC` for shares.
    """
    path = path.replace(b"/", b"\\")
    if long_paths == "off" or path.startswith(b"\\\\?\\") or (long_paths == "auto" and len(path) < 240):
        return path
    return b"\\\\?\\UNC" + path[1:] if path.startswith(b"\\\\") else b"\\\\?\\" + os.path.abspath(path)  # noqa: PTH100 - raw bytes

"""Paths that come with a request: below a drive's base, or refused."""

from app.api.answers import Refused
from app.model.drives import Drive
from app.model.names import raw


def relative_path(drive: Drive, given: str | bytes, *, folder: bool = False) -> bytes:
    """A path below a drive's base as the catalogue has it, raw bytes with `/`.

    An absolute path is good where it begins with the base, by its text alone. Nothing on a disk is looked at.

    Args:
        drive: whose base it lies below.
        given: what the request said.
        folder: whether the base itself may be meant.

    Raises:
        Refused: it is empty, leads out of the drive, or is no path.
    """
    try:
        path = given if isinstance(given, bytes) else raw(given)
    except UnicodeEncodeError:
        raise _refused("it is no text that a path may hold") from None
    base = raw(drive.base.replace("\\", "/").rstrip("/"))
    if drive.base[1:2] == ":" or drive.base.startswith(("\\\\", "//")):
        path = path.replace(b"\\", b"/")  # no name on Windows has one: there it divides, and may lead out
        if b":" in path.removeprefix(base):
            raise _refused("it leads out of the drive")
    if path == base or path.startswith(base + b"/"):
        path = path[len(base) + 1 :]
    path = path.rstrip(b"/") if folder else path
    if b"\0" in path or path.startswith(b"/"):
        raise _refused("it leads out of the drive")
    parts = path.split(b"/")
    if b".." in parts or b"." in parts:
        raise _refused("it leads out of the drive" if b".." in parts else "it has a part that is only a dot")
    if not path and folder:
        return b""
    if b"" in parts:
        raise _refused("it has an empty part" if path else "it is empty")
    return path


def _refused(reason: str) -> Refused:
    return Refused(422, "request.path", f"path: {reason}", "Send the path below the drive's base, such as a/b.exr.")

"""Looking at the folders that are to be scanned, in a child that is killed where their drive does not answer."""

import os
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from app.drives.identity import read_passport
from app.errors import DriveGone, InputError
from app.jobs.children import ChildFailed, stream
from app.jobs.framing import Send
from app.jobs.job import CancelToken
from app.model.drives import Passport
from app.model.names import shown

_MOST_NAMES = 5000


@dataclass(frozen=True, slots=True)
class ProbedFolder:
    """A folder that can be listed.

    Attributes:
        path: absolute, without links.
        passport: the evidence about its volume.
        names: names in it; the first five thousand.
    """

    path: str
    passport: Passport
    names: frozenset[str]


def probe_folders(paths: tuple[str, ...], token: CancelToken, timeout_s: float) -> list[ProbedFolder]:
    """Look at folders, each in turn.

    Args:
        paths: absolute or relative to the current folder.
        token: cancels.
        timeout_s: seconds that each may take to answer.

    Raises:
        InputError: one is no folder that can be listed.
        DriveGone: one does not answer.
        Cancelled: the token was set.
    """
    found: list[ProbedFolder] = []
    if not paths:
        return found
    try:
        with closing(stream("app.drives.probing:serve", {"paths": paths}, token, silence_s=timeout_s)) as answers:
            for header, _ in answers:
                if "problem" in header:
                    raise _unusable(paths[len(found)], header)
                passport = Passport.from_json(header["passport"])
                found.append(ProbedFolder(header["path"], passport, frozenset(header["names"])))
    except ChildFailed as error:
        raise DriveGone(
            f"{shown(paths[len(found)])} does not answer: {error.message}",
            hint="Check the connection to its drive; --op-timeout gives it more time.",
        ) from error
    return found


def serve(request: dict[str, Any], send: Send) -> None:
    """The child's side."""
    for path in request["paths"]:
        absolute = os.path.realpath(path)
        try:
            with os.scandir(absolute) as entries:
                names = [entry.name for _, entry in zip(range(_MOST_NAMES), entries, strict=False)]
        except OSError as error:
            send({"path": absolute, "problem": type(error).__name__, "reason": error.strerror or str(error)})
            return
        send({"path": absolute, "passport": read_passport(absolute).to_json(), "names": names})


def _unusable(path: str, header: dict[str, Any]) -> InputError:
    reason, hint = {
        "FileNotFoundError": ("does not exist", "Check the path; plug the drive in."),
        "NotADirectoryError": ("is not a folder", "Name the folder that holds it."),
        "PermissionError": ("cannot be read", "Check its permissions."),
    }.get(header["problem"], (f"cannot be read: {header['reason']}", "Check the drive."))
    return InputError(f"{shown(path)} {reason}", hint=hint, code="scan.path", context={"path": shown(header["path"])})

"""Which catalogued drive a path lies on, by its text: a dead share must not be asked."""

import os

from app.catalog.catalog import Catalog
from app.errors import InputError, UsageError
from app.model.drives import Drive
from app.model.names import shown


def drive_of(catalog: Catalog, path: str | None, label: str | None) -> tuple[Drive, str]:
    """The drive with the deepest base that holds a path, or the one called so; and where in it the path lies.

    Args:
        catalog: all drives.
        path: absolute or relative to the current folder; None for the whole drive called `label`. A relative path that
            does not lie on that drive is taken as relative to its base.
        label: label or id; None finds the drive by the path.

    Returns:
        The drive, and the path relative to its base with `/`; empty for the base.

    Raises:
        UsageError: neither is given, or the path does not lie on that drive.
        InputError: there is no such drive, or none holds the path.
    """
    if path is None:
        if label is None:
            raise UsageError("neither a path nor a drive is named", hint="Name a folder, or a drive with --drive.")
        return catalog.drive(label), ""
    absolute = os.path.abspath(path)  # noqa: PTH100 - by text alone
    if label is not None:
        drive = catalog.drive(label)
        return drive, place_on(drive, path)
    places = tuple(dict.fromkeys((absolute, os.path.realpath(path))))
    for look in (False, True):
        drives = catalog.drives(look=look)
        for place in places:
            holding = [drive for drive in drives if _holds(drive.base, place)]
            if holding:
                found = max(holding, key=lambda drive: len(drive.base))
                now = catalog.drive(found.id)
                if _holds(now.base, place):
                    return now, _relative(now.base, place)
    raise InputError(f"{shown(path)} lies on no catalogued drive", hint="Scan it first.", code="drive.not_found")


def place_on(drive: Drive, path: str) -> str:
    """Where a path lies on a drive, relative to its base with `/`; empty for the base.

    A relative path that lies elsewhere, seen from the current folder, is taken as relative to the base.

    Raises:
        UsageError: it does not lie on that drive.
    """
    absolute = os.path.abspath(path)  # noqa: PTH100 - by text alone
    if not _holds(drive.base, absolute):
        if os.path.isabs(path):  # noqa: PTH117 - by text alone
            raise UsageError(f"{shown(path)} does not lie on {drive.label}, which is at {shown(drive.base)}")
        absolute = os.path.abspath(os.path.join(drive.base, path))  # noqa: PTH100, PTH118 - by text alone
    return _relative(drive.base, absolute)


def _holds(base: str, path: str) -> bool:
    return path == base or path.startswith(base.rstrip(os.sep) + os.sep)


def _relative(base: str, path: str) -> str:
    return path[len(base.rstrip(os.sep)) :].strip(os.sep).replace(os.sep, "/")

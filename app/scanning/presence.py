"""Whether a drive is still there, asked where reading from it failed: a drive that was pulled has no damaged files."""

from app.drives.identity import may_be_mounted
from app.errors import DriveGone
from app.jobs.looking import folders_there
from app.model.drives import Drive
from app.mounts import mounts_stamp

#: Seconds that a share may take to say that it is there: a slow one is not gone.
_PATIENCE_S = 15.0


def answers(base: str) -> bool:
    """Whether a drive's base is a folder that answers, be it slowly."""
    return folders_there([base], _PATIENCE_S)[base] is True


def is_there(drive: Drive) -> bool:
    """Whether its base is a folder that answers, and the volume there may be its own."""
    return answers(drive.base) and may_be_mounted(drive)


def gone(drive: Drive, hint: str) -> DriveGone:
    """The error for a drive that is not there any more."""
    return DriveGone(f"{drive.label} went away while it was read", hint=hint)


#: What to do where a scan ends so.
SCAN_AGAIN = "Plug it in and scan again: the scan goes on where it stopped. Nothing was marked missing."


class Watch:
    """Asks again and again whether a drive is there, and looks only where the mount table is another one than before.

    A volume that is unmounted leaves the bare folder below: what is listed then says nothing about the drive.
    """

    def __init__(self, drive: Drive) -> None:
        self._drive = drive
        self._stamp = b""

    def check(self) -> None:
        """Look.

        Raises:
            DriveGone: it is not there any more.
        """
        stamp = mounts_stamp()
        if stamp == self._stamp:
            return
        if not is_there(self._drive):
            raise gone(self._drive, SCAN_AGAIN)
        self._stamp = stamp

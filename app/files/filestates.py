"""What files look like from outside, asked in a child that is killed where their drive does not answer."""

import os
import stat
from typing import Any

from app.files.mounts import os_path
from app.files.placeholders import is_placeholder
from app.jobs.framing import Send
from app.model.names import raw


def serve(request: dict[str, Any], send: Send) -> None:
    """Child handler: size in bytes and modification time in ns of each file that really lies where it should.

    Args:
        request: `base`, `paths` below it, and `long_paths` of the settings.
        send: gets `states`; None in it for what is not there, no regular file, only in the cloud, or reached by a link.
    """
    looker = _Looker(raw(request["base"]), request["long_paths"])
    send({"states": [looker.state(raw(path)) for path in request["paths"]]})


class _Looker:
    """Looks at the files of one base; whether a folder is reached without a link is asked once."""

    def __init__(self, base: bytes, long_paths: str) -> None:
        self._base, self._long_paths = base, long_paths
        self._plain: dict[bytes, bool] = {b"": True}

    def state(self, path: bytes) -> tuple[int, int] | None:
        if not self._is_plain(path.rpartition(b"/")[0]):
            return None
        status = self._status(path)
        if status is None or not stat.S_ISREG(status.st_mode) or is_placeholder(status):
            return None
        return status.st_size, status.st_mtime_ns

    def _is_plain(self, folder: bytes) -> bool:
        known = self._plain.get(folder)
        if known is None:
            status = self._status(folder) if self._is_plain(folder.rpartition(b"/")[0]) else None
            known = self._plain[folder] = status is not None and stat.S_ISDIR(status.st_mode)
        return known

    def _status(self, path: bytes) -> os.stat_result | None:
        try:
            return os.lstat(os_path(self._base, path, self._long_paths))
        except OSError:
            return None

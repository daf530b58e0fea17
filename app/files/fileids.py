"""What a file system calls its files, asked in a child that is killed where the drive does not answer."""

import os
from typing import Any

from app.jobs.framing import Send
from app.model.names import raw


def serve(request: dict[str, Any], send: Send) -> None:
    """Child handler: the inode (or file index) of each of `paths`, 0 for one that cannot be asked."""
    send({"ids": [_file_id(raw(path)) for path in request["paths"]]})


def _file_id(path: bytes) -> int:
    try:
        return signed(os.lstat(path).st_ino)
    except OSError:
        return 0


def signed(file_id: int) -> int:
    """A file id as the signed 64 bits that a shard keeps; of a longer one (ReFS) the lower half."""
    return (file_id & 0xFFFFFFFFFFFFFFFF) - ((file_id & 0x8000000000000000) << 1)

"""Files that lie in a cloud and only seem to be here: reading one would download it, so none is ever opened."""

import os
import stat
import sys

_RECALL_ON_OPEN = 0x40000
_RECALL_ON_DATA_ACCESS = 0x400000
_SF_DATALESS = 0x40000000

#: Whether the system has such files at all.
HAS_PLACEHOLDERS = sys.platform in ("win32", "darwin")


def is_placeholder(status: os.stat_result) -> bool:
    """Whether what `stat` says is of a file whose content is not on the disk (OneDrive, iCloud and their like).

    Windows says so in the file's attributes (`FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS`, `..._ON_OPEN`, `..._OFFLINE`),
    macOS in its flags (`SF_DATALESS`).
    """
    attributes = getattr(status, "st_file_attributes", 0)
    away = stat.FILE_ATTRIBUTE_OFFLINE | _RECALL_ON_OPEN | _RECALL_ON_DATA_ACCESS
    return bool(attributes & away or getattr(status, "st_flags", 0) & _SF_DATALESS)

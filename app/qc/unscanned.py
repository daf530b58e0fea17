"""What scans of a drive saw and could not read: nobody knows what lies there, so no policy passes it."""

from collections.abc import Callable, Iterator

from app.catalog.database import Database
from app.errors import InputError
from app.model.kinds import MEDIA, category_of
from app.model.names import folded

#: Folder, entry in it (empty: the folder itself) and why. Codes with a dot are of files that were listed: the facts of
#: those say so. A folder that was never listed is one that an interrupted scan did not come to.
_UNREAD = (
    "SELECT d.path, p.name, p.reason FROM problem p JOIN folder d ON d.id = p.folder_id"
    " WHERE d.missed_scan IS NULL AND p.code NOT LIKE '%.%'"
    " UNION ALL"
    " SELECT d.path, k.name, 'it lies in the cloud alone' FROM skipped k JOIN folder d ON d.id = k.folder_id"
    " WHERE d.missed_scan IS NULL AND k.reason = 'placeholder'"
    " UNION ALL"
    " SELECT d.path, x'', 'the scan was stopped before it' FROM folder d"
    " WHERE d.missed_scan IS NULL AND d.listed_scan = 0 AND d.queued_scan > 0"
    " ORDER BY 1, 2"
)


def unscanned(database: Database, is_wanted: Callable[[bytes], bool]) -> Iterator[tuple[bytes, InputError]]:
    """The folders, and the files of media, that no scan could read: paths relative to the base, and why.

    Args:
        database: the shard.
        is_wanted: whether a path is asked for.
    """
    for folder, name, reason in list(database.rows(_UNREAD)):
        path = bytes(folder + b"/" + name if folder and name else folder or name)
        if is_wanted(path) and (not name or category_of(folded(name)) in MEDIA):
            what = "file" if name else "folder"
            yield path, InputError(f"the {what} could not be read when it was scanned: {reason}", code="scan.unread")

"""Entries that could not be read, each with its reason, until a later scan reads them."""

import sys

from app.catalog.database import Database
from app.model.names import shown

#: Problems of a file's content carry codes of this kind; those of a listing are errno names.
CONTENT_CODES = "%.%"
#: Codes that tell of this moment, of permissions or of the drive, and nothing of the content: it is tried again.
OF_THE_MOMENT = (
    "media.changed", "media.absent", "media.denied", "media.unreadable", "media.not_a_file", "media.placeholder",
)  # fmt: skip


def note_problem(database: Database, folder_id: int, name: bytes, code: str, reason: str, scan_id: int) -> None:
    """Keep why an entry could not be read; an empty name is the folder itself."""
    database.run(
        "INSERT OR REPLACE INTO problem (folder_id, name, code, reason, scan_id) VALUES (?, ?, ?, ?, ?)",
        (folder_id, name, code, reason, scan_id),
    )


def forget_listing_problems(database: Database, folder_id: int) -> None:
    """A folder was listed again: what its last listing could not read is noted anew."""
    database.run("DELETE FROM problem WHERE folder_id = ? AND code NOT LIKE ?", (folder_id, CONTENT_CODES))


def forget_problem(database: Database, folder_id: int, name: bytes) -> None:
    """An entry was read, has changed, or is gone."""
    database.run("DELETE FROM problem WHERE folder_id = ? AND name = ?", (folder_id, name))


def folders_with_problems(database: Database) -> set[int]:
    """Ids of the folders in which something cannot be read; in all others there is nothing to forget."""
    return {int(row[0]) for row in database.rows("SELECT DISTINCT folder_id FROM problem")}


def entry_path(base: str, folder: bytes, name: bytes) -> str:
    """The absolute path of an entry as it is shown, with `/`; an empty name is the folder itself."""
    top = shown(base).replace("\\", "/") if sys.platform == "win32" else shown(base)
    below = "/".join([shown(part) for part in (folder, name) if part])
    return f"{top.rstrip('/')}/{below}" if below else top

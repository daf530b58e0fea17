"""Files suspected of rot: a reading gave other bytes than were hashed, and nothing says that they were written.

A suspicion ends when the file is written and scanned again, or reads as it was hashed before the suspicion arose.
"""

from app.catalog.database import Database
from app.model.times import now_us

#: Codes: other bytes though size and time are the same; no bytes at all.
ROT, UNREADABLE = "rot", "unreadable"
ROT_WORDS = "its bytes are not those that were hashed, though size and time are the same"


def note_suspect(
    database: Database, file_id: int, code: str, stored: bytes, found: bytes | None, reason: str = ROT_WORDS
) -> None:
    """Keep, inside the caller's transaction, that a file is suspected: its kept hash, and that of its bytes now."""
    database.run(
        "INSERT OR REPLACE INTO suspect (file_id, found_us, code, stored, found, reason) VALUES (?, ?, ?, ?, ?, ?)",
        (file_id, now_us(), code, stored, found, reason),
    )


def forget_suspect(database: Database, file_id: int, found: bytes | None) -> None:
    """A file read well: the end of a suspicion, unless it has the very hash that it was about.

    Of a file that was written since (`found` is None) the suspicion ends in any case.
    """
    database.run("DELETE FROM suspect WHERE file_id = ?1 AND (?2 IS NULL OR found IS NOT ?2)", (file_id, found))

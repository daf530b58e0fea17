"""The small pictures that a shard keeps of its media, for drives that are not connected."""

from dataclasses import dataclass

from app.catalog.database import Database

_COLUMNS = "p.kind, p.width, p.height, p.error, p.data"
_OF_SEQUENCE = (
    f"SELECT {_COLUMNS} FROM block b JOIN file f ON f.id BETWEEN b.first_id AND b.last_id"
    " JOIN picture p ON p.hash = f.hash WHERE b.folder_id = ? AND f.sequence_id = ?"
    " ORDER BY length(p.data) = 0, abs(f.id - ?) LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """What a file looks like.

    Attributes:
        kind: `thumbnail`, `filmstrip` or `waveform`.
        width, height: pixels of one picture: the image of a filmstrip holds several side by side, that of a waveform
            its channels below each other.
        error: why it is not all there, or why there is none; empty where all is well.
        data: the image as WebP; empty where there is none.
    """

    kind: str
    width: int
    height: int
    error: str
    data: bytes


def picture_of(database: Database, file_id: int) -> StoredPicture | None:
    """The picture of a file's content; of a frame without one, that of its sequence. None where none was tried.

    Raises:
        NotACatalog: the shard is damaged.
    """
    row = database.row("SELECT folder_id, sequence_id, hash FROM file WHERE id = ?", (file_id,))
    if row is None:
        return None
    folder_id, sequence_id, content = row
    own = database.row(f"SELECT {_COLUMNS} FROM picture p WHERE p.hash = ?", (content,)) if content else None
    if own is None and sequence_id is not None:
        own = database.row(_OF_SEQUENCE, (folder_id, sequence_id, file_id))
    return StoredPicture(*own) if own else None


def picture_of_asset(database: Database, folder: bytes, name: bytes, sequence_id: int | None) -> StoredPicture | None:
    """The picture of what is reviewed: a single file by its name, or a sequence.

    Args:
        database: the shard.
        folder: relative to the drive's base.
        name: of the single file.
        sequence_id: of the sequence, or None.
    """
    folder_id = database.value("SELECT id FROM folder WHERE path = ?", (folder,))
    if folder_id is None:
        return None
    if sequence_id is not None:
        row = database.row(_OF_SEQUENCE, (folder_id, sequence_id, 0))
        return StoredPicture(*row) if row else None
    file_id = database.value(
        "SELECT f.id FROM block b JOIN file f ON f.id BETWEEN b.first_id AND b.last_id WHERE b.folder_id = ?"
        " AND f.name = ?",
        (folder_id, name),
    )
    return picture_of(database, file_id) if file_id is not None else None


def pictures_bytes(database: Database) -> tuple[int, int]:
    """How many pictures there are, and their bytes."""
    count, size = database.row(
        "SELECT count(*), coalesce(sum(length(data)), 0) FROM picture WHERE length(data) > 0"
    ) or (0, 0)
    return int(count), int(size)


def drop_unused_pictures(database: Database) -> int:
    """Forget the pictures of contents that no file has, missing ones included; how many."""
    database.run(
        "DELETE FROM picture WHERE NOT EXISTS (SELECT 1 FROM file f WHERE f.hash IS NOT NULL"
        " AND substr(f.hash, 1, 9) = substr(picture.hash, 1, 9) AND f.hash = picture.hash)"
    )
    return int(database.connection.changes())

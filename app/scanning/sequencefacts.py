"""The documents of whole OpenEXR sequences, kept by a scan that reads all their frames.

They tell of a drive on the shelf what a look at its frames would: truncated ones, headers that differ, time codes.
"""

from app.catalog.database import Database
from app.catalog.inspections import store_sequence
from app.files.sequences import file_sequences
from app.inspection.framereaders import FrameReaders
from app.inspection.sequences import inspect_sequence
from app.jobs.job import CancelToken, Job
from app.model.drives import Drive
from app.model.inspecting import InspectOptions
from app.model.names import raw
from app.scanning.contents import LISTED
from app.scanning.presence import SCAN_AGAIN, gone, is_there

_WANTED = (
    "SELECT q.id, q.folder_id, d.path FROM sequence q JOIN folder d ON d.id = q.folder_id"
    " LEFT JOIN sequence_facts x ON x.sequence_id = q.id WHERE q.missed_scan IS NULL AND q.whole"
    f" AND x.changed_scan IS NOT q.changed_scan AND q.folder_id IN ({LISTED}) ORDER BY q.id"
)
_FRAMES = (
    "SELECT f.name, f.size, f.mtime_ns FROM block b JOIN file f ON f.id BETWEEN b.first_id AND b.last_id"
    " WHERE b.folder_id = ? AND f.sequence_id = ? AND f.missed_scan IS NULL"
)


def keep_sequences(database: Database, drive: Drive, scan_id: int, token: CancelToken) -> None:
    """Keep the document of every sequence in scope of which all frames were read and none is kept since it changed.

    Raises:
        DriveGone: the drive was taken out meanwhile.
        Cancelled: the token was set; what was kept stays.
    """
    with FrameReaders() as readers:
        for sequence_id, folder_id, folder in list(database.rows(_WANTED, (scan_id,))):
            rows = list(database.rows(_FRAMES, (folder_id, sequence_id)))
            found, _ = file_sequences([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])
            if len(found) != 1:
                continue
            base = raw(drive.base).rstrip(b"/")
            directory = base + b"/" + folder if folder else base or b"/"
            document = inspect_sequence(directory, found[0], InspectOptions(), None, Job(token=token), readers)
            if not is_there(drive):
                raise gone(drive, SCAN_AGAIN)
            with database.transaction():
                store_sequence(database, sequence_id, document)

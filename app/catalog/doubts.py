"""What speaks against a copy though its row is in order: it was not seen since, it was given free, it may be a link.

A row stays present where nothing proves that its file is gone: nobody accepted that so much is missing, its folder
could not be read, another volume lay on it. A search may well show such a file; a card is not wiped for its sake.
"""

import json

from app.catalog.database import Database
from app.catalog.shard import get_meta, set_meta
from app.model.names import decoded, raw

#: The last scan that went past it did not see it; it lies in a folder of which a receipt said that it may be wiped;
#: its folder was listed through links.
UNSEEN, RELEASED, LINKED = "unseen", "released", "linked"

_META = "released"

#: SQL: the doubt about file `f` in folder `d`, empty for none. `note_doubts` makes the tables that it asks.
DOUBT = (
    "CASE WHEN f.id IN (SELECT file_id FROM gone_file) OR EXISTS (SELECT 1 FROM temp.walked r"
    " WHERE d.listed_scan < r.scan_id AND (r.path IN (x'', d.path) OR substr(d.path, 1, length(r.path) + 1) = r.below))"
    " OR EXISTS (SELECT 1 FROM skipped k WHERE k.folder_id = f.folder_id AND k.name = f.name)"
    " OR EXISTS (SELECT 1 FROM problem q WHERE q.folder_id = f.folder_id AND q.name = f.name AND q.code NOT LIKE '%.%')"
    f" THEN '{UNSEEN}'"
    " WHEN EXISTS (SELECT 1 FROM temp.released r WHERE coalesce(f.verified_us, 0) < r.time_us"
    " AND (r.path IN (x'', d.path) OR substr(d.path, 1, length(r.path) + 1) = r.below))"
    f" THEN '{RELEASED}'"
    f" WHEN d.listed_scan IN (SELECT scan_id FROM temp.followed) THEN '{LINKED}' ELSE '' END"
)


def note_doubts(database: Database) -> None:
    """Set aside, in tables of this connection, what `DOUBT` asks of a shard."""
    walked, followed = _walked(database)
    database.run("CREATE TEMP TABLE walked (path BLOB NOT NULL, below BLOB NOT NULL, scan_id INTEGER NOT NULL)")
    database.run_many(
        "INSERT INTO temp.walked VALUES (?, ?, ?)", [(path, path + b"/", number) for path, number in walked.items()]
    )
    database.run("CREATE TEMP TABLE followed (scan_id INTEGER NOT NULL PRIMARY KEY)")
    database.run_many("INSERT INTO temp.followed VALUES (?)", [(number,) for number in followed])
    database.run("CREATE TEMP TABLE released (path BLOB NOT NULL, below BLOB NOT NULL, time_us INTEGER NOT NULL)")
    database.run_many(
        "INSERT INTO temp.released VALUES (?, ?, ?)",
        [(raw(path), raw(path) + b"/", time_us) for path, time_us in _released(database).items()],
    )


def note_released(database: Database, folder: bytes, time_us: int) -> None:
    """Keep, in a transaction, that a folder (relative to the base) may be wiped: what was read before is no copy now.

    A file there that is read whole again counts again.
    """
    beside = {path: time for path, time in _released(database).items() if not _lies_in(raw(path), folder)}
    with database.transaction():
        set_meta(database, **{_META: json.dumps({**beside, decoded(folder): time_us})})


def _released(database: Database) -> dict[str, int]:
    found: dict[str, int] = json.loads(get_meta(database).get(_META, "{}"))
    return found


def _walked(database: Database) -> tuple[dict[bytes, int], list[int]]:
    """By each folder with which a walk began the number of the last one that ended; and which walks followed links.

    A folder that a walk which did not end found to be gone counts as walked by a later one than any.
    """
    walked: dict[bytes, int] = {}
    followed = []
    last = 0
    for number, state, text in database.rows("SELECT id, state, request FROM scan ORDER BY id"):
        request = json.loads(text)
        last = number
        if request.get("follow_symlinks"):
            followed.append(number)
        if state == "done":
            for folder in request.get("folders", ()):
                above = raw(folder)
                walked = {path: known for path, known in walked.items() if not _lies_in(path, above)}
                walked[above] = number
    for (path,) in database.rows(
        "SELECT path FROM folder WHERE id IN (SELECT folder_id FROM gone_folder)"
        " AND parent_id NOT IN (SELECT folder_id FROM gone_folder)"
    ):
        walked[bytes(path)] = last + 1
    return walked, followed


def _lies_in(path: bytes, folder: bytes) -> bool:
    return not folder or path == folder or path.startswith(folder + b"/")

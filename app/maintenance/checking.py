"""Whether a database is sound: what SQLite can tell of its pages, and whether our own rows agree with each other."""

from collections.abc import Iterator

from app.catalog.database import Database
from app.catalog.dberrors import database_errors
from app.catalog.nameindex import block_text, match_expression
from app.errors import RecordsBroken
from app.jobs.events import Stage
from app.jobs.job import Job
from app.maintenance.files import faults_of_pages, watched
from app.maintenance.targets import Target
from app.model.names import folded

_SAMPLED = 500

#: Rows that must belong to others: table, column, the other table, and what its rows are called.
_BELONGS = (
    ("file", "folder_id", "folder", "id"),
    ("file", "sequence_id", "sequence", "id"),
    ("block", "folder_id", "folder", "id"),
    ("folder", "parent_id", "folder", "id"),
    ("sequence", "folder_id", "folder", "id"),
    ("facts", "file_id", "file", "id"),
    ("facts", "header_id", "header", "id"),
    ("facts", "set_id", "attribute_set", "id"),
    ("facts", "structure_id", "structure", "id"),
    ("part", "header_id", "header", "id"),
    ("channel", "header_id", "header", "id"),
    ("attribute_in", "attribute_id", "attribute", "id"),
    ("attribute_in", "set_id", "attribute_set", "id"),
    ("attribute_of", "attribute_id", "attribute", "id"),
    ("attribute_of", "file_id", "facts", "file_id"),
    ("stats", "file_id", "facts", "file_id"),
    ("channel_stats", "file_id", "facts", "file_id"),
    ("sequence_facts", "sequence_id", "sequence", "id"),
    ("judgement", "folder_id", "folder", "id"),
    ("finding", "folder_id", "folder", "id"),
    ("past", "file_id", "file", "id"),
    ("moved", "file_id", "file", "id"),
    ("suspect", "file_id", "file", "id"),
    ("verdict", "folder_id", "folder", "id"),
    ("problem", "folder_id", "folder", "id"),
    ("skipped", "folder_id", "folder", "id"),
)

_TOTALS = (
    "WITH counted AS (SELECT folder_id, count(*) AS files, sum(size) AS bytes FROM file WHERE missed_scan IS NULL"
    " GROUP BY folder_id)"
    " SELECT count(*) FROM folder d LEFT JOIN counted c ON c.folder_id = d.id"
    " WHERE d.files <> coalesce(c.files, 0) OR d.bytes <> coalesce(c.bytes, 0)"
)
_UNBLOCKED = (
    "SELECT count(*) FROM file f WHERE NOT EXISTS (SELECT 1 FROM block b WHERE b.first_id ="
    " (SELECT max(first_id) FROM block WHERE first_id <= f.id) AND b.last_id >= f.id AND b.folder_id = f.folder_id)"
)


def find_faults(target: Target, job: Job, *, full: bool) -> list[str]:
    """What is wrong with a database, one sentence each; nothing where it is sound.

    Args:
        target: the database.
        job: progress and cancel.
        full: every index against its table, the search index, and our own rows against each other; else SQLite's
            quick check alone.

    Raises:
        NotACatalog: it is not ours, not there, or newer than this program.
        InputError: it cannot be read.
    """
    job.stage(Stage.CHECK)
    try:
        with (
            Database(target.path, target.schema, read_only=True) as database,
            watched(database.connection, job, target.name),
        ):
            return _faults(database, target, full)
    except RecordsBroken as error:
        return [error.message.partition(" is damaged: ")[2] or error.message]


def _faults(database: Database, target: Target, full: bool) -> list[str]:
    with database_errors(database.path, database.schema):
        faults = faults_of_pages(database.connection, full=full)
    if full and not faults:
        faults = list(_own_faults(database) if target.drive else _catalog_faults(database))
    return faults


def _catalog_faults(database: Database) -> Iterator[str]:
    """What is wrong with the rows of the catalogue."""
    strangers = database.value("SELECT count(*) FROM health WHERE drive_id NOT IN (SELECT id FROM drive)")
    if strangers:
        yield f"{strangers} rows of health belong to no drive"


def _own_faults(database: Database) -> Iterator[str]:
    """What is wrong with the rows of a shard, which SQLite cannot know."""
    for table, column, other, key in _BELONGS:
        lost = database.value(
            f"SELECT count(*) FROM {table} WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT {key} FROM {other})"
        )
        if lost:
            yield f"{lost:,} rows of {table} name a {other} that is not there"
    if wrong := database.value(_TOTALS):
        yield f"the totals of {wrong:,} folders are not those of their files"
    if wrong := database.value(_UNBLOCKED):
        yield f"{wrong:,} files are in no block of the search index"
    yield from _index_faults(database)


def _index_faults(database: Database) -> Iterator[str]:
    """Whether the search index finds what it should, tried with some hundred names spread over the drive."""
    blocks = list(
        database.rows(
            "SELECT first_id, (SELECT coalesce(key, name) FROM file WHERE id = first_id) FROM block"
            " WHERE first_id % (SELECT max(1, count(*) / ?) FROM block) = 0 LIMIT ?",
            (_SAMPLED, _SAMPLED),
        )
    )
    folders = list(
        database.rows(
            "SELECT id, coalesce(key, path) FROM folder WHERE path <> x''"
            " AND id % (SELECT max(1, count(*) / ?) FROM folder) = 0 LIMIT ?",
            (_SAMPLED, _SAMPLED),
        )
    )
    unfound = sum(not _is_indexed(database, "name_index", row_id, key) for row_id, key in blocks if key)
    unfound += sum(
        not _is_indexed(database, "folder_index", row_id, bytes(key).rpartition(b"/")[2]) for row_id, key in folders
    )
    if unfound:
        yield f"the search index does not find {unfound:,} of {len(blocks) + len(folders):,} names that were tried"


def _is_indexed(database: Database, table: str, row_id: int, key: bytes) -> bool:
    """Whether the index has the beginning of a name under its row."""
    first = block_text([folded(bytes(key))]).partition("/")[0][:3]
    if len(first) < 3 or "\ufffd" in first or "\0" in first:
        return True
    sql = f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {table} MATCH ? AND rowid = ?)"
    return bool(database.value(sql, (match_expression(first), row_id)))

"""Copies of a database that are kept before it is changed in place."""

import re
from pathlib import Path

import apsw

from app.catalog.schema import Schema
from app.wholefile import cannot_write

_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_LABEL = 60


def keep_copy(connection: apsw.Connection, path: Path, schema: Schema, version: int) -> Path:
    """Keep a database as it is before an upgrade, in the backups folder of the working directory; the copy.

    Its name says the drive, where there is one, and the format: `Card_A.<id>.v1.db`, `catalog.v1.db`.

    Raises:
        InputError: the folder cannot be made.
        apsw.Error: the copy cannot be written; nothing was upgraded.
    """
    folder = _folder(path, schema)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    label = _UNSAFE.sub("_", _label(connection))[:_LONGEST_LABEL].strip("._")
    copy = folder / f"{label + '.' if label else ''}{path.stem}.v{version}.db"
    unfinished = copy.with_suffix(".tmp")
    unfinished.unlink(missing_ok=True)
    try:
        target = apsw.Connection(str(unfinished))
        try:
            with target.backup("main", connection, "main") as backup:
                backup.step()
        finally:
            target.close()
        unfinished.replace(copy)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return copy


def kept_copies(path: Path, schema: Schema) -> list[Path]:
    """The copies that are kept of a database, newest first."""
    pattern = re.compile(rf"(.*\.)?{re.escape(path.stem)}\.v\d+\.db")
    try:
        found = [entry for entry in _folder(path, schema).iterdir() if pattern.fullmatch(entry.name)]
        return sorted(found, key=lambda entry: entry.stat().st_mtime_ns, reverse=True)
    except OSError:
        return []


def _folder(path: Path, schema: Schema) -> Path:
    return (path.parent / schema.backups).resolve()


def _label(connection: apsw.Connection) -> str:
    """The label that a shard knows of its drive; empty where it knows none."""
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE name = 'meta'").fetchall()
    labels = connection.execute("SELECT value FROM meta WHERE key = 'label'").fetchall() if tables else []
    return str(labels[0][0]) if labels else ""

"""Copies of a database in the backups folder: what they are called, and the one that an upgrade keeps.

`Card_A.<id>.v1.db` was kept before an upgrade from format 1, `Card_A.<id>.20261121T072528Z.db` is a backup of that
moment (UTC), `catalog.…` the same of the catalogue.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import apsw

from app.catalog.schema import Schema
from app.wholefile import cannot_write

_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_LABEL = 60
_TIME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a database.

    Attributes:
        path: its file.
        time_us: when it was made, microseconds since 1970 UTC.
        bytes: its size.
        version: the format that an upgrade kept it from; 0 for a backup.
    """

    path: Path
    time_us: int
    bytes: int
    version: int = 0


def keep_copy(connection: apsw.Connection, path: Path, schema: Schema, version: int) -> Path:
    """Keep a database as it is before an upgrade, in the backups folder of the working directory; the copy.

    Its name says the drive, where there is one, and the format: `Card_A.<id>.v1.db`, `catalog.v1.db`.

    Raises:
        InputError: the folder cannot be made.
        apsw.Error: the copy cannot be written; nothing was upgraded.
    """
    folder = copies_folder(path, schema)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    copy = folder / f"{_head(_label(connection))}{path.stem}.v{version}.db"
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


def kept_copies(path: Path, schema: Schema) -> list[Copy]:
    """The copies that are kept of a database, newest first; what is only half written is none."""
    return _found(path, schema, r"(?:v(\d+)|(\d{8}T\d{6}Z)(?:-(\d+))?)")


def put_aside_copies(path: Path, schema: Schema) -> list[Copy]:
    """The damaged files that a restore or a salvage kept of a database, newest first."""
    return _found(path, schema, r"damaged\.()(\d{8}T\d{6}Z)(?:-(\d+))?")


def _found(path: Path, schema: Schema, ending: str) -> list[Copy]:
    """The copies of a database whose names go on like that: with a format, or with a time and a number."""
    pattern = re.compile(rf"(?:.*\.)?{re.escape(path.stem)}\.{ending}\.db")
    found: list[tuple[int, int, Copy]] = []
    try:
        for entry in copies_folder(path, schema).iterdir():
            if match := pattern.fullmatch(entry.name):
                stat = entry.stat()
                time_us = _time_us(match[2]) if match[2] else stat.st_mtime_ns // 1000
                copy = Copy(entry, time_us, stat.st_size, int(match[1] or 0))
                found.append((time_us, int(match[3] or 1), copy))
    except OSError:
        return []
    return [copy for *_, copy in sorted(found, key=lambda one: one[:2], reverse=True)]


def new_copy_path(path: Path, schema: Schema, label: str, what: str = "") -> Path:
    """A free name for a backup of this moment; with a word and a dot before the time it counts as none."""
    head = f"{_head(label)}{path.stem}.{what}{datetime.now(UTC):{_TIME}}"
    folder, number = copies_folder(path, schema), 1
    while (copy := folder / f"{head}{f'-{number}' if number > 1 else ''}.db").exists():
        number += 1
    return copy


def copies_folder(path: Path, schema: Schema) -> Path:
    """Where copies of a database are kept."""
    return (path.parent / schema.backups).resolve()


def _head(label: str) -> str:
    """The label as a file name begins with it."""
    plain = _UNSAFE.sub("_", label)[:_LONGEST_LABEL].strip("._")
    return f"{plain}." if plain else ""


def _time_us(text: str) -> int:
    try:
        return int(datetime.strptime(text, _TIME).replace(tzinfo=UTC).timestamp()) * 1_000_000
    except ValueError:
        return 0


def _label(connection: apsw.Connection) -> str:
    """The label that a shard knows of its drive; empty where it knows none."""
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE name = 'meta'").fetchall()
    labels = connection.execute("SELECT value FROM meta WHERE key = 'label'").fetchall() if tables else []
    return str(labels[0][0]) if labels else ""

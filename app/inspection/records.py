"""What the catalogue has recorded of a path, for a file that is not there now."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.catalog.database import Database
from app.catalog.dberrors import ABSENT
from app.catalog.details import find_file
from app.catalog.inspections import recorded_document, recorded_problem, recorded_sequence, with_measured
from app.engine import Engine
from app.errors import AppError
from app.files.framerange import is_pattern, parse_pattern
from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.model.names import raw

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """What a drive has recorded of a path.

    Attributes:
        drive: whose records they are.
        file_id: the row of the file; None for a sequence.
        document: None where there is none.
        problem: why the file could not be read when it was last tried; empty where it could.
        in_sequence: whether the file is a frame of a sequence.
    """

    drive: Drive
    file_id: int | None
    document: Document | None
    problem: str = ""
    in_sequence: bool = False

    @property
    def hint(self) -> str:
        """What to do where there is no document."""
        if self.in_sequence:
            return (
                "Of a sequence the facts of its first, middle and last frame are kept: name one of them or the"
                " sequence, or connect the drive and scan it with --all-frames."
            )
        return "Its facts were never read, or by an older version. Connect the drive and scan it again."


def record_of(engine: Engine, path: str, token: CancelToken, *, shelf_only: bool = False) -> Record | None:
    """What is recorded of a file, or of a sequence by its pattern; None where no drive has it.

    Args:
        engine: its catalogue is asked.
        path: absolute or relative to the current folder; where the drive was seen last.
        token: cancels.
        shelf_only: ask only drives that are not connected: of one that is, the file itself is the truth.

    Raises:
        AppError: the shard of the drive cannot be used.
    """
    whole = os.path.abspath(path)  # noqa: PTH100 - bytes that are no Unicode must stay as they are
    for drive in deepest_first(engine.catalog.drives(look=False)):
        relative = below_base(whole, drive)
        if relative is None:
            continue
        if shelf_only and any(known.online for known in engine.catalog.drives() if known.id == drive.id):
            continue
        try:
            with engine.catalog.open_shard(drive, token) as database:
                found = _record(database, drive, relative)
        except AppError as error:
            if error.code != ABSENT:
                raise
            continue
        if found is not None:
            return found
    return None


def deepest_first(drives: Iterable[Drive]) -> list[Drive]:
    """Drives, those that lie in others before these."""
    return sorted(drives, key=lambda drive: len(drive.base), reverse=True)


def below_base(path: str, drive: Drive) -> bytes | None:
    """An absolute path below the base of a drive, raw with `/`; None where it does not lie there.

    Names that differ in case are the same on Windows alone.
    """
    root = drive.base.rstrip("/\\") + os.sep
    if not os.path.normcase(path).startswith(os.path.normcase(root)):
        return None
    return raw(path.replace(os.sep, "/"))[len(raw(root)) :]


def measured_before(document: Mapping[str, Any], recorded: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """A document of now with what was measured of the same bytes before; as it is where nothing was, or it has it.

    Args:
        document: as `inspect` gives it.
        recorded: what the drive has recorded of the path, as `recorded_document` or `recorded_sequence`; None for
            nothing.

    Returns:
        The document; with `measured`, the time of the record, where statistics came from there.
    """
    if recorded is None or document.get("stats") is not None or not _is_same(document, recorded):
        return document
    found = with_measured(dict(document), dict(recorded))
    return document if found.get("stats") is None else {**found, "measured": recorded["recorded"]}


def _is_same(document: Mapping[str, Any], recorded: Mapping[str, Any]) -> bool:
    """Whether both tell of the same content, as far as sizes and times say."""
    now, then = document.get("file") or {}, recorded.get("file") or {}
    return all(now.get(key) == then.get(key) for key in ("size_bytes", "mtime", "newest"))


def _record(database: Database, drive: Drive, relative: bytes) -> Record | None:
    file_id = find_file(database, relative)
    if file_id is not None:
        _, problem = recorded_problem(database, file_id) or ("", "")
        frame = database.value("SELECT sequence_id IS NOT NULL FROM file WHERE id = ?", (file_id,))
        return Record(drive, file_id, recorded_document(database, file_id), problem, bool(frame))
    folder, _, name = relative.rpartition(b"/")
    if not is_pattern(name):
        return None
    pattern = parse_pattern(name)
    for (sequence_id,) in list(
        database.rows(
            "SELECT q.id FROM sequence q JOIN folder d ON d.id = q.folder_id WHERE d.path = ? AND q.base = ?"
            " AND q.ext = ? AND q.pad IN (?, 1) AND q.missed_scan IS NULL ORDER BY q.pad DESC",
            (folder, pattern.base, pattern.ext, pattern.pad),
        )
    ):
        document = recorded_sequence(database, sequence_id)
        if document is not None:
            return Record(drive, None, document)
    return None

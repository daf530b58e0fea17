"""The verdicts of a shard: the newest record of each asset's sidecar, kept so that search and reports can show it.

The sidecar beside the media is the authority; these rows can be made again from it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.catalog.database import Database


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """The newest record of one asset.

    Attributes:
        folder: path of the asset's folder relative to the drive's base, raw bytes.
        asset: the asset's name in it, raw bytes; of a sequence with its padding (`sh010.####.exr`).
        result: `pass`, `fail` or `pending`.
        size, mtime_ns: of a single file when it was judged; None for a sequence.
        fingerprint: of a sequence when it was judged; empty for a single file.
        sidecar: path of the sidecar relative to the asset's folder, raw bytes.
        record: the whole record without its history, JSON-ready.
    """

    folder: bytes
    asset: bytes
    result: str
    operator: str
    time_us: int
    note: str
    reasons: tuple[str, ...]
    policy_version: str
    content_hash: str
    size: int | None
    mtime_ns: int | None
    fingerprint: str
    sidecar: bytes
    record: dict[str, Any]


def save_verdicts(database: Database, rows: Iterable[VerdictRow]) -> int:
    """Keep verdicts, each in place of the one before; how many.

    A verdict in a folder that the shard does not know is left out: the next scan of that folder brings it in.
    """
    kept = 0
    for row in rows:
        folder_id = database.value("SELECT id FROM folder WHERE path = ?", (row.folder,))
        if folder_id is None:
            continue
        database.run(
            "INSERT OR REPLACE INTO verdict (folder_id, asset, result, operator, time_us, note, reasons,"
            " policy_version, content_hash, size, mtime_ns, fingerprint, sidecar, record)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                folder_id,
                row.asset,
                row.result,
                row.operator,
                row.time_us,
                row.note,
                json.dumps(row.reasons),
                row.policy_version,
                row.content_hash,
                row.size,
                row.mtime_ns,
                row.fingerprint,
                row.sidecar,
                json.dumps(row.record),
            ),
        )
        kept += 1
    return kept


def newest_record(database: Database, folder: bytes, asset: bytes) -> dict[str, Any] | None:
    """The newest record of an asset, without its history; None where it has none.

    Args:
        database: the shard.
        folder: the asset's folder relative to the drive's base, raw bytes.
        asset: its name in it; of a sequence with its padding.
    """
    record = database.value(
        "SELECT record FROM verdict WHERE folder_id = (SELECT id FROM folder WHERE path = ?) AND asset = ?",
        (folder, asset),
    )
    found: dict[str, Any] | None = None if record is None else json.loads(record)
    return found


def forget_verdicts(database: Database, sidecars: Iterable[tuple[bytes, bytes]]) -> None:
    """Drop the verdicts that came from sidecars which were removed.

    Args:
        database: the shard.
        sidecars: folder of the asset relative to the drive's base, and path of the sidecar relative to that folder.
    """
    for folder, sidecar in sidecars:
        database.run(
            "DELETE FROM verdict WHERE folder_id = (SELECT id FROM folder WHERE path = ?) AND sidecar = ?",
            (folder, sidecar),
        )


def forget_verdicts_without_sidecar(database: Database, scan_id: int) -> None:
    """Drop the verdicts whose sidecar went missing in a generation."""
    database.run(
        "DELETE FROM verdict WHERE (folder_id, asset) IN (SELECT v.folder_id, v.asset FROM verdict v"
        " JOIN folder home ON home.id = v.folder_id"
        " JOIN folder place ON place.path ="
        "  CASE WHEN instr(v.sidecar, x'2f') = 0 THEN home.path"
        "   WHEN length(home.path) = 0 THEN x'2e7163' ELSE CAST(home.path || x'2f2e7163' AS BLOB) END"
        " JOIN block b ON b.folder_id = place.id JOIN file f ON f.id BETWEEN b.first_id AND b.last_id"
        " WHERE f.missed_scan = ? AND f.name ="
        "  CAST(CASE WHEN instr(v.sidecar, x'2f') = 0 THEN v.sidecar ELSE substr(v.sidecar, 5) END AS BLOB))",
        (scan_id,),
    )

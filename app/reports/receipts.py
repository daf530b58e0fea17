"""The proof of a wipe that is safe."""

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from app.catalog.hashes import shown_hash
from app.catalog.replicas import Replica
from app.engine import Engine
from app.errors import UsageError
from app.model.names import raw_name, shown
from app.model.times import now_us, rfc3339
from app.wholefile import cannot_write

_SCHEMA = "reelmark.wipe-receipt/1"


class Receipt:
    """JSON lines, streamed into a file that gets its name only at the end.

    The first line says what was asked, each further one names a file with its copies, and the last one holds the totals
    and the SHA-256 of all lines before it.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def begin(self, asked: dict[str, Any]) -> None:
        """Write what was asked."""
        self._write({"schema": _SCHEMA, "made": rfc3339(now_us()), **asked})

    def add(self, path: bytes, size: int, content: bytes | None, copies: list[Replica]) -> None:
        """Write a file (relative to the drive's base), its size in bytes, its stored hash and its copies."""
        told = [{"drive_id": copy.drive.id, **copy.document()} for copy in copies]
        line = {"path": shown(path), "size": size, "content_hash": shown_hash(content), "copies": told}
        encoded = raw_name(path)
        self._write(line if encoded is None else {**line, "raw_name": encoded})

    def end(self, files: int, size: int) -> None:
        """Write the totals."""
        self._write({"safe": True, "files": files, "bytes": size, "sha256": self._digest.hexdigest()})

    def _write(self, line: dict[str, Any]) -> None:
        data = json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        self._digest.update(data)
        self._file.write(data)


def receipt_path(engine: Engine, wanted: str | None, wiped: str) -> Path:
    """Where a receipt goes: a new file under `exports/receipts`, or where somebody wants it.

    Args:
        engine: the working directory.
        wanted: a file, or None.
        wiped: absolute path of what is to be wiped.

    Raises:
        UsageError: it would be wiped as well.
        InputError: its folder cannot be made.
    """
    if wanted is not None:
        path = Path(wanted).absolute()
        if Path(wiped) in path.resolve().parents:
            raise UsageError(
                f"the receipt would lie in {shown(wiped)}, which is to be wiped", hint="Choose another place."
            )
        return path
    folder = engine.home.exports / "receipts"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return folder / f"wipe_{datetime.now(UTC):%Y%m%d_%H%M%SZ}_{os.urandom(2).hex()}.jsonl"

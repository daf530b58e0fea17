"""The QC sidecar beside a media file: its names, its format, reading and writing it.

A sidecar is one flat JSON document, `reelmark-sidecar/1`. The field names that older tools wrote stand at its top
(`qc_id`, `qc_time`, `operator`, `qc_result`, `content_hash`, `sequence`, ...), so those tools read ours and we read
theirs; a document without `schema` is one of theirs. `history` holds earlier records whole, oldest first.

Canonical bytes are those of RFC 8785 over the document without `signature`; a record's hash, which its successor
carries as `previous_hash`, leaves out `history` too.
"""

import base64
import binascii
import json
import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.errors import InputError, RecordsBroken
from app.files.atomic import write_whole
from app.files.hashing import hash_bytes
from app.model.names import decoded, raw, shown
from app.model.times import parse_time

SCHEMA = "reelmark-sidecar/1"
SCHEMA_FAMILY = "reelmark-sidecar/"
SUFFIX = b".qc.json"
SUBDIR = ".qc"
MODES = ("subdir", "dot", "inline")
VERDICTS = ("pass", "fail", "pending")
MAX_BYTES = 16 << 20

_MAX_NAME = 254
_HASH_DIGITS = 16
_SAFE_INTEGER = 2**53 - 1

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """One QC record as it was read.

    Attributes:
        document: the whole JSON document, unknown fields included. Not to be changed.
        path: the sidecar it stands in.
    """

    document: Document
    path: Path

    @property
    def legacy(self) -> bool:
        """Whether an older tool wrote it."""
        return "schema" not in self.document

    @property
    def qc_id(self) -> str | None:
        """The record's id."""
        return _text(self.document.get("qc_id")) or None

    @property
    def verdict(self) -> str:
        """`pass`, `fail` or `pending`."""
        return str(self.document["qc_result"]).lower()

    @property
    def operator(self) -> str:
        """Who gave the verdict; empty for a record that a crawl wrote by itself."""
        return _text(self.document.get("operator"))

    @property
    def time(self) -> str:
        """When, as written."""
        return _text(self.document.get("qc_time"))

    @property
    def time_us(self) -> int:
        """When, in microseconds since 1970; 0 where the field cannot be read."""
        try:
            return parse_time(self.time)
        except ValueError:
            return 0

    @property
    def note(self) -> str:
        """The operator's note."""
        return _text(self.document.get("notes"))

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reason codes of the verdict."""
        found = self.document.get("reasons")
        return tuple(code for code in found if isinstance(code, str)) if isinstance(found, list) else ()

    @property
    def policy_version(self) -> str:
        """The policy the verdict was given under."""
        return _text(self.document.get("policy_version"))

    @property
    def content_hash(self) -> str:
        """`blake3:...`, `sha256:...`, or empty."""
        return _text(self.document.get("content_hash"))

    @property
    def verifiable(self) -> bool:
        """Whether `content_hash` can be made again: older tools made manifests of sequences by another recipe."""
        return not (self.document.get("unverifiable") or (self.legacy and self.sequence is not None))

    @property
    def sequence(self) -> Document | None:
        """What it says about a file sequence; None for a single file."""
        found = self.document.get("sequence")
        return found if isinstance(found, dict) else None

    @property
    def size(self) -> int | None:
        """Bytes of a single file when it was recorded."""
        found = self.document.get("size_bytes")
        return found if isinstance(found, int) else None

    @property
    def mtime_ns(self) -> int | None:
        """Modification time of a single file when it was recorded, nanoseconds."""
        found = self.document.get("mtime_ns")
        try:
            return int(found) if isinstance(found, str | int) else None
        except ValueError:
            return None

    @property
    def fingerprint(self) -> str:
        """Fingerprint of a sequence's names, sizes and times; empty where there is none."""
        return _text((self.sequence or {}).get("fingerprint"))

    @property
    def cheap_fp(self) -> Document:
        """Number of files, bytes and newest time (whole seconds) of a sequence."""
        found = (self.sequence or {}).get("cheap_fp")
        return found if isinstance(found, dict) else {}

    @property
    def asset_name(self) -> bytes:
        """Raw name of the asset in its folder, as the document says; empty where it says nothing."""
        encoded = self.document.get("raw_name")
        if isinstance(encoded, str):
            try:
                return base64.b64decode(encoded, validate=True)
            except binascii.Error:
                return b""
        return raw_or_empty(_text(self.document.get("asset_name")))

    @property
    def history(self) -> tuple[Document, ...]:
        """Earlier records, oldest first."""
        found = self.document.get("history")
        return tuple(entry for entry in found if isinstance(entry, dict)) if isinstance(found, list) else ()


def sidecar_name(asset: bytes) -> bytes:
    """The name of an asset's sidecar, without the dot of mode `dot`.

    Args:
        asset: raw name of a single file, or of a sequence as `sequence_name` gives it (`sh010.####.exr`).

    Returns:
        At most 254 bytes: a longer one is cut and ends with `~` and a hash of the whole name.
    """
    if len(asset) + len(SUFFIX) <= _MAX_NAME:
        return asset + SUFFIX
    mark = b"~" + hash_bytes(asset).partition(":")[2][:_HASH_DIGITS].encode()
    cut = asset[: _MAX_NAME - len(SUFFIX) - len(mark)]
    if _is_text(asset):
        cut = cut.decode("utf-8", "ignore").encode()
    return cut + mark + SUFFIX


def sidecar_path(folder: Path, asset: bytes, mode: str) -> Path:
    """Where the sidecar of an asset in `folder` is written in a mode: `subdir`, `dot` or `inline`."""
    name = decoded(sidecar_name(asset))
    if mode == "subdir":
        return folder / SUBDIR / name
    return folder / (f".{name}" if mode == "dot" else name)


def read_sidecar(path: Path) -> Record:
    """Read one sidecar, ours or an older tool's.

    Raises:
        FileNotFoundError: it is not there.
        InputError: it may not be read.
        RecordsBroken: `sidecar.broken`, `sidecar.newer`: it is no sidecar, damaged, or of a newer version.
    """
    return parse_sidecar(sidecar_content(path), path)


def parse_sidecar(data: bytes, path: Path) -> Record:
    """The record in the content of a sidecar; `path` is where it stands.

    Raises:
        RecordsBroken: as `read_sidecar`.
    """
    document = parse_document(data, path)
    result = document.get("qc_result")
    if not isinstance(result, str) or result.lower() not in VERDICTS:
        raise _broken(path, "it has no qc_result of pass, fail or pending")
    schema = document.get("schema", SCHEMA)
    if schema != SCHEMA:
        if isinstance(schema, str) and schema.startswith(SCHEMA_FAMILY):
            raise RecordsBroken(
                f"{shown(str(path))} is of a newer version: {schema}",
                code="sidecar.newer",
                hint="Use a newer Reelmark for this folder.",
            )
        raise _broken(path, f"its schema is {schema!r}")
    return Record(document, path)


def write_sidecar(path: Path, document: Document) -> None:
    """Write a sidecar whole. The folder must exist; see `write_whole` for what is raised."""
    try:
        data = json.dumps(document, ensure_ascii=False, indent=2).encode()
    except UnicodeEncodeError:
        data = json.dumps(document, indent=2).encode()
    write_whole(path, data + b"\n")


def parse_document(data: bytes, path: Path) -> Document:
    """The JSON object in `data`; `path` is named in errors.

    Raises:
        RecordsBroken: not UTF-8, not JSON, not an object, a key twice in one object, NaN or an infinity in it.
    """
    try:
        document = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise _broken(path, why) from error
    if not isinstance(document, dict):
        raise _broken(path, "it holds no JSON object")
    return document


def canonical_bytes(document: Document) -> bytes:
    """RFC 8785 bytes of a document without its `signature`.

    What RFC 8785 has no form for (integers beyond 2^53, text with lone surrogates; only older tools wrote such)
    goes in as text.
    """
    import rfc8785

    return rfc8785.dumps(_canonical({key: value for key, value in document.items() if key != "signature"}))


def record_hash(document: Document) -> str:
    """The hash by which a successor names this record: without `signature` and `history`."""
    return hash_bytes(canonical_bytes({key: value for key, value in document.items() if key != "history"}))


def sidecar_time(us: int) -> str:
    """Microseconds since 1970 as sidecars write it: `2026-11-20T10:00:00.000000+00:00`."""
    return (
        datetime.fromtimestamp(us / 1_000_000, UTC)
        .replace(microsecond=us % 1_000_000)
        .isoformat(timespec="microseconds")
    )


def raw_or_empty(text: str) -> bytes:
    """Raw bytes of a name in a document; empty where the text can be no name."""
    try:
        return raw(text)
    except UnicodeEncodeError:
        return b""


def sidecar_content(path: Path) -> bytes:
    """The bytes of a sidecar; a link, a pipe or something far too large is refused.

    Raises:
        FileNotFoundError: it is not there.
        InputError, RecordsBroken: as `read_sidecar`.
    """
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        handle = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError(*error.args) from error
    except PermissionError as error:
        raise InputError(f"{shown(str(path))} may not be read", code="sidecar.permission") from error
    except OSError as error:
        raise _broken(path, error.strerror or str(error)) from error
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise _broken(path, "it is not a regular file")
        if status.st_size > MAX_BYTES:
            raise _broken(path, f"it is larger than {MAX_BYTES >> 20} MiB")
        try:
            return file.read(MAX_BYTES)
        except OSError as error:
            raise _broken(path, error.strerror or str(error)) from error


def _broken(path: Path, why: str) -> RecordsBroken:
    return RecordsBroken(
        f"{shown(str(path))} is not a sidecar that can be read: {why}",
        code="sidecar.broken",
        hint="Nothing was changed. Repair the file or move it away, then crawl again.",
    )


def _unique(pairs: list[tuple[str, Any]]) -> Document:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands in it twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _canonical(value: Any) -> Any:
    if isinstance(value, str):
        return value if _is_text(value) else value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _SAFE_INTEGER:
        return str(value)
    if isinstance(value, dict):
        return {_canonical(key): _canonical(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_canonical(entry) for entry in value]
    return value


def _is_text(name: str | bytes) -> bool:
    try:
        if isinstance(name, bytes):
            name.decode()
        else:
            name.encode()
    except UnicodeError:
        return False
    return True


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""

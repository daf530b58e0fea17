"""Composing the document of a sidecar: pending records, sign-offs, what is carried over, and the history behind it."""

import base64
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app import __version__
from app.files.framerange import bare_base, frame_range, gap_count, missing_count, spans
from app.files.manifest import cheap_fingerprint, fingerprint
from app.files.sidecar import SCHEMA, Document, Record, record_hash, sidecar_time
from app.model.frames import FileSequence, Frame
from app.model.names import posix, raw_name, shown
from app.model.times import now_us, uuid7
from app.qc.assets import Asset
from app.qc.judge import Content

TOOL_VERSION = f"reelmark/{__version__}"

#: Fields that a new record states itself; everything else that its predecessor carried is kept.
_OWN = frozenset(
    {
        "schema",
        "qc_id",
        "qc_time",
        "operator",
        "role",
        "tool_version",
        "policy_version",
        "policy_sha256",
        "asset_path",
        "asset_name",
        "raw_name",
        "asset_kind",
        "size_bytes",
        "mtime_ns",
        "content_hash",
        "content_read_time",
        "unverifiable",
        "qc_result",
        "notes",
        "reasons",
        "sequence",
        "findings",
        "waivers",
        "supersedes",
        "previous_hash",
        "signature",
        "history",
        "carried_over_from",
        "undoes",
        "undone_by",
    }
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an operator says about an asset, under a policy. Without an operator: pending, by a crawl."""

    policy_version: str
    result: str = "pending"
    operator: str = ""
    note: str = ""
    reasons: tuple[str, ...] = ()


def new_record(asset: Asset, content: Content, verdict: Verdict, before: Record | None) -> Document:
    """A record that follows `before`, which goes whole into its history."""
    return _compose(asset, content, verdict, before, history=_history_with(before), follows=before)


def refreshed(asset: Asset, content: Content, verdict: Verdict, before: Record) -> Document:
    """A pending record in the place of one that nobody had looked at: what stood behind that stands behind this."""
    document = _compose(asset, content, verdict, before, history=list(before.history), follows=None)
    for key in ("supersedes", "previous_hash"):
        document[key] = before.document.get(key)
    return document


def carried_over(asset: Asset, content: Content | None, before: Record) -> Document:
    """An older tool's verdict in our form; its own document goes into the history.

    Args:
        asset: as it lies there.
        content: what was read, equal to what the verdict was given on; None where that cannot be checked.
        before: the older tool's record.
    """
    verdict = Verdict(before.policy_version, before.verdict, before.operator, before.note, before.reasons)
    known = content or Content(before.content_hash, asset.members, now_us())
    document = _compose(asset, known, verdict, before, history=_history_with(before), follows=before)
    document["qc_time"] = before.time or document["qc_time"]
    document["carried_over_from"] = before.document.get("tool_version")
    if content is None:
        document["unverifiable"] = True
    return document


def undone(record: Record, undone_by: str) -> Document | None:
    """A record that restores the one before it, on the content that one saw; None where there is none before."""
    if not record.history:
        return None
    restored = {key: value for key, value in record.history[-1].items() if key != "history"}
    if "schema" not in restored and restored.get("sequence"):
        restored["unverifiable"] = True
    same = ("asset_path", "asset_name", "raw_name", "asset_kind")
    return {
        **{key: value for key, value in record.document.items() if key not in _OWN},
        **restored,
        **{key: record.document[key] for key in same if key in record.document},
        "schema": SCHEMA,
        "qc_id": uuid7(),
        "qc_time": sidecar_time(now_us()),
        "tool_version": TOOL_VERSION,
        "supersedes": record.qc_id,
        "previous_hash": record_hash(record.document),
        "undoes": record.qc_id,
        "undone_by": undone_by or None,
        "signature": None,
        "history": _history_with(record),
    }


def _compose(
    asset: Asset,
    content: Content,
    verdict: Verdict,
    before: Record | None,
    *,
    history: list[Document],
    follows: Record | None,
) -> Document:
    kept = {key: value for key, value in before.document.items() if key not in _OWN} if before else {}
    document: Document = {
        "schema": SCHEMA,
        "qc_id": uuid7(),
        "qc_time": sidecar_time(now_us()),
        "operator": verdict.operator or None,
        "role": None,
        "tool_version": TOOL_VERSION,
        "policy_version": verdict.policy_version,
        "policy_sha256": None,
        "asset_path": posix(asset.path),
        "asset_name": shown(asset.name),
        "asset_kind": "single" if asset.sequence is None else "sequence",
        "asset_id": kept.pop("asset_id", None),
        "content_hash": content.content_hash,
        "content_read_time": sidecar_time(content.read_us),
        "qc_result": verdict.result,
        "notes": verdict.note,
        "reasons": list(verdict.reasons),
        "sequence": _sequence_facts(asset.sequence, content) if asset.sequence else None,
        "findings": {"counts": {}, "worst": None},
        "waivers": [],
        "tracking": kept.pop("tracking", None) or {"system": None, "id": None, "state": None},
        "supersedes": follows.qc_id if follows else None,
        "previous_hash": record_hash(follows.document) if follows else None,
        "signature": None,
        **kept,
        "history": history,
    }
    if encoded := raw_name(asset.name):
        document["raw_name"] = encoded
    if asset.sequence is None:
        _, size, mtime = content.members[0]
        document |= {"size_bytes": size, "mtime_ns": str(mtime)}
    return document


def _history_with(before: Record | None) -> list[Document]:
    if before is None:
        return []
    return [*before.history, {key: value for key, value in before.document.items() if key != "history"}]


def _sequence_facts(sequence: FileSequence, content: Content) -> dict[str, Any]:
    missing = missing_count(sequence.frames)
    facts: dict[str, Any] = {
        "base": shown(bare_base(sequence)),
        "ext": shown(sequence.ext.lstrip(b".")),
        "first": shown(sequence.names[0]),
        "last": shown(sequence.names[-1]),
        "frame_count": len(sequence.frames),
        "frame_min": _number(sequence.first),
        "frame_max": _number(sequence.last),
        "pad": sequence.pad,
        "range_count": len(spans(sequence.frames)),
        "holes": missing,
        "missing_count": missing,
        "gap_count": gap_count(sequence.frames),
        "ranges": frame_range(sequence.frames),
        "cheap_fp": cheap_fingerprint(content.members),
        "fingerprint": fingerprint(content.members),
    }
    for key, name in (("raw_first", sequence.names[0]), ("raw_last", sequence.names[-1])):
        if raw_name(name):
            facts[key] = base64.b64encode(name).decode()
    return facts


def _number(frame: Frame) -> int | float:
    return float(frame) if isinstance(frame, Decimal) else frame

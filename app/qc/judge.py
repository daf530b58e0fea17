"""Whether an asset is still what its record saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from app.files.framerange import missing_count
from app.files.hashcache import FileState, HashCache, is_racy
from app.files.manifest import cheap_fingerprint, fingerprint, manifest_hash
from app.files.sidecar import Record
from app.model.times import parse_time
from app.qc.assets import Asset


class Sameness(Enum):
    """What can be said without reading the content."""

    SAME = "same"
    CHANGED = "changed"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Content:
    """What the content of an asset was found to be.

    Attributes:
        content_hash: of the file, or the manifest hash of the sequence.
        members: name, size and time of each as they were when it was hashed.
        read_us: when, microseconds since 1970.
    """

    content_hash: str
    members: tuple[tuple[bytes, int, int], ...]
    read_us: int


def compare(asset: Asset, record: Record, cache: HashCache, states: Mapping[bytes, FileState]) -> Sameness:
    """Compare an asset with its record by sizes, times and fingerprints.

    Args:
        asset: as it was listed.
        record: what its sidecar says.
        cache: hashes of the folder; they tell a file that was rewritten with its old size and time.
        states: state of the members, as far as they were looked at.
    """
    if asset.sequence is None:
        outcome = _compare_single(asset, record)
    elif record.verifiable:
        outcome = _compare_sequence(asset, record)
    else:
        return _compare_cheaply(asset, record)
    if outcome is Sameness.SAME and (
        is_racy(asset.newest_mtime_ns, _seen_us(record) * 1000)
        or any(name in states and cache.suspects(name, states[name]) for name, _, _ in asset.members)
    ):
        return Sameness.UNSURE
    return outcome


def same_content(record: Record, content: Content) -> bool:
    """Whether a hash that was made now is the one in the record. Both must be of one algorithm."""
    return record.content_hash == content.content_hash


def needed_algorithm(record: Record | None, best: str) -> str:
    """The algorithm with which the content can be compared with a record: its own."""
    named = record.content_hash.partition(":")[0] if record and record.verifiable else ""
    return named if named in ("blake3", "sha256") else best


def content_of(asset: Asset, hashes: Mapping[bytes, tuple[int, int, str]], read_us: int, algorithm: str) -> Content:
    """The content of an asset from the size, time and hash of each member."""
    members = tuple((name, *hashes[name][:2]) for name, _, _ in asset.members)
    if asset.sequence is None:
        return Content(hashes[asset.name][2], members, read_us)
    rows = ((name, hashes[name][0], hashes[name][2]) for name, _, _ in asset.members)
    return Content(manifest_hash(rows, algorithm), members, read_us)


def _compare_single(asset: Asset, record: Record) -> Sameness:
    _, size, mtime = asset.members[0]
    if record.size is None or record.mtime_ns is None:
        return Sameness.UNSURE
    if record.size != size:
        return Sameness.CHANGED
    return Sameness.SAME if record.mtime_ns == mtime else Sameness.UNSURE


def _compare_sequence(asset: Asset, record: Record) -> Sameness:
    if record.fingerprint == fingerprint(asset.members):
        return Sameness.SAME
    seen, now = record.cheap_fp, cheap_fingerprint(asset.members)
    if any(seen.get(key, now[key]) != now[key] for key in ("files", "bytes")):
        return Sameness.CHANGED
    return Sameness.UNSURE


def _compare_cheaply(asset: Asset, record: Record) -> Sameness:
    """By what an older tool noted of a sequence; its hash of the content cannot be made again."""
    assert asset.sequence is not None
    now: dict[str, object] = {
        **cheap_fingerprint(asset.members),
        "frame_count": len(asset.members),
        "frame_min": asset.sequence.first,
        "frame_max": asset.sequence.last,
        "missing_count": missing_count(asset.sequence.frames),
    }
    seen = {**(record.sequence or {}), **record.cheap_fp}
    if isinstance(seen.get("newest_mtime"), float):
        seen["newest_mtime"] = int(seen["newest_mtime"])
    same = all(seen[key] == value for key, value in now.items() if seen.get(key) is not None)
    return Sameness.SAME if same else Sameness.CHANGED


def _seen_us(record: Record) -> int:
    """When the content was read: files that were younger than a clock tick then may have changed unseen."""
    read = record.document.get("content_read_time")
    try:
        return parse_time(read) if isinstance(read, str) else record.time_us
    except ValueError:
        return 0

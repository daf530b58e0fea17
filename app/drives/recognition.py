"""What two passports say about each other: the same drive, a clone of it, a re-formatted one, another one.

Each piece of evidence that both passports have agrees or disagrees, with a weight; together they make the confidence.
The verdict follows rules, not the sum: a hardware serial number that differs under one file-system UUID is what a byte
copy looks like, however much else agrees.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.drives.rootprint import overlap
from app.drives.shares import same_server
from app.model.drives import Passport


class Verdict(StrEnum):
    """What came of comparing."""

    SAME = "same"
    ELSEWHERE = "elsewhere"
    REFORMATTED = "reformatted"
    CLONE = "clone"
    OTHER = "other"
    ASK = "ask"


SENTENCES = {
    Verdict.SAME: "the same drive",
    Verdict.ELSEWHERE: "the same drive, mounted elsewhere",
    Verdict.REFORMATTED: "the same disk, re-formatted",
    Verdict.CLONE: "a byte clone of another drive",
    Verdict.OTHER: "another drive",
    Verdict.ASK: "perhaps the same drive: the evidence does not decide",
}


@dataclass(frozen=True, slots=True)
class Recognition:
    """A verdict, how sure it is (0 to 1), and why, in short sentences; what speaks most comes first."""

    verdict: Verdict
    confidence: float
    reasons: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether records of the drive may be brought up to date from there."""
        return self.verdict in (Verdict.SAME, Verdict.ELSEWHERE)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One comparison: what it is about, its weight, and from -1 (contradicts) to 1 (agrees) what it says."""

    name: str
    weight: float
    says: float
    reason: str


#: What copying a volume byte by byte does not copy.
_HARDWARE = ("serial", "wwn", "image")
_WORDS = {
    "filesystem_uuid": "file-system id",
    "partition_uuid": "partition id",
    "table_uuid": "disk id",
    "serial": "serial number",
    "wwn": "world-wide name",
    "image": "image file",
    "model": "model",
    "filesystem_type": "file system",
    "label": "volume label",
    "marker": "marker file",
}
#: Weight where a field agrees, and where it disagrees.
_WEIGHTS = {
    "filesystem_uuid": (5.0, 5.0),
    "partition_uuid": (3.0, 3.0),
    "table_uuid": (2.0, 2.0),
    "serial": (3.0, 3.0),
    "wwn": (3.0, 3.0),
    "image": (2.0, 2.0),
    "model": (0.5, 1.0),
    "filesystem_type": (0.5, 4.0),
    "label": (0.5, 0.25),
    "marker": (6.0, 6.0),
}
#: File systems that lie on several devices, or whose devices are named anew each time.
_MANY_DEVICES = frozenset(["btrfs", "zfs", "bcachefs"])
_ALIKE, _SOME = 0.7, 0.1
#: Share of a partition by which file systems differ in what they leave for files.
_OWN_NEEDS = 0.1


def recognise(before: Passport, now: Passport, *, first_connected: bool = False) -> Recognition:
    """Judge whether `now` is the drive that `before` was recorded of.

    Args:
        before: the passport in the catalogue.
        now: what lies there now.
        first_connected: whether the recorded device is there too, so that `now` cannot be it.
    """
    pieces = list(_pieces(before, now))
    verdict = _verdict(before, now, {piece.name: piece.says for piece in pieces}, first_connected)
    weight = sum(piece.weight for piece in pieces)
    agreement = sum(piece.weight * piece.says for piece in pieces) / weight if weight else 0.0
    reasons = [piece.reason for piece in sorted(pieces, key=lambda piece: -piece.weight * abs(piece.says))]
    if first_connected and verdict is Verdict.CLONE:
        reasons.insert(0, "the first one is there as well")
    return Recognition(verdict, round(_confidence(verdict, agreement, weight, first_connected), 2), tuple(reasons[:6]))


def _confidence(verdict: Verdict, agreement: float, weight: float, first_connected: bool) -> float:
    """How sure a verdict is: the more evidence there is, the nearer to what it says."""
    much = weight / (weight + 2)
    if verdict in (Verdict.SAME, Verdict.ELSEWHERE):
        return much * (0.5 + agreement / 2)
    if verdict is Verdict.ASK:
        return 0.5 * much
    if verdict is Verdict.CLONE:
        return 0.98 if first_connected else 0.85
    return much * (0.75 - agreement / 4)


def _verdict(before: Passport, now: Passport, says: dict[str, float], first_connected: bool) -> Verdict:
    if before.network or now.network:
        return _of_share(before, now, says)
    identity = says.get("filesystem_uuid")
    if identity == 1:
        return _of_same_volume(before, now, says, first_connected)
    same_hardware = any(says.get(name) == 1 for name in (*_HARDWARE, "partition_uuid")) and not any(
        says.get(name) == -1 for name in _HARDWARE
    )
    other_part = says.get("partition_uuid") == -1 and says.get("table_uuid") == 1
    if identity == -1 or says.get("filesystem_type") == -1:
        if same_hardware and not other_part and not first_connected and _same_part(before, now, says):
            return Verdict.REFORMATTED
        return Verdict.ASK if says.get("marker") == 1 else Verdict.OTHER
    return _of_nameless(before, now, says, same_hardware and not other_part)


def _same_part(before: Passport, now: Passport, says: dict[str, float]) -> bool:
    """Whether two file systems on one disk lie on the same part of it; formats keep more or less for themselves."""
    if says.get("partition_uuid") == 1 or says.get("image") == 1:
        return True
    sizes = sorted((before.capacity_bytes, now.capacity_bytes))
    return not sizes[0] or sizes[1] - sizes[0] <= sizes[1] * _OWN_NEEDS


def _of_share(before: Passport, now: Passport, says: dict[str, float]) -> Verdict:
    share = says.get("share")
    if share is None:
        return _place(before, now) if before.device and before.device == now.device else Verdict.OTHER
    if share == 1:
        return Verdict.ASK if says.get("marker") == -1 else _place(before, now)
    renamed = before.share == now.share and says.get("root") == 1
    return Verdict.ASK if renamed or says.get("marker") == 1 else Verdict.OTHER


def _of_same_volume(before: Passport, now: Passport, says: dict[str, float], first_connected: bool) -> Verdict:
    """One file-system id: the same volume, unless what a byte copy does not copy differs."""
    if before.filesystem_type in _MANY_DEVICES:
        return _place(before, now)
    if first_connected:
        return Verdict.CLONE
    if says.get("marker") == -1:
        return Verdict.ASK
    differs = [name for name in (*_HARDWARE, "partition_uuid", "table_uuid") if says.get(name) == -1]
    agrees = [name for name in _HARDWARE if says.get(name) == 1]
    if differs == ["image"]:
        return _place(before, now)
    if differs and not agrees:
        docks = "usb" in (before.transport, now.transport) and not {"partition_uuid", "table_uuid"} & set(differs)
        return Verdict.ASK if docks else Verdict.CLONE
    if not agrees and says.get("capacity") == -1 and says.get("root", 0) <= -1:
        return Verdict.OTHER
    return _place(before, now)


def _of_nameless(before: Passport, now: Passport, says: dict[str, float], same_hardware: bool) -> Verdict:
    """Without a file-system id on both sides."""
    if says.get("marker") == 1 or same_hardware:
        return _place(before, now)
    known_device = before.device.startswith(("/", "\\")) and before.device == now.device
    if known_device and before.capacity_bytes == now.capacity_bytes:
        return Verdict.SAME
    if any(says.get(name) == -1 for name in (*_HARDWARE, "marker")):
        return Verdict.ASK
    if before.mount and (before.device, before.mount) == (now.device, now.mount):
        strange = says.get("root", 0) <= -1 and bool(before.folder_id) and before.folder_id != now.folder_id
        return Verdict.ASK if strange else Verdict.SAME
    return Verdict.SAME if not before.mount or not now.mount else Verdict.ASK


def _place(before: Passport, now: Passport) -> Verdict:
    return Verdict.ELSEWHERE if before.mount and now.mount and before.mount != now.mount else Verdict.SAME


def _pieces(before: Passport, now: Passport) -> Iterator[_Piece]:
    for name, (agrees, disagrees) in _WEIGHTS.items():
        old, new = str(getattr(before, name)), str(getattr(now, name))
        if name in ("filesystem_uuid", "filesystem_type", "label") and (before.network or now.network):
            continue
        equal = _equal(name, old, new) if old and new else None
        if equal is not None:
            word = _WORDS[name]
            reason = f"the {word} is the same ({new})" if equal else f"the {word} was {old} and is {new}"
            yield _Piece(name, agrees if equal else disagrees, 1.0 if equal else -1.0, reason)
    if before.server and now.server:
        equal = same_server(before.server, now.server) and before.share == now.share
        old, new = f"{before.server}/{before.share}", f"{now.server}/{now.share}"
        yield _Piece("share", 6.0, 1.0 if equal else -1.0, f"the share is {new}" + ("" if equal else f", it was {old}"))
    yield from _sizes(before, now)


def _sizes(before: Passport, now: Passport) -> Iterator[_Piece]:
    old, new = before.capacity_bytes, now.capacity_bytes
    if old and new and not (before.network or now.network):
        near = abs(old - new) <= max(old, new) // 100
        reason = "the capacity is the same" if near else f"the capacity was {old:,} bytes and is {new:,}"
        yield _Piece("capacity", 1.0 if near else 3.0, 1.0 if near else -1.0, reason)
    alike = overlap(before.root_sketch, now.root_sketch)
    if alike is None:
        return
    if alike >= _ALIKE:
        yield _Piece("root", 4.0, 1.0, f"{alike:.0%} of what lies at the top is as it was")
    elif alike > _SOME:
        yield _Piece("root", 2.0, alike, f"{alike:.0%} of what lies at the top is as it was")
    else:
        yield _Piece("root", 2.0, -1.0, "nothing of what lay at the top is there")


def _equal(name: str, old: str, new: str) -> bool | None:
    """Whether two values agree; None where they are not of one kind, as two systems may tell them."""
    old, new = old.strip().lower(), new.strip().lower()
    if name == "wwn":
        old, new = (re.sub(r"^(0x|naa\.|eui\.)", "", value) for value in (old, new))
    if name == "image":
        old, new = (value.removesuffix(" (deleted)") for value in (old, new))
    return old == new if name != "filesystem_uuid" else same_volume_id(old, new)


def same_volume_id(old: str, new: str) -> bool | None:
    """Whether two file-system ids are one; None where they are not of one kind, as two systems may tell them.

    Of a volume's serial number Windows tells the lower half of what Linux does; macOS makes a UUID of its own.
    """
    old, new = sorted((re.sub("[-{}]", "", value.lower()) for value in (old, new)), key=len)
    if len(old) == 8 and len(new) == 16:
        return new.endswith(old)
    return None if len(old) <= 16 and len(new) == 32 else old == new

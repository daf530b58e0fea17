"""What a broadcast WAVE knows beyond its sound: the `bext` chunk and iXML, with the time code that both give.

Sources: EBU Tech 3285 (bext, versions 0 to 2), EBU Tech 3306 (RF64), the iXML specification 2.10.
"""

import struct
from collections.abc import Iterator
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree

from app.media.opening import OpenFile

_CHUNK_LIMIT = 4096
_BEXT_BYTES = 602
_TEXT_LIMIT = 1 << 20
_DEPTH_LIMIT = 16
_NO_LOUDNESS = 0x7FFF


def broadcast_attributes(file: OpenFile, sample_rate: int | None) -> dict[str, Any]:
    """`bext`, `ixml` and the `timecode` of a WAVE; only what is there. Never raises for damaged chunks.

    Args:
        file: a RIFF, RIFX, RF64 or BW64 file.
        sample_rate: samples a second, for the time reference.
    """
    found: dict[str, Any] = {}
    for name, at, size in _chunks(file):
        if name == b"bext" and "bext" not in found and size >= _BEXT_BYTES:
            block = file.read_at(at, min(size, _TEXT_LIMIT))
            if len(block) >= _BEXT_BYTES:
                found["bext"] = _bext(block, sample_rate)
        elif name == b"iXML" and "ixml" not in found:
            found["ixml"] = _ixml(file.read_at(at, min(size, _TEXT_LIMIT + 1)))
    if timecode := _timecode(found, sample_rate):
        found["timecode"] = timecode
    return found


def _chunks(file: OpenFile) -> Iterator[tuple[bytes, int, int]]:
    head = file.read_at(0, 12)
    order = ">" if head[:4] == b"RIFX" else "<"
    at, long_data = 12, 0
    for _ in range(_CHUNK_LIMIT):
        block = file.read_at(at, 36)
        if len(block) < 8:
            return
        size: int = struct.unpack_from(order + "I", block, 4)[0]
        if block[:4] == b"ds64" and len(block) >= 24:
            long_data = struct.unpack_from("<Q", block, 16)[0]
        if block[:4] == b"data" and size == 0xFFFFFFFF:
            size = long_data
        yield block[:4], at + 8, size
        at += 8 + size + (size & 1)


def _text(block: bytes) -> str:
    return block.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _bext(block: bytes, sample_rate: int | None) -> dict[str, Any]:
    low, high, version = struct.unpack_from("<IIH", block, 338)
    samples = high << 32 | low
    facts: dict[str, Any] = {
        "version": version,
        "description": _text(block[:256]),
        "originator": _text(block[256:288]),
        "originator_reference": _text(block[288:320]),
        "origination_date": _text(block[320:330]),
        "origination_time": _text(block[330:338]),
        "time_reference_samples": samples,
        "time_reference_s": samples / sample_rate if sample_rate else None,
    }
    umid = block[348:412]
    if version >= 1 and umid.strip(b"\0"):
        facts["umid"] = umid.hex() if umid[32:].strip(b"\0") else umid[:32].hex()
    if version >= 2:
        names = ("integrated_lufs", "range_lu", "max_true_peak_dbtp", "max_momentary_lufs", "max_short_term_lufs")
        values = struct.unpack_from("<5h", block, 412)
        facts["loudness"] = {
            name: None if value == _NO_LOUDNESS else value / 100 for name, value in zip(names, values, strict=True)
        }
    history = block[_BEXT_BYTES:].partition(b"\0")[0].decode("utf-8", "replace")
    facts["coding_history"] = [line for line in history.splitlines() if line.strip()][:100]
    return facts


def _ixml(block: bytes) -> dict[str, Any]:
    """The elements of an iXML chunk by name, repeated ones as lists; `error` where it cannot be read."""
    block = block.rstrip(b"\0 \r\n")
    if len(block) > _TEXT_LIMIT:
        return {"error": "it is larger than 1 MiB"}
    if b"<!DOCTYPE" in block.upper() or b"<!ENTITY" in block.upper() or b"\0" in block:
        return {"error": "it is no plain XML in UTF-8"}
    try:
        root = ElementTree.fromstring(block)
        read = _element(root, 0)
    except (ElementTree.ParseError, ValueError, LookupError) as problem:
        return {"error": f"it is damaged: {problem}"}
    return read if isinstance(read, dict) else {}


def _element(node: ElementTree.Element, depth: int) -> dict[str, Any] | str:
    if depth > _DEPTH_LIMIT:
        raise ValueError("too deeply nested")
    if not len(node):
        return (node.text or "").strip()
    found: dict[str, Any] = {}
    for child in node:
        value = _element(child, depth + 1)
        known = found.get(child.tag)
        if child.tag not in found:
            found[child.tag] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            found[child.tag] = [known, value]
    return found


def _timecode(found: dict[str, Any], sample_rate: int | None) -> str | None:
    """The time code of the first sample: samples since midnight at the rate that iXML names; None without a rate."""
    speed = found.get("ixml", {}).get("SPEED")
    if not isinstance(speed, dict) or not sample_rate:
        return None
    try:
        rate = Fraction(str(speed.get("TIMECODE_RATE", "")))
        low, high = (int(str(speed.get(f"TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_{half}", "0"))) for half in ("LO", "HI"))
    except (ValueError, ZeroDivisionError):
        return None
    samples = high << 32 | low or found.get("bext", {}).get("time_reference_samples", 0)
    drop = str(speed.get("TIMECODE_FLAG", "")).upper() == "DF"
    if not 1 <= rate <= 240:
        return None
    return timecode_of(int(Fraction(samples, sample_rate) * rate + Fraction(1, 1000)), rate, drop=drop)


def timecode_of(frame: int, rate: Fraction, *, drop: bool) -> str:
    """The time code of a frame counted from 00:00:00:00 (SMPTE ST 12-1); drop frame leaves numbers out, not frames."""
    base = round(rate)
    if drop and base % 30 == 0:
        left_out = base // 15
        in_ten, in_one = base * 600 - 9 * left_out, base * 60 - left_out
        tens, rest = divmod(frame, in_ten)
        frame += 9 * left_out * tens + (left_out * ((rest - left_out) // in_one) if rest >= left_out else 0)
    seconds, frames = divmod(frame, base)
    minutes, seconds = divmod(seconds, 60)
    mark = ";" if drop else ":"
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}:{seconds:02d}{mark}{frames:02d}"

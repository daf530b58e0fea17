"""What FFmpeg knows of a stream beside its codec's fields: display matrix, HDR, Dolby Vision, captions.

PyAV hands out no side data of a stream. FFmpeg's own description of an opened file (what `ffmpeg -i` prints) holds
its rotation, the Dolby Vision record and the captions; what lies in the picture itself (SEI messages of H.264 and
HEVC, user data of MPEG-2) comes with the first decoded frame, as the structures of libavutil.

Sources: FFmpeg `libavformat/dump.c`, `libavutil/mastering_display_metadata.h`, `libavutil/timecode.c`; SMPTE ST 2086
(mastering display), CTA-861.3 (content light level), SMPTE ST 2094-40 (HDR10+), ITU-R BT.2100.
"""

import re
import struct
from typing import Any

_STREAM = re.compile(r"^  Stream #0:(\d+)", re.MULTILINE)
_ROTATION = re.compile(r"^ {6}Display Matrix: rotation of (-?[\d.]+) degrees", re.MULTILINE | re.IGNORECASE)
_DOLBY = re.compile(
    r"^ {6}DOVI configuration record: version: (\d+)\.(\d+), profile: (\d+), level: (\d+), rpu flag: (\d), "
    r"el flag: (\d), bl flag: (\d), compatibility id: (\d+)",
    re.MULTILINE,
)
_TAG = re.compile(r" \((\w{4}) / 0x[0-9A-F]{8}\)")
_RAW_BITS = re.compile(r", s32p? \((\d\d?) bit\)")
_GROUP = b"\0\0\1\xb8"
_MASTERING = struct.Struct("=20i2i")


def described(opened: Any) -> dict[int, dict[str, Any]]:
    """What FFmpeg's description says of each stream of an open container; only what is there.

    Returns:
        By index of the stream: `rotation` (degrees clockwise that turn the picture upright), `dolby_vision`,
        `closed_captions`, `raw_bits` (of a sample of sound), `codec_tag`.
    """
    import av

    av.logging.set_level(av.logging.INFO)
    try:
        text = opened.dumps_format()
    finally:
        av.logging.set_level(None)
    starts = [(int(found[1]), found.start()) for found in _STREAM.finditer(text)]
    ends = [start for _, start in starts[1:]] + [len(text)]
    return {index: _stream(text[start:end]) for (index, start), end in zip(starts, ends, strict=False)}


def _stream(text: str) -> dict[str, Any]:
    first = text.partition("\n")[0]
    known: dict[str, Any] = {}
    if found := _ROTATION.search(text):
        known["rotation"] = round(-float(found[1])) % 360
    if found := _DOLBY.search(text):
        major, minor, profile, level, rpu, enhancement, base, compatibility = (int(value) for value in found.groups())
        known["dolby_vision"] = {
            "version": f"{major}.{minor}", "profile": profile, "level": level, "rpu": bool(rpu),
            "enhancement_layer": bool(enhancement), "base_layer": bool(base), "compatibility": compatibility,
        }  # fmt: skip
    if ", Closed Captions" in first:
        known["closed_captions"] = True
    if found := _RAW_BITS.search(first):
        known["raw_bits"] = int(found[1])
    if found := _TAG.search(first):
        known["codec_tag"] = found[1]
    return known


def of_first_frame(frame: Any) -> dict[str, Any]:
    """What a decoded frame carries beside its pixels; only what is there.

    Returns:
        `mastering_display`, `content_light`, `hdr10_plus`, `dolby_vision`, `closed_captions`, `timecode`.
    """
    known: dict[str, Any] = {}
    for data in frame.side_data:
        name, value = data.type.name, bytes(data)
        if name == "MASTERING_DISPLAY_METADATA" and len(value) >= _MASTERING.size:
            known["mastering_display"] = _mastering(value)
        elif name == "CONTENT_LIGHT_LEVEL" and len(value) >= 8:
            most, average = struct.unpack_from("=2I", value)
            known["content_light"] = {"max_cll": most, "max_fall": average}
        elif name == "DYNAMIC_HDR_PLUS":
            known["hdr10_plus"] = True
        elif name in ("DOVI_METADATA", "DOVI_RPU_BUFFER"):
            known["dolby_vision"] = {"rpu": True}
        elif name == "A53_CC":
            known["closed_captions"] = True
        elif name == "S12M_TIMECODE" and len(value) >= 8:
            known["timecode"] = _smpte_timecode(struct.unpack_from("=2I", value)[1])
    return known


def _mastering(value: bytes) -> dict[str, Any] | None:
    """Chromaticities as x, y and luminances in cd/m²; None for what is not told (ST 2086)."""
    numbers = _MASTERING.unpack_from(value)
    ratios = [numbers[at] / numbers[at + 1] if numbers[at + 1] else 0.0 for at in range(0, 20, 2)]
    red, green, blue, white = (ratios[at : at + 2] for at in (0, 2, 4, 6))
    primaries, luminance = bool(numbers[20]), bool(numbers[21])
    return {
        "red": red if primaries else None, "green": green if primaries else None,
        "blue": blue if primaries else None, "white": white if primaries else None,
        "min_luminance": ratios[8] if luminance else None, "max_luminance": ratios[9] if luminance else None,
    }  # fmt: skip


def group_timecode(packet: bytes) -> str | None:
    """The time code in the first group-of-pictures header of an MPEG-1 or MPEG-2 packet (ISO 13818-2, 6.2.2.6).

    FFmpeg's decoder is a picture ahead of what it hands out, and tells the next group's where each picture is one.
    """
    at = packet.find(_GROUP)
    if at < 0 or at + 8 > len(packet):
        return None
    bits = int.from_bytes(packet[at + 4 : at + 8]) >> 7
    mark = ";" if bits >> 24 & 1 else ":"
    return f"{bits >> 19 & 31:02d}:{bits >> 13 & 63:02d}:{bits >> 6 & 63:02d}{mark}{bits & 63:02d}"


def _smpte_timecode(bits: int) -> str:
    """The first time code of SMPTE ST 12 as FFmpeg packs it: BCD, drop flag in bit 30."""
    mark = ";" if bits >> 30 & 1 else ":"
    hours, minutes, seconds, frames = (
        (bits >> shift + 4 & high) * 10 + (bits >> shift & 15)
        for shift, high in ((0, 3), (8, 7), (16, 7), (24, 3))
    )  # fmt: skip
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{mark}{frames:02d}"


def hdr_facts(transfer: str | None, known: dict[str, Any]) -> dict[str, Any] | None:
    """The HDR of a stream: `formats` in the field's words, and the metadata that goes with them; None for SDR."""
    formats = []
    if "dolby_vision" in known:
        formats.append("Dolby Vision")
    if known.get("hdr10_plus"):
        formats.append("HDR10+")
    if transfer == "pq":
        formats.append("HDR10" if known.get("mastering_display") or known.get("content_light") else "PQ")
    elif transfer == "hlg":
        formats.append("HLG")
    if not formats and not known.get("mastering_display"):
        return None
    return {
        "formats": formats,
        "mastering_display": known.get("mastering_display"),
        "content_light": known.get("content_light"),
        "dolby_vision": known.get("dolby_vision"),
        "hdr10_plus": bool(known.get("hdr10_plus")),
    }

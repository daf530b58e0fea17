"""What a file is, by its first bytes; by its extension only where the bytes do not say.

Where the extension promises no media, media are recognised only by bytes that are sure: see `secondlook`.

Sources of the signatures: the formats' own specifications (OpenEXR file layout, SMPTE 268M for DPX, ISO 14496-12
for `ftyp`, SMPTE 377 for MXF, EBU 3285 and 3306 for WAVE and RF64, POSIX ustar, ...).
"""

import codecs
import re

from app.media.formats import Format, format_named, format_of_extension, is_textual, mime_of_extension
from app.media.secondlook import stands

#: Bytes from the start of a file that `sniff` wants to see.
HEAD_BYTES = 4096

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\x76\x2f\x31\x01", "openexr"), (b"SDPX", "dpx"), (b"XPDS", "dpx"), (b"\x80\x2a\x5f\xd7", "cineon"),
    (b"\xd7\x5f\x2a\x80", "cineon"), (b"FUJIFILMCCD-RAW", "rawphoto"), (b"IIRO", "rawphoto"), (b"IIRS", "rawphoto"),
    (b"MMOR", "rawphoto"), (b"IIU\x00", "rawphoto"), (b"FOVb", "rawphoto"), (b"\x00MRM", "rawphoto"),
    (b"ARRI\x12\x34\x56\x78", "rawphoto"), (b"II\x1a\x00\x00\x00HEAPCCDR", "rawphoto"),
    (b"II*\x00", "tiff"), (b"MM\x00*", "tiff"), (b"II+\x00\x08\x00", "tiff"), (b"MM\x00+\x00\x08", "tiff"),
    (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF87a", "gif"), (b"GIF89a", "gif"),
    (b"8BPS\x00", "psd"), (b"#?RADIANCE", "hdr"), (b"#?RGBE", "hdr"), (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jpeg2000"),
    (b"\xff\x4f\xff\x51", "jpeg2000"), (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "jpegxl"), (b"\xff\x0a", "jpegxl"),
    (b"\x01\xda", "sgi"), (b"SIMPLE  =", "fits"), (b"DDS ", "dds"), (b"\x53\x80\xf6\x34", "softimage"),
    (b"/* XPM */", "xpm"), (b"\x2f\x08\x67\xab", "zfile"), (b"\xab\x67\x08\x2f", "zfile"),
    (b"FLV\x01", "flv"), (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9", "asf"), (b"\x00\x00\x01\xba", "mpegps"),
    (b"\x00\x00\x01\xb3", "mpegps"), (b".RMF\x00", "realmedia"), (b"DKIF\x00\x00", "ivf"), (b"YUV4MPEG2 ", "y4m"),
    (b"LEITCH\x00", "lxf"), (b"\x00\x00\x00\x00\x01\xbc", "gxf"),
    (b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00", "w64"), (b"fLaC", "flac"), (b"OggS", "ogg"),
    (b"caff\x00\x01", "caf"), (b".snd\x00\x00", "au"), (b"MThd\x00\x00\x00\x06", "midi"), (b"MAC ", "ape"),
    (b"wvpk", "wavpack"), (b"TTA1", "tta"), (b"DSD ", "dsf"), (b"FRM8", "dsdiff"), (b"#!AMR", "amr"),
    (b"\x7f\xfe\x80\x01", "dts"), (b"\xfe\x7f\x01\x80", "dts"), (b"\x1f\xff\xe8\x00", "dts"), (b"DTSHDHDR", "dts"),
    (b"%PDF-", "pdf"), (b"PK\x05\x06", "zip"), (b"\x1f\x8b\x08", "gzip"), (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"\x04\x22\x4d\x18", "lz4"),
    (b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a\x07", "rar"), (b"MSCF\x00\x00\x00\x00", "cab"),
    (b"!<arch>\ndebian-binary", "deb"), (b"\xed\xab\xee\xdb", "rpm"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"SQLite format 3\x00", "sqlite"), (b"\x7fELF", "elf"), (b"\xcf\xfa\xed\xfe", "macho"),
    (b"\xce\xfa\xed\xfe", "macho"), (b"\x00\x01\x00\x00\x00", "ttf"), (b"OTTO\x00", "otf"), (b"wOFF", "woff"),
    (b"wOF2", "woff2"), (b"PXR-USDC", "usdc"), (b"#usda ", "usda"), (b"Ogawa\xff", "alembic"),
    (b" BDV\x00\x00\x00\x00", "vdb"), (b"\x89HDF\r\n\x1a\n", "hdf5"), (b"BLENDER", "blend"),
    (b"Kaydara FBX Binary", "fbx"), (b"PF\n", "pfm"), (b"Pf\n", "pfm"), (b"\x0b\x77", "ac3"),
)  # fmt: skip
_BY_FIRST_BYTE: dict[int, list[tuple[bytes, str]]] = {}
for _start, _name in _STARTS:
    _BY_FIRST_BYTE.setdefault(_start[0], []).append((_start, _name))

_RIFF = {b"WAVE": "wav", b"AVI ": "avi", b"AVIX": "avi", b"WEBP": "webp", b"RMID": "midi"}
_FORM = {b"AIFF": "aiff", b"AIFC": "aiff", b"ILBM": "iff", b"CIMG": "iff", b"TBMP": "iff"}
_BRANDS = {
    b"avif": "avif", b"avis": "avif", b"heic": "heif", b"heix": "heif", b"heim": "heif", b"mif1": "heif",
    b"msf1": "heif", b"hevc": "heif", b"qt  ": "mov", b"crx ": "rawphoto", b"M4A ": "m4a", b"M4B ": "m4a",
    b"F4A ": "m4a", b"jp2 ": "jpeg2000", b"jxl ": "jpegxl",
}  # fmt: skip
_BOXES = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"moof", b"sidx", b"styp", b"uuid")
_BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_MXF_KEY = b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01"
_MXF_RUN_IN = 65536
_TS_SPACINGS = ((188, 0), (192, 4), (204, 0))
_ZIP_MEMBERS = (
    (b"word/", "docx"), (b"xl/", "xlsx"), (b"ppt/", "pptx"), (b"META-INF/MANIFEST.MF", "jar"),
)  # fmt: skip
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_NOT_TEXT = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_SVG = re.compile(
    rb"(?>\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)*+<(?:[\w.-]+:)?svg[\s>]", re.IGNORECASE | re.DOTALL
)


def sniff(head: bytes, key: bytes) -> tuple[str, str]:
    """What a file is: the word for its format and its MIME type.

    Args:
        head: its first bytes (`HEAD_BYTES` of them, or all there are).
        key: its folded name.

    Returns:
        `(format, mime)`; the format is empty where only the MIME type could be guessed, both where nothing could.
    """
    found = by_first_bytes(head)
    promised = format_of_extension(key)
    if found is not None and found.kind != "other" and (promised is None or promised.kind == "other"):
        found = _looked_at_again(found, head)
    if found is None:
        if promised is None or promised.signed:
            return "", "" if promised else mime_of_extension(key)
        return promised.name, promised.mime
    if found.name in ("text", "xml", "json"):
        by_name = mime_of_extension(key)
        return found.name, by_name if is_textual(by_name) and by_name != "image/svg+xml" else found.mime
    refined = _refined(found, promised)
    return refined.name, refined.mime


def by_first_bytes(head: bytes) -> Format | None:
    """The format that the first bytes tell, or None. Text counts as a format, the weakest."""
    name = _by_start(head) or _by_container(head) or _by_stream(head) or _by_text(head)
    return format_named(name) if name else None


def _looked_at_again(found: Format, head: bytes) -> Format | None:
    """The same where the structure behind the first bytes agrees; else text, or nothing known."""
    if stands(found.name, head, is_text=text_encoding(head) not in (None, "latin-1")):
        return found
    name = _by_text(head)
    return format_named(name) if name else None


def _refined(found: Format, promised: Format | None) -> Format:
    """The extension may narrow what first bytes tell, within one family, never contradict them."""
    families = {
        "tiff": ("rawphoto",), "mp4": ("mov", "m4a", "braw"), "mov": ("braw", "mp4"), "matroska": ("matroska-audio",),
        "ogg": ("ogv",), "asf": ("wma",), "gzip": ("svgz",), "ac3": ("eac3",), "mpegps": ("h264", "hevc"),
    }  # fmt: skip
    if promised is not None and promised.name in families.get(found.name, ()):
        return promised
    return found


def _by_start(head: bytes) -> str:
    if not head:
        return ""
    for start, name in _BY_FIRST_BYTE.get(head[0], ()):
        if head.startswith(start):
            return "rawphoto" if name == "tiff" and head[8:10] == b"CR" else name
    return ""


def _by_container(head: bytes) -> str:
    mark = head[:4]
    if mark in (b"RIFF", b"RF64", b"BW64", b"RIFX"):
        return _RIFF.get(head[8:12], "")
    if mark in (b"FORM", b"FOR4"):
        return _FORM.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head[4:8] in _BOXES and int.from_bytes(mark) < 1 << 31:
        return "mov"
    if mark == b"\x1a\x45\xdf\xa3":
        return "webm" if b"webm" in head[:64] else "matroska"
    if mark == b"PK\x03\x04":
        return _by_zip_member(head)
    if mark in (b"\x00\x00\x01\x00", b"\x00\x00\x02\x00") and 0 < int.from_bytes(head[4:6], "little") < 256:
        return "ico" if head[2] == 1 else "cur"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return "bmp"
    if head[4:8] in (b"RED1", b"RED2"):
        return "r3d"
    if head[257:262] == b"ustar":
        return "tar"
    if head[:2] == b"MZ" and len(head) > 64:
        return "pe"
    if mark == b"\xca\xfe\xba\xbe":
        return "macho" if int.from_bytes(head[4:8]) < 32 else "class"
    return ""


def _by_brand(head: bytes) -> str:
    """By the major brand of `ftyp`, else by a compatible one."""
    size = min(int.from_bytes(head[:4]), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]
    if head[8:12] in (b"isom", b"mp42", b"mp41", b"iso5", b"iso6", b"avc1", b"dash"):
        return "mp4"
    return next((_BRANDS[brand] for brand in brands if brand in _BRANDS), "mp4")


def _by_zip_member(head: bytes) -> str:
    size = int.from_bytes(head[26:28], "little")
    first, content = head[30 : 30 + size], head[30 + size :]
    if first == b"mimetype":
        if content.startswith(b"application/epub+zip"):
            return "epub"
        return "odf" if content.startswith(b"application/vnd.oasis.opendocument") else "zip"
    if first.lower().endswith((b".usdc", b".usda", b".usd")):
        return "usdz"
    return next((name for member, name in _ZIP_MEMBERS if member in head), "zip")


def _by_stream(head: bytes) -> str:
    """Streams without a file header: they are known by a rhythm, or may begin after something else."""
    at = head.find(_MXF_KEY, 0, _MXF_RUN_IN)
    if at >= 0:
        return "mxf"
    for spacing, first in _TS_SPACINGS:
        marks = head[first : first + spacing * 5 : spacing]
        if len(marks) >= 3 and set(marks) == {0x47}:
            return "mpegts"
    if head[:3] == b"ID3":
        return "mp3"
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] != 0xFE:
        return _by_mpeg_audio(head)
    if head[:1] == b"P" and re.match(rb"P[1-7][ \t\r\n]+[#0-9W]", head):
        return "pnm"
    return ""


def _by_mpeg_audio(head: bytes) -> str:
    if head[1] & 0xF6 == 0xF0:
        return "aac" if (head[2] >> 2) & 0xF < 13 else ""
    version, layer, rate, sampling = (head[1] >> 3) & 3, (head[1] >> 1) & 3, head[2] >> 4, (head[2] >> 2) & 3
    return "mp3" if version != 1 and layer != 0 and rate != 15 and sampling != 3 else ""


def _by_text(head: bytes) -> str:
    if not head or text_encoding(head) is None:
        return ""
    for bom, _ in _BOMS:
        head = head.removeprefix(bom)
    start = head.lstrip()
    if start.startswith(b"<"):
        if _SVG.match(start):
            return "svg"
        lowered = start[:64].lower()
        if lowered.startswith((b"<!doctype html", b"<html")):
            return "html"
        return "xml" if lowered.startswith((b"<?xml", b"<!doctype", b"<!--")) else "text"
    if start.startswith((b"{", b"[")) and re.match(rb'(?:\{\s*(?:"|\})|\[\s*(?:["\[{\]0-9-]|true|false|null))', start):
        return "json"
    return "text"


def text_encoding(head: bytes) -> str | None:
    """The encoding in which some first bytes are text: `utf-8`, `utf-16-le`, `latin-1`, ...; None for binary."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    if _NOT_TEXT.search(head):
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        high = sum(byte > 0x7F for byte in head)
        return "latin-1" if high * 3 < len(head) else None
    return "utf-8"

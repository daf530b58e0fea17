"""What each file format is called: the field's word, its MIME type, the title a person reads, its extensions."""

import mimetypes
from dataclasses import dataclass
from functools import cache

from app.model.kinds import extension


@dataclass(frozen=True, slots=True)
class Format:
    """A file format.

    Attributes:
        name: the field's word (`openexr`, `mov`).
        kind: `image`, `video`, `audio` or `other`.
        mime: MIME type.
        title: what a person reads, with its article where it needs one in "this is not …".
        signed: whether each such file begins with known bytes, so that one without them is something else.
    """

    name: str
    kind: str
    mime: str
    title: str
    signed: bool = True


_RAW_PHOTOS = "dng cr2 cr3 crw nef nrw arw srf sr2 orf raf rw2 pef x3f 3fr iiq mos mrw erf kdc dcr rwl raw ari arx"

# name | kind | MIME | title | extensions; a title that begins with "~" marks a format without sure first bytes
_TABLE = """
openexr | image | image/x-exr | an OpenEXR file | exr sxr
dpx | image | image/x-dpx | a DPX file | dpx
cineon | image | image/x-cineon | a Cineon file | cin
tiff | image | image/tiff | a TIFF file | tif tiff tx
png | image | image/png | a PNG file | png
jpeg | image | image/jpeg | a JPEG file | jpg jpeg jpe jfif
gif | image | image/gif | a GIF file | gif
bmp | image | image/bmp | a BMP file | bmp dib
webp | image | image/webp | a WebP file | webp
avif | image | image/avif | an AVIF file | avif
heif | image | image/heif | a HEIF file | heic heif
psd | image | image/vnd.adobe.photoshop | a Photoshop file | psd psb
ico | image | image/vnd.microsoft.icon | an icon file | ico
cur | image | image/x-win-bitmap | a cursor file | cur
pnm | image | image/x-portable-anymap | a PNM file | pnm pbm pgm ppm pam
pfm | image | image/x-portable-floatmap | a PFM file | pfm
hdr | image | image/vnd.radiance | a Radiance HDR file | hdr rgbe
jpeg2000 | image | image/jp2 | a JPEG 2000 file | jp2 j2k j2c jpx
jpegxl | image | image/jxl | a JPEG XL file | jxl
sgi | image | image/x-sgi | an SGI file | sgi rgb rgba bw
fits | image | image/fits | a FITS file | fits fit
dds | image | image/vnd.ms-dds | a DDS file | dds
rla | image | image/x-rla | ~an RLA file | rla rpf
softimage | image | image/x-softimage-pic | a Softimage file | pic
iff | image | image/x-iff | an IFF picture | iff
targa | image | image/x-targa | ~a Targa file | tga targa
zfile | image | image/x-zfile | a Z file | zfile
svg | image | image/svg+xml | an SVG file | svg
svgz | image | image/svg+xml | ~a compressed SVG file | svgz
xpm | image | image/x-xpixmap | an XPM file | xpm
rawphoto | image | image/x-dcraw | ~a camera raw file |
mov | video | video/quicktime | a QuickTime movie | mov qt
mp4 | video | video/mp4 | an MP4 file | mp4 m4v f4v 3gp 3g2 mj2
m4a | audio | audio/mp4 | an MPEG-4 audio file | m4a
mxf | video | application/mxf | an MXF file | mxf
matroska | video | video/matroska | a Matroska file | mkv
matroska-audio | audio | audio/matroska | a Matroska audio file | mka
webm | video | video/webm | a WebM file | webm
avi | video | video/x-msvideo | an AVI file | avi divx
mpegts | video | video/mp2t | an MPEG transport stream | ts m2ts mts tod
mpegps | video | video/mpeg | ~an MPEG file | mpg mpeg mpe vob mod m2v m1v
flv | video | video/x-flv | a Flash video | flv
asf | video | video/x-ms-asf | a Windows Media file | wmv asf
wma | audio | audio/x-ms-wma | a Windows Media audio file | wma
ogv | video | video/ogg | an Ogg video | ogv
r3d | video | video/x-red-r3d | a RED file | r3d
braw | video | video/x-braw | ~a Blackmagic RAW file | braw
gxf | video | application/gxf | ~a GXF file | gxf
lxf | video | video/x-lxf | ~an LXF file | lxf
realmedia | video | application/vnd.rn-realmedia | a RealMedia file | rm rmvb
dv | video | video/x-dv | ~a DV stream | dv
ivf | video | video/x-ivf | an IVF file | ivf
y4m | video | video/x-yuv4mpeg | a YUV4MPEG file | y4m
h264 | video | video/h264 | ~an H.264 stream | h264 264
hevc | video | video/h265 | ~an HEVC stream | h265 265 hevc
av1 | video | video/av1 | ~an AV1 stream | av1
wav | audio | audio/x-wav | a WAV file | wav wave bwf rf64
w64 | audio | audio/x-w64 | a Wave64 file | w64
aiff | audio | audio/x-aiff | an AIFF file | aif aiff aifc
flac | audio | audio/flac | ~a FLAC file | flac
mp3 | audio | audio/mpeg | ~an MPEG audio file | mp3 mp2 mp1
aac | audio | audio/aac | ~an AAC stream | aac
ac3 | audio | audio/ac3 | ~an AC-3 stream | ac3
eac3 | audio | audio/eac3 | ~an E-AC-3 stream | eac3 ec3
dts | audio | audio/vnd.dts | ~a DTS stream | dts dtshd
truehd | audio | audio/vnd.dolby.mlp | ~a TrueHD stream | thd mlp
ogg | audio | audio/ogg | an Ogg file | ogg oga opus
caf | audio | audio/x-caf | a Core Audio file | caf
au | audio | audio/basic | an AU file | au snd
midi | audio | audio/midi | a MIDI file | mid midi
ape | audio | audio/x-ape | ~a Monkey's Audio file | ape
wavpack | audio | audio/x-wavpack | a WavPack file | wv
tta | audio | audio/x-tta | ~a True Audio file | tta
dsf | audio | audio/x-dsf | a DSF file | dsf
dsdiff | audio | audio/x-dff | a DSDIFF file | dff
amr | audio | audio/amr | an AMR file | amr
pdf | other | application/pdf | a PDF document | pdf
zip | other | application/zip | a ZIP archive | zip
docx | other | application/vnd.openxmlformats-officedocument.wordprocessingml.document | a Word document | docx
xlsx | other | application/vnd.openxmlformats-officedocument.spreadsheetml.sheet | an Excel workbook | xlsx
pptx | other | application/vnd.openxmlformats-officedocument.presentationml.presentation | a PowerPoint file | pptx
epub | other | application/epub+zip | an EPUB book | epub
usdz | other | model/vnd.usdz+zip | a USDZ package | usdz
jar | other | application/java-archive | a Java archive | jar
odf | other | application/vnd.oasis.opendocument | an OpenDocument file |
gzip | other | application/gzip | a gzip archive | gz tgz
bzip2 | other | application/x-bzip2 | a bzip2 archive | bz2 tbz
xz | other | application/x-xz | an xz archive | xz txz
zstd | other | application/zstd | a Zstandard archive | zst tzst
lz4 | other | application/x-lz4 | an LZ4 archive | lz4
7z | other | application/x-7z-compressed | a 7-Zip archive | 7z
rar | other | application/vnd.rar | a RAR archive | rar
tar | other | application/x-tar | ~a tar archive | tar
cab | other | application/vnd.ms-cab-compressed | a cabinet file | cab
deb | other | application/vnd.debian.binary-package | a Debian package | deb
rpm | other | application/x-rpm | an RPM package | rpm
ole | other | application/x-ole-storage | an old Office file |
sqlite | other | application/vnd.sqlite3 | an SQLite database | sqlite sqlite3
elf | other | application/x-elf | an ELF program |
pe | other | application/vnd.microsoft.portable-executable | a Windows program | exe dll
macho | other | application/x-mach-binary | a macOS program | dylib
class | other | application/java-vm | a Java class | class
ttf | other | font/ttf | a TrueType font | ttf
otf | other | font/otf | an OpenType font | otf
woff | other | font/woff | a web font | woff
woff2 | other | font/woff2 | a web font | woff2
usdc | other | model/vnd.usdc | a USD crate | usdc
usda | other | model/vnd.usda | a USD text file | usda
alembic | other | application/x-alembic | ~an Alembic file | abc
vdb | other | application/x-openvdb | an OpenVDB file | vdb
hdf5 | other | application/x-hdf5 | an HDF5 file | h5 hdf5
blend | other | application/x-blender | ~a Blender file | blend
fbx | other | application/x-fbx | ~an FBX file | fbx
xml | other | application/xml | ~an XML document | xml
html | other | text/html | ~an HTML page | html htm
json | other | application/json | ~a JSON document | json
text | other | text/plain | ~plain text | txt text log
"""

#: Extensions of media that other kinds of files use as well: TypeScript, modules of many programs, sensor data, ...
_SHARED = frozenset(b"ts mts tod mod raw pic hdr fit au snd rm tx dv iff bw qt mid ape dff".split())


def _read_table() -> tuple[dict[str, Format], dict[bytes, Format]]:
    by_name: dict[str, Format] = {}
    by_extension: dict[bytes, Format] = {}
    for line in _TABLE.strip().splitlines():
        name, kind, mime, title, extensions = (cell.strip() for cell in line.split("|"))
        made = Format(name, kind, mime, title.removeprefix("~"), not title.startswith("~"))
        by_name[name] = made
        by_extension.update((ext.encode(), made) for ext in extensions.split())
    by_extension.update((ext.encode(), by_name["rawphoto"]) for ext in _RAW_PHOTOS.split())
    return by_name, by_extension


_BY_NAME, _BY_EXTENSION = _read_table()
_MIME_OF_EXTENSION = {
    "ass": "text/x-ssa", "cdl": "application/xml", "cc": "application/xml", "ccc": "application/xml",
    "cube": "text/plain", "drp": "application/octet-stream", "edl": "text/x-edl", "ale": "text/plain",
    "fcpxml": "application/xml", "hip": "application/x-houdini", "itt": "application/ttml+xml",
    "ma": "text/x-maya-ascii", "mb": "application/x-maya-binary", "md": "text/markdown", "mhl": "application/xml",
    "nk": "text/x-nuke", "ocio": "application/yaml", "otio": "application/json", "otioz": "application/zip",
    "py": "text/x-python", "rst": "text/x-rst", "srt": "application/x-subrip", "ttml": "application/ttml+xml",
    "usd": "model/vnd.usd", "vtt": "text/vtt", "yaml": "application/yaml", "yml": "application/yaml",
}  # fmt: skip
_TEXTUAL = ("application/json", "application/xml", "application/yaml", "application/javascript", "application/x-sh")


def format_named(name: str) -> Format:
    """The format of that name; KeyError where the table has none."""
    return _BY_NAME[name]


def format_of_extension(key: bytes) -> Format | None:
    """The format that the extension of a folded name promises, or None."""
    return _BY_EXTENSION.get(extension(key))


def may_be_other(key: bytes, found: str) -> bool:
    """Whether a file in which the format `found` was found is rightly no media, though its extension is one of media.

    Args:
        key: its folded name.
        found: the word for the format that its first bytes tell; empty where they do not say.
    """
    return extension(key) in _SHARED and found in _BY_NAME and _BY_NAME[found].kind == "other"


@cache
def _standard_types() -> mimetypes.MimeTypes:
    """Python's own table, without the files and the registry of this machine."""
    return mimetypes.MimeTypes()


def mime_of_extension(key: bytes) -> str:
    """MIME type by the extension of a folded name; empty where unknown. The same on every machine."""
    known = _BY_EXTENSION.get(extension(key))
    if known is not None:
        return known.mime
    ext = extension(key).decode("ascii", "replace")
    return _MIME_OF_EXTENSION.get(ext) or (_standard_types().types_map[True].get("." + ext, "") if ext else "")


def is_textual(mime: str) -> bool:
    """Whether files of that MIME type are text."""
    return (
        mime.startswith("text/")
        or mime.endswith(("+xml", "+json"))
        or mime in _TEXTUAL
        or mime
        in (
            "application/x-subrip",
            "application/ttml+xml",
            "application/x-houdini",
        )
    )

"""Categories of files, by extension. One table that scan, search, reports and crawl share."""

from enum import IntEnum


class Category(IntEnum):
    """What a file is for. The numbers are stored in shards: never reuse one."""

    OTHER = 0
    IMAGE = 1
    VIDEO = 2
    AUDIO = 3
    DOCUMENT = 4
    ARCHIVE = 5
    PROJECT = 6
    QC = 7
    SUBTITLE = 8

    @property
    def label(self) -> str:
        """The word for it in JSON and on screen (`image`)."""
        return self.name.lower()


_EXTENSIONS = {
    Category.IMAGE: (
        "exr sxr dpx cin tif tiff tx png jpg jpeg jpe jfif jp2 j2k j2c jpx jxl gif bmp dib tga targa sgi rgb rgba bw"
        " psd psb hdr rgbe pic pnm pbm pgm ppm pfm pam webp heic heif avif ico dds fits fit iff rla rpf zfile ptx"
        " ari arx dng cr2 cr3 crw nef nrw arw srf sr2 orf raf rw2 pef x3f 3fr iiq mos mrw erf kdc dcr rwl svg svgz"
    ),
    Category.VIDEO: (
        "mov mp4 m4v mxf mkv webm avi mpg mpeg mpe m2v m1v vob ts m2ts mts mod tod wmv asf flv f4v ogv 3gp 3g2 dv"
        " r3d braw ivf y4m h264 264 h265 265 hevc av1 mj2 gxf lxf rm rmvb divx qt"
    ),
    Category.AUDIO: (
        "wav wave bwf rf64 w64 aif aiff aifc flac mp3 m4a aac ac3 eac3 ec3 dts dtshd thd mlp ogg oga opus wma caf au"
        " snd ape wv tta dsf dff mka mp2 mp1 amr mid midi alac"
    ),
    Category.DOCUMENT: (
        "pdf txt md rst rtf doc docx xls xlsx ppt pptx odt ods odp csv tsv html htm xml json yaml yml log tex epub"
        " pages numbers key ini cfg conf toml"
    ),
    Category.ARCHIVE: "zip tar gz tgz bz2 tbz xz txz zst tzst 7z rar lz4 lzma cab iso dmg img jar deb rpm",
    Category.PROJECT: (
        "nk nknc hip hiplc hipnc ma mb blend c4d max aep prproj drp drt fcpxml otio otioz otiod edl ale aaf fdx ptx"
        " psproj spp zpr ztl usd usda usdc usdz abc fbx obj gltf glb vdb ass rib mtlx ocio cube 3dl lut clf cdl cc ccc"
        " mhl"
    ),
    Category.SUBTITLE: "srt vtt ass ssa sub idx stl ttml dfxp itt scc smi",
}

_BY_EXTENSION: dict[bytes, Category] = {}
for _category, _names in _EXTENSIONS.items():
    for _name in _names.split():
        _BY_EXTENSION.setdefault(_name.encode(), _category)


def extension(key: bytes) -> bytes:
    """The extension of a folded name, without the dot; empty where there is none (`.bashrc` has none)."""
    stem, dot, ext = key.rpartition(b".")
    return ext if dot and stem else b""


def category_of(key: bytes) -> Category:
    """The category of a folded name. Sidecars and hash caches of ours are `QC`."""
    ext = extension(key)
    if ext == b"json" and (key.endswith((b".qc.json", b".qc.hashcache.json")) or key == b"qc.sequence.json"):
        return Category.QC
    return _BY_EXTENSION.get(ext, Category.OTHER)


def category_of_extension(ext: bytes) -> Category:
    """The category of a folded extension without its dot."""
    return _BY_EXTENSION.get(ext, Category.OTHER)


#: Categories that inspectors decode and a crawl signs off.
MEDIA = (Category.IMAGE, Category.VIDEO, Category.AUDIO)

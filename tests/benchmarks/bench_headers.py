"""EXR headers a second, warm: our document with its proof, beside `exrheader` a file and two libraries in process.

The frames of a 2K sequence with the attributes that a renderer writes; each has its own time code and numbers. What
was proven is forgotten before each round, so that a frame's own values are new each time.

Run by hand: python tests/benchmarks/bench_headers.py [FILES]
"""

import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.media import exrproof
from app.media.document import document_of
from app.model.inspecting import InspectOptions

_ROUNDS = 5
_OPTIONS = InspectOptions()


def make_frame(path: Path, frame: int, varying: int) -> None:
    """A frame of 2048 x 1080 in PIZ whose chunks are empty: headers and tables are what is read.

    Its time code is its own; with `varying` above zero a date, a counter, a duration and a matrix too.
    """
    window = struct.pack("<4i", 0, 0, 2047, 1079)
    channels = b"".join(name + b"\0" + struct.pack("<iB3xii", 1, 0, 1, 1) for name in (b"A", b"B", b"G", b"R"))
    code = int(f"{frame // 86400 % 24:02}{frame // 1440 % 60:02}{frame // 24 % 60:02}{frame % 24:02}", 16)
    frame *= varying
    attributes = (
        (b"capDate", b"string", f"2026:11:20 10:{frame // 60 % 60:02}:{frame % 60:02}".encode()),
        (b"channels", b"chlist", channels + b"\0"),
        (b"chromaticities", b"chromaticities", struct.pack("<8f", 0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329)),
        (b"compression", b"compression", b"\4"),
        (b"dataWindow", b"box2i", window),
        (b"displayWindow", b"box2i", window),
        (b"framesPerSecond", b"rational", struct.pack("<iI", 24000, 1001)),
        (b"host", b"string", b"render042"),
        (b"imageCounter", b"int", struct.pack("<i", frame)),
        (b"lineOrder", b"lineOrder", b"\0"),
        (b"owner", b"string", b"the studio"),
        (b"pixelAspectRatio", b"float", struct.pack("<f", 1)),
        (b"renderTime", b"float", struct.pack("<f", 12.5 + frame / 7)),
        (b"screenWindowCenter", b"v2f", struct.pack("<2f", 0, 0)),
        (b"screenWindowWidth", b"float", struct.pack("<f", 1)),
        (b"software", b"string", b"renderer 7.1"),
        (b"timeCode", b"timecode", struct.pack("<II", code, 0)),
        (b"worldToCamera", b"m44f", struct.pack("<16f", *(frame + place / 16 for place in range(16)))),
    )
    header = struct.pack("<II", 20000630, 2)
    for name, kind, value in attributes:
        header += name + b"\0" + kind + b"\0" + struct.pack("<i", len(value)) + value
    header += b"\0"
    count = 34
    first = len(header) + 8 * count
    table = struct.pack(f"<{count}Q", *(first + 8 * chunk for chunk in range(count)))
    path.write_bytes(header + table + b"".join(struct.pack("<ii", 32 * chunk, 0) for chunk in range(count)))


def our_documents(paths: list[str]) -> None:
    exrproof._small.clear()
    for path in paths:
        if not document_of(path, _OPTIONS)["lossless"]:
            raise ValueError(path)


def openexr_headers(paths: list[str]) -> None:
    import OpenEXR

    for path in paths:
        OpenEXR.File(path, header_only=True).header()


def openimageio_headers(paths: list[str]) -> None:
    import OpenImageIO as oiio  # noqa: N813 - the name its own documentation uses

    for path in paths:
        source = oiio.ImageInput.open(path)
        for attribute in source.spec().extra_attribs:
            _ = attribute.name, attribute.value
        source.close()


def exrheader_runs(paths: list[str]) -> None:
    for path in paths[: max(20, len(paths) // 50)]:
        subprocess.run(["exrheader", path], stdout=subprocess.DEVNULL, check=True)


def a_second(read: Callable[[list[str]], None], paths: list[str], files: int) -> float:
    """Files a second, the median of some rounds."""
    rates = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        read(paths)
        rates.append(files / (time.perf_counter() - start))
    print(f"{read.__name__:<22} {statistics.median(rates):>9,.0f}/s   (best {max(rates):,.0f})")
    return statistics.median(rates)


def compare(count: int, varying: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / f"sh010.{1001 + index}.exr") for index in range(count)]
        for index, path in enumerate(paths):
            make_frame(Path(path), index, varying)
        ours = a_second(our_documents, paths, count)
        for read in (openexr_headers, openimageio_headers):
            print(f"    ours is {ours / a_second(read, paths, count):.2f} times that")
        if shutil.which("exrheader"):
            started = max(20, count // 50)
            print(f"    ours is {ours / a_second(exrheader_runs, paths, started):.0f} times that")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    for varying, words in enumerate(
        ("the time code differs from frame to frame", "five attributes of eighteen differ")
    ):
        print(f"{count:,} frames, {words}:")
        compare(count, varying)


if __name__ == "__main__":
    main()

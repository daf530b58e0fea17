"""Statistics of 4096 × 2160 half RGBA, as a ratio to `oiiotool --stats` on the same file in the same minutes.

Run by hand: python tests/benchmarks/bench_stats.py [ROUNDS] [--memory]

Each round runs ours (percentiles, histogram, zero and negative counts on top) and oiiotool (a process, as it is used)
one after the other, with 1 and with 2 threads; the ratio is the median of the rounds. `--memory` makes files of
16384 × 16384 pixels instead (up to 2 GB each) and tells the peak memory above what the process had at its start.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import OpenEXR
import OpenImageIO

from app.media.exr import read_header
from app.media.opening import opened
from app.media.pixelstats import exr_statistics

PACKED = {"none": "NO", "zip": "ZIP", "piz": "PIZ", "dwaa": "DWAA"}
LARGE = {**PACKED, "rle": "RLE", "zips": "ZIPS", "pxr24": "PXR24", "b44": "B44", "dwab": "DWAB", "htj2k256": "HTJ2K256"}
#: Pixels on a side of the tiles of the tiled file among them, which is PIZ.
_TILE = 4096
_TOOL = Path(OpenImageIO.__file__).parent / "bin" / "oiiotool"
_ROUNDS = 7


def write(path: Path, packed: str, width: int, height: int, *, tile: int = 0) -> Path:
    """A smooth picture with fine noise, brighter at the top, and an alpha of 0 and 1."""
    noise = np.random.default_rng(1).normal(0, 0.01, (64, width)).astype(np.float32)
    x = np.arange(width, dtype=np.float32)
    channels = {name: np.empty((height, width), np.float16) for name in "RGBA"}
    for y in range(0, height, 64):
        rows = np.arange(y, min(y + 64, height), dtype=np.float32)[:, None]
        base = 0.5 + 0.4 * np.sin(x / 211) * np.cos(rows / 173)
        for index, name in enumerate("RGB"):
            lit = base * (1 + 0.2 * index) + np.roll(noise, 37 * index + y, 1)[: len(rows)]
            channels[name][y : y + 64] = lit * np.where(rows < 200, 8, 1)
    channels["A"][:] = 1
    channels["A"][:, : width // 10] = 0
    header = {"compression": getattr(OpenEXR, f"{LARGE[packed]}_COMPRESSION"), "type": OpenEXR.scanlineimage}
    if tile:
        tiles = OpenEXR.TileDescription()
        tiles.xSize = tiles.ySize = tile
        header |= {"type": OpenEXR.tiledimage, "tiles": tiles}
    OpenEXR.File(header, channels).write(str(path))
    return path


def ours(path: Path, threads: int) -> float:
    """Seconds of wall time."""
    start = time.perf_counter()
    with opened(path) as file:
        stats, errors = exr_statistics(file, read_header(file), threads=threads)
    taken = time.perf_counter() - start
    if errors or not stats["parts"][0]["complete"]:
        raise SystemExit(f"{path}: {errors}")
    return taken


def theirs(path: Path, threads: int) -> float:
    """Seconds of wall time."""
    start = time.perf_counter()
    command = [str(_TOOL), "--threads", str(threads), "--stats", str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def measure_time(folder: Path, rounds: int) -> Iterator[str]:
    """A line for each compression."""
    for packed in PACKED:
        path = write(folder / f"{packed}.exr", packed, 4096, 2160)
        told = []
        for threads in (1, 2):
            ours(path, threads), theirs(path, threads)
            pairs = [(ours(path, threads), theirs(path, threads)) for _ in range(rounds)]
            ratio = statistics.median(mine / other for mine, other in pairs)
            mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
            told.append(
                f"{threads} thread{'s' * (threads > 1)} {mine * 1000:4.0f} ms / {other * 1000:4.0f} ms = {ratio:.2f}"
            )
        yield f"{packed:5} {'   '.join(told)}"


def measure_memory(folder: Path) -> Iterator[str]:
    """A line for each compression: the peak of a fresh process that has read a small file before."""
    small = write(folder / "small.exr", "zip", 64, 64)
    for packed, tile in [*((packed, 0) for packed in LARGE), ("piz", _TILE)]:
        path = write(folder / "large.exr", packed, 16384, 16384, tile=tile)
        command = [sys.executable, __file__, "--peak", str(small), str(path)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        yield f"{packed:8} {f'tiles of {tile}' if tile else 'scan lines':13} {told}"


def peak(small: Path, path: Path) -> str:
    """Peak memory of the resident set above the start, on Linux."""
    ours(small, 2)
    Path("/proc/self/clear_refs").write_text("5")
    start = _resident("VmRSS")
    taken = ours(path, 2)
    return f"{_resident('VmHWM') - start:4.0f} MB above {start:.0f} MB, {taken:.1f} s with 2 threads"


def _resident(field: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def main() -> None:
    if "--peak" in sys.argv:
        print(peak(*map(Path, sys.argv[2:4])))
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else _ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        lines = measure_memory(Path(folder)) if "--memory" in sys.argv else measure_time(Path(folder), rounds)
        for line in lines:
            print(line, flush=True)
        print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()

"""Grouping a million names, as a ratio to other libraries; and the header consistency of a thousand 2K frames.

Run by hand: python tests/benchmarks/bench_sequences.py [NAMES] [FRAMES]

The other libraries get the same names in the same folders, as text, in the same run. fileseq is a dependency; clique
and pyseq are compared where they can be imported: pip install --target FOLDER clique pyseq, and PYTHONPATH=FOLDER.
"""

import gc
import importlib
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.files.sequences import group_names
from app.inspection.finding import find_sequence
from app.inspection.framereaders import FrameReaders
from app.inspection.sequences import inspect_sequence
from app.jobs.job import Job
from app.model.inspecting import InspectOptions

_ROUNDS = 3
_FRAMES_A_SEQUENCE = 1000


def made_names(count: int, folder_size: int) -> list[list[bytes]]:
    """Frame names in folders of so many, in the arbitrary order in which a file system lists them."""
    names = [
        b"sh%04d_comp_v012.%04d.exr" % (index // _FRAMES_A_SEQUENCE, 1001 + index % _FRAMES_A_SEQUENCE)
        for index in range(count)
    ]
    folders = [names[start : start + folder_size] for start in range(0, count, folder_size)]
    for folder in folders:
        random.Random(1).shuffle(folder)
    return folders


def seconds(function: Callable[[list], object], folders: list[list]) -> float:
    """Wall time over all folders, without the collector, as a scan runs it."""
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        for folder in folders:
            function(folder)
        return time.perf_counter() - start
    finally:
        gc.enable()


def others() -> dict[str, Callable[[list[str]], object]]:
    """What the same names are given to; a library that is not installed is left out."""
    found: dict[str, Callable[[list[str]], object]] = {}
    calls: dict[str, Callable[[Any], Callable[[list[str]], object]]] = {
        "fileseq": lambda module: module.FileSequence.findSequencesInList,
        "clique": lambda module: lambda names: module.assemble(names, patterns=[module.PATTERNS["frames"]]),
        "pyseq": lambda module: module.get_sequences,
    }
    for name, call in calls.items():
        try:
            found[name] = call(importlib.import_module(name))
        except ImportError:
            print(f"{name} is not installed: pip install --target FOLDER {name}, and PYTHONPATH=FOLDER")
    return found


def grouping(count: int) -> None:
    """Names a second of ours and of the others, in folders of several sizes."""
    libraries = others()
    for folder_size in (100, 1000, 10_000, count):
        folders = made_names(count, folder_size)
        texts = [[name.decode() for name in folder] for folder in folders[: max(1, len(folders) // 10)]]
        compared = sum(map(len, texts))
        ours: list[float] = []
        ratios: dict[str, list[float]] = {name: [] for name in libraries}
        for _ in range(_ROUNDS):
            ours.append(count / seconds(group_names, folders))
            for name, function in libraries.items():
                ratios[name].append(ours[-1] / (compared / seconds(function, texts)))
        told = ", ".join(f"{statistics.median(ratio):.1f} x {name}" for name, ratio in ratios.items())
        rate = statistics.median(ours)
        print(f"folders of {folder_size:>9,}: {rate:>9,.0f} names/s, {count / rate:.2f} s in all; {told}", flush=True)


def made_frames(folder: Path, count: int) -> None:
    """Frames of 2048 × 1080 half RGB, ZIP, each with its own time code; the pixels are those of one."""
    import numpy as np
    import OpenEXR

    pixels = np.linspace(0, 1, 1080 * 2048 * 3, dtype=np.float32).reshape(1080, 2048, 3).astype(np.float16)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, "owner": "ILM",
              "comments": "comment of frame 00000", "framesPerSecond": (24, 1)}  # fmt: skip
    whole = folder / "sh.01001.exr"
    OpenEXR.File(header, {"RGB": pixels}).write(str(whole))
    content = whole.read_bytes()
    for number in range(1, count):
        comment = b"comment of frame %05d" % number
        (folder / f"sh.{1001 + number:05}.exr").write_bytes(content.replace(b"comment of frame 00000", comment, 1))


def consistency(count: int) -> None:
    """Wall time of everything that is told of a sequence without its pixels, the children's start included."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("REELMARK_BENCH_DIR")) as folder:
        made_frames(Path(folder), count)
        taken = []
        for _ in range(_ROUNDS):
            start = time.perf_counter()
            found = find_sequence(f"{folder}/sh.#####.exr")
            with FrameReaders() as readers:
                document = inspect_sequence(found.directory, found.sequence, InspectOptions(), None, Job(), readers)
            taken.append(time.perf_counter() - start)
        assert document["sequence"]["frame_count"] == count
        assert [entry["attribute"] for entry in document["sequence"]["varying"]] == ["comments"]
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / count
        middle = statistics.median(taken)
        print(f"header consistency of {count:,} frames of 2048 x 1080 ({size / 1e6:.1f} MB each): {middle:.3f} s")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    frames = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    if count:
        grouping(count)
    consistency(frames)


if __name__ == "__main__":
    main()

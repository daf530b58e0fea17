"""Grouping a million names, as a ratio to fileseq on the same lists in the same run.

Run by hand: python tests/benchmarks/bench_sequences.py [NAMES]
"""

import gc
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from fileseq import FileSequence

from app.files.sequences import group_names

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


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    for folder_size in (100, 1000, 10_000, count):
        folders = made_names(count, folder_size)
        texts = [[name.decode() for name in folder] for folder in folders[: max(1, len(folders) // 10)]]
        compared = sum(map(len, texts))
        ours, theirs = [], []
        for _ in range(_ROUNDS):
            ours.append(count / seconds(group_names, folders))
            theirs.append(compared / seconds(FileSequence.findSequencesInList, texts))
        print(
            f"folders of {folder_size:>9,}: {statistics.median(ours):>9,.0f} names/s,"
            f" fileseq {statistics.median(theirs):>7,.0f} names/s,"
            f" ratio {statistics.median(a / b for a, b in zip(ours, theirs, strict=True)):.1f}"
        )


if __name__ == "__main__":
    main()

"""Hashing in killable children against `b3sum`, warm cache: large files, and 100,000 files of 20 KB.

    python tests/benchmarks/bench_hashing.py [FOLDER] [--rounds N]

Files are made in FOLDER (2 GB and 2 GB; a temporary folder without it) and removed unless FOLDER was named. Each round
runs both, one after the other; the ratio of a round is b3sum's wall time divided by ours: above 1 ours is faster.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.files.hashing import Hashed
from app.files.hashpool import HashPool
from app.jobs.job import Job

LARGE = (4, 500_000_000)
SMALL = (100_000, 20_000)
BARS = {"large": 0.85, "small": 1.0}


def make_files(folder: Path, count: int, size: int) -> list[Path]:
    """Files of random content, each different."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:06d}" for number in range(count)]
    block = os.urandom(min(size, 1 << 20))
    for number, path in enumerate(paths):
        if path.exists() and path.stat().st_size == size:
            continue
        with path.open("wb") as file:
            file.write(number.to_bytes(8, "little"))
            for start in range(8, size, len(block)):
                file.write(block[: size - start])
    return paths


def by_b3sum(paths: list[Path]) -> None:
    """One process for all, with room for its arguments."""
    subprocess.run(
        ["b3sum", "--no-names", *(path.name for path in paths)],
        cwd=paths[0].parent,
        stdout=subprocess.DEVNULL,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_STACK, (64 << 20, resource.RLIM_INFINITY)),
    )


def by_us(paths: list[Path]) -> None:
    """As a scan does it: sizes are known, results come back to the parent."""
    size = paths[0].stat().st_size
    with HashPool[int]() as pool:
        items = ((0, str(path), size) for path in paths)
        done = sum(isinstance(found, Hashed) for _, found in pool.run(items, Job()))
    if done != len(paths):
        raise SystemExit("not every file was hashed")


def seconds(run: Callable[[list[Path]], None], paths: list[Path]) -> float:
    """Wall time of one run."""
    began = time.perf_counter()
    run(paths)
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", nargs="?", type=Path)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="reelmark-bench-"))
    try:
        for name, (count, size) in (("large", LARGE), ("small", SMALL)):
            paths = make_files(folder / name, count, size)
            seconds(by_b3sum, paths)
            rounds = [(seconds(by_b3sum, paths), seconds(by_us, paths)) for _ in range(chosen.rounds)]
            ratio = statistics.median(peer / ours for peer, ours in rounds)
            peer, ours = (statistics.median(times) for times in zip(*rounds, strict=True))
            print(
                f"{name}: {count} files of {size} bytes; b3sum {peer:.2f} s, ours {ours:.2f} s;"
                f" {ratio:.2f} x its throughput (bar {BARS[name]})"
            )
    finally:
        if chosen.folder is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()

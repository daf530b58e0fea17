"""Peak memory of an inventory scan: PSS of the whole process tree, sampled, for trees of several shapes.

Run by hand: python tests/benchmarks/bench_memory.py [FILES | ROOT]...

A number makes and removes trees of so many empty files; a folder that is there already is measured as it is.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

REPOSITORY = Path(__file__).resolve().parents[2]
_SAMPLE_S = 0.05


def make(root: Path, files: int, folders: int) -> None:
    """So many empty files in so many folders."""
    for folder in range(folders):
        place = root / f"sh{folder:05d}"
        place.mkdir(parents=True)
        for number in range(files // folders):
            os.close(os.open(place / f"plate_{folder:05d}_v001.{number:07d}.exr", os.O_CREAT | os.O_WRONLY))


def pss_mb(process: psutil.Process) -> float:
    """Proportional set size of a process and all below it."""
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            total += one.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total / 1e6


def peak(root: Path, home: str) -> tuple[float, float]:
    """Peak PSS in MB and seconds of one scan."""
    command = [sys.executable, "-m", "app", "--home", home, "scan", str(root), "--inventory-only", "--json"]
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL) as process:
        watched = psutil.Process(process.pid)
        highest = 0.0
        while process.poll() is None:
            try:
                highest = max(highest, pss_mb(watched))
            except psutil.NoSuchProcess:
                break
            time.sleep(_SAMPLE_S)
    return highest, time.perf_counter() - start


def main() -> None:
    asked = sys.argv[1:] or ["300000"]
    for root in [Path(text) for text in asked if not text.isdigit()]:
        with tempfile.TemporaryDirectory(prefix="bench_memory_") as home:
            first, again = peak(root, home), peak(root, home)
        print(f"{root}: first scan {first[0]:.0f} MB ({first[1]:.1f} s), rescan {again[0]:.0f} MB ({again[1]:.1f} s)")
    for files in [int(text) for text in asked if text.isdigit()]:
        for folders in (files // 100, 1):
            top = Path(tempfile.mkdtemp(prefix="bench_memory_"))
            try:
                make(top / "tree", files, folders)
                first = peak(top / "tree", str(top / "home"))
                again = peak(top / "tree", str(top / "home"))
            finally:
                shutil.rmtree(top)
            print(
                f"{files:>9,} files in {folders:>6,} folders: first scan {first[0]:.0f} MB ({first[1]:.1f} s),"
                f" rescan {again[0]:.0f} MB ({again[1]:.1f} s)",
                flush=True,
            )


if __name__ == "__main__":
    main()

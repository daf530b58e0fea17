"""An inventory scan of a large tree and its unchanged rescan, as ratios to `find` on the same tree in the same minutes.

Run by hand: python tests/benchmarks/bench_scan.py [ROOT] [ROUNDS]     (ROOT is made where it is missing)
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
_FILES = 500_000


def seconds(command: list[str]) -> float:
    """Wall time of a command whose output goes nowhere."""
    start = time.perf_counter()
    subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def one_round(root: Path) -> tuple[float, float, float]:
    """Seconds of `find`, of a first scan, and of a rescan; `find` runs before, between and after, the median counts."""
    home = tempfile.mkdtemp(prefix="bench_scan_")
    find = ["find", str(root), "-printf", "%p %s %T@\\n"]
    scan = [sys.executable, "-m", "app", "--home", home, "scan", str(root), "--inventory-only", "--json"]
    try:
        finds = [seconds(find)]
        first = seconds(scan)
        finds.append(seconds(find))
        again = seconds(scan)
        finds.append(seconds(find))
    finally:
        shutil.rmtree(home)
    return statistics.median(finds), first, again


def main() -> None:
    default = Path(tempfile.gettempdir()) / "bench500k"
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    if not root.exists():
        maker = Path(__file__).with_name("made_tree.py")
        subprocess.run([sys.executable, str(maker), str(root), str(_FILES)], check=True)
    one_round(root)
    found = [one_round(root) for _ in range(rounds)]
    for find, first, again in found:
        print(
            f"find {find:.2f} s, first scan {first:.2f} s ({first / find:.2f}x), rescan {again:.2f} s"
            f" ({again / find:.2f}x), load {os.getloadavg()[0]:.1f}"
        )
    print(
        f"median ratios: first scan {statistics.median(row[1] / row[0] for row in found):.2f} (bar 4.5, aim 3),"
        f" rescan {statistics.median(row[2] / row[0] for row in found):.2f} (bar 2.2)"
    )


if __name__ == "__main__":
    main()

"""A check of many short sequences by a policy, as a whole command, beside `exrheader` run for each frame.

The frames are tiny: what is measured is all that a sequence costs beyond its pixels. `exrheader` judges nothing and
is run for some of the frames.

Run by hand: python tests/benchmarks/bench_check.py [SEQUENCES] [FRAMES]
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests import media

_ROUNDS = 3
_POLICY = "sequence.hygiene"


def main(sequences: int, frames: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "shots"
        folder.mkdir()
        content = media.raw_exr(folder / "one.exr", size=(4, 3)).read_bytes()
        (folder / "one.exr").unlink()
        for number in range(sequences * frames):
            (folder / f"sh{number // frames:05}.{1001 + number % frames}.exr").write_bytes(content)
        command = [sys.executable, "-m", "app", "--home", f"{made}/home", "check", str(folder), "--policy", _POLICY]
        ours = frames * sequences / seconds([command])
        print(f"{sequences:,} sequences of {frames} frames: {ours / frames:,.0f} sequences/s, {ours:,.0f} frames/s")
        if shutil.which("exrheader"):
            some = sorted(folder.iterdir())[:: max(1, sequences * frames // 200)]
            theirs = len(some) / seconds([["exrheader", str(path)] for path in some])
            print(f"exrheader: {theirs:,.0f} frames/s; ours is {ours / theirs:.1f} times that")


def seconds(commands: list[list[str]]) -> float:
    """Wall time of running them one after the other, the median of some rounds."""
    taken = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        for command in commands:
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


if __name__ == "__main__":
    main(*(int(argument) for argument in (sys.argv[1:] + ["1500", "4"][len(sys.argv) - 1 :])))

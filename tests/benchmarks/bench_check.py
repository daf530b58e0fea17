"""Checks of many short sequences and of many short sounds, as whole commands, beside tools run once a file.

The frames are tiny and the sounds last a second: what is measured is all that an asset costs beyond its length.
`exrheader` prints a header and judges nothing; `ffmpeg` runs the detectors that the policy asks for. Both are run for
some of the files.

Run by hand: python tests/benchmarks/bench_check.py [SEQUENCES] [FRAMES] [SOUNDS]
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
_SOME = 200
_DETECTORS = "ebur128=peak=true,silencedetect=noise=-60dB:d=1,astats,aphasemeter=video=0:phasing=1"
_POLICY = """\
schema: qcpolicy/1
id: bench.sound
version: "1"
match: {kind: sound}
rules:
  - {id: silence, check: audio.silence}
  - {id: clipped, check: audio.clipped}
  - {id: phase, check: audio.phase}
  - {id: loudness, check: audio.ebur128, expect: {integrated: [-70, 0], true_peak_max: 3}}
"""


def main(sequences: int, frames: int, sounds: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        short_sequences(Path(made) / "shots", sequences, frames)
        short_sounds(Path(made) / "takes", sounds)


def short_sequences(folder: Path, sequences: int, frames: int) -> None:
    """Frames that are all the same few bytes, in one folder."""
    folder.mkdir()
    content = media.raw_exr(folder / "one.exr", size=(4, 3)).read_bytes()
    (folder / "one.exr").unlink()
    for number in range(sequences * frames):
        (folder / f"sh{number // frames:05}.{1001 + number % frames}.exr").write_bytes(content)
    ours = sequences * frames / seconds([check(folder, "sequence.hygiene")])
    print(f"{sequences:,} sequences of {frames} frames: {ours / frames:,.0f} sequences/s, {ours:,.0f} frames/s")
    compare(ours, [["exrheader", str(path)] for path in some(folder)])


def short_sounds(folder: Path, count: int) -> None:
    """Sounds of a second, 24 bits in stereo."""
    folder.mkdir()
    policy = folder.parent / "sound.yaml"
    policy.write_text(_POLICY)
    for number in range(count):
        media.wav(folder / f"take{number:04}.wav", 1)
    ours = count / seconds([check(folder, str(policy))])
    print(f"{count:,} sounds of a second: {ours:,.0f} files/s")
    options = ["-af", _DETECTORS, "-f", "null", "-"]
    compare(ours, [["ffmpeg", "-nostdin", "-i", str(path), *options] for path in some(folder)])


def check(folder: Path, policy: str) -> list[str]:
    """The command, with a home of its own beside the folder."""
    home = str(folder.parent / "home")
    return [sys.executable, "-m", "app", "--home", home, "check", str(folder), "--policy", policy]


def some(folder: Path) -> list[Path]:
    """Some of the files of a folder, evenly spread."""
    paths = sorted(folder.iterdir())
    return paths[:: max(1, len(paths) // _SOME)]


def compare(ours: float, commands: list[list[str]]) -> None:
    """Print how often a second the other tool, if it is there, does its work, and the ratio."""
    tool = commands[0][0]
    if shutil.which(tool):
        theirs = len(commands) / seconds(commands)
        print(f"{tool}: {theirs:,.0f} files/s; ours is {ours / theirs:.1f} times that")


def seconds(commands: list[list[str]]) -> float:
    """Wall time of running them one after the other, the median of some rounds."""
    taken = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        for command in commands:
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


if __name__ == "__main__":
    main(*(int(argument) for argument in (sys.argv[1:] + ["1500", "4", "300"][len(sys.argv) - 1 :])))

"""Makes a large tree of empty files with the names of a studio's drive, once, to measure scans on.

Run by hand: python tests/benchmarks/made_tree.py ROOT [FILES]
"""

import os
import random
import sys
import time
from pathlib import Path

_SHARE_IN_SEQUENCES = 0.6
_FILES_A_FOLDER = 100
_TASKS = ("comp", "fx", "light", "anim", "plate", "matte", "roto", "prep")
_EXTENSIONS = ("exr", "dpx", "jpg", "png", "nk", "mov", "wav", "txt", "pdf", "json", "abc", "usd", "tif", "ma")
_WORDS = ("beauty", "depth", "crypto", "review", "client", "notes", "ref", "lookdev", "cam", "proxy", "final", "wip")


def folder_names(random_numbers: random.Random, number: int) -> list[str]:
    """File names of one folder: 60 % of them frames of one to three sequences."""
    frames = int(_FILES_A_FOLDER * _SHARE_IN_SEQUENCES)
    names = []
    task = random_numbers.choice(_TASKS)
    sequences = random_numbers.randint(1, 3)
    for sequence in range(sequences):
        first = random_numbers.choice((1, 101, 1001))
        base = f"sh{number % 400:03d}0_{task}_{random_numbers.choice(_WORDS)}_v{sequence + 1:03d}"
        names += [f"{base}.{first + frame:04d}.exr" for frame in range(frames // sequences)]
    while len(names) < _FILES_A_FOLDER:
        word, other = random_numbers.choice(_WORDS), random_numbers.choice(_WORDS)
        unique = random_numbers.getrandbits(24)
        names.append(f"{word}_{other}_{unique:06x}.{random_numbers.choice(_EXTENSIONS)}")
    return names


def make_tree(root: Path, files: int) -> None:
    """Fill `root` with about so many files, 100 in a folder, three folders deep; times spread over three years."""
    random_numbers = random.Random(20)
    now = time.time()
    for number in range(files // _FILES_A_FOLDER):
        show, sequence = number // 500, number // 20 % 25
        folder = root / f"show_{show:02d}" / f"sq{sequence:03d}" / f"sh{number % 20:03d}0_{number:05d}"
        folder.mkdir(parents=True, exist_ok=True)
        rendered = now - random_numbers.random() * 3 * 365 * 86400
        for at, name in enumerate(dict.fromkeys(folder_names(random_numbers, number))):
            path = folder / name
            descriptor = os.open(path, os.O_CREAT | os.O_WRONLY, 0o644)
            os.ftruncate(descriptor, random_numbers.randrange(1 << 24))
            os.close(descriptor)
            os.utime(path, (rendered + at, rendered + at))


def main() -> None:
    root, files = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 500_000
    if root.exists():
        print(f"{root} is there already")
        return
    partial = root.with_name(root.name + ".part")
    make_tree(partial, files)
    partial.rename(root)


if __name__ == "__main__":
    main()

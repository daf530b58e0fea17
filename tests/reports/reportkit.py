"""Two small drives with known files, one of them on the shelf, for the tests of reports."""

import os
from dataclasses import dataclass
from pathlib import Path

from app.engine import Engine
from app.jobs.job import Job
from app.operations import run
from app.scanning.request import ScanRequest
from tests.ui.enginekit import make_engine

DAY = 86_400
#: 2026-06-15 12:00 UTC: what the tests call now.
NOON = 1_781_524_800
EVIL = "<img src=x onerror=alert(1)>.txt"
ODD = "esc\x1b[31m\udcff\u202e.log"

#: Path below the base, content, and how many days before `NOON` it was modified.
CARD = (
    ("show/sh010/sh010.0001.exr", b"frame one", 0.0),
    ("show/sh010/sh010.0002.exr", b"frame two!", 0.1),
    ("show/sh020/plate.EXR", b"p" * 500, 3),
    ("show/notes.txt", b"notes", 40),
    ("audio/take.wav", b"w" * 300, 1),
    ("audio/deep/er/take copy.wav", b"w" * 300, 2),
    ("no extension", b"n" * 7, 400),
    (".hidden", b"h", 400),
    ("=formula.csv", b"f" * 20, 5),
    (EVIL, b"e" * 30, 6),
    ("empty.txt", b"", 0.2),
    (ODD, b"odd", 300),
)
SHELF = (
    ("backup/take.wav", b"w" * 300, 10),
    ("backup/plate.exr", b"p" * 500, 10),
    ("later.mov", b"m" * 50, -3),
    ("empty too.txt", b"", 100),
)


@dataclass(frozen=True, slots=True)
class Library:
    """Where things are; `shelf` is not connected."""

    home: Path
    card: Path

    def engine(self) -> Engine:
        """An engine over the catalogue."""
        return make_engine(self.home)


def write_files(base: Path, files: tuple[tuple[str, bytes, float], ...]) -> None:
    """Make the files of a drive with their times."""
    for name, content, days in files:
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (NOON - days * DAY, NOON - days * DAY))


def make_library(folder: Path) -> Library:
    """Both drives, scanned; a file of the card was there for its first scan alone."""
    card, shelf, home = folder / "card", folder / "shelf", folder / "home"
    write_files(card, (*CARD, ("show/gone.mov", b"g" * 9000, 1)))
    (card / "nothing in it").mkdir()
    write_files(shelf, SHELF)
    engine = make_engine(home)
    for base, label in ((card, "Card"), (shelf, "Shelf")):
        run(engine, "scan", ScanRequest((str(base),), drive=label), Job())
    (card / "show/gone.mov").unlink()
    run(engine, "scan", ScanRequest((str(card),), drive="Card"), Job())
    shelf.rename(folder / "taken away")
    return Library(home, card)

"""A catalogue of real media on two drives, one of them unplugged, made once for the tests of the Search tab."""

from dataclasses import dataclass
from pathlib import Path

from app.engine import Engine
from app.jobs.job import Job
from app.operations import run
from app.qc.signoff import SignOffRequest
from app.scanning.request import ScanRequest
from tests import media
from tests.ui.enginekit import make_engine

ODD_NAME = b"two\nlines \xff.txt"


@dataclass(frozen=True, slots=True)
class Library:
    """Where things are; `plates` is connected, `shelf` is not."""

    home: Path
    plates: Path
    shelf: Path

    def engine(self) -> Engine:
        """An engine over the catalogue."""
        return make_engine(self.home)


def make_library(folder: Path) -> Library:
    """Media on two drives, scanned and partly signed off."""
    plates, shelf, home = folder / "plates", folder / "shelf", folder / "home"
    comp, refs = plates / "sh010" / "comp", plates / "refs"
    for place in (comp, refs, shelf / "old"):
        place.mkdir(parents=True)
    for frame in (1001, 1002, 1004, 1005):
        media.exr(comp / f"sh010_comp.{frame}.exr", frame)
    media.png(refs / "harbour.png")
    media.truncated(refs / "broken.exr", media.exr)
    media.movie(refs / "animatic.mp4")
    media.wav(refs / "foghorn.wav")
    (refs / "harbour notes.txt").write_text("notes", encoding="utf-8")
    Path(str(refs).encode().decode() + "/" + ODD_NAME.decode("utf-8", "surrogateescape")).write_bytes(b"odd")
    media.png(shelf / "old" / "harbour_old.png")
    engine = make_engine(home)
    for path, label in ((plates, "Plates"), (shelf, "Shelf")):
        run(engine, "scan", ScanRequest((str(path),), drive=label), Job())
    run(engine, "sign_off", SignOffRequest(comp / "sh010_comp.1001.exr", "ana", "fail", "grain", ("banding",)), Job())
    run(engine, "sign_off", SignOffRequest(refs / "harbour.png", "ana", "pass"), Job())
    run(engine, "scan", ScanRequest((str(plates),), drive="Plates"), Job())
    shelf.rename(folder / "taken away")
    return Library(home, plates, shelf)

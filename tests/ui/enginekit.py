"""An engine over a fresh working directory, for tests of the window."""

from pathlib import Path

from app.engine import Engine, open_engine
from app.paths import find_home
from app.settings import load_settings


def make_engine(folder: Path) -> Engine:
    """The engine over `folder`, made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    home = find_home(folder, {})
    return open_engine(load_settings(home, {}), home)


def make_tree(folder: Path, files: int = 12) -> Path:
    """A folder of small text files, a quarter of them in a folder of their own."""
    (folder / "below").mkdir(parents=True)
    for number in range(files):
        place = folder / "below" if number % 4 == 0 else folder
        (place / f"note {number}.txt").write_text(f"text {number}", encoding="utf-8")
    return folder

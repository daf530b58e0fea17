"""The working directory, and what lies in it.

A working directory that somebody named (option or environment) is used or refused; only the platform's defaults give
way to one another. Finding it makes nothing: folders appear with `Home.prepare`.
"""

import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.errors import BadSettings

HOME_VARIABLES = ("REELMARK_HOME", "VIDEOCATALOG_HOME")


@dataclass(frozen=True, slots=True)
class Home:
    """The working directory.

    Attributes:
        root: its absolute path; it need not exist yet.
        source: who chose it (`option --home`, `environment REELMARK_HOME`, `default`).
        writable: whether things may be written in it; reading commands work without.
        notices: sentences the user should see, such as a default that gave way to the next.
    """

    root: Path
    source: str = "default"
    writable: bool = True
    notices: tuple[str, ...] = ()

    @property
    def catalog(self) -> Path:
        """The file of all drives and jobs."""
        return self.root / "catalog.db"

    @property
    def catalog_lock(self) -> Path:
        """Held while a drive is found or added, and while the catalogue is made again."""
        return self.root / "catalog.lock"

    @property
    def shards(self) -> Path:
        """The folder with one database a drive."""
        return self.root / "shards"

    @property
    def exports(self) -> Path:
        """Where exports go unless told otherwise."""
        return self.root / "exports"

    @property
    def backups(self) -> Path:
        """Copies made before a database is changed in place."""
        return self.root / "backups"

    @property
    def logs(self) -> Path:
        """The folder of the log files, unless the settings name another."""
        return self.root / "logs"

    @property
    def bin(self) -> Path:
        """External programs kept for this product."""
        return self.root / "bin"

    @property
    def models(self) -> Path:
        """Models that the user supplied."""
        return self.root / "models"

    @property
    def tmp(self) -> Path:
        """Scratch files that may be deleted whenever nothing runs."""
        return self.root / "tmp"

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.root / "settings.json"

    @property
    def api_key(self) -> Path:
        """The key of the local API, for its owner's eyes alone."""
        return self.root / "api.key"

    @property
    def dotenv(self) -> Path:
        """Environment variables for this working directory."""
        return self.root / ".env"

    def require_writable(self) -> None:
        """Refuse a working directory in which nothing can be written.

        Raises:
            BadSettings: it is read-only.
        """
        if not self.writable:
            raise BadSettings(
                f"The working directory {self.root} cannot be written.",
                hint="Choose another with --home or REELMARK_HOME, or make this one writable.",
                code="home.read_only",
            )

    def prepare(self) -> None:
        """Make the folders that every writing command needs.

        Raises:
            BadSettings: the working directory is read-only, or a folder cannot be made.
        """
        self.require_writable()
        for folder in (self.root, self.shards, self.exports, self.backups, self.logs, self.tmp):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise BadSettings(
                    f"The folder {folder} cannot be made: {error.strerror}.",
                    hint="Choose another working directory with --home or REELMARK_HOME.",
                    code="home.unusable",
                ) from error


def find_home(option: str | Path | None, environ: Mapping[str, str]) -> Home:
    """The working directory of this call: option, then environment, then the platform's defaults.

    Args:
        option: what `--home` named, or None.
        environ: the environment, usually `os.environ`; an empty variable counts as absent.

    Raises:
        BadSettings: a named directory cannot be used, or no default can.
    """
    if option is not None:
        return _named_home(str(option), "option --home")
    for variable in HOME_VARIABLES:
        if environ.get(variable):
            return _named_home(environ[variable], f"environment {variable}")
    return _default_home(default_homes(environ))


def default_homes(environ: Mapping[str, str], platform: str = sys.platform) -> list[Path]:
    """The platform's working directories, best first."""
    if platform == "win32":
        folders = [environ.get(variable, "") for variable in ("ProgramData", "LOCALAPPDATA")]
        return [Path(folder) / "Reelmark" for folder in folders if folder]
    user = Path(environ.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises without a home
    if platform == "darwin":
        return [user / "Library" / "Application Support" / "Reelmark"]
    data = environ.get("XDG_DATA_HOME", "")
    shared = [Path(data) / "reelmark"] if Path(data).is_absolute() else []
    places = [*shared, user / ".local" / "share" / "reelmark", Path("/var/lib/reelmark")]
    return [place for place in places if place.is_absolute()]


def _named_home(text: str, source: str) -> Home:
    """A working directory that somebody named: usable, or an error that says why not."""
    root = _absolute(text, source)
    state = _state(root)
    if state not in ("writable", "read-only"):
        raise BadSettings(
            f"The working directory {root} ({source}) cannot be used: {state}.",
            hint="Name a folder that can be read, or one that can be made.",
            code="home.unusable",
        )
    return Home(root, source, writable=state == "writable")


def _absolute(text: str, source: str) -> Path:
    """The absolute form of a named directory, `~` expanded, links kept."""
    if not text.strip() or "\0" in text:
        raise BadSettings(f"The working directory ({source}) is empty or no path.", code="home.unusable")
    try:
        path = Path(text).expanduser()
    except RuntimeError as error:
        raise BadSettings(f"The working directory {text} ({source}) cannot be resolved: {error}.") from error
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the user's links


def _default_home(places: list[Path]) -> Home:
    """The first default that can be written; else one that can at least be read."""
    notices: list[str] = []
    readable: list[Path] = []
    for place in places:
        state = _state(place)
        if state == "writable":
            return Home(place, notices=tuple(notices))
        if state == "read-only":
            readable.append(place)
            state = "it cannot be written"
        notices.append(f"The default working directory {place} gave way to the next: {state}.")
    if readable:
        notice = f"No default working directory can be written; {readable[0]} is read only."
        return Home(readable[0], writable=False, notices=(notice,))
    raise BadSettings(
        "No working directory can be used: " + "; ".join(str(place) for place in places),
        hint="Name one with --home or REELMARK_HOME.",
        code="home.unusable",
    )


def _state(root: Path) -> str:
    """`writable`, `read-only`, or why the folder can be neither used nor made."""
    try:
        if root.is_dir():
            if not os.access(root, os.R_OK | os.X_OK):
                return "it cannot be read"
            return "writable" if may_write(root) else "read-only"
        if os.path.lexists(root):
            return "it is not a folder"
        parent = next(folder for folder in root.parents if os.path.lexists(folder))
        if not parent.is_dir():
            return f"{parent} is not a folder"
    except OSError as error:
        return error.strerror or str(error)
    return "writable" if may_write(parent) else f"it does not exist and {parent} cannot be written"


def may_write(folder: Path) -> bool:
    """Whether entries can be made in an existing folder. On Windows only a try tells."""
    if sys.platform == "win32":
        try:
            with tempfile.TemporaryFile(dir=folder):
                return True
        except OSError:
            return False
    return os.access(folder, os.W_OK | os.X_OK)

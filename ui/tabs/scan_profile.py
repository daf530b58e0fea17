"""The line of the scan form that says how hard a drive will be driven, found before the scan starts."""

from functools import partial

from PySide6.QtCore import QObject, QTimer

from app.drives.profiles import Profile
from app.engine import Engine
from app.errors import AppError
from app.scanning.request import ScanRequest
from app.scanning.tuning import profile_before
from ui import formats
from ui.reasons import said
from ui.tabs.scan_form import ScanForm
from ui.workers.reader import Reader

_PATIENCE_MS = 400


def profile_words(profile: Profile) -> str:
    """`SSD, an NVMe drive: 8 files at once, 1 MB a read, 4 movies at once`."""
    name = profile.kind if profile.kind == "network" else profile.kind.upper()
    files = "1 file" if profile.threads == 1 else f"{profile.threads} files"
    movies = "1 movie" if profile.ffmpeg == 1 else f"{profile.ffmpeg} movies"
    extras = [
        words for on, words in ((profile.on_disk_order, "in on-disk order"), (profile.gentle_io, "with pauses")) if on
    ]
    chunk = read_words(profile.chunk_bytes)
    return ", ".join([f"{name}, {profile.reason}: {files} at once", f"{chunk} a read", f"{movies} at once", *extras])


def read_words(size: int) -> str:
    """`1 MB` or `256 KB`, as people call powers of two that a program reads at once."""
    return f"{size >> 20} MB" if size and size % (1 << 20) == 0 else f"{formats.count(size >> 10)} KB"


class FoundProfile(QObject):
    """Looks at the folder in the form, a moment after it was typed, and tells what it found.

    Args:
        engine: has the settings.
        form: gets the words.
    """

    def __init__(self, engine: Engine, form: ScanForm, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine, self._form = engine, form
        self._reader = Reader("profile", self)
        self._timer = QTimer(self, interval=_PATIENCE_MS, singleShot=True)
        self._timer.timeout.connect(self._ask)
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._unknown)
        form.folder.textChanged.connect(self._changed)
        form.profile.currentIndexChanged.connect(self._changed)

    def stop(self) -> None:
        """End the thread."""
        self._timer.stop()
        self._reader.stop()

    def _changed(self) -> None:
        self._form.found.setText("")
        self._timer.start()

    def _ask(self) -> None:
        folder = self._form.folder.text().strip()
        if folder:
            request = ScanRequest((), profile=self._form.profile.currentData())
            self._reader.ask("profile", partial(profile_before, self._engine, folder, request))

    def _answered(self, _kind: str, _number: int, profile: object) -> None:
        if isinstance(profile, Profile):
            self._form.found.setText(profile_words(profile))

    def _unknown(self, _kind: str, _number: int, error: AppError) -> None:
        """Say what is wrong with the folder before the scan would."""
        self._form.found.setText(said(error))

"""Writes a setting that was changed in the window into the settings file, away from the window's thread."""

from PySide6.QtCore import QObject, Signal

from app.engine import Engine
from app.errors import AppError
from app.jobs.job import CancelToken
from app.settings import set_value
from ui.reasons import said
from ui.workers.reader import Reader


class SettingsWriter(QObject):
    """Changes settings, the newest wish of each winning.

    Args:
        engine: knows the settings file in force and what stands above it.
    """

    failed = Signal(str)
    """Why a setting was not written, as a sentence."""
    overridden = Signal(str)
    """It was written, but something stronger than the file decides; as a sentence."""

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._thread = Reader("settings", self)
        self._thread.failed.connect(self._not_written)

    def set(self, key: str, value: str) -> None:
        """Write one setting.

        Args:
            key: dotted name.
            value: as it would be typed.
        """
        loaded = self._engine.loaded
        file = None if loaded.file == loaded.home.settings else loaded.file

        def write(_token: CancelToken) -> object:
            return set_value(loaded.home, key, value, file=file)

        self._thread.ask(key, write)
        source = loaded.source(key)
        if source not in ("default", str(loaded.file)):
            self.overridden.emit(f"{key} is set by {source}, which stands above the settings file.")

    def stop(self) -> None:
        """End the thread; what was begun is written first."""
        self._thread.finish()

    def _not_written(self, key: str, _number: int, error: AppError) -> None:
        self.failed.emit(f"{key} was not saved: {said(error)}")

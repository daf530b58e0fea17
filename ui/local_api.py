"""The local API in the window: its process, its key, its card, and starting it with the window."""

import os

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QMessageBox

from app.engine import Engine
from app.errors import AppError
from app.jobs.job import CancelToken
from app.settings.apikey import ApiKey, find_key, make_key
from ui.api_process import ApiProcess, ApiState
from ui.main_window import MainWindow
from ui.reasons import said
from ui.settings_writer import SettingsWriter
from ui.widgets.api_card import ApiCard, ApiView
from ui.widgets.banner import BannerKind, BannerView
from ui.widgets.toasts import ToastView
from ui.workers.reader import Reader

_BANNER = "api"
#: The number of the tab with the card.
_PAGE = 5
_WORDS = {
    ApiState.STOPPED: "Not running",
    ApiState.STARTING: "Starting…",
    ApiState.RUNNING: "Running",
    ApiState.STOPPING: "Stopping…",
}


class LocalApi(QObject):
    """Starts and stops the server, keeps its key, shows its card.

    Args:
        engine: names the working directory and the settings.
        window: banners, toasts, and the page that the card is put on.
        settings: writes what is chosen for good.
    """

    def __init__(self, engine: Engine, window: MainWindow, settings: SettingsWriter) -> None:
        super().__init__(window)
        self._engine = engine
        self._window = window
        self._settings = settings
        self._key: ApiKey | None = None
        self._to_start = engine.settings.api.enabled_default
        self.process = ApiProcess(engine.loaded, self)
        self.process.changed.connect(self._changed)
        self._reader = Reader("api key", self)
        self._reader.answered.connect(self._key_read)
        self._reader.failed.connect(self._key_failed)
        self.card = ApiCard(autostart=self._to_start, allow_write=engine.settings.api.allow_write)
        self._connect()
        self._read_key()

    def show(self) -> None:
        """Bring the card to the front."""
        self._read_key()
        self._window.show_page(_PAGE)
        self.card.give_focus()

    def start(self) -> None:
        """Start the server."""
        self._window.banners.remove(_BANNER)
        self.process.start(allow_write=self.card.allow_write.isChecked())

    def stop(self) -> None:
        """End the server and the thread, as the window does."""
        self._reader.stop()
        self.process.finish()

    def make_key(self) -> None:
        """Make a key; one that is there is replaced only after a question."""
        if self._key is not None and not self._agreed():
            return
        self._reader.ask("key", self._make)

    def copy_key(self) -> None:
        """Put the key on the clipboard."""
        if self._key is not None:
            QGuiApplication.clipboard().setText(self._key.key)
            self._window.toasts.show_toast(ToastView("The key is on the clipboard."))

    def _agreed(self) -> bool:
        answer = QMessageBox.question(
            self._window, "Make a new key", "Programs that use the present key will be turned away. Make a new one?"
        )
        return answer == QMessageBox.StandardButton.Yes

    def _read_key(self) -> None:
        self._reader.ask("key", self._find)

    def _find(self, _token: CancelToken) -> ApiKey | None:
        return find_key(self._engine.home, self._engine.settings.api, os.environ)

    def _make(self, token: CancelToken) -> ApiKey | None:
        make_key(self._engine.home)
        return self._find(token)

    def _key_read(self, _kind: str, _number: int, key: object) -> None:
        before, self._key = self._key, key if isinstance(key, ApiKey) else None
        self._show()
        if before is not None and self._key != before and self.process.state == ApiState.RUNNING:
            self._window.toasts.show_toast(ToastView("The running server keeps the old key until it is started again."))
        if self._to_start:
            self._to_start = False
            if self._key is not None:
                self.start()
            else:
                self._tell("The local API was not started: it needs a key. File > Local API… makes one.")

    def _key_failed(self, _kind: str, _number: int, error: AppError) -> None:
        self._to_start = False
        self._tell(f"The key of the local API cannot be used: {said(error)}")

    def _changed(self) -> None:
        self._show()
        if self.process.problem and self.process.state == ApiState.STOPPED:
            self._tell(f"The local API is not running: {self.process.problem}")
        elif self.process.state == ApiState.RUNNING:
            self._window.banners.remove(_BANNER)

    def _tell(self, text: str) -> None:
        self._window.banners.show_banner(BannerView(_BANNER, text, BannerKind.WARNING))

    def _show(self) -> None:
        settings, state = self._engine.settings.api, self.process.state
        self.card.show_view(
            ApiView(
                _WORDS[state],
                running=state in (ApiState.RUNNING, ApiState.STOPPING),
                busy=state in (ApiState.STARTING, ApiState.STOPPING),
                address=self.process.address or f"http://{settings.host}:{settings.port}",
                key=f"From {self._key.source}" if self._key else "",
                problem=self.process.problem,
            )
        )

    def _copy_address(self) -> None:
        QGuiApplication.clipboard().setText(self.process.address)

    def _open_docs(self) -> None:
        QDesktopServices.openUrl(QUrl(f"{self.process.address}/docs"))

    def _choose_autostart(self, wanted: bool) -> None:
        self._settings.set("api.enabled_default", "true" if wanted else "false")

    def _connect(self) -> None:
        self.card.start_clicked.connect(self.start)
        self.card.stop_clicked.connect(self.process.stop)
        self.card.make_key_clicked.connect(self.make_key)
        self.card.copy_key_clicked.connect(self.copy_key)
        self.card.copy_address_clicked.connect(self._copy_address)
        self.card.docs_clicked.connect(self._open_docs)
        self.card.autostart_chosen.connect(self._choose_autostart)

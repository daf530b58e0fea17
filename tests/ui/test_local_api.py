"""The card of the local API in the window: making a key, starting, autostart."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.engine import open_engine
from app.paths import find_home
from app.settings import load_settings
from app.settings.apikey import find_key, make_key
from ui.api_process import ApiState
from ui.local_api import LocalApi
from ui.main_window import MainWindow
from ui.page import Page
from ui.settings_writer import SettingsWriter

MakeApi = Callable[..., LocalApi]


@pytest.fixture
def make_api(qtbot: QtBot, tmp_path: Path) -> Iterator[MakeApi]:
    """Makes the card over a working directory with these settings."""
    made: list[tuple[LocalApi, SettingsWriter]] = []

    def make(*, autostart: bool = False, key: bool = False) -> LocalApi:
        home = find_home(tmp_path / "home", {})
        home.root.mkdir(exist_ok=True)
        on = "true" if autostart else "false"
        home.settings.write_text(f'{{"api": {{"port": 0, "enabled_default": {on}}}}}', encoding="utf-8")
        if key:
            make_key(home)
        engine = open_engine(load_settings(home, {}), home)
        window = MainWindow()
        qtbot.addWidget(window)
        writer = SettingsWriter(engine, window)
        api = LocalApi(engine, window, writer)
        window.add_page(Page(5, "Maintenance", "archive", api.card))
        window.show()
        made.append((api, writer))
        return api

    yield make
    for api, writer in made:
        api.stop()
        writer.stop()


def test_a_key_is_made_then_the_server_is_started_and_stopped(qtbot: QtBot, make_api: MakeApi, tmp_path: Path) -> None:
    api = make_api()
    api.show()
    card = api.card
    qtbot.waitUntil(lambda: "none yet" in card.key.fullText())
    assert not card.start.isEnabled()
    assert card.start.toolTip() == "Make a key first"
    qtbot.mouseClick(card.make_key, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(card.start.isEnabled)
    assert (tmp_path / "home" / "api.key").exists()
    qtbot.mouseClick(card.copy_key, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == (tmp_path / "home" / "api.key").read_text().strip()
    qtbot.mouseClick(card.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: card.state.text() == "Running", timeout=30_000)
    assert card.address.fullText().startswith("http://127.0.0.1:")
    assert not card.allow_write.isEnabled()
    qtbot.mouseClick(card.copy_address, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == card.address.fullText()
    qtbot.mouseClick(card.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: card.state.text() == "Not running", timeout=30_000)
    assert not card.problem.isVisible()


def test_it_starts_with_the_window_where_the_setting_says_so(qtbot: QtBot, make_api: MakeApi) -> None:
    api = make_api(autostart=True, key=True)
    qtbot.waitUntil(lambda: api.process.state == ApiState.RUNNING, timeout=30_000)
    assert api.card.autostart.isChecked()


def test_without_a_key_a_banner_says_why_it_did_not_start_with_the_window(qtbot: QtBot, make_api: MakeApi) -> None:
    api = make_api(autostart=True)
    qtbot.waitUntil(lambda: "api" in api._window.banners.ids())
    assert api.process.state == ApiState.STOPPED


def test_the_choice_to_start_with_the_window_is_kept(qtbot: QtBot, make_api: MakeApi, tmp_path: Path) -> None:
    api = make_api()
    api.show()
    api.card.autostart.click()
    home = find_home(tmp_path / "home", {})
    qtbot.waitUntil(lambda: load_settings(home, {}).values.api.enabled_default)


def test_a_key_in_use_is_replaced_only_after_a_question(
    qtbot: QtBot, make_api: MakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = make_api(key=True)
    qtbot.waitUntil(api.card.copy_key.isEnabled)
    home = find_home(tmp_path / "home", {})
    before = find_key(home, load_settings(home, {}).values.api, {})
    answers = iter((QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes))
    monkeypatch.setattr(QMessageBox, "question", lambda *_: next(answers))
    api.make_key()
    assert find_key(home, load_settings(home, {}).values.api, {}) == before
    api.make_key()
    qtbot.waitUntil(lambda: find_key(home, load_settings(home, {}).values.api, {}) != before)

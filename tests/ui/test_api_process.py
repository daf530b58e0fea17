"""The local API as a process of the window: started, stopped, gone by itself."""

import os
import signal
import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.paths import Home, find_home
from app.settings import LoadedSettings, load_settings
from app.settings.apikey import make_key
from ui.api_process import ApiProcess, ApiState


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return find_home(tmp_path / "home", {})


def settings(home: Home, port: int = 0) -> LoadedSettings:
    home.root.mkdir(exist_ok=True)
    home.settings.write_text(f'{{"api": {{"port": {port}}}}}', encoding="utf-8")
    return load_settings(home, {})


@pytest.fixture
def process(qtbot: QtBot, home: Home) -> Iterator[ApiProcess]:
    process = ApiProcess(settings(home))
    yield process
    process.finish()


def reach(qtbot: QtBot, process: ApiProcess, state: ApiState) -> None:
    qtbot.waitUntil(lambda: process.state == state, timeout=30_000)


def test_it_is_started_asked_and_stopped(qtbot: QtBot, home: Home, process: ApiProcess) -> None:
    key = make_key(home)
    process.start(allow_write=False)
    assert process.state == ApiState.STARTING
    reach(qtbot, process, ApiState.RUNNING)
    asked = urllib.request.Request(f"{process.address}/v1/health", headers={"X-API-Key": key})
    with urllib.request.urlopen(asked, timeout=20) as answer:
        assert b'"read_only": true' in answer.read()
    process.stop()
    reach(qtbot, process, ApiState.STOPPED)
    assert (process.address, process.problem) == ("", "")


def test_without_a_key_it_says_what_to_do(qtbot: QtBot, process: ApiProcess) -> None:
    process.start(allow_write=False)
    reach(qtbot, process, ApiState.STOPPED)
    assert "needs a key" in process.problem
    assert "--make-key" in process.problem


def test_a_port_that_is_taken_is_told(qtbot: QtBot, home: Home) -> None:
    make_key(home)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = ApiProcess(settings(home, taken.getsockname()[1]))
        process.start(allow_write=False)
        reach(qtbot, process, ApiState.STOPPED)
    assert "Nothing can listen on 127.0.0.1" in process.problem


def test_a_server_that_dies_is_noticed_and_can_be_started_again(qtbot: QtBot, home: Home, process: ApiProcess) -> None:
    make_key(home)
    process.start(allow_write=True)
    reach(qtbot, process, ApiState.RUNNING)
    os.kill(process._process.processId(), signal.SIGKILL)
    reach(qtbot, process, ApiState.STOPPED)
    assert "ended by itself" in process.problem
    process.start(allow_write=False)
    reach(qtbot, process, ApiState.RUNNING)
    assert process.problem == ""

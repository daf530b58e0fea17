"""Tests of the window wear the dark theme and start each from an empty screen."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui import theme


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    """The application in the dark theme."""
    if theme.current_mode() != "dark" or not qapp.styleSheet():
        theme.apply_theme(qapp, "dark")


class PatientBot(QtBot):
    """Waits longer than the plugin's five seconds before it gives up: a loaded machine is slow, not wrong."""

    patience_ms = 30_000

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = patience_ms) -> None:
        """Wait until something holds."""
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = patience_ms, **rest: Any) -> Any:
        """Wait until something is told."""
        return super().waitSignal(signal, timeout=timeout, **rest)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """The plugin's robot, with patience."""
    return PatientBot(request)

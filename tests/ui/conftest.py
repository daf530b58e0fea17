"""Tests of the window wear the dark theme and start each from an empty screen."""

import pytest
from PySide6.QtWidgets import QApplication

from ui import theme


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    """The application in the dark theme."""
    if theme.current_mode() != "dark" or not qapp.styleSheet():
        theme.apply_theme(qapp, "dark")

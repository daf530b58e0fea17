"""What every test shares: no window on a screen, no touch on the user's own folders, the optional samples."""

import os
import uuid
from collections.abc import Generator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ALIASES = ("REELMARK_", "VIDEOCATALOG_", "QC_", "LOG_LEVEL", "LOG_DIR")
"""Beginnings of the environment variables that settings read."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Lets a test log a name that is no text: pytest-xdist loses the worker that reports one."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.fixture(autouse=True)
def stranger(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs each test as a user who never started the program: returns a home folder that does not exist yet."""
    for name in [name for name in os.environ if name.startswith(ALIASES) and name != "REELMARK_SAMPLES"]:
        monkeypatch.delenv(name)
    home = tmp_path_factory.getbasetemp() / "homes" / uuid.uuid4().hex[:12]
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(home / name.lower()))
    return home


@pytest.fixture
def samples() -> Path:
    """The folder of public sample media that `REELMARK_SAMPLES` names; the test is skipped without it."""
    folder = os.environ.get("REELMARK_SAMPLES", "")
    if not folder:
        pytest.skip("REELMARK_SAMPLES names no folder of sample media")
    return Path(folder)

"""Programs made of a few lines of shell, and a working directory that knows no other."""

import sys
from pathlib import Path

import pytest

from app.engine import Engine, open_engine
from app.paths import find_home
from app.settings import load_settings

if sys.platform == "win32":
    collect_ignore_glob = ["test_*.py"]  # the programs of these tests are shell scripts


def program(path: Path, script: str) -> Path:
    """An executable script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def on_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The only folder of PATH, empty at first."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def engine(tmp_path: Path, on_path: Path) -> Engine:
    """An engine over a fresh working directory."""
    home = find_home(tmp_path / "home", {})
    return open_engine(load_settings(home, {}), home)

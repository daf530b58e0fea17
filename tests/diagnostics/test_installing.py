"""Package managers as scripts that do what the real ones are recorded to do."""

import os
import threading
import time
from pathlib import Path

import pytest

from app.diagnostics import packages
from app.diagnostics.installing import InstallRequest, install_tool
from app.diagnostics.overview import locate_tool, tool_status, tools_overview
from app.diagnostics.packages import InstallPlan, install_plan
from app.engine import Engine
from app.errors import Cancelled, InputError, MissingPart, UsageError
from app.jobs.events import JobEvent, Progressed
from app.jobs.job import CancelToken, Job
from app.settings import load_settings
from tests.diagnostics.conftest import program

APT = """\
echo "Reading package lists..."
echo "Building dependency tree..."
if [ "$1 $2 $3 $4" != "install -y --no-install-recommends mediainfo" ]; then
    echo "E: Unable to locate package" >&2
    exit 100
fi
echo "Setting up mediainfo (23.04-1) ..."
printf '#!/bin/sh\\necho MediaInfoLib - v23.04\\n' > "$0.d/mediainfo"
/bin/chmod 755 "$0.d/mediainfo"
/bin/mv "$0.d/mediainfo" "${0%/*}/mediainfo"
"""


@pytest.fixture
def apt(on_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An `apt-get` for root."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    (on_path / "apt-get.d").mkdir()
    return program(on_path / "apt-get", APT)


def plan(name: str = "mediainfo") -> InstallPlan:
    found = install_plan(name)
    assert found is not None
    return found


def test_apt_installs_what_was_agreed_to_and_tells_what_it_does(engine: Engine, apt: Path) -> None:
    told: list[JobEvent] = []
    agreed = plan()
    assert agreed.command == (str(apt), "install", "-y", "--no-install-recommends", "mediainfo")
    assert agreed.line == "apt-get install -y --no-install-recommends mediainfo"
    result = install_tool(engine, InstallRequest("mediainfo", agreed.command), Job(told.append))
    assert (result.manager, result.tool.version) == ("apt", "23.04")
    assert any(isinstance(event, Progressed) and "package lists" in event.current for event in told)


def test_nothing_runs_that_nobody_agreed_to(engine: Engine, apt: Path, on_path: Path) -> None:
    for agreed in ((), (str(apt), "install", "ffmpeg")):
        with pytest.raises(UsageError, match="nobody agreed"):
            install_tool(engine, InstallRequest("mediainfo", agreed), Job())
    assert not (on_path / "mediainfo").exists()


def test_without_root_the_line_is_shown_with_sudo_and_nothing_runs(
    engine: Engine, apt: Path, on_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    shown = plan()
    assert (shown.runs, shown.line) == (False, "sudo apt-get install -y --no-install-recommends mediainfo")
    with pytest.raises(MissingPart) as caught:
        install_tool(engine, InstallRequest("mediainfo", shown.command), Job())
    assert caught.value.hint == f"Run: {shown.line}"
    assert not (on_path / "mediainfo").exists()


def test_a_package_manager_that_fails_says_why(engine: Engine, apt: Path) -> None:
    agreed = plan("ffmpeg")
    with pytest.raises(MissingPart, match="it ended with 100") as caught:
        install_tool(engine, InstallRequest("ffmpeg", agreed.command), Job())
    assert "Unable to locate package" in caught.value.hint


def test_one_that_ends_well_without_the_program_is_not_believed(engine: Engine, on_path: Path) -> None:
    program(on_path / "brew", "echo done")
    with pytest.raises(MissingPart, match="ended well, but"):
        install_tool(engine, InstallRequest("exiftool", plan("exiftool").command), Job())


def test_a_stopped_installation_is_killed_with_all_it_started(engine: Engine, on_path: Path) -> None:
    program(on_path / "brew", f"echo begun\n/bin/sleep 60 &\necho $! > {on_path}/pid\necho more\nwait")
    token = CancelToken()

    def stop(event: JobEvent) -> None:
        if isinstance(event, Progressed):
            threading.Timer(0.2, token.cancel).start()

    with pytest.raises(Cancelled):
        install_tool(engine, InstallRequest("exiftool", plan("exiftool").command), Job(stop, token))
    sleeper = Path(f"/proc/{(on_path / 'pid').read_text().strip()}/stat")
    deadline = time.monotonic() + 5  # a signal is delivered when the process is scheduled next
    while not (ended := _has_ended(sleeper)) and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    assert ended


def _has_ended(process: Path) -> bool:
    try:
        return process.read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.parametrize(
    ("manager", "name", "line"),
    [
        ("brew", "s5cmd", "brew install peak/tap/s5cmd"),
        (
            "winget",
            "ffprobe",
            "winget install --exact --accept-source-agreements --accept-package-agreements --disable-interactivity"
            " --id Gyan.FFmpeg",
        ),
    ],
)
def test_each_package_manager_has_its_own_names(on_path: Path, manager: str, name: str, line: str) -> None:
    program(on_path / manager, "")
    assert (plan(name).manager, plan(name).line, plan(name).runs) == (manager, line, True)


def test_a_tool_that_no_manager_has_is_told_so(engine: Engine, apt: Path) -> None:
    assert install_plan("s5cmd") is None
    with pytest.raises(MissingPart, match="no package manager"):
        install_tool(engine, InstallRequest("s5cmd"), Job())


def test_every_known_package_is_for_a_known_tool(engine: Engine) -> None:
    names = {status.tool.name for status in tools_overview(engine.loaded)}
    assert all(set(table) <= names for table in packages._PACKAGES.values())


def test_a_located_tool_is_used_at_once_and_at_the_next_start(engine: Engine, tmp_path: Path) -> None:
    place = program(tmp_path / "elsewhere" / "ffmpeg", "echo ffmpeg version 7.1 Copyright")
    assert not tool_status("ffmpeg", engine.loaded).tool.found
    assert locate_tool(engine, "ffmpeg", str(place.parent)).version == "7.1"
    assert tool_status("ffmpeg", engine.loaded).tool.path == str(place)
    assert tool_status("ffmpeg", load_settings(engine.home, {})).tool.path == str(place)


def test_a_file_that_is_another_program_is_not_taken(engine: Engine, tmp_path: Path) -> None:
    place = program(tmp_path / "elsewhere" / "ffmpeg", "echo I am something else")
    for path in (place, tmp_path / "nowhere"):
        with pytest.raises(InputError):
            locate_tool(engine, "ffmpeg", str(path))
    assert not engine.home.settings.exists()
    with pytest.raises(UsageError, match="sox"):
        locate_tool(engine, "sox", str(place))

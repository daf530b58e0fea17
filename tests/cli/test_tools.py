import hashlib
import sys
from pathlib import Path

import pytest

from tests.unprivileged import document, reelmark

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs of these tests are shell scripts")


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "path").mkdir()
    return {"PATH": str(tmp_path / "path")}


def test_every_tool_is_listed_with_what_is_limited_without_it(tmp_path: Path, environ: dict[str, str]) -> None:
    program(tmp_path / "path" / "smartctl", "echo smartctl 7.3 2022-02-28")
    tools = document(reelmark("--home", tmp_path / "h", "tools", "list", "--json", environ=environ))["tools"]
    assert {tool["name"]: tool["found"] for tool in tools} == {
        **dict.fromkeys(("ffmpeg", "ffprobe", "mediainfo", "fpcalc", "s5cmd", "exiftool"), False),
        "smartctl": True,
    }
    assert all(tool["used_for"] and tool["without"] for tool in tools)
    assert b"7.3" in reelmark("--home", tmp_path / "h", "tools", "list", environ=environ).stdout


def test_a_tool_is_located_and_written_to_the_settings(tmp_path: Path, environ: dict[str, str]) -> None:
    place = program(tmp_path / "my tools" / "smartctl", "echo smartctl 7.4")
    home = tmp_path / "h"
    (tool,) = document(reelmark("--home", home, "tools", "locate", "smartctl", place, "--json", environ=environ))[
        "tools"
    ]
    assert (tool["found"], tool["path"]) == (True, str(place))
    shown = document(reelmark("--home", home, "settings", "show", "--json", environ=environ))
    assert shown["settings"]["tools"]["smartctl"]["value"] == str(place)
    assert reelmark("--home", home, "tools", "locate", "smartctl", tmp_path, environ=environ).returncode == 3
    assert reelmark("--home", home, "tools", "locate", "sox", place, environ=environ).returncode == 2


def test_the_command_is_shown_and_not_run_without_yes(tmp_path: Path, environ: dict[str, str]) -> None:
    made = tmp_path / "path" / "exiftool"
    script = f"printf '#!/bin/sh\\necho 12.57\\n' > {made}; /bin/chmod 755 {made}"
    program(tmp_path / "path" / "brew", script)
    command = ("--home", tmp_path / "h", "tools", "install", "exiftool")
    refused = reelmark(*command, environ=environ)
    assert (refused.returncode, made.exists()) == (2, False)
    assert b"brew install exiftool" in refused.stderr
    installed = document(reelmark(*command, "--yes", "--json", environ=environ))
    assert (installed["manager"], installed["tools"][0]["version"]) == ("brew", "12.57")


def test_without_a_package_manager_it_ends_with_7(tmp_path: Path, environ: dict[str, str]) -> None:
    result = reelmark("--home", tmp_path / "h", "tools", "install", "ffmpeg", "--yes", "--json", environ=environ)
    assert (result.returncode, document(result)["error"]["code"]) == (7, "tool.no_package")


def test_a_portable_copy_needs_its_sha256(tmp_path: Path, environ: dict[str, str]) -> None:
    place = program(tmp_path / "download" / "s5cmd", "echo v2.2.2-48f7e59")
    command = ("--home", tmp_path / "h", "tools", "install", "s5cmd", "--from", place)
    assert reelmark(*command, environ=environ).returncode == 2
    assert reelmark(*command, "--sha256", "0" * 64, environ=environ).returncode == 3
    good = hashlib.sha256(place.read_bytes()).hexdigest()
    installed = document(reelmark(*command, "--sha256", good.upper(), "--json", environ=environ))
    assert installed["tools"][0]["path"] == str(tmp_path / "h" / "bin" / "s5cmd")

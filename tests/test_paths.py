"""The working directory: who chooses it and what refuses it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import paths
from app.errors import BadSettings
from app.paths import default_homes, find_home

DROP_RIGHTS = """
import os, sys
from pathlib import Path
from app.errors import BadSettings
from app.paths import find_home
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
base = sys.argv[1]
"""


def as_nobody(code: str, folder: Path) -> list[str]:
    """The lines that the code prints for a user without rights to what root owns (`base` is the folder)."""
    for parent in (folder, *folder.parents):
        mode = parent.stat().st_mode
        if parent.stat().st_uid == os.getuid() and mode & 0o005 != 0o005:
            parent.chmod(mode | 0o055)
    environ = {"PYTHONPATH": str(Path(paths.__file__).parents[1])}
    command = [sys.executable, "-c", DROP_RIGHTS + code, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


def test_the_option_beats_the_variable_and_the_variable_its_alias(tmp_path: Path) -> None:
    environ = {"REELMARK_HOME": str(tmp_path / "b"), "VIDEOCATALOG_HOME": str(tmp_path / "c")}
    assert find_home(str(tmp_path / "a"), environ).root == tmp_path / "a"
    assert find_home(None, environ).root == tmp_path / "b"
    assert find_home(None, {**environ, "REELMARK_HOME": ""}).root == tmp_path / "c"
    assert find_home(None, environ).source == "environment REELMARK_HOME"


def test_finding_a_home_makes_nothing_and_preparing_it_makes_its_folders(tmp_path: Path) -> None:
    home = find_home(str(tmp_path / "new" / "home"), {})
    assert list(tmp_path.iterdir()) == []
    home.prepare()
    assert home.shards.is_dir()
    assert home.exports.is_dir()
    home.prepare()


def test_a_named_home_that_is_a_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadSettings, match="is not a folder"):
        find_home(str(tmp_path / "file"), {})
    with pytest.raises(BadSettings, match="is not a folder"):
        find_home(str(tmp_path / "file" / "below"), {})
    with pytest.raises(BadSettings):
        find_home(" ", {})


def test_a_relative_home_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_home("here", {}).root == tmp_path / "here"


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
def test_without_rights_a_named_home_is_read_only_or_refused_and_a_default_gives_way(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0o755)
    (tmp_path / "closed").mkdir()
    (tmp_path / "free").mkdir()
    (tmp_path / "shut").chmod(0o555)
    (tmp_path / "closed").chmod(0o000)
    (tmp_path / "free").chmod(0o777)
    code = """
home = find_home(base + "/shut", {})
print(home.writable)
try:
    home.prepare()
except BadSettings as error:
    print(error.code)
for name in ("/closed", "/shut/new"):
    try:
        find_home(base + name, {})
    except BadSettings as error:
        print(error.exit_code)
home = find_home(None, {"XDG_DATA_HOME": base + "/shut", "HOME": base + "/free"})
print(home.root.relative_to(base), len(home.notices), home.writable)
"""
    said = as_nobody(code, tmp_path)
    (tmp_path / "closed").chmod(0o700)
    assert said == ["False", "home.read_only", "3", "3", "free/.local/share/reelmark 1 True"]


def test_defaults_of_the_platforms() -> None:
    windows = default_homes({"ProgramData": "/pd", "LOCALAPPDATA": "/la"}, "win32")
    assert windows == [Path("/pd/Reelmark"), Path("/la/Reelmark")]
    assert default_homes({"HOME": "/u"}, "darwin") == [Path("/u/Library/Application Support/Reelmark")]
    linux = default_homes({"HOME": "/u", "XDG_DATA_HOME": "/x"}, "linux")
    assert linux[:2] == [Path("/x/reelmark"), Path("/u/.local/share/reelmark")]
    assert default_homes({"HOME": "/u", "XDG_DATA_HOME": "relative"}, "linux")[0] == Path("/u/.local/share/reelmark")

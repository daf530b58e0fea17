"""What the project says of itself: metadata, lock, documents, the wheel, and the set-up of a bare machine."""

import base64
import hashlib
import http.server
import importlib
import importlib.metadata
import re
import shutil
import subprocess
import sys
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import app

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DEVELOPMENT: list[str] = PROJECT["optional-dependencies"]["dev"]
WHEEL = b"the bytes of a wheel"
DIGEST = hashlib.sha256(WHEEL).hexdigest()


def name_of(requirement: str) -> str:
    return re.split(r"[\s<>=!~;\[]", requirement, maxsplit=1)[0].lower()


def table_under(heading: str) -> list[str]:
    """First column of the table under a heading of docs/dependencies.md."""
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Imports a module of packaging/ as its scripts do."""
    monkeypatch.syspath_prepend(ROOT / "packaging")

    def load(name: str) -> ModuleType:
        monkeypatch.delitem(sys.modules, name, raising=False)
        return importlib.import_module(name)

    return load


@pytest.mark.parametrize(
    ("heading", "requirements"), [("To run", PROJECT["dependencies"]), ("To develop", DEVELOPMENT)]
)
def test_each_dependency_is_explained_and_nothing_else_is(heading: str, requirements: list[str]) -> None:
    assert table_under(heading) == sorted(name_of(each) for each in requirements)


def test_the_lock_holds_a_fitting_version_of_each_dependency_with_hashes() -> None:
    from packaging.requirements import Requirement

    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^(\S+)==(\S+)(?: ; .*)? \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE))
    wrong = [
        text
        for text in [*PROJECT["dependencies"], *DEVELOPMENT, "pip"]
        if not Requirement(text).specifier.contains(pins.get(name_of(text), "0"))
    ]
    assert wrong == []
    assert len(pins) == len(re.findall(r"^[a-z]", text, re.MULTILINE)), "a package without a hash"


def test_a_pin_that_the_project_does_not_admit_any_more_is_resolved_anew(tool: Any) -> None:
    pins = ["peewee==4.0.0", "rich==1.0", "pyside6==6.12.0"]
    assert tool("lock").fitting(pins, ["PySide6>=6.11.3,<6.12", "peewee>=4"]) == ["peewee==4.0.0", "rich==1.0"]


def test_the_lock_names_no_package_index() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text


def test_the_lock_separates_what_runs_from_what_develops(tool: Any) -> None:
    sections = tool("bootstrap").lock_sections()
    assert list(sections) == ["installs the rest", "run", "dev"]
    assert "pyside6-essentials==" in sections["run"]
    assert "pytest==" in sections["dev"]
    assert "pytest==" not in sections["run"]


def test_the_changelog_begins_with_the_version_of_the_program() -> None:
    versions = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert versions[0] == app.__version__


def test_the_wheel_carries_the_program_with_its_resources(tmp_path: Path) -> None:
    if int(importlib.metadata.version("setuptools").split(".")[0]) < 80:
        pytest.skip("this environment was not made from the lock: its setuptools is too old")
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, source)
    for name in ("app", "ui", "resources", "tests", "packaging"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    code = "from setuptools.build_meta import build_wheel; build_wheel('..')"
    built = subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    wheel = zipfile.ZipFile(next(tmp_path.glob("*.whl")))
    names = set(wheel.namelist())
    expected = {
        path.relative_to(source).as_posix()
        for room in ("app", "ui", "resources")
        for path in (source / room).rglob("*")
        if path.is_file()
    }
    assert expected - names == set()
    assert {name.split("/")[0] for name in names} - {"app", "ui", "resources"} == {
        f"reelmark-{app.__version__}.dist-info"
    }
    scripts = wheel.read(f"reelmark-{app.__version__}.dist-info/entry_points.txt").decode()
    assert "reelmark = app.cli.main:main" in scripts
    assert "reelmark-gui = ui.__main__:main" in scripts


def test_bootstrap_without_a_command_shows_how_it_is_used() -> None:
    command = [sys.executable, str(ROOT / "packaging" / "bootstrap.py")]
    wrong = subprocess.run(command, capture_output=True, text=True, check=False)
    asked = subprocess.run([*command, "--help"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, asked.returncode) == (2, 0)
    assert "bootstrap.py run" in asked.stderr


def test_missing_libraries_are_named_as_the_system_names_them(tool: Any) -> None:
    libraries = tool("system_libraries")
    absent = {"libnobody-has-this.so.9": "libnobody9"}
    assert libraries.missing(absent) == (["libnobody9"] if sys.platform.startswith("linux") else [])
    assert "libnobody9" in libraries.advice(["libnobody9"])


def test_an_edited_lock_is_noticed(tool: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bootstrap = tool("bootstrap")
    before = {name: bootstrap.fingerprint(name) for name in ("run", "dev")}
    edited = tmp_path / "requirements.lock"
    edited.write_text(bootstrap.LOCK.read_text(encoding="utf-8").replace("pytest==9", "pytest==10"), encoding="utf-8")
    monkeypatch.setattr(bootstrap, "LOCK", edited)
    assert bootstrap.fingerprint("run") == before["run"]
    assert bootstrap.fingerprint("dev") != before["dev"]


def test_an_environment_that_was_moved_is_made_anew(tool: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bootstrap = tool("bootstrap")
    for name, path in {"VENV": "", "STAMP": "stamp.json", "BIN": "bin", "PYTHON": "bin/python"}.items():
        monkeypatch.setattr(bootstrap, name, tmp_path / ".venv" / path)
    bootstrap.make_environment()
    bootstrap.STAMP.write_text(f'{{"run": "abc", "place": "{bootstrap.place()}"}}', encoding="utf-8")
    assert bootstrap.done_before()["run"] == "abc"
    bootstrap.STAMP.write_text('{"run": "abc", "place": "/elsewhere 3.11"}', encoding="utf-8")
    assert bootstrap.done_before() == {}
    assert not bootstrap.VENV.exists()


def test_a_package_for_one_platform_is_followed_there_only(tool: Any) -> None:
    from packaging.requirements import Requirement

    lock = tool("lock")
    packages = {
        "program": lock.Package("program", "1", (Requirement('paint; sys_platform == "win32"'),)),
        "paint": lock.Package("paint", "1", (Requirement("brush"),)),
    }
    assert lock.needed(["program"], packages, "linux") == ({"program"}, set())
    assert lock.needed(["program"], packages, "win32") == ({"program", "paint"}, {"brush"})


class Index(http.server.BaseHTTPRequestHandler):
    """A package index behind a password, in both forms of the simple interface."""

    def do_GET(self) -> None:
        body, kind = b"", "text/html"
        if self.headers.get("Authorization") != "Basic " + base64.b64encode(b"user:p@ss").decode():
            self.send_response(401)
        else:
            self.send_response(200)
            if self.path == "/html/pip/":
                body = f'<a href="../../files/pip-1-py3-none-any.whl#sha256={DIGEST}">pip</a>'.encode()
            elif self.path == "/json/pip/":
                kind = "application/vnd.pypi.simple.v1+json"
                row = f'{{"filename": "pip-1-py3-none-any.whl", "url": "/files/a", "hashes": {{"sha256": "{DIGEST}"}}}}'
                body = f'{{"files": [{row}]}}'.encode()
            else:
                body, kind = WHEEL, "application/octet-stream"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stays silent."""


@pytest.fixture
def index() -> Iterator[str]:
    """A running index: `user:password@host:port`."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"user:p%40ss@127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def no_pip_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS", "NO_INDEX", "CERT", "PROXY", "CONFIG_FILE"):
        monkeypatch.delenv(f"PIP_{name}", raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("form", ["html", "json"])
@pytest.mark.usefixtures("no_pip_settings")
def test_pip_is_fetched_from_the_configured_index(
    tool: Any, index: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tool("package_index")
    settings = tmp_path / "pip.conf"
    settings.write_text(f"[global]\nindex-url = http://{index}/{form}/\n", encoding="utf-8")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    (offered,) = packages.offered("pip")
    assert offered.name == "pip-1-py3-none-any.whl"
    assert packages.fetch(offered, offered.sha256) == WHEEL
    with pytest.raises(ValueError, match="not the file that the lock names"):
        packages.fetch(offered, "0" * 64)


@pytest.mark.usefixtures("no_pip_settings")
def test_the_environment_wins_over_the_settings_file_of_pip(
    tool: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tool("package_index")
    settings = tmp_path / "pip.conf"
    settings.write_text("[global]\nindex-url = https://one.invalid/a\n[install]\nindex-url = https://two.invalid/b\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    assert packages.indexes()[0] == "https://two.invalid/b"
    monkeypatch.setenv("PIP_INDEX_URL", "https://three.invalid/c/")
    assert packages.indexes()[0] == "https://three.invalid/c"


def test_the_qt_binding_keeps_its_references_to_none() -> None:
    script = (
        "import sys\n"
        "from PySide6.QtCore import QObject\n"
        "thing, before = QObject(), sys.getrefcount(None)\n"
        "for _ in range(1000):\n"
        "    thing.setObjectName('x')\n"
        "print(before - sys.getrefcount(None))\n"
    )
    lost = int(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout)
    assert lost < 100

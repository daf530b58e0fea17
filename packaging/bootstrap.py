"""Sets up everything Reelmark needs beside its source, then runs or tests it. Needs Python 3.11 and nothing else.

    python3 packaging/bootstrap.py run              # the demo
    python3 packaging/bootstrap.py run ARGS...      # any command: run scan /media/card --drive A001
    python3 packaging/bootstrap.py test [ARGS...]   # lint, types, import contracts, tests; ARGS go to pytest

It makes `.venv` beside `pyproject.toml`, installs the versions that `requirements.lock` names, checked by their
SHA-256, from the index that pip is set up to use, and the project itself in place. System libraries that are missing
are installed where that is allowed (as root, with apt); otherwise the line to run is printed. A second run finds all
of this done. Exit 7: something is missing that only a person can install.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python must be told, not crash
    sys.exit("Reelmark needs Python 3.11 or later; this is %d.%d." % sys.version_info[:2])  # noqa: UP031

import package_index
import system_libraries

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
VENV = ROOT / ".venv"
STAMP = VENV / "reelmark-setup.json"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
SECTIONS = {"run": ("run",), "test": ("run", "dev")}
MISSING_PART = 7
_OTHER_SYSTEMS = sorted({"linux", "win32", "darwin"} - {sys.platform})


class CannotSetUp(Exception):
    """Something is missing that only a person can install."""


def say(text: str) -> None:
    """A line about the set-up: on stderr, so that stdout is the program's own."""
    print(text, file=sys.stderr, flush=True)


def lock_sections() -> dict[str, str]:
    """The parts of the lock by heading: `installs the rest`, `run`, `dev`."""
    parts = re.split(r"^# (installs the rest|run|dev)\n", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def fingerprint(section: str) -> str:
    """What one installed section depends on: its part of the lock and the project's metadata."""
    digest = hashlib.sha256()
    for text in (lock_sections()[section], (ROOT / "pyproject.toml").read_text(encoding="utf-8")):
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()


def place() -> str:
    """What an environment cannot be moved from: its folder and the version of Python."""
    return f"{VENV} {sys.version_info.major}.{sys.version_info.minor}"


def done_before() -> dict[str, str]:
    """Fingerprints of the sections that an earlier run installed; an environment that was moved is removed."""
    if not PYTHON.exists() or not STAMP.exists():
        return {}
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    if stamp.get("place") != place():
        shutil.rmtree(VENV)
        return {}
    return stamp


def quietly(command: list[str], what: str, environment: dict[str, str] | None = None) -> None:
    """Runs one step of the set-up; its output is shown only when it fails.

    Raises:
        CannotSetUp: the step failed.
    """
    result = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if result.returncode:
        raise CannotSetUp(f"{what} failed:\n{result.stdout.decode(errors='replace').rstrip()}")


def make_environment() -> None:
    """Makes `.venv`, without pip, where there is none that works."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", "pass"], capture_output=True, check=False).returncode == 0:
        return
    say(f"Making {VENV}")
    if importlib.util.find_spec("venv"):
        quietly([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)], "Making the environment")
    elif os.name == "posix":
        make_environment_by_hand()
    else:
        raise CannotSetUp("This Python has no module named venv. Install Python from its own installer.")


def make_environment_by_hand() -> None:
    """The same layout as the venv module makes (PEP 405), for a Python that comes without it."""
    shutil.rmtree(VENV, ignore_errors=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (VENV / "lib" / version / "site-packages").mkdir(parents=True)
    BIN.mkdir()
    for name in ("python", "python3", version):
        (BIN / name).symlink_to(sys.executable)
    lines = [f"home = {Path(sys.executable).parent}", "include-system-site-packages = false"]
    (VENV / "pyvenv.cfg").write_text("\n".join([*lines, f"version = {sys.version.split()[0]}", ""]), encoding="utf-8")


def pip_works() -> bool:
    """Whether the environment has pip."""
    return subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def has_ensurepip() -> bool:
    """Whether this Python can install pip by itself; asked of a new process, since apt may just have added it."""
    code = "import ensurepip"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def get_pip() -> None:
    """Puts pip into the environment: from Python itself, else its own pip's, else a configured index's locked wheel.

    Raises:
        CannotSetUp: none of them is there.
    """
    if pip_works():
        return
    if has_ensurepip():
        quietly([str(PYTHON), "-m", "ensurepip", "--upgrade", "--default-pip"], "Installing pip")
        return
    if importlib.util.find_spec("pip"):
        pin = VENV / "requirements.txt"
        pin.write_text(lock_sections()["installs the rest"], encoding="utf-8")
        command = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "--require-hashes", "-r", str(pin)]
        quietly(command, "Installing pip", pip_environment())
        return
    wheel = fetch_pip()
    if wheel is None:
        raise CannotSetUp(
            "This Python comes without pip, and no package index is configured (PIP_INDEX_URL or pip.conf). Run:\n"
            "  " + system_libraries.advice(["python3-venv"])
        )
    command = [str(PYTHON), str(wheel / "pip"), "install", "--no-deps", "--no-index", "--quiet", str(wheel)]
    quietly(command, "Installing pip", pip_environment())
    wheel.unlink()


def fetch_pip() -> Path | None:
    """Fetches the wheel of pip that the lock names, into `.venv`; None when no index offers it."""
    allowed = re.search(r"^pip==.*?(?=^\S|\Z)", lock_sections()["installs the rest"], re.MULTILINE | re.DOTALL)
    hashes = re.findall(r"sha256:([0-9a-f]{64})", allowed[0]) if allowed else []
    for file in package_index.offered("pip"):
        if file.sha256 in hashes:
            try:
                body = package_index.fetch(file, file.sha256)
            except (OSError, ValueError) as error:
                say(f"note: {error}")
                continue
            wheel = VENV / file.name
            wheel.write_bytes(body)
            return wheel
    return None


def pip_environment() -> dict[str, str]:
    """The user's own settings of pip, less those that would install outside the environment."""
    overrides = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_TARGET": ""}
    return {**os.environ, **overrides}


def pip_install(*arguments: str, what: str) -> None:
    """Runs `pip install` in the environment."""
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", *arguments]
    quietly(command, what, pip_environment())


def install_packages(sections: tuple[str, ...]) -> None:
    """Installs what the lock names for these sections, then the project in place; nothing when that was done before."""
    wanted = {section: fingerprint(section) for section in ("installs the rest", *sections)}
    before = done_before()
    if wanted.items() <= before.items():
        return
    make_environment()
    STAMP.unlink(missing_ok=True)
    get_pip()
    parts = lock_sections()
    for section in wanted:
        if before.get(section) == wanted[section]:
            continue
        say(f"Installing packages: {section}")
        file = VENV / "requirements.txt"
        file.write_text(parts[section], encoding="utf-8")
        options = ("--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(file))
        pip_install(*options, what="Installing the locked packages")
    pip_install("--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT), what="Installing Reelmark")
    STAMP.write_text(json.dumps({**before, **wanted, "place": place()}, indent=1), encoding="utf-8")


def install_libraries(needed: list[str], *, required: bool) -> None:
    """Gets libraries of the system that are missing, and Python's pip where this is the moment for it.

    Raises:
        CannotSetUp: they are required and cannot be installed from here.
    """
    without_pip = not PYTHON.exists() and not has_ensurepip()
    if system_libraries.can_install():
        packages = [*needed, *(["python3-venv"] if without_pip else [])]
        if not packages or system_libraries.install(packages):
            return
    if not needed:
        return
    with_pip = ["python3-venv"] if without_pip and not package_index.option("index-url") else []
    text = "Libraries of the system are missing. Run:\n  " + system_libraries.advice([*needed, *with_pip])
    if required:
        raise CannotSetUp(text)
    say("note: " + text.replace("are missing", "that the window needs are missing"))


def libraries_for(command: str, arguments: list[str]) -> list[str]:
    """Packages of the system that are missing for this command."""
    if command == "test":
        return system_libraries.missing(system_libraries.OFFSCREEN)
    if "--no-window" in arguments or not system_libraries.has_display():
        return []
    return system_libraries.missing(system_libraries.for_window())


def run(arguments: list[str]) -> int:
    """Runs `reelmark` with these arguments; the demo when there are none."""
    program = BIN / ("reelmark.exe" if os.name == "nt" else "reelmark")
    command = [str(program), *(arguments or ["demo"])]
    if os.name == "posix":
        os.execv(program, command)
    return subprocess.call(command)


def test(arguments: list[str]) -> int:
    """Runs every check of the project, the tests last; 0 when all of them pass."""
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    environment["PATH"] = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    checks = [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "--output-format", "concise", "."],
        ["mypy"],
        *(["mypy", "--platform", system, "--cache-dir", f".mypy_cache/{system}"] for system in _OTHER_SYSTEMS),
        ["lint-imports", "--no-logo"],
    ]
    failed = []
    for check in checks:
        say("-- " + " ".join(check))
        if subprocess.run([BIN / check[0], *check[1:]], cwd=ROOT, env=environment, check=False).returncode:
            failed.append(check[0])
    if failed:
        say("-- failed: " + ", ".join(failed))
    say("-- tests")
    tests = subprocess.run([BIN / "pytest", "-n", str(_cores()), *arguments], cwd=ROOT, env=environment, check=False)
    return tests.returncode or int(bool(failed))


def _cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def main() -> int:
    """Reads the command, sets up, runs it."""
    command, arguments = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    if command not in SECTIONS:
        say(__doc__ or "")
        return 0 if command in ("-h", "--help") else 2
    try:
        install_libraries(libraries_for(command, arguments), required=command == "test")
        install_packages(SECTIONS[command])
    except CannotSetUp as error:
        say(str(error))
        return MISSING_PART
    return (run if command == "run" else test)(arguments)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

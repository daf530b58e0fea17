"""The walls between the rooms: they stand, they would fall over a breach, and a running program keeps to them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINT = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports; sys.exit(lint_imports())"


def lint(folder: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    """Runs the import contracts of a tree, as CI does."""
    code = LINT.replace("lint_imports())", f"lint_imports(cache_dir={str(cache)!r}))")
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)


def modules_after(code: str) -> set[str]:
    """Names of the modules that a fresh interpreter holds after running the code."""
    script = (
        f"import sys, json\ntry:\n    {code}\nfinally:\n    print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    last = result.stderr.splitlines()[-1] if result.stderr else ""
    assert result.returncode == 0, result.stderr
    return set(json.loads(last))


def test_every_import_contract_of_the_project_holds(tmp_path: Path) -> None:
    result = lint(ROOT, tmp_path)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("breach", "code", "contract"),
    [
        ("app/files/walk.py", "import app.catalog", "The engine imports downwards BROKEN"),
        ("app/settings.py", "import app.cli", "The engine imports downwards BROKEN"),
        ("app/utils.py", "", "The engine imports downwards BROKEN"),
        ("app/engine.py", "import PySide6.QtCore", "The engine knows no GUI toolkit and no window BROKEN"),
        ("app/cli/main.py", "import ui", "The engine knows no GUI toolkit and no window BROKEN"),
        ("ui/tabs.py", "import sqlite3", "starts no process by itself BROKEN"),
        ("ui/tabs.py", "import app.cli", "No front imports another BROKEN"),
        ("ui/tabs.py", "import app.api", "The window reaches the API only as a process BROKEN"),
    ],
)
def test_a_breach_of_the_walls_is_reported(tmp_path: Path, breach: str, code: str, contract: str) -> None:
    tree = tmp_path / "tree"
    for package in ("app/files", "app/catalog", "app/cli", "app/api", "ui"):
        (tree / package).mkdir(parents=True)
        (tree / package / "__init__.py").touch()
    (tree / "app" / "__init__.py").touch()
    (tree / "app" / "errors.py").touch()
    (tree / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    sound = lint(tree, tmp_path / "cache")
    (tree / breach).write_text(code + "\n")
    broken = lint(tree, tmp_path / "cache")
    assert (sound.returncode, broken.returncode) == (0, 1), sound.stdout + broken.stdout
    assert contract in " ".join(broken.stdout.split())


def test_all_operations_can_be_imported_without_a_gui_toolkit() -> None:
    loaded = modules_after("import app.operations")
    assert "app.operations" in loaded
    assert not {name for name in loaded if name.split(".")[0] in ("PySide6", "shiboken6", "ui")}


def test_asking_for_the_version_loads_no_heavy_library() -> None:
    loaded = modules_after(
        "sys.argv = ['reelmark', '--version']; import runpy, contextlib\n"
        "    with contextlib.suppress(SystemExit): runpy.run_module('app', run_name='__main__')"
    )
    heavy = {"PySide6", "OpenImageIO", "av", "PIL", "numpy", "peewee", "apsw", "fileseq", "ui"}
    assert not heavy & {name.split(".")[0] for name in loaded}


def test_the_version_is_printed_on_stdout() -> None:
    from app import __version__

    result = subprocess.run(
        [sys.executable, "-m", "app", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.split()[-1] == __version__

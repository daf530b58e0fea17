"""The deployment: what it says, what it refuses, and the parts of it that run anywhere."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import media

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "packaging" / "serverless" / "deploy.py"


def deploy(*arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = None if path is None else {"PATH": path}
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def variables(path: Path, **given: str) -> str:
    path.write_text("".join(f"{name}={value}\n" for name, value in given.items()))
    return str(path)


def test_a_dry_run_says_every_step_and_does_nothing(tmp_path: Path) -> None:
    env = variables(tmp_path / "my.env", REGISTRY="registry.invalid/studio", VAST_DB_ENDPOINT="http://db.invalid",
                    VAST_DB_ACCESS_KEY="a", VAST_DB_SECRET_KEY="hidden", VAST_DB_BUCKET="b")  # fmt: skip
    done = deploy("--env", env, "--dry-run", "--context", str(tmp_path / "context"))
    assert done.returncode == 0, done.stdout + done.stderr
    steps = re.findall(r"^(\w+):$", done.stdout, re.MULTILINE)
    assert steps == ["check", "stage", "smoke", "build", "try", "push", "schema"]
    assert "would run docker push registry.invalid/studio/reelmark-inspect:latest" in done.stdout.replace(
        "podman", "docker"
    )
    assert "Nothing was done." in done.stdout
    assert "hidden" not in done.stdout
    assert not (tmp_path / "context").exists()


def test_the_staged_function_answers(tmp_path: Path) -> None:
    context = tmp_path / "context"
    done = deploy("--steps", "stage,smoke", "--context", str(context))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 part, 1 channel, no errors" in done.stdout
    pins = re.findall(r"^(\S+)==.* \\\n    --hash=sha256:", (context / "requirements.txt").read_text(), re.MULTILINE)
    assert {"boto3", "pyarrow", "openimageio", "blake3"} <= set(pins)
    assert "pyside6-essentials" not in pins
    assert (context / "main.py").exists()
    assert not list(context.rglob("__pycache__"))


def test_another_folder_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = deploy("--steps", "stage", "--context", str(tmp_path))
    assert done.returncode == 3
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_tool_that_is_missing_is_named(tmp_path: Path) -> None:
    done = deploy("--steps", "check,build", "--platform", "vast", path=str(tmp_path))
    assert done.returncode == 7
    assert "vastde is not installed" in done.stdout


@pytest.mark.parametrize(
    ("given", "code", "reason"),
    [
        ({"VAST_DB_ENDPOINT": "http://127.0.0.1:9", "VAST_DB_BUCKET": "b"}, 3, "VAST_DB_ACCESS_KEY"),
        ({"S3_ENDPOINT": "http://127.0.0.1:9"}, 5, "does not answer"),
        ({"S3_ENDPOINT": "nonsense:x"}, 5, "does not answer"),
    ],
)
def test_variables_that_cannot_be_right_are_refused(
    given: dict[str, str], code: int, reason: str, tmp_path: Path
) -> None:
    done = deploy("--steps", "check", "--env", variables(tmp_path / "my.env", **given))
    assert (done.returncode, reason in done.stdout) == (code, True), done.stdout


@pytest.mark.parametrize("text", ["no equals sign", "1NAME=x", "A B=c"])
def test_a_line_that_is_no_variable_is_named_by_its_number(text: str, tmp_path: Path) -> None:
    (tmp_path / "my.env").write_text(f"# a comment\n\n{text}\n")
    done = deploy("--env", str(tmp_path / "my.env"), "--dry-run")
    assert done.returncode == 3
    assert "my.env:3" in done.stdout


def test_the_example_can_be_read_and_names_no_step_that_is_not_there() -> None:
    assert deploy("--env", str(SCRIPT.with_name("example.env")), "--dry-run").returncode == 0
    assert deploy("--steps", "bake").returncode == 2


def test_an_event_by_hand(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "app.serverless"]
    (tmp_path / "event.json").write_text('{"path": "/nowhere/a.exr"}')
    failed = subprocess.run(
        [*command, str(tmp_path / "event.json")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (failed.returncode, '"media.absent"' in failed.stdout) == (1, True)
    wrong = subprocess.run(
        [*command, str(tmp_path / "absent.json")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (wrong.returncode, "cannot be read" in wrong.stderr) == (3, True)
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 2


ONLY_STAGED = """
import importlib.metadata, json, os, re, sys
from importlib.abc import MetaPathFinder

allowed = {name.lower() for name in sys.argv[1].split(",")}

class Bare(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        owners = OWNERS.get(name.partition(".")[0], ())
        if owners and not {re.sub("[-_.]+", "-", owner).lower() for owner in owners} & allowed:
            raise ModuleNotFoundError(f"{name} is not in the image", name=name)

OWNERS = importlib.metadata.packages_distributions()
sys.meta_path.insert(0, Bare())
from app.serverless.handler import handler
from app.services.s3 import s3_client
from app.media.worker import document
s3_client({"S3_ENDPOINT": "http://127.0.0.1:9"}).close()
messages = []
document({"path": sys.argv[2], "stats": True}, lambda header, payload=b"": messages.append(header))
answer = handler(None, {"path": sys.argv[2], "enable_validate": True, "policy_path": "sequence.hygiene"})
print(json.dumps([answer["errors"], answer["persistence"]["status"], messages[-1]["document"]["stats"] is not None]))
"""


def test_the_function_needs_no_package_that_the_image_lacks(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("deploy", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["deploy"] = module
    spec.loader.exec_module(module)
    picture = media.exr(tmp_path / "a.exr")
    command = [sys.executable, "-c", ONLY_STAGED, ",".join((*module.PACKAGES, "reelmark")), str(picture)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "REELMARK_SINK": f"parquet:{tmp_path / 'facts'}"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[], "stored", True]

"""Puts the serverless function together, tries it, and brings it to where it runs. One command, any number of times.

    python3 packaging/serverless/deploy.py --env my.env              # everything
    python3 packaging/serverless/deploy.py --env my.env --dry-run    # says what it would do, and does nothing
    python3 packaging/serverless/deploy.py --steps stage,smoke       # only these

Steps, in this order:

    check     Python, the lock, the tools that the later steps need, the variables, whether the endpoints answer
    stage     the build context: sources, requirements.txt from the lock, main.py, Dockerfile
    smoke     the staged function answers a local event, in a process of its own
    build     the container (docker or podman; `--platform vast`: `vastde functions build`)
    try       the container answers the same event
    push      to REGISTRY, where one is set
    schema    makes the tables of the VAST DataBase, where its variables are set

Exit codes: 0 done, 2 used wrongly, 3 an input cannot be used, 5 a service failed, 7 a tool is missing.
"""

import argparse
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LOCK = ROOT / "requirements.lock"
STEPS = ("check", "stage", "smoke", "build", "try", "push", "schema")
#: What the function imports, and what that needs; the versions and hashes are those of the lock.
PACKAGES = (
    "av", "blake3", "boto3", "botocore", "fileseq", "jmespath", "numpy", "openimageio", "pillow", "pyarrow",
    "python-dateutil", "pyyaml", "s3transfer", "six", "typing-extensions", "urllib3",
)  # fmt: skip
VAST_VARIABLES = ("VAST_DB_ENDPOINT", "VAST_DB_ACCESS_KEY", "VAST_DB_SECRET_KEY", "VAST_DB_BUCKET")
DEPLOYING = ("IMAGE", "REGISTRY")
_NO_ANSWER_S = 5.0


class Stopped(Exception):
    """A step that cannot be done, with the exit code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done: the steps, the variables of the environment file, and the folder of the build context."""

    steps: tuple[str, ...]
    variables: Mapping[str, str]
    context: Path
    platform: str
    dry: bool

    @property
    def image(self) -> str:
        """The name of the image."""
        return self.variables.get("IMAGE") or "reelmark-inspect:latest"

    @property
    def environment(self) -> dict[str, str]:
        """What the function gets to see of the variables."""
        return {name: value for name, value in self.variables.items() if value and name not in DEPLOYING}


def main(arguments: list[str] | None = None) -> int:
    """Run the steps; the exit code."""
    options = _options(arguments)
    try:
        steps = _steps(options.steps)
        variables = read_variables(options.env) if options.env else {}
        with tempfile.TemporaryDirectory(prefix="reelmark-deploy-") as made:
            context = options.context or Path(made) / "context"
            plan = Plan(steps, variables, context, options.platform, options.dry_run)
            for step in STEPS:
                if step in steps:
                    say(f"{step}:")
                    DO[step](plan)
    except Stopped as stopped:
        say(f"Stopped: {stopped}")
        return stopped.code
    say("Nothing was done." if options.dry_run else "Done.")
    if "push" in steps:
        _say_what_comes_next(plan)
    return 0


def _steps(text: str | None) -> tuple[str, ...]:
    steps = tuple(text.split(",")) if text else STEPS
    unknown = sorted(set(steps) - set(STEPS))
    if unknown:
        raise Stopped(2, f"There is no step {', '.join(unknown)}; the steps are {', '.join(STEPS)}.")
    return steps


def _options(arguments: list[str] | None) -> argparse.Namespace:
    words = (__doc__ or "").splitlines()
    parser = argparse.ArgumentParser(
        description=words[0], epilog="\n".join(words[1:]), formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--env", type=Path, metavar="FILE", help="variables, as in example.env")
    parser.add_argument("--steps", metavar="A,B", help="only these steps")
    parser.add_argument("--platform", choices=("container", "vast"), default="container", help="what builds it")
    parser.add_argument("--context", type=Path, metavar="DIR", help="keep the build context here")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    return parser.parse_args(arguments)


def say(line: str) -> None:
    """A line about the work."""
    print(line, flush=True)


def read_variables(path: Path) -> dict[str, str]:
    """The variables of an environment file: `NAME=value` lines, `#` for a comment; quotes around a value go.

    Raises:
        Stopped: it cannot be read, or a line is none of these.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Stopped(3, f"{path} cannot be read: {error}") from error
    found = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, separator, value = line.strip().removeprefix("export ").partition("=")
        if not separator or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name.strip()):
            raise Stopped(3, f"{path}:{number}: a line is NAME=value, and this one is not")
        found[name.strip()] = value.strip().strip("\"'")
    return found


def check(plan: Plan) -> None:
    """What the later steps need is there.

    Raises:
        Stopped: something is not.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python must be told, not crash
        raise Stopped(7, "Python 3.11 or later is needed.")
    needed = {"build": _builder(plan), "try": _engine(), "push": _engine()}
    wanted = {tool for step, tool in needed.items() if step in plan.steps}
    for tool in sorted(wanted):
        if not _fine(plan, f"{tool} is there and works", lambda tool=tool: works(tool)):  # type: ignore[misc]
            raise Stopped(7, f"{tool} is not installed or does not work. Leave out the steps that need it (--steps).")
    locked_requirements()
    say("  requirements.lock has every package of the function")
    _check_variables(plan)
    for name in ("S3_ENDPOINT", "VAST_DB_ENDPOINT"):
        address = plan.variables.get(name)
        if address and not _fine(plan, f"{name} answers", lambda address=address: answers(address)):  # type: ignore[misc]
            raise Stopped(5, f"{name} {address} does not answer.")


def _check_variables(plan: Plan) -> None:
    given = [name for name in VAST_VARIABLES if plan.variables.get(name)]
    if given and len(given) < len(VAST_VARIABLES):
        missing = ", ".join(name for name in VAST_VARIABLES if name not in given)
        raise Stopped(3, f"For a VAST DataBase {missing} must be set too.")
    if not given and not plan.variables.get("REELMARK_SINK"):
        say("  no sink is set: the facts are in the answer alone")


def _fine(plan: Plan, what: str, look: Callable[[], bool]) -> bool:
    if plan.dry:
        say(f"  would see whether {what}")
        return True
    fine = look()
    say(f"  {what}" if fine else f"  NOT: {what}")
    return fine


def works(tool: str) -> bool:
    """Whether a tool is installed; an engine of containers must run as well."""
    if shutil.which(tool) is None:
        return False
    return tool == "vastde" or subprocess.run([tool, "info"], capture_output=True, check=False).returncode == 0


def answers(address: str) -> bool:
    """Whether something listens at an http(s) address."""
    parts = urlsplit(address)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        with socket.create_connection((parts.hostname or "", port), timeout=_NO_ANSWER_S):
            return True
    except (OSError, ValueError):
        return False


def locked_requirements() -> str:
    """The lines of the lock for the packages of the function, hashes included.

    Raises:
        Stopped: a package is not in the lock.
    """
    blocks = re.finditer(r"^(\S+)==.*\\\n(?:    --hash=.*\n?)+", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    by_name = {block[1].lower(): block[0] for block in blocks}
    missing = [name for name in PACKAGES if name not in by_name]
    if missing:
        raise Stopped(3, f"requirements.lock has no {', '.join(missing)}.")
    return "".join(by_name[name].rstrip() + "\n" for name in PACKAGES)


def vast_requirement() -> str:
    """The line of the extra `vast` in pyproject.toml: its package is not in the lock."""
    found = re.search(r'^vast = \["([^"]+)"\]', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise Stopped(3, "pyproject.toml has no extra vast.")
    return found[1] + "\n"


def stage(plan: Plan) -> None:
    """Put the build context together."""
    vast = bool(plan.variables.get("VAST_DB_ENDPOINT"))
    say(f"  {'would make' if plan.dry else 'makes'} {plan.context}: app, resources, main.py, Dockerfile,"
        f" requirements.txt ({len(PACKAGES)} packages{', and vastdb' if vast else ''})")  # fmt: skip
    if plan.dry:
        return
    if plan.context.exists() and any(plan.context.iterdir()) and not (plan.context / "main.py").exists():
        raise Stopped(3, f"{plan.context} holds something else; name an empty folder.")
    plan.context.mkdir(parents=True, exist_ok=True)
    for room in ("app", "resources"):
        shutil.rmtree(plan.context / room, ignore_errors=True)
        shutil.copytree(ROOT / room, plan.context / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("main.py", "Dockerfile"):
        shutil.copy(HERE / name, plan.context / name)
    requirements = locked_requirements()
    vast_line = vast_requirement() if vast else ""
    if plan.platform == "vast":
        requirements, vast_line = _without_hashes(requirements) + vast_line, ""
    (plan.context / "requirements.txt").write_text(requirements, encoding="utf-8")
    (plan.context / "requirements-vast.txt").write_text(vast_line, encoding="utf-8")
    (plan.context / "Aptfile").write_text("", encoding="utf-8")
    (plan.context / ".dockerignore").write_text("**/__pycache__\n", encoding="utf-8")


def _without_hashes(requirements: str) -> str:
    """Pins alone: pip takes hashes for all packages or for none."""
    return "".join(f"{line.split(' ')[0]}\n" for line in requirements.splitlines() if "==" in line)


def tiny_exr() -> bytes:
    """An OpenEXR file of two by one pixels, uncompressed, put together by hand (OpenEXR file layout, version 2)."""
    window = struct.pack("<4i", 0, 0, 1, 0)
    attributes = (
        (b"channels", b"chlist", b"Y\0" + struct.pack("<iB3xii", 1, 0, 1, 1) + b"\0"),
        (b"compression", b"compression", b"\0"),
        (b"dataWindow", b"box2i", window),
        (b"displayWindow", b"box2i", window),
        (b"lineOrder", b"lineOrder", b"\0"),
        (b"pixelAspectRatio", b"float", struct.pack("<f", 1)),
        (b"screenWindowCenter", b"v2f", struct.pack("<2f", 0, 0)),
        (b"screenWindowWidth", b"float", struct.pack("<f", 1)),
    )
    header = struct.pack("<II", 20000630, 2)
    for name, kind, value in attributes:
        header += name + b"\0" + kind + b"\0" + struct.pack("<i", len(value)) + value
    header += b"\0"
    return header + struct.pack("<Q", len(header) + 8) + struct.pack("<ii2e", 0, 4, 0.5, 0.25)


def smoke(plan: Plan) -> None:
    """The staged function answers an event about a file that is made for it.

    Raises:
        Stopped: it does not, or wrongly.
    """
    command = [sys.executable, "-m", "app.serverless", "-"]
    if plan.dry:
        say(f"  would run {' '.join(command)} in {plan.context} with a local event")
        return
    _require_context(plan)
    with tempfile.TemporaryDirectory(prefix="reelmark-smoke-") as folder:
        path = Path(folder) / "smoke.1001.exr"
        path.write_bytes(tiny_exr())
        own = ("REELMARK_", "VAST_DB_")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        event = json.dumps({"data": {"path": str(path), "enable_stats": True}}).encode()
        done = subprocess.run(
            command, cwd=plan.context, input=event, capture_output=True, check=False,
            env={**environment, "PYTHONPATH": str(plan.context), "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        _judge(done, str(path))


def _judge(done: "subprocess.CompletedProcess[bytes]", path: str) -> None:
    """Whether the function answered about that file."""
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise Stopped(5, f"The function did not answer:\n{done.stderr.decode(errors='replace')}") from None
    if done.returncode or answer["errors"] or not answer["lossless"] or answer["file"]["path"] != path:
        raise Stopped(5, f"The function answered wrongly: {json.dumps(answer['errors'])}")
    say(f"  the function answered: {len(answer['parts'])} part, {len(answer['channels'])} channel, no errors")


def build(plan: Plan) -> None:
    """Build the image."""
    if plan.platform == "vast":
        name, _, tag = plan.image.partition(":")
        run(plan, ["vastde", "functions", "build", name, "-target", str(plan.context), "--image-tag", tag or "latest"])
    else:
        run(plan, [_engine(), "build", "-t", plan.image, str(plan.context)])


def try_container(plan: Plan) -> None:
    """The container answers an event about a file in a folder that is mounted into it."""
    with tempfile.TemporaryDirectory(prefix="reelmark-smoke-") as folder:
        path = Path(folder) / "smoke.1001.exr"
        path.write_bytes(tiny_exr())
        path.chmod(0o644)
        Path(folder).chmod(0o755)
        command = [_engine(), "run", "--rm", "-i", "-v", f"{folder}:/media:ro", plan.image, "python", "-m",
                   "app.serverless", "-"]  # fmt: skip
        if plan.dry:
            say(f"  would run {' '.join(command)} with a local event")
            return
        event = json.dumps({"path": "/media/smoke.1001.exr"}).encode()
        _judge(subprocess.run(command, input=event, capture_output=True, check=False), "/media/smoke.1001.exr")


def push(plan: Plan) -> None:
    """Push the image, where there is a registry."""
    registry = plan.variables.get("REGISTRY", "").rstrip("/")
    if not registry:
        say("  no REGISTRY is set: the image stays here")
        return
    target = f"{registry}/{plan.image}"
    run(plan, [_engine(), "tag", plan.image, target])
    run(plan, [_engine(), "push", target])


def schema(plan: Plan) -> None:
    """Make the tables of the VAST DataBase, where its variables are set. Raises Stopped where that fails."""
    if not all(plan.variables.get(name) for name in VAST_VARIABLES):
        say("  no VAST DataBase is set: nothing to make")
        return
    code = ("import os; from app.services.vast import open_vast, vast_place;"
            " print('  tables:', ', '.join(open_vast(vast_place(os.environ)).prepare()))")  # fmt: skip
    run(plan, [sys.executable, "-c", code], shown=["python", "-c", "(make the tables)"])


def run(plan: Plan, command: list[str], shown: list[str] | None = None) -> None:
    """Run a command with the variables of the environment file.

    Raises:
        Stopped: it failed.
    """
    words = " ".join(shown or command)
    if plan.dry:
        say(f"  would run {words}")
        return
    say(f"  {words}")
    environment = {**os.environ, **plan.environment, "PYTHONPATH": str(ROOT)}
    if subprocess.run(command, env=environment, check=False).returncode:
        raise Stopped(5, f"{words} failed.")


def _require_context(plan: Plan) -> None:
    if not (plan.context / "main.py").exists():
        raise Stopped(3, f"{plan.context} is no build context: run the step stage too, with the same --context.")


def _engine() -> str:
    return "podman" if shutil.which("podman") and not shutil.which("docker") else "docker"


def _builder(plan: Plan) -> str:
    return "vastde" if plan.platform == "vast" else _engine()


def _say_what_comes_next(plan: Plan) -> None:
    say("Next, where the function is to run:")
    say(f"  make a function of the image {plan.image}, and set its variables: {', '.join(sorted(plan.environment))}"
        if plan.environment else f"  make a function of the image {plan.image}")  # fmt: skip
    say("  make a trigger for ObjectCreated:* of the source bucket, suffix .exr, and join them in a pipeline")
    say("  docs/serverless.md has the commands and the rights that it needs")


DO: dict[str, Callable[[Plan], None]] = {
    "check": check, "stage": stage, "smoke": smoke, "build": build, "try": try_container, "push": push,
    "schema": schema,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())

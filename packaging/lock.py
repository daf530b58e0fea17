"""Writes `requirements.lock` from `pyproject.toml`: the version of every package and the SHA-256 of all its wheels.

    .venv/bin/python packaging/lock.py            # keeps the versions that stand in the lock where they still fit
    .venv/bin/python packaging/lock.py --upgrade  # the newest that fit

One lock serves Linux, Windows and macOS: pip resolves here, then the requirements of each package are followed for
every platform, and a package that only one platform needs gets a marker. The lock names no index.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from package_index import indexes, option, page
from packaging.requirements import Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
TOOLS = ("pip", "setuptools")
CPYTHONS = tuple(f"cp3{minor}" for minor in range(11, 16))
PLATFORMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "win32": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
    "darwin": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
}
HEAD = """\
# Written by packaging/lock.py from pyproject.toml; do not edit.
# Versions and SHA-256 of every wheel, for Linux, Windows and macOS. packaging/bootstrap.py installs from it.
"""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the lock: its heading and the requirements it starts from."""

    heading: str
    roots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Package:
    """One resolved package with what it requires."""

    name: str
    version: str
    requires: tuple[Requirement, ...]


def sections() -> list[Section]:
    """The parts of the lock, in the order in which they are written."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [
        Section("installs the rest", TOOLS),
        Section("run", tuple(project["dependencies"])),
        Section("dev", tuple(project["optional-dependencies"]["dev"])),
    ]


def resolve(requirements: Iterable[str], pins: Iterable[str]) -> dict[str, Package]:
    """Asks pip which versions fit together here; by canonical name."""
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder, "constraints.txt")
        constraints.write_text("\n".join(pins), encoding="utf-8")
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--only-binary", ":all:"]
        command += ["--quiet", "--report", "-", "--constraint", str(constraints), *requirements]
        report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    packages: dict[str, Package] = {}
    for row in report["install"]:
        metadata = row["metadata"]
        name = canonicalize_name(metadata["name"])
        requires = tuple(Requirement(text) for text in metadata.get("requires_dist", ()))
        packages[name] = Package(name, metadata["version"], requires)
    return packages


def needed(roots: Iterable[str], packages: dict[str, Package], platform: str) -> tuple[set[str], set[str]]:
    """Names that the roots need on one platform: those resolved, and those pip did not meet here."""
    found: set[str] = set()
    absent: set[str] = set()
    waiting = [(Requirement(text), "") for text in roots]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement, extra = waiting.pop()
        environment = {**PLATFORMS[platform], "extra": extra}
        if requirement.marker and not requirement.marker.evaluate(environment):
            continue
        name = canonicalize_name(requirement.name)
        if name not in packages:
            absent.add(f"{requirement.name}{requirement.specifier}")
            continue
        found.add(name)
        for wanted in ("", *sorted(requirement.extras)):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                waiting += [(each, wanted) for each in packages[name].requires]
    return found, absent


def wheel_hashes(package: Package) -> list[str]:
    """SHA-256 of every wheel of the release that can run here or elsewhere, from the first index that has it."""
    from pip._internal.models.index import PyPI

    main = [] if option("index-url") else [PyPI.simple_url.rstrip("/")]
    for index in [*main, *indexes()]:
        try:
            files = page(index, package.name)
        except OSError:
            continue
        hashes = {file.sha256 for file in files if _usable(file.name, package)}
        if hashes and "" not in hashes:
            return sorted(hashes)
    raise SystemExit(f"no index offers wheels of {package.name} {package.version} with their hashes")


def _usable(filename: str, package: Package) -> bool:
    """Whether a file is a wheel of this release for CPython 3.11 or later."""
    try:
        _, version, _, tags = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        return False
    return version == Version(package.version) and any(
        tag.abi == "abi3" or tag.interpreter.startswith("py3") or tag.interpreter in CPYTHONS for tag in tags
    )


def entry(package: Package, platforms: set[str]) -> str:
    """The lines of one package."""
    marker = ""
    if platforms != set(PLATFORMS):
        marker = " ; " + " or ".join(f'sys_platform == "{name}"' for name in PLATFORMS if name in platforms)
    hashes = [f"    --hash=sha256:{digest}" for digest in wheel_hashes(package)]
    return " \\\n".join([f"{package.name}=={package.version}{marker}", *hashes])


def current_pins() -> list[str]:
    """`name==version` of every package in the present lock."""
    if not LOCK.exists():
        return []
    rows = LOCK.read_text(encoding="utf-8").splitlines()
    return [row.partition(" ")[0] for row in rows if row and row[0] not in " #"]


def fitting(pins: Iterable[str], roots: Iterable[str]) -> list[str]:
    """Those pins that the project's own requirements still admit."""
    asked = {canonicalize_name(root.name): root.specifier for root in map(Requirement, roots)}
    kept = []
    for pin in pins:
        name, _, version = pin.partition("==")
        specifier = asked.get(canonicalize_name(name))
        if specifier is None or specifier.contains(version, prereleases=True):
            kept.append(pin)
    return kept


def main() -> None:
    """Resolves, follows every platform, writes the lock."""
    wanted = [root for section in sections() for root in section.roots]
    pins = [] if "--upgrade" in sys.argv[1:] else fitting(current_pins(), wanted)
    packages = resolve(wanted, pins)
    while absent := set().union(*(needed(wanted, packages, platform)[1] for platform in PLATFORMS)):
        wanted += sorted(absent)
        packages = resolve(wanted, pins)
    written: set[str] = set()
    text = [HEAD]
    for section in sections():
        by_platform = {platform: needed(section.roots, packages, platform)[0] for platform in PLATFORMS}
        names = sorted(set().union(*by_platform.values()) - written)
        written |= set(names)
        text.append(f"\n# {section.heading}\n")
        for name in names:
            print(f"{name} {packages[name].version}", file=sys.stderr)
            text.append(entry(packages[name], {key for key, found in by_platform.items() if name in found}) + "\n")
    LOCK.write_text("".join(text), encoding="utf-8")


if __name__ == "__main__":
    main()

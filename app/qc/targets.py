"""What a user means by a path: a folder with all below it, one file, or the pattern of a sequence."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.errors import InputError, UsageError
from app.files.framerange import SequencePattern, is_pattern, parse_pattern
from app.files.sidecarfolder import is_sidecar
from app.model.names import raw, shown
from app.qc.assets import Asset


@dataclass(frozen=True, slots=True)
class Chosen:
    """Assets of one folder that were named.

    Attributes:
        files: raw names of files, frames or sequences (`sh010.####.exr`).
        patterns: patterns of sequences in other notations.
    """

    files: frozenset[bytes]
    patterns: tuple[tuple[bytes, SequencePattern], ...] = ()

    def of(self, folder: Path, assets: Iterable[Asset]) -> list[Asset]:
        """The assets that were named. A frame stands for its sequence.

        Raises:
            InputError: a name fits none of them.
        """
        listed = list(assets)
        wanted: set[bytes] = set()
        for name in self.files:
            wanted |= _found(folder, name, [asset.name for asset in listed if _holds(asset, name)])
        for name, pattern in self.patterns:
            wanted |= _found(folder, name, [asset.name for asset in listed if _fits(asset, name, pattern)])
        return [asset for asset in listed if asset.name in wanted]


@dataclass(frozen=True, slots=True)
class Target:
    """A folder to look at: with all below it, or only assets that were chosen in it."""

    folder: Path
    chosen: Chosen | None = None


def find_targets(paths: Iterable[Path]) -> list[Target]:
    """Sort paths into folders and chosen assets; a path inside a folder that is named too is dropped.

    Raises:
        InputError: a path is not there, or is neither a folder nor a file.
        UsageError: a pattern's frame range cannot be read.
    """
    folders: list[Path] = []
    chosen: dict[Path, Chosen] = {}
    for given in paths:
        path = given.absolute()
        try:
            if ".." in path.parts:
                path = path.resolve()
            if path.is_dir():
                folders.append(path)
            else:
                chosen[path.parent] = _choose(chosen.get(path.parent, Chosen(frozenset())), path)
        except (OSError, ValueError) as error:
            raise InputError(
                f"{shown(str(path))} cannot be looked at: {_why(error)}",
                code="input.unreadable",
                hint="Check the path and who may read it.",
            ) from error
    tops = [path for path in dict.fromkeys(folders) if not any(other in path.parents for other in folders)]
    return [Target(path) for path in tops] + [
        Target(path, names) for path, names in chosen.items() if path not in tops and not set(tops) & set(path.parents)
    ]


def _choose(before: Chosen, path: Path) -> Chosen:
    name = raw(path.name)
    if path.is_symlink():
        raise InputError(f"{shown(str(path))} is a symbolic link", hint="Name what it points to.", code="qc.link")
    if is_sidecar(name):
        raise InputError(f"{shown(str(path))} is a sidecar", hint="Name the media file.", code="qc.sidecar_named")
    if path.is_file():
        return Chosen(before.files | {name}, before.patterns)
    if path.exists():
        raise InputError(f"{shown(str(path))} is not a regular file", code="qc.special")
    if is_pattern(name) and path.parent.is_dir():
        return Chosen(before.files, (*before.patterns, (name, parse_pattern(name))))
    raise InputError(f"{shown(str(path))} is not there", hint="Check the path.", code="input.not_found")


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _holds(asset: Asset, name: bytes) -> bool:
    return asset.name == name or any(member[0] == name for member in asset.members)


def _fits(asset: Asset, name: bytes, pattern: SequencePattern) -> bool:
    if asset.sequence is None:
        return False
    return asset.name == name or any(pattern.frame_of(frame) is not None for frame in asset.sequence.names)


def _found(folder: Path, name: bytes, names: list[bytes]) -> set[bytes]:
    if not names:
        raise InputError(
            f"{shown(str(folder / shown(name)))} names no asset",
            code="qc.no_asset",
            hint="Hidden files and links are not signed off.",
        )
    if len(names) > 1:
        raise UsageError(
            f"{shown(name)} may mean any of {', '.join(map(shown, names))}",
            code="qc.ambiguous",
            hint="Write the name as the sidecar has it.",
        )
    return set(names)

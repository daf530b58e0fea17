"""Which sidecars lie in a folder, and which asset each belongs to.

Readers look in all three places: `.qc/clip.mov.qc.json`, `.clip.mov.qc.json` and `clip.mov.qc.json`. Older tools also
wrote one sidecar for the sequence of a folder (`sequence.qc.json`, `qc.sequence.json`), in the same three places.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import AppError, InputError
from app.files.atomic import is_temporary
from app.files.sidecar import SUBDIR, SUFFIX, Document, Record, raw_or_empty, read_sidecar, sidecar_name
from app.model.frames import FileSequence
from app.model.names import decoded, raw, shown

LEGACY_SEQUENCE_NAMES = (b"sequence.qc.json", b"qc.sequence.json")

_SEPARATORS = b"._- "
_FRAME_NAME = re.compile(rb"(.*?)([0-9]+)(\.[^.]+)", re.DOTALL)


@dataclass(slots=True)
class FolderSidecars:
    """The sidecars of one folder, by the name that belongs to an asset.

    Attributes:
        folder: the media folder.
        by_name: paths by sidecar name without the dot of mode `dot`; several where one lies in two places.
        temporary: files that were on their way to a sidecar or cache; of a writer at work, or of one that was killed.
    """

    folder: Path
    by_name: dict[bytes, list[Path]] = field(default_factory=dict)
    temporary: list[Path] = field(default_factory=list)

    def of(self, asset: bytes) -> list[Path]:
        """Sidecars that are called after the asset."""
        return self.by_name.get(sidecar_name(asset), [])

    def named(self, names: Iterable[bytes]) -> frozenset[bytes]:
        """Those of `names` that a sidecar is called after."""
        return frozenset(name for name in names if sidecar_name(name) in self.by_name) if self.by_name else frozenset()

    def others(self, assets: Iterable[bytes]) -> list[Path]:
        """Sidecars that are called after none of `assets`."""
        claimed = {sidecar_name(asset) for asset in assets}
        return [path for name, paths in self.by_name.items() if name not in claimed for path in paths]


def is_sidecar(name: bytes) -> bool:
    """Whether a file of that name, in a media folder or below `.qc`, is a sidecar."""
    plain = name.removeprefix(b".")
    return (plain.endswith(SUFFIX) and plain != SUFFIX[1:]) or plain in LEGACY_SEQUENCE_NAMES


def find_sidecars(folder: Path, names: Iterable[bytes]) -> FolderSidecars:
    """The sidecars of a folder.

    Args:
        folder: the media folder.
        names: raw names of everything in it, hidden ones too; `.qc` is listed when it is among them.
    """
    found = FolderSidecars(folder)
    for name in names:
        if name == SUBDIR.encode():
            for inner in _names_in(folder / SUBDIR):
                _note(found, inner, folder / SUBDIR)
        else:
            _note(found, name, folder)
    return found


def _note(found: FolderSidecars, name: bytes, place: Path) -> None:
    if is_sidecar(name):
        found.by_name.setdefault(name.removeprefix(b"."), []).append(place / decoded(name))
    elif is_temporary(name):
        found.temporary.append(place / decoded(name))


def newest(records: Iterable[Record]) -> Record | None:
    """The record that counts where there are several: the latest, ours before an older tool's.

    One that stands in the history of another is earlier than that, whatever the clocks said.
    """
    found = list(records)
    past = [entry for record in found for entry in record.history] if len(found) > 1 else []
    left = [record for record in found if not any(_is(entry, record) for entry in past)]
    return max(left or found, key=lambda record: (record.time_us, not record.legacy), default=None)


def _is(entry: Document, record: Record) -> bool:
    if record.qc_id:
        return entry.get("qc_id") == record.qc_id
    return entry == {key: value for key, value in record.document.items() if key != "history"}


def asset_of(record: Record) -> bytes:
    """The raw name of the asset a sidecar is called after.

    The file's own name decides, as it moves along with its asset; the document only where the name was cut. For the
    one sequence of a folder it is made from the facts, empty where they do not tell; `sequence_of` knows better.
    """
    name = raw(record.path.name).removeprefix(b".")
    if name in LEGACY_SEQUENCE_NAMES:
        return _pattern_of(record.sequence or {})
    claimed = record.asset_name
    if claimed and sidecar_name(claimed) == name:
        return claimed
    return name.removesuffix(SUFFIX)


def _pattern_of(facts: Document) -> bytes:
    """`sh010.####.exr` from the name of the first frame and the padding."""
    match = _FRAME_NAME.fullmatch(raw_or_empty(str(facts.get("first") or "")))
    pad = facts.get("pad")
    if match is None:
        return b""
    return match[1] + b"#" * (pad if isinstance(pad, int) and 0 < pad <= len(match[2]) else len(match[2])) + match[3]


def sequence_of(record: Record, sequences: Iterable[FileSequence]) -> FileSequence | None:
    """The sequence in the folder that an older tool's record means: by base, extension and padding."""
    facts = record.sequence
    if facts is None or not record.legacy:
        return None
    candidates = list(sequences)
    if base := facts.get("base"):
        wanted = raw_or_empty(str(base)).strip(_SEPARATORS)
        candidates = [sequence for sequence in candidates if sequence.base.strip(_SEPARATORS) == wanted]
    if ext := facts.get("ext"):
        wanted = raw_or_empty(str(ext)).lstrip(b".").lower()
        candidates = [sequence for sequence in candidates if sequence.ext.lstrip(b".").lower() == wanted]
    if len(candidates) > 1:
        candidates = [sequence for sequence in candidates if sequence.pad == facts.get("pad")]
    return candidates[0] if len(candidates) == 1 else None


def read_all(paths: Iterable[Path]) -> tuple[list[Record], AppError | None]:
    """Read sidecars of one asset; the error of the first that cannot be read, if any. Vanished ones are left out."""
    records: list[Record] = []
    problem: AppError | None = None
    for path in paths:
        try:
            records.append(read_sidecar(path))
        except FileNotFoundError:
            continue
        except AppError as error:
            problem = problem or error
    return records, problem


def _names_in(folder: Path) -> list[bytes]:
    try:
        with os.scandir(folder) as entries:
            return [raw(entry.name) for entry in entries]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise InputError(
            f"{shown(str(folder))} cannot be listed: {error.strerror or error}",
            code="sidecar.folder_unreadable",
            hint="Without its sidecars nothing is decided about this folder.",
        ) from error

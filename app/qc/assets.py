"""What is signed off in a folder: single media files and file sequences."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.files.framerange import sequence_name
from app.files.manifest import Member
from app.files.sequences import file_sequences
from app.files.sidecarfolder import is_sidecar
from app.model.frames import FileSequence
from app.model.kinds import MEDIA, category_of
from app.model.names import decoded, folded


@dataclass(frozen=True, slots=True)
class Asset:
    """A single file or a file sequence.

    Attributes:
        folder: absolute path of the folder it lies in.
        name: raw file name, or the sequence's name without frames (`sh010.####.exr`).
        members: raw name, size and modification time (ns) of the file, or of each frame in their order.
        sequence: the sequence; None for a single file.
    """

    folder: Path
    name: bytes
    members: tuple[Member, ...]
    sequence: FileSequence | None = None

    @property
    def path(self) -> Path:
        """Where it lies; for a sequence, the folder and its name without frames."""
        return self.folder / decoded(self.name)

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(size for _, size, _ in self.members)

    @property
    def newest_mtime_ns(self) -> int:
        """The newest modification time among its files."""
        return max(mtime for _, _, mtime in self.members)


def assets_in(
    folder: Path, files: Sequence[Member], *, min_sequence: int, any_kind: frozenset[bytes] = frozenset()
) -> list[Asset]:
    """The assets among the files of one folder, ascending by name.

    Args:
        folder: absolute path.
        files: its regular files; hidden ones and sidecars are left out here.
        min_sequence: fewer frames than this are single files.
        any_kind: names that count whatever their extension, because somebody named them, or they have a sidecar.
    """
    seen = [file for file in files if not file[0].startswith(b".") and not is_sidecar(file[0])]
    names = [name for name, _, _ in seen]
    sequences, singles = file_sequences(
        names, [size for _, size, _ in seen], [mtime for _, _, mtime in seen], min_frames=max(2, min_sequence)
    )
    by_name = {file[0]: file for file in seen}
    found = [
        Asset(folder, sequence_name(sequence), tuple(by_name[name] for name in sequence.names), sequence)
        for sequence in sequences
    ]
    for index in singles:
        name = names[index]
        if name in any_kind or category_of(folded(name)) in MEDIA:
            found.append(Asset(folder, name, (seen[index],)))
    return sorted(found, key=lambda asset: asset.name)

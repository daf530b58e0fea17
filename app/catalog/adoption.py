"""Making a lost catalogue again from the shards: each says whose it is.

Only a catalogue that is gone is made again; a shard that is not known to one that is there is left alone. In a working
directory that cannot be written, what the shards say stands in for the catalogue.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from app.catalog.catalog import Catalog
from app.catalog.shard import open_reader, read_drive
from app.errors import AppError
from app.model.drives import Drive
from app.model.names import folded_text, shown


@dataclass(frozen=True, slots=True)
class Adopted:
    """What came of it.

    Attributes:
        drives: the drives that are in the catalogue again.
        left_out: shards that could not be taken over, with the reason.
        kept: whether the catalogue could be written.
    """

    drives: tuple[Drive, ...] = ()
    left_out: tuple[tuple[Path, str], ...] = ()
    kept: bool = True

    def sentences(self) -> tuple[str, ...]:
        """What the user should know; nothing where there was nothing to do."""
        told = [f"{shown(str(path))} was not taken over into the new catalogue: {why}." for path, why in self.left_out]
        if self.drives:
            labels = ", ".join(drive.label for drive in self.drives)
            made = (
                f"The catalogue was gone and was made again from the shards of {labels}. "
                "The history of jobs could not be brought back."
            )
            read = (
                "The catalogue is gone, and the working directory is read-only: for now the drives are those of the "
                f"shards, {labels}."
            )
            told.insert(0, made if self.kept else read)
        return tuple(told)


def shards_without_catalog(catalog_file: Path, shards: Path) -> tuple[Path, ...]:
    """The shards that lie there while the catalogue does not exist or is empty, by name."""
    try:
        if catalog_file.stat().st_size:
            return ()
    except FileNotFoundError:
        pass
    except OSError:
        return ()
    try:
        return tuple(sorted(path for path in shards.iterdir() if path.suffix == ".db"))
    except OSError:
        return ()


def drive_of_shard(path: Path) -> Drive:
    """The drive that a shard says it belongs to.

    Raises:
        AppError: the shard cannot be read.
    """
    with open_reader(path) as database:
        return read_drive(database)


def adopt(catalog: Catalog, shards: Iterable[Path], *, keep: bool = True, taken: Iterable[str] = ()) -> Adopted:
    """Enter the drives of shards into a catalogue that does not have them. The caller holds the catalogue's lock.

    A label that two shards claim is kept by the one that was scanned last.

    Args:
        catalog: the catalogue.
        shards: files of shards.
        keep: False writes nothing: the drives stand in while this process runs.
        taken: labels of the drives that are in the catalogue.

    Raises:
        InputError: the catalogue cannot be written.
    """
    found: list[Drive] = []
    left_out: list[tuple[Path, str]] = []
    for path in shards:
        try:
            drive = drive_of_shard(path)
        except AppError as error:
            left_out.append((path, error.message))
            continue
        if drive.id != path.stem:
            why = f"it holds the records of {drive.id}" if drive.id else "it does not say which drive it is of"
            left_out.append((path, f"{why}; a shard is called after the id of its drive"))
            continue
        found.append(drive)
    labels = {folded_text(label) for label in taken}
    drives = []
    for drive in sorted(found, key=lambda drive: -(drive.last_scan or 0)):
        label, number = drive.label or "drive", 1
        while folded_text(label) in labels:
            number += 1
            label = f"{drive.label or 'drive'} {number}"
        labels.add(folded_text(label))
        drives.append(replace(drive, label=label))
    drives.sort(key=lambda drive: drive.label)
    if keep and drives:
        catalog.add_known(drives)
    elif drives:
        catalog.stand_in(drives)
    return Adopted(tuple(drives), tuple(left_out), keep)

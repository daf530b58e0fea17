"""What is known of shows before anything is looked at: how they lie, how frames are called, which are expected."""

import os
from dataclasses import dataclass
from pathlib import Path

from app.model.production import (
    DEFAULT_LAYOUT,
    ExpectedRange,
    Named,
    Naming,
    expected_in,
    expected_range,
    parse_layout,
    range_entry,
)
from app.settings.values import Production


@dataclass(frozen=True, slots=True)
class ShowConfig:
    """What is known of shows: how they lie and what is expected of them.

    Attributes:
        shows_root: the folder that holds the shows; None where nobody said.
        layout: a template, see `parse_layout`.
        naming: how frames are called.
        warn_bytes: a shot of so many bytes is told; 0 for never.
        ranges: the frames that are expected.
        log_dir: where the log file goes; empty for the usual place.
        source: the file that was read; None for the settings alone.
        unknown: keys of the file that mean nothing, with their line.
    """

    shows_root: Path | None = None
    layout: str = ""
    naming: Naming = Naming()
    warn_bytes: int = 0
    ranges: tuple[ExpectedRange, ...] = ()
    log_dir: str = ""
    source: Path | None = None
    unknown: tuple[tuple[str, int], ...] = ()

    def expected_of(self, folder: str, sequence: Named) -> ExpectedRange | None:
        """The frames that a sequence should have; None where it lies in no shot, or its shot or name is not known.

        Args:
            folder: where its frames lie, absolute.
            sequence: its name.
        """
        if not self.ranges or not self.naming.fits(sequence):
            return None
        layout = parse_layout(self.layout or DEFAULT_LAYOUT)
        for root in self._roots():
            place = layout.place_of(_below(folder, root))
            if place is not None:
                return expected_in(self.ranges, place)
        return None

    def _roots(self) -> tuple[str, ...]:
        """The folder of the shows, and where it really lies where that is elsewhere."""
        root = os.path.abspath(self.shows_root or "")  # noqa: PTH100 - by text alone
        return tuple(dict.fromkeys((root, os.path.realpath(root))))


def config_of_settings(section: Production) -> ShowConfig:
    """What the settings say."""
    return ShowConfig(
        shows_root=Path(section.shows_root) if section.shows_root else None,
        layout=section.layout,
        naming=Naming(section.frame_prefix, section.frame_padding, section.frame_ext),
        warn_bytes=section.warn_bytes,
        ranges=tuple(expected_range(frames, shots) for shots, frames in map(range_entry, section.frame_ranges)),
    )


def _below(folder: str, root: str) -> list[str]:
    """The names from the root down to a folder; none where it does not lie below the root."""
    try:
        names = Path(os.path.relpath(folder, root)).parts
    except ValueError:  # another drive of Windows
        return []
    return [] if names[:1] == ("..",) else list(names)

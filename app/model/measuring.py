"""What counts as black, frozen, silent or clipped when movies and sound are decoded and measured."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class MeasureOptions:
    """Thresholds, with the field's defaults (those of FFmpeg's detectors) where there are any.

    One frame counts: a shot is short, and a single black or repeated frame in it is a fault. What each means:
    `THRESHOLDS`.
    """

    black_ratio: float = 0.98
    black_level: float = 0.10
    freeze_noise: float = 0.001
    silence_db: float = -60.0
    silence_s: float = 0.5
    clip_samples: int = 3
    phase_limit: float = -0.9
    phase_s: float = 0.5


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a field of `MeasureOptions` means, and the values that make sense, both ends included."""

    text: str
    low: float
    high: float


#: By the name of the field.
THRESHOLDS: Mapping[str, Threshold] = {
    "black_ratio": Threshold("Share of dark pixels from which on a frame is black.", 0.1, 1),
    "black_level": Threshold("How bright a dark pixel may be, as a share of the range from black to white.", 0, 0.5),
    "freeze_noise": Threshold(
        "Mean difference up to which a frame repeats the one before, as a share of the range.", 0, 0.1
    ),
    "silence_db": Threshold("Level in dBFS below which sound is silent.", -144, -10),
    "silence_s": Threshold("Seconds from which on silence in all channels is told.", 0, 3600),
    "clip_samples": Threshold("Samples at full scale in a row from which on they are clipped.", 1, 100_000),
    "phase_limit": Threshold("Correlation of two channels up to which they are out of phase.", -1, 0.99),
    "phase_s": Threshold("Seconds from which on that is told.", 0, 3600),
}

#: Which of them decide what is told under a key of the statistics.
DECIDING: Mapping[str, tuple[str, ...]] = {
    "black": ("black_level", "black_ratio"),
    "frozen": ("freeze_noise", "black_level", "black_ratio"),
    "silent": ("silence_db", "silence_s"),
    "silent_s": ("silence_db", "silence_s"),
    "silent_longest_s": ("silence_db", "silence_s"),
    "clipped": ("clip_samples",),
    "clipped_samples": ("clip_samples",),
    "phase": ("phase_limit", "phase_s", "silence_db"),
}

DEFAULTS = MeasureOptions()


def silent_channels(measured: Mapping[str, Any]) -> list[str]:
    """The channels of a measured sound that are silent throughout, in words; empty where all of them or none are."""
    channels = measured.get("channels") or []
    silent = [
        f"channel {place} of {len(channels)}" if str(channel["name"]).isdigit() else str(channel["name"])
        for place, channel in enumerate(channels, 1)
        if channel.get("silent")
    ]
    return silent if len(silent) < len(channels) else []


def measure_options(document: Mapping[str, Any]) -> MeasureOptions:
    """Thresholds from their JSON form; what it does not name is as by default."""
    return MeasureOptions(**{name: document[name] for name in THRESHOLDS if name in document})


def measure_sets(base: MeasureOptions, wanted: Iterable[Mapping[str, float]]) -> tuple[MeasureOptions, ...]:
    """As few sets of thresholds as hold all that is wanted.

    Args:
        base: the first of them, and what nobody says.
        wanted: thresholds by name that have to stand together in one set, some or all of them.
    """
    sets: list[dict[str, float]] = []
    for one in wanted:
        if all(getattr(base, name) == value for name, value in one.items()):
            continue
        fitting = (known for known in sets if all(known.get(name, value) == value for name, value in one.items()))
        chosen = next(fitting, None)
        if chosen is None:
            sets.append(dict(one))
        else:
            chosen.update(one)
    return (base, *(replace(base, **found) for found in sets))  # type: ignore[arg-type]

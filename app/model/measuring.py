"""What counts as black, frozen, silent or clipped when movies and sound are decoded and measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MeasureOptions:
    """Thresholds, with the field's defaults (those of FFmpeg's detectors) where there are any.

    One frame counts: a shot is short, and a single black or repeated frame in it is a fault.

    Attributes:
        black_ratio: share of dark pixels from which on a frame is black.
        black_level: how bright a dark pixel may be, as a share of the range from black to white.
        freeze_noise: mean difference up to which a frame repeats the one before, as a share of the range.
        silence_db: level in dBFS below which a sample is silent.
        silence_s: seconds from which on silence in all channels is told.
        clip_samples: samples at full scale in a row from which on they are clipped.
        phase_limit: correlation of two channels below which they are out of phase.
        phase_s: seconds from which on that is told.
    """

    black_ratio: float = 0.98
    black_level: float = 0.10
    freeze_noise: float = 0.001
    silence_db: float = -60.0
    silence_s: float = 0.5
    clip_samples: int = 3
    phase_limit: float = -0.9
    phase_s: float = 0.5

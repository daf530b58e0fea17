"""How loud a sound is heard: EBU R 128, measured by FFmpeg's `ebur128`.

Sources: ITU-R BS.1770-4, EBU Tech 3341 (momentary and short-term loudness), EBU Tech 3342 (loudness range).
"""

import math
from array import array
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from app.media.samples import INTERLEAVED, Block, frame_of

#: What is told where nothing can be.
NO_LOUDNESS: dict[str, float | None] = {
    "integrated_lufs": None, "range_lu": None, "max_momentary_lufs": None, "max_short_term_lufs": None,
}  # fmt: skip
#: Below this rate the weighting of BS.1770, which lifts what lies above 1.7 kHz, cannot be computed.
LEAST_RATE = 8000
#: Samples a second of all channels: the filter keeps three seconds and more of them, 8 bytes each.
MOST_SAMPLES = 1 << 24
_GATE_LUFS = -70.0
_RANGE_GATE_LU = 20.0
_SHORT_TERM_S = 3.0
_MOMENTARY_S = 0.4


class Loudness:
    """The loudness of a stream, read from the metadata of the filter's frames (100 ms each).

    Args:
        layout: the channels, as FFmpeg names their layout.
        rate: samples a second, `LEAST_RATE` and more.
    """

    def __init__(self, layout: str, rate: int) -> None:
        import av

        self._layout, self._rate = layout, rate
        self._graph = av.filter.Graph()
        source = self._graph.add_abuffer(
            sample_rate=rate, format=INTERLEAVED, layout=layout, time_base=Fraction(1, rate)
        )
        meter = self._graph.add("ebur128", "metadata=1:framelog=quiet")
        self._graph.link_nodes(source, meter, self._graph.add("abuffersink"))
        self._graph.configure()
        self._samples = self._measured = 0
        self._integrated = _GATE_LUFS
        self._momentary = -math.inf
        self._short_term = array("d")

    def feed(self, block: Block) -> None:
        """The next samples: channels × samples."""
        frame = frame_of(block, self._layout, self._rate)
        frame.pts = self._samples
        self._samples += block.shape[1]
        self._graph.push(frame)
        self._pull()

    def _pull(self) -> None:
        import av

        while True:
            try:
                frame: Any = self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            self._measured += frame.samples
            told = dict(frame.metadata)
            if "lavfi.r128.I" not in told:
                continue
            self._integrated = float(told["lavfi.r128.I"])
            seconds = self._measured / self._rate
            if seconds >= _MOMENTARY_S - 1e-6:
                self._momentary = max(self._momentary, float(told["lavfi.r128.M"]))
            if seconds >= _SHORT_TERM_S - 1e-6:
                self._short_term.append(float(told["lavfi.r128.S"]))

    def result(self) -> dict[str, float | None]:
        """What was measured; call it once, at the end."""
        self._graph.push(None)
        self._pull()
        heard = self._integrated > _GATE_LUFS
        spread = loudness_range(self._short_term)
        return {
            "integrated_lufs": round(self._integrated, 2) if heard else None,
            "range_lu": round(spread, 2) if heard and spread is not None else None,
            "max_momentary_lufs": _above_gate(self._momentary),
            "max_short_term_lufs": _above_gate(max(self._short_term, default=-math.inf)),
        }


def loudness_range(short_term: Sequence[float]) -> float | None:
    """LRA in LU (EBU Tech 3342): from the 10th to the 95th percentile of the short-term loudness; None for silence.

    FFmpeg's own counts windows of three seconds that are not full yet, and tells 20 LU of a steady tone of 3 s.

    Args:
        short_term: LUFS of full windows of three seconds, one every 100 ms.
    """
    values = np.asarray(short_term, np.float64)
    values = values[values >= _GATE_LUFS]
    if not len(values):
        return None
    mean = 10 * math.log10(float(np.mean(10 ** (values / 10))))
    low, high = np.percentile(values[values >= mean - _RANGE_GATE_LU], (10, 95))
    return float(high - low)


def _above_gate(value: float) -> float | None:
    return round(value, 2) if value > _GATE_LUFS else None

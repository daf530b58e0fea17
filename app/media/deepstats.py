"""Statistics of a deep OpenEXR part: its samples, how they lie among the pixels, and in which order along the depth.

Deep chunks are unpacked by ourselves: the library's readers allocate what a damaged table of counts announces.
Sources: OpenEXR file layout ("Deep Scan Line and Tiled Parts"); order and overlap as in ImfDeepImageState.h.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import MediaError
from app.media.chunkreading import rows_of_chunks
from app.media.counting import CHANNELS_AT_ONCE, counter_of
from app.media.damagetold import Damage
from app.media.exr import COMPRESSIONS, Header
from app.media.exrholes import why_holed
from app.media.exrlayout import SAMPLE_BYTES, Chunk, ChunkTable, PartLayout, named, not_supported, rows_text
from app.media.exrunpack import DTYPES, OWN_COMPRESSIONS, unpack
from app.media.exrvalues import DEEP_STATES
from app.media.opening import OpenFile

#: A chunk whose samples take more bytes than this is refused, and so is one of more pixels.
CHUNK_LIMIT, PIXEL_LIMIT = 512 << 20, 1 << 25
#: A pixel of more samples is not brought in order.
ORDER_LIMIT = 1 << 22
_AT_ONCE = 1 << 20
_MOST_DEFLATED = 1033
_UNFIT = "its table of sample counts does not fit its samples"

Counts = NDArray[np.int32]
Samples = NDArray[Any]


@dataclass(slots=True)
class _Found:
    """What is summed up over the chunks of a part."""

    pixels: int = 0
    samples: int = 0
    empty: int = 0
    fewest: int | None = None
    most: int | None = None
    unsorted: int = 0
    overlapping: int = 0
    inverted: int = 0


def deep_part_statistics(
    file: OpenFile, header: Header, layout: PartLayout, damage: Damage, *, sample: int, ordered: bool,
    step: Callable[[int], None],
) -> dict[str, Any]:  # fmt: skip
    """The statistics of a deep part: of each channel over all samples, and `deep`.

    Args:
        file: the open file.
        header: its header.
        layout: of the part.
        damage: is told what cannot be read.
        sample: read every so many rows of chunks.
        ordered: whether to look at order and overlap.
        step: is told how many rows of chunks are done.

    Raises:
        MediaError: the compression is not one of those that deep parts have (`pixels.not_supported`).
    """
    if layout.part.compression not in OWN_COMPRESSIONS:
        known = COMPRESSIONS.get(layout.part.compression, (str(layout.part.compression), 0))
        raise not_supported(f"deep samples in the compression {known[0]}")
    if len(layout.channels) > CHANNELS_AT_ONCE:
        raise not_supported(f"{len(layout.channels):,} deep channels, and at most {CHANNELS_AT_ONCE} are counted")
    reader = _DeepReader(file, header, layout, ordered)
    read = _read(reader, layout, damage, sample, step)
    complete = sample == 1 and not damage.found
    told = reader.told()
    _judge(told, damage)
    return {"index": layout.index, "supported": True, "sample": sample, "rows": rows_text(read), "complete": complete,
            "deep": told, "channels": reader.channels()}  # fmt: skip


def read_deep_level(
    file: OpenFile, header: Header, layout: PartLayout, damage: Damage, *, sample: int, step: Callable[[int], None]
) -> None:
    """Decode a smaller level of a deep part, for its damage alone."""
    _read(_DeepReader(file, header, layout, ordered=False), layout, damage, sample, step)


def _read(
    reader: "_DeepReader", layout: PartLayout, damage: Damage, sample: int, step: Callable[[int], None]
) -> list[tuple[int, int]]:
    """Read chunks, and tell which cannot be; the rows of the others."""
    read: list[tuple[int, int]] = []
    for done, chunks in enumerate(rows_of_chunks(layout, reader.table, sample, damage)):
        for chunk in chunks:
            try:
                reader.count(chunk)
                read.append((chunk.box[1], chunk.box[3]))
            except MediaError as problem:
                if problem.code == "pixels.not_supported":
                    raise
                damage.chunk(chunk, problem)
        step(done + 1)
    return read


class _DeepReader:
    """Unpacks and counts the chunks of one deep part."""

    def __init__(self, file: OpenFile, header: Header, layout: PartLayout, ordered: bool) -> None:
        self._file, self._layout = file, layout
        self.table = ChunkTable(file, header, layout)
        self._channels = layout.channels
        self._counters = [counter_of(channel.type) for channel in self._channels]
        self._sample_bytes = sum(SAMPLE_BYTES[channel.type] for channel in self._channels)
        names = [named(channel) for channel in self._channels]
        self._front = names.index("Z") if ordered and "Z" in names else None
        self._back = names.index("ZBack") if "ZBack" in names else self._front
        self._found = _Found()

    def count(self, chunk: Chunk) -> None:
        """Read one chunk. Raises MediaError where it is damaged or too large."""
        counts, raw = self._unpacked(chunk)
        if self._front is not None:
            _refuse_the_absurd(counts)
        at = 0
        for lines in _stretches(counts.sum(axis=1, dtype=np.int64)):
            samples, at = self._samples(raw, at, counts[lines])
            for counter, values in zip(self._counters, samples, strict=True):
                counter.add(values)
            if self._front is not None and self._back is not None:
                self._order(counts[lines].ravel(), samples[self._front], samples[self._back])
        self._sum_up(counts.ravel())

    def _unpacked(self, chunk: Chunk) -> tuple[Counts, NDArray[np.uint8]]:
        """Samples of each pixel of the chunk (rows × columns), and the bytes of all of them."""
        layout, compression = self._layout, self._layout.part.compression
        offset = self.table.offset(chunk.index)
        head = self._file.read_at(offset, layout.head_bytes)
        if len(head) < layout.head_bytes:
            raise _damaged("the file ends inside the chunk")
        reason = layout.why_not(head, chunk)
        table, packed, raw = layout.deep_sizes(head)
        table_raw, whole = 4 * chunk.width * chunk.height, 4 * layout.columns * layout.lines
        at = offset + len(head)
        if not reason and at + table + packed > self._file.size:
            reason = "the file ends inside the chunk"
        if not reason and (packed > raw or raw > _MOST_DEFLATED * packed + 64):
            reason = f"the chunk claims samples of {raw} bytes in {packed} bytes"
        if not reason and not table_raw <= _MOST_DEFLATED * table + 64 <= _MOST_DEFLATED * (whole + 1):
            reason = f"the chunk claims counts of {table_raw} bytes in {table} bytes"
        if reason:
            raise _damaged(reason)
        if raw > CHUNK_LIMIT:
            most = CHUNK_LIMIT >> 20
            raise not_supported(f"one chunk holds {raw >> 20} MiB of samples, and at most {most} are unpacked")
        if chunk.width * chunk.height > PIXEL_LIMIT:
            pixels = f"{chunk.width} x {chunk.height}"
            raise not_supported(f"one chunk holds {pixels} deep pixels, and at most {PIXEL_LIMIT:,} are unpacked")
        stored = self._file.exactly(at, min(table, table_raw))
        counts = _counts(unpack(compression, stored, table_raw), chunk)
        if int(counts.sum(dtype=np.int64)) * self._sample_bytes != raw:
            raise _damaged(_UNFIT)
        stored = self._file.exactly(at + table, packed)
        hole = why_holed(compression, self._channels, stored, raw)
        if hole:
            raise _damaged(hole)
        return counts, unpack(compression, stored, raw)

    def _samples(self, raw: NDArray[np.uint8], at: int, counts: Counts) -> tuple[list[Samples], int]:
        """The samples of each channel in some lines, which begin there in the unpacked bytes; and where those end."""
        pieces: list[list[Samples]] = [[] for _ in self._channels]
        for in_line in counts.sum(axis=1, dtype=np.int64).tolist():
            for index, channel in enumerate(self._channels):
                end = at + in_line * SAMPLE_BYTES[channel.type]
                pieces[index].append(raw[at:end].view(DTYPES[channel.type]))
                at = end
        return [lines[0] if len(lines) == 1 else np.concatenate(lines) for lines in pieces], at

    def _sum_up(self, counts: Counts) -> None:
        found = self._found
        fewest, most = int(counts.min()), int(counts.max())
        found.pixels += len(counts)
        found.samples += int(counts.sum(dtype=np.int64))
        found.empty += int(np.count_nonzero(counts == 0))
        found.fewest = fewest if found.fewest is None else min(found.fewest, fewest)
        found.most = most if found.most is None else max(found.most, most)

    def _order(self, counts: Counts, front: Samples, back: Samples) -> None:
        """Look at the samples of some lines, a stretch of pixels at a time."""
        at = 0
        for pixels in _stretches(counts):
            end = at + int(counts[pixels].sum(dtype=np.int64))
            self._order_stretch(counts[pixels], front[at:end], back[at:end])
            at = end

    def _order_stretch(self, counts: Counts, front: Samples, back: Samples) -> None:
        """Count the pixels whose samples are out of order, or overlap; and samples that end before they begin.

        Samples that are equal in depth are in order. Once samples are in order it is enough to look at neighbours:
        whatever overlaps a later sample overlaps the next one.
        """
        pixel = np.repeat(np.arange(len(counts)), counts)
        z, end = front.astype(np.float64), back.astype(np.float64)
        same = pixel[1:] == pixel[:-1]
        rising = (z[:-1] < z[1:]) | ((z[:-1] == z[1:]) & (end[:-1] <= end[1:]))
        self._found.unsorted += len(np.unique(pixel[1:][same & ~rising]))
        self._found.inverted += int(np.count_nonzero(end < z))
        order = np.lexsort((end, z, pixel))
        z, end = z[order], end[order]
        apart = (z[:-1] < z[1:]) & (end[:-1] <= z[1:])
        apart |= (z[:-1] == z[1:]) & (end[:-1] <= z[:-1]) & (end[1:] > z[1:])
        self._found.overlapping += len(np.unique(pixel[1:][same & ~apart]))

    def channels(self) -> list[dict[str, Any]]:
        """The statistics of each channel."""
        pairs = zip(self._channels, self._counters, strict=True)
        return [{"name": named(channel), **counter.result()} for channel, counter in pairs]

    def told(self) -> dict[str, Any]:
        """What `deep` says of the part."""
        found, looked = self._found, self._front is not None
        state = self._layout.part.get(b"deepImageState")
        known = DEEP_STATES.get(state.raw[0]) if state is not None and len(state.raw) == 1 else None
        return {
            "state": known, "pixels": found.pixels, "empty_pixels": found.empty,
            "samples": {"total": found.samples, "min": found.fewest, "max": found.most,
                        "mean": found.samples / found.pixels if found.pixels else None},
            "unsorted_pixels": found.unsorted if looked else None,
            "overlapping_pixels": found.overlapping if looked else None,
            "inverted_samples": found.inverted if looked else None,
        }  # fmt: skip


def _counts(table: NDArray[np.uint8], chunk: Chunk) -> Counts:
    """Samples of each pixel, rows × columns, from the running counts of each line."""
    reached = table.view("<i4").reshape(chunk.height, chunk.width)
    counts = np.array(reached)
    np.subtract(reached[:, 1:], reached[:, :-1], out=counts[:, 1:])
    if int(reached.min()) < 0 or int(counts.min()) < 0:
        raise _damaged(_UNFIT)
    return counts


def _stretches(counts: NDArray[Any]) -> Iterator[slice]:
    """Stretches of lines or pixels, by their samples, that are looked at at once: one at least."""
    ends = np.cumsum(counts, dtype=np.int64)
    first = begun = 0
    while first < len(counts):
        last = max(first + 1, int(np.searchsorted(ends, begun + _AT_ONCE, side="right")))
        yield slice(first, last)
        first, begun = last, int(ends[last - 1])


def _refuse_the_absurd(counts: Counts) -> None:
    most = int(counts.max())
    if most > ORDER_LIMIT:
        raise not_supported(f"one pixel holds {most:,} samples, and at most {ORDER_LIMIT:,} are brought in order")


def _judge(told: dict[str, Any], damage: Damage) -> None:
    """Tell of claims of `deepImageState` that the samples do not keep."""
    state = told["state"]
    if state in ("sorted", "tidy") and told["unsorted_pixels"]:
        unsorted = f"the samples of {told['unsorted_pixels']} pixels are not in order"
        damage.says("deep.unsorted", f"deepImageState says {state}, and {unsorted}")
    if state in ("non_overlapping", "tidy") and told["overlapping_pixels"]:
        overlapping = f"the samples of {told['overlapping_pixels']} pixels overlap"
        damage.says("deep.overlapping", f"deepImageState says {state}, and {overlapping}")
    if told["inverted_samples"]:
        damage.says("deep.inverted", f"{told['inverted_samples']} samples end before they begin (ZBack below Z)")


def _damaged(reason: str) -> MediaError:
    return MediaError(reason, code="pixels.damaged")

"""Chunks of one part from the file into the counters of its channels, each by the way that suits it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from app.errors import MediaError
from app.media.counting import Counter
from app.media.damagetold import Damage
from app.media.exr import COMPRESSIONS
from app.media.exrlayout import Chunk, ChunkTable, Packed, PartLayout, chunk_size, not_supported, read_chunk
from app.media.exrsolo import SoloDecoder
from app.media.exrunpack import OWN_COMPRESSIONS, check_deflated, inflated_pieces, planes, stored_pieces, unpack
from app.media.opening import OpenFile

#: A chunk of more bytes is decoded by one thread alone, and in pieces where its compression lets us.
LARGE_CHUNK = 4 << 20
#: A chunk of more bytes is refused where it can only be decoded whole.
WHOLE_CHUNK_LIMIT = 512 << 20
_PIECE = 2 << 20

Group = Sequence[tuple[Chunk, int]]


def rows_of_chunks(layout: PartLayout, table: ChunkTable, sample: int, damage: Damage) -> Iterator[Iterator[Chunk]]:
    """Every so many rows of chunks; where the table of chunks ends too early, all of the rest is told at once."""
    listed = table.present // layout.across
    for row in range(0, listed, sample):
        yield layout.row_of_chunks(row)
    if listed < layout.down:
        damage.chunk(layout.rows_from(listed), MediaError(table.why_short(), code="pixels.damaged"))


class ChunkReader:
    """Reads chunks of one part; used by several threads."""

    def __init__(self, file: OpenFile, layout: PartLayout, damage: Damage) -> None:
        self._file, self._layout, self._damage = file, layout, damage
        self._compression = layout.part.compression
        own = self._compression in OWN_COMPRESSIONS
        if layout.subsampled and not own:
            name = COMPRESSIONS[self._compression][0]
            raise not_supported(f"sub-sampled channels in the compression {name}")
        self._own = layout.subsampled or self._compression == 0

    def threads(self, most: int) -> int:
        """How many threads may decode at once: one, where a chunk is large."""
        first = next(self._layout.row_of_chunks(0))
        return 1 if self._layout.raw_bytes(first) > LARGE_CHUNK else most

    @contextmanager
    def decoder(self) -> Iterator[SoloDecoder | None]:
        """What one thread decodes with."""
        if self._own:
            yield None
            return
        decoder = SoloDecoder(self._layout)
        try:
            yield decoder
        finally:
            decoder.close()

    def count(self, group: Group, decoder: SoloDecoder | None, counters: Sequence[Counter]) -> list[Chunk]:
        """Decode chunks that lie together and count their values.

        Returns:
            Those that could be; the damage is told of the others.

        Raises:
            MediaError: they are packed in a way that is not read (`pixels.not_supported`).
        """
        if len(group) == 1 and self._layout.raw_bytes(group[0][0]) > LARGE_CHUNK:
            return self._large(*group[0], decoder, counters)
        if self._compression == 0 and self._counted_as_stored(group, counters):
            return [chunk for chunk, _ in group]
        packed: list[Packed] = []
        for chunk, offset in group:
            try:
                packed.append(read_chunk(self._file, self._layout, chunk, offset))
            except MediaError as problem:
                self._damage.chunk(chunk, problem)
        if len(packed) < len(group):
            return [chunk for alone in packed for chunk in self._decoded([alone], decoder, counters)]
        return self._decoded(packed, decoder, counters)

    def _decoded(
        self, packed: Sequence[Packed], decoder: SoloDecoder | None, counters: Sequence[Counter]
    ) -> list[Chunk]:
        try:
            if decoder is not None:
                decoder.decode(packed, lambda index, samples: counters[index].add(samples))
            else:
                self._own_way(packed, counters)
        except MediaError as problem:
            if problem.code == "pixels.not_supported":
                raise
            if len(packed) > 1:
                return [chunk for alone in packed for chunk in self._decoded([alone], decoder, counters)]
            self._damage.chunk(packed[0].chunk, problem)
            return []
        return [one.chunk for one in packed]

    def _own_way(self, packed: Sequence[Packed], counters: Sequence[Counter]) -> None:
        unpacked = [unpack(self._compression, one.data, one.raw_size) for one in packed]
        channels = self._layout.channels
        if self._layout.tiled or self._layout.subsampled:
            for one, raw in zip(packed, unpacked, strict=True):
                for index, samples in planes(raw, channels, one.chunk):
                    counters[index].add(samples)
            return
        first, last = packed[0].chunk, packed[-1].chunk
        together = Chunk(first.index, (*first.box[:2], *last.box[2:]), first.at)
        for index, samples in planes(np.concatenate(unpacked), channels, together):
            counters[index].add(samples)

    def _counted_as_stored(self, group: Group, counters: Sequence[Counter]) -> bool:
        """Count lines that lie one behind the other in the file and are not packed, at once. Whether that could be."""
        layout, (first, start), (last, _) = self._layout, group[0], group[-1]
        raw, head = layout.raw_bytes(first), layout.head_bytes
        step = head + raw
        if layout.tiled or layout.subsampled or any(at != start + index * step for index, (_, at) in enumerate(group)):
            return False
        found = self._file.read_at(start, step * len(group))
        if len(found) < step * len(group):
            return False
        lines = np.frombuffer(found, np.uint8).reshape(len(group), step)
        heads = b"".join(layout.head_of(chunk, raw) for chunk, _ in group)
        if lines[:, :head].tobytes() != heads:
            return False
        together = Chunk(first.index, (*first.box[:2], *last.box[2:]), first.at)
        for index, samples in planes(lines[:, head:], layout.channels, together):
            counters[index].add(samples)
        return True

    def _large(
        self, chunk: Chunk, offset: int, decoder: SoloDecoder | None, counters: Sequence[Counter]
    ) -> list[Chunk]:
        """A chunk that is too large to be unpacked as a whole, where that can be helped."""
        try:
            size, raw = chunk_size(self._file, self._layout, chunk, offset)
        except MediaError as problem:
            self._damage.chunk(chunk, problem)
            return []
        in_pieces = not self._layout.subsampled and (self._compression in (0, 2, 3) or size == raw)
        if not in_pieces and raw > WHOLE_CHUNK_LIMIT:
            most = WHOLE_CHUNK_LIMIT >> 20
            raise not_supported(f"one chunk holds {raw >> 20} MiB of samples, and at most {most} are unpacked")
        try:
            if in_pieces:
                self._pieces(chunk, offset + self._layout.head_bytes, (size, raw), counters)
                return [chunk]
            whole = read_chunk(self._file, self._layout, chunk, offset)
        except MediaError as problem:
            self._damage.chunk(chunk, problem)
            return []
        return self._decoded([whole], decoder, counters)

    def _pieces(self, chunk: Chunk, at: int, sizes: tuple[int, int], counters: Sequence[Counter]) -> None:
        """Count a chunk a few rows at a time; nothing of one that is damaged."""
        size, raw = sizes
        row = raw // chunk.height
        piece = max(2, _PIECE // row // 2 * 2) * row
        stored = size == raw
        file = self._file
        if not stored:
            check_deflated(file, at, size, raw)
        pieces = stored_pieces(file, at, raw, piece) if stored else inflated_pieces(file, at, size, raw, piece)
        top = chunk.box[1]
        for found in pieces:
            rows = len(found) // row
            part = Chunk(chunk.index, (chunk.box[0], top, chunk.box[2], top + rows - 1), chunk.at)
            for index, samples in planes(found, self._layout.channels, part):
                counters[index].add(samples)
            top += rows

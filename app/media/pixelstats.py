"""Statistics of the pixels of an OpenEXR file, every chunk of which is decoded.

What is counted is the largest level of each part; the smaller ones are decoded too, for their damage. A few chunks are
read at a time, in a few threads; memory follows from the size of a chunk, not of the picture. A chunk that cannot be
read is told with its rows and left out; the statistics cover the rest. Pixels that are packed in a way we do not read
are not damaged: they are `pixels not supported`.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import numpy as np

from app.errors import MediaError
from app.media.chunkreading import ChunkReader, rows_of_chunks
from app.media.counting import CHANNELS_AT_ONCE, Counter, Ignored, counter_of
from app.media.damagetold import Damage
from app.media.deepstats import deep_part_statistics, read_deep_level
from app.media.exr import Header
from app.media.exrlayout import Chunk, ChunkTable, PartLayout, named, not_supported, rows_text
from app.media.openimageio import MOST_CHANNELS, openimageio
from app.media.opening import OpenFile

Progress = Callable[[int, int], None]

#: A picture whose samples take more bytes than this is refused.
PICTURE_LIMIT = 1 << 40
#: Bytes of samples that a thread unpacks at once, where a chunk is not larger by itself.
_GROUP_BYTES = 1 << 20
_THREADS = 4
_MOST_OF_LEVELS = 100
_KEPT_BYTES = 8 << 20


def nothing(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def exr_statistics(
    file: OpenFile, header: Header, *, sample: int = 1, deep: bool = False, progress: Progress = nothing,
    threads: int = 0,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:  # fmt: skip
    """Statistics of every part.

    Args:
        file: the open file.
        header: its header.
        sample: read every so many rows of chunks (blocks of scan lines, rows of tiles).
        deep: look at the order and overlap of deep samples too.
        progress: is told how many rows of chunks are done, and of how many.
        threads: how many decode; 0 for as many as the machine has processors, up to 4.

    Returns:
        The `stats` of the document, and what belongs to its `errors`. Nothing that a file holds raises.
    """
    _prepare()
    parts: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    layouts = [_layouts(header, index) for index in range(len(header.parts))]
    total = sum(-(-level.down // sample) for found in layouts if isinstance(found, list) for level in found)
    run = _Run(file, header, sample, deep, threads or max(1, min(_THREADS, os.cpu_count() or 1)))
    for index, found in enumerate(layouts):
        damage = Damage(index)
        if isinstance(found, MediaError):
            parts.append(_untold(index, found, damage))
            errors += damage.entries()
            continue
        parts.append(run.part(found[0], damage, lambda rows: progress(run.done + rows, total)))
        errors += damage.entries()
        if parts[-1]["channels"]:
            errors += run.levels(found[1:], lambda rows: progress(run.done + rows, total))
    return {"parts": parts}, errors


def _prepare() -> None:
    """Let the library start no threads of its own, and the C library keep what is freed between chunks.

    It would ask the system for new pages each time, which takes a tenth to a quarter of the time. glibc takes the size
    of a freed mapping as the size from which it maps anew, and twice that as what it keeps (`mallopt(3)`,
    M_MMAP_THRESHOLD). The pages of this one are never touched.
    """
    oiio = openimageio()
    oiio.attribute("exr_threads", -1)
    np.empty(_KEPT_BYTES, np.uint8)


def _layouts(header: Header, index: int) -> list[PartLayout] | MediaError:
    """The levels of a part, the largest first; or why where they lie is not known."""
    if header.error:
        return MediaError(f"{header.error}: where its pixels lie is not known", code="media.damaged")
    try:
        largest = PartLayout(header, index)
        return [largest, *(PartLayout(header, index, level) for level in largest.smaller_levels())]
    except MediaError as problem:
        return problem


def _untold(index: int, problem: MediaError, damage: Damage) -> dict[str, Any]:
    """A part of which nothing is told, and why."""
    damage.whole(problem)
    supported = problem.code != "pixels.not_supported"
    return {"index": index, "supported": supported, "reason": problem.message, "rows": "", "channels": []}


class _Run:
    """Reads the parts of one file, one after the other.

    Attributes:
        done: rows of chunks of the parts and levels that were read.
    """

    def __init__(self, file: OpenFile, header: Header, sample: int, deep: bool, threads: int) -> None:
        self._file, self._header, self._sample, self._deep, self._threads = file, header, sample, deep, threads
        self.done = 0

    def part(self, layout: PartLayout, damage: Damage, step: Callable[[int], None]) -> dict[str, Any]:
        """The statistics of a part: of its largest level."""
        try:
            if layout.deep:
                return deep_part_statistics(self._file, self._header, layout, damage, sample=self._sample,
                                            ordered=self._deep, step=step)  # fmt: skip
            _refuse_the_absurd(layout)
            return self._flat(layout, damage, step)
        except MediaError as problem:
            return _untold(layout.index, problem, damage)
        finally:
            self.done += -(-layout.down // self._sample)

    def _flat(self, layout: PartLayout, damage: Damage, step: Callable[[int], None]) -> dict[str, Any]:
        """Every channel is counted; where there are many, some at a time, and the part is decoded as often."""
        channels: list[dict[str, Any]] = []
        starts = range(0, len(layout.channels), CHANNELS_AT_ONCE)
        rows = ""
        for first in starts:
            some = range(first, min(first + CHANNELS_AT_ONCE, len(layout.channels)))
            counters = [counter_of(channel.type) if number in some else Ignored()
                        for number, channel in enumerate(layout.channels)]  # fmt: skip
            before = starts.index(first) * layout.down // self._sample

            def turn(rows: int, before: int = before) -> None:
                step((before + rows) // len(starts))

            again = Damage(layout.index)
            flat = _FlatLevel(self._file, self._header, layout, again if first else damage, self._sample, counters)
            rows = flat.read(self._threads, turn)
            channels += [{"name": named(layout.channels[number]), **counters[number].result()} for number in some]
        return {
            "index": layout.index, "supported": True, "sample": self._sample, "rows": rows,
            "complete": self._sample == 1 and not damage.found, "channels": channels,
        }  # fmt: skip

    def levels(self, layouts: list[PartLayout], step: Callable[[int], None]) -> list[dict[str, Any]]:
        """The damage of the smaller levels of a part."""
        errors: list[dict[str, Any]] = []
        for layout in layouts:
            if len(errors) < _MOST_OF_LEVELS:
                errors += self._level(layout, step)
            self.done += -(-layout.down // self._sample)
        return errors

    def _level(self, layout: PartLayout, step: Callable[[int], None]) -> list[dict[str, Any]]:
        """The damage of a smaller level."""
        damage = Damage(layout.index, layout.level)
        try:
            if layout.deep:
                read_deep_level(self._file, self._header, layout, damage, sample=self._sample, step=step)
            else:
                counters = [Ignored() for _ in layout.channels]
                level = _FlatLevel(self._file, self._header, layout, damage, self._sample, counters)
                level.read(self._threads, step)
        except MediaError as problem:
            damage.whole(problem)
        return damage.entries()


def _refuse_the_absurd(layout: PartLayout) -> None:
    if len(layout.channels) > MOST_CHANNELS:
        raise not_supported(f"it has {len(layout.channels):,} channels, and at most {MOST_CHANNELS:,} are read")
    size = layout.raw_bytes(Chunk(0, layout.window, ()))
    if size > PICTURE_LIMIT:
        raise not_supported(f"they would take {size >> 40} TiB unpacked, and at most {PICTURE_LIMIT >> 40} are read")


class _FlatLevel:
    """One level of a part that is not deep, and the threads that feed its counters."""

    def __init__(
        self, file: OpenFile, header: Header, layout: PartLayout, damage: Damage, sample: int,
        counters: Sequence[Counter],
    ) -> None:  # fmt: skip
        self._layout, self._damage, self._sample, self._counters = layout, damage, sample, counters
        self._step: Callable[[int], None] = lambda rows: None
        self._reader = ChunkReader(file, layout, damage)
        self._table = ChunkTable(file, header, layout)
        self._lock = Lock()
        self._groups = self._made_groups()
        self._read: list[tuple[int, int]] = []
        self._rows_done = 0

    def read(self, threads: int, step: Callable[[int], None]) -> str:
        """Read every chunk; the rows that could be."""
        self._step = step
        threads = self._reader.threads(threads)
        if threads == 1:
            self._work()
        else:
            with ThreadPoolExecutor(threads, "pixels") as pool:
                for worker in [pool.submit(self._work) for _ in range(threads)]:
                    worker.result()
        return rows_text(self._read)

    def _made_groups(self) -> Iterator[list[tuple[Chunk, int]]]:
        """Chunks that are decoded together, each with its offset; damaged places of the table are told."""
        group: list[tuple[Chunk, int]] = []
        size = 0
        for chunks in rows_of_chunks(self._layout, self._table, self._sample, self._damage):
            for chunk in chunks:
                raw = self._layout.raw_bytes(chunk)
                adjacent = group and not self._layout.tiled and group[-1][0].box[3] + 1 == chunk.box[1]
                beside = group and self._layout.tiled and group[-1][0].box[2] + 1 == chunk.box[0]
                if group and (size + raw > _GROUP_BYTES or not (adjacent or beside)):
                    yield group
                    group, size = [], 0
                try:
                    group.append((chunk, self._table.offset(chunk.index)))
                    size += raw
                except MediaError as problem:
                    self._damage.chunk(chunk, problem)
            self._rows_done += 1
        if group:
            yield group

    def _next_group(self) -> list[tuple[Chunk, int]] | None:
        with self._lock:
            group = next(self._groups, None)
            self._step(self._rows_done)
            return group

    def _work(self) -> None:
        with self._reader.decoder() as decoder:
            while (group := self._next_group()) is not None:
                for chunk in self._reader.count(group, decoder, self._counters):
                    self._read.append((chunk.box[1], chunk.box[3]))

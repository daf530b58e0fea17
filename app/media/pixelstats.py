"""Statistics of the pixels of an OpenEXR file, every chunk of which is decoded.

What is read is the largest level of each part, a few chunks at a time, in a few threads; memory follows from the size
of a chunk, not of the picture. A chunk that cannot be read is told with its rows and left out; the statistics cover
the rest. Pixels that are packed in a way we do not read are not damaged: they are `pixels not supported`.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import numpy as np

from app.errors import MediaError
from app.media.chunkreading import ChunkReader, rows_of_chunks
from app.media.counting import Counter, FloatCounter, UintCounter, half_counter
from app.media.damagetold import Damage
from app.media.deepstats import deep_part_statistics
from app.media.exr import Header
from app.media.exrlayout import Chunk, ChunkTable, PartLayout, named, not_supported, rows_text
from app.media.openimageio import openimageio
from app.media.opening import OpenFile

Progress = Callable[[int, int], None]

#: A picture whose samples take more bytes than this is refused.
PICTURE_LIMIT = 1 << 40
#: Bytes of samples that a thread unpacks at once, where a chunk is not larger by itself.
_GROUP_BYTES = 1 << 20
_THREADS = 4
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
    threads = threads or max(1, min(_THREADS, os.cpu_count() or 1))
    parts: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    layouts = [_layout(header, index) for index in range(len(header.parts))]
    total = sum(-(-found.down // sample) for found in layouts if isinstance(found, PartLayout))
    done = 0
    for index, layout in enumerate(layouts):
        before = done

        def step(rows: int, before: int = before) -> None:
            progress(before + rows, total)

        damage = Damage(index)
        if isinstance(layout, MediaError):
            parts.append(_untold(index, layout, damage))
        else:
            parts.append(_part(file, header, layout, damage, sample=sample, deep=deep, threads=threads, step=step))
            done += -(-layout.down // sample)
        errors += damage.entries()
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


def _layout(header: Header, index: int) -> PartLayout | MediaError:
    if header.error:
        return MediaError(f"{header.error}: where its pixels lie is not known", code="media.damaged")
    try:
        return PartLayout(header, index)
    except MediaError as problem:
        return problem


def _untold(index: int, problem: MediaError, damage: Damage) -> dict[str, Any]:
    """A part of which nothing is told, and why."""
    damage.whole(problem)
    supported = problem.code != "pixels.not_supported"
    return {"index": index, "supported": supported, "reason": problem.message, "rows": "", "channels": []}


def _part(
    file: OpenFile, header: Header, layout: PartLayout, damage: Damage, *, sample: int, deep: bool, threads: int,
    step: Callable[[int], None],
) -> dict[str, Any]:  # fmt: skip
    try:
        if layout.deep:
            return deep_part_statistics(file, header, layout, damage, sample=sample, ordered=deep, step=step)
        _refuse_the_absurd(layout)
        return _FlatPart(file, header, layout, damage, sample, step).statistics(threads)
    except MediaError as problem:
        return _untold(layout.index, problem, damage)


def _refuse_the_absurd(layout: PartLayout) -> None:
    size = layout.raw_bytes(Chunk(0, layout.window, ()))
    if size > PICTURE_LIMIT:
        raise not_supported(f"they would take {size >> 40} TiB unpacked, and at most {PICTURE_LIMIT >> 40} are read")


class _FlatPart:
    """One part that is not deep: its counters, and the threads that feed them."""

    def __init__(
        self, file: OpenFile, header: Header, layout: PartLayout, damage: Damage, sample: int,
        step: Callable[[int], None],
    ) -> None:  # fmt: skip
        self._layout, self._damage, self._sample, self._step = layout, damage, sample, step
        self._reader = ChunkReader(file, layout, damage)
        self._table = ChunkTable(file, header, layout)
        self._counters = [_counter(channel.type) for channel in layout.channels]
        self._lock = Lock()
        self._groups = self._made_groups()
        self._read: list[tuple[int, int]] = []
        self._rows_done = 0

    def statistics(self, threads: int) -> dict[str, Any]:
        """Read every chunk and tell."""
        threads = self._reader.threads(threads)
        if threads == 1:
            self._work()
        else:
            with ThreadPoolExecutor(threads, "pixels") as pool:
                for worker in [pool.submit(self._work) for _ in range(threads)]:
                    worker.result()
        channels = [
            {"name": named(channel), **counter.result()}
            for channel, counter in zip(self._layout.channels, self._counters, strict=True)
        ]
        return {
            "index": self._layout.index, "supported": True, "sample": self._sample, "rows": rows_text(self._read),
            "complete": self._sample == 1 and not self._damage.found, "channels": channels,
        }  # fmt: skip

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


def _counter(kind: int) -> Counter:
    return half_counter() if kind == 1 else FloatCounter() if kind == 2 else UintCounter()

"""Chunks of an OpenEXR part, decoded by OpenImageIO as small files of their own.

A reader that is given the whole file fails as a whole, or goes on in silence, over one damaged chunk, a chunk table
that lies, a part beside it that it does not know. So a few chunks at a time are put behind a fresh minimal header, in
memory where the system can name memory as a file: what can be decoded is, what cannot is known to the chunk, and the
memory it takes follows from the chunks, not from the file.
"""

import os
import struct
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import MediaError
from app.media.exr import MAGIC, TILED, Channel
from app.media.exrlayout import Packed, PartLayout, not_supported
from app.media.openimageio import MOST_CHANNELS

_NAMED_BY_US = frozenset((0, 1, 2, 3, 4, 5, 6, 7))
_UINT, _HALF, _FLOAT = 0, 1, 2
_DWAB = 9
_SLICE, _MANY_SAMPLES = 32, 1 << 21
Take = Callable[[int, NDArray[Any]], None]
_I32, _F32 = struct.Struct("<i"), struct.Struct("<f")


class SoloDecoder:
    """Decodes chunks of one part, one caller at a time. Close it.

    Raises:
        MediaError: OpenImageIO does not give sub-sampled channels, nor so many (`pixels.not_supported`).
    """

    def __init__(self, layout: PartLayout) -> None:
        if layout.subsampled:
            name = layout.part.compression
            raise not_supported(f"sub-sampled channels in the compression {name}")
        if len(layout.channels) > MOST_CHANNELS:
            raise not_supported(f"more than {MOST_CHANNELS} channels in the compression {layout.part.compression}")
        self._layout = layout
        self._named = layout.part.compression not in _NAMED_BY_US
        self._channels = layout.channels
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if sys.platform == "linux":
            self._descriptor = os.memfd_create("chunks.exr", os.MFD_CLOEXEC)
            self._name = f"/proc/self/fd/{self._descriptor}"
        else:
            self._folder = tempfile.TemporaryDirectory(prefix="reelmark-")
            self._name = str(Path(self._folder.name) / "chunks.exr")
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
            self._descriptor = os.open(self._name, flags, 0o600)

    def close(self) -> None:
        """Let go of the memory."""
        os.close(self._descriptor)
        if self._folder is not None:
            self._folder.cleanup()

    def decode(self, chunks: Sequence[Packed], take: Take) -> None:
        """Decode chunks that lie side by side (tiles) or one under the other.

        Args:
            chunks: as they lie in the file.
            take: is given the index in file order of each channel, and its samples as uint, half or float. Nothing is
                given where anything cannot be decoded.

        Raises:
            MediaError: they cannot be decoded; which of them cannot is known by trying each alone.
        """
        import OpenImageIO as oiio  # noqa: N813 - the name its own documentation uses

        width, height = self._write(chunks)
        source = oiio.ImageInput.open(self._name)
        if source is None:
            raise self._failed(oiio.geterror)
        try:
            step = _SLICE if self._sliced(width, height) else height
            for top in range(0, height, step):
                for index, samples in self._read(source, oiio, width, (top, min(top + step, height))):
                    take(index, samples)
        finally:
            source.close()

    def _sliced(self, width: int, height: int) -> bool:
        """Whether a chunk is given a few lines at a time: the library unpacks it once, at the first of them."""
        samples = width * height * len(self._channels)
        return self._layout.part.compression == _DWAB and not self._layout.tiled and samples > _MANY_SAMPLES

    def _read(self, source: Any, oiio: Any, width: int, rows: tuple[int, int]) -> list[tuple[int, NDArray[Any]]]:
        order = self._order(source)
        found: list[tuple[int, NDArray[Any]]] = []
        wanted = {_UINT: oiio.UINT, _HALF: oiio.HALF, _FLOAT: oiio.FLOAT}
        for first, end, common in self._runs(order):
            kind = wanted[common]
            if self._layout.tiled:
                pixels = source.read_tiles(0, 0, 0, width, *rows, 0, 1, first, end, kind)
            else:
                pixels = source.read_scanlines(0, 0, *rows, 0, first, end, kind)
            if pixels is None:
                raise self._failed(source.geterror)
            samples = np.asarray(pixels).reshape(-1, end - first)
            for at in range(first, end):
                as_stored = samples[:, at - first]
                if common == _FLOAT and self._channels[order[at]].type == _HALF:
                    as_stored = as_stored.astype(np.float16)
                found.append((order[at], as_stored))
        return found

    def _runs(self, order: list[int]) -> list[tuple[int, int, int]]:
        """First and end of channels that are read at once, and as which type: a second read unpacks all again.

        Halves among floats are read as floats, which hold them exactly; integers are no floats.
        """
        whole = [self._channels[index].type == _UINT for index in order]
        starts = [at for at in range(len(order)) if at == 0 or whole[at] != whole[at - 1]]
        runs = []
        for first, end in zip(starts, [*starts[1:], len(order)], strict=True):
            kinds = {self._channels[index].type for index in order[first:end]}
            runs.append((first, end, kinds.pop() if len(kinds) == 1 else _FLOAT))
        return runs

    def _failed(self, told: Callable[[], Any]) -> MediaError:
        try:
            text = " ".join(str(told()).replace(f'"{self._name}"', "").replace(self._name, "").split())[:200]
        except UnicodeDecodeError:
            text = ""
        return MediaError(f"the chunk cannot be decoded: {text or 'it is damaged'}", code="pixels.damaged")

    def _order(self, source: Any) -> list[int]:
        """For each channel as the library orders them, its index in file order."""
        try:
            names = source.spec().channelnames
        except UnicodeDecodeError as problem:
            raise not_supported("the library cannot name its channels") from problem
        ours = {self._name_of(index).decode("utf-8", "surrogateescape"): index for index in range(len(self._channels))}
        try:
            order = [ours[name] for name in names]
        except KeyError as problem:
            raise not_supported(f"the library renames the channel {problem}") from problem
        if sorted(order) != list(range(len(self._channels))):
            raise not_supported("the library leaves out channels")
        return order

    def _name_of(self, index: int) -> bytes:
        """Plain names keep the order of the file; the lossy compressions by name need the real ones."""
        return self._channels[index].name if self._named else b"c%05d" % index

    def _write(self, chunks: Sequence[Packed]) -> tuple[int, int]:
        """Make the small file, over the one before: what stays behind its end does no harm. Its width and height."""
        first, last = chunks[0].chunk, chunks[-1].chunk
        left, top = first.box[0], first.box[1]
        width, height = last.box[2] - left + 1, last.box[3] - top + 1
        header = self._header(width, height)
        at = len(header) + 8 * len(chunks)
        offsets, pieces = [], []
        for index, packed in enumerate(chunks):
            offsets.append(at)
            where = (index, 0, 0, 0) if self._layout.tiled else (packed.chunk.box[1] - top,)
            lead = struct.pack(f"<{len(where) + 1}i", *where, len(packed.data))
            pieces += [lead, packed.data]
            at += len(lead) + len(packed.data)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        for piece in (header + struct.pack(f"<{len(offsets)}Q", *offsets), *pieces):
            _write_all(self._descriptor, piece)
        return width, height

    def _header(self, width: int, height: int) -> bytes:
        window = struct.pack("<4i", 0, 0, width - 1, height - 1)
        listed = b"".join(_listed(self._name_of(index), channel) for index, channel in enumerate(self._channels))
        long_names = 0x400 if any(len(channel.name) > 31 for channel in self._channels) else 0
        flags = 2 | long_names | (TILED if self._layout.tiled else 0)
        attributes = [
            (b"channels", b"chlist", listed + b"\0"),
            (b"compression", b"compression", bytes([self._layout.part.compression])),
            (b"dataWindow", b"box2i", window),
            (b"displayWindow", b"box2i", window),
            (b"lineOrder", b"lineOrder", b"\0"),
            (b"pixelAspectRatio", b"float", _F32.pack(1.0)),
            (b"screenWindowCenter", b"v2f", bytes(8)),
            (b"screenWindowWidth", b"float", _F32.pack(1.0)),
        ]
        if self._layout.tiled:
            tile = struct.pack("<IIB", self._layout.columns, self._layout.lines, 0)
            attributes.append((b"tiles", b"tiledesc", tile))
        packed = b"".join(name + b"\0" + kind + b"\0" + _I32.pack(len(raw)) + raw for name, kind, raw in attributes)
        return MAGIC + _I32.pack(flags) + packed + b"\0"


def _listed(name: bytes, channel: Channel) -> bytes:
    return name + b"\0" + struct.pack("<iB3xii", channel.type, channel.p_linear, 1, 1)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]

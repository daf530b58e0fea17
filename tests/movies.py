"""Movies and sounds for tests whose every frame and sample is known, and headers put together by hand."""

import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BOX_HEADS = {b"moov": 8, b"trak": 8, b"mdia": 8, b"minf": 8, b"stbl": 8, b"stsd": 16}
_ENTRY_HEAD = 86

Picture = Callable[[int], NDArray[np.uint8]]


def picture(number: int, width: int = 64, height: int = 48) -> NDArray[np.uint8]:
    """A bright pattern of RGB rows × columns × 3 that is another one in each frame."""
    noise = np.random.default_rng(number).integers(60, 250, (height // 8, width // 8, 3), np.uint8)
    return noise.repeat(8, axis=0).repeat(8, axis=1)


def movie(
    path: Path, frames: int, draw: Picture = picture, *, codec: str = "mpeg4", rate: Fraction | int = 25,
    sound: NDArray[np.float32] | None = None, prepare: Callable[[Any], None] | None = None,
) -> Path:  # fmt: skip
    """A movie of 64 × 48 pixels.

    Args:
        path: where to; the extension chooses the container.
        frames: how many.
        draw: RGB rows × columns × 3 of each frame, by its number from 0.
        codec: of the pictures.
        rate: frames a second.
        sound: channels × samples at 48 kHz, written as 16-bit PCM (AAC in MP4, FLV and transport streams).
        prepare: what else is set at the video stream before the first frame.
    """
    import av

    with av.open(str(path), "w") as out:
        video: Any = out.add_stream(codec, rate=rate, options={"qscale": "2", "g": "12"})
        height, width = draw(0).shape[:2]
        video.width, video.height = width, height
        video.pix_fmt = {"prores_ks": "yuv422p10le", "mjpeg": "yuvj420p"}.get(codec, "yuv420p")
        video.bit_rate, video.codec_context.thread_count = 4_000_000, 1
        layouts = {1: "mono", 2: "stereo", 6: "5.1"}
        audio: Any = None
        if sound is not None:
            audio = out.add_stream(
                "aac" if path.suffix in (".mp4", ".flv", ".ts") else "pcm_s16le", rate=48000, layout=layouts[len(sound)]
            )
        if prepare is not None:
            prepare(video)
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(draw(number)), format="rgb24")
            out.mux(video.encode(frame))
        out.mux(video.encode())
        if sound is not None:
            _mux(out, audio, sound, layouts[len(sound)])
    return path


def sound(path: Path, samples: NDArray[np.float32], *, codec: str = "pcm_s24le", rate: int = 48000) -> Path:
    """A sound of the given samples: channels × samples, full scale is 1."""
    import av

    layout = {1: "mono", 2: "stereo", 6: "5.1"}[len(samples)]
    with av.open(str(path), "w") as out:
        _mux(out, out.add_stream(codec, rate=rate, layout=layout), samples, layout)
    return path


def _mux(out: Any, stream: Any, samples: NDArray[np.float32], layout: str) -> None:
    import av

    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples, np.float32), format="fltp", layout=layout)
    frame.sample_rate, frame.pts = stream.rate, 0
    resampler = av.AudioResampler(
        format=stream.format, layout=layout, rate=stream.rate, frame_size=stream.frame_size or 1024
    )
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        out.mux(stream.encode(piece))
    out.mux(stream.encode())


def tone(seconds: float, level_db: float, hertz: float = 1000.0, channels: int = 2) -> NDArray[np.float32]:
    """A sine whose peak lies at a level below full scale, the same in all channels."""
    moment = np.arange(round(seconds * 48000)) / 48000
    wave = (10 ** (level_db / 20) * np.sin(2 * np.pi * hertz * moment)).astype(np.float32)
    return np.tile(wave, (channels, 1))


def box(kind: bytes, *content: bytes) -> bytes:
    """A box of an ISO base media file."""
    body = b"".join(content)
    return struct.pack(">I", 8 + len(body)) + kind + body


def with_boxes(path: Path, boxes: bytes, entry: bytes = b"mp4v") -> Path:
    """The same movie with boxes put at the end of the first sample entry of a kind; its `moov` must come last."""
    data = bytearray(path.read_bytes())
    at, end, sizes = 0, len(data), []
    names: Sequence[bytes] = (*_BOX_HEADS, entry)
    for name in names:
        while data[at + 4 : at + 8] != name:
            at += struct.unpack_from(">I", data, at)[0]
            assert at < end, name
        sizes.append(at)
        end = at + struct.unpack_from(">I", data, at)[0]
        at += _BOX_HEADS.get(name, _ENTRY_HEAD)
    data[end:end] = boxes
    for place in sizes:
        struct.pack_into(">I", data, place, struct.unpack_from(">I", data, place)[0] + len(boxes))
    path.write_bytes(data)
    return path


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a RIFF file."""
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) & 1)


def wave_file(path: Path, *chunks: bytes, samples: int = 480, rate: int = 48000) -> Path:
    """A mono 16-bit WAVE of silence, with any chunks before its samples."""
    form = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, rate, 2 * rate, 2, 16))
    body = b"WAVE" + form + b"".join(chunks) + chunk(b"data", b"\0\0" * samples)
    path.write_bytes(chunk(b"RIFF", body))
    return path


def bext(samples: int, *, version: int = 2, description: str = "", history: str = "") -> bytes:
    """A broadcast extension chunk (EBU Tech 3285) with a time reference, and in version 2 a loudness."""
    head = struct.pack("<256s32s32s10s8s", description.encode(), b"Recorder", b"REF1", b"2026-11-20", b"10:20:30")
    head += struct.pack("<QH64s5h180s", samples, version, b"", -2300, 510, -120, -2010, -2150, b"")
    return chunk(b"bext", head + history.encode())


def header(size: tuple[int, int] = (64, 48)) -> bytes:
    """The description of one MPEG-4 stream in an MP4 (`trak`) that has no frame."""
    width, height = size
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    track = struct.pack(">6I16x", 7, 0, 0, 1, 0, 1000) + matrix + struct.pack(">HHHH", width, 0, height, 0)
    times = box(b"mdhd", struct.pack(">5IHH", 0, 0, 0, 1000, 1000, 0x55C4, 0))
    entry = struct.pack(">6xH16xHHIIIH32xHh", 1, width, height, 0x480000, 0x480000, 0, 1, 24, -1)
    tables = [box(name, bytes(size)) for name, size in ((b"stts", 8), (b"stsc", 8), (b"stsz", 12), (b"stco", 8))]
    sample_table = box(b"stbl", box(b"stsd", struct.pack(">II", 0, 1), box(b"mp4v", entry)), *tables)
    reference = box(b"dinf", box(b"dref", struct.pack(">II", 0, 1), box(b"url ", struct.pack(">I", 1))))
    information = box(b"minf", box(b"vmhd", struct.pack(">I8x", 1)), reference, sample_table)
    handler = box(b"hdlr", struct.pack(">II4s13x", 0, 0, b"vide"))
    return box(b"trak", box(b"tkhd", track), box(b"mdia", times, handler, information))


def mp4(path: Path, *tracks: bytes) -> Path:
    """An MP4 of the given `trak` boxes and no frame."""
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    times = box(b"mvhd", struct.pack(">5IIH10x", 0, 0, 0, 1000, 1000, 0x10000, 0x100), matrix, bytes(24), b"\0\0\0\2")
    start = box(b"ftyp", b"isom\0\0\2\0isomiso2mp41")
    path.write_bytes(start + box(b"moov", times, *tracks) + box(b"mdat", bytes(64)))
    return path


def element(name: bytes, content: bytes) -> bytes:
    """An element of a Matroska file."""
    return name + struct.pack(">Q", 1 << 56 | len(content)) + content

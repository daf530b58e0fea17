"""Streams without an index that were cut: noticed wherever the cut is inside a frame."""

from pathlib import Path

import av
import numpy as np
import pytest

from app.media.registry import inspect

CUT = "the file is cut off: it ends inside its last frame"


def y4m(parameters: str, frame: int, line: bytes = b"FRAME\n") -> bytes:
    return f"YUV4MPEG2 W65 H47 F24:1 Ip A0:0 {parameters}\n".encode() + (line + bytes(frame)) * 3


@pytest.mark.parametrize(
    "whole",
    [
        y4m("C420jpeg XYSCSS=420JPEG", 65 * 47 + 2 * 33 * 24),
        y4m("", 65 * 47 + 2 * 33 * 24),
        y4m("C422", 65 * 47 + 2 * 33 * 47),
        y4m("C411", 65 * 47 + 2 * 17 * 47),
        y4m("C444alpha", 65 * 47 * 4),
        y4m("Cmono", 65 * 47),
        y4m("C422p10 XYSCSS=422P10", 2 * (65 * 47 + 2 * 33 * 47)),
        y4m("Cmono16", 2 * 65 * 47, b"FRAME Ib\n"),
    ],
    ids=["420", "no layout", "422", "411", "alpha", "mono", "10 bits", "parameters of frames"],
)
def test_plain_pictures(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.y4m"
    for missing, told in ((0, ""), (1, CUT), (1000, CUT)):
        path.write_bytes(whole[: len(whole) - missing])
        assert inspect(str(path)).error == told


@pytest.mark.parametrize(("codec", "rate"), [("ac3", 48000), ("ac3", 44100), ("eac3", 48000), ("aac", 48000)])
def test_raw_sound(codec: str, rate: int, tmp_path: Path) -> None:
    path = tmp_path / f"a.{codec}"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.layout = "stereo"
        samples = np.random.default_rng(1).normal(0, 0.1, (2, 1536)).astype(np.float32)
        for _ in range(60):
            frame = av.AudioFrame.from_ndarray(samples, "fltp", "stereo")
            frame.sample_rate = rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    whole = path.read_bytes()
    said = {}
    for missing in (0, 1, 100):
        path.write_bytes(whole[: len(whole) - missing])
        said[missing] = inspect(str(path)).error
    assert said == {0: "", 1: CUT, 100: CUT}
    path.write_bytes(whole + b"TAG" + bytes(125))
    assert inspect(str(path)).error == ""

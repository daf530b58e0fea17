"""What `inspect --stats` tells of the pixels of a sequence: repeated frames, black ones, statistics over all."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest
from PIL import Image

from app.errors import Cancelled
from app.jobs.events import Progressed, Stage
from app.jobs.job import CancelToken, Job
from tests.inspection.framekit import told

WIDTH, HEIGHT = 32, 24


def pixels(frame: int) -> np.ndarray:
    return np.random.default_rng(frame).random((HEIGHT, WIDTH, 3)).astype(np.float16)


def write(folder: Path, frame: int, values: np.ndarray, **header: Any) -> Path:
    path = folder / f"sh.{frame:04}.exr"
    settings = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **header}
    OpenEXR.File(settings, {"RGB": values}).write(str(path))
    return path


def test_frames_that_repeat_and_frames_that_are_black(tmp_path: Path) -> None:
    for frame in range(1001, 1013):
        write(tmp_path, frame, pixels(frame))
    for frame in (1004, 1005, 1010):
        shutil.copy(tmp_path / f"sh.{frame - 1}.exr", tmp_path / f"sh.{frame}.exr")
    write(tmp_path, 1008, pixels(1007), compression=OpenEXR.PIZ_COMPRESSION)
    write(tmp_path, 1012, pixels(1) * 0)
    (tmp_path / "sh.1002.exr").unlink()
    document = told(tmp_path / "sh.####.exr", stats=True)
    assert document["sequence"]["frozen"] == "1004-1005,1008,1010"
    assert document["sequence"]["frozen_runs"] == ["1003-1005", "1007-1008", "1009-1010"]
    assert document["sequence"]["black"] == "1012"
    assert document["errors"] == []


def test_a_picture_that_only_moves_is_not_frozen(tmp_path: Path) -> None:
    """Statistics of moved pixels are the same."""
    still = pixels(1)
    for frame in range(1, 5):
        write(tmp_path, frame, np.ascontiguousarray(np.roll(still, frame, axis=1)))
    document = told(tmp_path / "sh.####.exr", stats=True)
    assert (document["sequence"]["frozen"], document["sequence"]["black"]) == ("", "")


def test_statistics_over_all_frames_and_where_pixels_are_not_finite(tmp_path: Path) -> None:
    frames = {frame: pixels(frame) for frame in range(1, 6)}
    frames[3][0, 0, 0] = np.nan
    frames[5][0, 0, 1] = np.inf
    frames[4][0, 0, 2] = -2
    for frame, values in frames.items():
        write(tmp_path, frame, values)
    document = told(tmp_path / "sh.####.exr", stats=True)
    assert document["stats"]["frames"] == "1-5"
    channels = {channel["name"]: channel for channel in document["stats"]["parts"][0]["channels"]}
    together = np.stack(list(frames.values())).astype(np.float64)
    for place, name in enumerate("RGB"):
        values = together[..., place]
        finite = values[np.isfinite(values)]
        assert channels[name]["mean"] == pytest.approx(finite.mean(), rel=1e-9)
        assert channels[name]["stddev"] == pytest.approx(finite.std(), rel=1e-9)
        assert (channels[name]["min"], channels[name]["max"]) == (finite.min(), finite.max())
        assert sum(channels[name]["histogram"]["counts"]) <= finite.size
    assert (channels["R"]["nan_frames"], channels["R"]["nan_count"]) == ("3", 1)
    assert channels["G"]["inf_frames"] == "5"
    assert channels["B"]["negative_frames"] == "4"


def test_damaged_pixels_of_a_frame_are_told_with_it(tmp_path: Path) -> None:
    smooth = np.linspace(0, 1, HEIGHT * WIDTH * 3).reshape(HEIGHT, WIDTH, 3).astype(np.float16)
    for frame in range(1, 4):
        write(tmp_path, frame, smooth * frame)
    path = tmp_path / "sh.0002.exr"
    data = bytearray(path.read_bytes())
    data[-60:-20] = bytes(40)
    path.write_bytes(data)
    document = told(tmp_path / "sh.####.exr", stats=True)
    (error,) = document["errors"]
    assert (error["frames"], error["part"], error["code"]) == ("2", 0, "pixels.damaged")


def test_stills_of_eight_and_sixteen_bits(tmp_path: Path) -> None:
    for frame in range(1, 4):
        Image.fromarray((np.asarray(pixels(frame)) * 255).astype(np.uint8)).save(tmp_path / f"a.{frame:04}.png")
        noise = (np.random.default_rng(frame).random((HEIGHT, WIDTH)) * 65535).astype(np.uint16)
        Image.fromarray(noise).save(tmp_path / f"b.{frame:04}.tif")
    shutil.copy(tmp_path / "a.0002.png", tmp_path / "a.0003.png")
    Image.fromarray(np.zeros((HEIGHT, WIDTH), np.uint16)).save(tmp_path / "b.0002.tif")
    assert told(tmp_path / "a.####.png", stats=True)["sequence"]["frozen"] == "3"
    document = told(tmp_path / "b.####.tif", stats=True)
    assert (document["sequence"]["frozen"], document["sequence"]["black"]) == ("", "2")
    (channel,) = document["stats"]["parts"][0]["channels"]
    assert channel["finite_count"] == 3 * HEIGHT * WIDTH


def test_decoding_tells_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    for frame in range(1, 5):
        write(tmp_path, frame, pixels(frame))
    token = CancelToken()
    heard: list[Progressed] = []

    def hear(event: object) -> None:
        if isinstance(event, Progressed) and event.stage is Stage.DECODE:
            heard.append(event)
            token.cancel()

    with pytest.raises(Cancelled):
        told(tmp_path / "sh.####.exr", job=Job(hear, token), stats=True)
    assert heard[0].total == 4

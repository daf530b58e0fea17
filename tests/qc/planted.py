"""Folders of deliveries: one in which everything is as it should be, and one with a fault planted in each shot."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

WIDTH, HEIGHT = 3840, 4
FIRST, LAST = 1001, 1008

Change = Callable[[int, dict[str, Any], dict[str, Any]], None]
"""Changes a frame: gets its number, its header and its channels (name to array)."""


def unchanged(_frame: int, _header: dict[str, Any], _channels: dict[str, Any]) -> None:
    """A frame as it should be."""


def write_frame(path: Path, frame: int, change: Change = unchanged, width: int = WIDTH) -> Path:
    """A half RGB EXR whose picture is another one in each frame."""
    import OpenEXR

    random = np.random.default_rng(frame)
    channels: dict[str, Any] = {
        name: random.uniform(0.1, 0.9, (HEIGHT, width)).astype(np.float16) for name in ("B", "G", "R")
    }
    header: dict[str, Any] = {
        "compression": OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        "framesPerSecond": Fraction(24, 1),
        "timeCode": timecode(frame),
    }
    change(frame, header, channels)
    path.parent.mkdir(parents=True, exist_ok=True)
    OpenEXR.File(header, channels).write(str(path))
    return path


def timecode(frame: int) -> Any:
    import OpenEXR

    clock = frame // 86400 % 24, frame // 1440 % 60, frame // 24 % 60, frame % 24
    return OpenEXR.TimeCode(*clock, *[0] * 14)


def shot_name(shot: str) -> str:
    return f"AGM_104_065_{shot}_comp_NFX_v001"


def write_shot(folder: Path, shot: str, change: Change = unchanged, *, pad: int = 4, first: int = FIRST) -> Path:
    """A shot of eight frames; its folder."""
    name = shot_name(shot)
    place = folder / name
    for frame in range(first, first + LAST - FIRST + 1):
        write_frame(place / f"{name}.{frame:0{pad}}.exr", frame, change)
    return place


def at(frames: set[int], then: Change) -> Change:
    """A change of some frames alone."""

    def change(frame: int, header: dict[str, Any], channels: dict[str, Any]) -> None:
        if frame in frames:
            then(frame, header, channels)

    return change


def _dwaa(_frame: int, header: dict[str, Any], _channels: dict[str, Any]) -> None:
    import OpenEXR

    header["compression"] = OpenEXR.DWAA_COMPRESSION


def _nan(_frame: int, _header: dict[str, Any], channels: dict[str, Any]) -> None:
    channels["R"][1, 5:8] = np.nan


def _float_green(_frame: int, _header: dict[str, Any], channels: dict[str, Any]) -> None:
    channels["G"] = channels["G"].astype(np.float32)


def _negative(_frame: int, _header: dict[str, Any], channels: dict[str, Any]) -> None:
    channels["B"][2, 3] = -0.5


def _black(_frame: int, _header: dict[str, Any], channels: dict[str, Any]) -> None:
    for pixels in channels.values():
        pixels[:] = 0


def _clock_back(frame: int, header: dict[str, Any], _channels: dict[str, Any]) -> None:
    header["timeCode"] = timecode(frame + 100)


def write_faults(folder: Path) -> Path:
    """One shot a fault."""
    frame_of = "{}/{}.{}.exr".format
    (write_shot(folder, "0020") / f"{shot_name('0020')}.1004.exr").unlink()
    write_shot(folder, "0030", pad=3, first=101)
    place = write_shot(folder, "0040")
    write_frame(place / f"{shot_name('0040')}.01003.exr", 1003)
    write_frame(place / f"{shot_name('0040')}.01004.exr", 1004)
    place = write_shot(folder, "0050")
    Path(frame_of(place, shot_name("0050"), 1005)).write_bytes(b"")
    place = write_shot(folder, "0060")
    cut = Path(frame_of(place, shot_name("0060"), 1006))
    cut.write_bytes(cut.read_bytes()[:-2000])
    write_shot(folder, "0070", at({1003}, _dwaa))
    write_shot(folder, "0080", at({1002}, _nan))
    write_shot(folder, "0090", _float_green)
    write_shot(folder, "0100", at({1007}, _negative))
    write_shot(folder, "0110", at({1003, 1004}, _black))
    write_shot(folder, "0120", at(set(range(1005, 1009)), _clock_back))
    wrong = folder / "AGM wrong name"
    for frame in range(FIRST, LAST + 1):
        write_frame(wrong / f"AGM shot 10 final.{frame}.exr", frame)
    return folder

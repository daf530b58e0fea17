"""A file that takes long to measure says how far it is, and can be stopped."""

from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from PIL import Image

from app.errors import Cancelled
from app.inspection.inspect import InspectRequest, inspect_each
from app.jobs.events import JobEvent, Progressed
from app.jobs.job import CancelToken, Job
from app.media.frameheads import serve
from app.media.worker import difference
from tests import movies


def test_the_progress_of_one_long_sound_is_heard_and_stops_it(tmp_path: Path) -> None:
    path = movies.sound(tmp_path / "a.wav", movies.tone(600, -20))
    token = CancelToken()
    heard: list[Progressed] = []

    def hear(event: JobEvent) -> None:
        if isinstance(event, Progressed):
            heard.append(event)
            token.cancel()

    with pytest.raises(Cancelled):
        list(inspect_each(InspectRequest((str(path),), stats=True), Job(hear, token)))
    assert heard[0].total == path.stat().st_size
    assert 0 < heard[0].done < path.stat().st_size


@pytest.mark.parametrize("name", ["a.exr", "a.png"])
def test_who_reads_the_pixels_of_frames_says_that_it_goes_on(name: str, tmp_path: Path) -> None:
    """One that says nothing for long counts as hung, however long a frame may take."""
    for path, compression in ((tmp_path / name, "ZIP_COMPRESSION"), (tmp_path / f"b{name}", "PIZ_COMPRESSION")):
        values = np.arange(4096, dtype=np.float16).reshape(64, 64)
        if name.endswith("exr"):
            header = {"compression": getattr(OpenEXR, compression), "type": OpenEXR.scanlineimage}
            OpenEXR.File(header, {"Y": values}).write(str(path))
        else:
            Image.fromarray((values % 256).astype(np.uint8)).save(path)
    folder, other = str(tmp_path), f"b{name}"
    request = {"a": str(tmp_path / name), "b": str(tmp_path / other), "ignore": [], "tolerance": 0.0, "picture": ""}
    for handle, asked, answer in (
        (serve, {"what": "stats", "folder": folder, "name": name, "sample": 1}, "stats"),
        (serve, {"what": "same", "folder": folder, "a": name, "b": other}, "same"),
        (difference, {**request, "pixels": True}, "difference"),
    ):
        heard: list[str] = []
        handle(asked, lambda header, _payload=b"", heard=heard: heard.append(next(iter(header))))
        assert (heard[0], heard[-1]) == ("progress", answer)

"""Small pictures of what lies on a drive: made once a content, kept when the drive is gone, and never worth a scan."""

import io
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from app import demomedia
from app.catalog.pictures import drop_unused_pictures, picture_of, picture_of_asset
from app.catalog.shard import open_reader, open_writer
from app.errors import Cancelled, DriveGone, MediaError
from app.jobs.events import ItemFailed, JobEvent, Noticed
from app.jobs.framing import Send
from app.jobs.job import CancelToken, Job
from app.media import thumbnails
from app.media.strips import PICTURE_VERSION
from app.operations import run
from app.scanning.picturerows import PictureWork
from app.scanning.pictures import MakePicturesRequest, Maker, PicturesResult
from tests import media
from tests.scanning.conftest import Studio


def fill(studio: Studio) -> None:
    """A still, a movie, a sound and a sequence of five frames."""
    shots = studio.base / "shots"
    shots.mkdir()
    media.png(studio.base / "still.png")
    media.movie(studio.base / "clip.mp4")
    media.wav(studio.base / "horn.wav")
    for frame in range(1001, 1006):
        media.exr(shots / f"sh010.{frame}.exr", frame)


def scan(studio: Studio, **options: Any) -> dict[str, int]:
    """Scans whole; what the document says of pictures."""
    found: dict[str, int] = studio.scan(inventory_only=False, **options)["pictures"]
    return found


def kept(studio: Studio) -> dict[bytes, tuple[str, int, int, str]]:
    """Name of a file to kind, width, height and error of the picture of its content."""
    rows = studio.rows(
        "SELECT f.name, p.kind, p.width, p.height, p.error FROM picture p JOIN file f ON f.hash = p.hash ORDER BY f.id"
    )
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}


def make(studio: Studio, handler: str = "", events: list[JobEvent] | None = None, **options: Any) -> PicturesResult:
    """Runs the maker over the whole drive, with children of our own where wanted."""
    (drive,) = studio.engine.catalog.drives()
    work = PictureWork(drive, 1, options.pop("timeout_s", 30.0), options.pop("limit_bytes", 0), "auto")
    with open_writer(studio.shard, CancelToken()) as database:
        extra = {"handler": handler} if handler else {}
        return Maker(database, work, Job((events if events is not None else []).append), **extra).run()


def test_each_kind_of_media_gets_its_picture(studio: Studio) -> None:
    fill(studio)
    assert scan(studio)["made"] == 4
    assert kept(studio) == {
        b"still.png": ("thumbnail", 64, 36, ""),
        b"clip.mp4": ("filmstrip", 64, 36, ""),
        b"horn.wav": ("waveform", 640, 72, ""),
        b"sh010.1003.exr": ("thumbnail", 64, 36, ""),
    }


def test_a_picture_is_a_small_image_that_shows_the_file(studio: Studio) -> None:
    from PIL import Image

    Image.effect_mandelbrot((1600, 1000), (-2, -1, 1, 1), 60).convert("RGB").save(studio.base / "big.png")
    media.movie(studio.base / "clip.mp4", 3.0)
    scan(studio)
    with open_reader(studio.shard) as database:
        (big,) = database.row("SELECT id FROM file WHERE name = ?", (b"big.png",)) or (0,)
        (clip,) = database.row("SELECT id FROM file WHERE name = ?", (b"clip.mp4",)) or (0,)
        still, strip = picture_of(database, big), picture_of(database, clip)
    assert still is not None
    assert strip is not None
    assert (still.width, still.height) == (320, 200)
    assert len(still.data) < 20_000
    assert Image.open(io.BytesIO(strip.data)).size == (6 * strip.width, strip.height)


def test_the_frames_of_a_sequence_share_the_picture_of_the_middle_one(studio: Studio) -> None:
    fill(studio)
    scan(studio)
    with open_reader(studio.shard) as database:
        first, sequence = database.row("SELECT id, sequence_id FROM file WHERE name = ?", (b"sh010.1001.exr",)) or (
            0,
            0,
        )
        of_frame, of_asset = picture_of(database, first), picture_of_asset(database, b"shots", b"", sequence)
        assert picture_of_asset(database, b"", b"horn.wav", None) is not None
        assert picture_of_asset(database, b"", b"no such file", None) is None
    assert of_frame is not None
    assert of_frame == of_asset


def test_copies_share_one_and_what_is_renamed_or_moved_keeps_it(studio: Studio) -> None:
    fill(studio)
    (studio.base / "copies").mkdir()
    shutil.copy(studio.base / "still.png", studio.base / "copies" / "the same.png")
    assert scan(studio)["made"] == 4
    (studio.base / "still.png").rename(studio.base / "shots" / "renamed.png")
    (studio.base / "clip.mp4").rename(studio.base / "moved.mp4")
    found = scan(studio)
    assert (found["made"], found["total"]) == (0, 4)
    assert kept(studio)[b"moved.mp4"][0] == "filmstrip"
    assert kept(studio)[b"renamed.png"] == kept(studio)[b"the same.png"]


def test_without_pictures_or_an_inventory_nothing_is_made_and_the_next_scan_makes_up_for_it(studio: Studio) -> None:
    fill(studio)
    assert studio.scan()["pictures"]["made"] == 0
    assert scan(studio, pictures=False)["total"] == 0
    assert scan(studio)["made"] == 4


def test_a_damaged_file_is_not_told_twice_and_not_tried_again(studio: Studio) -> None:
    media.text(studio.base / "notes.exr")
    media.truncated(studio.base / "cut.exr", media.exr)
    scan(studio)
    failures = [event.path for event in studio.events if isinstance(event, ItemFailed)]
    assert len(failures) == len(set(failures)) == 2
    assert kept(studio)[b"notes.exr"] == ("thumbnail", 0, 0, "this is not an OpenEXR file (it looks like plain text)")
    assert make(studio).failed == 0
    again = run(studio.engine, "make_pictures", MakePicturesRequest("media", again=True), Job())
    assert again.failed == 1


def test_what_shows_in_part_is_shown_in_part(studio: Studio) -> None:
    demomedia.write_exr(studio.base / "cut.exr", 320, 180, 1001)
    demomedia.truncate(studio.base / "cut.exr", 0.7)
    scan(studio)
    kind, width, _, error = kept(studio)[b"cut.exr"]
    assert (kind, width) == ("thumbnail", 320)
    assert error.startswith("rows ")


def crash_on_stills(request: dict[str, Any], send: Send) -> None:
    """In the child: dies of every picture, and hangs on every sound."""
    if request["path"].endswith(".png"):
        os.kill(os.getpid(), signal.SIGKILL)
    if request["path"].endswith(".wav"):
        signal.pause()
    thumbnails.serve(request, send)


@pytest.mark.skipif(not hasattr(signal, "pause"), reason="hangs by a signal")
def test_a_decoder_that_crashes_or_hangs_costs_one_picture_once(studio: Studio) -> None:
    fill(studio)
    scan(studio, pictures=False)
    events: list[JobEvent] = []
    found = make(studio, f"{__name__}:crash_on_stills", events, timeout_s=8.0)
    assert (found.made, found.failed) == (2, 2)
    told = {Path(event.path).name: event.reason for event in events if isinstance(event, ItemFailed)}
    assert told == {
        "still.png": "no picture of it: the reader was ended by SIGKILL",
        "horn.wav": "no picture of it: no answer within 8 seconds",
    }
    assert make(studio).made == 0, "neither is tried again by the same makers"
    assert run(studio.engine, "make_pictures", MakePicturesRequest("media", again=True), Job()).made == 2


def pull_the_drive(request: dict[str, Any], send: Send) -> None:
    """In the child: the drive goes at the second file, in the middle of reading it."""
    base = Path(request["path"]).parent
    if Path(request["path"]).name == "horn.wav":
        base.rename(base.with_name("pulled"))
        raise MediaError("it is damaged", code="media.damaged")
    thumbnails.serve(request, send)


def test_a_drive_that_is_pulled_is_told_and_no_file_is_blamed(studio: Studio) -> None:
    fill(studio)
    scan(studio, pictures=False)
    with pytest.raises(DriveGone, match="went away"):
        make(studio, f"{__name__}:pull_the_drive")
    assert all(not error for _, _, _, error in kept(studio).values())
    assert studio.rows("SELECT count(*) FROM file WHERE missed_scan IS NOT NULL") == [(0,)]
    with pytest.raises(DriveGone, match="is not connected"):
        run(studio.engine, "make_pictures", MakePicturesRequest("media"), Job())
    studio.base.with_name("pulled").rename(studio.base)
    run(studio.engine, "make_pictures", MakePicturesRequest("media"), Job())
    assert len(kept(studio)) == 4


def test_a_scan_that_is_stopped_in_its_pictures_is_a_whole_scan_and_the_next_goes_on(studio: Studio) -> None:
    fill(studio)
    token = CancelToken()

    class Stopping(list[JobEvent]):
        def append(self, event: JobEvent) -> None:
            super().append(event)
            if getattr(event, "stage", "") == "pictures":
                token.cancel()

    studio.events = Stopping()
    with pytest.raises(Cancelled):
        scan(studio, token=token)
    assert studio.rows("SELECT state FROM scan") == [("done",)]
    studio.events = []
    found = scan(studio)
    assert found["total"] == 4
    assert scan(studio)["made"] == 0


def test_the_pictures_of_a_drive_take_no_more_room_than_they_may_and_what_is_left_out_is_said(studio: Studio) -> None:
    fill(studio)
    scan(studio, pictures=False)
    events: list[JobEvent] = []
    found = make(studio, events=events, limit_bytes=1)
    assert (found.made, found.left_out) == (1, 3)
    assert any(isinstance(event, Noticed) and event.text.startswith("3 files of media") for event in events)
    assert make(studio).made == 3


def test_pictures_that_no_file_needs_make_room(studio: Studio) -> None:
    fill(studio)
    scan(studio)
    with open_writer(studio.shard, CancelToken()) as database:
        assert drop_unused_pictures(database) == 0
        database.run("UPDATE file SET hash = NULL WHERE name = ?", (b"clip.mp4",))
        assert drop_unused_pictures(database) == 1
    assert b"clip.mp4" not in kept(studio)


def test_newer_makers_make_them_anew(studio: Studio) -> None:
    fill(studio)
    scan(studio)
    with open_writer(studio.shard, CancelToken()) as database:
        database.run("UPDATE picture SET version = 0")
    assert make(studio).made == 4
    assert studio.rows("SELECT count(*), min(version) FROM picture") == [(4, PICTURE_VERSION)]


def test_what_was_written_since_the_scan_waits_for_the_next_one(studio: Studio) -> None:
    fill(studio)
    scan(studio, pictures=False)
    media.by_pillow(studio.base / "still.png")
    assert make(studio).made == 3
    assert b"still.png" not in kept(studio)
    assert scan(studio)["made"] == 1


def test_what_has_no_picture_is_no_failure(studio: Studio) -> None:
    media.svg(studio.base / "logo.svg")
    found = scan(studio)
    assert (found["made"], found["failed"]) == (0, 0)
    assert kept(studio)[b"logo.svg"][3] == "not decoded: a drawing, not pixels"


def test_a_name_that_is_no_text_is_pictured_like_any_other(studio: Studio) -> None:
    odd = media.png(studio.base / os.fsdecode(b"a\xff\nb.png"))
    assert odd.exists()
    assert scan(studio)["made"] == 1

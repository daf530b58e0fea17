"""Pictures and sound as the viewer gets them, decoded in a child that may die."""

import array
import os
import signal
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

from app.errors import Cancelled, MediaError
from app.jobs.children import ChildFailed
from app.jobs.framing import Send
from app.jobs.job import CancelToken
from app.media import worker
from app.media.frames import DecodedFrame, FrameReader
from app.media.inspectors import Inspectors
from tests import media, movies


@pytest.fixture(scope="module")
def reader() -> Iterator[FrameReader]:
    with FrameReader() as opened:
        yield opened


def pixels(frame: DecodedFrame) -> np.ndarray:
    return np.frombuffer(frame.rgba, np.uint8).reshape(frame.height, frame.width, 4)


def test_scene_linear_values_get_the_srgb_curve(reader: FrameReader, tmp_path: Path) -> None:
    frame = reader.read(str(media.raw_exr(tmp_path / "a.exr")))
    assert pixels(frame)[0, 0].tolist() == [188, 188, 188, 255]
    assert (frame.transform, frame.shown_channels, frame.problem) == ("linear to sRGB", ("Y",), "")


def test_the_data_window_lies_inside_the_display_window(reader: FrameReader, tmp_path: Path) -> None:
    frame = reader.read(str(media.exr(tmp_path / "a.exr", overscan=-8)))
    alpha = pixels(frame)[..., 3]
    assert (frame.width, frame.height, frame.data_window) == (64, 36, (8, 8, 55, 27))
    assert alpha[8:28, 8:56].min() == 255
    assert int((alpha > 0).sum()) == 20 * 48


def test_overscan_is_cut_off(reader: FrameReader, tmp_path: Path) -> None:
    frame = reader.read(str(media.exr(tmp_path / "a.exr", overscan=8, tile=16)))
    assert (frame.width, frame.height, frame.data_window) == (64, 36, (-8, -8, 71, 43))
    assert pixels(frame)[..., 3].min() == 255


@pytest.mark.parametrize(
    ("name", "make"),
    [("a.dpx", media.dpx), ("a.tif", media.tiff), ("a.png", media.png), ("a.jpg", media.jpeg), ("a.exr", media.exr),
     ("a.avif", media.by_pillow), ("a.gif", media.by_pillow), ("a.tga", media.by_pillow), ("a.mp4", media.movie)],
)  # fmt: skip
def test_each_format_whole_and_reduced(
    reader: FrameReader, name: str, make: Callable[[Path], Path], tmp_path: Path
) -> None:
    path = str(make(tmp_path / name))
    whole, small = reader.read(path), reader.read(path, max_width=16, max_height=16)
    assert (whole.width, whole.height, whole.full_width, whole.problem) == (64, 36, 64, "")
    assert (small.width, small.height, small.full_width, small.full_height) == (16, 9, 64, 36)
    assert len(small.rgba) == 16 * 9 * 4
    expected = pixels(whole)[..., :3].astype(float).mean()
    assert pixels(small)[..., :3].astype(float).mean() == pytest.approx(expected, abs=12)


def test_integer_pixels_are_shown_as_they_are(reader: FrameReader, tmp_path: Path) -> None:
    from PIL import Image

    path = media.png(tmp_path / "a.png")
    assert np.array_equal(pixels(reader.read(str(path)))[..., :3], np.asarray(Image.open(path)))


def test_transparent_pixels_lie_over_neutral_grey(reader: FrameReader, tmp_path: Path) -> None:
    from PIL import Image

    image = Image.new("RGBA", (2, 1), (255, 0, 0, 255))
    image.putpixel((1, 0), (255, 0, 0, 0))
    image.save(tmp_path / "a.png")
    assert pixels(reader.read(str(tmp_path / "a.png")))[0].tolist() == [[255, 0, 0, 255], [22, 22, 22, 255]]


def test_parts_and_layers(reader: FrameReader, tmp_path: Path) -> None:
    path = str(media.multipart_exr(tmp_path / "a.exr"))
    depth = reader.read(path, part=1)
    assert (depth.parts, depth.part, depth.shown_channels) == (("rgba", "depth", "matte"), 1, ("Z",))
    assert reader.read(path, part=2, layer="matte").shown_channels == ("matte.ball",)
    with pytest.raises(MediaError, match="it has no part 3: it has 3"):
        reader.read(path, part=3)


def test_a_photograph_is_turned_upright(reader: FrameReader, tmp_path: Path) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    Image.linear_gradient("L").resize((8, 4)).save(tmp_path / "a.jpg", exif=exif)
    frame = reader.read(str(tmp_path / "a.jpg"))
    assert (frame.width, frame.height, frame.full_width, frame.full_height) == (4, 8, 4, 8)
    assert pixels(frame)[0, 0, 0] > pixels(frame)[0, 3, 0]


def test_rows_that_are_lost_are_left_out_and_told(reader: FrameReader, tmp_path: Path) -> None:
    path = media.truncated(tmp_path / "a.exr", lambda to: media.exr(to, compression="zips"), 0.6)
    frame = reader.read(str(path))
    alpha = pixels(frame)[..., 3]
    assert alpha[0].min() == 255
    assert alpha[-1].max() == 0
    assert "the file is cut off" in frame.problem
    assert frame.damaged_rows[-1][1] == 35


def test_a_truncated_photograph_shows_what_is_there(reader: FrameReader, tmp_path: Path) -> None:
    for name, make in (("a.jpg", media.jpeg), ("a.png", media.png), ("a.tif", media.tiff)):
        path = str(media.truncated(tmp_path / name, make, 0.9))
        try:
            assert "the file is cut off" in reader.read(path).problem
        except MediaError as problem:
            assert "the file is cut off" in problem.message


def test_frames_of_a_movie_are_exact_in_any_order(reader: FrameReader, tmp_path: Path) -> None:
    path = str(media.movie(tmp_path / "a.mp4", 2.0, sound=False))
    forward = [reader.read(path, number=number).rgba for number in range(48)]
    assert len(set(forward)) == 48
    for number in (47, 3, 4, 30, 0, 13, 12):
        frame = reader.read(path, number=number)
        assert frame.number == number
        assert frame.rgba == forward[number]
    assert (frame.frames, frame.frame_rate) == (48, "24")
    assert reader.read(path, seconds=1.0).number == 24
    late = reader.read(path, number=500)
    assert (late.number, late.problem) == (47, "frame 500 is behind the last one, 47")


def test_frames_are_exact_where_the_clock_is_as_coarse_as_the_frames(reader: FrameReader, tmp_path: Path) -> None:
    path = str(media.mxf(tmp_path / "a.mxf"))
    for number in (5, 6, 24, 0, 11):
        frame = reader.read(path, number=number)
        assert (frame.number, frame.frames) == (number, 25)
        assert pixels(frame)[24, 32, 0] == pytest.approx(40 + 6 * number, abs=3)


def reordered(video: Any) -> None:
    video.codec_context.max_b_frames = 2


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.ts", "mpeg2video"), ("a.ts", "libx264"), ("a.mpg", "mpeg2video"), ("a.avi", "mpeg4"), ("a.avi", "mpeg2video"),
     ("a.avi", "libx264"), ("a.mkv", "libx264"), ("a.h264", "libx264"), ("a.m2v", "mpeg2video"),
     ("a.wmv", "libx264"), ("a.asf", "mpeg4")],
)  # fmt: skip
def test_frames_are_exact_where_a_container_has_no_index_or_no_times_of_showing(
    name: str, codec: str, reader: FrameReader, tmp_path: Path
) -> None:
    path = str(movies.movie(tmp_path / name, 48, codec=codec, prepare=reordered))
    for number in (0, 30, 5, 47, 12, 13, 11, 46, 1, 35, 36, 20):
        frame = reader.read(path, number=number)
        assert (frame.number, frame.frames, frame.problem) == (number, 48, "")
        apart = [
            np.abs(pixels(frame)[..., :3].astype(float) - movies.picture(other)).mean()
            for other in range(max(0, number - 2), number + 3)
        ]
        assert int(np.argmin(apart)) == min(2, number)


def test_frames_of_h264_in_an_avi_are_exact_without_pictures_between_others_too(
    reader: FrameReader, tmp_path: Path
) -> None:
    def prepare(video: Any) -> None:
        video.codec_context.max_b_frames = 0

    path = str(movies.movie(tmp_path / "a.avi", 30, codec="libx264", prepare=prepare))
    for number in (0, 1, 29, 12, 11, 13, 2):
        frame = reader.read(path, number=number)
        apart = [np.abs(pixels(frame)[..., :3].astype(float) - movies.picture(other)).mean() for other in range(30)]
        assert (frame.number, int(np.argmin(apart))) == (number, number)


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mkv", "mpeg4"), ("a.flv", "flv"), ("a.wmv", "wmv2"), ("a.ts", "libx264")]
)
def test_sound_that_goes_on_behind_the_pictures_makes_no_frames(
    name: str, codec: str, reader: FrameReader, tmp_path: Path
) -> None:
    path = str(movies.movie(tmp_path / name, 30, codec=codec, sound=movies.tone(3, -20)))
    last = reader.read(path, number=29)
    assert (last.number, last.frames, last.problem) == (29, 30, "")
    assert "behind the last one, 29" in reader.read(path, number=30).problem


def test_the_drive_of_a_movie_can_be_let_go(tmp_path: Path) -> None:
    path = str(media.movie(tmp_path / "a.mp4"))
    with FrameReader() as opened:
        opened.release()
        opened.read(path)
        child = psutil.Process().children()[-1]
        assert path in [file.path for file in child.open_files()]
        opened.release()
        assert path not in [file.path for file in child.open_files()]
        assert opened.read(path, number=3).number == 3


def test_a_movie_that_changes_on_disk_is_opened_anew(reader: FrameReader, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    media.movie(path, 0.5)
    assert reader.read(str(path)).frames == 12
    media.movie(path, 1.0)
    assert reader.read(str(path)).frames == 24


def test_the_stored_values_of_a_pixel(reader: FrameReader, tmp_path: Path) -> None:
    path = str(media.exr(tmp_path / "a.exr", overscan=-8, tile=16))
    inside = reader.probe(path, 30, 20)
    assert inside.values is not None
    assert sorted(inside.values) == ["A", "B", "G", "R"]
    assert inside.values["A"] == 1.0
    assert reader.probe(path, 0, 0).values is None
    raw = media.raw_exr(tmp_path / "b.exr")
    raw.write_bytes(raw.read_bytes()[:-4] + struct.pack("<ee", float("nan"), float("-inf")))
    assert reader.probe(str(raw), 0, 0).values == {"Y": "NaN"}
    assert reader.probe(str(raw), 1, 0).values == {"Y": "-Infinity"}
    assert pixels(reader.read(str(raw)))[0, 0, :3].tolist() == [0, 0, 0]


def test_the_waveform_of_a_sound(reader: FrameReader, tmp_path: Path) -> None:
    wave = reader.waveform(str(media.wav(tmp_path / "a.wav", 1.0, channels=2)), 100)
    assert (wave.channels, wave.samples, wave.sample_rate, wave.duration_s) == (2, 48000, 48000, 1.0)
    assert 50 <= wave.stretches <= 100
    peaks = np.array(array.array("f", wave.peaks)).reshape(2, wave.stretches, 2)
    assert 0.5 < peaks[..., 1].max() <= 1
    assert (peaks[..., 0] <= peaks[..., 1]).all()
    assert abs(peaks[:, 0]).max() < 0.1 < abs(peaks[:, wave.stretches // 2]).max()
    with pytest.raises(MediaError, match="holds no sound"):
        reader.waveform(str(media.png(tmp_path / "a.png")))


def test_what_is_no_picture_says_so(reader: FrameReader, tmp_path: Path) -> None:
    for make, name, says in (
        (media.wav, "a.wav", "it holds no picture"),
        (media.text, "a.txt", "it is no picture"),
        (media.text, "a.exr", "is not an OpenEXR file"),
        (media.empty, "b.exr", "the file is empty"),
        (media.svg, "a.svg", "not decoded"),
    ):
        with pytest.raises(MediaError, match=says):
            reader.read(str(make(tmp_path / name)))


def test_a_picture_too_large_for_any_screen_is_refused(reader: FrameReader, tmp_path: Path) -> None:
    path = media.raw_exr(tmp_path / "a.exr")
    huge = struct.pack("<4i", 0, 0, 2**17 - 1, 2**17 - 1)
    path.write_bytes(path.read_bytes().replace(struct.pack("<4i", 0, 0, 1, 0), huge))
    with pytest.raises(MediaError):
        reader.read(str(path))
    assert reader.read(str(media.png(tmp_path / "a.png"))).width == 64


def suicidal_view(request: dict[str, Any], send: Send) -> None:
    """The viewer's handler, which a file called `killer` kills as a broken decoder would, and `hanger` hangs."""
    if "killer" in request["path"]:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "hanger" in request["path"]:
        signal.pause()
    worker.view(request, send)


def suicidal_inspect(request: dict[str, Any], send: Send) -> None:
    """The same for inspection."""
    for path in request["paths"]:
        if "killer" in path:
            os.kill(os.getpid(), signal.SIGKILL)
        if "hanger" in path:
            signal.pause()
    worker.inspect(request, send)


HERE = "tests.app_media.test_frames"


def test_a_crash_or_a_hang_costs_one_picture(tmp_path: Path) -> None:
    good = str(media.png(tmp_path / "a.png"))
    with FrameReader(handler=f"{HERE}:suicidal_view", timeout_s=5) as reader:
        assert reader.read(good).width == 64
        with pytest.raises(ChildFailed, match="SIGSEGV"):
            reader.read("killer")
        assert reader.read(good).width == 64
    impatient = FrameReader(handler=f"{HERE}:suicidal_view", timeout_s=1)
    with impatient as reader, pytest.raises(ChildFailed, match="no answer within 1 second"):
        reader.read("hanger")


def test_a_crash_costs_one_row_of_an_inspection(tmp_path: Path) -> None:
    good = [str(media.png(tmp_path / f"{number}.png")) for number in range(20)]
    paths = [*good[:5], "killer", *good[5:], str(tmp_path / "absent.exr")]
    with Inspectors(2, handler=f"{HERE}:suicidal_inspect") as inspectors:
        answers = dict(inspectors.inspect_all(((path, path) for path in paths), CancelToken()))
    assert set(answers) == set(paths)
    assert isinstance(answers.pop("killer"), ChildFailed)
    assert isinstance(answers.pop(paths[-1]), MediaError)
    assert {facts.width for facts in answers.values()} == {64}


def test_a_hang_costs_one_row_of_an_inspection(tmp_path: Path) -> None:
    with Inspectors(1, handler=f"{HERE}:suicidal_inspect", timeout_s=2) as inspectors:
        with pytest.raises(ChildFailed, match="no answer"):
            inspectors.inspect("hanger")
        assert inspectors.inspect(str(media.png(tmp_path / "a.png"))).width == 64


def test_inspection_stops_when_asked(tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    with Inspectors(1) as inspectors, pytest.raises(Cancelled):
        inspectors.inspect(str(media.png(tmp_path / "a.png")), token)


def test_one_file_is_answered_as_the_scan_asks_for_it(tmp_path: Path) -> None:
    sent: list[dict[str, Any]] = []

    def send(header: dict[str, Any], _payload: bytes = b"") -> None:
        sent.append(header)

    worker.inspect({"path": str(media.truncated(tmp_path / "a.png", media.png))}, send)
    assert sent[0]["facts"]["width"] == 64
    assert "cut off" in sent[0]["facts"]["error"]
    with pytest.raises(MediaError, match="empty"):
        worker.inspect({"path": str(media.empty(tmp_path / "b.png"))}, send)


@pytest.mark.parametrize("how", [{}, {"progressive": True}])
def test_rows_of_a_cut_jpeg_that_the_decoder_makes_up_are_named_as_damaged_and_not_shown(
    how: dict[str, Any], reader: FrameReader, tmp_path: Path
) -> None:
    path = tmp_path / "a.jpg"
    noise = np.random.default_rng(3).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path, **how)
    whole = reader.read(str(path))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frame = reader.read(str(path))
    assert "no end-of-image mark" in frame.problem
    if how:  # of a progressive one no row is known to be sound: all that there is of it is shown
        assert (frame.damaged_rows, pixels(frame)[..., 3].min()) == ((), 255)
        return
    ((first, last),) = frame.damaged_rows
    assert 120 <= first <= 160
    assert last == 299
    assert (pixels(frame)[:first] == pixels(whole)[:first]).all()
    assert pixels(frame)[first:, :, 3].max() == 0

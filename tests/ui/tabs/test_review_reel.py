"""What the review makes of the frames of an asset: real numbers on the strip, whatever they look like."""

import struct
from pathlib import Path

import pytest
from PIL import Image

from app.engine import Engine
from app.jobs.job import CancelToken
from app.qc.dossier import read_dossier
from tests import media
from tests.ui.enginekit import make_engine
from tests.ui.tabs.reviewkit import scan
from ui.tabs.review_reel import NO_PICTURE, Reel, reel_of, why_still


def reel(engine: Engine, folder: Path, name: bytes, *numbers: str) -> Reel:
    """The reel of a sequence `sh.NUMBER.exr`."""
    for number in numbers:
        media.exr(folder / f"sh.{number}.exr")
    scan(engine, folder)
    return reel_of(read_dossier(engine, engine.catalog.drives()[0].id, b"", name, CancelToken()))


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return make_engine(tmp_path / "home")


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    folder = tmp_path / "shots"
    folder.mkdir()
    return folder


def test_decimal_frames_keep_their_numbers_and_their_gaps(engine: Engine, shots: Path) -> None:
    found = reel(engine, shots, b"sh.####.#.exr", "1001.0", "1001.5", "1002.0", "1003.0", "1003.5")
    walk = range(found.first, found.last + 1)
    assert [found.label(place) for place in walk] == ["1001.0", "1001.5", "1002.0", "1002.5", "1003.0", "1003.5"]
    assert [Path(found.path(place) or "none").name for place in walk][2:5] == ["sh.1002.0.exr", "none", "sh.1003.0.exr"]
    (finding,) = found.findings
    assert (finding.frames, found.label(finding.position or 0)) == ("1002.5", "1002.5")
    assert found.strip().legend() == "1001.0–1003.5   5 of 6 frames   missing 1002.5"
    assert found.first % 2 == 0


def test_a_frame_between_whole_ones_is_shown_and_nothing_is_missed_for_it(engine: Engine, shots: Path) -> None:
    found = reel(engine, shots, b"sh.####.#.exr", "1001", "1002", "1002.5", "1003", "1004", "1005")
    assert found.findings == ()
    assert found.strip().legend() == "1001–1005   6 frames   none missing"


def test_negative_frames_lead_to_their_files(engine: Engine, shots: Path) -> None:
    found = reel(engine, shots, b"sh.####.exr", "-002", "-001", "0001")
    assert [Path(found.path(place) or "none").name for place in (-2, 0, 1)] == ["sh.-002.exr", "none", "sh.0001.exr"]
    (finding,) = found.findings
    assert (finding.frames, finding.position) == ("0", 0)


def test_missing_frames_are_one_finding_with_every_gap_a_place_to_go_to(engine: Engine, shots: Path) -> None:
    found = reel(engine, shots, b"sh.####.exr", "1001", "1002", "1005", "1007")
    (finding,) = found.findings
    assert (finding.seen, finding.frames, finding.position) == ("3 missing", "1003-1004, 1006", 1003)
    assert finding.places == (("1003-1004", 1003), ("1006", 1006))
    assert [tick.frame for tick in found.strip().findings] == [1003, 1006]


def test_a_container_of_subtitles_alone_has_no_frames(engine: Engine, shots: Path) -> None:
    (shots / "words.mkv").write_bytes(subtitles_alone())
    scan(engine, shots)
    found = reel_of(read_dossier(engine, engine.catalog.drives()[0].id, b"", b"words.mkv", CancelToken()))
    assert (found.existing, found.moves, why_still(found)) == ((), False, NO_PICTURE)


def subtitles_alone() -> bytes:
    """A Matroska file of 8.9 seconds with one track of text (RFC 9559)."""

    def element(name: str, *inside: bytes) -> bytes:
        whole = b"".join(inside)
        return bytes.fromhex(name) + (len(whole) | 1 << 56).to_bytes(8, "big") + whole

    head = element("1a45dfa3", element("4282", b"matroska"), element("4287", b"\4"), element("4285", b"\2"))
    info = element("1549a966", element("2ad7b1", b"\x0f\x42\x40"), element("4489", struct.pack(">d", 8901.0)))
    track = element(
        "ae", element("d7", b"\1"), element("73c5", b"\1"), element("83", b"\x11"), element("86", b"S_TEXT/UTF8")
    )
    block = element("a0", element("a1", b"\x81\0\0\0words"), element("9b", b"\x03\xe8"))
    return head + element(
        "18538067", info, element("1654ae6b", track), element("1f43b675", element("e7", b"\0"), block)
    )


def test_pages_without_a_name_are_counted_as_the_channels_and_the_command_line_count_them(
    engine: Engine, shots: Path
) -> None:
    page = Image.new("L", (16, 9))
    page.save(shots / "pages.tif", save_all=True, append_images=[page])
    scan(engine, shots)
    dossier = read_dossier(engine, engine.catalog.drives()[0].id, b"", b"pages.tif", CancelToken())
    assert [view.text for view in reel_of(dossier).views] == ["part 0", "part 1"]

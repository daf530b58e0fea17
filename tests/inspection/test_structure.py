"""Files that are made alike are found, and told apart in words."""

import hashlib
import json
import struct
from array import array
from pathlib import Path
from typing import Any

import pytest

from app.catalog.where import conditions_of
from app.errors import InputError
from app.inspection.differencewords import sentence_of
from app.inspection.similar import Difference, SimilarRequest, SimilarResult, find_similar
from app.inspection.structure import CHANNELS, METADATA, VERSION, structure_of
from app.jobs.job import Job
from app.media.document import document_of
from app.model.inspecting import InspectOptions
from tests.media import exr, multipart_exr, raw_exr, wav
from tests.scanning.conftest import Studio


def vectors(path: Path) -> "array[float]":
    document = json.loads(json.dumps(document_of(str(path), InspectOptions())))
    made = structure_of(document)
    assert made is not None and made.version == VERSION
    numbers = array("f")
    numbers.frombytes(made.vectors)
    return numbers


def product(one: "array[float]", other: "array[float]", start: int, end: int) -> float:
    return sum(one[at] * other[at] for at in range(start, end))


def nuke(path: Path, frame: int, **given: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return raw_exr(
        path,
        (b"software", b"string", given.get("software", b"Nuke 15.1")),
        (b"nuke/node_hash", b"string", hashlib.md5(b"%d" % frame).hexdigest()[:16].encode()),
        (b"source", b"string", b"/jobs/x/plate_v003.%04d.exr" % frame),
        (b"timeCode", b"timecode", struct.pack("<II", frame, 0)),
        (b"imageCounter", b"int", struct.pack("<i", frame)),
        (b"expTime", b"float", struct.pack("<f", given.get("exposure", 0.02))),
        size=given.get("size", (4, 2)),
    )


def test_the_vectors_of_a_file_are_the_same_everywhere(tmp_path: Path) -> None:
    numbers = vectors(nuke(tmp_path / "a.exr", 7))
    assert len(numbers) == METADATA + CHANNELS == 512
    assert product(numbers, numbers, 0, METADATA) == pytest.approx(1)
    assert product(numbers, numbers, METADATA, 512) == pytest.approx(1)
    digest = hashlib.sha256(struct.pack("<512f", *numbers)).hexdigest()
    assert digest[:16] == "916b6901d2edcb6f", "the tokens changed: raise VERSION"


def test_frames_of_a_sequence_are_one_structure(tmp_path: Path) -> None:
    assert vectors(nuke(tmp_path / "a.1001.exr", 1001)) == vectors(nuke(tmp_path / "a.1999.exr", 1999))


def test_nearer_is_what_differs_less(tmp_path: Path) -> None:
    first = vectors(nuke(tmp_path / "a.exr", 1))
    near = vectors(nuke(tmp_path / "b.exr", 1, exposure=0.04))
    nearer_than = vectors(nuke(tmp_path / "c.exr", 1, exposure=0.04, size=(64, 32), software=b"Houdini"))
    far = vectors(multipart_exr(tmp_path / "d.exr"))
    scores = [product(first, other, 0, METADATA) for other in (first, near, nearer_than, far)]
    assert scores == sorted(scores, reverse=True)
    assert scores[1] > 0.9 > scores[2] > 0.3 > scores[3]


@pytest.fixture
def shows(tmp_path: Path) -> Studio:
    studio = Studio(tmp_path / "studio")
    for frame in range(1001, 1009):
        nuke(studio.base / f"one/one.{frame}.exr", frame)
        nuke(studio.base / f"two/two.{frame}.exr", frame, exposure=0.04)
        nuke(studio.base / f"big/big.{frame}.exr", frame, size=(64, 32))
    exr(studio.base / "rgba.exr")
    wav(studio.base / "a.wav")
    studio.scan(inventory_only=False)
    return studio


def similar(studio: Studio, file: Path, *where: str, limit: int = 20) -> SimilarResult:
    request = SimilarRequest(str(file), limit, conditions_of(where))
    return find_similar(studio.engine, request, Job())


def test_neighbours_are_listed_with_what_differs(shows: Studio) -> None:
    result = similar(shows, shows.base / "one/one.1003.exr")
    paths = [(neighbour.path.split(b".")[0], neighbour.frames) for neighbour in result.neighbours]
    assert paths == [(b"two/two", "1001-1008"), (b"big/big", "1001-1008"), (b"rgba", "")]
    near, big, other = result.neighbours
    assert [(why.feature, why.only_here, why.only_there) for why in near.why] == [
        ("value", ("exptime=0.02",), ("exptime=0.04",))
    ]
    assert sentence_of(near.why[0]) == "attribute value exptime 0.04, not exptime 0.02"
    assert sentence_of(big.why[0]) == "size 64x32, not 4x2"
    assert ("4x2" in big.why[0].only_here) and ("64x32" in big.why[0].only_there)
    assert 1 > near.score > big.score > other.score > 0
    assert {why.feature for why in other.why} >= {"channel", "software", "attribute"}
    assert result.compared == 4


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (
            Difference("software", ("software=nuke #",), ("software=arnold", "host=maya")),
            "software arnold, host maya, not nuke #",
        ),
        (Difference("attribute", ("owner:string",), ()), "no attribute owner (string)"),
        (Difference("count", ("2",), ("5",)), "number of channels about 32, not about 4"),
        (Difference("part", ("",), ("beauty", "and 3 more")), "part beauty, and 3 more, not without a name"),
        (Difference("colour", (), (f"chromaticities={'0.64,' * 30}",)), f"colour chromaticities {'0.64,' * 8}0.64…"),
    ],
)
def test_differences_are_told_in_words(difference: Difference, words: str) -> None:
    assert sentence_of(difference) == words


def test_equal_ones_have_the_score_1_whatever_was_rounded(shows: Studio, tmp_path: Path) -> None:
    names = "abcdefghij"
    for number, name in enumerate(names, 1):
        for folder in (tmp_path, shows.base):
            nuke(folder / f"{name}.exr", 1, size=(8 * number, 4), software=b"Nuke " * number)
    shows.scan(inventory_only=False)
    for name in names:
        found = similar(shows, tmp_path / f"{name}.exr", limit=1).neighbours[0]
        assert (found.document()["score"], found.score <= 1, found.why) == (1.0, True, ())


def test_filters_and_limits_hold(shows: Studio) -> None:
    path = shows.base / "one/one.1001.exr"
    assert [n.path.split(b"/")[0] for n in similar(shows, path, "width>=64").neighbours] == [b"big", b"rgba.exr"]
    assert [n.path.split(b"/")[0] for n in similar(shows, path, limit=1).neighbours] == [b"two"]
    assert similar(shows, path, "attr:none").neighbours == ()


def test_a_file_that_is_not_there_is_taken_from_the_records(shows: Studio) -> None:
    path = shows.base / "one/one.1001.exr"
    before = [(n.path, n.score) for n in similar(shows, path).neighbours]
    shows.base.rename(shows.base.with_name("unplugged"))
    assert [(n.path, n.score) for n in similar(shows, path).neighbours] == before
    with pytest.raises(InputError, match="no file"):
        similar(shows, shows.base / "one/none.exr")


def test_what_is_no_openexr_is_refused(shows: Studio) -> None:
    with pytest.raises(InputError, match="no OpenEXR"):
        similar(shows, shows.base / "a.wav")

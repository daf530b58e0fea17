"""Synthetic sequences hold exactly the frames and gaps that were asked for, and never overwrite anything."""

from pathlib import Path

import pytest

from app.errors import Cancelled, InputError, UsageError
from app.files.framerange import frame_range, gap_count, missing_count
from app.files.samplesequence import SampleSequenceRequest, make_sample_sequence
from app.files.sequences import file_sequences
from app.jobs.job import CancelToken, Job
from app.model.frames import FileSequence


def made(request: SampleSequenceRequest) -> FileSequence:
    """Make the sequence and find it again on the disk."""
    result = make_sample_sequence(request, Job())
    names = [path.name.encode() for path in result.files[0].parent.iterdir()]
    (sequence,), singles = file_sequences(names, [path.stat().st_size for path in result.files])
    assert singles == []
    assert sequence.names == tuple(path.name.encode() for path in result.files)
    return sequence


def test_holes_are_spread_over_the_gaps_between_the_ranges(tmp_path: Path) -> None:
    out = tmp_path / "fake" / "shot_A"
    sequence = made(SampleSequenceRequest(out, 87460, 117, pad=6, ext="tif", holes=23, ranges=10, bytes=10))
    assert sequence.names[0] == b"shot_A.087460.tif"
    assert (sequence.first, sequence.last, len(sequence.frames), sequence.pad) == (87460, 87599, 117, 6)
    assert (missing_count(sequence.frames), gap_count(sequence.frames), sequence.bytes) == (23, 9, 1170)


@pytest.mark.parametrize(
    ("frames", "holes", "ranges", "printed"),
    [
        (4, None, None, "1-4"),
        (4, 0, 1, "1-4"),
        (4, 2, None, "1-2,4,6"),
        (4, None, 2, "1-2,4-5"),
        (4, 5, 2, "1-2,8-9"),
        (2, 7, None, "1,9"),
        (3, 5, 3, "1,5,8"),
    ],
)
def test_what_is_left_out_follows_from_the_request(
    tmp_path: Path, frames: int, holes: int | None, ranges: int | None, printed: str
) -> None:
    request = SampleSequenceRequest(tmp_path / "a", frames=frames, holes=holes, ranges=ranges)
    result = make_sample_sequence(request, Job())
    numbers = [int(path.stem.rpartition(".")[2]) for path in result.files]
    assert frame_range(numbers) == printed
    assert sorted([*numbers, *result.missing]) == list(range(1, numbers[-1] + 1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"holes": 3, "ranges": 1},
        {"holes": 3, "ranges": 5},
        {"frames": 4, "holes": 9, "ranges": 5},
        {"frames": 1, "holes": 1},
        {"frames": 0},
        {"pad": 0},
        {"pad": 11},
        {"ranges": 0},
        {"holes": -1},
        {"bytes": -1},
        {"start": 9_999_999_999},
        {"ext": ""},
        {"ext": "a/b"},
    ],
)
def test_contradictions_are_refused_before_anything_is_made(tmp_path: Path, wrong: dict[str, object]) -> None:
    out = tmp_path / "a"
    with pytest.raises(UsageError):
        make_sample_sequence(SampleSequenceRequest(out, **wrong), Job())  # type: ignore[arg-type]
    assert not out.exists()


def test_a_path_with_a_separator_at_its_end_begins_the_names(tmp_path: Path) -> None:
    result = make_sample_sequence(SampleSequenceRequest(tmp_path / "plates" / "sh010_", -1, 2, ext=".exr"), Job())
    assert [path.relative_to(tmp_path).as_posix() for path in result.files] == [
        "plates/sh010_-0001.exr",
        "plates/sh010_0000.exr",
    ]


def test_no_two_files_are_equal(tmp_path: Path) -> None:
    for size in (None, 8):
        result = make_sample_sequence(SampleSequenceRequest(tmp_path / str(size), frames=5, bytes=size), Job())
        assert len({path.read_bytes() for path in result.files}) == 5


def test_an_existing_file_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.0003.tif").write_bytes(b"plate")
    with pytest.raises(InputError, match=r"a\.0003\.tif exists already") as refusal:
        make_sample_sequence(SampleSequenceRequest(tmp_path / "a.", frames=5), Job())
    assert refusal.value.exit_code == 3
    assert [path.name for path in tmp_path.iterdir()] == ["a.0003.tif"]
    assert (tmp_path / "a.0003.tif").read_bytes() == b"plate"


def test_a_link_to_nowhere_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "a.0002.tif").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=r"a\.0002\.tif"):
        make_sample_sequence(SampleSequenceRequest(tmp_path / "a.", frames=2), Job())
    assert not (tmp_path / "elsewhere").exists()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be written"):
        make_sample_sequence(SampleSequenceRequest(tmp_path / "file" / "a"), Job())
    with pytest.raises(InputError, match="cannot be written"):
        make_sample_sequence(SampleSequenceRequest(tmp_path / f"{'x' * 250}_", frames=2), Job())


def test_a_cancelled_one_leaves_whole_files_only(tmp_path: Path) -> None:
    token = CancelToken()
    job = Job(lambda _event: token.cancel() if any(tmp_path.glob("a.*")) else None, token)
    job_request = SampleSequenceRequest(tmp_path / "a.", frames=100_000, bytes=3)
    with pytest.raises(Cancelled):
        make_sample_sequence(job_request, job)
    left = list(tmp_path.iterdir())
    assert 0 < len(left) < 100_000
    assert {path.stat().st_size for path in left} == {3}

"""Names taken by the thousand are grouped as names taken one by one."""

import random
import subprocess
import sys
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.files import manynames, sequences
from app.files.manynames import many_names
from app.files.sequences import Grouping, group_names

PADDED, PLAIN, SIGNED = st.integers(0, 30), st.integers(0, 12000), st.integers(-20, 5)
NUMBERS = st.one_of(PADDED.map(lambda n: f"{n:04}"), PLAIN.map(str), SIGNED.map(lambda n: f"{n:04}"))
BASES = st.sampled_from(("sh.", "sh0", "a1b", "", "x_v", "sh.1001.", "2024-10-", "ä.", "sh.-", ".", "a b "))
EXTENSIONS = st.sampled_from((".exr", ".EXR", ".exr.gz", ".mov", ".vdb", "", ".x1", ".tif", ".0001"))
NAMES = st.lists(st.tuples(BASES, NUMBERS, EXTENSIONS).map("".join), min_size=2, max_size=120, unique=True)


def one_by_one(names: list[bytes]) -> Grouping:
    with patch.object(sequences, "LEAST_NAMES", 1 << 60), patch.object(sequences, "_LEAST_FRAMES", 1 << 60):
        return group_names(names)


def together(names: list[bytes]) -> Grouping:
    with (
        patch.object(sequences, "LEAST_NAMES", 1),
        patch.object(manynames, "_LEAST_ROWS", 1),
        patch.object(manynames, "_AS_LONG_AS_LOADING", 0),
    ):
        return group_names(names)


def test_a_few_folders_do_not_wait_for_numpy_and_many_do_not_do_without_it() -> None:
    told = (
        "import sys; from app.files.sequences import group_names; names = [b'sh.%06d.exr' % n for n in range(60_000)];"
        "group_names(names); print('numpy' in sys.modules, end=' '); group_names(names); print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


@settings(max_examples=300, deadline=None)
@given(NAMES)
def test_both_ways_agree(texts: list[str]) -> None:
    names = [text.encode() for text in texts]
    assert together(names) == one_by_one(names)


BYTES = st.sampled_from((b"0", b"1", b"9", b"9.exr", b".", b"-", b"\xb2", b"\xff", b".exr", b"+", b"_", b" "))
ODD_NAMES = st.lists(BYTES, min_size=1, max_size=6).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from((b"", b"sh.", b"sh.-", b"v", b"a1b", b"\xff.", b"2024-10-", b".")),
    st.sampled_from((b".exr", b".vdb", b".mov", b".x", b".", b".exr.gz", b".\xb2", b"")),
    st.integers(1, 8),
    st.lists(st.integers(0, 20), min_size=8, max_size=20, unique=True),
    st.lists(ODD_NAMES, max_size=1),
)
def test_a_folder_of_one_sequence_is_grouped_as_its_names_one_by_one(
    base: bytes, ext: bytes, width: int, frames: list[int], odd: list[bytes]
) -> None:
    names = list(dict.fromkeys([b"%b%0*d%b" % (base, width, frame, ext) for frame in frames] + odd))
    with patch.object(sequences, "_LEAST_FRAMES", 1):
        assert group_names(names) == one_by_one(names)


@pytest.mark.parametrize("seed", range(3))
def test_a_large_folder_of_many_sequences_singles_and_gaps(seed: int) -> None:
    chosen = random.Random(seed)
    takes = [(shot, version) for shot in range(40) for version in (1, 12)]
    names = [b"sh%03d_comp_v%03d.%04d.exr" % (*take, frame) for take in takes for frame in range(990, 1040)]
    names = [name for name in names if chosen.random() < 0.9]
    names += [b"long.%d.dpx" % frame for frame in range(9990, 10020)] + [b"IMG_%04d.JPG" % n for n in range(50)]
    names += [b"take%02d.mov" % n for n in range(40)] + [b"no number.exr", b"noextension1001", b".hidden"]
    chosen.shuffle(names)
    assert len(names) > 3000
    found = group_names(names)
    assert found == one_by_one(names)
    assert b"sh000_comp_v001." in {group.base for group in found.sequences}
    for group in found.sequences:
        assert [names[i] for i in group.members] == sorted((names[i] for i in group.members), key=len_and_text)


def len_and_text(name: bytes) -> tuple[int, bytes]:
    return len(name), name


def test_a_thousand_names_are_taken_together_and_the_odd_one_alone() -> None:
    names = [b"sh.%04d.exr" % frame for frame in range(1000)] + [b"sh.%05d.exr" % 12345]
    found = many_names(names)
    assert found.frames == {b"sh..exr": list(range(1000))}
    assert found.others == [1000]

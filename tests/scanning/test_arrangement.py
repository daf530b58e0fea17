"""A folder that is new to the shard lies in it as one that was already known, whoever worked out the order."""

import os
from array import array

from app.scanning.arrangement import arrange, unpacked
from tests.scanning.conftest import Studio

NAMES = sorted(
    [
        *[b"sh010_comp.%04d.exr" % frame for frame in (1001, 1002, 1003, 1005)],
        *[b"Pl\xffate_%d.dpx" % frame for frame in (1, 2)],
        b"notes.txt",
        b"no extension",
        "é\N{FILM FRAMES}.wav".encode(),
        b"odd\xffname.mov",
    ]
)


def test_what_the_child_worked_out_survives_the_pipe() -> None:
    sizes, mtimes = array("q", range(len(NAMES))), array("q", [-5, *range(1, len(NAMES))])
    arranged = arrange(NAMES, sizes, mtimes)
    assert unpacked(memoryview(arranged.packed())) == arranged
    assert sorted(arranged.order) == list(range(len(NAMES)))
    found = [([NAMES[at] for at in arranged.order[begin:end]], facts) for begin, end, facts in arranged.runs()]
    assert [(facts.base, facts.ranges, len(names)) for names, facts in found if facts] == [
        (b"Pl\xffate_", "1-2", 2),
        (b"sh010_comp.", "1001-1003,1005", 4),
    ]
    assert {name for names, facts in found if facts is None for name in names} == {
        b"notes.txt",
        b"no extension",
        "é\N{FILM FRAMES}.wav".encode(),
        b"odd\xffname.mov",
    }


def test_a_first_scan_and_a_later_one_keep_a_new_folder_alike(studio: Studio) -> None:
    for name in NAMES:
        studio.write(b"shots/" + name, name)
        os.utime(studio.base / "shots" / os.fsdecode(name), ns=(1, 1_700_000_000_123_456_789))
    later = Studio(studio.base.parent / "later")
    later.write("first.txt")
    later.scan()
    (studio.base / "shots").rename(later.base / "shots")
    later.scan()
    (later.base / "shots").rename(studio.base / "shots")
    studio.write("first.txt")
    os.utime(studio.base / "first.txt", ns=(1, (later.base / "first.txt").stat().st_mtime_ns))
    studio.scan()
    assert studio.content() == later.content()
    assert studio.found("comp.10") == later.found("comp.10") != set()

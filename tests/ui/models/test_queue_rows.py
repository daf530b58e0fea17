"""The packed rows of the review's queue are the rows that were put in, in a fraction of the memory."""

import random
import tracemalloc

from app.model.kinds import Category
from ui.models.queue_rows import QueueFilter, QueueRow, QueueRows

STATES = ("pending", "stale", "fail", "pass")


def made(count: int, chance: random.Random) -> list[QueueRow]:
    """Rows of folders of various sizes, some of them with names that are no text."""
    rows = []
    folder, left = -1, 0
    for number in range(count):
        if not left:
            folder, left = folder + 1, chance.choice((1, 3, 40, 900))
        left -= 1
        path, name = b"show/ep%05d/comp\xff" % folder, b"sh%07d_comp_v003.####.exr" % number
        text = f"sh{number:07}_comp_v003.1001-1100.exr"
        objected = ("house.final 2",) if chance.random() < 0.1 else ()
        key = path + b"/" + text.encode()
        state = chance.choice(STATES)
        rows.append(QueueRow(path, name, text, key, state, Category.IMAGE, number, number % 3, objected))
    return rows


def plain(rows: list[QueueRow], wanted: QueueFilter, kept: set[tuple[bytes, bytes]]) -> list[int]:
    """What a filter lets through, told the slow way."""
    words = wanted.text.lower().encode().split()
    return [
        number
        for number, row in enumerate(rows)
        if (row.id in kept or wanted.state in (row.state, "all") or (wanted.state == "objected" and row.objected))
        and all(word in row.key for word in words)
    ]


def test_rows_come_back_as_they_were_put_in_page_by_page() -> None:
    chance = random.Random(1)
    rows, packed = made(3000, chance), QueueRows()
    start = 0
    while start < len(rows):
        page = chance.choice((1, 7, 250, 600))
        packed.extend(rows[start : start + page])
        start += page
    assert [packed[number] for number in range(len(packed))] == rows
    assert [packed.number_of(row.id) for row in rows] == list(range(len(rows)))
    folders = sorted({row.folder for row in rows})
    assert [packed.folder_number(number) for number in range(len(rows))] == [
        folders.index(row.folder) + 1 for row in rows
    ]
    for absent in ((b"", b""), (rows[5].folder, b"sh0000005"), (rows[-1].folder, b"zz"), (b"zz", b"a")):
        assert packed.number_of(absent) is None


def test_filters_let_through_what_they_name_and_what_is_kept() -> None:
    rows = made(2000, random.Random(2))
    packed = QueueRows(rows)
    kept = {rows[number].id for number in (0, 77, 1999)}
    for state in (*STATES, "objected", "all"):
        for text in ("", "EP00001", "sh00001 v003", "nothing"):
            wanted = QueueFilter(state, text)
            assert list(packed.matching(wanted)) == plain(rows, wanted, set())
            assert list(packed.matching(wanted, kept)) == plain(rows, wanted, kept)
        assert packed.counts()[state] == len(plain(rows, QueueFilter(state), set()))
    assert packed.counts(1500)["all"] == 500


def test_a_state_that_changes_changes_in_one_copy_alone() -> None:
    rows = made(600, random.Random(3))
    packed = QueueRows(rows)
    other = packed.copy()
    other.set_state(300, "pass" if rows[300].state != "pass" else "fail")
    assert packed[300] == rows[300]
    assert other[300].state != rows[300].state
    assert (other[300].id, other[300].objected) == (rows[300].id, rows[300].objected)
    assert other.state(300) == other[300].state
    packed.extend([QueueRow(b"zz", b"a", "a", b"zz/a", "pending", Category.IMAGE, 1)])
    assert (len(packed), len(other)) == (601, 600)


def test_a_row_takes_a_tenth_of_what_it_takes_unpacked() -> None:
    chance = random.Random(4)
    rows = made(20_000, chance)
    tracemalloc.start()
    packed = QueueRows(rows)
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(packed) == 20_000
    assert taken / len(packed) < 70

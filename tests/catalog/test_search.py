import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from app.catalog.database import Database
from app.catalog.entries import BLOCK_FILES, EntryWriter
from app.catalog.migrations import SHARD
from app.catalog.nameindex import block_text, match_expression
from app.catalog.search import SearchQuery, ShardSearch
from app.catalog.searchwords import path_below
from app.catalog.shard import open_reader
from app.model.kinds import Category, category_of
from app.model.names import folded, folded_text


class Entry(NamedTuple):
    folder: bytes
    name: bytes
    size: int
    mtime_ns: int
    missed: bool

    @property
    def path(self) -> bytes:
        return b"/" + self.folder + b"/" + self.name if self.folder else b"/" + self.name


_LETTERS = [
    *"aabbccdAB",
    *"0123",
    ".",
    "_",
    "-",
    " ",
    "\n",
    "'",
    '"',
    "*",
    "#",
    "ä",
    "Ä",
    "e\u0301",
    "é",
    "ß",
    "ss",
    "İ",
    "ǆ",
    "日",
    "😀",
    "\x01",
    "\x02",
    "ﬁ",
    "Σ",
]
_WORDS = ["beauty", "plate", "v001", "v002", "sh010", "comp", ".exr", ".mov", ".TXT", "straße", "ÉCLAIR", "aaaa"]


def random_name(numbers: random.Random) -> bytes:
    parts = [
        numbers.choice(_WORDS) if numbers.random() < 0.4 else numbers.choice(_LETTERS)
        for _ in range(numbers.randrange(1, 7))
    ]
    name = "".join(parts).encode()
    if numbers.random() < 0.1:
        name += numbers.choice([b"\xff", b"\xe9x", b"\xc3", b"\xf0\x9f\x98"])
    return name if name not in (b".", b"..") else b"dot"


def made_entries(numbers: random.Random, count: int) -> list[Entry]:
    folders = [b""]
    for _ in range(25):
        above = numbers.choice(folders)
        folder = (above + b"/" if above else b"") + random_name(numbers)
        if folder not in folders:
            folders.append(folder)
    found: dict[tuple[bytes, bytes], Entry] = {}
    for folder in folders:
        base = random_name(numbers)
        for frame in range(numbers.choice((0, 0, 5, 150))):
            name = base + b".%04d.exr" % frame
            found[folder, name] = Entry(folder, name, frame, frame // 40, numbers.random() < 0.1)
        for _ in range(count // 25):
            name = random_name(numbers)
            found[folder, name] = Entry(
                folder, name, numbers.randrange(5), numbers.randrange(-3, 6), numbers.random() < 0.2
            )
    return list(found.values())


def write_shard(path: Path, entries: list[Entry]) -> None:
    """A shard with these entries, some of them missing."""
    with Database(path, SHARD) as database, database.transaction():
        writer = EntryWriter(database, 1)
        ids: dict[bytes, int] = {}
        for folder in sorted({entry.folder for entry in entries} | {b""}):
            above = None
            for part in chain(folder):
                if part not in ids:
                    ids[part] = writer.add_folder(above, part)
                above = ids[part]
        for folder, folder_id in ids.items():
            mine = sorted(entry for entry in entries if entry.folder == folder)
            writer.add_files(
                folder_id,
                [(e.name, folded(e.name), e.size, e.mtime_ns, int(category_of(folded(e.name))), None) for e in mine],
            )
        writer.flush()
        for entry in entries:
            if entry.missed:
                database.run(
                    "UPDATE file SET missed_scan = 2 WHERE folder_id = ? AND name = ?", (ids[entry.folder], entry.name)
                )
        database.run(
            "UPDATE folder SET files = (SELECT count(*) FROM file f WHERE f.folder_id = folder.id"
            " AND f.missed_scan IS NULL)"
        )


def chain(folder: bytes) -> Iterator[bytes]:
    yield b""
    parts = folder.split(b"/")
    for count in range(1, len(parts) + 1):
        if folder:
            yield b"/".join(parts[:count])


def matches(entry: Entry, text: str) -> bool:
    """What a search means, said plainly."""
    term = folded_text(text)
    path = folded(entry.path)
    if len(term.decode("utf-8", "replace")) < 3 and b"/" not in term:
        return any(part.startswith(term) for part in path.split(b"/")[1:])
    return term in path


def random_terms(numbers: random.Random, entries: list[Entry]) -> Iterator[str]:
    yield from ("", "/", "a", "ab", "É", "SS", "aaa", "aaaa/", "/a", "nothing", "\x01a", "\x02\x01", "%", "_", "\0")
    for _ in range(60):
        path = numbers.choice(entries).path.decode("utf-8", "ignore")
        start = numbers.randrange(len(path))
        term = path[start : start + numbers.choice((1, 2, 3, 4, 6, 12))]
        yield numbers.choice((str.upper, str.lower, str))(term)


@pytest.fixture(scope="module", params=[1, 2, 3])
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Entry]]:
    entries = made_entries(random.Random(request.param), 300)
    path = tmp_path_factory.mktemp("shard") / "s.db"
    write_shard(path, entries)
    return path, entries


def names_of(database: Database, search: ShardSearch, limit: int = 0) -> list[tuple[int, bytes]]:
    folders = dict(database.rows("SELECT id, path FROM folder"))
    return [
        (hit.mtime_ns, (b"/" + folders[hit.folder_id] if folders[hit.folder_id] else b"") + b"/" + hit.name)
        for hit in search.page(limit)
    ]


def test_any_term_finds_what_reading_every_path_finds(library: tuple[Path, list[Entry]]) -> None:
    path, entries = library
    numbers = random.Random(9)
    with open_reader(path) as database:
        for term in random_terms(numbers, entries):
            search = ShardSearch(database, SearchQuery(term, literal=True))
            expected = {entry.path for entry in entries if not entry.missed and matches(entry, term)}
            found = names_of(database, search)
            assert {name for _, name in found} == expected, repr(term)
            assert len(found) == len(expected) == search.total(), repr(term)
            times = [time for time, _ in found]
            assert times == sorted(times, reverse=True)


def test_several_words_find_what_has_them_all_in_any_order(library: tuple[Path, list[Entry]]) -> None:
    path, entries = library
    numbers = random.Random(5)
    with open_reader(path) as database:
        for _ in range(80):
            some = [word.strip() for word in numbers.sample(list(random_terms(numbers, entries)), 3)]
            words = [word for word in some if word and not set(word) & set(' \n"*?\0') and len(word.split()) == 1][:2]
            if len(set(map(folded_text, words))) < 2:
                continue
            search = ShardSearch(database, SearchQuery(" ".join(words)))
            expected = {
                entry.path
                for entry in entries
                if not entry.missed and all(folded_text(word) in folded(entry.path) for word in words)
            }
            assert {name for _, name in names_of(database, search)} == expected, words
            assert search.total() == len(expected), words


TREE = [
    b"show/sh010/plate/sh010_plate.1001.exr", b"show/sh010/plate/sh010_plate.1002.exr", b"show/sh010/notes take 1.txt",
    b"show/sh020/comp/sh020_comp_v2.1001.exr", b"show/sh020/comp/deep/a[1].exr", b"show/sh020/Comp V2 final.mov",
    b"sh010_top.exr", b"other/a*b.txt", b"other/aXXb.txt",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("exr plate", {0, 1}), ("PLATE sh010", {0, 1}), ("v2 comp", {3, 5}), ("1001 show", {0, 3}),
        ("v2 nothing", set()),
        ('"take 1"', {2}), ('"take 1" notes', {2}), ("take 1", {2}), ("*.exr", {0, 1, 3, 4, 6}),
        ("*plate.100?.exr", {0, 1}),
        ("sh0?0", {0, 1, 2, 3, 4, 5}), ("sh0?0*.exr", {0, 1, 3, 6}), ("*.exr sh020", {3, 4}), ("comp/*.exr", {3}),
        ("comp/**", {3, 4}), ("comp/**/*.exr", {3, 4}), ("**/a*.exr", {4}), ("sh020/*", {3, 4, 5}),
        ("/sh*.exr", {0, 1, 3, 6}),
        ("*/plate/*1002*", {1}), ("*[1]*", {4}), ('"a*b"', {7}), ("a*b.txt", {7, 8}),
        ("?????", {0, 1, 2, 3, 4, 5, 7, 8}),
        ("s h", None),
        ("/show/sh010/plate 1002", {1}), ("*", set(range(9))), ("comp/ v2", {3}), ('"', set()), ("a? *.txt", set()),
    ],
)  # fmt: skip
def test_words_and_wildcards(tmp_path: Path, text: str, found: set[int] | None) -> None:
    entries = [Entry(*path.rpartition(b"/")[::2], 1, at, False) for at, path in enumerate(TREE)]
    write_shard(tmp_path / "s.db", entries)
    with open_reader(tmp_path / "s.db") as database:
        search = ShardSearch(database, SearchQuery(text))
        hits = {TREE.index(name[1:]) for _, name in names_of(database, search)}
        expected = {at for at, path in enumerate(TREE) if b"s" in path and b"h" in path} if found is None else found
        assert hits == expected
        assert search.total() == len(hits)


@pytest.mark.parametrize(
    ("text", "base", "found"),
    [
        ("/mnt/card/show/sh010/plate/sh010_plate.1001.exr", "/mnt/card", {0}),
        ("/MNT/card/show/sh010/plate/sh010_plate.1001.exr", "/mnt/card/", {0}),
        ("/mnt/card/show/sh020", "/mnt/card", {3, 4, 5}), ("/mnt/card/show/sh02", "/mnt/card", {3, 4, 5}),
        ("/mnt/card/show/sh010/notes take 1.txt", "/mnt/card", {2}), ("/mnt/card/other/a*b.txt", "/mnt/card", {7}),
        ("file:///mnt/card/show/sh010/notes%20take%201.txt", "/mnt/card", {2}),
        ("/mnt/card", "/mnt/card", set(range(9))),
        ('"E:\\show\\sh010\\notes take 1.txt"', "E:\\", {2}), ("e:/show/sh020/comp V2", "E:/", {5}),
        ("\\\\nas\\vol\\show\\sh020\\comp\\deep", "//nas/vol", {4}), ("/mnt/cardboard/show", "/mnt/card", None),
        ("sh010_top.exr", "/mnt/card", None), ("/show/x", "/", None),
    ],
)  # fmt: skip
def test_a_path_that_was_pasted_finds_what_lies_there(
    tmp_path: Path, text: str, base: str, found: set[int] | None
) -> None:
    entries = [Entry(*path.rpartition(b"/")[::2], 1, at, False) for at, path in enumerate(TREE)]
    write_shard(tmp_path / "s.db", entries)
    below = path_below(text, base)
    assert (below is None) == (found is None)
    with open_reader(tmp_path / "s.db") as database:
        search = ShardSearch(database, SearchQuery(text, below=below))
        if found is not None:
            assert {TREE.index(name[1:]) for _, name in names_of(database, search)} == found
            assert search.total() == len(found)


def test_filters_take_away_what_they_say(library: tuple[Path, list[Entry]]) -> None:
    path, entries = library
    filters = [
        ({"extensions": ("EXR", ".mov")}, lambda e: folded(e.name).endswith((b".exr", b".mov"))),
        ({"categories": ("image",)}, lambda e: category_of(folded(e.name)) is Category.IMAGE),
        ({"min_size": 3}, lambda e: e.size >= 3),
        ({"max_size": 2, "min_size": 1}, lambda e: 1 <= e.size <= 2),
        ({"since_us": 0}, lambda e: e.mtime_ns >= 0),
    ]
    with open_reader(path) as database:
        for term in ("", "a", "v00", "0", "aaa", "/"):
            for options, keeps in filters:
                search = ShardSearch(database, SearchQuery(term, literal=True, **options))
                expected = {
                    entry.path for entry in entries if not entry.missed and matches(entry, term) and keeps(entry)
                }
                assert {name for _, name in names_of(database, search)} == expected, (term, options)
                assert search.total() == len(expected), (term, options)


@pytest.mark.parametrize("term", ["", "exr", "a", "v00", "/"])
def test_pages_one_behind_another_are_one_long_page(library: tuple[Path, list[Entry]], term: str) -> None:
    path, _ = library
    with open_reader(path) as database:
        search = ShardSearch(database, SearchQuery(term, literal=True))
        whole = search.page(0)
        assert len({hit.mtime_ns for hit in whole}) < len(whole), "there are ties"
        pages, before = [], None
        while page := search.page(7, before):
            pages += page
            before = (page[-1].mtime_ns, page[-1].file_id)
        assert pages == whole


def test_the_plan_does_not_change_the_answer(
    library: tuple[Path, list[Entry]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, entries = library
    for few in (0, 2000):
        monkeypatch.setattr("app.catalog.searchplan._FEW_BLOCKS", few)
        with open_reader(path) as database:
            for term in ("exr", ".ex", "000", "a", "plate"):
                search = ShardSearch(database, SearchQuery(term, literal=True))
                expected = sorted(
                    (entry.mtime_ns for entry in entries if not entry.missed and matches(entry, term)), reverse=True
                )
                assert [hit.mtime_ns for hit in search.page(0)] == expected
                assert [hit.mtime_ns for hit in search.page(5)] == expected[:5]
                assert search.total() == len(expected)


def test_every_trigram_of_every_name_is_in_the_document_of_its_block() -> None:
    numbers = random.Random(4)
    for _ in range(300):
        base, tail = random_name(numbers), random_name(numbers)
        keys = [
            folded(base + random_name(numbers) * numbers.randrange(2) + tail)
            for _ in range(numbers.randrange(1, BLOCK_FILES + 1))
        ]
        text = block_text(keys)
        for key in keys:
            name = key.decode("utf-8", "replace")
            assert all(name[at : at + 3] in text for at in range(len(name) - 2)), (keys, name)
            for prefix in (name[:1], name[:2]):
                gram = match_expression(prefix)[1:-1].replace('""', '"')
                assert gram in text, (keys, prefix)

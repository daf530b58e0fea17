"""Every entry that a scan counts as passed over, unreadable or missing can be listed by name."""

import os
from pathlib import Path

from app.catalog.shard import open_reader
from app.scanning.entrylists import EntryList, count_entries, listed_entries
from tests.scanning.conftest import Studio


def listed(studio: Studio, which: EntryList) -> dict[bytes, str]:
    with open_reader(studio.shard) as database:
        entries = list(listed_entries(database, which))
        assert count_entries(database, which) == len(entries)
    return {b"/".join([part for part in (entry.folder, entry.name) if part]): entry.code for entry in entries}


def test_what_a_scan_passes_over_is_listed_with_its_reason(studio: Studio) -> None:
    studio.write("shot/a.exr")
    studio.write("shot/.hidden.exr")
    studio.write("shot/a.tmp")
    studio.write("cache/b.exr")
    (studio.base / "shot" / "link.exr").symlink_to("a.exr")
    (studio.base / "odd\udcff").symlink_to(studio.base)
    os.mkfifo(studio.base / "pipe")
    counts = studio.counts(skip_hidden=True, ignore=("*.tmp", "cache"))
    assert listed(studio, EntryList.SKIPPED) == {
        b"shot/.hidden.exr": "hidden",
        b"shot/a.tmp": "ignored",
        b"cache": "ignored",
        b"shot/link.exr": "link",
        b"odd\xff": "link",
        b"pipe": "special",
    }
    assert {name: number for name, number in counts.items() if name.startswith("skipped.")} == {
        "skipped.hidden": 1,
        "skipped.ignored": 2,
        "skipped.link": 2,
        "skipped.special": 1,
    }


def test_the_list_follows_the_drive(studio: Studio) -> None:
    studio.write("shot/a.exr")
    link = studio.base / "shot" / "link"
    link.symlink_to("a.exr")
    studio.scan()
    (studio.base / "shot" / "second").symlink_to("a.exr")
    assert studio.counts()["skipped.link"] == 2
    assert listed(studio, EntryList.SKIPPED) == {b"shot/link": "link", b"shot/second": "link"}
    link.unlink()
    link.write_bytes(b"now a file")
    assert studio.counts()["new"] == 1
    assert listed(studio, EntryList.SKIPPED) == {b"shot/second": "link"}
    studio.counts(ignore=("*.exr",))
    assert listed(studio, EntryList.SKIPPED) == {b"shot/second": "link", b"shot/a.exr": "ignored"}
    assert "skipped.ignored" not in studio.counts()
    assert listed(studio, EntryList.SKIPPED) == {b"shot/second": "link"}


def test_a_folder_that_only_holds_links_is_unchanged_the_second_time(studio: Studio) -> None:
    for number in range(3):
        (studio.base / f"link{number}").symlink_to("nowhere")
    studio.write("a.exr")
    studio.scan()
    before = studio.content()
    assert studio.counts() == {"files": 1, "directories": 1, "unchanged": 1, "skipped.link": 3}
    assert studio.content() == before


def test_missing_files_are_listed_until_they_come_back(studio: Studio) -> None:
    kept: Path = studio.write("shot/a.exr")
    studio.write("shot/b.exr")
    studio.scan()
    kept.unlink()
    studio.scan()
    assert listed(studio, EntryList.MISSING) == {b"shot/a.exr": "missing"}
    studio.write("shot/a.exr")
    studio.scan()
    assert listed(studio, EntryList.MISSING) == {}

"""The hash cache of a folder is believed only where nothing can have changed unseen."""

import json
from pathlib import Path

import pytest

from app.files.hashcache import CACHE_NAME, FileState, HashCache, is_racy, load_cache
from app.files.hashing import Hashed

SECOND = 1_000_000_000
OLD = 1_700_000_000 * SECOND + 123_456_789


def hashed(*, mtime_ns: int = OLD, hashed_ns: int = OLD + 60 * SECOND, file_id: int = 7) -> Hashed:
    return Hashed("blake3", bytes(32), None, 5, mtime_ns, file_id, OLD, hashed_ns)


def saved(path: Path, name: bytes = b"a.mov", **facts: int) -> HashCache:
    cache = HashCache(1)
    cache.add(name, hashed(**facts))
    cache.save(path)
    return load_cache(path, 1)


STATE = FileState(5, OLD, 7, OLD)


def test_a_hash_is_found_again(tmp_path: Path) -> None:
    cache = saved(tmp_path / CACHE_NAME)
    assert cache.find(b"a.mov", STATE) == "blake3:" + "00" * 32
    assert not cache.dirty


@pytest.mark.parametrize(
    "state",
    [
        FileState(6, OLD, 7, OLD),
        FileState(5, OLD + 1, 7, OLD),
        FileState(5, OLD, 8, OLD),
        FileState(5, OLD, 7, OLD + 1),
    ],
    ids=["size", "nanoseconds", "replaced", "rewritten with the old time"],
)
def test_any_trace_of_an_edit_makes_it_be_read_again(tmp_path: Path, state: FileState) -> None:
    assert saved(tmp_path / CACHE_NAME).find(b"a.mov", state) is None


def test_an_edit_that_keeps_size_and_time_is_suspected(tmp_path: Path) -> None:
    cache = saved(tmp_path / CACHE_NAME)
    assert cache.suspects(b"a.mov", FileState(5, OLD, 7, OLD + 1))
    assert not cache.suspects(b"a.mov", STATE)


@pytest.mark.parametrize(("mtime_ns", "window_s"), [(OLD, 0.02), (1_700_000_000 * SECOND, 2)])
def test_a_file_that_was_too_young_is_not_kept(tmp_path: Path, mtime_ns: int, window_s: float) -> None:
    last = mtime_ns + int(window_s * SECOND)
    assert is_racy(mtime_ns, last)
    assert not is_racy(mtime_ns, last + 1)
    young = saved(tmp_path / CACHE_NAME, mtime_ns=mtime_ns, hashed_ns=last)
    assert young.find(b"a.mov", FileState(5, mtime_ns, 7, OLD)) is None


def test_a_copied_folder_does_not_trust_the_ids_of_the_old_one(tmp_path: Path) -> None:
    saved(tmp_path / CACHE_NAME)
    copy = load_cache(tmp_path / CACHE_NAME, 2)
    assert copy.find(b"a.mov", STATE) is None
    assert not copy.suspects(b"a.mov", FileState(5, OLD, 9, OLD + 1))


def test_names_that_are_no_text(tmp_path: Path) -> None:
    assert saved(tmp_path / CACHE_NAME, b"caf\xe9.mov").find(b"caf\xe9.mov", STATE)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[1]",
        b'{"schema": "reelmark-hashcache/1"}',
        b'{"schema": "reelmark-hashcache/9"}',
        b"\xff\xfe",
        b'{"schema": "reelmark-hashcache/1", "files": {"a": [1]}, "raw_files": {}}',
        b'{"a": 1, "a": 2}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_cache_is_made_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / CACHE_NAME
    path.write_bytes(content)
    cache = load_cache(path, 1)
    assert cache.problem and cache.dirty and cache.empty
    cache.save(path)
    assert not load_cache(path, 1).problem


def test_the_cache_of_an_older_tool_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / CACHE_NAME
    path.write_text(json.dumps({"a.mov": {"size": 5, "mtime": 1_700_000_000, "hash": "blake3:" + "00" * 32}}))
    cache = load_cache(path, 1)
    assert cache.empty and not cache.problem and not cache.dirty


def test_a_cache_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    saved(tmp_path / "elsewhere")
    (tmp_path / CACHE_NAME).symlink_to("elsewhere")
    assert load_cache(tmp_path / CACHE_NAME, 1).empty

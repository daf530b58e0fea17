"""Files are read many at once, and each of them costs its own row alone."""

import random
from pathlib import Path

import pytest

from app.catalog.inspections import recorded_document
from app.catalog.shard import open_reader
from app.inspection import recording
from app.jobs.events import ItemFailed
from app.jobs.framing import PROGRESS, Message
from app.media.document import document_of
from app.model.inspecting import InspectOptions
from app.scanning import inspection
from tests.media import raw_exr
from tests.scanning.conftest import Studio


def names_with_facts(studio: Studio) -> set[bytes]:
    rows = studio.rows("SELECT f.name FROM facts x JOIN file f ON f.id = x.file_id WHERE x.error = ''")
    return {name for (name,) in rows}


def test_a_file_that_crashes_or_hangs_its_reader_takes_no_other_with_it(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection, "_HANDLER", "tests.scanning.reader:read")
    sound = {f"take{letter}.exr" for letter in "abcdefghijklmnopqrstuvwxyz"}
    for name in (*sound, "crash.exr", "hang.exr"):
        raw_exr(studio.base / name)
    studio.write("broken.exr", b"\x76\x2f\x31\x01nothing else")
    studio.scan(inventory_only=False, threads=1, op_timeout_s=1)
    assert names_with_facts(studio) == {name.encode() for name in sound}
    problems = studio.rows("SELECT name, code FROM problem ORDER BY name")
    assert problems == [
        (b"broken.exr", "media.damaged"), (b"crash.exr", "child.crashed"), (b"hang.exr", "child.stalled"),
    ]  # fmt: skip
    told = [event.path.rpartition("/")[2] for event in studio.events if isinstance(event, ItemFailed)]
    assert sorted(told) == ["broken.exr", "crash.exr", "hang.exr"]


def test_a_reader_tells_of_as_many_large_files_as_a_message_may_hold(tmp_path: Path) -> None:
    noise = random.Random(1)
    for number in range(9):
        raw_exr(tmp_path / f"{number}.exr", (b"noise", b"string", noise.randbytes(500 << 10).hex().encode()))
    sent: list[Message] = []
    paths = sorted(str(path) for path in tmp_path.iterdir())
    recording.read({"paths": paths}, lambda header, payload=b"": sent.append((header, payload)))
    ((told, payload),) = [message for message in sent if PROGRESS not in message[0]]
    assert 1 < len(told["files"]) < 9
    assert len(payload) < 6 << 20
    recording.read({"paths": paths[:1]}, lambda header, payload=b"": sent.append((header, payload)))
    assert len(sent[-1][0]["files"]) == 1


def test_what_a_reader_leaves_for_later_is_asked_for_again(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "_HANDLER", "tests.scanning.reader:read_the_first")
    for letter in "abcdefghijkl":
        raw_exr(studio.base / f"take{letter}.exr", (b"owner", b"string", letter.encode()))
    studio.scan(inventory_only=False, threads=1)
    with open_reader(studio.shard) as database:
        files = list(database.rows("SELECT x.file_id, f.name FROM facts x JOIN file f ON f.id = x.file_id"))
        assert len(files) == 12
        for file_id, name in files:
            recorded = recorded_document(database, file_id)
            assert recorded is not None
            del recorded["recorded"]
            assert recorded == document_of(str(studio.base / name.decode()), InspectOptions())

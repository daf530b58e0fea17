"""The function from event to answer: objects of a real S3 server, files, faults, toggles, and what is kept."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

import duckdb
import pytest

from app.serverless import __main__ as by_hand
from app.serverless import handler as function
from app.serverless.handler import handler, lambda_handler
from tests import media
from tests.s3kit import KEYS, Shelf, Store, moto_store

KEYS_OF_DOCUMENT = {"schema_version", "file", "parts", "channels", "attributes", "stats", "validation", "errors"}
CTX = SimpleNamespace()


@pytest.fixture(scope="module")
def server() -> Iterator[Store]:
    with moto_store() as store:
        yield store


@pytest.fixture
def store(server: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("S3_ENDPOINT", server.endpoint)
    server.clear()
    yield server
    function._client.cache_clear()


@pytest.fixture
def facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REELMARK_SINK", f"parquet:{tmp_path / 'facts'}")
    return tmp_path / "facts"


def put(store: Store, key: str, tmp_path: Path, **options: Any) -> dict[str, Any]:
    """Store an EXR under the key; the record of its notification."""
    etag = store.put(key, media.exr(tmp_path / "a.exr", **options))
    return record(key, etag=etag)


def record(key: str, name: str = "ObjectCreated:Put", sequencer: str = "0A", etag: str = "") -> dict[str, Any]:
    about = {"key": quote_plus(key, safe="/"), "eTag": etag.strip('"'), "sequencer": sequencer}
    return {"eventSource": "aws:s3", "eventName": name, "s3": {"bucket": {"name": Store.bucket}, "object": about}}


def rows(facts: Path, table: str = "files", what: str = "count(*)") -> list[tuple[Any, ...]]:
    return duckdb.sql(f"SELECT {what} FROM read_parquet('{facts}/{table}/*/*.parquet')").fetchall()


def codes(answer: dict[str, Any]) -> list[str]:
    return [error["code"] for error in answer["errors"]]


@pytest.mark.parametrize(
    "key", ["sh010/a.1001.exr", "a b.exr", "a+b.exr", "100%.exr", "a%20b.exr", "Übung/画像 #1.exr", "q?a&b=c.exr"]
)
def test_an_object_is_inspected_whatever_its_key(key: str, store: Store, tmp_path: Path) -> None:
    answer = handler(CTX, {"Records": [put(store, key, tmp_path)]})
    assert answer["errors"] == []
    assert answer["file"]["path"] == f"s3://renders/{key}"
    assert answer["lossless"] is True
    assert [channel["name"] for channel in answer["channels"]] == ["A", "B", "G", "R"]
    assert set(answer) >= KEYS_OF_DOCUMENT


def test_a_store_that_does_not_encode_its_keys_is_understood(store: Store, tmp_path: Path) -> None:
    told = put(store, "a+b.exr", tmp_path)
    told["s3"]["object"]["key"] = "a+b.exr"
    answer = handler(CTX, {"Records": [told]})
    assert (answer["errors"], answer["file"]["path"]) == ([], "s3://renders/a+b.exr")


def test_only_the_header_of_an_object_is_fetched(store: Store, tmp_path: Path) -> None:
    path = media.exr(tmp_path / "a.exr")
    data = path.read_bytes()
    store.put("big.exr", data + bytes(32 << 20))
    store.proxy.sent = 0
    answer = handler(CTX, {"bucket": store.bucket, "key": "big.exr"})
    assert answer["file"]["size_bytes"] == len(data) + (32 << 20)
    assert store.proxy.sent < 100_000
    assert len(store.proxy.requests) <= 2


def test_duplicates_and_reordered_events_add_no_row(store: Store, facts: Path, tmp_path: Path) -> None:
    first = put(store, "a.exr", tmp_path)
    second = put(store, "b.exr", tmp_path)
    for event in (
        {"Records": [first]},
        {"Records": [first, second, first]},
        {"Records": [second]},
        {"Records": [second, first]},
        json.dumps({"Records": [first]}),
    ):
        assert codes(handler(CTX, event)) == []
    assert rows(facts) == [(2,)]
    assert rows(facts, "channels") == [(8,)]


def test_the_rows_are_those_of_the_object_as_it_is_now(store: Store, facts: Path, tmp_path: Path) -> None:
    old = put(store, "a.exr", tmp_path)
    handler(CTX, {"Records": [old]})
    etag = store.put("a.exr", media.multipart_exr(tmp_path / "m.exr"))
    new = record("a.exr", sequencer="0B", etag=etag)
    assert handler(CTX, {"Records": [new]})["persistence"]["status"] == "stored"
    handler(CTX, {"Records": [old]})
    assert rows(facts, what="part_count, etag") == [(3, etag.strip('"'))]


def test_several_files_of_one_event(store: Store, facts: Path, tmp_path: Path) -> None:
    local = media.wav(tmp_path / "take.wav")
    event = {"Records": [put(store, "a.exr", tmp_path), record("gone.exr")], "ignored": str(local)}
    answer = handler(CTX, event)
    assert [document["file"]["path"] for document in answer["files"]] == ["s3://renders/a.exr", "s3://renders/gone.exr"]
    assert codes(answer["files"][1]) == ["media.absent"]
    assert (answer["persistence"]["status"], answer["persistence"]["rows"]["files"]) == ("stored", 1)
    assert rows(facts) == [(1,)]


def test_a_test_event_and_a_removal_are_no_errors(store: Store) -> None:
    answer = handler(CTX, {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": store.bucket})
    assert (answer["errors"], answer["skipped"][0]["event"]) == ([], "s3:TestEvent")
    assert set(answer) >= KEYS_OF_DOCUMENT
    removed = handler(CTX, {"Records": [record("a.exr", "ObjectRemoved:Delete")]})
    assert (removed["errors"], removed["skipped"][0]["reason"]) == ([], "it was removed")


def test_an_object_that_vanished_an_empty_one_and_a_cut_off_one(store: Store, tmp_path: Path) -> None:
    assert codes(handler(CTX, "s3://renders/gone.exr")) == ["media.absent"]
    store.put("empty.exr", b"")
    assert codes(handler(CTX, "s3://renders/empty.exr")) == ["media.empty"]
    data = media.exr(tmp_path / "a.exr").read_bytes()
    store.put("header.exr", data[:100])
    assert codes(handler(CTX, "s3://renders/header.exr")) == ["media.truncated"]
    store.put("cut.exr", data[: len(data) * 2 // 3])
    cut = handler(CTX, "s3://renders/cut.exr")
    assert len(cut["errors"]) == 1
    assert cut["parts"]
    store.put("text.exr", b"this is no picture at all")
    assert codes(handler(CTX, "s3://renders/text.exr")) == ["media.needs_download"]
    assert codes(handler(CTX, {"bucket": "nobodys-bucket", "key": "a.exr"})) == ["adapter.rejected"]


def test_an_object_of_five_gigabytes_and_one_that_may_not_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts: Path
) -> None:
    (tmp_path / "store" / "renders").mkdir(parents=True)
    shelf = Shelf(tmp_path / "store")
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("S3_ENDPOINT", shelf.endpoint)
    try:
        with media.exr(tmp_path / "store" / "renders" / "a.exr").open("r+b") as file:
            file.truncate(5 << 30)
        answer = handler(CTX, "s3://renders/a.exr")
        assert (answer["file"]["size_bytes"], answer["errors"]) == (5 << 30, [])
        assert shelf.sent <= 2 * 65536
        too_large = handler(CTX, {"path": "s3://renders/a.exr", "enable_stats": True})
        assert codes(too_large) == ["media.too_large"]
        shelf.faults = [(403, "AccessDenied")]
        denied = handler(CTX, "s3://renders/a.exr")
        assert codes(denied) == ["media.denied"]
        assert "s3:GetObject" in denied["errors"][0]["hint"]
        shelf.faults = ["replace"]
        assert handler(CTX, "s3://renders/a.exr")["errors"] == []
        assert rows(facts) == [(1,)]
    finally:
        shelf.close()
        function._client.cache_clear()


def test_a_file_of_the_file_system(tmp_path: Path, facts: Path) -> None:
    path = media.multipart_exr(tmp_path / "m.1001.exr")
    answer = handler(None, {"data": {"file_path": str(path)}})
    assert (answer["file"]["multipart_count"], answer["errors"]) == (3, [])
    sound = handler(None, str(media.wav(tmp_path / "take.wav")))
    assert (sound["kind"], sound["errors"]) == ("audio", [])
    assert rows(facts) == [(2,)]
    assert codes(handler(None, str(tmp_path / "absent.exr"))) == ["media.absent"]
    assert codes(handler(None, str(tmp_path))) == ["media.not_a_file"]


def test_the_flat_form(tmp_path: Path) -> None:
    path = media.multipart_exr(tmp_path / "m.exr")
    answer = handler(None, {"path": str(path), "schema_version": "1"})
    assert set(answer) - {"persistence"} == KEYS_OF_DOCUMENT
    assert answer["schema_version"] == 1
    assert set(answer["file"]) == {"path", "size_bytes", "mtime"}
    part = answer["parts"][0]
    assert set(part) == {"index", "name", "width", "height", "tile_width", "tile_height", "compression"}
    assert isinstance(part["compression"], str)
    assert set(answer["channels"][0]) == {"part_index", "name", "type", "x_sampling", "y_sampling"}
    assert (answer["stats"], answer["validation"]) == ({}, {})
    assert isinstance(answer["attributes"], dict)


def test_without_metadata_nothing_that_is_known_is_lost(tmp_path: Path, facts: Path) -> None:
    path = str(media.exr(tmp_path / "a.exr"))
    handler(None, path)
    answer = handler(None, {"path": path, "enable_meta": "false"})
    assert (answer["parts"], answer["channels"], answer["attributes"]) == ([], [], {})
    assert answer["persistence"]["status"] == "skipped"
    assert rows(facts, "channels") == [(4,)]


def test_a_policy_judges_what_was_found(store: Store, facts: Path, tmp_path: Path) -> None:
    policy = tmp_path / "p.yaml"
    policy.write_text(POLICY)
    put(store, "a.exr", tmp_path)
    event = {"path": "s3://renders/a.exr", "enable_validate": "yes", "policy_path": str(policy)}
    answer = handler(CTX, event)
    assert answer["errors"] == []
    assert (answer["validation"]["outcome"], answer["validation"]["policy"]["id"]) == ("fail", "wide")
    assert rows(facts, "findings", "policy, rule, outcome") == [("wide", "width", "fail")]
    assert rows(facts, what="policy, outcome") == [("wide", "fail")]
    assert codes(handler(CTX, event | {"policy_path": "absent.yaml"})) == ["policy.unreadable"]
    assert codes(handler(CTX, event | {"policy_path": ""})) == ["policy.missing"]


def test_statistics_download_the_object_and_leave_nothing_behind(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(room))
    put(store, "a.exr", tmp_path)
    answer = handler(CTX, {"path": "s3://renders/a.exr", "enable_stats": True})
    assert answer["errors"] == []
    assert answer["file"]["path"] == "s3://renders/a.exr"
    assert "raw_name" not in answer["file"]
    assert list(room.iterdir()) == []


def test_a_sink_that_fails_is_told_and_the_answer_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("REELMARK_SINK", f"parquet:{tmp_path / 'file'}")
    answer = handler(None, str(media.exr(tmp_path / "a.exr")))
    assert answer["persistence"]["status"] == "failed"
    assert len(answer["errors"]) == 1
    assert answer["channels"]


def test_a_database_is_the_sink_where_its_endpoint_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(media.exr(tmp_path / "a.exr"))
    ctx = SimpleNamespace(secrets={"vast": {"VAST_DB_ENDPOINT": "http://127.0.0.1:9"}})
    answer = handler(ctx, path)
    assert (answer["persistence"]["sink"], codes(answer)) == ("vast", ["auth.missing"])
    assert "VAST_DB_BUCKET" in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    "event",
    [None, 7, "{", b"\xff", [], {"Records": [None]}, {"path": {"path": {}}}, object()],
    ids=lambda event: type(event).__name__,
)
def test_it_never_raises(event: Any) -> None:
    answer = handler(None, event)
    assert "errors" in answer
    json.dumps(answer, allow_nan=False)


class Hostile:
    """An event whose every attribute fails."""

    @property
    def type(self) -> str:
        raise RuntimeError("nobody knows why")


def test_platforms_that_hand_over_the_event_first(tmp_path: Path) -> None:
    assert lambda_handler(str(media.exr(tmp_path / "a.exr")), None)["lossless"] is True


def test_a_fault_that_nobody_foresaw_is_answered_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = handler(None, Hostile())
    assert codes(answer) == ["internal.unexpected"]
    assert "nobody knows why" in caplog.text


def test_what_happens_is_logged_by_the_logger_of_the_platform(tmp_path: Path, facts: Path) -> None:
    lines: list[str] = []
    logger = SimpleNamespace(
        **{level: lambda text, *given: lines.append(text % given) for level in ("info", "warning", "error")}
    )
    path = media.exr(tmp_path / "a.exr")
    handler(SimpleNamespace(logger=logger), {"path": str(path), "enable_stats": "perhaps"})
    assert any("1 parts, 4 channels" in line for line in lines)
    assert any("config.value" in line for line in lines)
    assert any(line.startswith("Wrote 1 files") for line in lines)
    assert str(facts)


POLICY = """\
schema: qcpolicy/1
id: wide
version: "1"
title: Wide pictures
match: {kind: exr}
rules:
  - id: width
    title: Pictures are wide
    select: parts[*].width
    expect: {min: 1000}
"""


def test_by_hand_help_is_told_and_what_is_no_event_is_no_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    assert by_hand.main(["--help"]) == 0
    assert capsys.readouterr().out.startswith("usage: python -m app.serverless EVENT.json")
    event = tmp_path / "event.json"
    event.write_text("{files: not JSON")
    assert by_hand.main([str(event)]) == 1
    assert "the event is no JSON" in capsys.readouterr().out
    event.write_text("hello")
    assert by_hand.main([str(event)]) == 3
    assert "holds no JSON" in capsys.readouterr().err
    event.write_text(f"{media.exr(tmp_path / 'a.exr')}\n")
    assert by_hand.main([str(event)]) == 0
    assert json.loads(capsys.readouterr().out)["parts"]

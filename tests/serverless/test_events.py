"""Which files an event is about, for every shape that docs/serverless.md lists."""

import base64
import dataclasses
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.serverless import events
from app.serverless.events import MOST_FILES, Asked, asked_by
from app.serverless.toggles import Toggles, toggles_of

PATH = "/renders/sh 010.1001.exr"


def named(value: Any) -> str:
    """What a test of this value is called, the same in every process."""
    return re.sub(" at 0x[0-9a-f]+", "", repr(value))[:60]


def record(key: str, name: str = "ObjectCreated:Put", sequencer: str = "0A", bucket: str = "renders") -> dict[str, Any]:
    about = {"bucket": {"name": bucket}, "object": {"key": key, "eTag": "e", "sequencer": sequencer}}
    return {"eventSource": "aws:s3", "eventName": name, "s3": about}


def uris(event: Any) -> list[str]:
    return [target.uri for target in asked_by(event).targets]


class Element:
    """An element event as the platform's own object."""

    type = "Element"
    subtype = "ObjectCreated:Put"
    extensions = {"elementpath": "renders/a b.exr"}

    def as_element_event(self) -> Any:
        return SimpleNamespace(bucket="renders", object_key="a b.exr", extensions=self.extensions)

    def get_data(self) -> dict[str, Any]:
        return {"enable_stats": "yes"}


@pytest.mark.parametrize(
    "event",
    [
        PATH,
        PATH.encode(),
        bytearray(PATH.encode()),
        Path(PATH),
        f'  "{PATH}" ',
        {"path": PATH},
        {"file_path": PATH},
        {"filePath": PATH},
        {"file": PATH},
        {"file": {"path": PATH}},
        {"filename": PATH.encode()},
        {"uri": "file:///renders/sh%20010.1001.exr"},
        {"data": {"path": PATH}},
        {"data": PATH},
        {"data": json.dumps({"path": PATH})},
        {"body": json.dumps({"file_path": PATH})},
        {"body": base64.b64encode(json.dumps({"path": PATH}).encode()).decode(), "isBase64Encoded": True},
        {"detail": {"payload": {"event": {"input": {"file": PATH}}}}},
        json.dumps({"data": {"path": PATH}}),
        json.dumps({"data": {"path": PATH}}).encode(),
        json.dumps(json.dumps({"path": PATH})),
        {"specversion": "1.0", "type": "file.created", "source": "/x", "data": {"path": PATH}},
        {"specversion": "1.0", "data_base64": base64.b64encode(json.dumps({"path": PATH}).encode()).decode()},
        {"message": "a word of nobody's interest", "data": {"path": PATH}},
        SimpleNamespace(data={"path": PATH}),
        SimpleNamespace(body=json.dumps({"path": PATH}).encode()),
        SimpleNamespace(type="Schedule", get_data=lambda: {"path": PATH}),
    ],
    ids=named,
)
def test_a_path_is_found_wherever_it_stands(event: Any) -> None:
    assert uris(event) == [PATH]


@pytest.mark.parametrize(
    ("event", "uri"),
    [
        ("s3://renders/a b+c%20.exr", "s3://renders/a b+c%20.exr"),
        ({"bucket": "renders", "key": "a+b.exr"}, "s3://renders/a+b.exr"),
        ({"data": {"s3_bucket": "renders", "s3_key": "a.exr"}}, "s3://renders/a.exr"),
        ({"bucket": {"name": "renders"}, "object": {"key": "a.exr"}}, "s3://renders/a.exr"),
        ({"bucket": "renders", "path": "dir/a.exr"}, "s3://renders/dir/a.exr"),
        ({"s3_uri": "s3://renders/a.exr"}, "s3://renders/a.exr"),
        ("arn:aws:s3:::renders/a.exr", "s3://renders/a.exr"),
        ({"Records": [record("dir/a+b%2Bc%C3%A9%25.exr")]}, "s3://renders/dir/a b+cé%.exr"),
        (record("a.exr"), "s3://renders/a.exr"),
        ({"Records": [record("a.exr", "s3:ObjectCreated:CompleteMultipartUpload")]}, "s3://renders/a.exr"),
        ({"Records": [{"body": json.dumps({"Records": [record("a.exr")]})}]}, "s3://renders/a.exr"),
        ({"Records": [{"Sns": {"Message": json.dumps({"Records": [record("a.exr")]})}}]}, "s3://renders/a.exr"),
        (
            {"Records": [{"body": json.dumps({"Type": "Notification",
                                              "Message": json.dumps({"Records": [record("a.exr")]})})}]},
            "s3://renders/a.exr",
        ),
        (
            {"detail-type": "Object Created", "source": "aws.s3",
             "detail": {"bucket": {"name": "renders"}, "object": {"key": "a+b.exr", "sequencer": "0"}}},
            "s3://renders/a+b.exr",
        ),
        (
            {"specversion": "1.0", "type": "Element.ObjectCreated", "elementpath": "renders/a b.exr", "data": {}},
            "s3://renders/a b.exr",
        ),
        ({"type": "Element", "extensions": {"elementpath": "/renders/dir/a.exr"}}, "s3://renders/dir/a.exr"),
        (Element(), "s3://renders/a b.exr"),
    ],
    ids=named,
)  # fmt: skip
def test_an_object_is_found_and_its_key_decoded_where_the_sender_encodes_it(event: Any, uri: str) -> None:
    assert uris(event) == [uri]


def test_many_files_of_one_event() -> None:
    assert uris({"paths": ["/a.exr", "/b.exr", "/a.exr"]}) == ["/a.exr", "/b.exr"]
    assert uris(["/a.exr", {"path": "/b.exr"}]) == ["/a.exr", "/b.exr"]
    assert uris({"files": [{"path": "/a.exr"}, {"bucket": "b", "key": "k"}]}) == ["/a.exr", "s3://b/k"]
    assert uris({"Records": [record("a.exr"), record("b.exr")]}) == ["s3://renders/a.exr", "s3://renders/b.exr"]


def test_of_several_events_of_an_object_the_last_counts_in_whatever_order_they_come() -> None:
    removed, made = record("a.exr", "ObjectRemoved:Delete", "0B"), record("a.exr", sequencer="0A1")
    for records in ([removed, made], [made, removed]):
        asked = asked_by({"Records": [*records, record("a.exr", sequencer="0A1")]})
        assert (asked.targets, asked.skipped[0]["reason"]) == ([], "it was removed")
    later = record("a.exr", sequencer="0B00F")
    assert uris({"Records": [later, removed, made]}) == ["s3://renders/a.exr"]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "renders"}, "a test of the notification"),
        ({"Records": [record("a.exr", "ObjectRemoved:Delete")]}, "it was removed"),
        ({"Records": [record("a.exr", "ObjectTagging:Put")]}, "nothing in it has changed"),
        ({"type": "ElementTagDeleted", "elementpath": "b/a.exr"}, "nothing in it has changed"),
        ({"type": "ElementDeleted", "elementpath": "b/a.exr"}, "it was removed"),
    ],
    ids=named,
)
def test_what_is_no_new_file_is_passed_over(event: Any, reason: str) -> None:
    asked = asked_by(event)
    assert ([skipped["reason"] for skipped in asked.skipped], asked.targets, asked.problems) == ([reason], [], [])


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (None, "event.no_file"),
        ({}, "event.no_file"),
        ("", "event.no_file"),
        ({"hello": "world"}, "event.no_file"),
        (b"\x80\x81", "event.unreadable"),
        ("{broken", "event.unreadable"),
        ({"data": "{broken"}, "event.unreadable"),
        ({"path": "https://example.invalid/a.exr"}, "event.unsupported"),
        ({"path": "/a\0.exr"}, "event.unreadable"),
        ({"body": "???", "isBase64Encoded": True}, "event.unreadable"),
        ({"Records": [{"s3": {"bucket": {}, "object": {"key": ""}}}]}, "event.incomplete"),
        (object(), "event.unreadable"),
        ("[" * 100_000, "event.too_deep"),
    ],
    ids=named,
)
def test_what_cannot_be_understood_is_told(event: Any, code: str) -> None:
    assert [problem["code"] for problem in asked_by(event).problems] == [code]


def test_an_event_that_is_nested_for_ever_ends() -> None:
    event: dict[str, Any] = {}
    event["data"] = event
    assert asked_by(event).problems[0]["code"] == "event.too_deep"


def test_more_files_than_one_call_takes_are_refused_by_name() -> None:
    asked = asked_by([f"/{number}.exr" for number in range(MOST_FILES + 2)])
    assert len(asked.targets) == MOST_FILES
    assert [problem["code"] for problem in asked.problems] == ["event.too_many"] * 2


def test_every_name_and_toggle_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "serverless.md").read_text(encoding="utf-8")
    names = (*events.PATHS, *events.LISTS, *events.BUCKETS, *events.KEYS, *events.NESTED)
    told = re.findall(r"[\w-]+", page)
    assert sorted(set(names) - set(told)) == []
    where = page.partition("## Toggles")[2].partition("|")[0]
    assert [name for name in events.ABOUT if f"`{name}`" not in where] == []
    for field in dataclasses.fields(Toggles):
        assert f"| `{field.name}` |" in page
        assert f"`REELMARK_{field.name.upper()}`" in page


def toggles(event: Any, environ: dict[str, str] | None = None) -> Toggles:
    asked: Asked = asked_by(event)
    found, problems = toggles_of(asked.places, environ or {})
    assert problems == []
    return found


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), (1, True), (1.0, True), ("true", True), (" YES ", True), ("on", True), (b"1", True),
     (False, False), (0, False), ("false", False), ("", False), ("no", False)],
)  # fmt: skip
def test_a_toggle_may_be_spelt_in_many_ways(value: Any, expected: bool) -> None:
    assert toggles({"path": "/a", "enable_stats": value}).enable_stats is expected
    assert toggles({"data": {"path": "/a", "stats": value}}).enable_stats is expected


def test_toggles_have_the_documented_defaults() -> None:
    assert toggles({"path": "/a"}) == Toggles(True, False, False, False, None, 2, 1)


def test_toggles_stand_beside_the_path_around_it_or_in_the_environment() -> None:
    assert toggles({"path": "/a", "config": {"enable_validate": "1", "policy_path": "p.yaml"}}).policy_path == "p.yaml"
    assert toggles({"path": "/a", "data": {"enable_meta": "no"}}).enable_meta is False
    assert toggles(json.dumps({"path": "/a", "schema_version": "1"})).schema_version == 1
    assert toggles(Element()).enable_stats is True
    environ = {"REELMARK_ENABLE_STATS": "1", "REELMARK_SCHEMA_VERSION": "1"}
    assert toggles({"path": "/a", "schema_version": 2.0}, environ) == Toggles(enable_stats=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [("enable_stats", "perhaps"), ("enable_meta", 7), ("schema_version", 3), ("schema_version", "two"),
     ("policy_path", 5), ("enable_stats", {"a": 1}), ("sample", 0), ("schema_version", float("nan"))],
)  # fmt: skip
def test_a_wrong_value_counts_as_not_given_and_is_told(name: str, value: Any) -> None:
    found, problems = toggles_of([{name: value}], {})
    assert found == Toggles()
    assert [problem["code"] for problem in problems] == ["config.value"]
    assert name in problems[0]["message"]


def test_a_short_name_that_means_something_else_is_passed_over() -> None:
    assert toggles({"path": "/a", "meta": {"title": "x"}, "stats": [1]}) == Toggles()


words = st.sampled_from(
    [*events.PATHS, *events.LISTS, *events.BUCKETS, *events.KEYS, *events.NESTED, "Records", "s3", "detail",
     "object", "elementpath", "extensions", "eventName", "sequencer", "enable_stats", "schema_version", "Event",
     "data_base64"]
)  # fmt: skip
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=20)
shapes = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=5))


@settings(max_examples=300, deadline=None)
@given(shapes)
def test_no_shape_of_an_event_is_too_odd(event: Any) -> None:
    asked = asked_by(event)
    assert asked.targets or asked.skipped or asked.problems
    assert all(target.uri for target in asked.targets)
    toggles_of(asked.places, {})

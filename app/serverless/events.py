"""Which files an event is about, whatever shape it has.

A path, or JSON as text or bytes, or an object; S3 notifications, also inside SNS, SQS and EventBridge; CloudEvents and
the Element events of VAST DataEngine; plain mappings with the path under one of many names, nested anywhere. The
shapes: docs/serverless.md.
"""

import base64
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote, unquote_plus

from app.services.s3 import ObjectName, object_name

#: Files of one event that are inspected; more are refused by name.
MOST_FILES = 1000
_DEEPEST = 12

#: Keys of an event under which a path, several, a bucket, a key, another event, or toggles stand.
PATHS = (
    "path", "file_path", "filepath", "filePath", "filename", "file_name", "fileName", "file", "uri", "url", "s3_uri",
    "s3_path", "s3Uri", "object_path", "objectPath", "element_path", "elementPath", "source_path", "src", "source_file",
    "input_path", "inputPath", "input", "location",
)  # fmt: skip
LISTS = ("paths", "file_paths", "filePaths", "files", "uris", "objects", "inputs")
BUCKETS = ("bucket", "s3_bucket", "bucket_name", "bucketName", "s3Bucket", "Bucket")
KEYS = ("key", "s3_key", "object_key", "objectKey", "s3Key", "object_name", "objectName", "Key", "object")
NESTED = ("data", "detail", "payload", "body", "event", "Sns", "Message", "message", "value", "params", "parameters",
           "arguments", "requestPayload", "s3")  # fmt: skip
ABOUT = ("config", "options", "toggles", "settings", "params", "parameters", "data", "detail", "payload")
_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]+://")
_BEGINS = ("/", "s3://", "file://", "arn:")


@dataclass(frozen=True, slots=True)
class Target:
    """One file that is to be inspected.

    Attributes:
        place: a path of the file system, or an object.
        spelt: the key as the event spells it, where decoding changed it: some stores do not encode.
        sequencer: orders the events of one key.
        removed: whether the event says that it is gone.
        event: its name.
    """

    place: str | ObjectName
    spelt: str = ""
    sequencer: str = ""
    removed: bool = False
    event: str = ""

    @property
    def uri(self) -> str:
        """The path, or `s3://bucket/key`."""
        return self.place.uri if isinstance(self.place, ObjectName) else self.place


@dataclass(slots=True)
class Asked:
    """What an event asks for.

    Attributes:
        targets: each file once, of several events of a file the last.
        skipped: what is no new file, with the reason.
        problems: what could not be understood, as `code` and `message`.
        places: the mappings in which toggles may stand, outermost first.
        batch: whether several files were asked for, or might have been.
    """

    targets: list[Target] = field(default_factory=list)
    skipped: list[dict[str, str]] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)
    places: list[Mapping[Any, Any]] = field(default_factory=list)
    batch: bool = False

    def look(self, value: Any, depth: int = 0) -> None:
        """Find files in a value of any shape."""
        if depth > _DEEPEST:
            self._problem("event.too_deep", "the event is nested too deeply")
        elif isinstance(value, bytes | bytearray | memoryview):
            self._bytes(bytes(value), depth)
        elif isinstance(value, str):
            self._text(value, depth)
        elif isinstance(value, Mapping):
            self._mapping(value, depth)
        elif isinstance(value, list | tuple):
            self.batch = True
            for item in value:
                self.look(item, depth + 1)
        elif isinstance(value, os.PathLike):
            self._path(os.fsdecode(value))
        elif value is not None and not isinstance(value, int | float):
            self._object(value, depth)

    def _problem(self, code: str, message: str) -> None:
        self.problems.append({"code": code, "message": message})

    def _skip(self, path: str, reason: str, event: str = "") -> None:
        self.skipped.append({"path": path, "reason": reason, "event": event})

    def _bytes(self, data: bytes, depth: int) -> None:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            if data[:1] != b"/":
                self._problem("event.unreadable", "the event is neither text nor JSON")
                return
            text = os.fsdecode(data)
        self._text(text, depth)

    def _text(self, text: str, depth: int) -> None:
        stripped = text.strip().removeprefix("\ufeff")
        if stripped[:1] in ("{", "[", '"'):
            try:
                self.look(json.loads(stripped), depth + 1)
            except ValueError as error:
                self._problem("event.unreadable", f"the event is no JSON: {error}")
            except RecursionError:
                self._problem("event.too_deep", "the event is nested too deeply")
        elif stripped:
            self._path(text if text.startswith("/") else stripped)

    def _path(self, text: str) -> None:
        """A path, or an address."""
        if "\0" in text:
            self._problem("event.unreadable", "a path holds a NUL")
        elif text.startswith("file://"):
            self._add(Target(unquote(text.removeprefix("file://").removeprefix("localhost"))))
        elif found := object_name(text):
            self._add(Target(found))
        elif _SCHEME.match(text):
            self._problem("event.unsupported", f"{text} is no path and no s3:// address")
        else:
            self._add(Target(text))

    def _add(self, target: Target) -> None:
        self.targets.append(target)

    def _mapping(self, given: Mapping[Any, Any], depth: int) -> None:
        self.places.append(given)
        self.places += [given[name] for name in ABOUT if isinstance(given.get(name), Mapping)]
        if given.get("Event") == "s3:TestEvent":
            self._skip(str(given.get("Bucket", "")), "a test of the notification", "s3:TestEvent")
            return
        records = given.get("Records", given.get("records"))
        if isinstance(records, list | tuple):
            self.batch = self.batch or len(records) > 1
            for record in records:
                self.look(record, depth + 1)
            return
        if self._notification(given) or self._bridge(given) or self._element(given) or self._object_of(given):
            return
        if not self._named(given, depth):
            self._nested(given, depth)

    def _notification(self, record: Mapping[Any, Any]) -> bool:
        """A record of an S3 notification, whose key is URL-encoded with + for a space."""
        about = record.get("s3")
        if not isinstance(about, Mapping) or not isinstance(about.get("object"), Mapping):
            return False
        bucket = _of(about.get("bucket"), "name")
        told = about["object"]
        spelt = str(told.get("key") or "")
        name = str(record.get("eventName") or "").removeprefix("s3:")
        if not bucket or not spelt:
            self._problem("event.incomplete", "an S3 record names no bucket or no key")
            return True
        self._happened(Target(ObjectName(bucket, unquote_plus(spelt)), spelt, str(told.get("sequencer") or "")), name)
        return True

    def _bridge(self, given: Mapping[Any, Any]) -> bool:
        """An S3 event by way of EventBridge, whose key is as it is."""
        detail = given.get("detail")
        if not isinstance(detail, Mapping) or not isinstance(detail.get("object"), Mapping):
            return False
        bucket, key = _of(detail.get("bucket"), "name"), detail["object"].get("key")
        if not bucket or not isinstance(key, str) or not key:
            return False
        sequencer = str(detail["object"].get("sequencer") or "")
        self._happened(Target(ObjectName(bucket, key), "", sequencer), str(given.get("detail-type") or ""))
        return True

    def _element(self, given: Mapping[Any, Any]) -> bool:
        """A CloudEvent about an element: `elementpath` is bucket and key."""
        extensions = given.get("extensions")
        path = given.get("elementpath")
        if not isinstance(path, str) and isinstance(extensions, Mapping):
            path = extensions.get("elementpath")
        if not isinstance(path, str) or not path.strip("/"):
            return False
        name = ":".join(str(given[part]) for part in ("type", "subtype") if given.get(part))
        found = object_name(path) or object_name("s3://" + path.lstrip("/"))
        if found is None:
            return False
        self._happened(Target(found), name)
        return True

    def _object_of(self, given: Mapping[Any, Any]) -> bool:
        """Bucket and key beside each other, under any of their names."""
        bucket = next((_of(given[name], "name") for name in BUCKETS if given.get(name)), "")
        key = next((_of(given[name], "key") for name in KEYS if given.get(name)), "")
        if not key and isinstance(given.get("path"), str) and not given["path"].startswith(_BEGINS):
            key = given["path"]
        if not bucket or not key:
            return False
        version = given.get("version_id", given.get("versionId"))
        self._add(Target(ObjectName(bucket, key, str(version or ""))))
        return True

    def _happened(self, target: Target, name: str) -> None:
        """A target, by what the event says has happened to it."""
        word = name.lower().replace(" ", "").replace(":", "")
        tags = "tag" in word
        if not tags and any(gone in word for gone in ("removed", "deleted", "deletemarker", "expiration")):
            self._add(replace(target, removed=True, event=name))
        elif word in ("", "element") or (not tags and ("created" in word or word.endswith("completed"))):
            self._add(replace(target, event=name))
        else:
            self._skip(target.uri, "nothing in it has changed", name)

    def _named(self, given: Mapping[Any, Any], depth: int) -> bool:
        """A path, or several, under any of their names; whether there was one."""
        for name in (*PATHS, *LISTS):
            value = given.get(name)
            if isinstance(value, str) and value.strip() and (value.strip()[:1] not in "{[" or name not in LISTS):
                self._text(value, depth)
                return True
            if isinstance(value, bytes | bytearray | Mapping | list | tuple | os.PathLike) and value:
                self.look(value, depth + 1)
                return True
        return False

    def _nested(self, given: Mapping[Any, Any], depth: int) -> None:
        if isinstance(given.get("data_base64"), str):
            self._base64(given["data_base64"], depth)
        for name in NESTED:
            value = given.get(name)
            if isinstance(value, str) and name == "body" and given.get("isBase64Encoded") is True:
                self._base64(value, depth)
            elif isinstance(value, str):
                if value.strip()[:1] in ("{", "[", '"') or value.startswith(_BEGINS) or value.lower().endswith(".exr"):
                    self._text(value, depth)
            elif value is not None:
                self.look(value, depth + 1)

    def _base64(self, text: str, depth: int) -> None:
        try:
            self._bytes(base64.b64decode(text, validate=True), depth + 1)
        except ValueError:
            self._problem("event.unreadable", "the event's body is no base64")

    def _object(self, event: Any, depth: int) -> None:
        """An event as a platform's own object: one about an element, or one with data in it."""
        if str(getattr(event, "type", "")) == "Element" and callable(getattr(event, "as_element_event", None)):
            element = event.as_element_event()
            bucket, key = getattr(element, "bucket", None), getattr(element, "object_key", None)
            if bucket and key:
                subtype = getattr(event, "subtype", None)
                self._happened(Target(ObjectName(str(bucket), str(key))), str(subtype or "Element"))
                self._payload(event, depth, toggles_only=True)
                return
        self._payload(event, depth)

    def _payload(self, event: Any, depth: int, *, toggles_only: bool = False) -> None:
        get_data = getattr(event, "get_data", None)
        names = ("data", "body", "payload", "value")
        data = get_data() if callable(get_data) else next(filter(None, (getattr(event, n, None) for n in names)), None)
        if toggles_only:
            self.places += [data] if isinstance(data, Mapping) else []
        elif data is None or data is event:
            self._problem("event.unreadable", f"an event of the type {type(event).__name__} is not understood")
        else:
            self.look(data, depth + 1)


def _of(value: Any, name: str) -> str:
    """A text, or the text under a name."""
    if isinstance(value, Mapping):
        value = value.get(name)
    return value if isinstance(value, str) else ""


def asked_by(event: Any) -> Asked:
    """What an event asks for: each file once, of its events the last one."""
    asked = Asked()
    asked.look(event)
    last = _last(asked.targets)
    asked.targets = []
    for target in last:
        if target.removed:
            asked.skipped.append({"path": target.uri, "reason": "it was removed", "event": target.event})
        elif len(asked.targets) < MOST_FILES:
            asked.targets.append(target)
        else:
            asked.problems.append(
                {"code": "event.too_many", "message": f"{target.uri} is more than the {MOST_FILES} files of an event"}
            )
    if not (asked.targets or asked.skipped or asked.problems):
        asked.problems.append({"code": "event.no_file", "message": "the event names no file"})
    return asked


def _last(targets: Iterable[Target]) -> list[Target]:
    """Of the events of each file the last, in the order in which the files came first."""
    last: dict[str | ObjectName, Target] = {}
    for target in targets:
        before = last.get(target.place)
        if before is None or _order(target.sequencer, before.sequencer) >= 0:
            last[target.place] = target
    return list(last.values())


def _order(one: str, other: str) -> int:
    """How two sequencers follow each other: hexadecimal numbers, the shorter filled up with zeros on its right."""
    length = max(len(one), len(other))
    a, b = one.lower().ljust(length, "0"), other.lower().ljust(length, "0")
    return (a > b) - (a < b)

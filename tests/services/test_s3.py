"""Objects read by ranges: what a header costs, and what every failure of a store becomes."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import AppError, MediaError, MissingPart, ServiceError
from app.media.exr import read_header
from app.services import s3
from app.services.s3 import BLOCK, ObjectName, StoredObject, object_name, s3_client
from tests import media
from tests.s3kit import KEYS, Shelf


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "store" / "b").mkdir(parents=True)
    found = Shelf(tmp_path / "store")
    yield found
    found.close()


@pytest.fixture
def client(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    monkeypatch.setattr(s3, "_ATTEMPTS", 1)
    made = s3_client({"S3_ENDPOINT": shelf.endpoint})
    yield made
    made.close()


def sparse(shelf: Shelf, name: str, size: int) -> ObjectName:
    """An object of that size that begins as an EXR and holds nothing else."""
    path = media.exr(shelf.folder / "b" / name)
    with path.open("r+b") as file:
        file.truncate(size)
    return ObjectName("b", name)


def test_the_header_of_five_gigabytes_costs_one_request(shelf: Shelf, client: object) -> None:
    stored = StoredObject(client, sparse(shelf, "huge.exr", 5 << 30))
    assert stored.size == 5 << 30
    assert len(read_header(stored).parts) == 1
    assert (stored.requests, len(shelf.ranges)) == (1, 1)
    assert shelf.sent == BLOCK


def test_a_long_header_costs_few_requests(shelf: Shelf, client: object) -> None:
    path = media.raw_exr(shelf.folder / "b" / "long.exr", (b"notes", b"string", b"x" * (3 << 20)))
    stored = StoredObject(client, ObjectName("b", "long.exr"))
    assert len(read_header(stored).parts[0].attributes[-1].raw) == 3 << 20
    assert stored.requests <= 3
    assert stored.bytes_read <= path.stat().st_size


def test_any_bytes_are_those_of_the_file(shelf: Shelf, client: object) -> None:
    data = bytes(range(256)) * 2000
    (shelf.folder / "b" / "a.bin").write_bytes(data)
    stored = StoredObject(client, ObjectName("b", "a.bin"))
    for offset, count in ((0, 1), (BLOCK - 1, 2), (300_000, 5), (100_000, 250_000), (len(data) - 3, 10), (1 << 40, 1)):
        assert stored.read_at(offset, count) == data[offset : offset + count]
    before = stored.requests
    stored.read_at(100_000, 250_000)
    assert stored.requests == before


@pytest.mark.parametrize("heeds", [True, False], ids=["conditional", "unconditional"])
def test_the_version_that_was_opened_is_the_one_that_is_read(heeds: bool, shelf: Shelf, client: object) -> None:
    shelf.heeds_conditions = heeds
    name = sparse(shelf, "a.exr", 1 << 20)
    shelf.faults = ["replace"]
    stored = StoredObject(client, name)
    with pytest.raises(MediaError, match="was replaced while it was read") as caught:
        stored.read_at(1 << 19, 10)
    assert caught.value.code == "media.changed"
    with pytest.raises(MediaError, match="was replaced"):
        stored.download(io.BytesIO(), 1 << 30)


def test_an_empty_object(shelf: Shelf, client: object) -> None:
    (shelf.folder / "b" / "empty.exr").write_bytes(b"")
    stored = StoredObject(client, ObjectName("b", "empty.exr"))
    assert (stored.size, stored.read_at(0, 100)) == (0, b"")


def test_a_connection_that_breaks_off_is_tried_again(shelf: Shelf, client: object) -> None:
    name = sparse(shelf, "a.exr", 1 << 20)
    shelf.faults = ["cut"]
    assert StoredObject(client, name).read_at(0, 4) == b"\x76\x2f\x31\x01"
    shelf.faults = ["cut", "cut", "cut"]
    with pytest.raises(ServiceError, match="broke off"):
        StoredObject(client, name)


def test_a_store_that_ignores_ranges_does_not_get_to_send_everything(shelf: Shelf, client: object) -> None:
    name = sparse(shelf, "a.exr", 1 << 30)
    shelf.faults = ["whole"]
    with pytest.raises(ServiceError, match="whole objects") as caught:
        StoredObject(client, name)
    assert caught.value.code == "adapter.bad_response"
    assert shelf.sent < 64 << 20


@pytest.mark.parametrize(
    ("status", "told", "kind", "code"),
    [
        (404, "NoSuchKey", MediaError, "media.absent"),
        (404, "NoSuchBucket", ServiceError, "adapter.rejected"),
        (403, "AccessDenied", MediaError, "media.denied"),
        (403, "SignatureDoesNotMatch", ServiceError, "auth.denied"),
        (403, "ExpiredToken", ServiceError, "auth.denied"),
        (403, "InvalidObjectState", MediaError, "media.archived"),
        (500, "InternalError", ServiceError, "adapter.unavailable"),
        (503, "SlowDown", ServiceError, "adapter.unavailable"),
    ],
)
def test_a_refusal_names_the_object_and_what_to_do(
    status: int, told: str, kind: type[AppError], code: str, shelf: Shelf, client: object
) -> None:
    name = sparse(shelf, "a.exr", 1 << 20)
    shelf.faults = [(status, told)] * 3
    with pytest.raises(kind) as caught:
        StoredObject(client, name)
    assert caught.value.code == code
    assert name.bucket in caught.value.message
    assert caught.value.hint or code == "media.absent"


def test_a_whole_object_is_downloaded_up_to_the_limit(shelf: Shelf, client: object) -> None:
    name = sparse(shelf, "a.exr", 1 << 20)
    stored = StoredObject(client, name)
    file = io.BytesIO()
    shelf.faults = ["cut"]
    stored.download(file, 1 << 20)
    assert file.getvalue() == (shelf.folder / "b" / "a.exr").read_bytes()
    with pytest.raises(MediaError, match="more than the 1000") as caught:
        stored.download(file, 1000)
    assert caught.value.code == "media.too_large"


def test_a_store_that_is_not_there_is_a_failed_service(client: object, shelf: Shelf) -> None:
    shelf.close()
    with pytest.raises(ServiceError) as caught:
        StoredObject(client, ObjectName("b", "a.exr"))
    assert caught.value.exit_code == 5


def test_an_endpoint_that_is_no_address_is_named() -> None:
    with pytest.raises(ServiceError, match="no address"):
        s3_client({"S3_ENDPOINT": "nowhere"})


def test_keys_that_are_absent_are_asked_for(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*KEYS, "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    client = s3_client({"S3_ENDPOINT": shelf.endpoint})
    with pytest.raises(ServiceError, match="no keys") as caught:
        StoredObject(client, ObjectName("b", "a.exr"))
    assert caught.value.code == "auth.missing"
    client.close()


def test_the_line_to_install_is_told_where_the_package_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(MissingPart) as caught:
        s3_client({})
    assert f"{sys.executable} -m pip install 'reelmark[s3]'" in caught.value.hint
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with pytest.raises(MissingPart) as caught:
        s3_client({})
    assert "no package can be put" in caught.value.hint
    assert sys.executable not in caught.value.hint


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("s3://b/a b+c%20.exr", ObjectName("b", "a b+c%20.exr")),
        ("arn:aws:s3:::b/dir/a.exr", ObjectName("b", "dir/a.exr")),
        ("s3://b", None),
        ("s3:///a.exr", None),
        ("/b/a.exr", None),
    ],
)
def test_addresses_of_objects(uri: str, name: ObjectName | None) -> None:
    assert object_name(uri) == name

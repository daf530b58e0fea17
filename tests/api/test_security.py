"""Who is let in, and who is turned away and how."""

import socket

import pytest

from app.api.answers import Refused
from app.api.paths import relative_path
from app.api.security import HostNames, checked_origin
from app.errors import UsageError
from app.model.drives import Drive, Passport
from tests.api.servekit import KEY, Api


def test_without_a_key_everything_but_the_documentation_is_refused(api: Api) -> None:
    for path in ("/v1/health", "/v1/nothing", "/", "/v1/drives/../../etc/passwd"):
        for key in (None, ""):
            refused = api.ask(path, key=key)
            assert (refused.status, refused.code) == (401, "auth.missing")
    for path in ("/docs", "/openapi.json"):
        shown = api.ask(path, key=None)
        assert shown.status == 200
        assert b"MyDrive" not in shown.body


@pytest.mark.parametrize("key", ["wrong", KEY[:-1], KEY + "x", KEY.upper(), "\xe9"])
def test_a_wrong_key_is_refused(api: Api, key: str) -> None:
    refused = api.ask("/v1/health", key=key)
    assert (refused.status, refused.code) == (403, "auth.denied")
    assert KEY not in refused.body.decode()


def test_the_key_in_the_address_does_not_count(api: Api) -> None:
    assert api.ask(f"/v1/health?key={KEY}&api_key={KEY}&X-API-Key={KEY}", key=None).status == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8756", "127.0.0.1.evil.example", "localhost@evil.example", "", "[", "a:b:c"]
)
def test_a_foreign_host_is_turned_away_even_with_the_key(api: Api, host: str) -> None:
    refused = api.ask("/v1/health", headers={"Host": host})
    assert (refused.status, refused.code) == (421, "request.host")
    assert api.ask("/docs", key=None, headers={"Host": host}).status == 421


def test_the_names_of_this_machine_are_good(api: Api) -> None:
    for host in ("localhost", f"localhost:{api.port}", "127.0.0.1", "LOCALHOST", "[::1]:1"):
        assert api.ask("/v1/health", headers={"Host": host}).status == 200


def test_what_listens_everywhere_is_called_by_any_number_but_by_no_foreign_name() -> None:
    names = HostNames("0.0.0.0", ["catalogue.studio.example"])
    for host in ("192.168.1.7:8756", "10.0.0.1", "localhost", socket.gethostname(), "catalogue.studio.example"):
        assert names.knows(host), host
    assert not names.knows("evil.example")
    assert not HostNames("192.168.1.7").knows("192.168.1.8")
    assert not HostNames("192.168.1.7").knows("127.0.0.1")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://listed.example.evil.example"])
def test_a_foreign_origin_is_refused_and_given_no_leave(api: Api, origin: str) -> None:
    for method in ("GET", "OPTIONS"):
        refused = api.ask("/v1/health", method=method, headers={"Origin": origin})
        assert (refused.status, refused.code) == (403, "auth.denied")
        assert not [name for name in refused.headers if name.startswith("access-control")]


def test_a_listed_origin_may_ask_and_no_other_reads_the_answer(api: Api) -> None:
    origin = {"Origin": "http://listed.example"}
    before = api.ask("/v1/health", method="OPTIONS", key=None, headers=origin)
    assert before.status == 204
    assert "x-api-key" in before.headers["access-control-allow-headers"].lower()
    answer = api.ask("/v1/health", headers=origin)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "http://listed.example")
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in answer.headers
    assert api.ask("/v1/health", key=None, headers=origin).status == 401
    assert api.ask("/v1/health", headers={"Origin": api.address}).status == 200


@pytest.mark.parametrize("origin", ["*", "evil.example", "http://", "http://a/b", "http://*.studio.example", "null"])
def test_what_is_no_origin_cannot_be_listed(origin: str) -> None:
    with pytest.raises(UsageError):
        checked_origin(origin)


def test_a_server_that_only_reads_says_how_to_let_it_write(api: Api) -> None:
    for method, path in (
        ("POST", "/v1/jobs"),
        ("DELETE", "/v1/jobs/1"),
        ("PUT", "/v1/health"),
        ("POST", "/v1/nothing"),
    ):
        refused = api.ask(path, method=method, body=b"{")
        assert (refused.status, refused.code) == (405, "request.method")
        assert "--allow-write" in refused.error["hint"]
        assert refused.headers["allow"] == "GET"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/files?drive_label=MyDrive&path=../../etc/passwd",
        "/v1/files?drive_label=MyDrive&path=movies/../../x",
        "/v1/files?drive_label=MyDrive&path=%2e%2e%2fetc%2fpasswd",
        "/v1/files?drive_label=MyDrive&path=/etc/passwd",
        "/v1/files?drive_label=MyDrive&path=movies%00",
        "/v1/files?drive_label=MyDrive&path=./movies/clip.mp4",
        "/v1/files?drive_label=MyDrive&path=movies//clip.mp4",
        "/v1/files?drive_label=MyDrive&path=",
        "/v1/files?drive_label=MyDrive&raw_name=Li4vLi4vZXRjL3Bhc3N3ZA==",
        "/v1/qc/history?drive_label=MyDrive&path=../away/movies/clip.mp4",
        "/v1/qc/status?drive_label=MyDrive&path=..",
    ],
)
def test_a_path_that_leads_out_of_the_drive_is_refused(api: Api, path: str) -> None:
    refused = api.ask(path)
    assert (refused.status, refused.code) == (422, "request.path")


@pytest.mark.parametrize(
    "path", ["/../../etc/passwd", "/v1/drives/..%2f..%2fetc%2fpasswd", "/docs/../v1", "//v1/health"]
)
def test_no_route_leads_to_a_file(api: Api, path: str) -> None:
    refused = api.ask(path)
    assert refused.status in (404, 422)
    assert "code" in refused.error


def test_answers_are_not_kept_by_anybody_on_the_way(api: Api) -> None:
    headers = api.ask("/v1/health").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers
    assert "set-cookie" not in headers


@pytest.mark.parametrize("path", ["..\\x", "a\\..\\..\\x", "D:x", "a/b:stream", "\\\\host\\share"])
@pytest.mark.parametrize("base", ["E:\\Card", "//nas/share/card"])
def test_a_path_of_windows_leads_no_further(base: str, path: str) -> None:
    drive = Drive("id", "Card", base, Passport(), False)
    with pytest.raises(Refused, match="leads out"):
        relative_path(drive, path)
    assert relative_path(drive, "a\\b.mov") == b"a/b.mov"
    assert relative_path(drive, f"{base}\\a\\b.mov") == b"a/b.mov"

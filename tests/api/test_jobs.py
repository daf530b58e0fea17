"""Starting, following and cancelling jobs over the API."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.servekit import Api, make_tree, serving


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Api]:
    with serving(tmp_path / "home", "--allow-write") as running:
        yield running


def start(api: Api, operation: str, **request: Any) -> dict[str, Any]:
    answer = api.ask("/v1/jobs", method="POST", body={"operation": operation, "request": request})
    assert answer.status == 202, answer.body
    job: dict[str, Any] = answer.document["job"]
    assert answer.headers["location"] == f"/v1/jobs/{job['id']}"
    return job


def until(api: Api, job_id: str, good: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The job as soon as it is as wanted."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        job: dict[str, Any] = api.get(f"/v1/jobs/{job_id}")["job"]
        if good(job):
            return job
    raise AssertionError(job)


def test_a_scan_is_started_and_followed_to_its_result(writer: Api, tmp_path: Path) -> None:
    job = start(writer, "scan", paths=[str(make_tree(tmp_path / "card"))], drive="A001", inventory_only=True)
    assert job["state"] == "running"
    done = until(writer, job["id"], lambda job: job["state"] != "running")
    assert (done["state"], done["error"], done["result"]["counts"]["files"]) == ("done", None, 8)
    assert writer.get("/v1/search", q="hdr", drive_label="A001")["total"] == 4
    assert [entry["operation"] for entry in writer.get("/v1/jobs")["jobs"]] == ["scan"]
    assert [here["id"] for here in writer.get("/v1/jobs", limit=1)["here"]] == [job["id"]]


def test_a_job_is_cancelled(writer: Api, tmp_path: Path) -> None:
    for number in range(400):
        (tmp_path / "card" / f"{number:03}").mkdir(parents=True)
        for file in range(20):
            (tmp_path / "card" / f"{number:03}" / f"{file}.bin").write_bytes(b"x" * 20_000)
    job = start(writer, "scan", paths=[str(tmp_path / "card")], drive="A001", batch_files=50)
    until(writer, job["id"], lambda job: job["progress"].get("done", 0) > 0)
    asked = writer.ask(f"/v1/jobs/{job['id']}", method="DELETE")
    assert (asked.status, asked.document["job"]["state"]) == (202, "cancelling")
    ended = until(writer, job["id"], lambda job: job["ended"] is not None)
    assert (ended["state"], ended["error"]) == ("cancelled", None)


def test_a_job_that_fails_says_why(writer: Api, tmp_path: Path) -> None:
    job = start(writer, "scan", paths=[str(tmp_path / "nothing")])
    failed = until(writer, job["id"], lambda job: job["state"] != "running")
    assert (failed["state"], failed["error"]["code"]) == ("failed", "scan.path")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"operation": "scann"}, "scan"),
        ({"operation": "scan", "request": {}}, "paths"),
        ({"operation": "scan", "request": {"pathes": ["/x"]}}, "paths"),
        ({"operation": "scan", "request": {"paths": 7}}, "paths"),
        ({"operation": "scan", "request": {"paths": ["/x"], "threads": "many"}}, "threads"),
        ({"operation": "scan", "more": 1}, "more"),
        ({}, "operation"),
        ([], "dictionary"),
        (b"{", "JSON"),
        (b"\xff", "JSON"),
        (b"[" * 60_000, "JSON"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_job_put_wrongly_is_refused(writer: Api, body: Any, word: str) -> None:
    refused = writer.ask("/v1/jobs", method="POST", body=body, headers={"Content-Type": "application/json"})
    assert refused.status == 422
    assert word in refused.error["message"] + refused.error["hint"]


def test_only_jobs_of_this_server_are_cancelled(writer: Api, tmp_path: Path) -> None:
    job = start(writer, "scan", paths=[str(make_tree(tmp_path / "card"))], inventory_only=True)
    until(writer, job["id"], lambda job: job["state"] == "done")
    (entry,) = writer.get("/v1/jobs")["jobs"]
    assert writer.ask(f"/v1/jobs/{entry['id']}", method="DELETE").code == "state.conflict"
    assert writer.ask("/v1/jobs/77", method="DELETE").code == "job.not_found"


def test_a_job_answers_what_its_command_prints(writer: Api, tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "card")
    for operation, request in (
        ("scan", {"paths": [str(tree)], "drive": "A/1"}),
        ("qc_crawl", {"paths": [str(tree)]}),
        ("qc_status", {"paths": [str(tree)]}),
        ("verify", {"drive": "A/1"}),
        ("check_records", {}),
    ):
        job = start(writer, operation, **request)
        done = until(writer, job["id"], lambda job: job["state"] != "running")
        assert (done["state"], done["error"]) == ("done", None), operation
        assert done["result"], operation
    assert done["operation"] == "check_records"
    assert writer.get("/v1/drives/A%2F1")["drives"][0]["label"] == "A/1"


def test_nobody_lets_a_program_be_installed_over_the_api(writer: Api) -> None:
    body = {"operation": "install_tool", "request": {"name": "ffmpeg", "source": "/tmp/x", "sha256": "0" * 64}}
    refused = writer.ask("/v1/jobs", method="POST", body=body)
    assert (refused.status, refused.code) == (403, "job.not_here")
    wrong = writer.ask("/v1/jobs", method="POST", body={"operation": "nothing like it"})
    assert "install_tool" not in wrong.error["hint"]


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("scan", {"paths": ["card"]}),
        ("qc_clean", {"path": ""}),
        ("qc_crawl", {"paths": ["/x", "."]}),
        ("wipe", {"path": "/x", "receipt": "r.jsonl"}),
        ("travel_drive", {"drive": "A", "folder": "out"}),
        ("export_inventory", {"format": "csv", "path": "../x.csv"}),
        ("scan", {"paths": ["/x\0y"]}),
        ("validate", {"root": "shows"}),
        ("disk", {"root": "shows"}),
        ("diff", {"a": "a.exr", "b": "/x/b.exr"}),
        ("diff", {"a": "/x/a.exr", "b": "/x/b.exr", "picture": "d.png"}),
        ("inspect", {"paths": ["/x/a.exr"], "policy": "mine.yaml"}),
        ("check", {"paths": ["/x"], "policy": "sub/mine"}),
        ("check", {"paths": ["/x"], "policy": "sequence.hygiene", "waivers": "w.yaml"}),
        ("check", {"paths": ["/x"], "policy": "sequence.hygiene", "report": "json", "out": "r.json"}),
        ("export_facts", {"sink": "parquet:facts"}),
    ],
)
def test_a_path_that_depends_on_where_the_server_was_started_is_refused(
    writer: Api, operation: str, request_: dict[str, Any]
) -> None:
    refused = writer.ask("/v1/jobs", method="POST", body={"operation": operation, "request": request_})
    assert (refused.status, refused.code) == (422, "request.invalid")
    assert "absolute path" in refused.error["message"] or "NUL" in refused.error["message"]


def test_a_check_by_a_shipped_policy_is_done_over_the_api(writer: Api, tmp_path: Path) -> None:
    job = start(writer, "check", paths=[str(make_tree(tmp_path / "card"))], policy="sequence.hygiene")
    done = until(writer, job["id"], lambda job: job["ended"] is not None)
    assert (done["state"], done["error"]) == ("done", None)


def test_an_export_of_a_drive_that_is_not_there_fails_and_the_list_of_jobs_stays_short(
    writer: Api, tmp_path: Path
) -> None:
    scanned = start(writer, "scan", paths=[str(make_tree(tmp_path / "card"))], drive="A001", inventory_only=True)
    until(writer, scanned["id"], lambda job: job["state"] == "done")
    for drive, state in (("A001", "done"), ("B002", "failed")):
        job = start(writer, "export_inventory", format="csv", drive_ids=[drive])
        ended = until(writer, job["id"], lambda job: job["state"] != "running")
        assert ended["state"] == state
    assert ended["error"]["code"] == "drive.not_found"
    assert all("result" not in here for here in writer.get("/v1/jobs")["here"])


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000, "-1", "0x1", "\u0661"])
def test_a_number_that_no_job_has_is_not_found(writer: Api, number: str) -> None:
    assert writer.ask(f"/v1/jobs/{quote(number)}").code == "job.not_found"


@pytest.mark.parametrize(
    "asked",
    [{"threads": -5}, {"threads": 10**30}, {"chunk_bytes": 10**15}, {"batch_files": -1}, {"mode": "nonsense"},
     {"profile": "floppy"}, {"long_paths": "maybe"}, {"op_timeout_s": "NaN"}, {"batch_seconds": "Infinity"}],
    ids=str,
)  # fmt: skip
def test_a_scan_that_nobody_can_do_fails_at_once(writer: Api, tmp_path: Path, asked: dict[str, Any]) -> None:
    job = start(writer, "scan", paths=[str(make_tree(tmp_path / "card"))], **asked)
    failed = until(writer, job["id"], lambda job: job["state"] != "running")
    assert (failed["state"], failed["error"]["code"]) == ("failed", "request.invalid")

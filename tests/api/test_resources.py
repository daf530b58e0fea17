"""What the routes answer: the documents of the command line, by page."""

import base64
import json
import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.api.servekit import KEY, Api, make_tree, scan
from tests.unprivileged import document, reelmark


def test_the_health_call_tells_what_is_served(api: Api) -> None:
    health = api.get("/v1/health")
    assert (health["status"], health["read_only"], health["drives"], health["files"]) == ("ok", True, 2, 16)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_calls_that_other_tools_make_with_curl_work(api: Api) -> None:
    for path, expected in (
        ("/v1/health", '"ok"'),
        ("/v1/inventory?drive_label=MyDrive&limit=25&q=hdr", "HDR grade.txt"),
    ):
        shown = subprocess.run(
            ["curl", "-sS", "-H", f"X-API-Key: {KEY}", api.address + path], capture_output=True, text=True, check=True
        )
        assert expected in shown.stdout


def without_clock(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in ("seconds", "limit", "offset", "next")}


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ([], {}),
        (["--drive", "mydrive"], {"drive_label": "mydrive"}),
        (["--category", "image", "--ext", "EXR"], {"category": "image", "ext": "EXR"}),
        (["--min-size", "1002", "--max-size", "5000"], {"min_size": 1002, "max_size": 5000}),
        (["--since", "2999-01-01"], {"since": "2999-01-01"}),
        (["--as-of", "2001-01-01"], {"as_of": "2001-01-01"}),
        (["--as-of", "2999-01-01"], {"as_of": "2999-01-01"}),
        (["--where", "width>=1"], {"where": "width>=1"}),
    ],
)
def test_a_search_is_answered_as_the_command_answers_it(
    api: Api, place: Path, options: list[str], query: dict[str, Any]
) -> None:
    printed = document(reelmark("--home", place / "home", "search", "", *options, "--json"))
    assert without_clock(api.get("/v1/search", **query)) == without_clock(printed)


def test_drives_are_told_as_the_command_tells_them(api: Api, place: Path) -> None:
    printed = document(reelmark("--home", place / "home", "drives", "list", "--json"))["drives"]
    answered = api.get("/v1/drives")["drives"]
    for drive in (*printed, *answered):
        drive.pop("free_bytes")
    assert answered == printed
    assert [(drive["label"], drive["online"]) for drive in answered] == [("MyDrive", True), ("Shelf", False)]
    (shown,) = api.get("/v1/drives/SHELF")["drives"]
    assert shown["scans"][0]["counts"]["files"] == 8
    assert api.ask("/v1/drives/nobody").code == "drive.not_found"


def test_pages_by_offset_and_by_cursor_give_every_hit_once(api: Api) -> None:
    whole = api.get("/v1/search")["results"]
    by_offset = [api.get("/v1/search", limit=3, offset=at)["results"] for at in range(0, 18, 3)]
    assert [hit for page in by_offset for hit in page] == whole
    page = api.get("/v1/search", limit=3)
    found = page["results"]
    while page["next"]:
        page = api.get("/v1/search", limit=3, after=page["next"])
        assert page["total"] == 16
        found += page["results"]
    assert found == whole


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"limit": 10**30}, (1000, 0, 16)),
        ({"limit": 0}, (1000, 0, 16)),
        ({"offset": 10**40}, (100, 16, 0)),
        ({"limit": 2, "offset": 15}, (2, 15, 1)),
        ({"limit": 1, "offset": 16}, (1, 16, 0)),
    ],
)
def test_absurd_limits_are_clamped(api: Api, query: dict[str, int], expected: tuple[int, int, int]) -> None:
    answer = api.get("/v1/search", **query)
    assert (answer["limit"], answer["offset"], len(answer["results"])) == expected
    assert answer["total"] == 16


@pytest.mark.parametrize(
    "query",
    [
        {"limit": -1},
        {"limit": "all"},
        {"limit": "9" * 5000},
        {"offset": -1},
        {"offset": 1.5},
        {"min_size": 10**30},
        {"since": "yesterday"},
        {"as_of": "0000-00-00"},
        {"where": "nonsense"},
        {"category": "films"},
        {"verdict": "good"},
        {"after": "nonsense"},
        {"after": base64.urlsafe_b64encode(b"[1,2,3]").decode()},
        {"after": base64.urlsafe_b64encode(b"[" * 250).decode()},
        {"q": "x" * 5000},
        {"total": "perhaps"},
        {"drive": "MyDrive"},
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_parameters_are_named(api: Api, query: dict[str, Any]) -> None:
    refused = api.ask("/v1/search", **query)
    assert (refused.status, refused.code) == (422, "request.invalid")
    assert next(iter(query)) in refused.error["message"]


def test_facts_of_today_are_not_asked_of_a_time(api: Api) -> None:
    refused = api.ask("/v1/search", as_of="2026-01-01", where="width>=1920")
    assert (refused.status, refused.code) == (422, "search.facts_then")


def test_a_parameter_that_is_not_known_is_answered_with_the_nearest(api: Api) -> None:
    assert api.ask("/v1/search", drivelabel="MyDrive").error["hint"] == "Did you mean drive_label?"
    assert api.ask("/v1/health", x=1).status == 422


def test_names_that_are_formulas_html_or_no_text_come_as_they_are(api: Api) -> None:
    found = {hit["name"]: hit for hit in api.get("/v1/inventory", drive_label="MyDrive")["results"]}
    assert {"=1+1.txt", "<b>bold & \x07.txt", "raw \ufffd.txt"} <= set(found)
    assert base64.b64decode(found["raw \ufffd.txt"]["raw_name"]) == b"raw \xff.txt"
    assert api.ask("/v1/search").headers["content-type"] == "application/json"


def test_one_file_tells_everything_that_is_known_of_it(api: Api, place: Path) -> None:
    relative = api.get("/v1/files", drive_label="MyDrive", path="sh010/sh010_hdr.1002.exr")["file"]
    assert relative["content_hash"].startswith("blake3:")
    assert relative["sequence"] == {
        "pattern": "sh010_hdr.####.exr",
        "frame_count": 3,
        "missing_count": 2,
        "ranges": "1001-1002,1005",
    }
    assert relative["problem"]
    absolute = api.get("/v1/files", drive_label="MyDrive", path=f"{place}/card/sh010/sh010_hdr.1002.exr")["file"]
    assert absolute == relative
    raw = base64.b64encode(b"raw \xff.txt").decode()
    assert api.get("/v1/files", drive_label="Shelf", raw_name=raw)["file"]["online"] is False
    assert api.ask("/v1/files", drive_label="Shelf", path="nothing.txt").status == 404
    assert api.ask("/v1/files", drive_label="nobody", path="a").status == 404
    for query in ({"path": "nothing.txt"}, {"path": "a", "drive_label": "nobody"}):
        assert api.ask("/v1/files/facts", **{"drive_label": "Shelf", **query}).status == 404
    assert api.ask("/v1/files", drive_label="Shelf", raw_name="%%").status == 422


@pytest.mark.parametrize(
    ("report", "options", "query"),
    [
        ("overview", [], {}),
        ("categories", [], {}),
        ("top-extensions", ["--top", "2"], {"limit": 2}),
        ("largest-files", ["--top", "3", "--drive", "Shelf"], {"limit": 3, "drive_label": "Shelf"}),
        ("heaviest-folders", ["--top", "100", "--depth", "1"], {"depth": 1}),
        ("recent", ["--top", "100", "--days", "7"], {"days": 7}),
        ("duplicates", ["--top", "100"], {}),
    ],
)
def test_reports_are_told_as_the_command_tells_them(
    api: Api, place: Path, report: str, options: list[str], query: dict[str, Any]
) -> None:
    printed = document(reelmark("--home", place / "home", "report", report, *options, "--json"))
    answered = api.get(f"/v1/reports/{report}", **query)
    assert without_clock(answered) == without_clock(printed)
    assert len(answered["rows"]) > 0


def test_reports_come_by_page_and_are_clamped(api: Api) -> None:
    whole = api.get("/v1/reports/largest-files", limit=10**20)
    assert whole["limit"] == 1000
    pages = [api.get("/v1/reports/largest-files", limit=5, offset=at)["rows"] for at in (0, 5, 10, 15, 10**20)]
    assert [row for page in pages for row in page] == whole["rows"]
    names = [row["report"] for row in api.get("/v1/reports")["reports"]]
    assert all(api.get(f"/v1/reports/{name}")["report"] == name for name in names)
    refused = api.ask("/v1/reports/nothing")
    assert (refused.status, refused.code) == (404, "report.not_found")
    assert api.ask("/v1/reports/recent", days=0).status == 422


def test_sequences_are_told_over_drives_by_page(api: Api) -> None:
    whole = api.get("/v1/sequences", q="SH010", missing=True)
    assert (whole["total"], [row["drive"] for row in whole["sequences"]]) == (2, ["MyDrive", "Shelf"])
    assert whole["sequences"][0]["missing_count"] == 2
    second = api.get("/v1/sequences", limit=1, offset=1)
    assert second["sequences"] == whole["sequences"][1:]
    assert api.get("/v1/sequences", q="sh020")["total"] == 0
    assert api.get("/v1/sequences", offset=10**30)["sequences"] == []


def test_verdicts_and_records_are_told_connected_or_not(api: Api, place: Path) -> None:
    shot = place / "card" / "sh010"
    crawled = ["qc", "crawl", shot, "--operator", "Ann", "--result", "fail", "--note", "flicker", "--reason", "flicker"]
    reelmark("--home", place / "home", *crawled)
    assets = api.get("/v1/qc/status", drive_label="MyDrive")
    (asset,) = assets["assets"]
    assert (asset["verdict"], asset["operator"], asset["stale"]) == ("fail", "Ann", False)
    assert (asset["note"], asset["reasons"]) == ("flicker", ["flicker"])
    printed = document(reelmark("--home", place / "home", "qc", "status", shot, "--json"))["assets"][0]
    assert datetime.fromisoformat(asset.pop("time")) == datetime.fromisoformat(printed.pop("time"))
    assert {name: asset[name] for name in printed} == printed
    assert api.get("/v1/qc/status", drive_label="MyDrive", path="movies")["total"] == 0
    assert api.get("/v1/qc/status", drive_label="MyDrive", path="sh010", verdict="fail")["total"] == 1
    assert api.get("/v1/qc/status", drive_label="MyDrive", verdict="pass")["total"] == 0
    history = api.get("/v1/qc/history", drive_label="MyDrive", path=asset["relative_path"])
    assert [record["operator"] for record in history["records"]] == ["Ann"]
    assert history["complete"]
    refused = api.ask("/v1/qc/history", drive_label="Shelf", path="movies/clip.mp4")
    assert (refused.status, refused.code) == (404, "qc.no_record")


def test_what_is_catalogued_meanwhile_is_found_at_once(api: Api, place: Path) -> None:
    before = api.get("/v1/search", q="newcomer")["total"]
    (place / "card" / "newcomer.mov").write_bytes(b"new")
    scan(place / "home", place / "card", "MyDrive")
    assert (before, api.get("/v1/search", q="newcomer")["total"]) == (0, 1)
    (place / "card" / "newcomer.mov").unlink()
    scan(place / "home", place / "card", "MyDrive")
    assert api.get("/v1/search", q="newcomer")["total"] == 0


def test_a_damaged_shard_is_named_and_the_others_are_searched(api: Api, place: Path) -> None:
    scan(place / "home", make_tree(place / "third"), "Third")
    (drive,) = [drive for drive in api.get("/v1/drives")["drives"] if drive["label"] == "Third"]
    shard = place / "home" / "shards" / f"{drive['id']}.db"
    good = shard.read_bytes()
    for end in ("-wal", "-shm"):
        shard.with_name(shard.name + end).unlink(missing_ok=True)
    shard.unlink()
    shard.write_bytes(b"no database" * 1000)
    answer = api.get("/v1/search", q="hdr")
    assert [problem["drive"] for problem in answer["problems"]] == ["Third"]
    assert {hit["drive"] for hit in answer["results"]} == {"MyDrive", "Shelf"}
    listed = api.get("/v1/sequences")
    assert [problem["drive"] for problem in listed["problems"]] == ["Third"]
    assert (listed["total"], {row["drive"] for row in listed["sequences"]}) == (2, {"MyDrive", "Shelf"})
    assert api.ask("/v1/sequences", drive_label="Third").status == 500
    alone = api.ask("/v1/search", q="hdr", drive_label="Third")
    assert (alone.status, alone.code.split(".")[0]) == (500, "catalog")
    shard.unlink()
    shard.write_bytes(good)
    assert api.get("/v1/search", q="hdr")["problems"] == []


def test_jobs_of_every_front_are_listed(api: Api) -> None:
    jobs = api.get("/v1/jobs", limit=2)
    assert len(jobs["jobs"]) == 2
    one = api.get(f"/v1/jobs/{jobs['jobs'][0]['id']}")["job"]
    assert one == jobs["jobs"][0]
    for unknown in ("0", "99999999999999999999999", "x", "%00"):
        assert api.ask(f"/v1/jobs/{unknown}").code == "job.not_found"


def test_every_answer_is_plain_json(api: Api) -> None:
    text = api.ask("/v1/search").body.decode("utf-8")
    assert os.fsdecode(b"\xff") not in text
    json.loads(text, parse_constant=lambda name: pytest.fail(name))


def test_thousands_of_extensions_are_asked_for_at_once(api: Api) -> None:
    extensions = ["exr", *(f"e{number}" for number in range(3000))]
    assert api.get("/v1/search", ext=extensions, drive_label="MyDrive")["total"] == 3

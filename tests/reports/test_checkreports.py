"""Reports of a check: JUnit XML that readers of test results take, a page that needs nothing else, JSON."""

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.errors import InputError, UsageError
from app.jobs.job import Job
from app.qc.checking import CheckRequest, CheckResult
from app.qc.findings import AssetResult, Finding, Outcome, RuleResult
from app.reports.checkreports import check_form, write_check_report
from tests.qc.policykit import policy

NAME = "/p/<b>&\"'\x00\x1b\ud800\ufffe sh010.####.exr"


def rule(name: str, outcome: Outcome, severity: str = "error", **more: str) -> RuleResult:
    findings = () if outcome is Outcome.PASS else (Finding(name, outcome, severity, NAME, **more),)
    return RuleResult(name, f"title of {name}", outcome, severity, findings)


@pytest.fixture
def result() -> CheckResult:
    assets = (
        AssetResult("/p/good.exr", (rule("a", Outcome.PASS),)),
        AssetResult(
            NAME,
            (
                rule("a", Outcome.FAIL, expected="half", observed="<float>", frames="1003,1007-1009", channel="R"),
                rule("b", Outcome.FAIL, "warning", expected="x", observed="y"),
                rule("c", Outcome.ERROR, evidence="it crashed \x07"),
                rule("d", Outcome.SKIPPED, evidence="nothing there"),
                rule("e", Outcome.WAIVED, expected="x", observed="y", evidence="waived by Kim"),
                rule("f", Outcome.PASS),
            ),
        ),
    )
    return CheckResult(policy("  - {id: a, select: kind, expect: {eq: x}, title: '<i>Rule</i>'}"), assets)


def written(result: CheckResult, form: str, tmp_path: Path) -> str:
    out = tmp_path / f"report.{form}"
    made = write_check_report(CheckRequest((), "p", report=form, out=str(out)), result, Job())
    assert made.report == str(out)
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    return out.read_text(encoding="utf-8")


def test_junit_has_a_suite_for_each_asset_and_a_case_for_each_rule(result: CheckResult, tmp_path: Path) -> None:
    root = ElementTree.fromstring(written(result, "junit", tmp_path).encode())  # noqa: S314 - our own
    assert (root.tag, root.attrib["tests"], root.attrib["failures"]) == ("testsuites", "7", "1")
    good, bad = root.findall("testsuite")
    assert good.attrib["name"] == "/p/good.exr"
    assert {name: bad.attrib[name] for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "6", "failures": "1", "errors": "1", "skipped": "1",
    }  # fmt: skip
    assert "<b>&\"'" in bad.attrib["name"]
    kinds = {case.attrib["name"]: [child.tag for child in case] for case in bad.findall("testcase")}
    assert kinds == {
        "a": ["failure"], "b": ["system-out"], "c": ["error"], "d": ["skipped"], "e": ["system-out"], "f": [],
    }  # fmt: skip
    failure = bad.find("testcase/failure")
    assert failure is not None
    assert failure.attrib["message"] == "<float>; expected half [frames 1003,1007-1009, channel R]"
    assert failure.attrib["type"] == "a"


def test_junit_keeps_to_the_shape_that_readers_check(result: CheckResult, tmp_path: Path) -> None:
    """Attributes and order of the elements as junit-10.xsd has them."""
    root = ElementTree.fromstring(written(result, "junit", tmp_path).encode())  # noqa: S314 - our own
    assert set(root.attrib) <= {"name", "time", "tests", "failures", "disabled", "errors", "skipped"}
    for suite in root:
        assert set(suite.attrib) <= {
            "name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id",
            "package", "file", "log", "url", "version",
        }  # fmt: skip
        assert {"name", "tests", "failures", "errors"} <= set(suite.attrib)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
        assert [child.tag for child in suite] == ["properties"] + ["testcase"] * int(suite.attrib["tests"])
        for case in suite.findall("testcase"):
            assert {"name", "classname"} <= set(case.attrib) <= {"name", "classname", "time"}
            assert len(case) <= 1


def test_the_page_shows_names_as_text_and_loads_nothing(result: CheckResult, tmp_path: Path) -> None:
    page = written(result, "html", tmp_path)
    assert "<b>" not in page.replace("<b>2</b>", "").replace("<b>1</b>", "").replace("<b>0</b>", "")
    assert "<i>" not in page
    assert "&lt;float&gt;" in page
    assert "default-src 'none'" in page
    assert not re.search(r"<script|https?://|src=", page)
    assert page.index("&lt;float&gt;") < page.index("/p/good.exr")


def test_the_page_counts_assets_apart_from_rules_and_tells_what_was_not_judged(
    result: CheckResult, tmp_path: Path
) -> None:
    page = written(replace(result, others=3, recorded=("A001",)), "html", tmp_path)
    cards = re.findall(r'<span class="dim">([^<]+)</span><b>(\d+)</b>', page)
    assert cards == [("Assets", "2"), ("Failed", "1"), ("Passed", "1")]
    assert "Rules: 1 fail, 1 error, 1 warning, 1 waived, 1 skipped, 2 pass." in page
    assert "The policy is not about 3 other files or sequences." in page
    assert "by recorded facts" in page


def test_the_json_report_is_the_document_of_the_command(result: CheckResult, tmp_path: Path) -> None:
    document = json.loads(written(result, "json", tmp_path))
    assert document["outcome"] == "fail"
    assert document["counts"] == {
        "assets": {"judged": 2, "others": 0, "pass": 1, "fail": 1, "waived": 0, "skipped": 0, "error": 0},
        "rules": {"pass": 2, "fail": 1, "waived": 1, "skipped": 1, "error": 1, "warnings": 1, "infos": 0},
    }  # fmt: skip
    assert document["findings"][0]["frames"] == "1003,1007-1009"


def test_a_report_without_a_file_or_of_no_form_is_refused_before_anything_is_read() -> None:
    with pytest.raises(UsageError, match="go together"):
        check_form(CheckRequest((), "p", report="html"))
    with pytest.raises(UsageError, match="no report pdf"):
        check_form(CheckRequest((), "p", report="pdf", out="x"))


@pytest.mark.parametrize("name", ["sh010.1001.exr", "mine.yaml", "w.yaml", "notes"])
def test_a_report_never_replaces_media_nor_what_it_is_made_of(tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    place.write_bytes(b"precious")
    asked = CheckRequest((str(tmp_path / "notes"),), str(tmp_path / "mine.yaml"), waivers=str(tmp_path / "w.yaml"))
    with pytest.raises(UsageError, match="would replace"):
        check_form(replace(asked, report="json", out=str(place)))
    check_form(replace(asked, report="json", out=str(tmp_path / "new.json")))
    (tmp_path / "new.json").write_text("{}")
    check_form(replace(asked, report="json", out=str(tmp_path / "new.json")))


def test_a_report_into_a_folder_that_is_not_there_is_refused_before_anything_is_checked(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="its folder is not there"):
        check_form(CheckRequest((), "p", report="json", out=str(tmp_path / "no" / "r.json")))


def test_the_page_does_not_call_assets_good_that_no_rule_is_about(result: CheckResult, tmp_path: Path) -> None:
    page = written(replace(result, assets=(*result.assets, AssetResult("/p/other.exr", ()))), "html", tmp_path)
    good, _, idle = page.partition("No rule is about these")
    assert "/p/good.exr" in good
    assert "/p/other.exr" in idle
    assert "/p/other.exr" not in good

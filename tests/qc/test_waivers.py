"""Waivers: a finding that somebody may and did take on is waived; any other waiver does not count, and says why."""

from datetime import date
from pathlib import Path

import pytest

from app.qc.findings import AssetResult, Outcome
from app.qc.judging import judge
from app.qc.validating import DocumentFacts
from app.qc.waivers import read_waivers
from app.reports.checkwords import told
from app.yamlnodes import BadYaml
from tests.qc.policykit import exr, policy

TODAY = date(2026, 11, 20)
RULES = """  - {id: wide, select: 'parts[0].width', expect: {min: 9000}}
  - {id: comp, select: 'parts[0].compression', expect: {eq: piz}}"""
TERMS = "waivers: {roles: [supervisor], require_note: true, max_days: 30}\n"
GOOD = "{rule: wide, asset: 'sh010.exr', who: Kim, role: supervisor, note: agreed, until: 2026-12-01}"


def judged(tmp_path: Path, waiver: str) -> AssetResult:
    file = tmp_path / "waivers.yaml"
    file.write_text(f"schema: qcwaivers/1\nwaivers:\n  - {waiver}\n", encoding="utf-8")
    made = policy(RULES, TERMS)
    return judge(made, DocumentFacts(exr()), read_waivers(str(file), made, TODAY).waive)


def test_an_accepted_waiver_waives_its_rule_on_its_asset_alone(tmp_path: Path) -> None:
    result = judged(tmp_path, GOOD)
    assert [(one.rule, one.outcome) for one in result.results] == [("wide", Outcome.WAIVED), ("comp", Outcome.FAIL)]
    assert "waived by Kim (supervisor, until 2026-12-01): agreed" in result.findings[0].evidence
    assert result.outcome is Outcome.FAIL
    other = judged(tmp_path, GOOD.replace("sh010.exr", "*/archive/*"))
    assert [one.outcome for one in other.results] == [Outcome.FAIL, Outcome.FAIL]


def test_an_asset_of_which_all_is_waived_is_waived_and_not_passed(tmp_path: Path) -> None:
    file = tmp_path / "w.yaml"
    both = f"  - {GOOD}\n  - {GOOD.replace('wide', 'comp').replace('sh010.exr', '/p/*.exr')}\n"
    file.write_text(f"schema: qcwaivers/1\nwaivers:\n{both}", encoding="utf-8")
    made = policy(RULES, TERMS)
    assert judge(made, DocumentFacts(exr()), read_waivers(str(file), made, TODAY).waive).outcome is Outcome.WAIVED


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ((", until: 2026-12-01", ", until: 2026-11-19"), "it ended on 2026-11-19"),
        ((", until: 2026-12-01", ""), "it has no end; 30 days are the most"),
        ((", until: 2026-12-01", ", until: 2027-12-01"), "it runs longer than 30 days"),
        (("note: agreed", "note: ' '"), "it has no note"),
        ((", note: agreed", ""), "it has no note"),
        (("role: supervisor", "role: runner"), "the role runner may not waive; supervisor may"),
        ((", until: 2026-12-01", ", from: 2026-11-25, until: 2026-12-01"), "it begins on 2026-11-25"),
    ],
)
def test_a_waiver_outside_the_terms_does_not_count(tmp_path: Path, change: tuple[str, str], why: str) -> None:
    result = judged(tmp_path, GOOD.replace(*change))
    assert result.results[0].outcome is Outcome.FAIL
    assert f"the waiver of Kim does not count: {why}" in result.findings[0].evidence
    assert f"; the waiver of Kim does not count: {why}" in told(result.findings[0])


@pytest.mark.parametrize(
    ("waiver", "words"),
    [
        ("{rule: wid, asset: a, who: b}", "w.yaml:3:12: the policy has no rule wid"),
        ("{rule: wide, who: b}", "asset is missing"),
        ("{rule: wide, asset: a, who: b, until: soon}", "soon is no day"),
        ("{rule: wide, asset: a, who: b, why: c}", "why is no key of a waiver"),
    ],
)
def test_a_file_of_waivers_is_read_as_strictly_as_a_policy(tmp_path: Path, waiver: str, words: str) -> None:
    file = tmp_path / "w.yaml"
    file.write_text(f"schema: qcwaivers/1\nwaivers:\n  - {waiver}\n", encoding="utf-8")
    with pytest.raises(BadYaml, match=words):
        read_waivers(str(file), policy(RULES, TERMS), TODAY)


def test_a_waiver_of_a_rule_inside_a_group_is_told_to_name_the_group(tmp_path: Path) -> None:
    file = tmp_path / "w.yaml"
    file.write_text("schema: qcwaivers/1\nwaivers:\n  - {rule: g.1, asset: a, who: b}\n", encoding="utf-8")
    rules = "  - all:\n      id: g\n      rules:\n        - {select: kind, expect: {eq: x}}"
    with pytest.raises(BadYaml, match="w.yaml:3:12: g.1 is a rule of the group g"):
        read_waivers(str(file), policy(rules, TERMS), TODAY)


def test_what_could_not_be_judged_cannot_be_waived(tmp_path: Path) -> None:
    file = tmp_path / "w.yaml"
    file.write_text(f"schema: qcwaivers/1\nwaivers:\n  - {GOOD}\n", encoding="utf-8")
    made = policy("  - {id: wide, check: pixels.finite}", TERMS)
    result = judge(made, DocumentFacts(exr()), read_waivers(str(file), made, TODAY).waive)
    assert result.outcome is Outcome.ERROR


def test_waivers_that_are_about_nothing_that_was_found_are_known_at_the_end(tmp_path: Path) -> None:
    file = tmp_path / "w.yaml"
    lines = (GOOD, GOOD.replace("sh010.exr", "sh01O.exr"), GOOD.replace("supervisor", "runner"))
    file.write_text("schema: qcwaivers/1\nwaivers:\n" + "".join(f"  - {one}\n" for one in lines), encoding="utf-8")
    made = policy(RULES, TERMS)
    waivers = read_waivers(str(file), made, TODAY)
    assert len(waivers.idle) == 3
    waivers.meet(judge(made, DocumentFacts(exr()), waivers.waive).findings)
    assert [one.document() for one in waivers.idle] == [{"line": 4, "rule": "wide", "asset": "sh01O.exr", "who": "Kim"}]


def test_a_waiver_of_what_could_not_be_judged_is_not_taken_for_mistyped(tmp_path: Path) -> None:
    file = tmp_path / "w.yaml"
    file.write_text(f"schema: qcwaivers/1\nwaivers:\n  - {GOOD}\n", encoding="utf-8")
    made = policy("  - {id: wide, check: pixels.finite}", TERMS)
    waivers = read_waivers(str(file), made, TODAY)
    waivers.meet(judge(made, DocumentFacts(exr()), waivers.waive).findings)
    assert not waivers.idle


def test_a_waiver_is_told_with_what_it_says_and_no_more(tmp_path: Path) -> None:
    file, made = tmp_path / "w.yaml", policy(RULES, "waivers: {require_note: false}\n")
    file.write_text("schema: qcwaivers/1\nwaivers:\n  - {rule: wide, asset: sh010.exr, who: Kim}\n", encoding="utf-8")
    result = judge(made, DocumentFacts(exr()), read_waivers(str(file), made, TODAY).waive)
    assert result.findings[0].evidence.endswith("waived by Kim: no note")

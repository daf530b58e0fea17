"""Expressions and patterns of a policy over texts that are made to take long: they end, and nothing passes."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Cancelled
from app.jobs.children import ChildPool
from app.jobs.framing import Message
from app.jobs.job import CancelToken
from app.qc import matching
from app.qc.findings import Outcome
from app.qc.globs import PathPattern
from app.qc.judging import is_about
from app.qc.quickness import is_quick
from app.qc.validating import DocumentFacts, validate_document
from tests.qc.policykit import exr, judged, policy

SLOW = "(?i)^(A[a-z]+)+$"
HOSTILE = "a" * 200 + "!"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The searches here take hours: there is no need to wait for seconds."""
    monkeypatch.setattr(matching, "LIMIT_S", 0.2)


def hostile() -> dict[str, Any]:
    document = exr(f"/p/delivery/{HOSTILE}.exr")
    document["parts"][0]["attributes"][0]["value"] = HOSTILE
    return document


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "rule",
    [
        f"select: 'parts[0].attributes.owner', expect: {{regex: '{SLOW}'}}",
        f"select: 'parts[0].attributes.owner', expect: {{forbid_regex: '{SLOW}'}}",
        f"check: name, expect: {{regex: '{SLOW}'}}",
        f"check: name, expect: {{forbid_regex: '{SLOW}'}}",
        f"select: lossless, expect: {{eq: true}}, when: {{select: 'attributes.owner', expect: {{regex: '{SLOW}'}}}}",
        f"check: exr.lossless, when: {{select: 'parts[0].attributes.owner', expect: {{forbid_regex: '{SLOW}'}}}}",
    ],
)
def test_an_expression_that_takes_too_long_is_an_error_of_its_rule_alone(rule: str) -> None:
    document = hostile()
    document["attributes"]["owner"] = HOSTILE
    slow, other = judged(
        f"  - {{id: r, {rule}}}\n  - {{id: other, select: lossless, expect: {{eq: true}}}}", document
    ).results
    assert (slow.outcome, other.outcome) == (Outcome.ERROR, Outcome.PASS)
    assert SLOW in slow.findings[0].evidence


@pytest.mark.usefixtures("impatient")
def test_whether_a_group_or_a_policy_is_about_an_asset_is_not_guessed() -> None:
    when = f"{{select: 'parts[0].attributes.owner', expect: {{regex: '{SLOW}'}}}}"
    inner = "[{select: lossless, expect: {eq: true}}]"
    [group] = judged(f"  - any: {{id: g, rules: {inner}, when: {when}}}", hostile()).results
    assert group.outcome is Outcome.ERROR
    whole = policy("  - {id: r, select: lossless, expect: {eq: true}}", f"match: {when}\n")
    told = validate_document(whole, hostile())
    assert (told["outcome"], told["findings"][0]["rule"]) == ("error", "r")


def test_a_job_that_is_cancelled_waits_for_no_search() -> None:
    token = CancelToken()
    with matching.searching(token):
        token.cancel()
        with pytest.raises(Cancelled):
            matching.search(SLOW, HOSTILE)


def test_what_was_found_in_time_is_not_searched_for_again_by_the_same_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    call = ChildPool.call

    def counted(self: ChildPool, request: dict[str, Any], token: CancelToken, timeout_s: float) -> list[Message]:
        asked.append(request["text"])
        return call(self, request, token, timeout_s)

    monkeypatch.setattr(ChildPool, "call", counted)
    when = "{select: 'attributes.owner', expect: {regex: '(?i)^A[a-z]+$'}}"
    document = exr("/p/a.exr")
    document["attributes"]["owner"] = "anna"
    assert is_about(
        policy("  - {id: r, select: lossless, expect: {eq: true}}", f"match: {when}\n"), DocumentFacts(document)
    )
    assert asked == ["anna"]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(?i)^(?P<show>ag+m)_(?P<shot>\d+)?", "AGM_"),
        (r"^(?P<a>\w+)_(?P<b>\w+)_(?P<c>\w+)$", "one_two_three_four"),
        (r"(\w)\1", "abccd"),
        (r"^(?:foo|bar|ba)+$", "foobarbaz"),
        (r"é(?P<rest>.*)", "caf\udce9é \U0001f3ac"),
        (r"x*", ""),
    ],
)
def test_an_expression_says_the_same_in_a_child_as_here(pattern: str, text: str) -> None:
    found = re.search(pattern, text)
    assert matching.search(pattern, text) == (found.groupdict() if found else None)


@pytest.mark.parametrize(
    "pattern",
    ["^AGM_[0-9]{3}_[A-Z]+_v[0-9]+$", r"^(?P<show>[A-Z]{3})_(?P<shot>\d{4})(?:_v\d{3})?$", "^(debug|tmp)\\.", "beauty",
     r"^\w+_v\d+$", "^[A-Za-z0-9]+(_[A-Za-z0-9]+){2,}_v[0-9]{3,4}$", r"[A-Z]+_v\d+"],
)  # fmt: skip
def test_usual_expressions_need_no_child(pattern: str) -> None:
    assert is_quick(pattern)


@pytest.mark.parametrize(
    "pattern",
    [SLOW, r"(x)?(?(1)y|(a+)+$)", "(?:(a+)+$)++", "(?i:(A[a-z]+)+$)", r"\w+_\w+_\w+!", r"(\w+)\1$", "^(?:aa|a.)+!",
     "^" + "a*a*b" * 10 + "!", "^(?:a{1,3}){1,10}(?:a{1,3}){1,10}!", "(?=.*a)*b", "(?m)^.*!",
     "(?:b+(?:b+(?:b+(?:b+x){2}y){2}z){2}w){2}", "(?:b+(?:b+(?:b+x)?y)?z)?!", "b+[bx]xx?" * 20 + "!"],
)  # fmt: skip
def test_others_are_searched_for_where_they_can_be_ended(pattern: str) -> None:
    assert not is_quick(pattern)


def test_a_path_pattern_of_many_stars_ends() -> None:
    assert not PathPattern("**a" * 60 + "!").fits("/" + "a" * 4000)
    assert not PathPattern("/" + "*a" * 60 + "!").fits("/" + "a" * 4000)
    assert PathPattern("**/" * 30 + "*.exr").fits("/a" * 1000 + "/b.exr")


@given(
    st.lists(st.sampled_from(["**/", "**", "*", "?", "a", "b/", "/", "ab", "."]), max_size=8).map("".join),
    st.text("ab/.\n", max_size=12),
)
def test_a_path_pattern_fits_what_its_expression_would(pattern: str, path: str) -> None:
    tokens = re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", pattern)
    made = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    expression = "".join(made.get(token) or re.escape(token) for token in tokens)
    assert PathPattern(pattern).fits(path) is (re.fullmatch(expression, path, re.DOTALL) is not None)

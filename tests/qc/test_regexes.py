"""Expressions that could run for hours are refused; those that names are checked with are not."""

import re
import time

import pytest

from app.qc.policies import policy_bytes, shipped_policies
from app.qc.regexes import check_regex
from app.yamlnodes import BadYaml, Place

HERE = Place("x.yaml", 1, 1)


@pytest.mark.parametrize(
    "text",
    ["(a+)+$", "(a*)*$", "(a|aa)+$", "(a?a)+$", r"(\w\w?)+$", "(.*a)*$", "((ab)*)*$", "(a+_?)+$", "([a-z]+|x)*$",
     r"^(([a-z])+.)+[A-Z]([a-z])+$", ".*.*.*.*$", "(a{1,9}){1,999}$",
     "(?:a?){60}b", "(a{1,60}){1,60}b", r"\d+\d+\d+\d+\d+x", "(a|ab|b){1,40}c", "([a-z]+){2,4}!",
     "^a*b?a*b?a*b?a*b?a*c", r"^\w*-?\w*-?\w*-?\w*-?\w*!", "a{0,64}" * 8 + "!", r"\w+_\w+_\w+_\w+_\w+_v\d+$",
     "^" + ".?" * 40 + "a{40}", "^(?:.?.?.?.?.?.?.?.?.?.?){4}!", "(a*a*a*|b)a*!"],
)  # fmt: skip
def test_an_expression_that_could_run_for_hours_is_refused(text: str) -> None:
    with pytest.raises(BadYaml, match="x.yaml:1:1"):
        check_regex(text, HERE)


@pytest.mark.parametrize(
    "text",
    ["^AGM_[0-9]{3}_[A-Z]+_v[0-9]+$", "^[A-Za-z0-9]+(_[A-Za-z0-9]+){2,}_v[0-9]{3,4}$", r"^(foo|bar|ba)_\d+$",
     r"(_[a-z]+|-[0-9]+)*$", "(ab)+", "(a|b|c)+x", r"^(?P<show>\w+?)_.*$", r"(\d\d:)+\d\d", "(?:left|right)*",
     r"^(\d{2,4}_?){3}$", r"^[A-Z]+\d+[a-z]+_v\d+$", "(_[a-z]{2,5}){1,4}$",
     r"^\w+_\w+_v\d+$", "[a-z]+_[a-z]+_[a-z]+_[a-z]+_[a-z]+_v[0-9]+$",
     r"^\d+[a-z]+\d+[a-z]+\d+[a-z]+!", "^.*_.*_v[0-9]+$"],
)  # fmt: skip
def test_an_expression_for_names_is_taken_and_is_quick(text: str) -> None:
    check_regex(text, HERE)
    began = time.thread_time()
    for name in ("a" * 255, "a_" * 127, "ab" * 100 + "!", "_a-1" * 60 + "?", "1:" * 120):
        re.search(text, name)
    assert time.thread_time() - began < 5


def test_those_of_the_shipped_policies_are_among_them() -> None:
    for policy in shipped_policies():
        data, _ = policy_bytes(policy.id)
        for text in re.findall(r"regex: '(.*)'", data.decode()):
            check_regex(text.replace("{show}", "AGM"), HERE)

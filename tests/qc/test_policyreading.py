"""What a policy file may not be: each mistake is answered with its line and column, and what to write instead."""

import re
import time
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import UsageError
from app.qc.policyreading import read_policy
from app.yamlnodes import BadYaml
from tests.qc.policykit import HEAD, exr, judged, policy

RULE = "rules:\n  - {id: r, select: 'parts[*].width', expect: {min: 1}}\n"


def refused(text: str | bytes) -> BadYaml:
    with pytest.raises(BadYaml) as caught:
        read_policy(text if isinstance(text, bytes) else text.encode(), "x.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("text", "place", "words", "hint"),
    [
        ("", "1:1", "empty", "docs/policies.md"),
        ("- a\n", "1:1", "keys and values", ""),
        (HEAD + RULE + "colour: red\n", "6:1", "colour is no key of a policy", ""),
        (HEAD + "rule:\n", "4:1", "rule is no key", "Did you mean rules?"),
        (HEAD, "1:1", "rules is missing", ""),
        (HEAD.replace("/1", "/9") + RULE, "1:9", "qcpolicy/9", "qcpolicy/1"),
        (HEAD + "rules: []\n", "4:8", "list of rules", ""),
        (HEAD + "rules:\n\t- {id: r}\n", "5:1", "\\t", "spaces"),
        (HEAD + "vars: &a {x: 1}\n" + RULE, "4:7", "&a is an anchor", "out"),
        (HEAD + "title: *a\n" + RULE, "4:8", "*a is an alias", "out"),
        (HEAD + "title: !!python/object:os.system x\n" + RULE, "4:8", "is a tag", "tag"),
        (HEAD + "id: again\n" + RULE, "4:1", "id is there twice, first in line 2", ""),
        (HEAD + RULE + "---\na: 1\n", "6:1", "second document", ""),
        (HEAD + "rules:\n  - {id: r, select: 'part[*].x', expect: {eq: 1}}\n", "5:21", "part", "Did you mean parts?"),
        (HEAD + "rules:\n  - {id: r, select: 'parts[*', expect: {eq: 1}}\n", "5:21", "cannot be read", ""),
        (HEAD + "rules:\n  - {id: r, select: 'kind[0]', expect: {eq: 1}}\n", "5:21", "no list", ""),
        (HEAD + "rules:\n  - {id: r, select: kind, expect: {equal: 1}}\n", "5:36", "no operator equal", ""),
        (HEAD + "rules:\n  - {id: r, select: kind, expect: {regex: '('}}\n", "5:43", "no regular expression", ""),
        (HEAD + "rules:\n  - {id: r, select: kind, expect: {regex: '(a+)+$'}}\n", "5:43", "repeats", "limit"),
        (HEAD + "rules:\n  - {id: r, select: kind, expect: {min: lots}}\n", "5:41", "lots is no number", "24000/1001"),
        (HEAD + "rules:\n  - {id: r, select: kind, expect: {eq: '{nope}'}}\n", "5:40", "no variable nope", ""),
        (HEAD + "rules:\n  - {id: r, check: sequence.mising}\n", "5:20", "sequence.mising", "sequence.missing"),
        (HEAD + "rules:\n  - {id: r, check: sequence.missing, expect: {min: 1}}\n", "5:47", "min", "max"),
        (HEAD + "rules:\n  - {id: r, check: sequence.missing, range: [9, 1]}\n", "5:45", "comes after", ""),
        (HEAD + "rules:\n  - {id: r, check: name}\n", "5:5", "needs expect", "regex"),
        (HEAD + "rules:\n  - {id: r}\n", "5:5", "neither select nor check", ""),
        (HEAD + "rules:\n  - {id: r, chek: files.empty}\n", "5:13", "chek is no key of a rule", "Did you mean check?"),
        (
            HEAD + "rules:\n  - {id: r, selct: kind, expect: {eq: x}}\n",
            "5:13",
            "selct is no key",
            "Did you mean select?",
        ),
        (HEAD + "rules:\n  - {id: r, range: tracker}\n", "5:5", "neither select nor check", ""),
        (HEAD + "rules:\n  - {check: name, expect: {regex: x}}\n", "5:5", "id is missing", ""),
        (HEAD + RULE + "  - {id: r, select: kind, expect: {eq: x}}\n", "6:5", "r is there twice", ""),
        (HEAD + "defaults: {severity: fatal}\n" + RULE, "4:22", "fatal is not one of", "error"),
        (
            HEAD + "rules:\n  - {id: r, check: pixels.stats, sample: {frames: some}, expect: {nan: 0}}\n",
            "5:51",
            "some",
            "",
        ),
        (HEAD + "rules:\n  - {id: r, select: parts[0].type, expect: {eq: 1}}\n", "5:26", "'['", "quotes"),
        (HEAD + "rules:\n  - {id: r, select: parts[*].type, expect: {eq: 1}}\n", "5:28", "']'", "quotes"),
        (HEAD + "rules:\n  - id: r\n    select: *.type\n", "6:14", "'.'", "quotes"),
        (
            HEAD + "rules:\n  - {id: r, select: 'streams[video].framerate', expect: {eq: 24}}\n",
            "5:21",
            "framerate",
            "frame_rate",
        ),
        (HEAD + "match: {kind: film}\n" + RULE, "4:15", "there is no kind film", ""),
        (HEAD + "match: {kind: [movie, sound]}\n" + RULE, "4:23", "nothing is both movie and sound", "ext: [mov, wav]"),
        (HEAD + "match: {kind: [exr, single, movie]}\n" + RULE, "4:29", "nothing is both exr and movie", "Each"),
        (
            HEAD + "rules:\n  - {id: r, when: {kind: [single, image, sequence]}, select: kind, expect: {eq: x}}\n",
            "5:42",
            "nothing is both single and sequence",
            "",
        ),
        (HEAD + "title: [1\n", "5:1", "", ""),
        (HEAD + "rules:\n  - {id: r, check: pixels.stats, expect: {max: nan}}\n", "5:48", "nan is no number", ""),
        (HEAD + "title: no\n  - x: [\n", "5:6", "mapping values", ""),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, place: str, words: str, hint: str) -> None:
    error = refused(text)
    assert error.message.startswith(f"x.yaml:{place}: "), error.message
    assert words in error.message
    assert hint in error.hint
    assert error.exit_code == 3


def test_bytes_that_are_no_text_are_told_with_their_place() -> None:
    assert refused(HEAD.encode() + b"title: caf\xe9\n").message.startswith("x.yaml:4:11: this is no UTF-8")
    assert "x.yaml:1:6" in refused(b"id: a\x00b\n").message


def test_a_file_that_would_grow_to_billions_is_refused_at_once() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(9)
    )
    began = time.thread_time()
    assert "anchor" in refused(bomb).message
    assert "1024 KiB" in refused(b"#" * 1_100_000).message
    assert "deep" in refused("x: " + "[" * 2000).message
    assert time.thread_time() - began < 5


def test_text_that_other_readers_take_for_something_else_stays_text() -> None:
    document = exr()
    document["kind"] = "no"
    assert judged("  - {id: r, select: kind, expect: {eq: no}}", document).findings == []


def test_variables_are_put_in_as_text_also_in_expressions() -> None:
    rules = "  - {id: r, select: file.name, expect: {regex: '^{show}_[0-9]{4}\\.exr$'}}"
    head = "vars: {show: AGM}\n"
    document = exr("/p/A.M_0001.exr")
    assert len(judged(rules, document, head).findings) == 1
    from app.qc.validating import validate_document

    assert validate_document(policy(rules, head, show="A.M"), document)["outcome"] == "pass"
    assert validate_document(policy(rules, head, show="A.M"), exr("/p/AxM_0001.exr"))["outcome"] == "fail"


def test_a_variable_keeps_the_type_that_the_policy_gives_it() -> None:
    rules = "  - {id: r, select: 'parts[0].width', expect: {eq: '{wide}'}}"
    from app.qc.validating import validate_document

    assert validate_document(policy(rules, "vars: {wide: 2048}\n", wide="4096"), exr())["outcome"] == "pass"
    with pytest.raises(UsageError, match="whole number"):
        policy(rules, "vars: {wide: 2048}\n", wide="wide")


def test_a_variable_that_is_unknown_or_has_no_value_is_refused() -> None:
    rules = "  - {id: r, select: kind, expect: {eq: '{show}'}}"
    with pytest.raises(UsageError, match="no variable sho") as caught:
        policy(rules, "vars: {show: A}\n", sho="B")
    assert caught.value.hint == "Did you mean show?"
    with pytest.raises(UsageError, match="^The policy try.it needs a value of show$") as caught:
        policy(rules, "vars: {show: null}\n")
    assert caught.value.hint == "Add --var show=VALUE"


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 600), st.binary(max_size=12), st.integers(0, 12))
def test_a_damaged_file_is_read_or_refused_with_its_place(at: int, bytes_in: bytes, without: int) -> None:
    good = files("resources").joinpath("policies", "aces-container.yaml").read_bytes()
    try:
        read_policy(good[:at] + bytes_in + good[at + without :], "x.yaml")
    except BadYaml as error:
        assert re.match(r"x\.yaml:\d+:\d+: .", error.message)  # noqa: PT017 - either is right

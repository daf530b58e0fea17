"""YAML that people write for us: every mistake is told with its line and column, and nothing costs time or memory."""

import pytest

from app.yamlnodes import BadYaml, Listing, Mapping, Scalar, mapping_of, plain, read_yaml


def read(text: str) -> Mapping:
    return mapping_of(read_yaml(text.encode(), "show.yaml"), "it")


def refused(text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(BadYaml) as caught:
        read_yaml(data, "show.yaml")
    assert caught.value.code == "yaml.invalid"
    return caught.value.message


def test_values_keep_their_kind_and_place() -> None:
    tree = read("a: 4\nb: [x, 1.5, true]\nc:\n  d: 0003\n")
    assert plain(tree) == {"a": 4, "b": ["x", 1.5, True], "c": {"d": 3}}
    assert isinstance(tree.entries["b"], Listing)
    number = mapping_of(tree.entries["c"], "c").entries["d"]
    assert isinstance(number, Scalar)
    assert (number.text, number.place.line, number.place.column) == ("0003", 4, 6)


def test_keys_are_the_words_that_were_written() -> None:
    assert list(read("0010: a\n1.50: b\nTrue: c\n1e3: d\n").entries) == ["0010", "1.50", "True", "1e3"]


def test_text_that_older_readers_take_for_something_else_stays_text() -> None:
    found = plain(read("a: no\nb: on\nc: 1:30\nd: 2026-01-01\ne: 1_000\nf: 0o17\n"))
    assert found == {"a": "no", "b": "on", "c": "1:30", "d": "2026-01-01", "e": "1_000", "f": "0o17"}


def test_characters_that_json_escapes_in_halves_are_whole() -> None:
    assert plain(read('{"a": "\\ud83d\\ude00", "b": "\\u00e9"}')) == {"a": "\U0001f600", "b": "\u00e9"}


def test_an_empty_file_holds_nothing() -> None:
    assert read("# only a comment\n").entries == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:\n\tb: 1\n", "show.yaml:2:1: found character"),
        ("a: &x 1\nb: 2\n", "show.yaml:1:4: &x is an anchor"),
        ("a: *x\n", "show.yaml:1:4: *x is an alias"),
        ("a: !!python/object/apply:os.system [ls]\n", "show.yaml:1:4: tag:yaml.org,2002:python"),
        ("a: !mine 1\n", "show.yaml:1:4: !mine is a tag"),
        ("a: 1\nb: 2\na: 3\n", "show.yaml:3:1: a is there twice, first in line 1"),
        ("a: [1, 2\n", "show.yaml:2:1:"),
        ("? [a, b]\n: 1\n", "show.yaml:1:3: a key is a word"),
        ("~: 1\n", "show.yaml:1:1: a key is a word"),
        ("a: 1\n---\nb: 2\n", "show.yaml:2:1: a second document"),
        ("a: " + "[" * 5000, "nested more than 32 deep"),
        (b"a: 1\nb: \xff\xfe\n", "show.yaml:2:4: this is no UTF-8"),
        (b"b: 1\na: \x07\n", "show.yaml:2:4: this character is not allowed"),
        (b"x" * (1 << 21), "more than 1024 KiB"),
        ('a: "x"\n"b\\udcff": 1\n', "show.yaml:2:1: half of a character"),
        ('a: "\\ud83d"\n', "show.yaml:1:4: half of a character"),
    ],
)
def test_what_is_refused_is_told_with_its_place(text: str | bytes, said: str) -> None:
    assert said in refused(text)


def test_a_billion_laughs_are_refused_at_the_first() -> None:
    lines = ["a0: &a0 [lol, lol]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    assert "show.yaml:1:5: &a0 is an anchor" in refused("\n".join(lines))

"""YAML that people write for us: every mistake is told with its line and column, and nothing costs time or memory."""

import pytest

from app.errors import InputError
from app.yamltree import parse_yaml


def refused(text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(InputError) as caught:
        parse_yaml(data, "show.yaml")
    return caught.value.message


def test_values_keep_their_kind_and_place() -> None:
    tree = parse_yaml(b"a: 4\nb: [x, 1.5, true]\nc:\n  d: 0003\n", "f")
    values = {key: node.value for key, node in tree.items("it")}
    assert values["a"] == 4
    assert [node.value for node in values["b"]] == ["x", 1.5, True]
    assert (values["c"]["d"].text, values["c"]["d"].line, values["c"]["d"].column) == ("0003", 4, 6)


def test_an_empty_file_holds_nothing() -> None:
    assert parse_yaml(b"# only a comment\n", "f").value == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:\n\tb: 1\n", "show.yaml:2:1: found character"),
        ("a: &x 1\nb: 2\n", "show.yaml:1:4: anchors and aliases"),
        ("a: *x\n", "show.yaml:1:4: anchors and aliases"),
        ("a: !!python/object/apply:os.system [ls]\n", "show.yaml:1:4: tags"),
        ("a: !mine 1\n", "show.yaml:1:4: tags"),
        ("a: 1\nb: 2\na: 3\n", "show.yaml:3:1: the key 'a' stands twice"),
        ("a: [1, 2\n", "show.yaml:2:1:"),
        ("? [a, b]\n: 1\n", "show.yaml:1:3: a key has to be a plain word"),
        ("a: 1\n---\nb: 2\n", "more than one document"),
        ("a: " + "[" * 5000, "nested more than 32 deep"),
        (b"a: 1\nb: \xff\xfe\n", "show.yaml:2:4: it is no UTF-8 text"),
        (b"a: \x07\n", "show.yaml:1:1: it holds a character that YAML does not allow"),
        (b"x" * (1 << 21), "longer than 1024 KiB"),
    ],
)
def test_what_is_refused_is_told_with_its_place(text: str | bytes, said: str) -> None:
    assert said in refused(text)


def test_a_billion_laughs_are_refused_at_the_first() -> None:
    lines = ["a0: &a0 [lol, lol]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    assert "show.yaml:1:5: anchors and aliases" in refused("\n".join(lines))

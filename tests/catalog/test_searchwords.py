"""What a pattern stands for in a path, and that looking for it ends."""

import re

from hypothesis import given
from hypothesis import strategies as st

from app.catalog.searchwords import Word


@given(
    st.lists(st.sampled_from(["*", "?", "a", "b", "/", "/**", "/**/", ".", "é"]), min_size=1, max_size=8).map("".join),
    st.text("aab/.é", max_size=12),
)
def test_stars_stand_for_any_letters_of_a_name(pattern: str, path: str) -> None:
    tokens = re.findall(r"/\*\*(?=/|\Z)|\*+|\?|/|[^*?/]+", pattern)
    made = {"/**": "(?:/.*)?", "?": "[^/]"}
    plain = "".join(made.get(one) or ("[^/]*" if one[0] == "*" else re.escape(one)) for one in tokens)
    found = Word(pattern.encode(), pattern=True).in_folder().search(f"/{path}/".encode())
    assert (found is not None) is (re.search(f"/{plain}/", f"/{path}/") is not None)


def test_a_pattern_of_many_stars_ends() -> None:
    word = Word(b"*a" * 60 + b"!", pattern=True)
    assert word.in_folder().search(b"/" + b"a" * 4000 + b"/") is None
    word = Word(b"a" + b"/**/a" * 20 + b"/**/z", pattern=True)
    assert word.in_folder().search(b"/a" * 300 + b"/") is None
    assert word.in_folder().search(b"/a" * 300 + b"/b/z/") is not None

"""Facts as a tree: long levels come in pages, a search finds what lies deep, a line gives its whole value."""

import time

from ui.models.fact_nodes import MOST_HITS, PAGE, FactNode, FactTree, as_json, one_line, paged, plain, search, text_of


def many(count: int) -> FactTree:
    return FactTree((FactNode("Attributes", "", paged([FactNode(f"name{n:06}", str(n)) for n in range(count)])),))


def test_a_long_level_comes_in_pages_that_say_what_they_hold() -> None:
    (top,) = many(1234).nodes
    assert [(page.name, page.value) for page in top.children] == [
        ("1–500", "name000000 … name000499"),
        ("501–1,000", "name000500 … name000999"),
        ("1,001–1,234", "name001000 … name001233"),
    ]
    assert all(len(level.children) <= PAGE for level in (top, *top.children))


def test_no_level_is_longer_than_a_page_however_many_there_are() -> None:
    (top,) = many(300_000).nodes
    assert len(top.children) <= PAGE
    assert len(top.children[0].children) <= PAGE


def test_a_search_looks_through_pages_and_counts_what_it_does_not_show() -> None:
    tree = many(100_000)
    started = time.thread_time()
    found = search(tree, "name0123")
    assert time.thread_time() - started < 5
    assert found.hits == 100
    assert [node.name for node in found.nodes[0].children][:2] == ["name012300", "name012301"]
    assert search(tree, "name").hits == 100_000
    assert len(search(tree, "name").nodes[0].children) == MOST_HITS
    assert search(tree, "owner").nodes == ()


def test_words_may_be_spread_over_a_line_and_those_above_it() -> None:
    layer = FactNode("left", "", (FactNode("R", "half"), FactNode("G", "half")))
    found = search(FactTree((FactNode("Channels", "", (layer, FactNode("R", "float"))),)), "left r half")
    assert found.nodes == (FactNode("Channels", "", (FactNode("left", "", (FactNode("R", "half"),)),)),)


def test_below_a_line_that_fits_all_lines_stay() -> None:
    layer = FactNode("left", "", (FactNode("R", "half"), FactNode("G", "half")))
    assert search(FactTree((layer,)), "LEFT").nodes == (layer,)


def test_a_long_value_is_cut_on_the_screen_and_whole_when_copied() -> None:
    text = "x" * 5000
    node = FactNode("comments", one_line(text), raw=text)
    assert len(node.value) < 400
    assert text_of(node) == text
    assert one_line("a\nb\0c") == "a␊b␀c"


def test_lines_become_json_again_also_from_pages() -> None:
    (top,) = many(1001).nodes
    assert len(top.json()) == 1001
    assert as_json({"a": 1}) == '{\n  "a": 1\n}'
    assert plain({"id": 3, "name": "zip"}) == "zip"
    assert plain([1.5, None, True]) == "1.5, –, yes"

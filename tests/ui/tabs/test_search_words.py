"""Sentences about a search."""

from app.catalog.search import SearchQuery
from app.errors import NotACatalog
from app.model.drives import Drive, Passport
from ui.tabs.search_runner import Answer, Wanted
from ui.tabs.search_words import left_out, nothing_found, status_words

DRIVES = (Drive("a", "Shelf 7", "/mnt/a", Passport()), Drive("b", "Card", "/mnt/b", Passport()))


def answer(text: str, seconds: float = 0.0061) -> Answer:
    broken = {"b": NotACatalog("the shard is damaged", hint="Restore it.")}
    return Answer(Wanted(SearchQuery(text)), (), True, seconds, DRIVES, broken)


def test_the_number_of_hits_is_open_until_it_is_known() -> None:
    nbsp = "\N{NO-BREAK SPACE}"
    assert status_words(answer("comp"), 1000, None, filtered=False) == f"1,000+ hits · 6{nbsp}ms"
    assert status_words(answer("comp"), 1000, 18402, filtered=False) == f"18,402 hits · 6{nbsp}ms"
    assert status_words(answer("", 0), 1, 1, filtered=False) == f"1 file · 1{nbsp}ms"
    assert status_words(answer("", 0), 1, 1, filtered=True) == f"1 hit · 1{nbsp}ms"


def test_short_texts_say_that_they_are_beginnings() -> None:
    assert status_words(answer("sh"), 3, 3, filtered=False).startswith("names that begin with “sh” · 3 hits")
    assert "begin" not in status_words(answer("a/"), 3, 3, filtered=False)
    assert nothing_found("xy", "").startswith("No name begins with “xy”. Three letters")


def test_nothing_found_repeats_text_and_filters() -> None:
    words = "No name or path contains “comp” with these filters: Verdict: fail."
    assert nothing_found("comp", "Verdict: fail") == words
    assert nothing_found("", "Size: ≥ 1 GB") == "No file matches with these filters: Size: ≥ 1 GB."


def test_a_drive_that_is_left_out_is_named_with_what_to_do() -> None:
    assert left_out(answer("x")) == "Card is not searched: the shard is damaged. Restore it."

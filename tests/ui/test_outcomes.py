"""How a job ended, in words and by level."""

import pytest

from ui.outcomes import DONE, FAILED, NEUTRAL, PROBLEMS, told


@pytest.mark.parametrize(
    ("operation", "state", "summary", "words", "level"),
    [
        ("scan", "done", {"counts": {"new": 1204, "changed": 37}}, "1,204 new · 37 changed", DONE),
        ("scan", "done", {"counts": {"new": 0}}, "nothing changed", DONE),
        ("scan", "done", {"counts": {"unreadable": 12, "new": 3}}, "12 unreadable · 3 new", PROBLEMS),
        ("scan", "done", {"counts": {}, "unaccepted_missing": 1204}, "1,204 missing, not accepted", PROBLEMS),
        ("scan", "done", {"counts": {}, "empty_base": True}, "base is empty: nothing marked", PROBLEMS),
        ("scan", "cancelled", {"counts": {"files": 12345}}, "stopped at 12,345 files", NEUTRAL),
        ("scan", "cancelled", {"counts": {}}, "stopped", NEUTRAL),
        ("scan", "interrupted", {}, "interrupted: the program ended", PROBLEMS),
        ("scan", "failed", {"error": "the drive is gone"}, "failed: the drive is gone", FAILED),
        ("qc_crawl", "done", {"counts": {"written": 1, "failed": 2}}, "2 failed · 1 sidecar written", PROBLEMS),
        ("qc_clean", "done", {"counts": {"removed": 3, "kept": 1}}, "3 files removed, 1 kept", DONE),
        ("sign_off", "done", {"verdict": "pass", "sidecar": "a.qc.json"}, "pass written to a.qc.json", DONE),
        ("undo_sign_off", "done", {"verdict": "pending"}, "it stands at pending again", DONE),
        ("export_search", "done", {"counts": {"rows": 7}, "file": "/x/hits.csv"}, "7 hits to hits.csv", DONE),
        ("export_report", "done", {"counts": {"files": 3}, "file": "/x/a.csv"}, "to a.csv and 2 more", DONE),
        ("check", "done", {"counts": {"judged": 1, "fail": 1}}, "1 of 1 asset fails", PROBLEMS),
        ("trial", "done", {}, "done", DONE),
    ],
)
def test_an_outcome_says_what_is_to_be_looked_at(
    operation: str, state: str, summary: dict[str, object], words: str, level: str
) -> None:
    end = told(operation, state, summary)
    assert (end.words, end.level) == (words, level)


@pytest.mark.parametrize(
    ("counts", "words", "level"),
    [
        ({"judged": 3, "pass": 3}, "3 assets: 3 pass, by kite.gate", DONE),
        ({"judged": 1, "fail": 1}, "1 of 1 asset fails · by kite.gate", PROBLEMS),
        ({"judged": 5, "fail": 4, "pass": 1}, "4 of 5 assets fail · 1 pass, by kite.gate", PROBLEMS),
        ({"judged": 2, "error": 2}, "2 could not be judged · by kite.gate", PROBLEMS),
        ({"judged": 2, "waived": 1, "skipped": 1}, "2 assets: 1 waived · 1 skipped, by kite.gate", DONE),
        ({"judged": 0, "others": 4}, "nothing to judge · by kite.gate", PROBLEMS),
        ({"judged": 2, "skipped": 2}, "nothing to judge · 2 assets: 2 skipped, by kite.gate", PROBLEMS),
    ],
)
def test_a_check_says_what_it_judged_and_is_good_only_where_it_judged_something(
    counts: dict[str, int], words: str, level: str
) -> None:
    end = told("check", "done", {"counts": counts, "policy": {"id": "kite.gate"}})
    assert (end.words, end.level) == (words, level)

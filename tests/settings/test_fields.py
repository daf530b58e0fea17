"""What a setting accepts, and how a refusal reads."""

from typing import Any

import pytest

from app.settings.fields import Reason
from app.settings.values import find_field


def rule(key: str) -> Any:
    field = find_field(key)
    assert field is not None
    return field.rule


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("scan.inspect", "Off", False),
        ("robust.batch_files", " 500 ", 500),
        ("robust.batch_seconds", "0.5", 0.5),
        ("performance.profile", "SSD", "ssd"),
        ("log.level", "warn", "WARNING"),
        ("performance.gentle_io", "auto", None),
        ("performance.gentle_io", "yes", True),
        ("robust.ignore", "Thumbs.db, *.tmp", ("Thumbs.db", "*.tmp")),
        ("robust.skip_globs", '["a,b/*"]', ("a,b/*",)),
        ("robust.ignore", "", ()),
        ("qc.reasons", '[{"code": "dust", "text": "Staub"}]', (Reason("dust", "Staub"),)),
    ],
)
def test_a_text_is_read_as_the_value_it_stands_for(key: str, text: str, value: Any) -> None:
    assert rule(key).read(text) == value


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("qc.min_sequence", 1, "below 2"),
        ("inspection.black_level", 10**400, "is no number"),
        ("qc.min_sequence", True, "no whole number"),
        ("qc.min_sequence", "3", "no whole number"),
        ("scan.missing_share", 1.5, "above 1"),
        ("scan.missing_share", float("nan"), "no number"),
        ("scan.inspect", "yes", "neither true nor false"),
        ("scan.inspect", None, "neither true nor false"),
        ("scan.mode", "quick", "none of delta, full"),
        ("robust.ignore", "*.tmp", "no list of texts"),
        ("robust.ignore", [1], "no list of texts"),
        ("qc.reasons", [{"code": "x"}], "no reason such as"),
        ("qc.reasons", [{"code": "x", "text": "X"}] * 2, "stands twice"),
        ("qc.operator", 5, "no text"),
    ],
)
def test_a_wrong_value_is_refused_with_the_reason(key: str, value: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        rule(key).check(value)


def test_a_text_that_is_no_number_or_list_is_refused() -> None:
    with pytest.raises(ValueError, match="no number"):
        rule("search.limit").read("many")
    with pytest.raises(ValueError, match="no whole number"):
        rule("search.limit").read("1.5")
    with pytest.raises(ValueError, match="no JSON list"):
        rule("robust.ignore").read("[oops")

"""Names that are proposed for files: after what they hold, and safe on every system."""

import pytest

from ui.export_file import safe_name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("A001 delivery.exr", "A001_delivery.exr"),
        ("shots/sh010/sh010.####.exr on A:001 px.all", "shots_sh010_sh010.exr_on_A_001_px.all"),
        ("Prüfung №1 <b>", "Prüfung_1_b"),
        ("../../etc", "etc"),
        ("?*", "export"),
    ],
)
def test_any_words_become_the_name_of_a_file(words: str, name: str) -> None:
    assert safe_name(words) == name

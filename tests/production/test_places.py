"""The template that says where shows keep their shots."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InputError, UsageError
from app.jobs.job import Job
from app.model.production import DEFAULT_LAYOUT, Level, Place, parse_layout
from app.production.places import find_places


def places(root: Path, layout: str = DEFAULT_LAYOUT) -> list[Place]:
    return find_places(root, parse_layout(layout), Job())


def make(root: Path, *folders: str) -> Path:
    for folder in folders:
        (root / folder).mkdir(parents=True)
    return root


def test_shots_come_by_show_and_number(tmp_path: Path) -> None:
    make(tmp_path, "b/shots/sh10/renders", "b/shots/sh2/renders", "a/shots/sh1/renders")
    assert [(place.show, place.shot) for place in places(tmp_path)] == [("a", "sh1"), ("b", "sh2"), ("b", "sh10")]


def test_what_parts_words_and_numbers_does_not_count_for_the_order(tmp_path: Path) -> None:
    make(tmp_path, *(f"a/shots/{shot}/renders" for shot in ("s050", "s 040", "S_045", "s-9")))
    assert [place.shot for place in places(tmp_path)] == ["s-9", "s 040", "S_045", "s050"]


def test_a_shot_without_renders_and_a_show_without_shots_are_told(tmp_path: Path) -> None:
    make(tmp_path, "a/shots/sh1", "b/edit")
    assert places(tmp_path) == [
        Place("a", "sh1", "a/shots/sh1/renders", there=False),
        Place("b", "", "b", there=True),
    ]


def test_episodes_and_sequences_lie_between_show_and_shot(tmp_path: Path) -> None:
    make(tmp_path, "show/ep101/sq010/sq010_0020/comp")
    (found,) = places(tmp_path, "{show}/{episode}/{sequence}/{shot}/comp")
    assert (found.show, found.shot, found.there) == ("show", "ep101/sq010/sq010_0020", True)


def test_a_field_may_be_part_of_a_name(tmp_path: Path) -> None:
    make(tmp_path, "prj_alpha/shots/sh1/renders", "other/shots/sh1/renders")
    assert [place.show for place in places(tmp_path, "prj_{show}/shots/{shot}/renders")] == ["alpha"]


def test_hidden_folders_and_files_are_no_shows(tmp_path: Path) -> None:
    make(tmp_path, ".snapshot/shots/sh1/renders", "a/shots/sh1/renders")
    (tmp_path / "notes.txt").write_text("x")
    assert [place.show for place in places(tmp_path)] == ["a"]


def test_a_show_that_is_a_link_counts(tmp_path: Path) -> None:
    real = make(tmp_path / "disk2", "shots/sh1/renders")
    (tmp_path / "shows").mkdir()
    (tmp_path / "shows" / "linked").symlink_to(real, target_is_directory=True)
    assert [(place.show, place.shot) for place in places(tmp_path / "shows")] == [("linked", "sh1")]


def test_a_root_that_is_not_there_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read") as caught:
        places(tmp_path / "nowhere")
    assert "--shows-root" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{show}/renders",
        "{shot}",
        "{show}/../{shot}",
        "{show}/{shot}/{shot}",
        "{show}/{sh",
        "a/" * 20 + "{show}/{shot}",
    ],
)
def test_templates_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no layout of shows"):
        parse_layout(text)


@given(
    st.lists(st.sampled_from(["{show}", "{shot}", "{take}", "{name}", "_", "v", "__"]), max_size=7, unique=True),
    st.text("_v1\n", max_size=10),
)
def test_fields_are_filled_as_far_as_they_go_from_the_first_on(parts: list[str], name: str) -> None:
    text = "".join(parts)
    expression = re.sub(r"\{(\w+)\}", r"(?P<\1>.+)", text)
    found = re.fullmatch(expression, name, re.DOTALL)
    fields = tuple(re.findall(r"\{(\w+)\}", text))
    assert Level(text, fields).match(name) == (found.groupdict() if found else None)


def test_a_level_of_many_fields_is_quick_about_a_name_of_nothing_but_what_parts_them() -> None:
    fields = tuple("abcdefghij")
    assert Level("_".join(f"{{{field}}}" for field in fields) + "!", fields).match("_" * 255) is None

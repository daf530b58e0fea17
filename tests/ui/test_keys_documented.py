"""`docs/keys.md` lists the keys of the window as they are. WRITE_DOCS=1 writes it anew."""

import os
from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.ui.enginekit import make_engine
from tests.ui.frontkit import opened_front
from ui.window_actions import key_list

PAGE = Path(__file__).parents[2] / "docs" / "keys.md"

HEAD = """\
# Keys

F1 shows those of the tab in front, Ctrl+K finds every command by name. Letters never fire while text is typed into a
field.
"""


def table(title: str, keys: tuple[tuple[str, str], ...]) -> str:
    rows = "".join(f"| {key.replace('|', '&#124;')} | {does} |\n" for key, does in keys)
    return f"\n## {title}\n\n| key | does |\n|---|---|\n{rows}"


def test_the_page_of_keys_lists_every_key_of_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    groups: dict[str, tuple[tuple[str, str], ...]] = {}
    with opened_front(qtbot, make_engine(tmp_path / "home")) as front:
        for number in (1, 2, 3, 6):
            front.window.show_page(number)
            for group in front.window.key_groups():
                groups.setdefault(group.title, tuple((key, does) for key, does in group.keys))
        dialog = front.inspecting.compare("a.exr", "b.exr") if front.inspecting is not None else None
        groups["Comparing two"] = key_list(dialog.actions()) if dialog is not None else ()
    text = HEAD + "".join(
        table(title, groups[title]) for title in ("Window", "Scan", "Search", "Reports", "QC Review", "Comparing two")
    )
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text

"""Treemap, bars, timeline and breadcrumb: what they show, and how they answer keys and pointer."""

from datetime import date, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.reports.folders import FolderNode
from app.reports.squarify import Box
from ui import theme
from ui.widgets.bar_chart import Bar, BarChart
from ui.widgets.breadcrumb import Breadcrumb
from ui.widgets.buttons import KeyButton
from ui.widgets.timeline_chart import ChartDay, TimelineChart
from ui.widgets.treemap import Treemap
from ui.widgets.treemap_layout import Cell, cell_at, lay_out, walk


def node(name: str, size: int, *children: FolderNode, own: int = 0) -> FolderNode:
    own = own if children else size
    files = 1 + sum(child.files for child in children)
    total = own + sum(child.bytes for child in children)
    return FolderNode(name, "d", name.encode(), files, total, 1, own, None, children)


def tree() -> FolderNode:
    audio = node("audio", 0, node("audio/deep", 200), node("audio/more", 100), own=100)
    return node("", 0, node("plates", 600), audio, node("notes", 0), own=200)


@pytest.fixture
def treemap(qtbot: QtBot) -> Treemap:
    widget = Treemap()
    qtbot.addWidget(widget)
    widget.resize(600, 400)
    widget.set_root(tree())
    widget.show()
    return widget


def area(cell: Cell) -> float:
    return cell.box.width * cell.box.height


def test_cells_weigh_what_their_folders_do_and_empty_folders_have_none() -> None:
    cells = lay_out(tree(), Box(0, 0, 600, 400), 20)
    assert [(cell.node.name, cell.is_files) for cell in cells] == [("plates", False), ("audio", False), ("", True)]
    assert [area(cell) / 240_000 for cell in cells] == pytest.approx([0.5, 0.4 * 5 / 6, 1 / 6], rel=0.01)
    inner = {cell.node.name: cell for cell in walk(cells) if cell.depth == 1}
    assert set(inner) == {"audio/deep", "audio/more", "audio"}
    for cell in inner.values():
        assert cell_at(cells, cell.box.x + 1, cell.box.y + 1) is cell


def test_drives_share_one_colour_and_their_folders_differ() -> None:
    root = FolderNode("All drives", "", b"", 4, 1000, 0, 0, None, (tree(), tree()))
    cells = lay_out(root, Box(0, 0, 600, 400), 20)
    assert len({cell.color for cell in cells}) == 1
    assert len({cell.color for cell in cells[0].cells}) == 3


def test_a_hundred_thousand_folders_are_painted(qtbot: QtBot) -> None:
    def level(prefix: str, number: int) -> tuple[FolderNode, ...]:
        return tuple(node(f"{prefix}/{at}", 1000 + 7 * at) for at in range(number))

    sequences = [node(f"sq{at}", 0, *level(f"sq{at}", 400)) for at in range(250)]
    root = node("", 0, *sorted(sequences, key=lambda one: -one.bytes))
    widget = Treemap()
    qtbot.addWidget(widget)
    widget.resize(1400, 900)
    widget.set_root(root)
    assert colours(widget.grab().toImage()) > 10


def colours(picture: QImage) -> int:
    return len({picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)})


def test_arrows_choose_enter_goes_in_backspace_goes_out(qtbot: QtBot, treemap: Treemap) -> None:
    treemap.setFocus()
    qtbot.waitUntil(treemap.hasFocus)
    assert treemap.current() is not None
    assert treemap.current().name == "plates"  # type: ignore[union-attr]
    qtbot.keyClick(treemap, Qt.Key.Key_Right)
    assert treemap.current().name in ("audio", "")  # type: ignore[union-attr]
    while treemap.current().name != "audio":  # type: ignore[union-attr]
        qtbot.keyClick(treemap, Qt.Key.Key_Up)
    assert "400\u00a0B" in treemap.accessibleDescription()
    with qtbot.waitSignal(treemap.entered) as entered:
        qtbot.keyClick(treemap, Qt.Key.Key_Return)
    assert entered.args[0].name == "audio"
    with qtbot.waitSignal(treemap.left):
        qtbot.keyClick(treemap, Qt.Key.Key_Escape)


def test_a_folder_without_folders_is_not_gone_into(qtbot: QtBot, treemap: Treemap) -> None:
    plates = treemap.cells()[0]
    with qtbot.assertNotEmitted(treemap.entered):
        qtbot.mouseClick(treemap, Qt.MouseButton.LeftButton, pos=QPoint(int(plates.box.x) + 9, int(plates.box.y) + 9))
    assert treemap.current() is plates.node


def test_the_treemap_follows_the_theme(qapp: QApplication, treemap: Treemap) -> None:
    dark = treemap.grab().toImage().pixelColor(100, 200).name()
    try:
        theme.apply_theme(qapp, "light")
        light = treemap.grab().toImage().pixelColor(100, 200).name()
    finally:
        theme.apply_theme(qapp, "dark")
    assert dark != light


def test_without_files_the_treemap_says_so(qtbot: QtBot, treemap: Treemap) -> None:
    before = treemap.grab().toImage()
    treemap.set_root(node("empty", 0), "No files")
    assert treemap.cells() == []
    assert treemap.accessibleDescription() == "No files"
    assert treemap.grab().toImage() != before


def test_bars_are_as_long_as_their_values(qtbot: QtBot) -> None:
    chart = BarChart("Extensions")
    qtbot.addWidget(chart)
    chart.set_bars([Bar("exr", 100, "100 B"), Bar("wav", 50, "50 B"), Bar("<b>&", 0, "0 B")])
    chart.resize(500, chart.sizeHint().height())
    image = chart.grab().toImage()
    accent = theme.current().colors["accent"]
    lengths = [
        sum(
            image.pixelColor(x, round(chart.sizeHint().height() * (row + 0.5) / 3)).name() == accent for x in range(500)
        )
        for row in range(3)
    ]
    assert lengths[1] / lengths[0] == pytest.approx(0.5, abs=0.03)
    assert lengths[2] <= 3
    assert chart.accessibleDescription().startswith("exr: 100 B; wav: 50 B")


def test_the_timeline_says_what_the_chosen_day_has(qtbot: QtBot) -> None:
    chart = TimelineChart()
    qtbot.addWidget(chart)
    first = date(2026, 11, 1)
    chart.set_days([ChartDay(first + timedelta(at), at, at * 1000) for at in range(10)])
    chart.resize(600, 200)
    chart.show()
    chart.setFocus()
    assert chart.words() == "45.0\u00a0KB in 45 files within 10 days"
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert chart.words() == "Tue 2026-11-10: 9.00\u00a0KB in 9 files"
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.words() == "Mon 2026-11-02: 1.00\u00a0KB in 1 file"
    assert chart.accessibleDescription() == chart.words()
    assert colours(chart.grab().toImage()) > 2
    chart.set_days([])
    assert chart.words() == ""
    chart.grab()


def test_the_breadcrumb_keeps_the_first_and_the_last_name(qtbot: QtBot) -> None:
    crumbs = Breadcrumb()
    qtbot.addWidget(crumbs)
    names = ["All drives", "Card", "a", "b", "c", "d"]
    crumbs.set_names(names)
    assert crumbs.names() == tuple(names)
    links = crumbs.findChildren(KeyButton)
    assert [link.accessibleName() for link in links][0] == "Up to All drives"
    assert "…" in [link.text() for link in links]
    with qtbot.waitSignal(crumbs.clicked) as clicked:
        links[0].click()
    assert clicked.args == [0]
    crumbs.set_names(["Card"])
    qtbot.waitUntil(lambda: not crumbs.findChildren(KeyButton))

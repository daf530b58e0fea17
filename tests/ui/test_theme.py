"""The tokens read well, the two themes say the same things, and the style sheet is whole."""

import re
from importlib.resources import files

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QImage
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox

from ui import icons, theme

GROUNDS = ("window", "panel", "raised", "row")
TEXTS = ("text", "dim", "accent_text", "pass_text", "fail_text", "stale_text", "pending_text")
STATES = ("pass_text", "fail_text", "stale_text", "pending_text")
BANNERS = ("banner_info", "banner_warning", "banner_error")
PAIRS = [
    *((text, ground) for text in TEXTS for ground in GROUNDS),
    *((text, "selection") for text in ("on_selection", "selection_dim", *STATES)),
    *(("text", ground) for ground in ("hover", "pressed", "selection_idle", *BANNERS)),
    *((text, "selection_idle") for text in (*STATES, "accent_text")),
    ("dim", "hover"), ("on_accent", "accent"), ("on_accent", "accent_hover"), ("on_accent", "accent_pressed"),
    ("accent_text", "accent_soft"), ("dim", "accent_soft"), ("text", "accent_soft"), ("stale_text", "accent_soft"),
    ("pass_text", "pass_soft"), ("fail_text", "fail_soft"), ("accent_text", "hover"),
    ("surround_text", "surround"), ("overlay_text", "overlay"), ("window", "marker"), ("window", "fail"),
]  # fmt: skip
SHAPES = [
    *((shape, ground) for shape in ("accent", "pass", "fail", "stale", "control", "focus") for ground in GROUNDS[:3]),
    ("frame_missing", "window"), ("frame_cached", "window"), ("marker", "window"), ("wave", "surround"),
    ("stale_text", "banner_warning"), ("fail_text", "banner_error"), ("accent_text", "banner_info"),
]  # fmt: skip


def luminance(color: QColor) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4
        for p in (color.redF(), color.greenF(), color.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def over_white(color: QColor) -> QColor:
    """A see-through plate as it looks in the worst case, on white."""
    alpha = color.alphaF()
    return QColor.fromRgbF(*(alpha * part + 1 - alpha for part in (color.redF(), color.greenF(), color.blueF())))


def contrast(look: theme.Theme, one: str, other: str) -> float:
    lighter, darker = sorted((luminance(look.color(one)), luminance(over_white(look.color(other)))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_every_text_reads_at_wcag_aa(name: str) -> None:
    look = theme.load_theme(name)
    weak = {f"{a} on {b}": round(contrast(look, a, b), 2) for a, b in PAIRS if contrast(look, a, b) < 4.5}
    assert not weak


@pytest.mark.parametrize("name", ["dark", "light"])
def test_shapes_that_mean_something_stand_out(name: str) -> None:
    look = theme.load_theme(name)
    weak = {f"{a} on {b}": round(contrast(look, a, b), 2) for a, b in SHAPES if contrast(look, a, b) < 3}
    assert not weak


def test_both_themes_know_the_same_tokens() -> None:
    assert set(theme.load_theme("dark").colors) == set(theme.load_theme("light").colors)


def test_the_surround_of_a_picture_is_neutral() -> None:
    for name in ("dark", "light"):
        for token in ("surround", "checker_a", "checker_b", "surround_line"):
            color = theme.load_theme(name).color(token)
            assert color.red() == color.green() == color.blue(), f"{name} {token}"


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_style_sheet_has_no_hole_and_every_picture_it_names(qapp: QApplication, name: str) -> None:
    sheet = theme.style_sheet(theme.load_theme(name), qapp.font())
    assert "$" not in sheet
    for path in set(re.findall(r"url\((.*?)\)", sheet)):
        assert not QIcon(path).pixmap(QSize(16, 16)).isNull(), path
        assert opaque(QIcon(path).pixmap(QSize(16, 16)).toImage()) > 0, path


def opaque(image: QImage) -> int:
    return sum(image.pixelColor(x, y).alpha() > 60 for x in range(image.width()) for y in range(image.height()))


def test_every_icon_draws_something_in_the_colour_asked_for(qapp: QApplication) -> None:
    for path in files("resources").joinpath("icons").iterdir():
        name = path.name.removesuffix(".svg")
        image = icons.pixmap(name, "#ff0000", 24, 2.0).toImage()
        assert image.width() == 48, name
        assert opaque(image) > 20, name
        if name != "reelmark":
            assert image_colors(image) == {"#ff0000"}, name


def image_colors(image: QImage) -> set[str]:
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


def test_an_icon_made_once_follows_the_theme(qapp: QApplication) -> None:
    icon = icons.icon("fail", "fail")
    try:
        theme.apply_theme(qapp, "light")
        light = image_colors(icon.pixmap(QSize(24, 24), 2.0).toImage())
    finally:
        theme.apply_theme(qapp, "dark")
    dark = image_colors(icon.pixmap(QSize(24, 24), 2.0).toImage())
    assert light == {theme.load_theme("light").colors["fail"]}
    assert dark == {theme.load_theme("dark").colors["fail"]}


def test_an_unknown_icon_is_an_error_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon("no-such-icon")


def test_a_wrong_mode_is_refused(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match="sepia"):
        theme.apply_theme(qapp, "sepia")


def test_numbers_have_digits_of_one_width(qapp: QApplication) -> None:
    metrics = QFontMetrics(theme.ui_font(numbers=True))
    assert len({metrics.horizontalAdvance(digit * 10) for digit in "0123456789"}) == 1


def test_a_check_box_has_a_box_that_can_be_seen(qtbot) -> None:
    box = QCheckBox("Resume")
    qtbot.addWidget(box)
    image = box.grab().toImage()
    control = theme.current().colors["control"]
    assert control in {image.pixelColor(x, y).name() for x in range(24) for y in range(image.height())}


def test_a_combo_box_has_a_chevron_and_no_button_frame(qtbot) -> None:
    combo = QComboBox()
    combo.addItem("Delta")
    qtbot.addWidget(combo)
    combo.resize(140, 30)
    image = combo.grab().toImage()
    edge = {image.pixelColor(x, 4).name() for x in range(image.width() - 26, image.width() - 4)}
    assert edge == {theme.current().colors["raised"]}
    middle = [image.pixelColor(image.width() - 13, y) for y in range(image.height())]
    assert any(luminance(pixel) > 0.1 for pixel in middle[4:-4])

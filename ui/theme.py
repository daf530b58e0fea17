"""The look: colour tokens, fonts and the style sheet, made from `resources/themes`.

Colours live in the token files alone. Painters ask `current().color("pass")` while they paint, so a change of theme
needs no more than a repaint.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template

from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPalette, QPen
from PySide6.QtWidgets import QApplication

from ui.glyphs import register_glyphs

#: What a user may choose; "system" follows the desktop.
MODES = ("system", "dark", "light")

_GLYPHS = {
    "chevron-down": "dim", "chevron-up": "dim", "chevron-right": "dim", "chevron-left": "dim",
    "check": "on_accent", "dash": "on_accent", "radio": "on_accent", "close": "dim",
    "check@text": "text", "chevron-down@disabled": "disabled",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of tokens. `colors` maps a token to `#rrggbb` (or `#aarrggbb`)."""

    name: str
    dark: bool
    colors: Mapping[str, str]

    def color(self, token: str) -> QColor:
        """The colour of a token; KeyError for an unknown one, so that a typing slip shows at once."""
        return QColor(self.colors[token])


@cache
def load_theme(name: str) -> Theme:
    """The theme `dark` or `light` as it stands in `resources/themes`."""
    raw = json.loads(files("resources").joinpath("themes", f"{name}.json").read_text(encoding="utf-8"))
    return Theme(raw["name"], raw["dark"], dict(raw["colors"]))


class _Look(QObject):
    """What was applied last, and the wish it came from; follows the desktop while the wish is "system"."""

    def __init__(self) -> None:
        super().__init__()
        self.mode = "dark"
        self.theme = load_theme("dark")
        self.following = False

    def system_changed(self, _scheme: Qt.ColorScheme) -> None:
        """The desktop went dark or light."""
        app = QApplication.instance()
        if self.mode == "system" and isinstance(app, QApplication):
            apply_theme(app, "system")


@cache
def _look() -> _Look:
    return _Look()


def current() -> Theme:
    """The theme in force (dark before any was applied)."""
    return _look().theme


def current_mode() -> str:
    """The mode chosen last: one of `MODES`."""
    return _look().mode


def apply_theme(app: QApplication, mode: str) -> Theme:
    """Give the application its style, palette and style sheet.

    Args:
        app: the application.
        mode: "dark", "light", or "system" for the desktop's choice (dark where it has none), followed from then on.

    Raises:
        ValueError: another mode.
    """
    if mode not in MODES:
        raise ValueError(f"{mode} is not one of {', '.join(MODES)}")
    look = _look()
    if not look.following:
        app.styleHints().colorSchemeChanged.connect(look.system_changed)
        app.setStyle("Fusion")
        look.following = True
    scheme = app.styleHints().colorScheme()
    name = ("light" if scheme == Qt.ColorScheme.Light else "dark") if mode == "system" else mode
    look.mode, look.theme = mode, load_theme(name)
    app.setPalette(_palette(look.theme))
    app.setStyleSheet(style_sheet(look.theme, app.font()))
    return look.theme


def style_sheet(theme: Theme, font: QFont) -> str:
    """The application's style sheet: `style.qss` with the tokens, sizes and glyph paths of a theme filled in."""
    template = files("resources").joinpath("themes", "style.qss").read_text(encoding="utf-8")
    glyphs = register_glyphs(theme.name, {name: theme.colors[token] for name, token in _GLYPHS.items()})
    size = font.pointSizeF() if font.pointSizeF() > 0 else 10.0
    sizes = {"small": f"{size * 0.92:.1f}pt", "large": f"{size * 1.25:.1f}pt"}
    return Template(template).substitute(theme.colors, glyphs=glyphs, **sizes)


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, token in {
        role.Window: "window", role.Base: "panel", role.AlternateBase: "row", role.Button: "raised",
        role.WindowText: "text", role.Text: "text", role.ButtonText: "text", role.BrightText: "text",
        role.ToolTipBase: "raised", role.ToolTipText: "text", role.PlaceholderText: "dim",
        role.Highlight: "selection", role.HighlightedText: "on_selection", role.Accent: "accent",
        role.Link: "accent_text", role.LinkVisited: "accent_text",
        role.Light: "line", role.Midlight: "line", role.Mid: "line", role.Dark: "line", role.Shadow: "window",
    }.items():  # fmt: skip
        palette.setColor(which, theme.color(token))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, theme.color("disabled"))
    return palette


def ui_font(scale: float = 1.0, *, bold: bool = False, numbers: bool = False) -> QFont:
    """The application's font, scaled; `numbers` gives every digit the same width (tabular figures)."""
    font = QFont(QApplication.font())
    if font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * scale)
    else:
        font.setPixelSize(max(1, round(font.pixelSize() * scale)))
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    if numbers:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def mono_font(scale: float = 1.0) -> QFont:
    """A fixed-width font of the same size, for hashes and log lines."""
    font = ui_font(scale)
    font.setFamilies(["JetBrains Mono", "Cascadia Mono", "SF Mono", "Menlo", "DejaVu Sans Mono", "monospace"])
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


def draw_focus_ring(painter: QPainter, rect: QRectF, radius: float = 6.0) -> None:
    """A ring of two pixels just inside `rect`, for widgets that paint themselves."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(current().color("focus"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius, radius)
    painter.restore()

"""View > Theme: which look the window wears."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication, QMenu

from ui import icons, theme

_THEMES = {"system": "As the system", "dark": "Dark", "light": "Light"}


class ThemeMenu(QMenu):
    """One of three choices; it dresses the whole application."""

    chosen = Signal(str)
    """The mode that was put on."""

    def __init__(self) -> None:
        super().__init__("Theme")
        self.setIcon(icons.icon("theme"))
        self._looks: dict[str, QAction] = {}
        group = QActionGroup(self)
        for mode, words in _THEMES.items():
            action = self.addAction(words)
            action.setCheckable(True)
            action.setChecked(mode == theme.current_mode())
            action.triggered.connect(partial(self.choose, mode))
            group.addAction(action)
            self._looks[mode] = action

    def choose(self, mode: str, _checked: object = None) -> None:
        """Dress the whole application; who remembers it listens to `chosen`."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply_theme(app, mode)
            self._looks[mode].setChecked(True)
            self.chosen.emit(mode)

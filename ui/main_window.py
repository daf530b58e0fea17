"""The window's frame: tabs, banners, pages, jobs, status, menus. It wires and closes; the pages decide."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QMenuBar,
    QMessageBox,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from ui import icons
from ui.page import Page
from ui.theme_menu import ThemeMenu
from ui.widgets.banner import BannerStrip
from ui.widgets.buttons import tool_button
from ui.widgets.command_palette import Command, CommandPalette
from ui.widgets.heartbeat import HeartbeatLabel
from ui.widgets.job_panel import JobPanel
from ui.widgets.job_view import JobState, JobView
from ui.widgets.keys_overlay import KeyGroup, KeysOverlay
from ui.widgets.labels import DimLabel
from ui.widgets.toasts import Toasts
from ui.window_actions import actions_of, commands, key_list
from ui.window_state import WindowState

#: How large it is at first, and what the frame around it takes of the screen.
_LARGE, _FRAME = QSize(1500, 900), QSize(4, 40)


class MainWindow(QMainWindow):
    """The one window.

    Args:
        state_file: ini file in the working directory where geometry and the like are remembered; None for nowhere.
        version: shown in About.
    """

    folder_asked = Signal()
    """File > Open folder to scan."""
    api_asked = Signal()
    """File > Local API."""
    diagnostics_asked = Signal()
    """Help > Diagnostics."""
    theme_chosen = Signal(str)
    """The mode picked through View > Theme, applied already."""
    page_changed = Signal(int)
    """The number of the tab that came to the front."""

    def __init__(self, state_file: Path | None = None, version: str = "") -> None:
        super().__init__()
        self.setWindowTitle("Reelmark")
        self.setWindowIcon(icons.app_icon())
        self.setMinimumSize(900, 560)
        self.state = WindowState(state_file)
        #: Asked when the window is to close; False delays it until `finish_closing` is called.
        self.closing: Callable[[], bool] | None = None
        self._may_close, self._version = False, version
        self._pages: list[Page] = []
        self.tabs = QTabBar(drawBase=False, expanding=False, documentMode=True)
        self.tabs.setAccessibleName("Tabs")
        self.tabs.setIconSize(QSize(18, 18))
        self.tabs.setObjectName("rooms")
        self.tabs.currentChanged.connect(self._switch)
        self.banners = BannerStrip()
        self.stack = QStackedWidget()
        self.jobs = JobPanel()
        self.heartbeat = HeartbeatLabel()
        self.note = DimLabel()
        self.toasts = Toasts()
        self.menus = QMenuBar()
        self.command_palette = CommandPalette(self)
        self.command_palette.about_to_run.connect(self._show_page_of)
        self._lay_out()
        self._make_menus()
        if not self.state.restore_window(self):
            self.resize(_LARGE.boundedTo(self.screen().availableSize() - _FRAME))

    def add_page(self, page: Page) -> None:
        """Add a tab behind those with a lower number; its splitters and columns are restored.

        The remembered tab comes to the front with it.
        """
        place = sum(1 for known in self._pages if known.number < page.number)
        self._pages.insert(place, page)
        self.stack.insertWidget(place, page.widget)
        self.tabs.insertTab(place, icons.icon(page.icon, "dim", "accent_text"), page.title)
        self.tabs.setTabToolTip(place, f"{page.title} (Ctrl+{page.number})")
        action = QAction(page.title, self, shortcut=QKeySequence(f"Ctrl+{page.number}"))
        action.triggered.connect(partial(self.show_page, page.number))
        before = [a for a in self.view_menu.actions() if isinstance(a.data(), int) and a.data() > page.number]
        action.setData(page.number)
        self.view_menu.insertAction(before[0] if before else self._after_pages, action)
        self.state.restore_parts(page.widget)
        wished = self.state.text("window/tab")
        numbers = [str(known.number) for known in self._pages]
        self.tabs.setCurrentIndex(numbers.index(wished) if wished in numbers else 0)

    def add_menu(self, menu: QMenu) -> None:
        """Add a menu behind the File menu."""
        self.menus.insertMenu(self.view_menu.menuAction(), menu)

    def add_to_file_menu(self, *parts: QMenu | QAction) -> None:
        """Add menus and actions to the File menu, above its end."""
        for part in parts:
            self.file_menu.insertAction(self._before_quit, part.menuAction() if isinstance(part, QMenu) else part)

    def show_page(self, number: int, _checked: object = None) -> None:
        """Bring a tab to the front; nothing happens where there is none of that number."""
        for place, page in enumerate(self._pages):
            if page.number == number:
                self.tabs.setCurrentIndex(place)
                page.widget.setFocus()

    def current_page(self) -> Page | None:
        """The tab in front."""
        place = self.tabs.currentIndex()
        return self._pages[place] if 0 <= place < len(self._pages) else None

    def show_job(self, view: JobView) -> None:
        """Show how a job stands, in the panel and in the heartbeat."""
        row = self.jobs.row(view.id)
        if row is None or row.view != view:
            self.heartbeat.beat()
        self.jobs.show_job(view)
        self.heartbeat.set_running(self.jobs.alive(), paused=view.state == JobState.PAUSED and self.jobs.alive() == 1)

    def set_note(self, text: str) -> None:
        """The text at the right of the status bar (`provider: CPU`)."""
        self.note.setText(text)

    def set_theme(self, mode: str) -> None:
        """Dress the whole application; who remembers it listens to `theme_chosen`."""
        self._themes.choose(mode)

    def open_palette(self) -> None:
        """Open the command palette over every action that can be used now, those of the tab in front first."""
        here = self.current_page()
        pages = sorted(self._pages, key=lambda page: page is not here)
        places = [(page.title, actions_of(page.widget)) for page in pages]
        places[1:1] = [(menu.title().replace("&", ""), menu.actions()) for menu in self._menus()]
        self.command_palette.open_with([c for place, actions in places for c in commands(actions, place)])

    def key_groups(self) -> list[KeyGroup]:
        """The keys of the current tab, then those of the window."""
        page = self.current_page()
        own = KeyGroup("Window", key_list(action for menu in self._menus() for action in menu.actions()))
        return [KeyGroup(page.title, key_list(actions_of(page.widget)) + page.keys), own] if page else [own]

    def show_keys(self) -> None:
        """Open the list of keys."""
        KeysOverlay(self.key_groups(), self).exec()

    def finish_closing(self) -> None:
        """Close now, without asking again."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask `closing`, remember everything, go."""
        if not self._may_close and self.closing is not None and not self.closing():
            event.ignore()
            return
        page = self.current_page()
        if page is not None:
            self.state.set_text("window/tab", str(page.number))
        self.state.save(self)
        event.accept()

    def _lay_out(self) -> None:
        head, self.body = QWidget(), QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(4, 0, 8, 0)
        row.setSpacing(4)
        find = tool_button("command", "Find a command", key="Ctrl+K", size=18)
        find.clicked.connect(self.open_palette)
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(find)
        row.addWidget(self.menus)
        column = QVBoxLayout(self.body)
        column.setSpacing(0)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(head)
        column.addWidget(self.banners)
        column.addWidget(self.stack, 1)
        column.addWidget(self.jobs)
        self.setCentralWidget(self.body)
        self.menus.setSizePolicy(self.menus.sizePolicy().Policy.Maximum, self.menus.sizePolicy().Policy.Fixed)
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.addWidget(self.heartbeat, 1)
        bar.addPermanentWidget(self.toasts)
        self.note.setContentsMargins(0, 0, 12, 0)
        bar.addPermanentWidget(self.note)

    def _make_menus(self) -> None:
        self.file_menu, self.view_menu, help_menu = (self.menus.addMenu(name) for name in ("&File", "&View", "&Help"))
        self._add(self.file_menu, "Open folder to scan…", "folder", self.folder_asked.emit, "Ctrl+O")
        self._add(self.file_menu, "Local API…", "link", self.api_asked.emit, "")
        self._before_quit = self.file_menu.addSeparator()
        self._add(self.file_menu, "Quit", "quit", self.close, "Ctrl+Q")
        self._after_pages = self.view_menu.addSeparator()
        self._themes = ThemeMenu()
        self._themes.chosen.connect(self.theme_chosen)
        self.view_menu.addMenu(self._themes)
        self._add(help_menu, "Find a command…", "command", self.open_palette, "Ctrl+K")
        self._add(help_menu, "Keys of this tab", "keyboard", self.show_keys, "F1")
        self._add(help_menu, "Diagnostics…", "settings", self.diagnostics_asked.emit, "")
        self._add(help_menu, "About Reelmark", "info", self._about, "")

    def _add(self, menu: QMenu, text: str, icon: str, slot: Callable[[], object], keys: str) -> None:
        action = menu.addAction(icons.icon(icon), text)
        action.triggered.connect(slot)
        if keys:
            action.setShortcut(QKeySequence(keys))

    def _menus(self) -> list[QMenu]:
        menus = (top.menu() for top in self.menus.actions())
        return [menu for menu in menus if isinstance(menu, QMenu)]

    def _switch(self, place: int) -> None:
        self.stack.setCurrentIndex(place)
        page = self.current_page()
        if page is not None:
            self.page_changed.emit(page.number)

    def _show_page_of(self, command: Command) -> None:
        for page in self._pages:
            if command.place == page.title:
                self.show_page(page.number)

    def _about(self) -> None:
        QMessageBox.about(
            self,
            "About Reelmark",
            f"<b>Reelmark {self._version}</b>"
            "<p>Catalogues media on drives, inspects it and lets an operator sign it off.</p>",
        )

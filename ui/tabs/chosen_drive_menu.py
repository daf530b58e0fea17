"""The Drive menu of the window: what can be done with the drive that is chosen in the Scan tab."""

from PySide6.QtWidgets import QMenu

from app.model.drives import Drive
from ui.tabs.drive_menu import DriveMenu
from ui.widgets.menus import menu_text

_CHOOSE = "Choose a drive in the Scan tab"


class ChosenDriveMenu(QMenu):
    """What a right click on the card offers, for the keys, the palette, and those who look for it above.

    Args:
        menu: fills it.
    """

    def __init__(self, menu: DriveMenu) -> None:
        super().__init__("&Drive")
        self._menu = menu
        self._shown: tuple[Drive | None, bool] | None = None
        self.show_drive(None, stopped=False)

    def show_drive(self, drive: Drive | None, *, stopped: bool) -> None:
        """Offer what can be done with another drive, or with the same one as it is now."""
        if self.isVisible() or self._shown == (drive, stopped):
            return
        self._shown = drive, stopped
        self.clear()
        head = self.addAction(menu_text(drive.label) if drive else _CHOOSE)
        head.setEnabled(False)
        self.addSeparator()
        if drive is not None:
            self._menu.fill(self, drive, stopped=stopped)
        else:
            self._menu.care.add_to(self, None, _CHOOSE)

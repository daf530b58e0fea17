"""Asks, when a drive was plugged in, whether it is to be brought up to date."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.drives.arrivals import Arrival, arrivals, lies_in, mounted_points
from app.jobs.job import CancelToken
from app.model.names import shown
from app.scanning.request import ScanRequest
from ui.desk import Desk
from ui.widgets.banner import BannerView
from ui.workers.reader import Reader

_LOOK_EVERY_MS = 3000


@dataclass(frozen=True, slots=True)
class _Looked:
    points: frozenset[str]
    new: tuple[Arrival, ...]


class Arrivals(QObject):
    """Looks at the mount table every few seconds; a banner for each drive that came.

    Args:
        desk: engine and window.
        points: where removable drives and shares are mounted now.
    """

    came = Signal()
    """Something was mounted or unmounted: the drives' dots may be other ones now."""
    scan_asked = Signal(object)
    """The `ScanRequest` for a known drive."""
    folder_offered = Signal(str)
    """A drive that is not known, to be catalogued."""

    def __init__(
        self, desk: Desk, parent: QObject | None = None, points: Callable[[], frozenset[str]] = mounted_points
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._mounted = points
        self._points: frozenset[str] | None = None
        self._asked: dict[str, Arrival] = {}
        self._reader = Reader("arrivals", self)
        self._reader.answered.connect(self._looked)
        desk.window.banners.action_clicked.connect(self._acted)
        self._ticker = QTimer(self, interval=_LOOK_EVERY_MS)
        self._ticker.timeout.connect(self.look)
        self._ticker.start()
        self.look()

    def look(self) -> None:
        """Look now."""
        self._reader.ask("look", partial(self._read, self._points), interrupt=False)

    def answer(self, request: ScanRequest) -> None:
        """A scan was started: what it looks at need not be asked about any more."""
        for banner_id, arrival in list(self._asked.items()):
            if any(lies_in(path, arrival.point) for path in request.paths):
                self._desk.window.banners.remove(banner_id)
                del self._asked[banner_id]

    def stop(self) -> None:
        """End the thread."""
        self._ticker.stop()
        self._reader.stop()

    def _read(self, before: frozenset[str] | None, _token: CancelToken) -> _Looked:
        points = self._mounted()
        new = points - before if before is not None else frozenset()
        known = self._desk.engine.catalog.drives(look=False) if new else []
        return _Looked(points, tuple(arrivals(new, known)))

    def _looked(self, _kind: str, _number: int, looked: _Looked) -> None:
        before, self._points = self._points, looked.points
        if before is None or before == looked.points:
            return
        for banner_id, arrival in list(self._asked.items()):
            if arrival.point not in looked.points:
                self._desk.window.banners.remove(banner_id)
                del self._asked[banner_id]
        for arrival in looked.new:
            self._tell(arrival)
        self.came.emit()

    def _tell(self, arrival: Arrival) -> None:
        banner_id = _banner_id(arrival)
        self._asked[banner_id] = arrival
        if arrival.drive is not None:
            text, action = f"{arrival.drive.label} is connected. Bring it up to date?", "Scan what changed"
        else:
            name = shown(Path(arrival.point).name or arrival.point)
            text, action = f"{name} is connected and not catalogued yet.", "Catalogue it…"
        self._desk.window.banners.show_banner(BannerView(banner_id, text, action=action))

    def _acted(self, banner_id: str) -> None:
        arrival = self._asked.pop(banner_id, None)
        if arrival is None:
            return
        self._desk.window.banners.remove(banner_id)
        if arrival.drive is None:
            self.folder_offered.emit(arrival.point)
            return
        self.scan_asked.emit(ScanRequest((arrival.base,), arrival.drive.label))


def _banner_id(arrival: Arrival) -> str:
    """Several drives may be folders of one volume: each is asked about."""
    return f"arrived.{arrival.point}.{arrival.drive.id if arrival.drive else ''}"

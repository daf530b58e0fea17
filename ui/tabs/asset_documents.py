"""What an inspection tells of the asset in sight: read when it is looked at, measured when asked, kept for a return."""

from collections import OrderedDict
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.errors import AppError
from app.inspection.inspect import InspectRequest, InspectResult
from app.jobs.events import Noticed
from app.model.names import shown
from ui.desk import Desk
from ui.models.documents import looked_at
from ui.reasons import said_of
from ui.tabs.channels_pane import ChannelsPane
from ui.widgets.job_view import JobView
from ui.workers.inspections import Inspections
from ui.workers.job_worker import Done, Failed, Outcome

_KEPT = 24
_REST_MS = 120

#: A path (of a sequence its pattern) and whatever changes with its content.
AssetStamp = tuple[str, object]


class AssetDocuments(QObject):
    """The document of one asset after the other.

    Args:
        desk: engine and jobs.
        channels: shows how a measurement stands, and asks for it.
    """

    changed = Signal()
    """There is another document, or none."""
    problem = Signal(str)
    """Why there is none, as a sentence; empty where all is well."""

    def __init__(self, desk: Desk, channels: ChannelsPane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._channels = desk, channels
        self._asset: AssetStamp | None = None
        self._unreadable: AssetStamp | None = None
        self._kept: OrderedDict[AssetStamp, Mapping[str, Any]] = OrderedDict()
        self._jobs: dict[str, AssetStamp] = {}
        self._not_kept: dict[str, str] = {}
        self._inspections = Inspections(desk.engine, "asset", self)
        self._inspections.told.connect(self._told)
        self._inspections.failed.connect(self._failed)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._ask)
        channels.measure_asked.connect(self.measure)
        channels.cancel_asked.connect(self.cancel)
        desk.jobs.job_changed.connect(self._job_changed)
        desk.jobs.job_ended.connect(self._job_ended)
        desk.jobs.noticed.connect(self._noticed)

    def look_at(self, asset: AssetStamp | None) -> None:
        """Another asset is in sight, or the same one again; None for none, and for one that cannot be read now."""
        if asset == self._asset:
            return
        self._asset, self._unreadable = asset, None
        self._inspections.drop()
        self.problem.emit("")
        self._show_progress()
        if asset is not None and asset not in self._kept:
            self._rest.start()
        else:
            self._rest.stop()

    def document(self) -> Mapping[str, Any] | None:
        """What is known of the asset in sight."""
        return self._kept.get(self._asset) if self._asset is not None else None

    def measure(self) -> None:
        """Decode the asset in sight and count its values: a job like any other; the drive's records keep them."""
        if self._asset is None or self._asset in self._jobs.values() or self._asset == self._unreadable:
            return
        path = self._asset[0]
        deep = _is_deep(self.document() or {})
        request, name = InspectRequest((path,), stats=True, deep_stats=deep, keep=True), shown(PurePath(path).name)
        self._jobs[self._desk.jobs.start("inspect", request, title=name, small=True)] = self._asset
        self._show_progress()

    def cancel(self) -> None:
        """Stop measuring the asset in sight."""
        for job_id, asset in self._jobs.items():
            if asset == self._asset:
                self._desk.jobs.cancel(job_id)

    def stop(self, *, wait: bool = True) -> None:
        """End the thread; a dialogue that closes must not wait for it."""
        self._rest.stop()
        self._inspections.stop(wait=wait)

    def _ask(self) -> None:
        if self._asset is not None:
            self._inspections.ask(InspectRequest((self._asset[0],)))

    def _told(self, request: InspectRequest, documents: tuple[Mapping[str, Any], ...]) -> None:
        if self._asset is not None and request.paths == (self._asset[0],) and documents:
            self._keep(self._asset, documents[0])

    def _failed(self, request: InspectRequest, error: AppError) -> None:
        if self._asset is not None and request.paths == (self._asset[0],):
            self._unreadable = self._asset
            self.problem.emit(said_of(error, self._asset[0]))

    def _keep(self, asset: AssetStamp, document: Mapping[str, Any]) -> None:
        self._kept[asset] = document
        self._kept.move_to_end(asset)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        if asset == self._asset:
            self.problem.emit("")
            self.changed.emit()

    def _job_changed(self, view: JobView) -> None:
        if self._jobs.get(view.id) == self._asset and view.state.alive and self._asset is not None:
            self._channels.show_progress(view.done, view.total if view.total and view.total > 1 else None)

    def _noticed(self, job_id: str, event: Noticed) -> None:
        if job_id in self._jobs:
            self._not_kept[job_id] = f"{event.text} {event.hint}".strip()

    def _job_ended(self, job_id: str, outcome: Outcome) -> None:
        asset, words = self._jobs.pop(job_id, None), self._not_kept.pop(job_id, "")
        if asset is None:
            return
        if asset == self._asset:
            words = words if isinstance(outcome, (Done, Failed)) else "Stopped"
            self._channels.show_idle(words)
        if isinstance(outcome, Done) and isinstance(outcome.result, InspectResult):
            self._keep(asset, outcome.result.documents[0])
        elif isinstance(outcome, Failed) and asset == self._asset:
            self.problem.emit(said_of(outcome.error, asset[0]))

    def _show_progress(self) -> None:
        if self._asset is not None and self._asset in self._jobs.values():
            self._channels.show_progress(0, None)
        else:
            self._channels.show_idle()


def _is_deep(document: Mapping[str, Any]) -> bool:
    """Whether samples of deep parts can be counted as well."""
    return bool((looked_at(document).get("file") or {}).get("is_deep"))

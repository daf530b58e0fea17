"""Everything known of a hit, beside its picture: as the last scan recorded it, then as it is now."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer

from app.catalog.find import Found
from app.catalog.inspections import recorded_document
from app.catalog.shard import open_reader
from app.engine import Engine
from app.errors import AppError
from app.inspection.inspect import InspectRequest
from app.inspection.records import measured_before
from app.jobs.job import CancelToken
from app.model.names import shown
from ui.models.fact_nodes import FactNode
from ui.reasons import said
from ui.tabs.document_facts import badge_of, document_nodes
from ui.tabs.facts_pane import FactsPane
from ui.workers.inspections import Inspections
from ui.workers.reader import Reader

_SETTLE_MS = 150
_NOTHING_KNOWN = FactNode("Nothing is known of it yet", "scan its drive without “inventory only”")


class HitDocument(QObject):
    """Fills a pane with what is known of one hit. Nothing is read while nobody looks at the pane.

    Args:
        engine: where shards are, and what inspects.
        pane: shows it.
    """

    def __init__(self, engine: Engine, pane: FactsPane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine, self._pane = engine, pane
        self._hit: Found | None = None
        self._online = self._looked_at = False
        self._shown: tuple[object, ...] | None = None
        self._before: Mapping[str, Any] | None = None
        self._now: Mapping[str, Any] | None = None
        self._reader = Reader("recorded facts", self)
        self._reader.answered.connect(self._recorded)
        self._reader.failed.connect(self._not_recorded)
        self._inspections = Inspections(engine, "hit", self)
        self._inspections.told.connect(self._told)
        self._inspections.failed.connect(self._not_told)
        self._rest = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._rest.timeout.connect(self._inspect)

    def show_hit(self, hit: Found | None, *, online: bool) -> None:
        """Show another hit, or the same one read again; None for nothing."""
        self._hit, self._online = hit, online
        self._refresh()

    def look(self, *, at: bool) -> None:
        """Whether somebody looks at the pane."""
        self._looked_at = at
        self._refresh()

    def stop(self) -> None:
        """End the threads."""
        self._rest.stop()
        self._reader.stop()
        self._inspections.stop()
        self._pane.stop()

    def _refresh(self) -> None:
        hit = self._hit
        wanted = (hit.key, hit.hit.size, hit.hit.mtime_ns, self._online) if hit is not None else None
        if not self._looked_at or wanted == self._shown:
            return
        self._shown = wanted
        self._rest.stop()
        self._inspections.drop()
        self._before = self._now = None
        self._pane.show_badge("", "")
        self._pane.show_nodes(())
        if hit is None:
            self._reader.drop("recorded")
            return
        self._reader.ask("recorded", partial(_recorded, self._engine, hit))
        if self._online:
            self._rest.start()

    def _inspect(self) -> None:
        if self._hit is not None:
            self._inspections.ask(InspectRequest((self._hit.path,)))

    def _recorded(self, _kind: str, _number: int, document: object) -> None:
        if isinstance(document, dict):
            self._before = document
            self._show(document if self._now is None else measured_before(self._now, document))
        elif not self._online:
            self._pane.show_nodes((_NOTHING_KNOWN,))

    def _not_recorded(self, _kind: str, _number: int, error: AppError) -> None:
        if self._now is None:
            self._pane.show_nodes((FactNode("Problem", shown(error.message), state="fail"),))

    def _told(self, _request: InspectRequest, documents: tuple[Mapping[str, Any], ...]) -> None:
        for document in documents[:1]:
            self._now = document
            self._show(measured_before(document, self._before))

    def _not_told(self, _request: InspectRequest, error: AppError) -> None:
        if not self._pane.model.rowCount():
            self._pane.show_nodes((FactNode("Problem", said(error), state="fail"),))

    def _show(self, document: Mapping[str, Any]) -> None:
        self._pane.show_later(partial(document_nodes, dict(document)), document)
        self._pane.show_badge(*badge_of(document))


def _recorded(engine: Engine, hit: Found, token: CancelToken) -> dict[str, Any] | None:
    with open_reader(engine.catalog.shard_path(hit.drive.id), token) as database:
        return recorded_document(database, hit.hit.file_id)

"""Everything known of a hit: what was recorded and what is now, in whatever order the two answer."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.inspection.inspect import InspectRequest
from tests.ui.enginekit import make_engine
from ui.tabs.facts_pane import FactsPane
from ui.tabs.search_document import HitDocument

FILE = {"path": "/p/a.exr", "name": "a.exr", "size_bytes": 10, "mtime": "2026-11-21T10:00:00Z"}
NOW = {"kind": "image", "file": FILE, "stats": None}
BEFORE = {**NOW, "stats": {"video": [{"frames_decoded": 7}]}, "recorded": "2026-11-20T10:00:00Z"}


def test_records_that_come_late_add_what_was_measured(qtbot: QtBot, tmp_path: Path) -> None:
    engine = make_engine(tmp_path / "home")
    pane = FactsPane("hit")
    qtbot.addWidget(pane)
    document = HitDocument(engine, pane)
    document._told(InspectRequest(("/p/a.exr",)), (NOW,))
    document._recorded("recorded", 1, BEFORE)
    qtbot.waitUntil(lambda: pane.model.rowCount() > 0)
    told = pane.model.tree().document
    assert (told["stats"], told["measured"]) == (BEFORE["stats"], BEFORE["recorded"])
    document.stop()
    engine.close()

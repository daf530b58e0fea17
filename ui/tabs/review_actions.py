"""The actions of the review, as the command palette and the list of keys show them."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction

from ui.tabs.review_inspector import CHANNELS, FACTS, FINDINGS, HISTORY
from ui.tabs.review_keys import INSPECT_KEY, make_action

if TYPE_CHECKING:
    from ui.tabs.review_tab import ReviewTab

#: Actions that need more than one picture.
MOVING = ("first", "back", "reverse", "play", "pause", "forward", "on", "last", "back10", "on10")

_Row = tuple[str, str, str | tuple[str, ...], str, Callable[[], object]]


def make_actions(tab: "ReviewTab") -> dict[str, QAction]:
    """Make every action of the tab; by name those that have a button or are switched on and off."""
    made = {}
    for name, text, keys, icon, slot in (*_verdict_rows(tab), *_picture_rows(tab)):
        made[name] = make_action(tab, text, keys, icon, slot)
    made["inspect"].setShortcutContext(Qt.ShortcutContext.WindowShortcut)  # as its namesake of the window
    for number, toggle in enumerate(tab.bar.toggles, 1):
        make_action(tab, f"Reason: {toggle.text()}", str(number), "", toggle.click)
    return made


def _verdict_rows(tab: "ReviewTab") -> tuple[_Row, ...]:
    return (
        ("pass", "Pass", "P", "pass", partial(tab.judging.judge, "pass")),
        ("fail", "Fail", "F", "fail", partial(tab.judging.judge, "fail")),
        ("pending", "Set pending", "U", "pending", partial(tab.judging.judge, "pending")),
        ("note", "Write a note", "N", "note", tab.bar.note.setFocus),
        ("undo", "Undo the verdict of this asset", "Ctrl+Z", "undo", tab.judging.undo),
        ("next", "Next pending asset", "]", "next", tab.next_pending),
        ("previous", "Previous asset", "[", "previous", partial(tab.queue.go, -1)),
        ("filter", "Filter the queue", "Ctrl+F", "filter", tab.queue.words.setFocus),
        ("facts", "Show the facts", "I", "info", partial(tab.inspector.show_tab, FACTS)),
        ("channels", "Show the channels", "S", "report", partial(tab.inspector.show_tab, CHANNELS)),
        ("measure", "Measure the channels", "M", "scan", tab.measure),
        ("compare", "Compare with another…", "C", "link", tab.compare),
        ("inspect", "Inspect the frame in sight", INSPECT_KEY, "info", tab.inspect),
        ("similar", "Find similar structure", "", "search", tab.similar),
        ("check", "Check against the policy", "T", "check", tab.check),
        ("values", "Check with other values of its variables", "Shift+T", "check", partial(tab.check, ask=True)),
        ("check_shown", "Check what the queue shows…", "Ctrl+T", "check", tab.check_shown),
        ("findings", "Show the findings", "W", "warning", partial(tab.inspector.show_tab, FINDINGS)),
        ("history", "Show the history", "H", "clock", partial(tab.inspector.show_tab, HISTORY)),
    )


def _picture_rows(tab: "ReviewTab") -> tuple[_Row, ...]:
    stage = tab.stage
    player, viewer = stage.player, stage.viewer
    return (
        ("first", "First frame", "Home", "first", partial(tab.go_to_end, 0)),
        ("back", "Frame back", "Left", "previous", partial(player.step, -1)),
        ("reverse", "Play backwards; again is faster", "J", "", partial(player.play, -1)),
        ("play", "Play or pause", "Space", "play", player.toggle),
        ("pause", "Pause", "K", "pause", player.pause),
        ("forward", "Play forwards; again is faster", "L", "", partial(player.play, 1)),
        ("on", "Frame forward", "Right", "next", partial(player.step, 1)),
        ("last", "Last frame", "End", "last", partial(tab.go_to_end, 1)),
        ("back10", "Ten frames back", "Shift+Left", "", partial(player.step, -10)),
        ("on10", "Ten frames forward", "Shift+Right", "", partial(player.step, 10)),
        ("layer_on", "Next part or layer", ("Down", "PgDown"), "", partial(stage.step_view, 1)),
        ("layer_back", "Previous part or layer", ("Up", "PgUp"), "", partial(stage.step_view, -1)),
        ("finding_on", "Next finding", ".", "", partial(stage.timeline.go_to_finding, 1)),
        ("finding_back", "Previous finding", ",", "", partial(stage.timeline.go_to_finding, -1)),
        ("fit", "Fit the picture", "0", "fit", viewer.fit),
        ("actual", "Actual pixels", "Z", "one-to-one", viewer.one_to_one),
    )

"""The list of findings and what is told of the chosen one."""

from pytestqt.qtbot import QtBot

from tests.ui.showing import displayed
from ui.tabs.findings_pane import FindingsPane
from ui.tabs.review_reel import Finding


def findings(policy: str, count: int = 12) -> list[Finding]:
    found = []
    for number in range(count):
        rule, path = f"{policy} rule {number}", f"parts[0].attributes.anAttributeWithAVeryLongName{number}"
        more = (("Check", rule), ("Policy", policy), *((f"Fact {line}", f"no {path}") for line in range(8)))
        found.append(Finding("fail", rule, f"no {path}", source=policy, more=more))
    return found


def choose(pane: FindingsPane, row: int) -> None:
    item = pane.tree.topLevelItem(row)
    assert item is not None
    pane.tree.setCurrentItem(item)


def told(pane: FindingsPane) -> str:
    return next((fact.value for fact in pane.details.facts() if fact.name == "Check"), "")


def test_another_policy_s_findings_stand_at_the_top_with_nothing_told_of_the_one_before(qtbot: QtBot) -> None:
    pane = displayed(qtbot, FindingsPane(), 330, 420)
    pane.show_findings(findings("aces"))
    choose(pane, 11)
    assert told(pane) == "aces rule 10"
    pane.show_findings([*findings("delivery"), *findings("aces")])
    assert (told(pane), pane.tree.verticalScrollBar().value()) == ("", 0)


def test_who_reads_a_finding_keeps_it_in_sight_while_more_becomes_known_of_the_same_policy(qtbot: QtBot) -> None:
    pane = displayed(qtbot, FindingsPane(), 330, 420)
    pane.show_findings(findings("aces"))
    choose(pane, 11)
    pane.show_findings([*findings("aces", 30)[12:], *findings("aces")])
    chosen = pane.tree.currentItem()
    assert chosen is not None
    assert told(pane) == chosen.text(0) == "aces rule 10"
    assert pane.tree.viewport().rect().intersects(pane.tree.visualItemRect(chosen))


def test_the_list_keeps_the_larger_share_and_the_rest_scrolls_below_it_without_being_cut(qtbot: QtBot) -> None:
    pane = displayed(qtbot, FindingsPane(), 330, 420)
    pane.show_findings(findings("aces"))
    choose(pane, 1)
    qtbot.waitUntil(lambda: pane.below.verticalScrollBar().maximum() > 0)
    assert pane.tree.height() > pane.below.height()
    assert pane.details.width() <= pane.below.viewport().width()
    pane.show_findings(findings("aces", 2)[:1])
    pane.show_findings(())
    qtbot.waitUntil(lambda: pane.tree.height() > 380)

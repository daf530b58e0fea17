"""A policy is checked against the asset in sight; its findings lead to their frames."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.engine import Engine
from app.jobs.job import Job
from app.operations import run
from app.qc.checking import CheckRequest
from tests import media
from tests.ui.enginekit import make_engine
from tests.ui.hearing import Heard
from tests.ui.tabs.reviewkit import (
    POLICY,
    WAIT_MS,
    lines_of,
    make_library,
    press,
    review,
    scan,
    wait_loaded,
    wait_picture,
    wait_written,
    write_policy,
)
from ui import theme
from ui.tabs.findings_pane import FindingsPane, document_findings, found_in, policy_findings
from ui.tabs.review_reel import Finding
from ui.tabs.review_tab import ReviewTab

SEQUENCE = b"sh010.####.exr"
#: What the rule without a title is called: what it asks for.
COMPLETE = "Frames of the range that have no file: at most 0"

#: How the rule `seq.complete` is called, which has no title of its own.
COMPLETE = "Frames of the range that have no file: at most 0"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return make_engine(tmp_path / "home")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return make_library(tmp_path / "SAN plates")


@pytest.fixture
def policy(tmp_path: Path) -> str:
    return write_policy(tmp_path)


@pytest.fixture
def tab(qtbot: QtBot, engine: Engine, library: Path) -> Iterator[ReviewTab]:
    scan(engine, library)
    with review(qtbot, engine) as tab:
        wait_loaded(qtbot, tab, SEQUENCE)
        wait_picture(qtbot, tab)
        yield tab


def checked(qtbot: QtBot, tab: ReviewTab) -> FindingsPane:
    pane = tab.inspector.findings
    qtbot.waitUntil(lambda: tab.checks.validation() is not None, timeout=WAIT_MS)
    return pane


def test_the_policies_that_come_with_the_program_can_be_chosen(qtbot: QtBot, tab: ReviewTab) -> None:
    box = tab.inspector.findings.policies
    qtbot.waitUntil(lambda: box.count() > 3, timeout=WAIT_MS)
    assert box.itemText(box.count() - 1) == "A file…"
    assert all(box.itemText(place) for place in range(box.count()))


def test_findings_of_a_policy_stand_beside_those_of_the_scan(qtbot: QtBot, tab: ReviewTab, policy: str) -> None:
    tab.checks.check(policy)
    pane = checked(qtbot, tab)
    lines = "\n".join(lines_of(pane.tree))
    assert "Missing frames 1 missing 1004" in lines
    assert COMPLETE in lines
    assert pane.said.text() == "test.whole 1.0.0, 2 rules: 1 fail · 1 pass"
    assert tab.inspector.tabs.tabText(2) == "Findings 2"
    row = next(n for n in range(pane.tree.topLevelItemCount()) if pane.tree.topLevelItem(n).text(0) == COMPLETE)
    tab.stage.player.go_to(1001)
    pane.tree.setCurrentItem(pane.tree.topLevelItem(row))
    assert tab.stage.player.position == 1004
    told = {fact.name: fact.value for fact in pane.details.facts()}
    assert told["Rule"] == "seq.complete"
    assert told["Outcome"] == "fail · error"


def test_who_reads_a_finding_or_a_record_keeps_the_place_while_jobs_go_on(
    qtbot: QtBot, tab: ReviewTab, policy: str
) -> None:
    tab.judging.judge("fail")
    wait_written(qtbot, tab)
    pane, history = tab.inspector.findings, tab.inspector.history
    line = next(n for n in range(pane.tree.topLevelItemCount()) if pane.tree.topLevelItem(n).text(2) == "1004")
    pane.tree.setCurrentItem(pane.tree.topLevelItem(line))
    chosen, told = pane.tree.currentItem().text(1), pane.details.facts()
    assert told
    tab.stage.player.go_to(1002)
    qtbot.waitUntil(lambda: history.topLevelItemCount() > 0, timeout=WAIT_MS)
    history.topLevelItem(0).setExpanded(False)
    history.setCurrentItem(history.topLevelItem(0))
    wait_written(qtbot, tab)
    assert (pane.tree.currentItem().text(1), pane.details.facts()) == (chosen, told)
    assert history.currentItem() is history.topLevelItem(0)
    assert not history.topLevelItem(0).isExpanded()
    tab.checks.check(policy)
    checked(qtbot, tab)
    assert (pane.tree.currentItem().text(1), pane.details.facts()) == (chosen, told)
    assert tab.stage.player.position == 1002


def test_the_answer_is_there_again_when_the_asset_is(qtbot: QtBot, tab: ReviewTab, policy: str) -> None:
    tab.checks.check(policy)
    pane = checked(qtbot, tab)
    press(qtbot, "]")
    wait_loaded(qtbot, tab, b"still.exr")
    assert tab.checks.validation() is None
    assert pane.said.text() == ""
    press(qtbot, "[")
    wait_loaded(qtbot, tab, SEQUENCE)
    assert pane.said.text() == "test.whole 1.0.0, 2 rules: 1 fail · 1 pass"


def test_a_policy_that_cannot_be_used_says_where(qtbot: QtBot, tab: ReviewTab, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(POLICY.replace("check: sequence.missing", "check: sequence.mising"), encoding="utf-8")
    begun = Heard(tab._desk.jobs.job_changed)
    tab.checks.check(str(wrong))
    said = tab.inspector.findings.said
    qtbot.waitUntil(lambda: "sequence.mising" in said.text(), timeout=WAIT_MS)
    assert said.text().startswith("wrong.yaml:")
    assert said.wordWrap()
    assert begun.times == 0


def test_an_absent_drive_is_judged_by_what_was_recorded(
    qtbot: QtBot, engine: Engine, library: Path, policy: str
) -> None:
    scan(engine, library)
    shutil.move(library, library.with_name("unplugged"))
    with review(qtbot, engine) as tab:
        wait_loaded(qtbot, tab, SEQUENCE)
        tab.checks.check(policy)
        pane = checked(qtbot, tab)
        assert "by what the last scan recorded" in pane.said.text()
        assert COMPLETE in "\n".join(lines_of(pane.tree))


def test_states_follow_outcome_and_severity() -> None:
    def state(outcome: str, severity: str) -> str:
        (found,) = policy_findings({"findings": [{"rule": "x", "outcome": outcome, "severity": severity}]})
        return found.state

    assert state("fail", "error") == "fail"
    assert state("fail", "warning") == "stale"
    assert state("error", "error") == "stale"
    assert state("pass", "error") == "pass"
    assert state("skipped", "error") == "pending"


def test_where_a_rule_saw_nothing_it_says_so() -> None:
    entry = {"rule": "plate.timecode", "outcome": "fail", "severity": "error", "expected": "a time code in each frame"}
    (finding,) = policy_findings({"findings": [entry]})
    assert finding.seen == "nothing"


def test_a_rule_that_could_not_be_checked_says_why() -> None:
    entry = {"rule": "exr.flag", "outcome": "error", "severity": "error", "observed": "", "evidence": "never recorded"}
    (found,) = policy_findings({"findings": [entry]})
    assert found.seen == "never recorded"


def test_frames_take_room_only_where_there_are_some(qtbot: QtBot) -> None:
    pane = FindingsPane()
    qtbot.addWidget(pane)
    entry = {"rule": "aces.compression", "outcome": "fail", "severity": "error", "observed": "zip"}
    pane.show_findings(policy_findings({"findings": [entry]}))
    assert pane.tree.isColumnHidden(2)
    pane.show_findings(policy_findings({"findings": [{**entry, "frames": "1003-1004"}]}))
    assert not pane.tree.isColumnHidden(2)


def test_what_was_seen_is_not_hidden_behind_the_scroll_bar(qtbot: QtBot) -> None:
    pane = FindingsPane()
    qtbot.addWidget(pane)
    pane.resize(340, 300)
    pane.show()
    entry = {"rule": "a.one", "outcome": "fail", "severity": "warning", "observed": "v001"}
    rules = {f"a.{number}": f"A rule with a long name that is number {number}" for number in range(30)}
    passed = [{"rule": rule, "outcome": "pass", "severity": "error", "observed": rules[rule]} for rule in rules]
    titles = {**rules, "a.one": "The folder says the resolution, as in 4536x3024 or 2K or anything else"}
    pane.show_findings(policy_findings({"findings": [entry, *passed], "titles": titles}))
    qtbot.waitUntil(pane.tree.verticalScrollBar().isVisible, timeout=WAIT_MS)
    tree = pane.tree
    assert tree.columnWidth(0) + tree.columnWidth(1) <= tree.viewport().width()
    row = next(item for item in pane._items() if item.text(1) == "v001")
    assert tree.columnWidth(1) >= tree.sizeHintForIndex(tree.indexFromItem(row, 1)).width()


def test_a_rule_that_passed_is_not_told_as_an_error(qtbot: QtBot) -> None:
    passed = {"rule": "a.two", "outcome": "pass", "severity": "error", "observed": "It is so"}
    failed = {"rule": "a.one", "outcome": "fail", "severity": "error", "observed": "zip"}
    told = {"findings": [passed, failed], "titles": {"a.two": "It is so"}}
    more = {finding.check: dict(finding.more) for finding in policy_findings(told)}
    assert more["It is so"] == {"Check": "It is so", "Rule": "a.two", "Outcome": "pass"}
    assert more["a.one"]["Outcome"] == "fail · error"


def test_what_was_found_elsewhere_is_told_with_policy_and_time(
    qtbot: QtBot, engine: Engine, library: Path, policy: str
) -> None:
    scan(engine, library)
    run(engine, "check", CheckRequest((), policy, (engine.catalog.drives()[0].id,)), Job())
    with review(qtbot, engine) as tab:
        wait_loaded(qtbot, tab, SEQUENCE)
        pane = tab.inspector.findings
        qtbot.waitUntil(lambda: pane.said.text() != "", timeout=WAIT_MS)
        assert pane.said.text().startswith("test.whole 1.0.0: fail · 20")
        assert COMPLETE in "\n".join(lines_of(pane.tree))
        assert tab.inspector.tabs.tabText(2) == "Findings 2"
        press(qtbot, "]")
        wait_loaded(qtbot, tab, b"still.exr")
        assert pane.said.text().startswith("test.whole 1.0.0: pass · 20")
        assert lines_of(pane.tree) == ["test.whole 1.0.0 found nothing wrong."]


def test_what_was_checked_in_the_window_is_there_when_it_is_opened_again(
    qtbot: QtBot, engine: Engine, library: Path, policy: str
) -> None:
    scan(engine, library)
    with review(qtbot, engine) as tab:
        wait_loaded(qtbot, tab, SEQUENCE)
        tab.checks.check(policy)
        checked(qtbot, tab)
    with review(qtbot, engine) as tab:
        wait_loaded(qtbot, tab, SEQUENCE)
        assert tab.checks.validation() is None
        assert COMPLETE in "\n".join(lines_of(tab.inspector.findings.tree))


def test_what_was_found_before_an_asset_changed_does_not_count(
    qtbot: QtBot, engine: Engine, library: Path, policy: str
) -> None:
    scan(engine, library)
    run(engine, "check", CheckRequest((), policy, (engine.catalog.drives()[0].id,)), Job())
    media.exr(library / "shots" / "sh010.1004.exr", 1004)
    scan(engine, library)
    with review(qtbot, engine) as tab:
        wait_loaded(qtbot, tab, SEQUENCE)
        pane = tab.inspector.findings
        qtbot.waitUntil(lambda: pane.said.text() != "", timeout=WAIT_MS)
        assert pane.said.text().endswith("before it changed: check it again")
        assert COMPLETE not in "\n".join(lines_of(pane.tree))


def test_rules_are_told_by_their_titles() -> None:
    entry = {"rule": "aces.compression", "outcome": "fail", "severity": "error", "observed": "zip"}
    told = {
        "policy": {"id": "aces", "version": "1"},
        "findings": [entry],
        "titles": {"aces.compression": "None or PIZ"},
    }
    (found,) = policy_findings(told)
    assert found.check == "None or PIZ"
    assert ("Rule", "aces.compression") in found.more
    assert ("Policy", "aces 1") in found.more


def test_rows_that_cannot_be_read_are_findings() -> None:
    error = {"code": "pixels.damaged", "part": 0, "rows": "128-143", "message": "the chunk cannot be decoded"}
    (found,) = document_findings({"errors": [error]})
    assert (found.state, found.seen) == ("fail", "Part 0, rows 128-143: the chunk cannot be decoded")
    (other,) = document_findings({"errors": [{"code": "pixels.not_supported", "message": "too many channels"}]})
    assert (other.state, other.check) == ("stale", "Not read whole")
    assert (
        document_findings({"errors": [{"code": "x", "message": "cut"}]}, [Finding("fail", "Unreadable", "cut")]) == []
    )


def test_a_policy_that_needs_a_value_asks_for_it(qtbot: QtBot, tab: ReviewTab, tmp_path: Path) -> None:
    named = tmp_path / "named.yaml"
    rule = "  - {id: name.show, check: name, expect: {regex: '^{show}'}}\n"
    named.write_text(POLICY.replace("rules:\n", f"vars: {{show: null}}\nrules:\n{rule}"), encoding="utf-8")
    begun = Heard(tab._desk.jobs.job_changed)
    tab.checks.check(str(named))
    qtbot.waitUntil(lambda: tab.checks.asking is not None, timeout=WAIT_MS)
    asking = tab.checks.asking
    assert asking is not None
    assert not asking.check.isEnabled()
    assert begun.times == 0, "a job began that could only fail"
    asking.lines["show"].setText("sh")
    asking.check.click()
    pane = checked(qtbot, tab)
    assert pane.said.text() == "test.whole 1.0.0, 3 rules: 1 fail · 2 pass"
    pane.policies.choose(str(named))
    ended = Heard(tab._desk.jobs.job_ended)
    tab.actions_by_name["check"].trigger()
    qtbot.waitUntil(lambda: ended.times > 0, timeout=WAIT_MS)
    assert tab.checks.asking is asking, "what was given before was asked for again"
    tab.actions_by_name["values"].trigger()
    qtbot.waitUntil(lambda: tab.checks.asking is not asking, timeout=WAIT_MS)
    assert tab.checks.asking.lines["show"].text() == "sh"
    tab.queue.go(1)
    wait_loaded(qtbot, tab, b"still.exr")
    begun = Heard(tab._desk.jobs.job_changed)
    tab.checks.asking.check.click()
    assert begun.times == 0, "another asset was checked than the one that was asked for"


def test_a_variable_with_a_default_can_be_given_another_value(qtbot: QtBot, tab: ReviewTab, tmp_path: Path) -> None:
    named = tmp_path / "named.yaml"
    rule = "  - {id: name.show, check: name, expect: {regex: '^{show}'}}\n"
    variables = "vars: {show: AGM, owner: null, strict: true}\n"
    rule += "  - {id: name.owner, check: name, expect: {regex: '{owner}'}}\n"
    named.write_text(POLICY.replace("rules:\n", f"{variables}rules:\n{rule}"), encoding="utf-8")
    tab.checks.check(str(named))
    qtbot.waitUntil(lambda: tab.checks.asking is not None, timeout=WAIT_MS)
    asking = tab.checks.asking
    assert asking is not None
    assert {name: line.text() for name, line in asking.lines.items()} == {"show": "AGM", "owner": "", "strict": "true"}
    assert not asking.check.isEnabled()
    qtbot.waitUntil(asking.lines["owner"].hasFocus, timeout=WAIT_MS)
    asking.lines["owner"].setText("sh")
    given = Heard(asking.given)
    asking.check.click()
    assert given.last == ((("owner", "sh"),),)
    assert checked(qtbot, tab).said.text() == "test.whole 1.0.0, 4 rules: 2 fail · 2 pass"
    tab.checks.check(str(named), ask=True)
    qtbot.waitUntil(lambda: tab.checks.asking is not asking, timeout=WAIT_MS)
    again = tab.checks.asking
    assert again is not None and again.lines["owner"].text() == "sh"
    again.lines["show"].setText("sh")
    again.check.click()
    pane = tab.inspector.findings
    qtbot.waitUntil(lambda: pane.said.text() == "test.whole 1.0.0, 4 rules: 1 fail · 3 pass", timeout=WAIT_MS)


def test_each_gap_of_missing_frames_is_told_once_and_is_a_link(qtbot: QtBot, engine: Engine, library: Path) -> None:
    for frame in (1007, 1008, 1010):
        shutil.copy(library / "shots" / "sh010.1002.exr", library / "shots" / f"sh010.{frame}.exr")
    scan(engine, library)
    with review(qtbot, engine) as tab:
        wait_loaded(qtbot, tab, SEQUENCE)
        press(qtbot, "W")
        pane = tab.inspector.findings
        told = [line for line in lines_of(pane.tree) if "issing" in line]
        assert len(told) == 1 and told[0] == "Missing frames 2 missing 1004, 1009"
        pane.tree.setCurrentItem(pane.tree.topLevelItem(lines_of(pane.tree).index(told[0])))
        assert [link.text() for link in pane.places.links] == ["1004", "1009"]
        assert pane.places.isVisible() and "Frames" not in {fact.name for fact in pane.details.facts()}
        qtbot.mouseClick(pane.places.links[1], Qt.MouseButton.LeftButton)
        assert tab.stage.player.position == 1009
        press(qtbot, "]")
        wait_loaded(qtbot, tab, b"still.exr")
        assert not pane.places.isVisible()


def test_check_is_a_command(qtbot: QtBot, tab: ReviewTab, policy: str) -> None:
    qtbot.waitUntil(lambda: tab.inspector.findings.policies.count() > 3, timeout=WAIT_MS)
    tab.inspector.findings.policies.choose(policy)
    tab.actions_by_name["check"].trigger()
    assert checked(qtbot, tab).said.text() == "test.whole 1.0.0, 2 rules: 1 fail · 1 pass"
    assert tab.inspector.tabs.currentIndex() == 2


def test_a_policy_that_is_not_about_an_asset_found_nothing_right_either(
    qtbot: QtBot, tab: ReviewTab, tmp_path: Path
) -> None:
    other = tmp_path / "movies.yaml"
    other.write_text(POLICY.replace("rules:\n", "match: {kind: movie}\nrules:\n"), encoding="utf-8")
    press(qtbot, "]")
    wait_loaded(qtbot, tab, b"still.exr")
    tab.checks.check(str(other))
    pane = checked(qtbot, tab)
    assert pane.said.text() == "test.whole 1.0.0 is not about such a file: nothing was checked."
    assert lines_of(pane.tree) == ["The last scan found nothing wrong."], "said once"


def frozen_and_measured(tab: ReviewTab) -> tuple[str, str]:
    """What the facts tell of frozen frames, and what stands above the channels."""
    model = tab.inspector.facts.model
    flags = Qt.MatchFlag.MatchRecursive | Qt.MatchFlag.MatchExactly
    found = model.match(model.index(0, 0), Qt.ItemDataRole.DisplayRole, "Frozen", 1, flags)
    frozen = str(found[0].siblingAtColumn(1).data()) if found else ""
    return frozen, tab.inspector.channels.said.text()


def test_what_a_check_elsewhere_measured_stands_among_the_facts(
    qtbot: QtBot, engine: Engine, library: Path, tmp_path: Path
) -> None:
    shutil.copy(library / "shots" / "sh010.1002.exr", library / "shots" / "sh010.1003.exr")
    policy = tmp_path / "frozen.yaml"
    rule = "  - {id: seq.frozen, check: sequence.frozen, expect: {max: 0}}\n"
    policy.write_text(POLICY.replace("rules:\n", f"rules:\n{rule}"), encoding="utf-8")
    scan(engine, library)
    with review(qtbot, engine) as tab:
        wait_loaded(qtbot, tab, SEQUENCE)
        qtbot.waitUntil(lambda: frozen_and_measured(tab)[0] == "not measured yet", timeout=WAIT_MS)
        run(engine, "check", CheckRequest((), str(policy), (engine.catalog.drives()[0].label,)), Job())
        tab._read_again()
        qtbot.waitUntil(lambda: frozen_and_measured(tab)[0] == "1003", timeout=WAIT_MS)
        assert frozen_and_measured(tab)[1].rpartition(" · ")[2].startswith("Measured 2")
        assert tab.inspector.channels.measure.isEnabled()


def test_what_was_measured_in_the_window_is_there_when_it_is_opened_again(
    qtbot: QtBot, engine: Engine, library: Path
) -> None:
    scan(engine, library)
    with review(qtbot, engine) as tab:
        wait_loaded(qtbot, tab, SEQUENCE)
        qtbot.waitUntil(lambda: tab.documents.document() is not None, timeout=WAIT_MS)
        tab.measure()
        qtbot.waitUntil(lambda: (tab.documents.document() or {}).get("stats") is not None, timeout=WAIT_MS)
    with review(qtbot, engine) as tab:
        wait_loaded(qtbot, tab, SEQUENCE)
        qtbot.waitUntil(lambda: frozen_and_measured(tab)[0] == "none", timeout=WAIT_MS)
        assert "Measured 2" in frozen_and_measured(tab)[1]


def test_the_policy_that_was_checked_just_now_comes_first() -> None:
    wrong = {"rule": "a.one", "outcome": "fail", "severity": "error", "observed": "zip"}
    right = {"rule": "b.one", "outcome": "pass", "severity": "error", "observed": "pass"}
    now = {"policy": {"id": "plates", "version": "2"}, "findings": [right], "just_now": True}
    before = {"policy": {"id": "aces", "version": "1"}, "findings": [wrong]}
    found = found_in(None, [now, before], [Finding("fail", "Missing frames", "1 missing", "1004")])
    assert [finding.source for finding in found] == ["plates 2", "", "aces 1"]


def test_findings_stand_below_the_name_of_their_policy_each_with_its_rule(qtbot: QtBot, qapp: QApplication) -> None:
    pane = FindingsPane()
    qtbot.addWidget(pane)
    wrong = {"rule": "a.one", "outcome": "fail", "severity": "error", "observed": "zip"}
    right = {"rule": "a.two", "outcome": "pass", "severity": "error", "observed": "pass"}
    skipped = {"rule": "a.three", "outcome": "skipped", "severity": "error", "evidence": "no parts"}
    first = {"policy": {"id": "aces", "version": "1"}, "findings": [right, skipped, wrong]}
    second = {"policy": {"id": "plates", "version": "2"}, "findings": [{**wrong, "rule": "b.one"}]}
    pane.show_findings(found_in(None, [first, second], [Finding("stale", "Duplicate frame", "also there", "7")]))
    assert lines_of(pane.tree) == [
        "aces 1", "a.one zip", "a.three no parts", "a.two",
        "plates 2", "b.one zip",
        "Scan and inspection", "Duplicate frame also there 7",
    ]  # fmt: skip
    heads = [pane.tree.topLevelItem(row) for row in (0, 4, 6)]
    assert not any(head.flags() & Qt.ItemFlag.ItemIsSelectable for head in heads)
    pane.show()
    theme.apply_theme(qapp, "light")
    try:
        assert {head.foreground(0).color().name() for head in heads} == {theme.current().color("dim").name()}
    finally:
        theme.apply_theme(qapp, "dark")


def test_a_policy_file_that_was_used_last_is_chosen_the_next_time(
    qtbot: QtBot, engine: Engine, library: Path, policy: str, tmp_path: Path
) -> None:
    scan(engine, library)
    for expected in ("Sequence hygiene", "whole.yaml"):
        with review(qtbot, engine, tmp_path / "window.ini") as tab:
            wait_loaded(qtbot, tab, SEQUENCE)
            box = tab.inspector.findings.policies
            qtbot.waitUntil(lambda box=box: box.count() > 3, timeout=WAIT_MS)
            assert box.currentText().startswith(expected)
            tab.checks.check(policy)
            checked(qtbot, tab)


def test_a_check_by_another_program_is_shown_of_the_asset_in_sight(
    qtbot: QtBot, tab: ReviewTab, engine: Engine, policy: str
) -> None:
    pane = tab.inspector.findings
    assert COMPLETE not in "\n".join(lines_of(pane.tree))
    run(engine, "check", CheckRequest((), policy, (engine.catalog.drives()[0].id,)), Job())
    qtbot.waitUntil(lambda: COMPLETE in "\n".join(lines_of(pane.tree)), timeout=WAIT_MS)


def test_frames_that_cannot_be_read_are_findings_once() -> None:
    sequence = {"unreadable": [{"frames": "3", "reason": "no header"}, {"frames": "5-6", "reason": "no header"}]}
    known = [Finding("fail", "Unreadable", "it is no OpenEXR", "3")]
    found = document_findings({"sequence": sequence}, known)
    assert [(one.check, one.seen, one.frames, one.position) for one in found] == [
        ("Cannot be read", "no header", "5-6", 5)
    ]

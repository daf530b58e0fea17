"""What is wrong with an asset: findings of the last scan and of a policy. A click goes to the frame."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.model.facts import NO_FAULTS
from ui import theme
from ui.models.fact_nodes import one_line, plain
from ui.tabs.document_facts import problem_words
from ui.tabs.inspector_trees import plain_tree, say_in
from ui.tabs.known_policies import KnownPolicies, PolicyMemory
from ui.tabs.policy_box import PolicyBox
from ui.tabs.review_reel import Finding
from ui.tabs.sequence_facts import places_of, spans_of
from ui.widgets.buttons import KeyButton
from ui.widgets.facts_grid import Fact, FactsGrid
from ui.widgets.labels import DimLabel
from ui.widgets.place_links import MOST_LINKS, PlaceLinks
from ui.widgets.scrolled import Scrolled
from ui.widgets.verdict import VerdictMark, verdict_icon

#: The head above what no policy says.
_SCAN = "Scan and inspection"
_NAME = 124
_FRAMES, _LEAST_FRAMES = 88, 72
#: Of the height: the list's, and at most what is told below it.
_SHARES = (3, 2)
_FINDING = Qt.ItemDataRole.UserRole + 1
_STATES = {"pass": "pass", "waived": "pass", "skipped": "pending"}


class FindingsPane(QWidget):
    """Findings in a list, the chosen one in full below, and a policy to check against."""

    position_chosen = Signal(object)
    """A finding was chosen that lies at this position of the reel."""
    check_asked = Signal(object)
    """The policy that the asset is to be checked against."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tree = QTreeWidget()
        self.details, self.places = FactsGrid(), PlaceLinks()
        self.policies = PolicyBox()
        self.check = KeyButton("Check", icon="check", key="T")
        self.said = DimLabel()
        self._bar = QWidget()
        self._shown: tuple[tuple[Finding, ...], str] = ((), "")
        self._sources: tuple[str, ...] = ()
        self._lay_out()
        self.tree.currentItemChanged.connect(self._go)
        self.tree.itemClicked.connect(self._go)
        self.check.setToolTip("Check (T); Shift+T asks for the values of the policy's variables again")
        self.check.clicked.connect(self._ask)
        self.places.chosen.connect(self.position_chosen)
        self._bar.hide()

    def offer_policies(self, policies: KnownPolicies, memory: PolicyMemory) -> None:
        """What can be checked against, and what was used before."""
        self.policies.offer(policies, memory)
        self._bar.show()

    def show_findings(self, findings: Sequence[Finding], nothing: str = "") -> None:
        """Show findings, those of each policy below its name; `nothing` is said where there are none.

        Who reads one of them keeps the place where it is told again, unless it is a policy's and another policy was
        checked since: what that found comes first and stands at the top, and nothing is chosen of it yet.
        """
        if self._shown == (tuple(findings), nothing):
            return
        chosen, self._shown = self._chosen(), (tuple(findings), nothing)
        place = self.tree.verticalScrollBar().value()
        before, self._sources = self._sources, tuple(dict.fromkeys(finding.source for finding in findings))
        if self._sources != before and chosen is not None and chosen.source not in ("", *self._sources[:1]):
            chosen = None
        self.tree.blockSignals(True)
        self.tree.clear()
        sources = self._sources
        for source in sources:
            if source or len(sources) > 1:
                self._add_head(source or _SCAN)
            for finding in findings:
                if finding.source == source:
                    self._add(finding)
        for sentence in nothing.splitlines() if not findings else ():
            say_in(self.tree, sentence)
        self._fit()
        again = next((item for item in self._items() if chosen and item.data(0, _FINDING) == chosen), None)
        if again is None:
            self.details.set_facts([])
            self.places.set_places(())
            self.tree.scrollToTop()
        else:
            self.tree.setCurrentItem(again)
            self.tree.verticalScrollBar().setValue(place)
            self.tree.scrollToItem(again)
        self.tree.blockSignals(False)

    def _items(self) -> list[QTreeWidgetItem]:
        found = (self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount()))
        return [item for item in found if item is not None]

    def _chosen(self) -> Finding | None:
        item = self.tree.currentItem()
        found = item.data(0, _FINDING) if item is not None else None
        return found if isinstance(found, Finding) else None

    def _add_head(self, text: str) -> None:
        item = QTreeWidgetItem([text])
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setFont(0, theme.ui_font(0.92, bold=True))
        item.setForeground(0, theme.current().color("dim"))
        item.setToolTip(0, text)
        self.tree.addTopLevelItem(item)
        item.setFirstColumnSpanned(True)

    def _add(self, finding: Finding) -> None:
        """Add a line; what passed has nothing to tell but what it is about."""
        alone = finding.state == "pass" and not finding.frames and finding.seen in ("", "pass", finding.check)
        item = QTreeWidgetItem([finding.check, "" if alone else finding.seen, finding.frames])
        item.setIcon(0, verdict_icon(VerdictMark(finding.state)))
        item.setData(0, _FINDING, finding)
        for column, words in enumerate((finding.check, finding.seen, finding.frames)):
            item.setToolTip(column, words)
        self.tree.addTopLevelItem(item)
        item.setFirstColumnSpanned(alone)

    def say(self, words: str) -> None:
        """How the check stands, or ended."""
        self.said.setText(words)
        self.said.setVisible(bool(words))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: names of checks take what they need of the new width."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Qt: another theme has another colour for heads."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            for item in self._items():
                if item.flags() == Qt.ItemFlag.NoItemFlags:
                    item.setForeground(0, theme.current().color("dim"))

    def _fit(self) -> None:
        """Names of checks in full where there is room; frames only where there are some."""
        items = self._items()
        self.tree.setColumnHidden(2, not any(item.text(2) for item in items))
        apart = [item for item in items if not item.isFirstColumnSpanned()]
        names, seen, frames = (
            [self.tree.sizeHintForIndex(self.tree.indexFromItem(item, column)).width() for item in apart]
            for column in (0, 1, 2)
        )
        self.tree.setColumnWidth(2, min(_FRAMES, max([_LEAST_FRAMES, *frames])))
        whole = self.tree.contentsRect().width() - self.tree.verticalScrollBar().sizeHint().width()
        room = whole - (0 if self.tree.isColumnHidden(2) else self.tree.columnWidth(2))
        head = self.tree.header()
        needed = max(head.minimumSectionSize(), head.sectionSizeHint(1), *seen)
        left = room - min(needed, round(room * 0.4))
        self.tree.setColumnWidth(0, min(max([_NAME, *names]), max(_NAME, left)))

    def _go(self, item: QTreeWidgetItem | None, _other: object = None) -> None:
        finding = item.data(0, _FINDING) if item is not None else None
        if not isinstance(finding, Finding):
            return
        more = finding.more or (("Check", finding.check), ("Seen", finding.seen), ("Frames", finding.frames))
        linked = 1 < len(finding.places) <= MOST_LINKS
        self.details.set_facts(
            [Fact(name, value) for name, value in more if value and not (linked and name == "Frames")]
        )
        self.places.set_places(finding.places)
        if isinstance(finding.position, int):
            self.position_chosen.emit(finding.position)

    def _ask(self) -> None:
        self.check_asked.emit(self.policies.policy())

    def _lay_out(self) -> None:
        self.tree.setHeaderLabels(["Check", "Seen", "Where"])
        plain_tree(self.tree, "Findings", "Copy the finding")
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(0)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.tree.setColumnWidth(2, _FRAMES)
        self.said.setWordWrap(True)
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(8, 8, 8, 0)
        row.setSpacing(8)
        row.addWidget(self.policies, 1)
        row.addWidget(self.check)
        lower = QWidget()
        below = QVBoxLayout(lower)
        below.setContentsMargins(10, 4, 8, 8)
        below.setSpacing(4)
        below.addWidget(self.said)
        below.addWidget(self.details)
        below.addWidget(self.places)
        self.below = Scrolled(lower, "What is told of the chosen finding")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._bar)
        column.addWidget(self.tree, _SHARES[0])
        column.addWidget(self.below, _SHARES[1])
        self.said.hide()


def policy_findings(validation: Mapping[str, Any] | None) -> list[Finding]:
    """The findings of a policy as the review shows them, the worst first.

    Args:
        validation: `{"policy", "outcome", "findings", "titles"}`, or None. One that is `outdated` has none that count.
    """
    told = validation or {}
    entries = () if told.get("outdated") else told.get("findings") or ()
    titles, name = told.get("titles") or {}, policy_name(told)
    found = [_finding(entry, str(titles.get(entry.get("rule")) or ""), name) for entry in entries]
    return worst_first(found)


def policy_name(validation: Mapping[str, Any]) -> str:
    """The policy that a validation names, with its version: `delivery 1.0`; empty where it names none."""
    policy = validation.get("policy") or {}
    return " ".join(str(policy[key]) for key in ("id", "version") if policy.get(key))


def found_in(
    document: Mapping[str, Any] | None, validations: Iterable[Mapping[str, Any]], known: Sequence[Finding] = ()
) -> list[Finding]:
    """All that is told of an asset: first what was checked just now, of that and of the rest the worst first.

    Args:
        document: what an inspection told, or None.
        validations: what policies said, as `policy_findings`.
        known: what is told already.
    """
    just_now: list[Finding] = []
    judged: list[Finding] = []
    for validation in validations:
        (just_now if validation.get("just_now") else judged).extend(policy_findings(validation))
    return [*just_now, *worst_first((*known, *document_findings(document, known), *judged))]


def wrong_among(findings: Iterable[Finding]) -> int:
    """How many say that something is wrong."""
    return sum(finding.state in ("fail", "stale") for finding in findings)


def was_checked(validations: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a policy judged the asset as it is: one that is not about it, or skipped every rule, did not."""
    return any(not one.get("outdated") and one.get("outcome") not in (None, "skipped") for one in validations)


def nothing_words(validations: Sequence[Mapping[str, Any]], scanned: str = "") -> str:
    """What is said where nothing is known to be wrong: who found nothing, or that nobody looked.

    A policy that is not about the asset, or skipped its rules, found nothing either: the words below the list tell.

    Args:
        validations: what policies said, as `policy_findings`.
        scanned: what is said of the last scan where no policy judged; empty for nothing.
    """
    judged = [policy_name(one) for one in validations if was_checked([one])]
    if judged:
        return f"{' and '.join(judged)} found nothing wrong." if all(judged) else "Nothing wrong was found."
    asked = any(not one.get("outdated") and one.get("outcome") in (None, "skipped") for one in validations)
    return "\n".join(filter(None, (scanned, "" if asked else "No policy was checked.")))


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Findings, the worst first, those alike as they come."""
    order = {"fail": 0, "stale": 1, "pending": 2, "pass": 3}
    return sorted(findings, key=lambda finding: order.get(finding.state, 1))


def document_findings(document: Mapping[str, Any] | None, known: Sequence[Finding] = ()) -> list[Finding]:
    """What an inspection could not read, as the review shows it.

    Args:
        document: of a file or a sequence, or None.
        known: what is told already.
    """
    found = []
    for error in (document or {}).get("errors") or ():
        place, words = problem_words(error)
        if any(finding.seen == words for finding in known):
            continue
        frames = str(error.get("frames") or "") if isinstance(error, Mapping) else ""
        spans = spans_of(frames)
        seen = f"{place}: {words}" if place else words
        more = (("Problem", words), ("Place", place)) if place else (("Problem", words),)
        fault = not (isinstance(error, Mapping) and error.get("code") in NO_FAULTS)
        state, check = ("fail", "Cannot be read") if fault else ("stale", "Not read whole")
        found.append(Finding(state, check, seen, frames, spans[0][0] if spans else None, more, places=places_of(spans)))
    return [*found, *_damaged_frames((document or {}).get("sequence"), [*known, *found])]


def _damaged_frames(sequence: Any, known: Sequence[Finding]) -> list[Finding]:
    """Frames of a sequence that cannot be read, or not to their ends, as far as no other finding tells of them."""
    told = {finding.frames for finding in known}
    found = []
    for key, check in (("unreadable", "Cannot be read"), ("incomplete", "Truncated")):
        for entry in (sequence or {}).get(key) or ():
            frames, reason = str(entry.get("frames") or ""), one_line(str(entry.get("reason") or ""))
            spans = spans_of(frames)
            if frames not in told:
                more = (("Problem", reason), ("Frames", frames))
                place = spans[0][0] if spans else None
                found.append(Finding("fail", check, reason, frames, place, more, places=places_of(spans)))
    return found


def _finding(entry: Mapping[str, Any], title: str, policy: str) -> Finding:
    outcome, severity = str(entry.get("outcome") or ""), str(entry.get("severity") or "")
    state = _STATES.get(outcome) or ("stale" if severity in ("warning", "info") or outcome == "error" else "fail")
    frames = str(entry.get("frames") or "")
    spans = spans_of(frames)
    graded = severity if outcome == "fail" else ""
    nothing = "nothing" if outcome == "fail" and entry.get("expected") else outcome
    observed = plain(_given(entry.get("observed"), entry.get("evidence"), nothing))
    seen = None if outcome == "pass" and observed == title else entry.get("observed")
    pairs = (("Check", title or None), ("Policy", policy or None), ("Rule", entry.get("rule")),
             ("Outcome", " · ".join(filter(None, (outcome, graded)))),
             ("Expected", entry.get("expected")), ("Observed", seen), ("Frames", frames or None),
             ("Part", entry.get("part")), ("Channel", entry.get("channel")), ("Region", entry.get("region")),
             ("Evidence", entry.get("evidence")))  # fmt: skip
    more = tuple((name, plain(value)) for name, value in pairs if value not in (None, "", [], {}))
    where = ", ".join(filter(None, (frames, str(entry.get("channel") or ""))))
    rule = one_line(title or str(entry.get("rule") or ""))
    return Finding(state, rule, observed, where, spans[0][0] if spans else None, more, policy, places_of(spans))


def _given(*values: Any) -> Any:
    """The first that says something; a rule that could not be checked has only its evidence."""
    return next((value for value in values if value not in (None, "", [], {})), "")

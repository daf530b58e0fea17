"""Waivers: findings that somebody who may has taken on, with a note and an end."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fnmatch import translate
from pathlib import Path
from typing import Any

from app.errors import InputError
from app.model.names import shown
from app.qc.findings import Finding, Outcome
from app.qc.policy import Group, Policy, WaiverTerms, all_rules
from app.yamlnodes import (
    MOST_BYTES,
    Listing,
    Mapping,
    Scalar,
    did_you_mean,
    known_keys,
    mapping_of,
    plain,
    read_yaml,
)

#: The code of the error that a file of waivers cannot be read.
UNREADABLE_WAIVERS = "waivers.unreadable"
_SCHEMA = "qcwaivers/1"
_REFUSED = "the waiver of "
_KEYS = ("rule", "asset", "who", "role", "note", "until", "from")


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waiver.

    Attributes:
        rule: the rule whose findings are waived.
        asset: pattern of the whole path, or of the name.
        written: that pattern as it is written.
        line: where it begins in its file, from 1.
        who, role, note: who took it on, as what, and why.
        until: the last day on which it holds; None for no end.
        refused: why it is not accepted; empty where it is.
    """

    rule: str
    asset: re.Pattern[str]
    written: str
    line: int
    who: str
    role: str
    note: str
    until: date | None
    refused: str = ""

    def covers(self, finding: Finding) -> bool:
        """Whether it is about a finding."""
        name = finding.asset.rpartition("/")[2]
        return finding.rule == self.rule and bool(self.asset.fullmatch(finding.asset) or self.asset.fullmatch(name))

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {"line": self.line, "rule": self.rule, "asset": self.written, "who": self.who}


class Waivers:
    """The waivers of one file.

    Args:
        waivers: in the order of the file.
    """

    def __init__(self, waivers: tuple[Waiver, ...] = ()) -> None:
        self._waivers = waivers
        self._idle = list(waivers)

    @property
    def idle(self) -> tuple[Waiver, ...]:
        """Those that are about no finding that was met so far, in the order of the file."""
        return tuple(self._idle)

    def meet(self, findings: Iterable[Finding]) -> None:
        """Take note of what was found of an asset, waived or not."""
        if not self._idle:
            return
        for finding in findings:
            self._idle = [waiver for waiver in self._idle if not waiver.covers(finding)]

    def waive(self, finding: Finding) -> Finding:
        """The finding as waived, where one covers it; one that is not accepted says why beside the finding."""
        if finding.outcome is not Outcome.FAIL:
            return finding
        covering = [waiver for waiver in self._waivers if waiver.covers(finding)]
        accepted = next((waiver for waiver in covering if not waiver.refused), None)
        if accepted is not None:
            terms = ", ".join(filter(None, (accepted.role, f"until {accepted.until}" if accepted.until else "")))
            told = f"waived by {accepted.who}{f' ({terms})' if terms else ''}: {accepted.note or 'no note'}"
            return replace(finding, outcome=Outcome.WAIVED, evidence=_joined(finding.evidence, told))
        if covering:
            told = f"{_REFUSED}{covering[0].who} does not count: {covering[0].refused}"
            return replace(finding, evidence=_joined(finding.evidence, told))
        return finding


def refusal_of(finding: Finding) -> str:
    """Why a waiver of a finding does not count; empty where there is none, or it counts."""
    if finding.outcome is not Outcome.FAIL:
        return ""
    _, sign, told = finding.evidence.rpartition(_REFUSED)
    return f"{sign}{told}" if " does not count: " in told else ""


def _joined(*texts: str) -> str:
    return "; ".join(filter(None, texts))


def read_waivers(name: str, policy: Policy, today: date | None = None) -> Waivers:
    """Read a file of waivers and judge each by the terms of the policy.

    Args:
        name: the file.
        policy: whose findings are waived.
        today: the day; that of the clock (UTC) where omitted.

    Raises:
        BadYaml: the file cannot be used.
        InputError: it cannot be read.
    """
    try:
        with Path(name).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"The waivers {shown(name)} cannot be read: {reason}",
            hint="Name another file of waivers, or none.",
            code=UNREADABLE_WAIVERS,
        ) from error
    root = mapping_of(read_yaml(data, shown(name)), "a file of waivers")
    known_keys(root, ("schema", "waivers"), "a file of waivers")
    schema = plain(root.entries["schema"]) if "schema" in root.entries else None
    if schema != _SCHEMA:
        raise root.place.error(f"the schema is {schema}", f"Begin with schema: {_SCHEMA}.")
    listed = root.entries.get("waivers")
    if not isinstance(listed, Listing):
        raise root.place.error("waivers is missing", "Write waivers: and a list, each with a dash.")
    day = today or datetime.now(UTC).date()
    rules = [rule.id for rule in policy.rules]
    nested = {
        rule.id: group.id for group in policy.rules if isinstance(group, Group) for rule in all_rules(group.rules)
    }
    return Waivers(
        tuple(_waiver(mapping_of(item, "a waiver"), policy.waivers, rules, nested, day) for item in listed.items)
    )


def _waiver(node: Mapping, terms: WaiverTerms, rules: list[str], nested: dict[str, str], today: date) -> Waiver:
    known_keys(node, _KEYS, "a waiver")
    words = {key: _word(node, key) for key in _KEYS if key in node.entries}
    for key in ("rule", "asset", "who"):
        if not words.get(key):
            raise node.place.error(f"{key} is missing", "A waiver has rule, asset, who, role, note and until.")
    if words["rule"] in nested:
        raise node.entries["rule"].place.error(
            f"{words['rule']} is a rule of the group {nested[words['rule']]}", "Waive the group: it is what is judged."
        )
    if words["rule"] not in rules:
        raise node.entries["rule"].place.error(
            f"the policy has no rule {words['rule']}", did_you_mean(words["rule"], rules)
        )
    ends, begins = (_day(node, key) for key in ("until", "from"))
    made = Waiver(
        words["rule"],
        re.compile(translate(words["asset"])),
        words["asset"],
        node.place.line,
        words["who"],
        words.get("role", ""),
        words.get("note", "").strip(),
        ends,
    )
    return replace(made, refused=_refused(made, terms, begins, today))


def _refused(waiver: Waiver, terms: WaiverTerms, begins: date | None, today: date) -> str:
    """Why a waiver is not accepted; empty where it is."""
    if terms.roles and waiver.role not in terms.roles:
        return f"the role {waiver.role or '(none)'} may not waive; {', '.join(sorted(terms.roles))} may"
    if terms.require_note and not waiver.note:
        return "it has no note"
    if waiver.until is not None and waiver.until < today:
        return f"it ended on {waiver.until}"
    if begins is not None and begins > today:
        return f"it begins on {begins}"
    if terms.max_days:
        if waiver.until is None:
            return f"it has no end; {terms.max_days} days are the most"
        if (waiver.until - (begins or today)).days > terms.max_days:
            return f"it runs longer than {terms.max_days} days"
    return ""


def _word(node: Mapping, key: str) -> str:
    value = node.entries[key]
    if not isinstance(value, Scalar) or isinstance(value.value, bool):
        raise value.place.error("text is expected here")
    return "" if value.value is None else str(value.value)


def _day(node: Mapping, key: str) -> date | None:
    if key not in node.entries:
        return None
    text = _word(node, key)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise node.entries[key].place.error(f"{text} is no day", "Write it as 2026-12-31.") from error

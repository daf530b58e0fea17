"""Reads rules and groups of rules."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from app.model.measuring import DEFAULTS, MeasureOptions
from app.qc.checks.check import Check, all_told
from app.qc.checks.registry import CHECKS
from app.qc.facts import Need
from app.qc.globs import PathPattern
from app.qc.operators import OPERATORS
from app.qc.policy import APART, KINDS, MISSING, SEVERITIES, Group, Match, Rule, Sample
from app.qc.policyvalues import Values
from app.qc.selectors import Selector
from app.yamlnodes import Listing, Node, Place, Scalar, did_you_mean, known_keys, mapping_of, plain
from app.yamlnodes import Mapping as MappingNode

#: Letters of a title that is made of what a rule asks for, and where the summary of a check has said the most of it.
_TITLE = 160
_CLAUSE = re.compile(r"[.:;](?: |$)")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_COMMON = ("id", "title", "when", "severity", "missing")
_GROUPS = ("any", "all", "none")
_OPERATORS = tuple(name for name in OPERATORS if name != "same_as")


class RuleReader:
    """Reads rules; knows the variables and the defaults.

    Args:
        values: reads values.
        defaults: the node of `defaults`, or None.
        thresholds: what movies and sound are measured by where a rule says nothing.
    """

    def __init__(self, values: Values, defaults: Node | None, thresholds: MeasureOptions = DEFAULTS) -> None:
        self._values = values
        self._thresholds = asdict(thresholds)
        self._severity, self._missing, self._sample = "error", "fail", Sample()
        if defaults is not None:
            node = mapping_of(defaults, "defaults")
            known_keys(node, ("severity", "missing", "frames", "rows", "sample"), "defaults")
            self._severity = self._choice(node, "severity", SEVERITIES, "error")
            self._missing = self._choice(node, "missing", MISSING, "fail")
            self._sample = self._sampled(node.entries.get("sample"), self._sampled_of(node, Sample()))

    def rule(self, node: Node, fallback_id: str = "") -> Rule | Group:
        """A rule or a group.

        Raises:
            BadYaml: it cannot be used.
        """
        mapping = mapping_of(node, "a rule")
        how = [key for key in _GROUPS if key in mapping.entries]
        if how:
            known_keys(mapping, (how[0],), f"a group of rules ({how[0]})")
            return self._group(mapping.entries[how[0]], how[0], fallback_id)
        if not mapping.entries.keys() & {"check", "select"}:
            _refuse_misspelt(mapping)
        identifier = self._identifier(mapping, fallback_id)
        if not identifier:
            raise mapping.place.error("id is missing", "Each rule has an id of its own.")
        if "check" in mapping.entries:
            return self._checking(mapping, identifier)
        if "select" not in mapping.entries:
            raise mapping.place.error(
                f"the rule {identifier} has neither select nor check", "Say what it looks at: select: parts[*].type."
            )
        return self._selecting(mapping, identifier)

    def match(self, node: Node | None) -> Match:
        """What `match` or `when` says; everything where there is none."""
        if node is None:
            return Match()
        mapping = mapping_of(node, "match")
        known_keys(mapping, ("ext", "path", "kind", "select", "expect"), "match and when")
        entries = mapping.entries
        names = {key: self._values.read(entries[key], "names") for key in ("ext", "path", "kind") if key in entries}
        if "kind" in entries:
            _check_kinds(entries["kind"], names["kind"])
        if ("select" in entries) is not ("expect" in entries):
            raise mapping.place.error("select and expect go together here")
        select: Selector | None = self._values.read(entries["select"], "selector") if "select" in entries else None
        return Match(
            frozenset(name.lower().lstrip(".") for name in names.get("ext", ())),
            tuple(PathPattern(path) for path in names.get("path", ())),
            frozenset(names.get("kind", ())),
            select,
            self._operators(mapping_of(entries["expect"], "expect"), _OPERATORS) if "expect" in entries else {},
            self._deciding([select] if select else []),
        )

    def _group(self, node: Node, how: str, fallback_id: str) -> Group:
        mapping = mapping_of(node, f"a group of rules ({how})")
        known_keys(mapping, ("id", "title", "when", "severity", "rules"), "a group of rules")
        identifier = self._identifier(mapping, fallback_id)
        rules = mapping.entries.get("rules")
        if not identifier:
            raise mapping.place.error("id is missing", "A group of rules has an id of its own.")
        if not isinstance(rules, Listing) or not rules.items:
            raise mapping.place.error("rules is missing", "Write the rules of the group under it, each with a dash.")
        below = tuple(self.rule(item, f"{identifier}.{number}") for number, item in enumerate(rules.items, 1))
        return Group(
            identifier,
            self._title(mapping) or _cut(f"{how} of: {'; '.join(rule.title for rule in below)}"),
            mapping.place,
            how,
            self._choice(mapping, "severity", SEVERITIES, self._severity),
            self.match(mapping.entries.get("when")),
            below,
        )

    def _selecting(self, mapping: MappingNode, identifier: str) -> Rule:
        known_keys(mapping, (*_COMMON, "select", "expect"), "a rule with select")
        selectors: tuple[Selector, ...] = self._values.read(mapping.entries["select"], "selectors")
        if "expect" not in mapping.entries:
            raise mapping.place.error(f"expect is missing in {identifier}", "Say what is expected: expect: {eq: half}.")
        expect = self._operators(mapping_of(mapping.entries["expect"], "expect"), tuple(OPERATORS))
        others = [expect["same_as"]] if "same_as" in expect else []
        need = max(selector.need for selector in [*selectors, *others])
        measuring = self._deciding([*selectors, *others])
        return self._made(mapping, identifier, "", selectors, expect, {}, need, measuring)

    def _deciding(self, selectors: Iterable[Selector]) -> dict[str, float]:
        """The thresholds that decide what selectors find: those of the settings."""
        names = {name for selector in selectors for name in selector.thresholds}
        return {name: self._thresholds[name] for name in sorted(names)}

    def _checking(self, mapping: MappingNode, identifier: str) -> Rule:
        name = plain(mapping.entries["check"])
        if name not in CHECKS:
            raise mapping.entries["check"].place.error(f"there is no check {name}", did_you_mean(str(name), CHECKS))
        check = CHECKS[name]
        keys = {parameter.name: parameter for parameter in check.parameters}
        sampled = ("sample",) if check.frames else ()
        known_keys(mapping, (*_COMMON, "check", "expect", *sampled, *keys), f"a rule with the check {name}")
        options = {
            key: self._values.read(mapping.entries[key], keys[key].takes) for key in keys if key in mapping.entries
        }
        selectors: tuple[Selector, ...] = ()
        if "select" in keys and keys["select"].takes == "selectors":
            if "select" not in options:
                raise mapping.place.error(f"{name} needs select", "Say which facts: select: parts[*].compression.")
            selectors = options.pop("select")
        need = max([check.need, *(selector.need for selector in selectors)])
        expect = self._expected(mapping, check)
        measuring = {key: options.pop(key, self._thresholds[key]) for key in check.measures}
        return self._made(mapping, identifier, name, selectors, expect, options, need, measuring)

    def _expected(self, mapping: MappingNode, check: Check) -> Mapping[str, Any]:
        node = mapping.entries.get("expect")
        if node is None:
            if check.default is None:
                known = ", ".join([*check.operators, *(parameter.name for parameter in check.expects)])
                raise mapping.place.error(f"{check.name} needs expect", f"It may have {known}.")
            return check.default
        return self._operators(mapping_of(node, "expect"), check.operators, check)

    def _operators(self, node: MappingNode, allowed: tuple[str, ...], check: Check | None = None) -> dict[str, Any]:
        """The keys of `expect` with their values."""
        own = {parameter.name: parameter for parameter in check.expects} if check else {}
        tolerance = ("tol",) if "near" in allowed else ()
        found: dict[str, Any] = {}
        if not node.entries:
            raise node.place.error("expect is empty", "Say what is expected: expect: {eq: half}.")
        for key, value in node.entries.items():
            if key in own:
                found[key] = self._values.read(value, own[key].takes)
            elif key in allowed:
                found[key] = self._values.read(value, OPERATORS[key].takes)
            elif key not in tolerance:
                known = [*allowed, *own]
                what = f"{check.name} expects" if check else "an operator"
                raise node.keys[key].error(
                    f"{key} is nothing that {what}" if check else f"there is no operator {key}",
                    did_you_mean(key, known),
                )
        if "tol" in node.entries and "near" not in node.entries:
            raise node.keys["tol"].error("tol goes with near")
        if "near" in found:
            tol = self._values.read(node.entries["tol"], "number") if "tol" in node.entries else 1e-6
            found["near"] = (found["near"], float(tol))
        return found

    def _made(
        self,
        mapping: MappingNode,
        identifier: str,
        check: str,
        selectors: tuple[Selector, ...],
        expect: Mapping[str, Any],
        options: Mapping[str, Any],
        need: Need,
        measuring: Mapping[str, float],
    ) -> Rule:
        return Rule(
            identifier,
            self._title(mapping) or _described(check, selectors, expect),
            mapping.place,
            self._choice(mapping, "severity", SEVERITIES, self._severity),
            self._choice(mapping, "missing", MISSING, self._missing),
            self._sampled(mapping.entries.get("sample"), self._sample),
            self.match(mapping.entries.get("when")),
            check,
            selectors,
            expect,
            options,
            need,
            measuring,
        )

    def _identifier(self, mapping: MappingNode, fallback: str) -> str:
        if "id" not in mapping.entries:
            return fallback
        node = mapping.entries["id"]
        text = str(plain(node))
        if not isinstance(node, Scalar) or not _ID.fullmatch(text):
            raise node.place.error(f"{text} is no id", "An id has letters, digits, dots, dashes and underscores.")
        return text

    def _title(self, mapping: MappingNode) -> str:
        return self._values.text(mapping.entries["title"]) if "title" in mapping.entries else ""

    def _choice(self, mapping: MappingNode, key: str, choices: tuple[str, ...], default: str) -> str:
        if key not in mapping.entries:
            return default
        chosen: str = self._values.read(mapping.entries[key], f"one of {' '.join(choices)}")
        return chosen

    def _sampled(self, node: Node | None, default: Sample) -> Sample:
        if node is None:
            return default
        mapping = mapping_of(node, "sample")
        known_keys(mapping, ("frames", "rows"), "sample")
        return self._sampled_of(mapping, default)

    def _sampled_of(self, mapping: MappingNode, default: Sample) -> Sample:
        ends, every, rows = default.ends, default.every, default.rows
        if "frames" in mapping.entries:
            node = mapping.entries["frames"]
            text = ",".join(self._values.read(node, "names")).replace(" ", "")
            ends = text == "first,middle,last"
            every = 1 if ends else _step(text, node.place, "all, first,middle,last or every:10")
        if "rows" in mapping.entries:
            node = mapping.entries["rows"]
            rows = _step(str(plain(node)), node.place, "all or every:4")
        return Sample(ends, every, rows)


def _refuse_misspelt(mapping: MappingNode) -> None:
    """Refuse a key that no rule has, where it may have been meant for the one that is needed."""
    kinds = ("check", "select", *_GROUPS)
    own = {parameter.name for check in CHECKS.values() for parameter in check.parameters}
    known_keys(mapping, (*kinds, *_COMMON, "expect", "sample", *sorted(own)), "a rule")


def _check_kinds(node: Node, kinds: tuple[str, ...]) -> None:
    """Refuse a kind that there is not, and two that no asset can be at once: each has to fit."""
    places = [item.place for item in node.items] if isinstance(node, Listing) else [node.place]
    for place, kind in zip(places, kinds, strict=True):
        if kind not in KINDS:
            raise place.error(f"there is no kind {kind}", did_you_mean(kind, KINDS))
        for before in kinds[: kinds.index(kind)]:
            if any(before in apart and kind in apart for apart in APART):
                hint = "Each kind of a list has to fit. For either of them, name extensions: ext: [mov, wav]."
                raise place.error(f"nothing is both {before} and {kind}", hint)


def _step(text: str, place: Place, forms: str) -> int:
    match = re.fullmatch(r"all|every:([1-9][0-9]{0,5})", text)
    if match is None:
        raise place.error(f"{text} is no sample", f"Write {forms}.")
    return int(match[1] or 1)


def _described(check: str, selectors: tuple[Selector, ...], expect: Mapping[str, Any]) -> str:
    """What a rule asks for, for one that has no title: what it looks at, and what is expected of it."""
    what = _CLAUSE.split(CHECKS[check].summary)[0] if check else ""
    about = ", ".join(selector.text for selector in selectors)
    return _cut(": ".join(filter(None, (what, f"{about} {all_told(expect)}".strip()))))


def _cut(text: str) -> str:
    return text if len(text) <= _TITLE else f"{text[: _TITLE - 1]}…"

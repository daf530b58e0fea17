"""Reads a policy file (`qcpolicy/1`): every key, check, operator and selector is known, or an error says where not."""

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from app.errors import UsageError
from app.model.measuring import DEFAULTS, MeasureOptions
from app.qc.policy import Group, Policy, Rule, WaiverTerms, all_rules
from app.qc.policyvalues import Values
from app.qc.rulereading import RuleReader
from app.yamlnodes import Listing, Node, Place, Scalar, did_you_mean, known_keys, mapping_of, plain, read_yaml
from app.yamlnodes import Mapping as MappingNode

SCHEMA = "qcpolicy/1"
_TOP = ("schema", "id", "version", "title", "description", "match", "defaults", "vars", "rules", "waivers")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_MOST_RULES = 1000


def read_policy(
    data: bytes, source: str, given: Mapping[str, str] | None = None, thresholds: MeasureOptions = DEFAULTS
) -> Policy:
    """Read a policy.

    Args:
        data: the bytes of its file.
        source: the name of the file, for errors.
        given: values of variables, over those of `vars`.
        thresholds: what movies and sound are measured by where a rule says nothing.

    Raises:
        BadYaml: it is not a policy that can be used; the message begins with `file:line:column`.
        UsageError: a variable is given that the policy does not have, or none is where one is needed.
    """
    root = mapping_of(read_yaml(data, source), "a policy")
    if not root.entries:
        raise root.place.error("the file is empty", "docs/policies.md shows what a policy looks like.")
    known_keys(root, _TOP, "a policy")
    schema = _needed(root, "schema")
    if plain(schema) != SCHEMA:
        raise schema.place.error(f"the schema {plain(schema)} is not known", f"This program reads {SCHEMA}.")
    identity = _identifier(_needed(root, "id"))
    variables = _variables(root.entries.get("vars"), given or {}, identity)
    values = Values(variables)
    reader = RuleReader(values, root.entries.get("defaults"), thresholds)
    rules = _rules(_needed(root, "rules"), reader)
    return Policy(
        identity,
        _word(_needed(root, "version")),
        _word(root.entries["title"]) if "title" in root.entries else "",
        sha256(data).hexdigest(),
        source,
        reader.match(root.entries.get("match")),
        rules,
        _waivers(root.entries.get("waivers"), values),
        variables,
    )


def _needed(node: MappingNode, key: str) -> Node:
    """The node of a key that has to be there."""
    if key not in node.entries:
        raise node.place.error(f"{key} is missing", "docs/policies.md shows what a policy looks like.")
    return node.entries[key]


def _word(node: Node) -> str:
    if not isinstance(node, Scalar) or node.value is None or isinstance(node.value, bool):
        raise node.place.error("text is expected here", "Put it in quotes.")
    return str(node.value)


def _identifier(node: Node) -> str:
    text = _word(node)
    if not _ID.fullmatch(text):
        raise node.place.error(f"{text} is no id", "An id has letters, digits, dots, dashes and underscores.")
    return text


def _rules(node: Node, reader: RuleReader) -> tuple[Rule | Group, ...]:
    if not isinstance(node, Listing) or not node.items:
        raise node.place.error("a list of rules is expected here", "Each rule begins with a dash.")
    rules = tuple(reader.rule(item) for item in node.items)
    seen: dict[str, Place] = {}
    total = 0
    for rule in all_rules(rules):
        total += 1
        if rule.id in seen:
            raise rule.place.error(f"the rule {rule.id} is there twice, first in line {seen[rule.id].line}")
        seen[rule.id] = rule.place
    if total > _MOST_RULES:
        raise node.place.error(f"there are more than {_MOST_RULES} rules")
    return rules


def declared_variables(data: bytes, source: str) -> dict[str, Any]:
    """The variables of a policy and their defaults; None for one whose value has to be given.

    Raises:
        BadYaml: it cannot be used.
    """
    return _declared(mapping_of(read_yaml(data, source), "a policy").entries.get("vars"))


def _declared(node: Node | None) -> dict[str, Any]:
    declared: dict[str, Any] = {}
    if node is None:
        return declared
    mapping = mapping_of(node, "vars")
    for name, value in mapping.entries.items():
        if not _VARIABLE.fullmatch(name):
            raise mapping.keys[name].error(f"{name} is no name of a variable", "Use letters, digits and underscores.")
        if not isinstance(value, Scalar):
            raise value.place.error("a variable has one value", "Write text or a number.")
        declared[name] = value.value
    return declared


def _variables(node: Node | None, given: Mapping[str, str], policy: str) -> dict[str, Any]:
    """The variables with their values; one that the policy leaves empty has to be given."""
    declared = _declared(node)
    for name, text in given.items():
        if name not in declared:
            hint = did_you_mean(name, declared) or "The policy has no variables."
            raise UsageError(f"The policy {policy} has no variable {name}", hint=hint, code="policy.variable")
        declared[name] = _like(declared[name], text, name)
    empty = [name for name, value in declared.items() if value is None]
    if empty:
        raise UsageError(
            f"The policy {policy} needs a value of {', '.join(empty)}",
            hint=f"Add {' '.join(f'--var {name}=VALUE' for name in empty)}",
            code="policy.variable",
            context={"lacking": empty},
        )
    return declared


def _like(default: Any, text: str, name: str) -> Any:
    """The given text as a value of the default's type."""
    if isinstance(default, str) or default is None:
        return text
    read, kind = _READERS[type(default)]
    try:
        return read(text)
    except (ValueError, KeyError):
        raise UsageError(
            f"{name} must be {kind}, not {text}", hint=f"Write --var {name}={default}", code="policy.variable"
        ) from None


#: Type of a variable's default to what reads a given text, with ValueError or KeyError where it cannot, and its name.
_READERS: dict[type, tuple[Callable[[str], Any], str]] = {
    bool: (lambda text: {"true": True, "false": False}[text.lower()], "true or false"),
    int: (int, "a whole number"),
    float: (float, "a number"),
}


def _waivers(node: Node | None, values: Values) -> WaiverTerms:
    if node is None:
        return WaiverTerms()
    mapping = mapping_of(node, "waivers")
    known_keys(mapping, ("roles", "require_note", "max_days"), "waivers")
    entries = mapping.entries
    return WaiverTerms(
        frozenset(values.read(entries["roles"], "names")) if "roles" in entries else frozenset(),
        values.read(entries["require_note"], "flag") if "require_note" in entries else True,
        values.read(entries["max_days"], "count") if "max_days" in entries else 0,
    )

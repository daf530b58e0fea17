"""Checks of names."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.qc.checks.check import Check, Parameter
from app.qc.facts import Facts, Need
from app.qc.findings import Observation
from app.qc.matching import search
from app.qc.policy import Rule

_OF = ("stem", "name", "base", "folder")


def _name(rule: Rule, facts: Facts) -> Iterator[Observation]:
    document = facts.document(Need.NAMES)
    text = name_part(document, rule.options.get("of", "base"))
    expect = rule.expect
    pattern = expect.get("regex")
    groups = search(pattern, text) if pattern else None
    if pattern:
        matches = groups is not None
        yield Observation(matches, f"a name matching {pattern}", text, evidence="" if matches else "name")
    if "forbid_regex" in expect:
        wrong = search(expect["forbid_regex"], text)
        yield Observation(wrong is None, f"nothing matching {expect['forbid_regex']}", text)
    if "characters" in expect:
        strange = sorted(set(re.sub(f"[{expect['characters']}]", "", text)))
        shown = " ".join(repr(letter) for letter in strange)
        yield Observation(not strange, f"only the characters {expect['characters']}", f"{text}: {shown}")
    if "max_length" in expect:
        size = len(text)
        yield Observation(size <= expect["max_length"], f"at most {expect['max_length']} characters", str(size))
    if "equals" in expect and not pattern:
        yield Observation(
            False, "groups of regex", evidence="equals is about the groups of regex, which is not there", unable=True
        )
    if groups is not None:
        yield from _groups(groups, expect.get("equals", {}), text)


def _groups(found: Mapping[str, str | None], equals: dict[str, Any], text: str) -> Iterator[Observation]:
    """Named groups of the expression that have to have a value."""
    for group, wanted in equals.items():
        value = found.get(group)
        yield Observation(value == str(wanted), f"{group} {wanted}", f"{group} {value}", evidence=text)


def name_part(document: Any, of: str) -> str:
    """A part of the name: all of it, without its extension, without frame number too, or the folder it lies in."""
    file, sequence = document.get("file", {}), document.get("sequence") or {}
    name = str(file.get("name", ""))
    if of == "name":
        return name
    if of == "folder":
        return str(file.get("path", "")).rpartition("/")[0].rpartition("/")[2]
    if of == "base" and sequence:
        return str(sequence.get("base", "")).rstrip("._- ")
    return name.rpartition(".")[0] or name


CHECKS = (
    Check(
        "name",
        "The name: a regular expression with named groups, its characters, its length.",
        Need.NAMES,
        expects=(
            Parameter("regex", "text", "an expression that is found in it; begin it with `^` and end it with `$`"),
            Parameter("forbid_regex", "text", "an expression that is not found in it"),
            Parameter("characters", "characters", "the characters it may have, as in brackets of an expression"),
            Parameter("max_length", "count", "how many characters it may have"),
            Parameter("equals", "object", "named group of `regex` to the text that it has to be"),
        ),
        options=(
            Parameter(
                "of", f"one of {' '.join(_OF)}", "the name without extension and frame (`base`, the default), or else"
            ),
        ),
        default=None,
        judge=_name,
    ),
)

"""`docs/policies.md` has every operator, check and shipped policy as they are. WRITE_DOCS=1 writes them anew."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from app.qc.checks.check import Check
from app.qc.checks.registry import CHECKS
from app.qc.facts import Need
from app.qc.operators import OPERATORS
from app.qc.policies import load_policy, shipped_policies
from app.qc.policy import KINDS, leaves
from app.qc.policyreading import read_policy

PAGE = Path(__file__).parents[2] / "docs" / "policies.md"

READS = {
    Need.NAMES: "names",
    Need.HEADER: "the header",
    Need.HEADERS: "all headers",
    Need.VARYING: "all headers",
    Need.PIXELS: "pixels",
    Need.DECODED: "all of it, decoded",
}


def reference() -> str:
    """The part of the page that follows from the code."""
    return "\n".join([*_operators(), *_checks(), *_shipped()]) + "\n"


def _operators() -> Iterator[str]:
    yield from ("## Operators", "", "| operator | takes | holds for |", "|---|---|---|")
    for operator in OPERATORS.values():
        yield f"| `{operator.name}` | {operator.takes} | {operator.summary} |"
    yield "| `tol` | number | goes with `near`; 0.000001 where it is not there |"
    yield ""


def _checks() -> Iterator[str]:
    yield from ("## Checks", "")
    family = ""
    for check in CHECKS.values():
        if check.name.partition(".")[0] != family:
            family = check.name.partition(".")[0]
            yield from (f"### {family}", "")
        yield f"**`{check.name}`** – {check.summary} Reads {READS[check.need]}{_about(check)}."
        yield from _lines(check)
        yield ""


def _about(check: Check) -> str:
    kinds = [kind for kind in KINDS if kind in check.kinds]
    return f"; about {', '.join(kinds)}" if kinds else ""


def _lines(check: Check) -> Iterator[str]:
    if check.operators:
        yield from ("", f"- `expect`: {', '.join(f'`{name}`' for name in check.operators)}")
    elif check.expects or check.parameters:
        yield ""
    for parameter in check.expects:
        yield f"- `expect` `{parameter.name}` ({parameter.takes}): {parameter.summary}"
    for parameter in check.parameters:
        yield f"- `{parameter.name}` ({parameter.takes}): {parameter.summary}"


def _shipped() -> Iterator[str]:
    yield from ("## Shipped policies", "")
    for policy in shipped_policies():
        loaded = load_policy(policy.id, {"show": "AGM"} if policy.id == "show.naming" else {})
        yield from (f"### `{policy.id}`", "", f"{policy.title}, version {policy.version}.", "")
        yield from ("| rule | asks |", "|---|---|")
        for rule in loaded.rules:
            yield f"| `{rule.id}`{'' if rule.severity == 'error' else f' ({rule.severity})'} | {rule.title} |"
        yield ""


def test_the_tables_of_the_page_are_those_of_the_code() -> None:
    page = PAGE.read_text(encoding="utf-8")
    head, _, _ = page.partition("## Operators\n")
    made = head + reference().rstrip("\n") + "\n"
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(made, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == made


def test_the_policies_of_the_page_can_be_read() -> None:
    blocks = re.findall(r"```yaml\n(schema: qcpolicy.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 1
    for block in blocks:
        assert len(list(leaves(read_policy(block.encode(), "policies.md").rules))) == 7


def test_every_rule_that_is_shipped_says_what_it_asks_for() -> None:
    for policy in shipped_policies():
        loaded = load_policy(policy.id, {"show": "AGM"} if policy.id == "show.naming" else {})
        assert all(rule.title for rule in loaded.rules), policy.id

"""Judges what a selector finds: every match has to satisfy every operator."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.qc.checks.check import all_told, broken
from app.qc.checks.completeness import unseen_statistics
from app.qc.findings import Observation
from app.qc.headerclasses import HeaderClass
from app.qc.policy import Rule
from app.qc.selectors import Found, Selector
from app.qc.values import words


def judge_selection(rule: Rule, classes: list[HeaderClass]) -> Iterator[Observation]:
    """What a rule with `select` sees in each kind of frame."""
    for kind in classes:
        for selector in rule.selectors:
            unseen = list(unseen_statistics(rule, selector, kind.document))
            yield from unseen
            for seen in _judge(rule, selector, kind):
                if not (unseen and seen.nothing):  # what was not seen is not known to be absent
                    yield seen


def _judge(rule: Rule, selector: Selector, kind: HeaderClass) -> Iterator[Observation]:
    found = selector.find(kind.document) or [Found(None, selector.text, absent=True)]
    expect: dict[str, Any] = dict(rule.expect)
    if "exists" in expect:
        wanted = expect.pop("exists")
        wrong = [one for one in found if one.absent is wanted]
        for one in wrong:
            seen = f"no {one.path}" if one.absent else words(one.value)
            yield _observed(one, f"{'some' if wanted else 'no'} {one.path}", seen, kind)
        if wrong or not wanted or not expect:
            return
    if "same_as" in expect and (told := _resolve_same(expect, kind)) is not None:
        yield told
        return
    for one in found:
        if one.absent:
            yield replace(_observed(one, _told(rule, expect), "", kind), nothing=True)
        elif broken(one.value, expect):
            yield _observed(one, _told(rule, expect), words(one.value), kind)


def _resolve_same(expect: dict[str, Any], kind: HeaderClass) -> Observation | None:
    """Put in the value that `same_as` points to; an observation where there is none."""
    other: Selector = expect["same_as"]
    values = [one.value for one in other.find(kind.document) if not one.absent]
    if not values:
        return Observation(False, f"the same as {other.text}", frames=kind.frames, evidence=other.text, nothing=True)
    expect["same_as"] = values[0]
    return None


def _told(rule: Rule, expect: dict[str, Any]) -> str:
    if "same_as" not in expect:
        return all_told(expect)
    return f"{all_told(expect)} ({rule.expect['same_as'].text})"


def _observed(one: Found, expected: str, observed: str, kind: HeaderClass) -> Observation:
    return Observation(False, expected, observed, kind.frames, one.part, one.channel, evidence=one.path)

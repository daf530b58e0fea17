"""Reads the documents of single files ahead, several at once, as far as the rules of a policy will ask for them."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from app.jobs.children import ChildPool
from app.jobs.job import CancelToken
from app.qc.checks.registry import CHECKS
from app.qc.facts import Need
from app.qc.livefacts import LIMITS_S, LiveFacts
from app.qc.policy import Policy, leaves

_GROUP = 64


def read_ahead(
    assets: Iterable[LiveFacts], policy: Policy, pool: ChildPool, token: CancelToken, say: Callable[[str], None]
) -> Iterator[LiveFacts]:
    """The assets in their order, those among them that are single files with their documents read.

    Args:
        assets: taken some at a time.
        policy: who asks.
        pool: children that read documents. They go on while an asset is judged, and are this function's alone.
        token: cancels.
        say: told which movie or sound is measured, and how far.
    """

    def heard(facts: LiveFacts, steps: list[int]) -> None:
        say(f"{facts.asset} ({steps[0] * 100 // max(steps[1], 1)} %)")

    waiting = iter(assets)
    while group := deque(islice(waiting, _GROUP)):
        wanted = [(facts, need) for facts in group if (need := _need(facts, policy)) is not None]
        unread = {facts for facts, _ in wanted}
        for need, limit_s in LIMITS_S.items():
            requests = ((facts, facts.request(need)) for facts, asked in wanted if asked is need)
            for facts, answer in pool.map(requests, token, limit_s, heard if need is Need.DECODED else None):
                facts.put(need, answer)
                unread.discard(facts)
                while group and group[0] not in unread:
                    yield group.popleft()
        yield from group


def _need(facts: LiveFacts, policy: Policy) -> Need | None:
    """How much is read ahead: nothing of sequences, whose frames are read by readers of their own."""
    if "sequence" in facts.kinds or not policy.match.fits(facts.asset, facts.kinds):
        return None
    needs = [Need.NAMES]
    for rule in leaves(policy.rules):
        kinds = CHECKS[rule.check].kinds if rule.check else frozenset[str]()
        if (not kinds or kinds & facts.kinds) and rule.when.fits(facts.asset, facts.kinds):
            sampled = bool(rule.check and CHECKS[rule.check].frames and rule.sample.rows > 1)
            needs.append(Need.HEADER if sampled else rule.need)
    need = max(needs)
    if need is Need.NAMES:
        return None
    if need <= Need.HEADERS:
        return Need.HEADER
    return Need.DECODED if facts.kinds & {"movie", "sound"} else Need.PIXELS

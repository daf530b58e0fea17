"""Reads the documents of single files ahead, several at once, as far as the rules of a policy will ask for them."""

from collections.abc import Iterable, Iterator
from itertools import islice

from app.jobs.children import ChildPool
from app.jobs.job import Job
from app.qc.checks.registry import CHECKS
from app.qc.facts import Need
from app.qc.livefacts import LiveFacts
from app.qc.policy import Policy, leaves

_GROUP = 64
_LIMITS_S = {Need.HEADER: 60.0, Need.PIXELS: 600.0}


def read_ahead(assets: Iterable[LiveFacts], policy: Policy, pool: ChildPool, job: Job) -> Iterator[LiveFacts]:
    """The assets in their order, those among them that are single files with their documents read.

    Args:
        assets: taken some at a time.
        policy: who asks.
        pool: children that read documents.
        job: cancels.
    """
    waiting = iter(assets)
    while group := list(islice(waiting, _GROUP)):
        wanted = [(facts, need) for facts in group if (need := _need(facts, policy)) is not None]
        for need, limit_s in _LIMITS_S.items():
            requests = ((facts, facts.request(need)) for facts, asked in wanted if asked is need)
            for facts, answer in pool.map(requests, job.token, limit_s):
                facts.put(need, answer)
        yield from group


def _need(facts: LiveFacts, policy: Policy) -> Need | None:
    """How much is read ahead: nothing of sequences and of what is decoded at length."""
    if "sequence" in facts.kinds or not policy.match.fits(facts.asset, facts.kinds):
        return None
    needs = [Need.NAMES]
    for rule in leaves(policy.rules):
        kinds = CHECKS[rule.check].kinds if rule.check else frozenset[str]()
        if (not kinds or kinds & facts.kinds) and rule.when.fits(facts.asset, facts.kinds):
            sampled = bool(rule.check and CHECKS[rule.check].frames and rule.sample.rows > 1)
            needs.append(Need.HEADER if sampled else rule.need)
    need = max(needs)
    if need is Need.NAMES or (need > Need.HEADERS and "image" not in facts.kinds):
        return None
    return Need.PIXELS if need > Need.HEADERS else Need.HEADER

"""What becomes of an asset's sidecar: nothing, a first record, a refreshed one, one that follows a verdict."""

from dataclasses import dataclass

from app.errors import HeldByAnother
from app.files.manifest import fingerprint
from app.files.sidecar import Document
from app.model.names import shown
from app.qc.documents import Verdict, carried_over, new_record, refreshed
from app.qc.reviewed import Reviewed
from app.qc.verdicts import is_verdict


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome for one asset.

    Attributes:
        document: what to write; None for nothing.
        changed: whether the content differs from what the record saw.
        stale: whether an operator's verdict stands over content that changed since.
    """

    document: Document | None = None
    changed: bool = False
    stale: bool = False


def wants_content(reviewed: Reviewed, verdict: Verdict) -> bool:
    """Whether deciding will need the content's hash, beyond comparing it with the record."""
    record = reviewed.record
    if verdict.operator or record is None:
        return True
    if record.legacy or record.policy_version != verdict.policy_version:
        return True
    return reviewed.same is False and not is_verdict(record)


def decide(reviewed: Reviewed, verdict: Verdict) -> Decision:
    """Decide about one asset without a problem.

    Args:
        reviewed: with its content, where `wants_content` asked for it.
        verdict: the operator's; or a crawl's, without operator.
    """
    return _sign(reviewed, verdict) if verdict.operator else _crawl(reviewed, verdict)


def decide_again(reviewed: Reviewed, verdict: Verdict) -> Decision:
    """Decide once more, about an asset whose record another wrote since we looked.

    Raises:
        HeldByAnother: a person gave a verdict meanwhile that ours would follow unseen.
    """
    decision = decide(reviewed, verdict)
    record = reviewed.record
    if verdict.operator and decision.document is not None and record is not None and is_verdict(record):
        raise HeldByAnother(
            f"{record.operator or 'Somebody'} signed {shown(reviewed.asset.name)} off meanwhile: {record.verdict}",
            hint="Look at it and try again.",
            code="qc.signed_meanwhile",
        )
    return decision


def _sign(reviewed: Reviewed, verdict: Verdict) -> Decision:
    record = reviewed.record
    assert reviewed.content is not None
    changed = reviewed.same is False
    if (
        record is not None
        and not changed
        and not record.legacy
        and record.verifiable
        and verdict == Verdict(record.policy_version, record.verdict, record.operator, record.note, record.reasons)
    ):
        return Decision()
    return Decision(new_record(reviewed.asset, reviewed.content, verdict, record), changed)


def _crawl(reviewed: Reviewed, verdict: Verdict) -> Decision:
    record, content = reviewed.record, reviewed.content
    if record is None:
        assert content is not None
        return Decision(new_record(reviewed.asset, content, verdict, None))
    changed = reviewed.same is False
    bumped = record.policy_version != verdict.policy_version
    if is_verdict(record):
        if bumped:
            assert content is not None
            return Decision(new_record(reviewed.asset, content, verdict, record), changed)
        if changed:
            return Decision(changed=True, stale=True)
        if record.legacy:
            return Decision(carried_over(reviewed.asset, content if record.verifiable else None, record))
        return Decision()
    if not changed and not bumped and not record.legacy and not _moved_on(reviewed):
        return Decision()
    assert content is not None
    if record.legacy:
        return Decision(new_record(reviewed.asset, content, verdict, record), changed)
    return Decision(refreshed(reviewed.asset, content, verdict, record), changed)


def _moved_on(reviewed: Reviewed) -> bool:
    """Whether equal content has other times than a pending record says, so that each crawl would read it again."""
    record, content = reviewed.record, reviewed.content
    if record is None or content is None:
        return False
    if reviewed.asset.sequence is None:
        return (record.size, record.mtime_ns) != content.members[0][1:]
    return record.fingerprint != fingerprint(content.members)

"""What in a record is a person's word, and whose verdict a record took the place of."""

from dataclasses import dataclass

from app.files.sidecar import Record


def is_verdict(record: Record) -> bool:
    """Whether a person said something; a crawl's own pending record is none."""
    return bool(record.operator) or record.verdict != "pending"


def holds_verdict(record: Record) -> bool:
    """Whether a person said something in it, now or earlier."""
    past = (entry.get("operator") or entry.get("qc_result", "pending") != "pending" for entry in record.history)
    return is_verdict(record) or any(past)


@dataclass(frozen=True, slots=True)
class Replaced:
    """A verdict of another person, which now stands in the history.

    Attributes:
        operator: who had given it; empty where an older tool did not say.
        time: when, as its record says.
        verdict: `pass`, `fail` or `pending`.
    """

    operator: str
    time: str
    verdict: str


def replaced_verdict(record: Record) -> Replaced | None:
    """The verdict of another person right before this one; None where there is none, or the same person gave it.

    For a record that takes one back, the person is whoever took it back. The earlier record stays whole in the history.
    """
    document = record.document
    actor = document.get("undone_by") if document.get("undoes") else record.operator
    if not actor or not record.history:
        return None
    before = record.history[-1]
    if before.get("qc_result") is None:
        return None
    earlier = Record(before, record.path)
    if not is_verdict(earlier) or earlier.operator == actor:
        return None
    return Replaced(earlier.operator, earlier.time, earlier.verdict)

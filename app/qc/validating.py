"""Judges a document that is there already: what `inspect --policy` fills in as `validation`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.errors import AppError
from app.files.framerange import parse_frames
from app.model.frames import Frame
from app.model.measuring import DEFAULTS, MeasureOptions
from app.qc.facts import Document, Need, NotRecorded
from app.qc.findings import AssetResult
from app.qc.judging import is_about, judge
from app.qc.kinds import kinds_of_document
from app.qc.policies import load_policy
from app.qc.policy import Policy


class DocumentFacts:
    """The facts of one document, and no others.

    Args:
        document: of a file or of a sequence, as `inspect` gives it.
        advice: what to do where it has no statistics, if anything can be done.
    """

    def __init__(self, document: Document, advice: str = "") -> None:
        self._document = document
        self._unmeasured = ": ".join(filter(None, ("Its pixels or sound were not measured", advice)))
        self.asset = str(document.get("file", {}).get("path", ""))
        self.kinds = kinds_of_document(document)
        self.expected = _expected(document)

    def document(self, need: Need) -> Document:
        """The document, where it has so much."""
        if need >= Need.PIXELS and not self._has_statistics():
            raise NotRecorded(self._unmeasured)
        if need is Need.VARYING and "sequence" in self.kinds and "frames_varying" not in self._document:
            raise NotRecorded("What varies from frame to frame is not part of what is known of the sequence")
        return self._document

    def frame_numbers(self) -> Sequence[Frame]:
        """The frames of a sequence."""
        ranges = (self._document.get("sequence") or {}).get("ranges")
        return parse_frames(str(ranges)) if ranges else ()

    def frame_documents(self, frames: Sequence[Frame], rows: int) -> Iterator[tuple[Frame | None, Document | AppError]]:
        """The document itself, for a sequence with the statistics of all frames together."""
        if self._has_statistics():
            yield None, self._document
        else:
            yield None, NotRecorded(self._unmeasured)

    def _has_statistics(self) -> bool:
        return bool(self._document.get("stats"))


def _expected(document: Document) -> tuple[int, int] | None:
    """The range that the document itself was made with."""
    told = (document.get("sequence") or {}).get("expected")
    return (int(told["first"]), int(told["last"])) if told else None


class Validator:
    """Fills in the `validation` of documents by a policy; without one it leaves them as they are.

    Args:
        policy: its id or file; may be empty.
        thresholds: what movies and sound are measured by where a rule says nothing.
        variables: values of variables of the policy.
        advice: what to do where a document has no statistics that a rule asks for.

    Raises:
        AppError: the policy cannot be used.
    """

    def __init__(
        self,
        policy: str,
        thresholds: MeasureOptions = DEFAULTS,
        variables: Mapping[str, str] | None = None,
        advice: str = "",
    ) -> None:
        self._advice = advice
        self._policy = load_policy(policy, variables, thresholds) if policy else None
        #: The thresholds by which the documents have to be measured.
        self.measuring = self._policy.measure_sets(thresholds) if self._policy else (thresholds,)

    def __call__(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document with what the policy says of it."""
        if self._policy is None or document.get("kind") is None:
            return document
        return {**document, "validation": validate_document(self._policy, document, self._advice)}


def validate_document(policy: Policy, document: Document, advice: str = "") -> dict[str, Any]:
    """Judge a document by a policy; `advice` says what to do where it has no statistics that a rule asks for.

    Returns:
        The JSON of `validation`: `policy{id,version,sha256}`, `outcome` (null where the policy is about other files),
        `findings[…]` and `titles{rule}`. Rules about facts that the document does not have come to `error`.
    """
    facts = DocumentFacts(document, advice)
    if not is_about(policy, facts):
        return {"policy": policy.reference, "outcome": None, "findings": []}
    result = judge(policy, facts)
    return validation_of(policy, result) | titles_of(result)


def validation_of(policy: Policy, result: AssetResult) -> dict[str, Any]:
    """The JSON of `validation` for one asset."""
    found: Mapping[str, Any] = {
        "policy": policy.reference,
        "outcome": result.outcome.value if result.results else None,
        "findings": [finding.document() for finding in result.findings],
    }
    return dict(found)


def titles_of(result: AssetResult) -> dict[str, Any]:
    """`{"titles": {rule: title}}` of the rules that have findings, for who shows them later without the policy."""
    titles = {one.rule: one.title for one in result.results if one.findings and one.title}
    return {"titles": titles} if titles else {}

"""What is wrong with the media of assets: cut off, empty, not what the name says. Said in the record's findings.

Looking is done by killable children, at every file of an asset; it reads headers and structure, never all the bytes.
"""

from collections.abc import Iterable
from types import TracebackType
from typing import Any

from app.errors import DriveGone, MediaError
from app.files.sidecar import Document, Record
from app.jobs.job import Job
from app.jobs.looking import folders_there
from app.media.inspectors import Inspectors
from app.model.facts import MediaFacts
from app.model.names import decoded, raw_name, shown
from app.qc.documents import TOOL_VERSION
from app.qc.reviewed import Reviewed

RULE = "media.whole"

_CHILDREN = 2
_MOST_ITEMS = 100


class DamageCheck:
    """Looks at the media of assets before a record is written of them. Use as a context manager.

    Args:
        job: its token stops the looking.
        timeout_s: seconds that one file may take.
    """

    def __init__(self, job: Job, timeout_s: float) -> None:
        self._job = job
        self._inspectors = Inspectors(_CHILDREN, timeout_s=timeout_s)

    def __enter__(self) -> "DamageCheck":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._inspectors.close()

    def look(self, assets: Iterable[Reviewed]) -> None:
        """Give each asset its findings; those of its record, where the same program saw the same content.

        Raises:
            DriveGone: a folder does not answer any more.
            Cancelled: the job was stopped.
        """
        anew: list[Reviewed] = []
        for reviewed in assets:
            reviewed.findings = _known_findings(reviewed)
            if reviewed.findings is None:
                anew.append(reviewed)
        problems: dict[int, list[tuple[bytes, str]]] = {id(reviewed): [] for reviewed in anew}
        paths = (
            ((reviewed, name), str(reviewed.asset.folder / decoded(name)))
            for reviewed in anew
            for name, _, _ in reviewed.asset.members
        )
        for (reviewed, name), answer in self._inspectors.inspect_all(paths, self._job.token):
            self._job.check()
            _refuse_gone(reviewed, answer)
            reason = answer.message if isinstance(answer, MediaError) else answer.error
            if reason:
                problems[id(reviewed)].append((name, reason))
        for reviewed in anew:
            reviewed.findings = _findings(reviewed, problems[id(reviewed)])


def with_findings(reviewed: Reviewed, document: Document) -> Document:
    """A record with what was found about the asset's media."""
    return document if reviewed.findings is None else {**document, "findings": reviewed.findings}


def damage_of(findings: Any) -> str:
    """What a record's findings say about damaged media, in one sentence; empty where they say nothing."""
    items = findings.get("items") if isinstance(findings, dict) else None
    told = [item for item in items if _is_damage(item)] if isinstance(items, list) else []
    if not told:
        return ""
    counts = findings.get("counts")
    total = counts.get("error", 0) if isinstance(counts, dict) else 0
    more = max(len(told), total if isinstance(total, int) else 0) - 1
    others = f" (and {more} more damaged file{'' if more == 1 else 's'})" if more else ""
    return f"{told[0].get('file')}: {told[0].get('observed')}{others}"


def _refuse_gone(reviewed: Reviewed, answer: MediaFacts | MediaError) -> None:
    """A drive that does not answer says nothing about the media on it."""
    if not isinstance(answer, MediaError) or answer.context.get("kind") != "stalled":
        return
    folder = str(reviewed.asset.folder)
    if folders_there([folder])[folder] is not True:
        raise DriveGone(
            f"{shown(folder)} does not answer any more", hint="Check the connection to the drive and try again."
        )


def _is_damage(item: Any) -> bool:
    return isinstance(item, dict) and item.get("rule") == RULE


def _known_findings(reviewed: Reviewed) -> Document | None:
    record, content = reviewed.record, reviewed.content
    if record is None or content is None or not _by_this_program(record):
        return None
    found = record.document.get("findings")
    return found if isinstance(found, dict) and record.content_hash == content.content_hash else None


def _by_this_program(record: Record) -> bool:
    return record.verifiable and record.document.get("tool_version") == TOOL_VERSION


def _findings(reviewed: Reviewed, problems: list[tuple[bytes, str]]) -> Document:
    if not problems:
        return {"counts": {}, "worst": None}
    order = {name: index for index, (name, _, _) in enumerate(reviewed.asset.members)}
    problems.sort(key=lambda problem: order[problem[0]])
    items = [_item(name, reason) for name, reason in problems[:_MOST_ITEMS]]
    return {"counts": {"error": len(problems)}, "worst": "error", "items": items}


def _item(name: bytes, reason: str) -> Document:
    item: Document = {"rule": RULE, "outcome": "fail", "severity": "error", "file": shown(name), "observed": reason}
    if encoded := raw_name(name):
        item["raw_name"] = encoded
    return item

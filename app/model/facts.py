"""What was learnt about a file from its bytes."""

from dataclasses import dataclass, field
from typing import Any

#: Codes of errors that say nothing against the file.
NO_FAULTS = ("attribute.lossy", "attribute.omitted", "header.lossy", "media.misnamed", "pixels.not_supported")


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """Facts about one media file.

    Attributes:
        kind: `image`, `video`, `audio` or `other`.
        format: container or file format in the field's word (`openexr`, `mov`, `wav`).
        mime: MIME type from the first bytes, else from the extension; empty where unknown.
        width, height: pixels of the first part or video stream; None where there is none.
        duration_s: seconds; None where it does not apply or is unknown.
        streams: one dictionary a part (image) or stream (movie, sound), JSON-ready.
        attributes: the rest, JSON-ready.
        error: why the file could not be read whole; empty where all is well.
    """

    kind: str
    format: str
    mime: str = ""
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    streams: tuple[dict[str, Any], ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)
    error: str = ""


def facts_to_json(facts: MediaFacts) -> dict[str, Any]:
    """The facts as a JSON-ready dictionary; fields that say nothing are left out."""
    return {name: value for name in _FIELDS if (value := getattr(facts, name)) not in (None, "", (), {})}


def facts_from_json(document: dict[str, Any]) -> MediaFacts:
    """The inverse of `facts_to_json`; keys that a later version wrote are left out.

    Raises:
        KeyError: the document holds no kind.
    """
    known = {name: document[name] for name in _FIELDS if name in document}
    known["streams"] = tuple(known.get("streams", ()))
    known.setdefault("format", "")
    return MediaFacts(kind=known.pop("kind"), format=known.pop("format"), **known)


def facts_of_document(document: dict[str, Any]) -> MediaFacts:
    """The short facts that a document of `inspect` holds."""
    parts = document.get("parts")
    first = parts[0] if parts else document
    streams = [{key: value for key, value in part.items() if key != "attributes"} for part in parts or ()]
    file = document.get("file") or {}
    return MediaFacts(
        str(document.get("kind") or ("image" if parts else "other")),
        str(file.get("format") or ""),
        str(file.get("mime") or ""),
        first.get("width"),
        first.get("height"),
        document.get("duration_s"),
        tuple(streams or document.get("streams") or ()),
        {**(document.get("attributes") or {}), **({"deep": True} if file.get("is_deep") else {})},
        damage_of(document),
    )


def damage_of(document: dict[str, Any]) -> str:
    """Why a file is not sound, as its document tells; empty where it is.

    That something in a header cannot be told in JSON, or that its pixels cannot be decoded here, is no fault of it.
    """
    problems = (problem for problem in document.get("errors") or () if problem.get("code") not in NO_FAULTS)
    return next((str(problem.get("message") or "") for problem in problems), "")


_FIELDS = (
    "kind", "format", "mime", "width", "height", "duration_s", "streams", "attributes", "error",
)  # fmt: skip

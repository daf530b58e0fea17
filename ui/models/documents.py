"""Where things stand in the document that an inspection gives. Plain values, no Qt."""

from collections.abc import Mapping
from typing import Any


def looked_at(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document whose parts are told: of a sequence that of the frame that stands for it, else the document."""
    inner = document.get("representative")
    return inner if isinstance(inner, dict) else document


def stats_by_part(document: Mapping[str, Any]) -> dict[Any, Mapping[str, Any]]:
    """What was measured of each part, by its index; of a sequence over all frames, where they were measured."""
    stats = document.get("stats") or looked_at(document).get("stats")
    parts = stats.get("parts") if isinstance(stats, dict) else None
    return {part.get("index", place): part for place, part in enumerate(parts or ())}

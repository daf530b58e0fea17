"""What was measured of a movie or sound by other thresholds before, kept beside what is measured of the file now."""

from collections.abc import Iterator
from typing import Any

from app.model.measuring import DECIDING

#: So many sets of thresholds are kept of a file, the newest ones; those of one measurement all.
MOST_SETS = 8
_KINDS = ("video", "audio")
#: What has to be as it was, or the file was read otherwise: its streams, and how much of each could be decoded.
_SAME = ("stream", "frames_decoded", "samples", "packets", "broken_packets")
#: What follows from thresholds; levels of channels stand beside what is clipped and silent in them.
_BY_THRESHOLDS = ("stream", *DECIDING, "channels")


def with_earlier_sets(stats: Any, before: Any) -> Any:
    """Statistics with the sets of thresholds of earlier ones of the same bytes, behind their own.

    Args:
        stats: what is measured now, as `inspect` tells it; given back as it is where it has no thresholds.
        before: what was measured earlier.
    """
    if not _has_sets(stats) or not _has_sets(before) or _read(stats) != _read(before):
        return stats
    own = list(stats.get("others") or ())
    known = [stats["options"], *(one["options"] for one in own)]
    earlier: list[dict[str, Any]] = []
    for one in _sets(before):
        if one["options"] not in known and len(known) < MOST_SETS:
            known.append(one["options"])
            earlier.append(one)
    return {**stats, "others": [*own, *earlier]} if earlier else stats


def _has_sets(stats: Any) -> bool:
    return isinstance(stats, dict) and isinstance(stats.get("options"), dict)


def _sets(stats: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each set of thresholds with what follows from it: that of the statistics themselves, then the further ones."""
    measured = {kind: [_by_thresholds(one) for one in stats.get(kind) or ()] for kind in _KINDS}
    yield {"options": stats["options"], **measured}
    yield from stats.get("others") or ()


def _by_thresholds(stream: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in stream.items() if key in _BY_THRESHOLDS}


def _read(stats: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(kind, *(one.get(key) for key in _SAME)) for kind in _KINDS for one in stats.get(kind) or ()]

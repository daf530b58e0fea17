"""What is broken in a stream, gathered while it is decoded and told in ranges."""

from typing import Any

from app.media.frametimes import frames

_KEPT = 10_000
_TOLD = 200
_MESSAGE = 200
_MARKED = "it is marked as corrupt"


class Damage:
    """Broken frames of one stream of pictures, or broken packets of one of sound.

    Args:
        stream: its index.
        pictures: whether numbers are those of frames; else they only tell neighbours.

    Attributes:
        count: how many are broken.
    """

    def __init__(self, stream: int, *, pictures: bool) -> None:
        self._stream, self._pictures = stream, pictures
        self._found: dict[int, tuple[float | None, str]] = {}
        self.count = 0

    def add(self, number: int, time_s: float | None, message: str = "") -> None:
        """One that is broken; what is said of it, where FFmpeg says more than that it is marked."""
        known = self._found.get(number)
        if known is not None:
            self._found[number] = known[0], known[1] if known[1] != _MARKED else message or _MARKED
            return
        self.count += 1
        if len(self._found) < _KEPT:
            self._found[number] = time_s, message[:_MESSAGE] or _MARKED

    def as_json(self) -> list[dict[str, Any]]:
        """Neighbours together, with the time of the first and what is said of it; two hundred at most."""
        groups: list[list[int]] = []
        for number in sorted(self._found):
            if groups and number == groups[-1][-1] + 1:
                groups[-1].append(number)
            else:
                groups.append([number])
        return [self._told(group) for group in groups[:_TOLD]]

    def _told(self, group: list[int]) -> dict[str, Any]:
        said = (self._found[number][1] for number in group)
        return {
            "code": "frames.damaged" if self._pictures else "sound.damaged",
            "stream": self._stream,
            "time_s": self._found[group[0]][0],
            "frames": frames(group[0], group[-1]) if self._pictures else None,
            "packets": len(group),
            "message": next((words for words in said if words != _MARKED), _MARKED),
        }

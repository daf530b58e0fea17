"""What `similar` says of differences, in words that people read."""

from typing import Final

from app.inspection.similar import Difference

_LABELS: Final = {
    "parts": "number of parts", "order": "line order", "window": "data window", "pixels": "pixel type",
    "value": "attribute value", "count": "number of channels",
}  # fmt: skip
#: Features whose text is the name of an attribute and its value.
_NAMED: Final = ("value", "software", "colour")
_MOST = 60


def label_of(difference: Difference) -> str:
    """What it is in which two files differ."""
    return _LABELS.get(difference.feature, difference.feature)


def sides_of(difference: Difference) -> tuple[str, str]:
    """What only the file that was asked about has, and what only the other has."""
    here, there = (
        ", ".join(_text(difference.feature, text) for text in texts)
        for texts in (difference.only_here, difference.only_there)
    )
    return here, there


def sentence_of(difference: Difference) -> str:
    """The difference as a line has it: what the other has, and what it has not."""
    label, (here, there) = label_of(difference), sides_of(difference)
    if not there:
        return f"no {label} {here}"
    return f"{label} {there}" + (f", not {here}" if here else "")


def _text(feature: str, text: str) -> str:
    name, equals, value = text.partition("=")
    if feature in _NAMED and equals:
        told = value if name == feature else f"{name} {value}"
    elif feature == "attribute" and ":" in text:
        told = "{0} ({2})".format(*text.rpartition(":"))
    elif feature == "count" and text.isdecimal():
        told = f"about {1 << int(text)}"
    else:
        told = text or "without a name"
    return told if len(told) <= _MOST else f"{told[: _MOST - 1]}…"

"""Checks of files as they lie on the disk."""

from collections.abc import Iterator

from app.errors import MediaError
from app.media.exrparts import SERIOUS
from app.qc.checks.check import Check, all_told, broken
from app.qc.facts import Facts, Need
from app.qc.findings import Observation
from app.qc.policy import Rule


def _extension(rule: Rule, facts: Facts) -> Iterator[Observation]:
    name = str(facts.document(Need.NAMES)["file"].get("name", ""))
    extension = name.rpartition(".")[2] if "." in name else ""
    yield Observation(not broken(extension, rule.expect), all_told(rule.expect), extension or "none")


def _size(rule: Rule, facts: Facts) -> Iterator[Observation]:
    size = facts.document(Need.NAMES)["file"].get("size_bytes")
    if size is None:
        yield Observation(False, nothing=True)
        return
    yield Observation(not broken(size, rule.expect), f"{all_told(rule.expect)} bytes", f"{size} bytes")


def _empty(rule: Rule, facts: Facts) -> Iterator[Observation]:
    document = facts.document(Need.NAMES)
    sequence = document.get("sequence")
    if sequence:
        frames = str(sequence.get("zero_byte") or "")
        yield Observation(not frames, "no file of 0 bytes", f"0 bytes: {frames}", frames)
    else:
        yield Observation(document["file"].get("size_bytes") != 0, "a file with content", "0 bytes")


def _readable(_rule: Rule, facts: Facts) -> Iterator[Observation]:
    try:
        errors = facts.document(Need.HEADER).get("errors") or []
    except MediaError as error:
        if not error.code.startswith("media."):
            raise
        yield Observation(False, "a file that can be read", error.message)
        return
    for entry in errors:
        code = str(entry.get("code", ""))
        if (code.partition(".")[0] in _DAMAGE and code not in _NO_DAMAGE) or code in SERIOUS:
            then = str(entry.get("recorded") or "")
            yield Observation(
                False,
                "a file without damage",
                str(entry.get("message", "")) + (", as was found when it was measured" if then else ""),
                evidence=f"recorded {then}; its size and time are the same since" if then else "",
            )


_DAMAGE = ("media", "header", "chunks", "pixels", "frames", "sound")
_NO_DAMAGE = ("header.lossy", "pixels.not_supported")
_OPERATORS = ("eq", "in", "not_in", "regex")

CHECKS = (
    Check(
        "files.extension",
        "The extension, without its dot, as it is written.",
        Need.NAMES,
        operators=_OPERATORS,
        default=None,
        judge=_extension,
    ),
    Check(
        "files.size",
        "Bytes of the file, or of all frames together.",
        Need.NAMES,
        operators=("min", "max"),
        default=None,
        judge=_size,
    ),
    Check(
        "files.readable",
        "Whether a single file can be read, and is as long as its header says; of a catalogued one that did not change"
        " since, what was found wrong with its pixels, frames or sound when they were measured counts too.",
        Need.HEADER,
        frozenset({"single"}),
        judge=_readable,
    ),
    Check("files.zero_byte", "Files of 0 bytes: the file itself, or frames.", Need.NAMES, judge=_empty),
)

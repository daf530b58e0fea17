"""The document of a file sequence as a person reads it."""

from collections.abc import Iterator
from typing import Any

from app.cli.attributetext import compared_text, cut, error_text
from app.cli.inspectedstats import print_sums
from app.cli.output import count_of, human_bytes, print_lines

_LETTERS = 200
_SHOWN = 20


def print_sequence(document: dict[str, Any]) -> None:
    """Print what a sequence is, and what is to be said of its frames."""
    file, told = document["file"], document["sequence"]
    print_lines(f"{file['path']}  {human_bytes(file['size_bytes'])}")
    frames = f"  frames {told['ranges']}  {count_of(told['frame_count'], 'file')}"
    expected = told["expected"]
    print_lines(frames + (f", expected {expected['first']}-{expected['last']}" if expected else ""))
    first = document["representative"]
    for part in document["parts"]:
        print_lines(_part(part))
    if first and not document["parts"]:
        print_lines(f"  {first['file']['format']}  {first.get('width')} x {first.get('height')}")
    remarks = [*_remarks(told), *_pixel_remarks(document["stats"] or {"parts": []})]
    print_lines(*(f"  ! {cut(remark, _LETTERS)}" for remark in remarks))
    varying = list(dict.fromkeys(key["attribute"] for key in told["varying"]))
    if varying:
        print_lines(f"  varies by frame: {cut(', '.join(varying), _LETTERS)}")
    timecode = told["timecode"]
    if timecode:
        assumed = " assumed" if timecode["rate_assumed"] else ""
        print_lines(f"  time code {timecode['first']} to {timecode['last']} at {timecode['rate']}{assumed}")
    print_sums(document["stats"] or {})
    for error in document["errors"]:
        print_lines(f"  ! {error_text(error, several_parts=len(document['parts']) > 1)}")
    if not remarks and not document["errors"]:
        whole = "damaged" if document["stats"] else "cut off"
        headers = "headers alike in all else" if varying else "one header throughout"
        print_lines(f"  nothing missing, nothing {whole}, {headers}")


def _remarks(told: dict[str, Any]) -> Iterator[str]:
    """Everything that is to be objected to, a line each."""
    words = {
        "missing_head": "missing at the head", "missing_inner": "missing inside", "missing_tail": "missing at the tail",
        "unexpected": "not expected", "duplicate_frames": "there in another padding too", "zero_byte": "empty files",
        "frozen": "the same picture as the frame before", "black": "black",
    }  # fmt: skip
    for key, word in words.items():
        if told[key]:
            yield f"{word}: {told[key]}"
    for kind, word in (("incomplete", "not whole"), ("unreadable", "not readable")):
        for entry in told[kind][:_SHOWN]:
            yield f"{word}: {entry['frames']}: {entry['reason']}"
    for outlier in told["size_outliers"][:_SHOWN]:
        size, usual = human_bytes(outlier["size_bytes"]), human_bytes(outlier["median_bytes"])
        yield f"unusual size: {outlier['frame']} has {size}, most have about {usual}"
    for difference in told["header_differences"][:_SHOWN]:
        value, expected = (cut(compared_text(difference[side]), _LETTERS) for side in ("value", "expected"))
        yield f"header: {difference['frames']}: {_named(difference)} is {value}, in most frames {expected}"
    timecode = told["timecode"] or {"breaks": [], "without": ""}
    for jump in timecode["breaks"][:_SHOWN]:
        yield f"time code: {jump['frame']} has {jump['found']}, after the frame before it {jump['expected']}"
    if timecode["without"]:
        yield f"no time code: {timecode['without']}"


def _pixel_remarks(stats: dict[str, Any]) -> Iterator[str]:
    """Where pixels are no numbers, a line for each frame range with the channels that have them."""
    for key, word in (("nan_frames", "NaN"), ("inf_frames", "infinite pixels")):
        channels: dict[str, list[str]] = {}
        for part in stats["parts"]:
            for channel in part["channels"]:
                if channel.get(key):
                    channels.setdefault(channel[key], []).append(channel["name"])
        for frames, names in list(channels.items())[:_SHOWN]:
            yield f"{word}: {frames} in {', '.join(names)}"


def _named(key: dict[str, Any]) -> str:
    return f"{key['attribute']} of part {key['part']}" if key["part"] else str(key["attribute"])


def _part(part: dict[str, Any]) -> str:
    channels = ",".join(channel["name"] for channel in part["channels"] or ())
    compression = (part["compression"] or {}).get("name") or ""
    size = f"{part['width']} x {part['height']}"
    words = (f"part {part['index']}", part["name"], part["type"], size, compression, cut(channels, _LETTERS))
    return "  " + "  ".join(word for word in words if word)

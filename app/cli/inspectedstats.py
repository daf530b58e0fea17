"""The statistics of pixels as a person reads them."""

from typing import Any

from app.cli.output import count_of, print_lines
from app.cli.table import print_table
from app.model.frames import frames_called

_COLUMNS = ("channel", "min", "max", "mean", "stddev", "1 %", "median", "99 %", "NaN", "Inf", "negative", "zero")


def print_statistics(stats: dict[str, Any]) -> None:
    """Print the statistics of each part of a picture: a table of its channels, and what is told of deep samples."""
    for part in stats.get("parts", ()):
        print_lines("", f"  pixels of part {part['index']}{_about(part)}")
        if part["channels"]:
            print_table(_COLUMNS, [_row(channel) for channel in part["channels"]])
        if "deep" in part:
            print_lines(*_deep(part["deep"]))


def print_sums(stats: dict[str, Any]) -> None:
    """Print the statistics of a sequence, those of all its frames together, and where values are negative."""
    for part in stats.get("parts", ()):
        if not part["channels"]:
            continue
        print_lines("", f"  pixels of part {part['index']} in {frames_called(stats['frames'])}")
        print_table((*_COLUMNS[:5], *_COLUMNS[8:]), [_sum(channel) for channel in part["channels"]])
        negative: dict[str, list[str]] = {}
        for channel in part["channels"]:
            if channel["negative_frames"]:
                negative.setdefault(channel["negative_frames"], []).append(channel["name"])
        print_lines(*(f"  negative: {frames} in {', '.join(names)}" for frames, names in negative.items()), "")


def _sum(channel: dict[str, Any]) -> list[Any]:
    return [channel["name"], *_numbers(channel, "min", "max", "mean", "stddev"), *_counts(channel)]


def _numbers(values: dict[str, Any], *names: str) -> list[float | None]:
    return [None if values[name] is None else float(f"{values[name]:.6g}") for name in names]


def _counts(channel: dict[str, Any]) -> list[int]:
    return [channel[f"{name}_count"] for name in ("nan", "inf", "negative", "zero")]


def _about(part: dict[str, Any]) -> str:
    if not part["channels"]:
        return ""
    words = [f"rows {part['rows']}"] if part["rows"] else ["not one row could be read"]
    if part["sample"] > 1:
        words.append(f"every {part['sample']}. block")
    if part.get("code_max"):
        words.append(f"0-1 stands for 0-{part['code_max']}")
    return "  " + "  ".join(words)


def _row(channel: dict[str, Any]) -> list[Any]:
    moments = _numbers(channel, "min", "max", "mean", "stddev")
    return [channel["name"], *moments, *_numbers(channel["percentiles"], "1", "50", "99"), *_counts(channel)]


def _deep(deep: dict[str, Any]) -> list[str]:
    samples = deep["samples"]
    lines = [f"  {count_of(samples['total'], 'deep sample')} in {count_of(deep['pixels'], 'pixel')}"]
    if samples["mean"] is not None:
        lines[0] += f": {samples['min']} to {samples['max']}, {samples['mean']:.3g} on average"
        lines[0] += f"; {deep['empty_pixels']} without any"
    if deep["unsorted_pixels"] is not None:
        lines.append(f"  pixels out of order: {deep['unsorted_pixels']}, with overlaps: {deep['overlapping_pixels']}"
                     f" (the header says {deep['state'] or 'nothing of it'})")  # fmt: skip
    return lines

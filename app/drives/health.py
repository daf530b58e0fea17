"""What a drive says of itself, through `smartctl -j`: worn, failing, or nothing to worry about.

The limits follow what smartmontools and the large fleet reports look at: the drive's own verdict, sectors that were
replaced or wait to be, the share of a flash drive's promised writes that is used up, media errors.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

from app.drives import linux
from app.model.drives import DriveHealth, Passport

_SMARTCTL_S = 20.0
_WORN_PERCENT, _USED_UP_PERCENT = 80, 100
_MANY_SECTORS = 50
_HOT_CELSIUS = 60
#: ATA attributes by id.
_REALLOCATED, _PENDING, _UNCORRECTABLE = 5, 197, 198
#: ATA attributes that tell the life that is left, as a normalised value of 100 down to 0.
_LIFE_LEFT = (231, 233, 177, 202, 169)
_NOT_OPENED = 2

Ask = Callable[[tuple[str, ...]], str]
"""Calls smartctl with options and the device, and gives what it printed."""


def device_to_ask(passport: Passport) -> str:
    """The disk below a volume as smartctl names it; empty where none of this machine is known."""
    if sys.platform == "win32":
        return passport.mount[:2] if passport.mount[1:2] == ":" and not passport.network else ""
    if sys.platform == "darwin":
        match = re.match(r"/dev/disk\d+", passport.device)
        return match[0] if match else ""
    return linux.whole_disk(passport.device) if passport.device.startswith("/dev/") else ""


def ask_health(smartctl: str, device: str) -> DriveHealth:
    """Ask a disk.

    A USB bridge that hides the drive is asked again as SATA behind SCSI, and then as plain SCSI: its verdict and its
    name in two calls, for some bridges answer each alone but not both together.
    """

    def ask(options: tuple[str, ...]) -> str:
        return _output([smartctl, "-j", *options, device])

    return health_of(ask)


def health_of(ask: Ask) -> DriveHealth:
    """The report that can be made from the first answer that says something."""
    tried = ""
    for calls in ((("-x",),), (("-x", "-d", "sat"),), (("-H", "-d", "scsi"), ("-i", "-d", "scsi"))):
        document = _merged(ask(options) for options in calls)
        if document is None:
            continue
        if says_something(document):
            return parse_report(document)
        tried = tried or _why_not(document)
    return DriveHealth("unknown", (tried or "smartctl gave no answer",))


def says_something(document: dict[str, Any]) -> bool:
    """Whether a report of smartctl has a verdict or counters."""
    return any(name in document for name in ("smart_status", "nvme_smart_health_information_log")) or bool(
        document.get("ata_smart_attributes", {}).get("table")
    )


def parse_report(document: dict[str, Any]) -> DriveHealth:
    """The report of smartctl's JSON (`-j -x`, of an ATA, NVMe or SCSI drive)."""
    nvme = document.get("nvme_smart_health_information_log", {})
    table = {row.get("id"): row for row in document.get("ata_smart_attributes", {}).get("table", [])}
    numbers: dict[str, int | None] = {
        "hours": _number(document.get("power_on_time", {}).get("hours"), nvme.get("power_on_hours")),
        "celsius": _number(document.get("temperature", {}).get("current"), nvme.get("temperature")),
        "reallocated": _number(_raw(table, _REALLOCATED), document.get("scsi_grown_defect_list")),
        "pending": _number(_raw(table, _PENDING), document.get("scsi_pending_defects", {}).get("count")),
        "uncorrectable": _number(_raw(table, _UNCORRECTABLE), _scsi_uncorrected(document)),
        "percent_used": _number(nvme.get("percentage_used"), _endurance(document), _life_used(table)),
        "media_errors": _number(nvme.get("media_errors")),
    }
    passed = document.get("smart_status", {}).get("passed")
    failing, worn = list(_failing(passed, nvme, table, numbers)), list(_worn(nvme, numbers))
    state = "failing" if failing else "worn" if worn else "good"
    if passed is None and not table and not nvme:
        state = "unknown"
    name = document.get("model_name") or document.get("scsi_model_name") or document.get("scsi_product") or ""
    told = {
        "state": state,
        "reasons": (*failing, *worn),
        "passed": passed if isinstance(passed, bool) else None,
        "model": str(name).strip(),
        "serial": str(document.get("serial_number") or "").strip(),
    }
    return DriveHealth.from_json({**told, **numbers})


def _failing(
    passed: object, nvme: dict[str, Any], table: dict[Any, dict[str, Any]], numbers: dict[str, int | None]
) -> Iterator[str]:
    if passed is False:
        yield "the drive says that it is failing"
    if nvme.get("critical_warning"):
        yield f"the drive gives a critical warning ({int(nvme['critical_warning']):#04x})"
    for row in table.values():
        if row.get("when_failed") == "now" and row.get("flags", {}).get("prefailure", True):
            yield f"{row.get('name', 'an attribute')} is below its limit"
    if (numbers["pending"] or 0) >= _MANY_SECTORS:
        yield f"{numbers['pending']:,} sectors cannot be read and wait to be replaced"
    if (numbers["percent_used"] or 0) >= _USED_UP_PERCENT:
        yield f"{numbers['percent_used']} % of the promised writes are used up"


def _worn(nvme: dict[str, Any], numbers: dict[str, int | None]) -> Iterator[str]:
    pending, used = numbers["pending"] or 0, numbers["percent_used"] or 0
    if 0 < pending < _MANY_SECTORS:
        yield f"{pending} sectors wait to be replaced"
    for name, words in (("reallocated", "sectors were replaced"), ("uncorrectable", "sectors could not be read")):
        if numbers[name]:
            yield f"{numbers[name]:,} {words}"
    if numbers["media_errors"]:
        yield f"{numbers['media_errors']:,} reads or writes failed for good"
    if _WORN_PERCENT <= used < _USED_UP_PERCENT:
        yield f"{used} % of the promised writes are used up"
    spare, least = nvme.get("available_spare"), nvme.get("available_spare_threshold")
    if isinstance(spare, int) and isinstance(least, int) and spare < least:
        yield f"only {spare} % of the spare blocks are left"
    if (numbers["celsius"] or 0) >= _HOT_CELSIUS:
        yield f"it is hot: {numbers['celsius']} °C"


def _number(*values: object) -> int | None:
    """The first value that is a number."""
    return next((int(value) for value in values if isinstance(value, int | float)), None)


def _raw(table: dict[Any, dict[str, Any]], number: int) -> int | None:
    """An attribute's raw count; makers pack other things into the upper bytes, so the lower four are taken."""
    value = table.get(number, {}).get("raw", {}).get("value")
    return int(value) & 0xFFFFFFFF if isinstance(value, int) else None


def _life_used(table: dict[Any, dict[str, Any]]) -> int | None:
    """The used share of a SATA flash drive's life, from whichever attribute its maker counts it in."""
    for number in _LIFE_LEFT:
        row = table.get(number)
        name = str(row.get("name", "")).lower() if row else ""
        if row and any(word in name for word in ("life", "wear", "lifetime", "remain")):
            left = row.get("value")
            return max(0, 100 - left) if isinstance(left, int) and left <= 100 else None
    return None


def _endurance(document: dict[str, Any]) -> int | None:
    return _number(
        document.get("scsi_percentage_used_endurance_indicator"),
        document.get("endurance_used", {}).get("current_percent"),
    )


def _scsi_uncorrected(document: dict[str, Any]) -> int | None:
    log = document.get("scsi_error_counter_log", {})
    found = [_number(log.get(kind, {}).get("total_uncorrected_errors")) for kind in ("read", "write", "verify")]
    known = [number for number in found if number is not None]
    return sum(known) if known else None


def _merged(outputs: Iterator[str]) -> dict[str, Any] | None:
    """The answers of several calls as one document; None where none of them is JSON."""
    merged: dict[str, Any] | None = None
    for output in outputs:
        try:
            document = json.loads(output or "null")
        except ValueError:
            continue
        if isinstance(document, dict):
            merged = {**(merged or {}), **document}
    return merged


def _why_not(document: dict[str, Any]) -> str:
    """Why smartctl could say nothing, in its own words and ours."""
    said = [str(line.get("string", "")) for line in document.get("smartctl", {}).get("messages", [])]
    text = "; ".join(filter(None, said))
    refused = "ermission denied" in text or (
        document.get("smartctl", {}).get("exit_status", 0) & _NOT_OPENED and not text and not _is_root()
    )
    if refused:
        return "smartctl needs the rights of an administrator to ask the device"
    return text or "the device has no SMART, or its bridge hides it"


def _is_root() -> bool:
    return sys.platform == "win32" or os.geteuid() == 0


def _output(command: list[str]) -> str:
    """What smartctl prints; its exit code is a set of flags, and the document says the same in words."""
    try:
        process = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SMARTCTL_S,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return process.stdout.decode("utf-8", "replace")

"""What Windows says of a volume: its serial number from the system, disk and partition from PowerShell.

A share has none of this: "SMB does not support volume management functions" (`FindFirstVolumeW`).
"""

import json
import subprocess
import sys
from typing import Any

_POWERSHELL_S = 20.0
_SCRIPT = """
$ErrorActionPreference = 'SilentlyContinue'
$partition = Get-Partition -Volume (Get-Volume -Path $env:REELMARK_VOLUME)
$disk = Get-Disk -Number $partition.DiskNumber
$physical = Get-PhysicalDisk | Where-Object { $_.DeviceId -eq "$($disk.Number)" }
[Console]::OutputEncoding = [System.Text.Encoding]::UTF8
@{ partition = $partition | Select-Object Guid, DiskNumber, PartitionNumber, Size
   disk = $disk | Select-Object SerialNumber, UniqueId, UniqueIdFormat, Guid, Signature, BusType, FriendlyName, Size
   physical = $physical | Select-Object MediaType, SerialNumber, BusType } | ConvertTo-Json -Depth 3 -Compress
"""
#: `MSFT_Disk.BusType` where it comes as a number.
_BUSES = {1: "scsi", 3: "sata", 7: "usb", 8: "raid", 9: "iscsi", 10: "sas", 11: "sata", 12: "sd", 13: "mmc"}
_BUSES |= {14: "virtual", 15: "virtual", 16: "spaces", 17: "nvme"}
#: `MSFT_PhysicalDisk.MediaType`: 3 is a disk with platters, 4 one without.
_PLATTERS = {"hdd": True, "3": True, "ssd": False, "4": False, "scm": False, "5": False}
#: `MSFT_Disk.UniqueIdFormat` of ids that belong to the hardware for good: EUI64, FCPH name.
_LASTING_FORMATS = frozenset(["2", "3", "eui64", "fcph name"])

Evidence = dict[str, Any]
"""Fields of a `Passport` that were learnt."""


def read_evidence(base: str) -> Evidence:
    """Everything that can be learnt of the volume that holds a folder; nothing on other systems."""
    found = _of_system(base)
    volume = str(found.get("device", ""))
    return found | of_powershell(_powershell(volume)) if volume.startswith("\\\\?\\Volume") else found


def of_powershell(output: str) -> Evidence:
    """What `Get-Partition`, `Get-Disk` and `Get-PhysicalDisk` say, as one JSON object."""
    try:
        document = json.loads(output or "{}")
    except ValueError:
        return {}
    if not isinstance(document, dict):
        return {}
    partition, disk, physical = (_object(document.get(name)) for name in ("partition", "disk", "physical"))
    signature = disk.get("Signature")
    found: Evidence = {
        "partition_uuid": _guid(partition.get("Guid")),
        "table_uuid": _guid(disk.get("Guid")) or (f"{int(signature):08x}" if signature else ""),
        "serial": str(disk.get("SerialNumber") or physical.get("SerialNumber") or "").strip(),
        "model": str(disk.get("FriendlyName") or "").strip(),
        "transport": _bus(disk.get("BusType")),
        "rotational": _PLATTERS.get(str(physical.get("MediaType") or "").lower()),
    }
    if str(disk.get("UniqueIdFormat") or "").lower() in _LASTING_FORMATS:
        found["wwn"] = str(disk.get("UniqueId") or "").strip().lower()
    return {name: value for name, value in found.items() if value not in ("", None)}


def serial_text(number: int) -> str:
    """A volume's serial number as the system shows it: `1A2B-3C4D`."""
    return f"{number >> 16 & 0xFFFF:04X}-{number & 0xFFFF:04X}"


def _object(value: object) -> dict[str, Any]:
    """The object; of several disks below one volume the first."""
    if isinstance(value, list):
        value = value[0] if value else None
    return value if isinstance(value, dict) else {}


def _guid(value: object) -> str:
    return str(value or "").strip("{} ").lower()


def _bus(value: object) -> str:
    if isinstance(value, int) or str(value).isdigit():
        return _BUSES.get(int(str(value)), "")
    return {"unknown": "", "none": ""}.get(text := str(value or "").lower(), text)


def _of_system(base: str) -> Evidence:
    if sys.platform != "win32":
        return {}
    import ctypes

    kernel = ctypes.windll.kernel32
    point = ctypes.create_unicode_buffer(1024)
    if not kernel.GetVolumePathNameW(base, point, len(point)):
        return {}
    found: Evidence = {"mount": point.value}
    remote = 4
    if kernel.GetDriveTypeW(point.value) == remote or point.value.startswith("\\\\"):
        return found | {"network": True, "device": _unc(point.value)}
    label, kind = ctypes.create_unicode_buffer(261), ctypes.create_unicode_buffer(261)
    serial, flags = ctypes.c_ulong(), ctypes.c_ulong()
    if kernel.GetVolumeInformationW(
        point.value, label, len(label), ctypes.byref(serial), None, ctypes.byref(flags), kind, len(kind)
    ):
        read_only_volume = 0x80000
        found |= {
            "filesystem_uuid": serial_text(serial.value),
            "filesystem_type": kind.value.lower(),
            "label": label.value,
            "read_only": bool(flags.value & read_only_volume),
        }
    name = ctypes.create_unicode_buffer(64)
    if kernel.GetVolumeNameForVolumeMountPointW(point.value, name, len(name)):
        found["device"] = name.value
    return found


def _unc(point: str) -> str:
    r"""The `\\server\share` behind a network drive's letter."""
    if sys.platform != "win32" or point.startswith("\\\\"):
        return point.rstrip("\\")
    import ctypes

    length = ctypes.c_ulong(1024)
    name = ctypes.create_unicode_buffer(length.value)
    failed = ctypes.windll.mpr.WNetGetConnectionW(point.rstrip("\\"), name, ctypes.byref(length))
    return point if failed else name.value


def _powershell(volume: str) -> str:
    """The answer of the storage module; nothing where PowerShell is not there or does not end."""
    import os

    try:
        process = subprocess.run(
            ["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", _SCRIPT],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_POWERSHELL_S,
            check=False,
            env={**os.environ, "REELMARK_VOLUME": volume},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return process.stdout.decode("utf-8", "replace").lstrip("\ufeff")

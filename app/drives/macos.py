"""What macOS says of a volume: `diskutil info -plist`, which needs no rights of an administrator."""

import plistlib
import re
import subprocess
from typing import Any
from xml.parsers.expat import ExpatError

_DISKUTIL_S = 15.0
_BUSES = {
    "usb": "usb",
    "sata": "sata",
    "pci-express": "nvme",
    "apple fabric": "nvme",
    "pci": "nvme",
    "thunderbolt": "thunderbolt",
    "disk image": "virtual",
    "secure digital": "sd",
    "firewire": "firewire",
}

Evidence = dict[str, Any]
"""Fields of a `Passport` that were learnt."""


def read_evidence(mount: str) -> Evidence:
    """Everything that can be learnt of the volume mounted at a folder, and of the disk it lies on."""
    volume = _info(mount)
    found = of_diskutil(volume)
    whole = whole_disk(volume)
    return found | of_whole_disk(_info(whole)) if whole else found


def of_diskutil(output: bytes) -> Evidence:
    """What a volume's property list says."""
    document = _document(output)
    protocol = str(document.get("BusProtocol", "")).lower()
    solid = document.get("SolidState")
    found: Evidence = {
        "filesystem_uuid": str(document.get("VolumeUUID", "")),
        "filesystem_type": str(document.get("FilesystemType", "")).lower(),
        "label": str(document.get("VolumeName", "")),
        "partition_uuid": str(document.get("DiskUUID", "") or document.get("MediaUUID", "")).lower(),
        "model": str(document.get("MediaName", "")).strip(),
        "transport": _BUSES.get(protocol, protocol),
        "rotational": None if solid is None else not solid,
        "read_only": not document["WritableVolume"] if "WritableVolume" in document else None,
    }
    return {name: value for name, value in found.items() if value not in ("", None)}


def of_whole_disk(output: bytes) -> Evidence:
    """What the property list of the whole disk adds: its own name, and the GUID of its partition table."""
    document = _document(output)
    found: Evidence = {
        "table_uuid": str(document.get("DiskUUID", "") or document.get("MediaUUID", "")).lower(),
        "model": str(document.get("MediaName", "") or document.get("IORegistryEntryName", "")).strip(),
    }
    return {name: value for name, value in found.items() if value}


def _document(output: bytes) -> dict[str, Any]:
    try:
        document = plistlib.loads(output)
    except (ValueError, plistlib.InvalidFileException, ExpatError):
        return {}
    return document if isinstance(document, dict) else {}


def whole_disk(output: bytes) -> str:
    """The name of the disk a volume lies on; of an APFS volume the disk below its container."""
    document = _document(output)
    stores = document.get("APFSPhysicalStores") or []
    name = str(stores[0].get("APFSPhysicalStore", "")) if stores else str(document.get("ParentWholeDisk", ""))
    match = re.match(r"disk\d+", name)
    return match[0] if match else ""


def _info(place: str) -> bytes:
    try:
        process = subprocess.run(
            ["/usr/sbin/diskutil", "info", "-plist", place],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_DISKUTIL_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return process.stdout

"""What Linux says of the device below a mount: `lsblk`, `/dev/disk`, `blkid` and `/sys`, each as far as it is there.

A container has no udev, so that `lsblk` knows no file system there; a changed root may have no `lsblk` at all.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_COLUMNS = (
    "NAME,KNAME,PATH,TYPE,SIZE,FSTYPE,LABEL,UUID,PARTUUID,PTUUID,SERIAL,WWN,MODEL,TRAN,ROTA,RM,HOTPLUG,RO,MOUNTPOINTS"
)
_PROGRAM_S = 10.0
_BLKID = {"UUID": "filesystem_uuid", "LABEL": "label", "PART_ENTRY_UUID": "partition_uuid", "PTUUID": "table_uuid"}
_SYS = Path("/sys/class/block")

Evidence = dict[str, Any]
"""Fields of a `Passport` that were learnt."""


def read_evidence(device: str) -> Evidence:
    """Everything that can be learnt of a block device (`/dev/sdb1`, without links). It may wait for the device."""
    found = quick_evidence(device)
    if shutil.which("udevadm"):
        _output("udevadm", "settle", "--timeout=3")
    found |= of_lsblk(_output("lsblk", "-J", "-b", "-o", _COLUMNS), device)
    if not found.get("filesystem_uuid") and os.access(device, os.R_OK):
        found = of_blkid(_output("blkid", "-p", "-o", "export", device)) | found
    return found


def quick_evidence(device: str) -> Evidence:
    """What links and `/sys` tell; the device is not touched."""
    found = {
        "filesystem_uuid": _by_device("/dev/disk/by-uuid", device),
        "label": _by_device("/dev/disk/by-label", device),
        "partition_uuid": _by_device("/dev/disk/by-partuuid", device),
    }
    return {name: value for name, value in (found | _of_sys(device)).items() if value not in ("", None)}


def of_lsblk(output: str, device: str) -> Evidence:
    """What a listing of `lsblk -J -b` says of a device and of the disk it lies on; nothing if it is not in it."""
    try:
        document = json.loads(output or "{}")
    except ValueError:
        return {}
    chain = next(_chains(document.get("blockdevices") or [], device), [])
    if not chain:
        return {}
    own, disk = chain[-1], chain[0]
    partition = next((node for node in reversed(chain) if node.get("partuuid")), own)
    found: Evidence = {
        "filesystem_uuid": own.get("uuid"),
        "label": own.get("label"),
        "partition_uuid": partition.get("partuuid"),
        "table_uuid": partition.get("ptuuid") or disk.get("ptuuid"),
        **{field: _first(chain, column) for field, column in _OF_DISK},
        "rotational": _flag(disk.get("rota")),
    }
    if not (found["model"] or found["transport"]):
        found["rotational"] = None  # what a loop or virtual device says of itself means nothing
    return {name: value for name, value in found.items() if value not in ("", None)}


_OF_DISK = (("serial", "serial"), ("wwn", "wwn"), ("model", "model"), ("transport", "tran"))


def of_blkid(output: str) -> Evidence:
    """What `blkid -p -o export` says, `NAME=value` a line, odd characters behind a backslash."""
    pairs = (line.partition("=")[::2] for line in output.splitlines())
    return {_BLKID[name]: re.sub(r"\\(.)", r"\1", value) for name, value in pairs if name in _BLKID and value}


def connected_hardware() -> Iterator[Evidence]:
    """Serial number, WWN and image of every disk that is plugged in, by `/sys` alone."""
    try:
        names = sorted(os.listdir(_SYS))  # noqa: PTH208 - names are wanted
    except OSError:
        return
    for name in names:
        yield {"device": f"/dev/{name}", **_of_sys(f"/dev/{name}")}


def whole_disk(device: str) -> str:
    """The disk that a device lies on, where the kernel knows it; else the device."""
    node = _disk(Path(device).name) if device.startswith("/dev/") else None
    return f"/dev/{node.name}" if node is not None else device


def _chains(nodes: list[dict[str, Any]], device: str) -> Iterator[list[dict[str, Any]]]:
    """The nodes from a disk down to the device."""
    for node in nodes:
        if device in (node.get("path"), f"/dev/{node.get('kname')}"):
            yield [node]
        for below in _chains(node.get("children") or [], device):
            yield [node, *below]


def _first(chain: list[dict[str, Any]], column: str) -> str | None:
    """A column of the disk, else of what lies on it."""
    return next((str(node[column]).strip() for node in chain if node.get(column)), None)


def _flag(value: object) -> bool | None:
    return None if value is None else str(value).lower() in ("1", "true")


def _of_sys(device: str) -> Evidence:
    """What the kernel says of the disk that a device lies on; through a mapping only where it lies on one disk."""
    node = _disk(Path(device).name)
    if node is None:
        return {}
    found: Evidence = {
        "serial": _line(node / "device/serial") or _line(node / "serial"),
        "wwn": _line(node / "device/wwid") or _line(node / "wwid"),
        "model": _line(node / "device/model"),
        "transport": _transport(os.path.realpath(node)),
        "image": _line(node / "loop/backing_file"),
        "rotational": _flag(_line(node / "queue/rotational") or None),
    }
    if found["image"] or not (found["model"] or found["transport"]):
        found["rotational"] = None
    return {name: value for name, value in found.items() if value not in ("", None)}


def _disk(name: str) -> Path | None:
    node = _SYS / name
    for _ in range(8):
        if not node.exists():
            return None
        if (node / "partition").exists():
            node = Path(os.path.realpath(node)).parent
            continue
        try:
            below = sorted((node / "slaves").iterdir())
        except OSError:
            below = []
        if len(below) != 1:
            return node
        node = _SYS / below[0].name
    return None


def _transport(path: str) -> str:
    """`usb`, `nvme`, ... from where a disk hangs in the tree of devices."""
    for part, name in (("/usb", "usb"), ("/nvme", "nvme"), ("/mmc_host", "mmc"), ("/ata", "sata"), ("/virtio", "")):
        if part in path:
            return name
    return ""


def _line(path: Path) -> str:
    try:
        return path.read_text("utf-8", "surrogateescape").strip()
    except OSError:
        return ""


def _by_device(folder: str, device: str) -> str:
    r"""The name of the link in `folder` that leads to a device, or nothing. udev writes odd characters as `\x20`."""
    try:
        links = list(Path(folder).iterdir())
    except OSError:
        return ""
    for link in links:
        if os.path.realpath(link) == device:
            return re.sub(r"\\x([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), link.name)
    return ""


def _output(program: str, *options: str) -> str:
    """What a program prints; nothing where it is not there, fails or does not end."""
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin:/usr/bin:/bin")
    if path is None:
        return ""
    try:
        process = subprocess.run(
            [path, *options],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROGRAM_S,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return process.stdout.decode("utf-8", "surrogateescape")

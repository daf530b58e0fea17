"""What this computer is: what a report of a speed or of a fault has to name beside the program's version."""

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """Facts about the computer; None where they could not be learnt.

    Attributes:
        cpu: the processor's own name.
        cores: logical cores of the machine.
        usable_cores: cores that this process may run on.
        memory_bytes: physical memory.
        sqlite: version of the SQLite that holds the catalog.
    """

    cpu: str | None
    cores: int | None
    usable_cores: int | None
    memory_bytes: int | None
    sqlite: str


def this_machine() -> Machine:
    """The facts, read now."""
    import apsw

    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return Machine(_cpu(), os.cpu_count(), usable, _memory_bytes(), apsw.sqlite_lib_version())


def _cpu() -> str | None:
    if sys.platform == "linux":
        try:
            lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        for line in lines:
            key, _, value = line.partition(":")
            if key.strip() in ("model name", "Model"):
                return value.strip() or None
    return platform.processor() or platform.machine() or None


def _memory_bytes() -> int | None:
    if sys.platform == "win32":
        import ctypes

        kilobytes = ctypes.c_ulonglong(0)
        known = ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
        return kilobytes.value * 1024 if known else None
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None

"""Telling a process from a later one with the same number."""

import os
from pathlib import Path


def process_started(pid: int) -> str:
    """When a process started, in the system's own words; empty when it is gone.

    On Linux the start time from `/proc/<pid>/stat`; elsewhere only that it lives, since the standard library tells
    no more.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return "" if Path("/proc/self/stat").exists() else _lives(pid)
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def _lives(pid: int) -> str:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return "alive"
    except OSError:
        return ""
    return "alive"

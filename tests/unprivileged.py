"""Runs the program as somebody whom permissions stop, whoever runs the tests."""

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]

_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2


def drop_rights() -> None:
    """Takes from root, between fork and exec, what lets it read everything. It stays the owner of its files."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
        if libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")


def reelmark(
    *arguments: str | bytes | Path,
    environ: dict[str, str] | None = None,
    obey_permissions: bool = False,
    limit_file_bytes: int = 0,
) -> subprocess.CompletedProcess[bytes]:
    """Runs one command line to its end."""

    def prepare() -> None:
        if obey_permissions and os.geteuid() == 0:
            drop_rights()
        if limit_file_bytes:
            import resource

            resource.setrlimit(resource.RLIMIT_FSIZE, (limit_file_bytes, limit_file_bytes))

    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **(environ or {})},
        capture_output=True,
        check=False,
        preexec_fn=prepare if obey_permissions or limit_file_bytes else None,  # noqa: PLW1509
    )


def document(process: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    """The JSON document that a command printed, and nothing else."""
    found = json.loads(process.stdout)
    assert isinstance(found, dict)
    return found

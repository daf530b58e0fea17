"""Sidecars that a scan meets are read in a child."""

import json
import subprocess
import sys

import pytest

from app.catalog.shard import open_writer
from app.jobs.job import CancelToken, Job
from app.scanning.sidecars import import_sidecars
from tests.mounting import dead_share_script, needs_dead_share
from tests.unprivileged import REPOSITORY

from .conftest import Studio

RECORD = {"qc_id": "1", "qc_time": "2026-11-20T10:00:00+00:00", "operator": "Ann", "qc_result": "pass"}


@pytest.fixture
def judged(studio: Studio) -> Studio:
    """A drive with a good sidecar, a broken one, and one whose names are no text."""
    for name in (b"a.mov", b"b.mov", b"caf\xe9.mov"):
        studio.write(name)
        content = b"{" if name == b"b.mov" else json.dumps({**RECORD, "notes": "good"}).encode()
        studio.write(b".qc/" + name + b".qc.json", content)
    studio.scan()
    return studio


def verdicts(studio: Studio) -> list[tuple[bytes, str]]:
    return [(bytes(asset), result) for asset, result in studio.rows("SELECT asset, result FROM verdict ORDER BY asset")]


def test_verdicts_come_in_and_a_broken_sidecar_costs_a_row(judged: Studio) -> None:
    assert verdicts(judged) == [(b"a.mov", "pass"), (b"caf\xe9.mov", "pass")]
    (failed,) = judged.scan()["failed"]
    assert failed["path"].endswith(".qc/b.mov.qc.json") and failed["code"] == "sidecar.broken"


def test_a_sidecar_that_vanished_meanwhile_is_no_fault(judged: Studio) -> None:
    (judged.base / ".qc" / "a.mov.qc.json").unlink()
    with open_writer(judged.shard, CancelToken()) as database:
        import_sidecars(database, str(judged.base), 1, Job())
    assert (b"caf\xe9.mov", "pass") in verdicts(judged)


@needs_dead_share
def test_a_share_that_dies_before_its_sidecars_are_read_ends_the_scan_in_words(judged: Studio) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom app.catalog.shard import open_writer\n"
        "from app.errors import DriveGone\nfrom app.jobs.job import CancelToken, Job\n"
        "from app.scanning.sidecars import import_sidecars\n"
        "with open_writer(Path(sys.argv[1]), CancelToken()) as database:\n"
        "    try: import_sidecars(database, sys.argv[2], 1, Job(), timeout_s=1)\n"
        "    except DriveGone as error: print(error.message)"
    )
    process = subprocess.run(
        [*dead_share_script(judged.base), f"exec '{sys.executable}' -c '{code}' '{judged.shard}' '{judged.base}'"],
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert b"does not answer any more" in process.stdout, process.stderr

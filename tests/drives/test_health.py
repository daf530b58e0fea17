import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.drives.health import health_of, parse_report

RECORDED = Path(__file__).parent / "recorded"


def report(name: str) -> dict[str, Any]:
    found = json.loads((RECORDED / f"smart_{name}.json").read_text())
    assert isinstance(found, dict)
    return found


def answering(answers: dict[str, str]) -> tuple[Callable[[tuple[str, ...]], str], list[str]]:
    """A smartctl that gives recorded answers by its options, and the list of what it was asked."""
    asked: list[str] = []

    def ask(options: tuple[str, ...]) -> str:
        asked.append(" ".join(options))
        name = answers.get(asked[-1])
        return (RECORDED / f"smart_{name}.json").read_text() if name else ""

    return ask, asked


@pytest.mark.parametrize(
    ("name", "state", "reasons"),
    [
        ("ata_good", "good", ()),
        ("ata_worn", "worn", ("3 sectors wait to be replaced", "24 sectors were replaced")),
        (
            "ata_failing",
            "failing",
            (
                "the drive says that it is failing",
                "Reallocated_Sector_Ct is below its limit",
                "312 sectors cannot be read and wait to be replaced",
                "4,096 sectors were replaced",
            ),
        ),
        ("nvme", "worn", ("86 % of the promised writes are used up",)),
        ("sata_ssd", "good", ()),
        ("scsi_identity", "unknown", ()),
    ],
)
def test_what_a_drive_says_of_itself(name: str, state: str, reasons: tuple[str, ...]) -> None:
    health = parse_report(report(name))
    assert (health.state, health.reasons) == (state, reasons)


def test_the_numbers_of_a_report() -> None:
    disk = parse_report(report("ata_worn"))
    assert (disk.hours, disk.celsius, disk.reallocated, disk.pending, disk.uncorrectable) == (40211, 38, 24, 3, 0)
    assert (disk.passed, disk.model, disk.serial, disk.percent_used) == (True, "WDC WD40EZRZ", "WD-1", None)
    assert parse_report(report("nvme")).percent_used == 86
    assert parse_report(report("sata_ssd")).percent_used == 9


def test_a_disk_is_asked_once() -> None:
    ask, asked = answering({"-x": "ata_good"})
    assert health_of(ask).state == "good"
    assert asked == ["-x"]


def test_a_usb_bridge_is_asked_again_as_sata() -> None:
    ask, asked = answering({"-x": "unknown_bridge", "-x -d sat": "ata_worn"})
    assert health_of(ask).state == "worn"
    assert asked == ["-x", "-x -d sat"]


def test_a_bridge_that_speaks_scsi_alone_is_asked_for_verdict_and_name_apart() -> None:
    answers = {"-x": "unknown_bridge", "-H -d scsi": "scsi_verdict", "-i -d scsi": "scsi_identity"}
    health = health_of(answering(answers)[0])
    assert (health.state, health.model, health.serial, health.celsius) == ("good", "WD Elements 25A2", "57583431", 31)


def test_why_a_drive_says_nothing() -> None:
    refused = health_of(answering({"-x": "refused"})[0])
    assert (refused.state, "rights of an administrator" in refused.reasons[0]) == ("unknown", True)
    bridge = health_of(answering({"-x": "unknown_bridge", "-x -d sat": "unknown_bridge"})[0])
    assert "Unknown USB bridge" in bridge.reasons[0]
    assert health_of(lambda _options: "no JSON").reasons == ("smartctl gave no answer",)

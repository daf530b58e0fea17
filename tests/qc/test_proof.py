"""The documentation alone is enough to prove a record, long after this program."""

import json
import re
import subprocess
import sys
from pathlib import Path

import blake3
import pytest
import rfc8785

from tests.qc.conftest import Reviewer, document, edit, frames, media

PAGE = Path(__file__).resolve().parents[2] / "docs" / "sidecars.md"


def checked(sidecar: Path, folder: Path) -> str:
    """What the program in the documentation says."""
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, sidecar, folder], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("base", ["sh010.", 'q"u\u00f6te \N{CLAPPER BOARD}_', "take#2."])
def test_the_content_of_a_sequence_can_be_checked_by_hand(reviewer: Reviewer, tmp_path: Path, base: str) -> None:
    frames(tmp_path, 998, 999, 1000, 10000, base=base)
    frames(tmp_path, 1, 2, base="other_")
    media(tmp_path / f"{base}.exr", b"no frame")
    reviewer.crawl(tmp_path, operator="alice", result="pass")
    sidecar = next(path for path in (tmp_path / ".qc").glob("*.json") if path.name.startswith(f"{base}####."))
    assert checked(sidecar, tmp_path) == "the same"
    edit(tmp_path / f"{base}0999.exr", b"FRAME 999\n")
    assert checked(sidecar, tmp_path) == "changed"


def test_the_chain_of_records_can_be_checked_by_hand(reviewer: Reviewer, tmp_path: Path) -> None:
    clip = media(tmp_path / "clip.mov", b"one clip\n")
    reviewer.crawl(clip)
    for operator, note in (("alice", "line\nbreak"), ("Zo\u00eb \N{CLAPPER BOARD} \u2028", "x" * 100_000), ("bob", "")):
        reviewer.sign(clip, operator=operator, note=note)
    said = document(tmp_path / ".qc" / "clip.mov.qc.json")
    chain = [*said["history"], said]
    assert len(chain) == 4
    for before, after in zip(chain, chain[1:], strict=False):
        plain = {key: value for key, value in before.items() if key not in ("signature", "history")}
        assert after["previous_hash"] == "blake3:" + blake3.blake3(rfc8785.dumps(plain)).hexdigest()
    assert json.dumps(said["notes"]) == '""'

"""Tables stay readable whatever the names, and fit the terminal."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.table import print_table


def test_a_row_stays_one_line_whatever_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    long = "n" * 300
    print_table(("name on a\x1b[31m drive", "bytes"), [("[bold]a\nb\x1b[2J", 1_234_567), (long, None), (":smile:", 5)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert lines[0].startswith(r"name on a\x1b[31m drive")
    assert r"[bold]a\nb\x1b[2J" in lines[2]
    assert lines[2].endswith("1\u2009234\u2009567")
    assert long in lines[3]
    assert ":smile:" in lines[4]


def test_on_a_terminal_a_table_fits_and_keeps_the_ends_of_paths(tmp_path: Path) -> None:
    script = tmp_path / "table.py"
    script.write_text(
        "from app.cli.table import print_table\n"
        "print_table(('path', 'files'), [('/mnt/show/' + 'd' * 90 + '/shot.1001.exr', 12), ('é' * 80, 3)])\n"
    )
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "60", "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUTF8": "1"}
    try:
        subprocess.run([sys.executable, script], stdout=theirs, env=environment, check=True)
        os.close(theirs)
        lines = os.read(ours, 10_000).decode().splitlines()
    finally:
        os.close(ours)
    assert all(len(line) < 60 for line in lines)
    assert lines[2].startswith("/mnt/show/")
    assert lines[2].endswith("/shot.1001.exr      12")
    assert "…" in lines[3]

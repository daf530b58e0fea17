"""What is printed survives every name and number."""

import json
import time
from decimal import Decimal
from pathlib import PurePosixPath

import pytest

from app.cli.output import human_bytes, local_time, print_json, print_lines, shown_cell
from app.model.documents import json_text
from app.model.frames import FileSequence


def test_json_takes_what_operations_return() -> None:
    sequence = FileSequence(base=b"", ext=b"", pad=4, frames=(1, Decimal("1001.25")), names=())
    document = {"path": PurePosixPath("/a/é"), "bad": "x\udcff", "nan": [float("nan"), 1.5], "frames": sequence.frames}
    text = json_text(document)
    assert "é" in text
    assert json.loads(text) == {"path": "/a/é", "bad": "x\ufffd", "nan": [None, 1.5], "frames": [1, 1001.25]}


def test_what_has_no_form_in_json_is_a_fault() -> None:
    with pytest.raises(TypeError, match="bytes"):
        json_text({"raw": b"\xff"})


def test_one_document_ends_in_one_newline(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": 1})
    assert capsys.readouterr().out == '{\n  "a": 1\n}\n'


def test_lines_are_safe_for_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_lines("a\tb\x07", "c\udcfe", "clip\u202egpj.exe")
    assert capsys.readouterr().out == "a\\tb\\x07\nc\\xfe\nclip\\u202egpj.exe\n"


def test_sizes_and_cells_as_people_read_them() -> None:
    assert [human_bytes(size) for size in (0, 999, 1500, 123_456_789, 5e16)] == [
        "0 B",
        "999 B",
        "1.5 kB",
        "123 MB",
        "50.0 PB",
    ]
    assert [shown_cell(value) for value in (None, True, 3, 2.5)] == ["", "yes", "3", "2.5"]


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the clock's zone cannot be set here")
def test_times_are_told_by_the_clock_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "XXX-09:00")
    time.tzset()
    try:
        assert local_time("2026-11-20T20:30:59.123456+00:00") == "2026-11-21 05:30"
        assert local_time("2026-11-20T20:30:59Z") == "2026-11-21 05:30"
        assert local_time("long ago") == "long ago"
    finally:
        monkeypatch.undo()
        time.tzset()

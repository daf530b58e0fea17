"""The document of a movie or a sound as a person reads it."""

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from app.cli.inspected import print_document
from app.cli.main import main
from app.media.document import document_of
from app.model.inspecting import InspectOptions
from tests import movies


def _lines(path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    print_document(document_of(str(path), InspectOptions(stats=True)))
    return capsys.readouterr().out.splitlines()


def test_a_movie_in_a_few_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def draw(number: int) -> NDArray[np.uint8]:
        return movies.picture(number) * (number not in (3, 4))

    tone = movies.tone(1, -20)
    tone[1] *= -1
    lines = _lines(movies.movie(tmp_path / "a.mov", 25, draw, codec="prores_ks", sound=tone), capsys)
    assert lines[1].startswith("  QuickTime / MOV  1.000 s")
    assert "prores HQ (apch)  64 x 48  25 fps  25 frames  10 bit 4:2:2" in lines[2]
    assert "1 audio  pcm_s16le (sowt)  48 kHz  stereo  16 bit" in lines[3]
    assert "  0 video  25 of 25 frames decoded  black: 3-4  frozen: none" in "\n".join(lines)
    assert "-20.0 LUFS" in lines[-1]
    assert "-20.0 dBTP" in lines[-1]
    assert "FL and FR out of phase" in lines[-1]


def test_what_is_broken_is_told_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = movies.movie(tmp_path / "a.mkv", 40, codec="mjpeg")
    os.truncate(path, path.stat().st_size // 2)
    lines = _lines(path, capsys)
    assert lines[-2].startswith("  ! the file is cut off: it should have")
    assert lines[-1].startswith("  ! stream 0, frame ")


def test_a_channel_without_any_sound_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tone = movies.tone(1.0, -20)
    tone[1] = 0
    said = "\n".join(_lines(movies.sound(tmp_path / "a.wav", tone), capsys))
    assert "silent throughout: FR" in said
    tone[0] = 0
    assert "throughout" not in "\n".join(_lines(movies.sound(tmp_path / "b.wav", tone), capsys))


def test_thresholds_of_the_settings_are_used_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = movies.sound(tmp_path / "a.wav", movies.tone(1.0, -40))
    home = ["--home", str(tmp_path / "home")]
    assert main([*home, "settings", "set", "--", "inspection.silence_db", "-30"]) == 0
    capsys.readouterr()
    assert main([*home, "inspect", "--stats", str(path)]) == 0
    said = capsys.readouterr().out
    assert "silent: 0.000-1.000 s" in said
    assert "measured with silence_db -30" in said
    assert main([*home, "settings", "set", "inspection.silence_db", "20"]) != 0
    assert "inspection.silence_db" in capsys.readouterr().err

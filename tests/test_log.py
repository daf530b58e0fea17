"""The log: what stands in the file, what a window hears, what is kept out."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.log import LogLine, close_logging, redacted, setup_logging, visible
from app.paths import Home
from app.settings import Log

LOGGER = logging.getLogger("app.test")


@pytest.fixture(autouse=True)
def leave_logging_as_it_was() -> Iterator[None]:
    before = logging.getLogger().handlers[:]
    yield
    close_logging()
    assert logging.getLogger().handlers == before


def test_a_line_carries_utc_and_its_level_and_the_folder_appears_with_it(tmp_path: Path) -> None:
    setup = setup_logging(Home(tmp_path / "home"), Log())
    assert not (tmp_path / "home").exists()
    LOGGER.info("scan of %s", "Archiv-Ü")
    LOGGER.debug("not at this level")
    assert setup.file == tmp_path / "home" / "logs" / "reelmark.log"
    text = setup.file.read_text(encoding="utf-8")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z INFO \d+ app\.test: scan of Archiv-Ü\n", text)


def test_a_hostile_name_cannot_forge_a_line_and_a_traceback_follows_its_line(tmp_path: Path) -> None:
    setup = setup_logging(Home(tmp_path), Log())
    try:
        raise RuntimeError("out of memory")
    except RuntimeError:
        LOGGER.exception("failed on %s", "a\n2026 INFO forged \x1b[2J \udcff")
    assert setup.file is not None
    lines = setup.file.read_text(encoding="utf-8").splitlines()
    assert lines[0].endswith(r"failed on a\n2026 INFO forged \x1b[2J \xff")
    assert lines[-1] == "RuntimeError: out of memory"


def test_a_full_file_is_rotated_and_only_so_many_are_kept(tmp_path: Path) -> None:
    setup_logging(Home(tmp_path), Log(max_bytes=10_000, keep=2))
    for number in range(400):
        LOGGER.info("%s %04d", "x" * 80, number)
    names = sorted(path.name for path in (tmp_path / "logs").iterdir())
    assert names == ["reelmark.log", "reelmark.log.1", "reelmark.log.2"]
    assert all(path.stat().st_size <= 10_000 for path in (tmp_path / "logs").iterdir())


def test_a_file_that_another_process_rotated_is_followed(tmp_path: Path) -> None:
    setup = setup_logging(Home(tmp_path), Log())
    assert setup.file is not None
    LOGGER.info("first")
    setup.file.rename(setup.file.with_suffix(".log.1"))
    LOGGER.info("second")
    assert setup.file.read_text(encoding="utf-8").endswith("second\n")
    assert setup.file.with_suffix(".log.1").read_text(encoding="utf-8").endswith("first\n")


def test_where_no_file_can_be_written_there_is_a_notice_and_the_work_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "read-only" in setup_logging(Home(tmp_path, writable=False), Log()).notices[0]
    (tmp_path / "logs").touch()
    setup = setup_logging(Home(tmp_path), Log())
    assert setup.file is None
    assert "its folder is a file" in setup.notices[0]
    setup = setup_logging(Home(tmp_path), Log(dir=str(tmp_path / "logs" / "below")))
    LOGGER.info("one")
    LOGGER.info("two")
    assert capsys.readouterr().err.count("cannot be written") == 1
    assert [line.text for line in setup.live.lines()] == ["one", "two"]


def test_a_window_hears_each_line_until_it_leaves_and_the_ring_is_bounded(tmp_path: Path) -> None:
    live = setup_logging(Home(tmp_path), Log(), live_lines=3).live
    heard: list[LogLine] = []
    leave = live.subscribe(heard.append)
    for number in range(5):
        LOGGER.warning("line %d", number)
    leave()
    LOGGER.warning("unheard")
    assert [line.text for line in heard] == [f"line {number}" for number in range(5)]
    assert [line.text for line in live.lines()] == ["line 3", "line 4", "unheard"]
    assert heard[0].level == "WARNING"
    assert str(heard[0].time.tzinfo) == "UTC"


def test_the_terminal_shows_warnings_only_unless_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(Home(tmp_path), Log(), console=True)
    LOGGER.info("quiet")
    LOGGER.warning("loud\n")
    assert capsys.readouterr().err == "warning: loud\\n\n"
    setup_logging(Home(tmp_path), Log(level="DEBUG"), console=True, console_level="DEBUG")
    LOGGER.debug("now")
    assert capsys.readouterr().err == "debug: now\n"


@pytest.mark.parametrize(
    "text",
    [
        "TRAK_TOKEN=hunter2",
        "trak_token: hunter2",
        '{"api_key": "hunter2"}',
        "password='hunter2'",
        "Authorization: Bearer hunter2hunter2",
        "sent Bearer hunter2hunter2",
        "https://ann:hunter2@host/path",
        "AWS_SECRET_ACCESS_KEY=hunter2",
        "TRAK_ASSET_TRACKER_API_KEY=hunter2",
    ],
)
def test_secrets_do_not_reach_the_log(text: str) -> None:
    assert "hunter2" not in redacted(text)
    assert "***" in redacted(text)


def test_what_is_no_secret_stays() -> None:
    for text in ("key='qc.policy_version'", "the token was set", "https://host:8080/path", "C:/keys/monkey=1"):
        assert redacted(text) == text
    assert visible("bytes \udcff, others \ud83d") == r"bytes \xff, others \ud83d"
    assert visible("naïve 日本.exr") == "naïve 日本.exr"

"""Queries of the window: the newest of a kind wins, and a running one is interrupted."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.errors import Cancelled, InputError
from app.jobs.job import CancelToken
from ui.workers.reader import Reader, left_behind


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader("test")
    yield reader
    reader.stop()


def test_an_answer_carries_its_kind_and_number(qtbot: QtBot, reader: Reader) -> None:
    with qtbot.waitSignal(reader.answered, timeout=5000) as answer:
        number = reader.ask("page", lambda _token: "rows")
    assert answer.args == ["page", number, "rows"]


def test_a_newer_question_interrupts_the_running_one(qtbot: QtBot, reader: Reader) -> None:
    running = threading.Event()

    def slow(token: CancelToken) -> str:
        running.set()
        if token.wait_cancelled(10):
            raise Cancelled
        return "old"

    answers: list[object] = []
    reader.answered.connect(lambda _kind, _number, answer: answers.append(answer))
    reader.ask("page", slow)
    assert running.wait(5)
    with qtbot.waitSignal(reader.answered, timeout=5000):
        reader.ask("page", lambda _token: "new")
    assert answers == ["new"]


def test_questions_of_different_kinds_are_all_answered(qtbot: QtBot, reader: Reader) -> None:
    answers: dict[str, object] = {}
    reader.answered.connect(lambda kind, _number, answer: answers.update({kind: answer}))
    for kind in ("page", "total", "drives"):
        reader.ask(kind, lambda _token, kind=kind: kind.upper())
    qtbot.waitUntil(lambda: len(answers) == 3, timeout=5000)
    assert answers == {"page": "PAGE", "total": "TOTAL", "drives": "DRIVES"}


def test_an_error_is_told_and_the_reader_goes_on(qtbot: QtBot, reader: Reader) -> None:
    def broken(_token: CancelToken) -> None:
        raise InputError("the shard is damaged")

    with qtbot.waitSignal(reader.failed, timeout=5000) as failed:
        reader.ask("page", broken)
    assert failed.args[2].message == "the shard is damaged"
    with qtbot.waitSignal(reader.answered, timeout=5000):
        reader.ask("page", lambda _token: "rows")


def test_a_dropped_question_stays_unanswered(qtbot: QtBot, reader: Reader) -> None:
    running = threading.Event()

    def slow(token: CancelToken) -> str:
        running.set()
        token.wait_cancelled(10)
        return "late"

    answers: list[object] = []
    reader.answered.connect(lambda _kind, _number, answer: answers.append(answer))
    reader.ask("page", slow)
    assert running.wait(5)
    reader.drop("page")
    with qtbot.waitSignal(reader.answered, timeout=5000):
        reader.ask("other", lambda _token: "other")
    assert answers == ["other"]


def test_closing_does_not_wait_for_a_question_that_hangs(reader: Reader, tmp_path: Path) -> None:
    pipe, running = tmp_path / "pipe", threading.Event()
    os.mkfifo(pipe)

    def hang(_token: CancelToken) -> bytes:
        running.set()
        return pipe.read_bytes()

    reader.ask("page", hang)
    assert running.wait(5)
    began = time.monotonic()
    assert not reader.stop(100)
    assert time.monotonic() - began < 5
    assert left_behind()
    pipe.write_bytes(b"")
    assert reader.wait(5000)
    assert not left_behind()

"""Queries of the window: the newest of a kind wins, and a running one is interrupted."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.errors import Cancelled, InputError
from app.jobs.job import CancelToken
from tests.ui.hearing import Heard
from ui.workers.reader import Reader, left_behind


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader("test")
    yield reader
    reader.stop()


@pytest.fixture
def answered(reader: Reader) -> Heard:
    return Heard(reader.answered)


class Gate:
    """A question that waits until it may answer, or until it is not wanted any more."""

    def __init__(self, answer: str) -> None:
        self.running, self.open = threading.Event(), threading.Event()
        self._answer = answer

    def __call__(self, token: CancelToken) -> str:
        self.running.set()
        while not self.open.wait(0.005):
            if token.cancelled:
                raise Cancelled
        return self._answer


def test_an_answer_carries_its_kind_and_number(qtbot: QtBot, reader: Reader, answered: Heard) -> None:
    number = reader.ask("page", lambda _token: "rows")
    qtbot.waitUntil(lambda: answered.last == ("page", number, "rows"))


def test_a_newer_question_interrupts_the_running_one(qtbot: QtBot, reader: Reader, answered: Heard) -> None:
    old = Gate("old")
    reader.ask("page", old)
    assert old.running.wait(5)
    reader.ask("page", lambda _token: "new")
    qtbot.waitUntil(lambda: answered.last[2:] == ("new",))
    assert answered.times == 1


def test_what_is_asked_again_and_again_is_answered_all_the_same(qtbot: QtBot, reader: Reader, answered: Heard) -> None:
    slow = Gate("first")
    reader.ask("drives", slow, interrupt=False)
    assert slow.running.wait(5)
    for _ in range(3):
        reader.ask("drives", lambda _token: "last", interrupt=False)
    slow.open.set()
    qtbot.waitUntil(lambda: answered.times == 2)
    assert answered.last[2] == "last"


def test_questions_of_different_kinds_are_all_answered(qtbot: QtBot, reader: Reader) -> None:
    answers: dict[str, object] = {}
    heard = Heard(reader.answered)
    for kind in ("page", "total", "drives"):
        reader.ask(kind, lambda _token, kind=kind: answers.setdefault(kind, kind.upper()))
    qtbot.waitUntil(lambda: heard.times == 3)
    assert answers == {"page": "PAGE", "total": "TOTAL", "drives": "DRIVES"}


def test_an_error_is_told_and_the_reader_goes_on(qtbot: QtBot, reader: Reader, answered: Heard) -> None:
    def broken(_token: CancelToken) -> None:
        raise InputError("the shard is damaged")

    failed = Heard(reader.failed)
    reader.ask("page", broken)
    qtbot.waitUntil(lambda: failed.times == 1)
    assert failed.last[2].message == "the shard is damaged"
    reader.ask("page", lambda _token: "rows")
    qtbot.waitUntil(lambda: answered.times == 1)


def test_a_dropped_question_stays_unanswered(qtbot: QtBot, reader: Reader, answered: Heard) -> None:
    late = Gate("late")
    reader.ask("page", late)
    assert late.running.wait(5)
    reader.drop("page")
    reader.ask("other", lambda _token: "other")
    qtbot.waitUntil(lambda: answered.times == 1)
    assert answered.last[2] == "other"


@pytest.fixture
def hanging(reader: Reader, tmp_path: Path) -> Iterator[Reader]:
    """A reader whose question hangs inside the system until the test is over."""
    pipe, running = tmp_path / "pipe", threading.Event()
    os.mkfifo(pipe)

    def hang(_token: CancelToken) -> bytes:
        running.set()
        return pipe.read_bytes()

    reader.ask("page", hang)
    assert running.wait(5)
    yield reader
    pipe.write_bytes(b"")
    assert reader.wait(5000)
    assert not left_behind()


def _on_its_way(qtbot: QtBot, reader: Reader, question: Callable[[CancelToken], str]) -> None:
    """Ask, and wait without hearing: the thread has given its answer, and nobody was told yet."""
    reader.ask("page", question)
    until = time.monotonic() + 5
    while reader._waiting or reader._running is not None:
        assert time.monotonic() < until


def _broken(_token: CancelToken) -> str:
    raise InputError("late")


def test_an_answer_that_is_on_its_way_when_it_is_not_wanted_any_more_is_not_told(
    qtbot: QtBot, reader: Reader, answered: Heard
) -> None:
    failed = Heard(reader.failed)
    for question in (lambda _token: "late", _broken):
        _on_its_way(qtbot, reader, question)
        reader.drop("page")
        _on_its_way(qtbot, reader, question)
        reader.ask("page", lambda _token: "new")
        qtbot.waitUntil(lambda: answered.times > 0)
        assert (answered.times, answered.last[2], failed.times) == (1, "new", 0)
        answered.times = 0
    _on_its_way(qtbot, reader, lambda _token: "late")
    reader.stop()
    QApplication.processEvents()
    assert answered.times == 0


def test_closing_does_not_wait_for_a_question_that_hangs(hanging: Reader) -> None:
    began = time.monotonic()
    assert not hanging.stop(100)
    assert time.monotonic() - began < 5
    assert left_behind()


def test_a_dialogue_that_closes_waits_for_nothing(hanging: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Reader, "wait", lambda *_: pytest.fail("it waits for the thread"))
        hanging.leave()
    assert left_behind()
    assert hanging.parent() is None


def test_a_reader_that_was_stopped_does_not_start_again(reader: Reader) -> None:
    reader.ask("page", lambda _token: "rows")
    assert reader.stop()
    reader.ask("page", lambda _token: "more")
    assert not reader.isRunning()

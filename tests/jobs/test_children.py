import os
import subprocess
import sys
import threading
import time
from typing import Any

import psutil
import pytest

from app.errors import AppError, Cancelled, MediaError
from app.jobs.children import ChildFailed, ChildPool, stream
from app.jobs.job import CancelToken
from tests.unprivileged import REPOSITORY

HANDLER = "tests.jobs.handlers:serve"


@pytest.fixture
def pool() -> Any:
    with ChildPool(HANDLER, 2) as made:
        yield made


def reason(pool: ChildPool, do: str, timeout_s: float = 20.0, **more: Any) -> AppError:
    with pytest.raises(AppError) as caught:
        pool.call({"do": do, **more}, CancelToken(), timeout_s)
    return caught.value


def test_a_child_answers_with_a_header_and_bytes(pool: ChildPool) -> None:
    (answer,) = pool.call({"do": "echo", "text": "naïve \udcff \n"}, CancelToken(), 20)
    assert answer == ({"said": "naïve \udcff \n"}, b"")


def test_what_the_handler_raises_arrives_as_it_is(pool: ChildPool) -> None:
    error = reason(pool, "refuse")
    assert (error.message, error.hint, error.code, error.context) == (
        "it may not be read",
        "Ask.",
        "test.refused",
        {"path": "x"},
    )
    assert "KeyError" in reason(pool, "bug").message
    assert pool.call({"do": "echo", "text": "still there"}, CancelToken(), 20)


def test_a_crash_costs_one_request_and_says_how_it_ended(pool: ChildPool) -> None:
    answers = dict(
        pool.map(
            [(number, {"do": "crash"} if number == 3 else {"do": "echo", "text": str(number)}) for number in range(8)],
            CancelToken(),
            20,
        )
    )
    failed = answers.pop(3)
    assert isinstance(failed, ChildFailed) and "SIGABRT" in failed.message
    assert {number: answer[0][0]["said"] for number, answer in answers.items()} == {
        number: str(number) for number in range(8) if number != 3
    }
    assert "code 7" in reason(pool, "exit", code=7).message


def test_a_child_that_was_killed_while_it_had_nothing_to_do_costs_no_request(pool: ChildPool) -> None:
    ask = {"do": "pid"}
    [(told, _)] = pool.call(ask, CancelToken(), 20)
    for _ in range(3):
        killed = psutil.Process(told["pid"])
        killed.kill()
        psutil.wait_procs([killed], 20)
        [(told, _)] = pool.call(ask, CancelToken(), 20)
        assert told["pid"] != killed.pid


def test_a_hang_is_ended_while_others_keep_talking(pool: ChildPool) -> None:
    answers: dict[Any, Any] = {}
    started = time.monotonic()
    talk = ((number, {"do": "count", "to": 50}) for number in range(100_000))
    requests = iter([("hung", {"do": "hang"})])

    def both() -> Any:
        yield from requests
        for item in talk:
            if "hung" in answers or time.monotonic() - started > 15:
                return
            yield item

    for key, answer in pool.map(both(), CancelToken(), 1.0):
        answers[key] = answer
    assert answers["hung"].context["kind"] == "stalled"
    assert time.monotonic() - started < 10


def test_memory_beyond_the_limit_is_an_answer_not_a_crash() -> None:
    with ChildPool(HANDLER, 1, memory_bytes=2 << 30) as pool:
        assert reason(pool, "memory").code == "media.too_large"


def test_what_a_library_prints_does_not_disturb_the_answers(pool: ChildPool) -> None:
    assert pool.call({"do": "print"}, CancelToken(), 20) == [({"said": "quiet"}, b"")]


def test_cancelling_ends_everything_a_child_started() -> None:
    token = CancelToken()
    found: list[int] = []
    with pytest.raises(Cancelled):
        for header, _ in stream(HANDLER, {"do": "grandchild"}, token, silence_s=60):
            found.append(header["pid"])
            token.cancel()
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in found if psutil.pid_exists(pid)], timeout=5)
    assert found and not alive


def test_a_stream_that_is_left_ends_its_child() -> None:
    messages = stream(HANDLER, {"do": "count", "to": 10_000, "bytes": 1000}, CancelToken(), silence_s=60)
    assert next(messages)[0] == {"number": 0}
    messages.close()
    assert not [child for child in psutil.Process().children() if HANDLER in " ".join(child.cmdline())]


def test_a_silent_stream_is_stalled_and_a_dying_one_crashed() -> None:
    for do, kind in (("hang", "stalled"), ("crash", "crashed")):
        with pytest.raises(ChildFailed) as caught:
            list(stream(HANDLER, {"do": do}, CancelToken(), silence_s=1.0))
        assert caught.value.context["kind"] == kind
    with pytest.raises(MediaError, match="may not be read"):
        list(stream(HANDLER, {"do": "refuse"}, CancelToken(), silence_s=20))


def test_a_slow_reader_keeps_memory_flat_and_is_no_stall() -> None:
    messages = stream(HANDLER, {"do": "count", "to": 400, "bytes": 1 << 18}, CancelToken(), silence_s=1.0)
    next(messages)
    threading.Event().wait(1.5)
    child = next(child for child in psutil.Process().children() if HANDLER in " ".join(child.cmdline()))
    assert child.memory_info().rss < 60 << 20
    assert sum(1 for _ in messages) == 399


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_children_leave_when_their_parent_is_killed() -> None:
    code = (
        "import sys\nfrom app.jobs.children import ChildPool\nfrom app.jobs.job import CancelToken\n"
        "pool = ChildPool('tests.jobs.handlers:serve', 1)\n"
        "pool.call({'do': 'echo', 'text': ''}, CancelToken(), 20)\n"
        "print(pool._idle[0].pid, flush=True)\n"
        "pool.call({'do': 'hang'}, CancelToken(), 60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    _, alive = psutil.wait_procs([child], timeout=10)
    assert not alive


@pytest.mark.parametrize("ending", ["raise SystemExit(0)", "raise ValueError('x')", "os._exit(0)"])
def test_a_program_that_ends_with_a_stream_half_read_ends_quietly(ending: str) -> None:
    code = (
        "import os\nfrom app.jobs.children import stream\nfrom app.jobs.job import CancelToken\n"
        "messages = stream('tests.jobs.handlers:serve', {'do': 'count', 'to': 10**6}, CancelToken(), silence_s=60)\n"
        f"next(messages)\n{ending}"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert process.returncode in (0, 1)
    assert "Fatal" not in process.stderr


def test_a_pause_of_whoever_takes_the_answers_is_no_hang(pool: ChildPool) -> None:
    answers: dict[Any, Any] = {}
    requests = [(number, {"do": "echo", "text": str(number)}) for number in range(6)]
    for number, answer in pool.map(requests, CancelToken(), 1.0):
        answers[number] = answer
        CancelToken().wait_cancelled(1.2)
    assert {number: answer[0][0]["said"] for number, answer in answers.items()} == {n: str(n) for n in range(6)}

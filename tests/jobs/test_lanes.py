import threading

import pytest

from app.errors import Cancelled
from app.jobs.job import CancelToken
from app.jobs.lanes import Lanes


def test_jobs_of_one_lane_take_turns_and_others_do_not_wait() -> None:
    lanes = Lanes()
    with lanes.hold(["shard:a"], CancelToken()), lanes.hold(["shard:b"], CancelToken()):
        assert lanes.busy("shard:a") and lanes.busy("shard:b")
        token = CancelToken()
        threading.Timer(0.1, token.cancel).start()
        with pytest.raises(Cancelled), lanes.hold(["shard:b", "shard:c"], token):
            pass
        assert not lanes.busy("shard:c"), "all lanes or none"
    assert not lanes.busy("shard:a")


def test_a_lane_is_free_again_after_an_error() -> None:
    lanes = Lanes()
    with pytest.raises(ValueError, match="x"), lanes.hold(["a"], CancelToken()):
        raise ValueError("x")
    with lanes.hold(["a"], CancelToken()):
        pass


def test_many_jobs_with_crossed_lanes_all_end() -> None:
    lanes = Lanes()
    inside: list[str] = []
    wrong: list[str] = []

    def work(names: list[str]) -> None:
        for _ in range(50):
            with lanes.hold(names, CancelToken()):
                wrong.extend(set(inside) & set(names))
                inside.extend(names)
                for name in names:
                    inside.remove(name)

    workers = [threading.Thread(target=work, args=(names,)) for names in (["a", "b"], ["b", "a"], ["b", "c"], ["c"])]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert not wrong and not any(worker.is_alive() for worker in workers)

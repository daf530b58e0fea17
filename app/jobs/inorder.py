"""Answers of several children, brought back into the order in which they were asked for."""

from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def in_order(answers: Iterable[tuple[K, V]], keys: Iterable[K]) -> Iterator[tuple[K, V]]:
    """The answers in the order of their keys, each as soon as those before it are there.

    What is summed up or chosen from them then depends on what was asked, not on which child was quicker.

    Args:
        answers: keys and answers in any order; one for each key.
        keys: each once, in the order that is wanted.
    """
    ready: dict[K, V] = {}
    waiting = iter(keys)
    wanted = next(waiting, None)
    for key, answer in answers:
        ready[key] = answer
        while wanted in ready:
            yield wanted, ready.pop(wanted)
            wanted = next(waiting, None)

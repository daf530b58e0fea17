"""What was worked out before, remembered until the records it was worked out from change."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from app.api.shards import OpenShards
from app.model.drives import Drive

T = TypeVar("T")

_State = tuple[tuple[int, ...] | None, ...]


class Memory(Generic[T]):
    """Values by what was asked and of which drives. Calls may come from any thread.

    Args:
        shards: tell whether the records of a drive changed.
        most: how much is kept, in the measure of `size`; what was asked for longest ago goes first.
        size: how much one value counts.
    """

    def __init__(self, shards: OpenShards, most: int, size: Callable[[T], int] = lambda _value: 1) -> None:
        self._shards = shards
        self._most = most
        self._size = size
        self._guard = threading.Lock()
        self._known: OrderedDict[Hashable, tuple[_State, T]] = OrderedDict()
        self._held = 0

    def of(
        self,
        drives: Sequence[Drive],
        asked: Hashable,
        make: Callable[[], T],
        keep: Callable[[], bool] = lambda: True,
    ) -> T:
        """The value from memory, else made now.

        Args:
            drives: whose records it is made from; whether they are connected matters too.
            asked: everything else that it depends on.
            make: makes it.
            keep: asked after it was made: whether it holds until records change.
        """
        key = (tuple(drives), asked)
        state = tuple(self._shards.state(drive) for drive in drives)
        with self._guard:
            known = self._known.get(key)
            if known is not None and known[0] == state and None not in state:
                self._known.move_to_end(key)
                return known[1]
        value = make()
        if None not in state and keep():
            self._note(key, state, value)
        return value

    def _note(self, key: Hashable, state: _State, value: T) -> None:
        with self._guard:
            before = self._known.pop(key, None)
            self._held += self._size(value) - (self._size(before[1]) if before else 0)
            self._known[key] = (state, value)
            while self._held > self._most:
                _, (_, oldest) = self._known.popitem(last=False)
                self._held -= self._size(oldest)

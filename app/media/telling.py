"""How a child tells its parent that it goes on: one that says nothing for long counts as hung."""

import time
from collections.abc import Callable

from app.jobs.framing import PROGRESS, Send

_EVERY_S = 0.1

Progress = Callable[[int, int], None]


def teller(send: Send) -> Progress:
    """Hears steps done and in all; sends `{"progress": [done, total]}` at once, and then ten times a second at most."""
    next_word = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal next_word
        now = time.monotonic()
        if now >= next_word:
            next_word = now + _EVERY_S
            send({PROGRESS: [done, total]})

    return tell

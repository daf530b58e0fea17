"""What both sides know of the small pictures: which makers made them, and which moments a filmstrip shows."""

#: Raise it when the pictures become better ones; those of older versions are made again.
PICTURE_VERSION = 1

#: Pictures of a filmstrip at most.
STRIP_FRAMES = 6
#: A shorter movie is told by one picture.
LEAST_STRIP_S = 0.5


def strip_times(seconds: float, count: int = STRIP_FRAMES) -> tuple[float, ...]:
    """The middle of each of `count` equal stretches: the first and last frame of a movie are often black or a slate."""
    return tuple(seconds * (2 * place + 1) / (2 * count) for place in range(count))

"""What a request may ask for, whichever front it came from: the words there are, and the highest of numbers."""

from app.errors import UsageError

_WORDS = {
    "mode": ("delta", "full"),
    "profile": ("auto", "ssd", "hdd", "usb", "network"),
    "long_paths": ("auto", "force", "off"),
}
_MOST = {
    "threads": 256,
    "chunk_bytes": 1 << 30,
    "ffmpeg": 64,
    "op_timeout_s": 86_400,
    "batch_files": 1_000_000,
    "batch_seconds": 3600,
    "queue_max": 10_000_000,
    "workers": 256,
    "min_sequence": 1_000_000,
    "older_than_days": 36_500,
    "verified_within_days": 36_500,
    "limit": 1 << 62,
}


def refuse_nonsense(request: object) -> None:
    """Refuse what no operation can be told: a number of threads below 0 would wait for ever.

    Raises:
        UsageError: a word is none of those there are, or a number is below 0, too high, or no number.
    """
    for name, words in _WORDS.items():
        word = getattr(request, name, None)
        if word is not None and word not in words:
            raise UsageError(f"{name} {word} is none of {', '.join(words)}")
    for name, most in _MOST.items():
        number = getattr(request, name, None)
        if number is not None and not 0 <= number <= most:
            raise UsageError(f"{name} is {number}, and goes from 0 to {most:,}")

"""Times: microseconds since 1970 UTC inside, RFC 3339 outside; file times in signed nanoseconds."""

import os
import time
import uuid
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now_us() -> int:
    """Now, in microseconds since 1970 UTC."""
    return time.time_ns() // 1000


def rfc3339(us: int) -> str:
    """`2026-11-20T10:00:00.000000Z` for microseconds since 1970; years outside 1-9999 are clamped."""
    try:
        moment = _EPOCH + timedelta(microseconds=us)
    except OverflowError:
        moment = datetime.min.replace(tzinfo=UTC) if us < 0 else datetime.max.replace(tzinfo=UTC)
    return moment.isoformat(timespec="microseconds")[:26] + "Z"


def rfc3339_ns(ns: int) -> str:
    """The same for nanoseconds (file times); the part below a microsecond is dropped."""
    return rfc3339(ns // 1000)


def parse_time(text: str) -> int:
    """Microseconds since 1970 of an RFC 3339 or ISO date; without a zone it means UTC.

    Raises:
        ValueError: the text is no date.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1)


def uuid7() -> str:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then randomness; sorts by time of making."""
    stamp = time.time_ns() // 1_000_000
    value = (stamp << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))

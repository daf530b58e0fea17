"""How numbers, sizes, times and frame ranges read in the window. Plain functions, no Qt."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from app.model.frames import frames_called

NBSP = "\N{NO-BREAK SPACE}"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BYTE_UNITS = ("B", "KB", "MB", "GB", "TB", "PB", "EB")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def count(number: int) -> str:
    """`418,220`."""
    return f"{number:,}"


def many(number: int, word: str) -> str:
    """`1 file`, `418,220 files`."""
    return f"{count(number)} {word}{'' if number == 1 else 's'}"


def short_count(number: float) -> str:
    """Three figures with a unit for tight places: `96 k`, `1.91 M`; whole below 1,000."""
    if number < 1000:
        return f"{number:.0f}"
    for unit in ("k", "M", "G"):
        number /= 1000
        if number < 999.5 or unit == "G":
            return f"{_three_figures(number)}{NBSP}{unit}"
    raise AssertionError


def size(number: float) -> str:
    """Bytes in decimal units with three figures: `812 B`, `48.2 MB`, `4.82 GB`."""
    if abs(number) < 1000:
        return f"{number:.0f}{NBSP}B"
    for unit in _BYTE_UNITS[1:]:
        number /= 1000
        if abs(number) < 999.5 or unit == _BYTE_UNITS[-1]:
            return f"{_three_figures(number)}{NBSP}{unit}"
    raise AssertionError


def _three_figures(number: float) -> str:
    if abs(number) < 9.995:
        return f"{number:.2f}"
    if abs(number) < 99.95:
        return f"{number:.1f}"
    return f"{number:.0f}"


def rate(items_per_s: float, unit: str = "") -> str:
    """`96 k/s`, or `96 k files/s` with a unit."""
    return f"{short_count(items_per_s)}{NBSP + unit if unit else ''}/s"


def byte_rate(bytes_per_s: float) -> str:
    """`412 MB/s`."""
    return f"{size(bytes_per_s)}/s"


def percent(part: float, whole: float) -> str:
    """`61 %`; never rounded up to 100 while something is left, empty where there is no whole."""
    if whole <= 0:
        return ""
    share = 100 * part / whole
    return f"{min(99, round(share)) if part < whole else round(share)}{NBSP}%"


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `4 min 10 s`, `3 h 2 min`, `2 d 4 h`."""
    if seconds < 1:
        return f"{max(seconds, 0):.1f}{NBSP}s"
    whole = round(seconds)
    for unit, length, small, small_length in (
        ("d", _DAY, "h", _HOUR), ("h", _HOUR, "min", _MINUTE), ("min", _MINUTE, "s", 1),
    ):  # fmt: skip
        if whole >= length:
            rest = whole % length // small_length
            return f"{whole // length}{NBSP}{unit}" + (f" {rest}{NBSP}{small}" if rest else "")
    return f"{whole}{NBSP}s"


def playing_time(seconds: float) -> str:
    """How long a movie or a sound plays, to the hundredth: `5.02 s`, `1:05.02`, `1:02:03.45`."""
    hundredths = round(abs(seconds) * 100)
    sign = "−" if seconds < 0 and hundredths else ""
    minutes, rest = divmod(hundredths, 60 * 100)
    if not minutes:
        return f"{sign}{rest / 100:.2f}{NBSP}s"
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}:{minutes:02}:{rest / 100:05.2f}" if hours else f"{sign}{minutes}:{rest / 100:05.2f}"


def time_left(seconds: float | None) -> str:
    """`6 min left`, coarse on purpose; empty where it cannot be known."""
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))}{NBSP}s left"
    if seconds < _HOUR:
        return f"{round(seconds / _MINUTE)}{NBSP}min left"
    return f"{duration(round(seconds / _MINUTE) * _MINUTE)} left"


def moment(us: int) -> datetime | None:
    """Microseconds since 1970 UTC as a local time; None where no calendar reaches."""
    try:
        return (_EPOCH + timedelta(microseconds=us)).astimezone()
    except (OverflowError, ValueError, OSError):
        return None


def date(us: int | None) -> str:
    """`2026-11-20 10:40` in local time for microseconds since 1970 UTC; empty for None."""
    local = None if us is None else moment(us)
    return local.strftime("%Y-%m-%d %H:%M") if local else ""


def last(us: int | None) -> str:
    """When something was done last, as `date`, which stays true while it stands there; `never` for None."""
    return "never" if us is None else date(us)


def age(us: int | None, now_us: int) -> str:
    """How long ago: `just now`, `20 min ago`, `yesterday`, `5 days ago`, `14 months ago`; `never` for None."""
    if us is None:
        return "never"
    seconds = (now_us - us) / 1_000_000
    if seconds < -_MINUTE:
        return date(us)
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f}{NBSP}min ago"
    days = int(seconds // _DAY)
    if days == 0:
        return f"{seconds // _HOUR:.0f}{NBSP}h ago"
    if days == 1:
        return "yesterday"
    if days < 60:
        return f"{days} days ago"
    return f"{days * 12 // 365} months ago" if days < 730 else f"{days // 365} years ago"


def clock(us: int, now_us: int) -> str:
    """A start time for a history: `22:14` today, `Mon 19:40` within a week, else the date."""
    local, now = moment(us), moment(now_us)
    if local is None or now is None:
        return ""
    days = (now.date() - local.date()).days
    if days == 0:
        return local.strftime("%H:%M")
    if days == 1:
        return f"yesterday {local:%H:%M}"
    return local.strftime("%a %H:%M") if 0 < days < 7 else local.strftime("%Y-%m-%d %H:%M")


def frames(ranges: str) -> str:
    """`frame 1004` for the notation of one frame, `frames 1001-1003, 1006` for that of several."""
    return frames_called(ranges).replace(",", ", ")


def ranges_of(frames: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Ascending frame numbers as ranges, both ends included."""
    result: list[tuple[int, int]] = []
    for frame in frames:
        if result and frame == result[-1][1] + 1:
            result[-1] = (result[-1][0], frame)
        else:
            result.append((frame, frame))
    return tuple(result)

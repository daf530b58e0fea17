"""Names and numbers as people read them on a page that a report is printed on."""

from html import escape

from app.log import visible

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_THIN = "\u2009"


def count_words(number: int) -> str:
    """`418 220`, with thin spaces."""
    return f"{number:,}".replace(",", _THIN)


def size_words(size: float) -> str:
    """Bytes in decimal units with three figures: `812 B`, `48.2 MB`."""
    unit = _UNITS[0]
    for unit in _UNITS:
        if size < 999.5 or unit == _UNITS[-1]:
            break
        size /= 1000
    if unit == "B" or size >= 99.95:
        return f"{size:.0f} {unit}"
    return f"{size:.1f} {unit}" if size >= 9.995 else f"{size:.2f} {unit}"


def time_words(text: str) -> str:
    """An RFC 3339 time in UTC to the minute: `2026-11-20 10:40`."""
    return text[:16].replace("T", " ")


def html_text(text: str) -> str:
    """Text for a page: nothing in it is markup, and control characters are made visible."""
    return escape(visible(text))

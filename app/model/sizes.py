"""Sizes as people write them."""

import re

#: Bytes.
MEGABYTE = 1_000_000

_UNITS = {"": 1, "b": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "p": 10**15}
_SIZE = re.compile(r"(\d{1,40}(?:[.,]\d{1,18})?)\s*([kmgtp]?)(i?)b?", re.IGNORECASE | re.ASCII)


def parse_size(text: str) -> int | None:
    """Bytes of `1.5 GB`, `500k`, `2 GiB` or `1024`; None for what cannot be understood."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        return None
    number, unit, binary = match.groups()
    power = 1024 ** "bkmgtp".index(unit.lower() or "b") if binary else _UNITS[unit.lower()]
    return int(number) * power if number.isdigit() else round(float(number.replace(",", ".")) * power)

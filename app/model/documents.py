"""Documents of the engine as JSON, the same for the command line and the API."""

import dataclasses
import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import PurePath
from typing import Any

_SURROGATE = re.compile("[\ud800-\udfff]")


def json_text(document: Any, *, indent: int | None = 2) -> str:
    """A document as JSON: UTF-8 as it stands, no lone surrogates (U+FFFD), no NaN or infinity (null).

    Dataclasses become objects, paths POSIX strings, decimals numbers.
    """
    try:
        text = json.dumps(document, ensure_ascii=False, indent=indent, default=plain, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(document), ensure_ascii=False, indent=indent, default=plain, allow_nan=False)
    return _SURROGATE.sub("\ufffd", text)


def plain(value: Any) -> Any:
    """What `json` does not know by itself, as it does; the `default` of an encoder."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, PurePath):
        return value.as_posix()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _finite(value: Any) -> Any:
    """The document with null for every float that JSON cannot say."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str | int | None):
        return value
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return _finite(plain(value))

"""What a settings field may hold: its rule, the check of a JSON value, the reading of a text."""

import dataclasses
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from app.errors import UsageError
from app.model.production import expected_range, range_entry

T = TypeVar("T")

_RULE = "rule"
_SURROGATE = re.compile("[\ud800-\udfff]")
_YES = frozenset(("true", "yes", "on", "1"))
_NO = frozenset(("false", "no", "off", "0"))
_UNSET = frozenset(("", "auto", "null", "none"))


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code of a verdict: what is stored, and what a person reads."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What one field holds.

    Attributes:
        text: one sentence for the settings table.
        kind: `bool`, `int`, `float`, `str`, `path`, `strings`, `ranges` or `reasons`. A path may hold bytes that
            are no text.
        choices: the allowed words; empty for any. Compared without regard to case.
        spellings: other words that are understood, and the choice they stand for.
        low, high: the range, both ends included; None for open.
        optional: whether null is allowed ("let the program decide").
        variables: environment variables that set it besides its own `REELMARK_` name.
    """

    text: str
    kind: str
    choices: tuple[str, ...] = ()
    spellings: tuple[tuple[str, str], ...] = ()
    low: float | None = None
    high: float | None = None
    optional: bool = False
    variables: tuple[str, ...] = ()

    def check(self, value: Any) -> Any:
        """The value of a JSON document as the field holds it.

        Raises:
            ValueError: type, range or word is wrong; the message says what is allowed.
        """
        if value is None and self.optional:
            return None
        return self._in_range(_CHECKS[self.kind](self, value))

    def read(self, text: str) -> Any:
        """The value that a text from an option, a variable or the command line stands for.

        Raises:
            ValueError: as `check`.
        """
        if self.optional and text.strip().lower() in _UNSET:
            return None
        return self.check(_READERS[self.kind](text))

    def allowed(self) -> str:
        """What may be written, in words for the settings table."""
        if self.choices:
            words = ", ".join(f"`{choice}`" for choice in self.choices)
        elif self.kind in ("int", "float"):
            words = _WORDS[self.kind] + _range_words(self.low, self.high)
        else:
            words = _WORDS[self.kind]
        return f"{words}, or null" if self.optional else words

    def _in_range(self, value: Any) -> Any:
        if self.low is not None and value < self.low:
            raise ValueError(f"{value} is below {_number(self.low)}")
        if self.high is not None and value > self.high:
            raise ValueError(f"{value} is above {_number(self.high)}")
        return value


def setting(
    default: T,
    text: str,
    *,
    kind: str = "",
    choices: tuple[str, ...] = (),
    spellings: tuple[tuple[str, str], ...] = (),
    low: float | None = None,
    high: float | None = None,
    optional: bool = False,
    variables: tuple[str, ...] = (),
) -> T:
    """A field of a settings section: its default and its rule (see `Rule`). `kind` follows from the default."""
    rule = Rule(text, kind or type(default).__name__, choices, spellings, low, high, optional, variables)
    return dataclasses.field(default=default, metadata={_RULE: rule})


def rule_of(field: "dataclasses.Field[Any]") -> Rule:
    """The rule that `setting` put on a field."""
    return cast(Rule, field.metadata[_RULE])


def as_json(value: Any) -> Any:
    """The value of a field as a JSON document holds it."""
    if isinstance(value, tuple):
        return [as_json(item) for item in value]
    return dataclasses.asdict(value) if isinstance(value, Reason) else value


def _check_bool(_rule: Rule, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{_quoted(value)} is neither true nor false")  # noqa: TRY004 - one error for the caller
    return value


def _check_int(_rule: Rule, value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{_quoted(value)} is no whole number")  # noqa: TRY004 - one error for the caller
    return value


def _check_float(_rule: Rule, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{_quoted(value)} is no number")  # noqa: TRY004 - one error for the caller
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{_quoted(value)} is no number")
    return number


def _check_str(rule: Rule, value: Any) -> str:
    if not isinstance(value, str) or "\0" in value or _SURROGATE.search(value):
        raise ValueError(f"{_quoted(value)} is no text")
    if not rule.choices:
        return value
    word = dict(rule.spellings).get(value.lower(), value.lower())
    for choice in rule.choices:
        if choice.lower() == word:
            return choice
    raise ValueError(f"{_quoted(value)} is none of {', '.join(rule.choices)}")


def _check_path(_rule: Rule, value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(f"{_quoted(value)} is no path")
    return value


def _check_strings(_rule: Rule, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) and item for item in value):
        raise ValueError(f"{_quoted(value)} is no list of texts")
    return tuple(value)


def _check_ranges(rule: Rule, value: Any) -> tuple[str, ...]:
    entries = _check_strings(rule, value)
    for entry in entries:
        shots, frames = range_entry(entry)
        try:
            expected_range(frames, shots)
        except UsageError:
            raise ValueError(f"{_quoted(entry)} is no entry such as demo/sh*=1001-1100") from None
    return entries


def _check_reasons(_rule: Rule, value: Any) -> tuple[Reason, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"{_quoted(value)} is no list of reasons")  # noqa: TRY004 - one error for the caller
    reasons = []
    for item in value:
        code, text = (item.get("code"), item.get("text")) if isinstance(item, dict) else (None, None)
        if not (isinstance(code, str) and code and isinstance(text, str) and text):
            raise ValueError(f'{_quoted(item)} is no reason such as {{"code": "banding", "text": "Banding"}}')
        reasons.append(Reason(code, text))
    if len({reason.code for reason in reasons}) != len(reasons):
        raise ValueError("a reason code stands twice")
    return tuple(reasons)


def _read_bool(text: str) -> bool:
    word = text.strip().lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise ValueError(f"{_quoted(text)} is neither true nor false")


def _read_number(text: str) -> int | float:
    try:
        return int(text.strip())
    except ValueError:
        pass
    try:
        return float(text.strip())
    except ValueError:
        raise ValueError(f"{_quoted(text)} is no number") from None


def _read_list(text: str) -> Any:
    """A JSON array, or texts separated by commas."""
    if text.strip().startswith("["):
        try:
            return json.loads(text)
        except ValueError as error:
            raise ValueError(f"{_quoted(text)} is no JSON list: {error}") from None
    return [item.strip() for item in text.split(",") if item.strip()]


def _quoted(value: Any) -> str:
    """A value as JSON for a message, cut to a readable length."""
    text = json.dumps(value, ensure_ascii=bool(_SURROGATE.search(str(value))), default=str)
    return text if len(text) <= 80 else text[:77] + "..."


def _number(value: float) -> str:
    return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"


def _range_words(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f", {_number(low)} to {_number(high)}"
    return f", {_number(low)} or more" if low is not None else ""


_CHECKS: dict[str, Callable[[Rule, Any], Any]] = {
    "bool": _check_bool,
    "int": _check_int,
    "float": _check_float,
    "str": _check_str,
    "path": _check_path,
    "strings": _check_strings,
    "ranges": _check_ranges,
    "reasons": _check_reasons,
}

_READERS: dict[str, Callable[[str], Any]] = {
    "bool": _read_bool,
    "int": _read_number,
    "float": _read_number,
    "str": str,
    "path": str,
    "strings": _read_list,
    "ranges": _read_list,
    "reasons": _read_list,
}

_WORDS = {
    "bool": "true or false",
    "int": "whole number",
    "float": "number",
    "str": "text",
    "path": "path",
    "strings": "list of texts",
    "ranges": "list of globs over show/shot with their frames",
    "reasons": "list of `code` and `text`",
}

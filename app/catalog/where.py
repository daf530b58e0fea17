"""Conditions on what was learnt of files: `attr:owner=ILM`, `width>=1920`.

Each condition becomes a query for the files whose facts hold it; with several, all must hold for the same file.
"""

import re
from dataclasses import dataclass
from typing import Any

from app.catalog.factparts import TEXT_LENGTH, number_of
from app.errors import UsageError
from app.model.names import folded_text

_CONDITION = re.compile(r"(attr:)?(.+?)(?:(!=|>=|<=|=|~|>|<)(.*))?\Z", re.DOTALL)
#: So near are two numbers equal: values are stored with single precision, rates are written with three digits.
_RELATIVE, _OF_A_RATE = 1e-6, 0.0006

_BY_PART = "SELECT x.file_id FROM facts x WHERE x.header_id IN (SELECT header_id FROM part WHERE {})"
_BY_CHANNEL = "SELECT x.file_id FROM facts x WHERE x.header_id IN (SELECT header_id FROM channel WHERE {})"
_BY_HEADER = "SELECT x.file_id FROM facts x WHERE x.header_id IN (SELECT id FROM header WHERE {})"
_BY_FACTS = "SELECT x.file_id FROM facts x WHERE x.header_id IS NOT NULL AND {}"
_BY_STATS = "SELECT file_id FROM channel_stats WHERE {}"
_BY_ATTRIBUTE = (
    "WITH a AS MATERIALIZED (SELECT id FROM attribute WHERE {0}) SELECT file_id FROM facts WHERE set_id IN"
    " (SELECT i.set_id FROM a CROSS JOIN attribute_in i ON i.attribute_id = a.id) UNION ALL SELECT o.file_id FROM a"
    " CROSS JOIN attribute_of o ON o.attribute_id = a.id"
)
#: What can be asked for beside attributes: how, of which column, and whether that is a number.
_FIELDS: dict[str, tuple[str, str, bool]] = {
    "width": (_BY_PART, "width", True),
    "height": (_BY_PART, "height", True),
    "compression": (_BY_PART, "compression", False),
    "codec": (_BY_PART, "codec", False),
    "frame_rate": (_BY_PART, "frame_rate", True),
    "type": (_BY_PART, "type", False),
    "view": (_BY_PART, "view", False),
    "part": (_BY_PART, "name", False),
    "channels": (_BY_PART, "channels", True),
    "channel": (_BY_CHANNEL, "name", False),
    "layer": (_BY_CHANNEL, "layer", False),
    "pixel_type": (_BY_CHANNEL, "type", False),
    "format": (_BY_HEADER, "format", False),
    "kind": (_BY_FACTS, "x.kind", False),
    "duration": (_BY_FACTS, "x.duration_s", True),
    "nan": (_BY_STATS, "nan_count", True),
    "inf": (_BY_STATS, "inf_count", True),
}
#: The kinds that files have, by the words that people and policies have for them.
_KINDS = {"image": "image", "video": "video", "movie": "video", "audio": "audio", "sound": "audio", "other": "other"}
FIELDS = tuple(_FIELDS)
_HINT = f"Write attr:NAME, attr:NAME=VALUE or a field: {', '.join(FIELDS)}; with =, !=, >=, <=, >, < or ~ (contains)."


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition.

    Attributes:
        name: of a field or an attribute.
        attribute: whether it is the name of an attribute, compared without case.
        operator: `=`, `!=`, `>=`, `<=`, `>`, `<`, `~` (contains), or empty: there is such an attribute.
        value: as it was written.
    """

    name: str
    attribute: bool
    operator: str
    value: str

    def __str__(self) -> str:
        return f"{'attr:' if self.attribute else ''}{self.name}{self.operator}{self.value}"


def condition_of(text: str) -> Condition:
    """Understand a condition.

    Raises:
        UsageError: it is none.
    """
    match = _CONDITION.match(text.strip())
    attribute, name, operator, value = match.groups() if match else ("", "", "", "")
    found = Condition(name.strip(), bool(attribute), operator or "", (value or "").strip())
    if not found.name or (not found.attribute and not found.operator):
        raise UsageError(f"{text!r} is no condition", hint=_HINT)
    if found.attribute:
        return found
    field = found.name.lower()
    if field not in _FIELDS:
        raise UsageError(f"{found.name} is none of {', '.join(FIELDS)}", hint=_HINT)
    is_number = _FIELDS[field][2]
    if field == "channels" and number_of(found.value) is None:
        field, is_number = "channel", False
    if field == "kind":
        return Condition(field, False, found.operator, _kind(found))
    if is_number and (number_of(found.value) is None or found.operator == "~"):
        raise UsageError(f"{field} is compared with a number, not with {found.value!r}", hint="Write width>=1920.")
    return Condition(field, False, found.operator, found.value)


def _kind(condition: Condition) -> str:
    """The kind that is meant, in the word that is stored; part of a word where `~` asks for that.

    Raises:
        UsageError: there is no such kind.
    """
    kind = condition.value.lower()
    words = [word for word in _KINDS if word == kind or (condition.operator == "~" and kind in word)]
    if not words or condition.operator not in ("=", "!=", "~"):
        raise UsageError(
            f"kind{condition.operator}{condition.value}: there is no such kind",
            hint="Write kind= or kind!= with image, video (or movie), audio (or sound) or other.",
        )
    return kind if any(_KINDS[word] == word for word in words) else _KINDS[words[0]]


def conditions_of(texts: list[str] | tuple[str, ...]) -> tuple[Condition, ...]:
    """Understand several; those that are empty are left out."""
    return tuple(condition_of(text) for text in texts if text.strip())


def files_where(conditions: tuple[Condition, ...]) -> tuple[str, list[Any]]:
    """SQL for the ids of the files whose facts hold all conditions, with its bindings."""
    tests, bindings = [], []
    for condition in conditions:
        negated = condition.operator == "!="
        sql, values = _query(condition, "=" if negated else condition.operator)
        tests.append(f"x.file_id {'NOT ' if negated else ''}IN ({sql})")
        if negated and is_counted(condition):
            tests.append("x.file_id IN (SELECT file_id FROM channel_stats)")
        bindings += values
    return f"SELECT x.file_id FROM facts x WHERE x.header_id IS NOT NULL AND {' AND '.join(tests)}", bindings


def is_counted(condition: Condition) -> bool:
    """Whether a condition is about what is counted in each frame, for which no other frame can stand."""
    return not condition.attribute and _FIELDS[condition.name][0] == _BY_STATS


def holds_of(condition: Condition, value: float) -> bool:
    """Whether a number holds a condition on a field that is one; one with `!=` as if it had `=`."""
    number = number_of(condition.value) or 0.0
    near = abs(number) * _RELATIVE
    match condition.operator:
        case "=" | "!=":
            return abs(value - number) <= near
        case ">=":
            return value >= number - near
        case "<=":
            return value <= number + near
        case ">":
            return value > number + near
    return value < number - near


def _query(condition: Condition, operator: str) -> tuple[str, list[Any]]:
    """SQL for the files that hold one condition, for any operator but `!=`."""
    if condition.attribute:
        test, values = _attribute_test(condition.name, operator, condition.value)
        return _BY_ATTRIBUTE.format(test), values
    form, column, is_number = _FIELDS[condition.name]
    if not is_number:
        test, values = _text_test(column, operator, condition.value)
        return form.format(test), values
    tolerance = _OF_A_RATE if condition.name == "frame_rate" else None
    test, values = _number_test(column, operator, number_of(condition.value) or 0.0, tolerance)
    if condition.name != "frame_rate":
        return form.format(test), values
    of_attribute, more = _number_test("number", operator, number_of(condition.value) or 0.0, tolerance)
    also = _BY_ATTRIBUTE.format(f"name = 'framesPerSecond' AND {of_attribute}")
    return f"{form.format(test)} UNION ALL SELECT * FROM ({also})", [*values, *more]


def _attribute_test(name: str, operator: str, value: str) -> tuple[str, list[Any]]:
    if not operator:
        return "name = ?", [name]
    number = number_of(value)
    if number is None or operator == "~":
        test, values = _text_test("text", operator, value)
        return f"name = ? AND {test}", [name, *values]
    test, values = _number_test("number", operator, number)
    if operator != "=":
        return f"name = ? AND number IS NOT NULL AND {test}", [name, *values]
    same, text = _text_test("text", "=", value)
    return f"name = ? AND (({test}) OR {same})", [name, *values, *text]


def _text_test(column: str, operator: str, value: str) -> tuple[str, list[Any]]:
    text = folded_text(value).decode("utf-8", "replace")[:TEXT_LENGTH]
    folded = column if column == "text" else f"lower({column})"
    if operator == "~":
        return f"instr({folded}, ?)", [text]
    return f"{folded} {operator} ?", [text]


def _number_test(column: str, operator: str, number: float, tolerance: float | None = None) -> tuple[str, list[Any]]:
    near = tolerance if tolerance is not None else abs(number) * _RELATIVE
    match operator:
        case "=":
            return f"{column} BETWEEN ? AND ?", [number - near, number + near]
        case ">=":
            return f"{column} >= ?", [number - near]
        case "<=":
            return f"{column} <= ?", [number + near]
        case ">":
            return f"{column} > ?", [number + near]
    return f"{column} < ?", [number - near]

"""Values behind the keys of a policy: of the right type, with variables put in, or an error at their place."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from app.errors import UsageError
from app.files.framerange import parse_frames
from app.model.frames import Frame
from app.qc.regexes import check_regex
from app.qc.selectors import Selector, read_selector
from app.qc.values import CHROMATICITIES, number_of
from app.yamlnodes import Listing, Node, Scalar, did_you_mean, plain
from app.yamlnodes import Mapping as MappingNode

_VARIABLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Values:
    """Reads values; knows the variables.

    Args:
        variables: name to value, as `vars` and the caller gave them.
    """

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables

    def read(self, node: Node, takes: str) -> Any:
        """The value of a node.

        Args:
            node: where it stands.
            takes: value, list, set, number, count, limits, near, text, characters, name, names, flag, selector,
                selectors, range, object, `one of A B C`, or `number from A to B`, `count from A to B`.

        Raises:
            BadYaml: it is something else.
        """
        if takes.startswith("one of "):
            return self._choice(node, takes.split()[2:])
        if " from " in takes:
            return self._within(node, *takes.split()[::2])
        read: Callable[[Node], Any] = getattr(self, f"_{takes}")
        return read(node)

    def text(self, node: Node, *, quote: Callable[[str], str] = str) -> str:
        """Text with variables in it. `quote` is applied to the values of variables."""
        value = node.value if isinstance(node, Scalar) else None
        if not isinstance(value, str):
            raise node.place.error("text is expected here", "Put it in quotes." if value is not None else "")
        return _VARIABLE.sub(lambda match: quote(str(self._variable(match[1], node))), value)

    def _variable(self, name: str, node: Node) -> Any:
        if name not in self._variables:
            raise node.place.error(
                f"there is no variable {name}", did_you_mean(name, self._variables) or "Declare it under vars."
            )
        return self._variables[name]

    def _value(self, node: Node) -> Any:
        """Any plain value; text that is one variable alone has that variable's type."""
        if isinstance(node, Listing):
            return [self._value(item) for item in node.items]
        if isinstance(node, MappingNode):
            return {key: self._value(value) for key, value in node.entries.items()}
        if isinstance(node.value, str):
            whole = _VARIABLE.fullmatch(node.value)
            return self._variable(whole[1], node) if whole else self.text(node)
        return node.value

    def _set(self, node: Node) -> list[Any]:
        value = self._value(node)
        if not isinstance(value, list):
            if isinstance(value, Mapping) or value is None:
                raise node.place.error("a list is expected here", "Write it as [a, b].")
            return [value]
        return value

    def _list(self, node: Node) -> list[Any]:
        """A list with something in it: of nothing, everything would hold."""
        values = self._set(node)
        if not values:
            raise node.place.error("the list is empty", "Write at least one value.")
        return values

    def _object(self, node: Node) -> dict[str, Any]:
        value = self._value(node)
        if not isinstance(value, dict):
            raise node.place.error("keys with values are expected here", "Write it as {key: value}.")
        return value

    def _number(self, node: Node) -> Any:
        value = self._value(node)
        if not _is_number(value):
            raise node.place.error(f"{plain(node)} is no number", "Numbers are written 24, 0.5 or 24000/1001.")
        return value

    def _count(self, node: Node) -> int:
        value = self._value(node)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise node.place.error(f"{plain(node)} is no count", "Write a whole number, 0 or more.")
        return value

    def _within(self, node: Node, kind: str, low: str, high: str) -> float:
        """A plain number between two others, both included."""
        value = self._count(node) if kind == "count" else float(number_of(self._number(node)) or 0)
        if not float(low) <= value <= float(high):
            raise node.place.error(
                f"{plain(node)} is not between {low} and {high}", "Write a number from the one to the other."
            )
        return value

    def _flag(self, node: Node) -> bool:
        value = self._value(node)
        if not isinstance(value, bool):
            raise node.place.error(f"{plain(node)} is neither true nor false", "Write true or false.")
        return value

    def _limits(self, node: Node) -> tuple[Any, Any]:
        """Two numbers, the lower first."""
        value = self._value(node)
        if not (isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))):
            raise node.place.error("two numbers are expected here", "Write them as [lowest, highest].")
        if (number_of(value[0]) or 0) > (number_of(value[1]) or 0):
            raise node.place.error(f"{value[0]} is more than {value[1]}", "The lower number comes first.")
        return value[0], value[1]

    def _text(self, node: Node) -> str:
        """A regular expression; what variables put in stands for itself."""
        text = self.text(node, quote=re.escape)
        check_regex(text, node.place)
        return text

    def _characters(self, node: Node) -> str:
        text = self.text(node)
        check_regex(f"[{text}]", node.place)
        return text

    def _name(self, node: Node) -> str:
        value = self._value(node)
        if isinstance(value, bool | Mapping | list) or value is None:
            raise node.place.error("a name is expected here")
        return str(value)

    def _names(self, node: Node) -> tuple[str, ...]:
        if isinstance(node, Listing):
            if not node.items:
                raise node.place.error("the list is empty", "Leave the key away where nothing is asked for.")
            return tuple(self._name(item) for item in node.items)
        return (self._name(node),)

    def _selector(self, node: Node) -> Selector:
        return read_selector(self.text(node), node.place)

    def _selectors(self, node: Node) -> tuple[Selector, ...]:
        if isinstance(node, Listing):
            if not node.items:
                raise node.place.error("a selector is expected here")
            return tuple(self._selector(item) for item in node.items)
        return (self._selector(node),)

    def _range(self, node: Node) -> Any:
        """`expected`, `file`, `tracker`, or first and last frame."""
        value = self._value(node)
        if value in ("expected", "file", "tracker"):
            return value
        if isinstance(value, str):
            value = _ends_of(value, node)
        if isinstance(value, list) and len(value) == 2 and all(type(one) is int for one in value):
            if value[0] > value[1]:
                raise node.place.error(f"frame {value[0]} comes after {value[1]}", "The first frame comes first.")
            return value[0], value[1]
        raise node.place.error("this is no frame range", "Write expected, file, tracker or [1001, 1100].")

    def _near(self, node: Node) -> Any:
        value = self._value(node)
        if isinstance(value, str) and number_of(value) is None and value not in CHROMATICITIES:
            raise node.place.error(f"{value} names no chromaticities", did_you_mean(value, CHROMATICITIES))
        return value

    def _choice(self, node: Node, choices: list[str]) -> str:
        value = self._value(node)
        if value not in choices:
            raise node.place.error(
                f"{plain(node)} is not one of {', '.join(choices)}", did_you_mean(str(value), choices)
            )
        return str(value)


def _ends_of(text: str, node: Node) -> list[Frame]:
    """First and last frame of a range that leaves none out."""
    try:
        frames = parse_frames(text)
    except UsageError as error:
        raise node.place.error(f"{text} is no frame range", error.hint) from error
    if frames[-1] - frames[0] != len(frames) - 1:
        raise node.place.error(f"{text} is no range of all frames", "Write the first and the last: [1001, 1100].")
    return [frames[0], frames[-1]]


def _is_number(value: Any) -> bool:
    """Whether a value can be a limit: a number or a rational, not NaN."""
    number = None if isinstance(value, Mapping) else number_of(value)
    return number is not None and number == number  # noqa: PLR0124 - NaN alone differs from itself

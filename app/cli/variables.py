"""The option `--var` of commands that judge by a policy."""

from collections.abc import Iterable
from typing import Annotated

import typer

from app.errors import UsageError

VarOption = Annotated[
    list[str] | None, typer.Option("--var", metavar="NAME=VALUE", help="A variable of the policy; repeatable.")
]


def variables_of(given: Iterable[str] | None) -> tuple[tuple[str, str], ...]:
    """Names and values.

    Raises:
        UsageError: one is no name with its value.
    """
    return tuple(map(_variable, given or ()))


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"{text} is no variable with its value", hint="Write --var show=AGM.")
    return name, value

"""How the help reads: `PATH...` for several, `[PATH]` where none is needed, limits in words, no types of Python."""

import re
from typing import Any

import typer.core


class PlainArgument(typer.core.TyperArgument):
    """An argument under its own name alone."""

    def get_usage_pieces(self, ctx: Any) -> list[str]:
        """Its name in the first line of the help."""
        return [self._named if self.required else f"[{self._named}]"]

    def get_help_record(self, ctx: Any) -> tuple[str, str] | None:
        """Its name, and what it is for."""
        record = super().get_help_record(ctx)
        return record and (self._named, record[1])

    @property
    def _named(self) -> str:
        name = (self.metavar or (self.name or "").upper()).strip("[]").removesuffix("...")
        return name if self.nargs == 1 else f"{name}..."


class PlainOption(typer.core.TyperOption):
    """An option whose limits are said in words."""

    def get_help_record(self, ctx: Any) -> tuple[str, str] | None:
        """Its names, and what it is for."""
        record = super().get_help_record(ctx)
        if record is None:
            return None
        text = record[1]
        for limits, words in _LIMITS:
            text = limits.sub(words, text)
        return record[0], text


_LIMITS = (
    (re.compile(r"(-?[\d.]+)<=x<=(-?[\d.]+)"), r"\1 to \2"),
    (re.compile(r"x>=(-?[\d.]+)"), r"\1 or more"),
    (re.compile(r"x<=(-?[\d.]+)"), r"\1 or less"),
)
_PLAIN: dict[Any, Any] = {typer.core.TyperArgument: PlainArgument, typer.core.TyperOption: PlainOption}


def plain_parameters(command: Any) -> None:
    """Let the arguments and options of a command, and of all commands of a group, be plain ones."""
    command.params = [_plain(param) for param in command.params]
    for below in getattr(command, "commands", {}).values():
        plain_parameters(below)


def _plain(param: Any) -> Any:
    plain = _PLAIN.get(type(param))
    if plain is None:
        return param
    made = plain.__new__(plain)
    made.__dict__.update(param.__dict__)
    return made

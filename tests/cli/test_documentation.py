"""docs/commands.md names every command, option and exit code that the program has, and no other."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import errors
from app.cli.edge import load_command, root_command
from app.cli.main import COMMANDS, CommandEntry

PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")


def documented() -> dict[str, set[str]]:
    """Command to its options, as the headings and tables of the page have them."""
    found = {}
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        heading = re.match(r"`(reelmark[^`]*)`\n", section)
        if heading:
            rows = re.findall(r"^\| (`.*?`) \|", section, flags=re.MULTILINE)
            found[heading[1]] = {option for row in rows for option in re.findall(r"(?<![\w-])-{1,2}[a-z][\w-]*", row)}
    return found


def existing(path: str, command: Any) -> Iterator[tuple[str, set[str]]]:
    """Command to its options, as the code has them; a group stands for its commands."""
    if getattr(command, "commands", None):
        for name, below in command.commands.items():
            yield from existing(f"{path} {name}", below)
    elif not command.hidden:
        names = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
        yield path, {name for name in names if name.startswith("-")}


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_each_command_is_documented_with_exactly_its_options(entry: CommandEntry) -> None:
    page = documented()
    for path, options in existing(f"reelmark {entry.name}", load_command(entry)):
        assert path in page, f"docs/commands.md lacks a section `{path}`"
        assert page[path] == options, path


def test_the_global_options_are_documented() -> None:
    options = {name for option in root_command().params for name in option.opts}
    assert documented()["reelmark"] == options


def test_the_page_documents_no_command_that_does_not_exist() -> None:
    names = {path for entry in COMMANDS for path, _ in existing(f"reelmark {entry.name}", load_command(entry))}
    assert set(documented()) - names == {"reelmark"}


def test_the_table_of_exit_codes_is_the_code_s() -> None:
    table = PAGE.partition("## Exit codes")[2].partition("\n## ")[0]
    rows = {int(code) for code in re.findall(r"^\| (\d+) \|", table, flags=re.MULTILINE)}
    raised = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, (errors.AppError, errors.Cancelled))
    }
    assert rows == raised | {0, 1}


def test_every_command_has_a_line_of_help_and_no_option_without_one() -> None:
    for entry in COMMANDS:
        assert entry.help.endswith(".")
        for option in load_command(entry).params:
            assert option.opts[0][0] != "-" or option.help, f"{entry.name} {option.opts}"

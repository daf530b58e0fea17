"""The edge of the command line: parses, calls the command, and turns every way of ending into an exit code.

Commands are functions that return an exit code or None (0). What they raise ends here.
"""

import difflib
import errno
import importlib
import logging
import re
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core
import typer.main

from app import __version__
from app.cli.arguments import plain_parameters
from app.cli.front import Front, GlobalOptions, front_of
from app.cli.main import COMMANDS, CommandEntry, open_window
from app.cli.output import (
    OutputFailed,
    cope_with_any_encoding,
    give_up_stdout,
    output_errors,
    print_json,
    say,
    write,
)
from app.errors import AppError, Cancelled, UsageError
from app.log import ONLY_FILE, visible

EXIT_READER_GONE = 141

#: Options that Typer gives every program; a command of ours is not a program.
_COMPLETION = ("install_completion", "show_completion")

_WRONG_VALUE = re.compile(r"Invalid value for '([^']+)': (.*)")
_REASONS = (
    (re.compile("Input should be a valid integer.*"), "a whole number"),
    (re.compile("Input should be a valid number.*"), "a number"),
    (re.compile("Input should be greater than or equal to (.+)"), r"\1 or more"),
    (re.compile("Input should be less than or equal to (.+)"), r"\1 or less"),
)

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)

_log = logging.getLogger(__name__)


class CommandTable(typer.core.TyperGroup):
    """The group of all commands; a command's module is imported when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the table."""
        return [entry.name for entry in COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, or None."""
        entry = next((entry for entry in COMMANDS if entry.name == cmd_name), None)
        return load_command(entry) if entry else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list of `--help`, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.help) for entry in COMMANDS])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the arguments begin with; a wrong name is answered with the nearest."""
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            raise UsageError(
                f"There is no command {args[0]}.",
                hint=f"Did you mean {near[0]}?" if near else "`reelmark --help` lists the commands.",
            )
        return super().resolve_command(ctx, args)


def load_command(entry: CommandEntry) -> Any:
    """Import a command's module and make its command."""
    module = importlib.import_module(entry.module)
    found = getattr(module, "command", None) or module.app
    if isinstance(found, typer.Typer):
        found.rich_markup_mode = None
        found = typer.main.get_command(found)
    found.name = entry.name
    found.params = [option for option in found.params if option.name not in _COMPLETION]
    plain_parameters(found)
    return found


_app = typer.Typer(
    cls=CommandTable,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(value: bool) -> None:
    if value:
        write(f"reelmark {__version__}")
        raise typer.Exit


@_app.callback()
def reelmark(
    ctx: typer.Context,
    home: Annotated[str | None, typer.Option("--home", metavar="DIR", help="The working directory.")] = None,
    settings: Annotated[Path | None, typer.Option("--settings", metavar="FILE", help="Another settings file.")] = None,
    log: Annotated[
        str | None, typer.Option("--log", metavar="LEVEL", help="What is logged: DEBUG, INFO, WARNING or ERROR.")
    ] = None,
    log_dir: Annotated[str | None, typer.Option("--log-dir", metavar="DIR", help="Where the log file is.")] = None,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> int | None:
    """Catalogue drives of media, find what lies on them, inspect it and sign it off.

    Without a command the window opens.
    """
    front = front_of(ctx)
    front.options = GlobalOptions(home, settings, log, log_dir)
    if ctx.invoked_subcommand is not None:
        return None
    return open_window(front.options.arguments())


def root_command() -> Any:
    """The command that holds all others, for documentation and tests."""
    return typer.main.get_command(_app)


def run_command_line(arguments: list[str]) -> int:
    """Run one command line and return its exit code. Nothing escapes but what ends the process at once."""
    cope_with_any_encoding()
    before_end = arguments[: arguments.index("--")] if "--" in arguments else arguments
    front = Front(json="--json" in before_end)
    try:
        code = _guarded(front, arguments)
        with output_errors():
            sys.stdout.flush()
    except BrokenPipeError:
        give_up_stdout()
        return EXIT_READER_GONE
    except OutputFailed as error:
        return _answer(front, error)
    finally:
        front.close_logging()
    return code


def _guarded(front: Front, arguments: list[str]) -> int:
    """Call the command, close what it opened, and answer what it raised."""
    try:
        try:
            return _call(front, arguments)
        finally:
            front.close()
    except typer.Exit as ending:
        return ending.exit_code
    except AppError as error:
        return _answer(front, error)
    except typer.TyperException as error:
        return _misused(front, error)
    except (Cancelled, KeyboardInterrupt, typer.Abort):
        return _stopped(front)
    except BrokenPipeError:
        raise
    except OSError as error:
        if front.has_engine or error.errno not in _FULL:
            return _bug(front, error)
        with output_errors():  # the parser prints help by itself
            raise
    except Exception as error:  # noqa: BLE001 - the last line of defence of this front
        return _bug(front, error)


def _call(front: Front, arguments: list[str]) -> int:
    """Parse and run. The program's name is fixed so that help reads the same however it was started."""
    command = root_command()
    with command.make_context("reelmark", list(arguments), obj=front) as ctx:
        result = command.invoke(ctx)
    return result if isinstance(result, int) else 0


def _answer(front: Front, error: AppError) -> int:
    """Say an error that the user can act on: on standard error, or as the JSON document of this call."""
    _log.info("ended with %s: %s", error.code, visible(error.message))
    if isinstance(error, OutputFailed):
        give_up_stdout()
    if front.json and not isinstance(error, OutputFailed):
        print_json(error.envelope())
    else:
        say(f"Error: {error.message}")
        if error.hint:
            say(error.hint)
    return error.exit_code


def _misused(front: Front, error: typer.TyperException) -> int:
    """Say how a command was used wrongly; a group without a command shows its help."""
    context: Any = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and not front.json:
        for line in error.format_message().splitlines():
            say(line)
        return UsageError.exit_code
    message = " ".join(error.format_message().split())
    if type(error).__name__ == "NoArgsIsHelpError":
        message = f"{context.command_path} needs a command."
    hint = f"`{context.command_path} --help` shows how it is used." if context else ""
    dashed = getattr(error, "option_name", "")
    if dashed and context and any(param.param_type_name == "argument" for param in context.command.params):
        hint += f" What begins with a dash and is no option goes behind `--`: `{context.command_path} -- -x`."
    return _answer(front, UsageError(_in_our_words(message), hint=hint))


def _in_our_words(message: str) -> str:
    """What the parser says of a wrong value, as one would say it."""
    found = _WRONG_VALUE.fullmatch(message)
    if found is None:
        return message
    option, reason = found.groups()
    for words, ours in _REASONS:
        if (match := words.fullmatch(reason)) is not None:
            return f"{option} must be {match.expand(ours)}."
    return message


def _stopped(front: Front) -> int:
    """Say that the user stopped it."""
    message = "Stopped. What was committed is kept."
    if front.json:
        print_json({"error": {"code": "job.cancelled", "message": message, "hint": "", "context": {}}})
    else:
        say(message)
    return Cancelled.exit_code


def _bug(front: Front, error: Exception) -> int:
    """Say that this is our fault: the traceback goes to the log, or to standard error where there is none."""
    file = front.logging.file if "logging" in front.__dict__ else None
    if file:
        _log.critical("unexpected %s", type(error).__name__, exc_info=error, extra=ONLY_FILE)
    else:
        for line in "".join(traceback.format_exception(error)).splitlines():
            say(line)
    hint = f"The details are in {file}." if file else ""
    return _answer(front, AppError(f"This is a fault of the program: {type(error).__name__}: {error}", hint=hint))

"""`reelmark settings`: what is in force and why, where the file is, changing it, checking it."""

from typing import Annotated, Any

import typer

from app.cli.front import Front, JsonOption, front_of
from app.cli.output import print_lines, say
from app.cli.table import print_table
from app.errors import BadSettings
from app.settings import LoadedSettings, set_value
from app.settings.fields import as_json
from app.settings.loading import known_field
from app.settings.values import all_fields

app = typer.Typer(help="Show, check and change the settings.", no_args_is_help=True)


@app.command()
def show(ctx: typer.Context, json: JsonOption = False) -> int:
    """Show every setting with where its value comes from."""
    front = front_of(ctx)
    loaded = front.settings
    if json:
        front.emit(settings_document(loaded))
    else:
        _print_settings(loaded)
    return 0


@app.command()
def path(ctx: typer.Context, json: JsonOption = False) -> int:
    """Print the path of the settings file."""
    front = front_of(ctx)
    file = (front.options.settings or front.home.settings).absolute()
    if json:
        front.emit({"path": file, "exists": file.is_file()})
    else:
        print_lines(str(file))
    return 0


@app.command(name="set")
def set_(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(help="Section and name, such as qc.operator.")],
    value: Annotated[str, typer.Argument(help="The value; a list as JSON or separated by commas.")],
    json: JsonOption = False,
) -> int:
    """Change one setting in the file; the file as it was is kept beside it."""
    front = front_of(ctx)
    written = set_value(front.home, key, value, file=front.options.settings)
    _warn_when_overridden(front, key)
    file = (front.options.settings or front.home.settings).absolute()
    if json:
        front.emit({"key": key, "value": written, "path": file})
    else:
        print_lines(f"{key} = {_shown(written)}")
    return 0


@app.command()
def check(ctx: typer.Context, json: JsonOption = False) -> int:
    """Check the settings of all layers; ends with 3 where something is wrong."""
    front = front_of(ctx)
    loaded = front.quiet_settings()
    if json:
        front.emit(settings_document(loaded))
    else:
        _print_check(loaded)
    return BadSettings.exit_code if loaded.problems else 0


def settings_document(loaded: LoadedSettings) -> dict[str, Any]:
    """The settings as the command line prints them in JSON."""
    settings: dict[str, dict[str, Any]] = {}
    for field in all_fields():
        value = getattr(getattr(loaded.values, field.section), field.name)
        settings.setdefault(field.section, {})[field.name] = {
            "value": as_json(value),
            "source": loaded.source(field.key),
        }
    return {
        "settings": settings,
        "problems": [
            {
                "key": problem.key,
                "value": problem.value,
                "source": problem.source,
                "reason": problem.reason,
                "used": problem.used,
            }
            for problem in loaded.problems
        ],
        "unknown": list(loaded.unknown),
        "file": loaded.file.absolute(),
    }


def _print_settings(loaded: LoadedSettings) -> None:
    rows = []
    for field in all_fields():
        value = getattr(getattr(loaded.values, field.section), field.name)
        rows.append((field.key, _shown(as_json(value)), loaded.source(field.key)))
    print_table(("setting", "value", "from"), rows)


def _print_check(loaded: LoadedSettings) -> None:
    print_lines(f"{loaded.file.absolute()}" + ("" if loaded.file.is_file() else " (does not exist; defaults)"))
    for problem in loaded.problems:
        print_lines(f"wrong: {problem.sentence}")
    for key in loaded.unknown:
        print_lines(f"unknown: {key} (kept as it is)")
    if not loaded.problems:
        print_lines("Nothing is wrong.")


def _shown(value: Any) -> str:
    """A value for a table: lists as their items, reasons as their codes."""
    if isinstance(value, list):
        return ", ".join(item["code"] if isinstance(item, dict) else str(item) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def _warn_when_overridden(front: Front, key: str) -> None:
    """Say so where a stronger layer keeps the new value from being used."""
    source = front.quiet_settings().source(known_field(key).key)
    if source.startswith("environment") or ".env " in source:
        say(f"note: {source} stands above the file: this value is not used while it is set.")

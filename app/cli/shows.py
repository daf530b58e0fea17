"""What `validate` and `disk` share: where the shows are and how they are laid out."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from app.cli.front import Front
from app.cli.output import say
from app.errors import UsageError
from app.files.showconfig import ShowConfig, config_of_settings
from app.files.toolkit import FILE_NAME, read_config
from app.model.names import shown

RootArgument = Annotated[
    Path | None, typer.Argument(metavar="[ROOT]", help="The folder that holds the shows.", show_default=False)
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="F", help=f"A {FILE_NAME}; else the one in the current folder.")
]
ShowsRootOption = Annotated[
    Path | None, typer.Option("--shows-root", metavar="R", help="The same as ROOT: it overrides the configuration.")
]
LogDirOption = Annotated[
    str | None, typer.Option("--log-dir", metavar="DIR", help="Where the log file goes in this call.")
]


def show_config(
    front: Front, root: Path | None, config: Path | None, shows_root: Path | None, log_dir: str | None
) -> tuple[ShowConfig, Path]:  # fmt: skip
    """What is known of the shows, and their folder. The configuration file that was used is named on standard error.

    Raises:
        UsageError: the root was given twice.
        InputError: the configuration is wrong.
    """
    if root is not None and shows_root is not None and root != shows_root:
        raise UsageError("The folder of the shows was given twice", hint="Give ROOT or --shows-root, not both.")
    known = configured(front, config)
    if log_dir or known.log_dir:
        front.options = replace(front.options, log_dir=log_dir or known.log_dir)
    _ = front.settings
    if known.source is not None:
        say(f"Configuration: {shown(str(known.source))}")
    return known, root or shows_root or known.shows_root or Path()


def configured(front: Front, config: Path | None) -> ShowConfig:
    """What the settings say of shows, and over it the file that was named, or the one in the current folder.

    Raises:
        InputError: the file is wrong.
    """
    file = config or (Path(FILE_NAME) if Path(FILE_NAME).is_file() else None)
    known = config_of_settings(front.quiet_settings().values.production)
    if file is None:
        return known
    known = read_config(file, known)
    for key, line in known.unknown:
        say(f"note: {shown(str(file))}:{line}: {key} means nothing here")
    return known


def nothing_found(folder: Path, layout: str) -> str:
    """What to look at where there is no shot below a folder."""
    return f"No shot was found below {shown(str(folder.absolute()))} by the layout {layout}: check ROOT and the layout."

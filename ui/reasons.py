"""Why something was not done, as the window says it."""

from pathlib import PurePath

from app.errors import AppError
from app.model.names import shown


def said(error: AppError) -> str:
    """What an error says and what can be done about it, in whole sentences."""
    message, hint = shown(error.message).strip(), shown(error.hint).strip()
    stop = "" if not message or message.endswith((".", "!", "?")) else "."
    return f"{message}{stop} {hint}".strip()


def said_of(error: AppError, path: str) -> str:
    """What an error says of a file that is in sight: the folder of `path` is left out."""
    return said(error).replace(f"{shown(str(PurePath(path).parent))}/", "")

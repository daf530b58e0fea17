"""How commands tell of a drive whose shard cannot be used."""

from typing import Any

from app.errors import AppError
from app.model.drives import Drive
from app.model.names import shown


def drive_error(drive: Drive, error: AppError, *, others: int = 0) -> AppError:
    """The error of a command that cannot go on without a drive; it keeps the class, and so the exit code.

    Args:
        drive: the drive whose shard cannot be used.
        error: why.
        others: how many more drives cannot be used.
    """
    more = f", and {others} other drive{'s' if others > 1 else ''} cannot be used either" if others else ""
    return type(error)(
        f"{drive.label}: {shown(error.message)}{more}",
        hint=error.hint,
        code=error.code,
        context={**error.context, "drive": drive.label},
    )


def drive_problem(drive: Drive, error: AppError) -> dict[str, Any]:
    """The JSON of a drive that was passed over."""
    return {"drive": drive.label, "code": error.code, "message": shown(error.message), "hint": error.hint}

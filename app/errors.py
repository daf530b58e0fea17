"""Every error the engine raises on purpose; anything else is a bug.

The tree, with the exit code of the command line:

    AppError                     70  (never raised itself)
      UsageError                  2  the command or request was put wrongly
      InputError                  3  an input cannot be used
        NotACatalog               3  a database that is not ours, not readable, or newer than this program
        BadSettings               3  settings, environment or working directory that cannot be used
        DriveGone                 3  the drive vanished while it was read
        MediaError                3  one media file that cannot be read; data about a row, a job goes on
      HeldByAnother               4  a shard that is locked, a drive that conflicts
      ServiceError                5  a tracker, store or farm failed
      RecordsBroken               6  our own records are damaged: sidecar, audit chain, database
      MissingPart                 7  an external part is needed and absent
    Cancelled (BaseException)   130  the user asked to stop
"""

from typing import Any, ClassVar


class AppError(Exception):
    """A failure the user can act on.

    Args:
        message: what happened, naming the file or drive.
        hint: what to do about it; may be empty.
        code: dotted identifier for scripts (`drive.conflict`); the class default when omitted.
        context: JSON-ready details.
    """

    exit_code: ClassVar[int] = 70
    default_code: ClassVar[str] = "internal.unexpected"

    def __init__(self, message: str, *, hint: str = "", code: str = "", context: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or self.default_code
        self.context = context or {}

    def envelope(self) -> dict[str, Any]:
        """The JSON form that the command line prints and the API answers."""
        return {
            "error": {"code": self.code, "message": self.message, "hint": self.hint, "context": self.context},
        }


class UsageError(AppError):
    """The command or request was put wrongly."""

    exit_code = 2
    default_code = "request.invalid"


class InputError(AppError):
    """An input cannot be used: not found, not readable, not what it claims to be."""

    exit_code = 3
    default_code = "input.unusable"


class NotACatalog(InputError):
    """A file that is not a catalog or shard of ours, or one this version cannot open."""

    default_code = "catalog.unusable"


class BadSettings(InputError):
    """Settings, environment or working directory that cannot be used."""

    default_code = "settings.unusable"


class DriveGone(InputError):
    """The drive or folder vanished while it was being read."""

    default_code = "drive.gone"


class MediaError(InputError):
    """One media file that cannot be read. Data about a row: a job notes it and goes on."""

    default_code = "media.unreadable"


class HeldByAnother(AppError):
    """Somebody else holds it: a locked shard, a drive that conflicts."""

    exit_code = 4
    default_code = "catalog.locked"


class ServiceError(AppError):
    """A service failed or refused."""

    exit_code = 5
    default_code = "adapter.unavailable"


class RecordsBroken(AppError):
    """Our own records are damaged."""

    exit_code = 6
    default_code = "records.broken"


class MissingPart(AppError):
    """An external part (tool, model, library) is needed and absent."""

    exit_code = 7
    default_code = "part.missing"


class Cancelled(BaseException):  # noqa: N818 - not an error: the user asked for it
    """The user asked to stop. Derives from BaseException so that no handler of errors hides it."""

    exit_code: ClassVar[int] = 130

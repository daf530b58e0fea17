"""A fault of our own that a thread met: reported, and made an error for whoever waits for an answer."""

import sys

from app.errors import AppError

#: What an unforeseen error is called in the context of the `AppError` that is told instead.
FAULT = "fault"


def unforeseen(error: Exception) -> AppError:
    """Report a fault, in the thread in which it happened, and give what is told instead of an answer.

    The process's hook for what nobody caught writes it to the log and tells the user; the work at hand alone fails.
    """
    sys.excepthook(type(error), error, error.__traceback__)
    line = fault_line(error)
    return AppError(
        f"Something went wrong in Reelmark itself: {line}",
        hint="What was saved stays saved.",
        context={FAULT: line},
    )


def fault_line(error: BaseException) -> str:
    """`TypeError: what it says`, on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())

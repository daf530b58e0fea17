"""Rows of files in the order in which the files lie on their disk."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from app.errors import AppError
from app.jobs.children import ChildPool
from app.jobs.job import CancelToken
from app.model.names import decoded

R = TypeVar("R")


class DiskOrder:
    """Sorts pages of rows; asked in a child, for a dying disk may take for ever to open a file. A context manager.

    Args:
        wanted: False leaves every page as it is.
        token: cancels.
        timeout_s: seconds that a page may take; one that takes longer, and those after it, stay as they are.
    """

    def __init__(self, token: CancelToken, timeout_s: float, *, wanted: bool) -> None:
        self._pool = ChildPool("app.files.extents:serve", 1) if wanted else None
        self._token = token
        self._timeout_s = timeout_s

    def __enter__(self) -> "DiskOrder":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def sorted(self, rows: Sequence[R], path_of: Callable[[R], bytes]) -> Sequence[R]:
        """The rows in the order of their files on the disk.

        Raises:
            Cancelled: the token was set.
        """
        if self._pool is None or len(rows) < 2:
            return rows
        try:
            (header, _), *_ = self._pool.call(
                {"paths": [decoded(path_of(row)) for row in rows]}, self._token, self._timeout_s
            )
        except AppError:
            self._close()
            return rows
        return [rows[number] for number in header["order"]]

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None

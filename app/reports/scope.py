"""What a report goes over: the shards of one drive, of several, or of all, connected or not."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from app.catalog.database import Database
from app.catalog.dberrors import ABSENT
from app.catalog.find import Shards
from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.drives import Drive


class Scope:
    """Drives whose shards are open for reports. Use as a context manager, in one thread.

    Args:
        catalog: opens the shards of drives.
        drives: which of them; those that were never scanned and have no shard are left out.
        token: stops a running query.
        broken: where given, a drive whose shard cannot be read is left out and noted here, by its id, with its error;
            else that error is raised.
    """

    def __init__(
        self,
        catalog: Shards,
        drives: Sequence[Drive],
        token: CancelToken | None = None,
        broken: dict[str, AppError] | None = None,
    ) -> None:
        self.token = token or CancelToken()
        self._broken = broken
        self._asked = tuple(drives)
        self._parts: list[tuple[Drive, Database]] = []
        self._open = ExitStack()
        try:
            for drive in drives:
                with self.left_out(drive):
                    self._add(catalog, drive, token)
        except BaseException:
            self._open.close()
            raise

    def __enter__(self) -> "Scope":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def drives(self) -> tuple[Drive, ...]:
        """The drives that were asked for and could be read so far."""
        return tuple(drive for drive in self._asked if drive.id not in (self._broken or {}))

    def parts(self) -> Iterator[tuple[Drive, Database]]:
        """Each drive with its shard; one that turned out to be damaged is not handed out again."""
        for drive, database in self._parts:
            if drive.id not in (self._broken or {}):
                yield drive, database

    def heading(self, report: str) -> dict[str, Any]:
        """How the JSON of every report begins: `drive` is the label where it is about one drive, else null."""
        labels = [drive.label for drive in self.drives]
        return {"report": report, "drive": labels[0] if len(labels) == 1 else None, "drives": labels}

    @contextmanager
    def left_out(self, drive: Drive) -> Iterator[None]:
        """Note a shard that cannot be read, where the caller wants to go on without it."""
        try:
            yield
        except AppError as error:
            if self._broken is None:
                raise
            self._broken[drive.id] = error

    def _add(self, catalog: Shards, drive: Drive, token: CancelToken | None) -> None:
        try:
            self._parts.append((drive, self._open.enter_context(catalog.open_shard(drive, token))))
        except AppError as error:
            if error.code != ABSENT:
                raise

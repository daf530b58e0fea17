"""Runs searches in threads of their own: the newest replaces the older; pages and totals come one by one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.catalog.find import Find, Found
from app.catalog.search import SearchQuery
from app.engine import Engine
from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.drives import Drive
from ui.workers.reader import Reader

#: Rows of the first page; the pages behind it grow, so that the end of a long list is reached in a few steps.
FIRST_PAGE = 1000
_LARGEST_PAGE = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """One search: the query and the ids of the drives it goes over, empty for all."""

    query: SearchQuery
    drive_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of hits.

    Attributes:
        wanted: what was searched for.
        rows: hits, newest first.
        more: whether hits may follow.
        seconds: what finding them took.
        drives: every drive of the catalogue.
        broken: why a drive was left out, by its id.
    """

    wanted: Wanted
    rows: tuple[Found, ...]
    more: bool
    seconds: float
    drives: tuple[Drive, ...]
    broken: Mapping[str, AppError]


class SearchRunner(QObject):
    """Asks the catalogue; nothing of it runs in the window's thread."""

    found = Signal(object)
    """The `Answer` to the newest search."""
    more_found = Signal(object)
    """The `Answer` with the page behind the rows that were known."""
    refreshed = Signal(object)
    """The `Answer` that stands for all rows known, read again."""
    counted = Signal(int)
    """How many hits the newest search has, exactly."""
    failed = Signal(object)
    """The `AppError` instead of an answer."""

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._pages, self._counts = Reader("search", self), Reader("count", self)
        self._wanted = Wanted(SearchQuery(""))
        self._drives: tuple[Drive, ...] = ()
        self._places: dict[str, Drive] = {}
        for reader in (self._pages, self._counts):
            reader.answered.connect(self._answered)
            reader.failed.connect(self._failed)

    def search(self, wanted: Wanted) -> None:
        """Search for something else; whatever was under way is dropped."""
        self._wanted = wanted
        for kind in ("more", "refresh"):
            self._pages.drop(kind)
        self._counts.drop("total")
        self._pages.ask("page", partial(self._page, wanted, FIRST_PAGE, None, self._drives))

    def more(self, last: Found, known: int) -> None:
        """Read the page behind the last hit, of which `known` were read."""
        size = min(max(known, FIRST_PAGE), _LARGEST_PAGE)
        self._pages.ask("more", partial(self._page, self._wanted, size, last, self._drives))

    def refresh(self, known: int) -> None:
        """Read the drives and the first `known` hits again."""
        self._pages.ask("refresh", partial(self._page, self._wanted, max(known, FIRST_PAGE), None, ()), interrupt=False)

    def count(self) -> None:
        """Count all hits of the newest search."""
        self._counts.ask("total", partial(self._total, self._wanted, self._drives), interrupt=False)

    def set_places(self, drives: Mapping[str, Drive]) -> bool:
        """Take the drives, by id, for where they are said to be; whether the hits that were found lie elsewhere now."""
        self._places = {drive.id: drive for drive in drives.values() if drive.online}
        placed = self._placed(self._drives)
        changed = [drive.base for drive in placed] != [drive.base for drive in self._drives]
        self._drives = placed
        return changed

    def _placed(self, drives: tuple[Drive, ...]) -> tuple[Drive, ...]:
        places = [self._places.get(drive.id, drive) for drive in drives]
        return tuple(
            replace(drive, base=place.base, passport=place.passport)
            for drive, place in zip(drives, places, strict=True)
        )

    def stop(self) -> None:
        """End the threads."""
        self._pages.stop()
        self._counts.stop()

    def _page(
        self, wanted: Wanted, limit: int, before: Found | None, drives: tuple[Drive, ...], token: CancelToken
    ) -> Answer:
        drives = drives or self._placed(tuple(self._engine.catalog.drives(look=False)))
        broken: dict[str, AppError] = {}
        with self._find(wanted, drives, token, broken) as find:
            rows = tuple(find.page(limit, before))
            return Answer(wanted, rows, len(rows) >= limit, find.seconds, drives, broken)

    def _total(self, wanted: Wanted, drives: tuple[Drive, ...], token: CancelToken) -> int:
        with self._find(wanted, drives, token, {}) as find:
            return find.total()

    def _find(self, wanted: Wanted, drives: tuple[Drive, ...], token: CancelToken, broken: dict[str, AppError]) -> Find:
        chosen = [drive for drive in drives if not wanted.drive_ids or drive.id in wanted.drive_ids]
        query = replace(wanted.query, limit=0)
        return Find(self._engine.catalog, self._engine.judge, chosen, query, token, broken)

    def _answered(self, kind: str, _number: int, answer: Answer | int) -> None:
        if isinstance(answer, int):
            self.counted.emit(answer)
            return
        self._drives = answer.drives
        {"page": self.found, "more": self.more_found, "refresh": self.refreshed}[kind].emit(answer)

    def _failed(self, _kind: str, _number: int, error: AppError) -> None:
        self.failed.emit(error)

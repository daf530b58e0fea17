"""Makes the reports in threads of their own, one after the other, so that each is shown as soon as it is there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.engine import Engine
from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.reports.filelist import FileList, Numbers, SortKey, list_largest, list_recent, rows_of, sorted_by
from app.reports.folders import FolderNode, folder_tree
from app.reports.rows import ReportedFile
from app.reports.scope import Scope
from app.reports.sections import SECTIONS, ReportOptions
from app.reports.shows import shows_options
from ui.shard_stamps import shard_stamp
from ui.workers.reader import Reader

#: What is made, in this order: what is quick and seen first, first.
ORDER = (
    "overview", "tree", "categories", "heaviest-folders", "top-extensions", "recent", "largest", "newest", "shows",
    "duplicates",
)  # fmt: skip
#: Rows of a ranking other than the two lists of files, which may have millions.
MOST_RANKED = 10_000
#: Levels of folders that the treemap nests.
TREE_LEVELS = 3


@dataclass(frozen=True, slots=True)
class WantedReports:
    """What is reported on: the ids of the drives, empty for all, and how."""

    drive_ids: tuple[str, ...] = ()
    options: ReportOptions = ReportOptions()


@dataclass(frozen=True, slots=True)
class Part:
    """One of `ORDER`, as it was made.

    Attributes:
        name: which.
        value: a report, a `FolderNode` or a `FileList`.
        broken: why a drive was left out, by its id.
    """

    name: str
    value: Any
    broken: dict[str, AppError]


class ReportsRunner(QObject):
    """Asks the catalogue; nothing of it runs in the window's thread."""

    drives_read = Signal(object, object)
    """Every drive of the catalogue, and what is another value once anything of them has changed."""
    made = Signal(object)
    """A `Part`."""
    finished = Signal()
    """All parts of the newest run are there."""
    failed = Signal(object)
    """The `AppError` that ended the run."""
    tree_made = Signal(object, object)
    """The id of a drive, empty for the root over several, and the `FolderNode` that was asked for."""
    order_made = Signal(str, object)
    """`largest` or `newest`, and the positions in their new order."""
    names_made = Signal(str, object)
    """`largest` or `newest`, and rows by the number of their page."""

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._reports, self._lists = Reader("reports", self), Reader("report lists", self)
        self._drives: tuple[Drive, ...] = ()
        for reader in (self._reports, self._lists):
            reader.answered.connect(self._answered)
            reader.failed.connect(self._failed)

    def read_drives(self) -> None:
        """Read which drives there are."""
        self._lists.ask("drives", self._all_drives, interrupt=False)

    def run(self, wanted: WantedReports) -> None:
        """Make all parts anew; what was under way is dropped."""
        for name in ORDER:
            self._reports.drop(name)
        for name in ORDER:
            self._reports.ask(name, partial(self._make, name, wanted))

    def cancel(self) -> None:
        """Drop what is under way."""
        for name in ORDER:
            self._reports.drop(name)

    def ask_tree(self, drive_id: str, path: bytes, wanted: WantedReports) -> None:
        """Read the tree below a folder of a drive; of all drives that are wanted where no drive is named."""
        ids = (drive_id,) if drive_id else wanted.drive_ids
        self._lists.ask("branch", partial(self._branch, drive_id, path, replace(wanted, drive_ids=ids)))

    def ask_order(self, name: str, files: FileList, key: SortKey, *, descending: bool) -> None:
        """Sort a list of files."""
        self._lists.ask(f"order.{name}", partial(self._order, name, files, key, descending))

    def ask_names(self, name: str, files: FileList, pages: dict[int, list[int]]) -> None:
        """Read the names of some pages: positions in the list by the page's number."""
        self._lists.ask(f"names.{name}", partial(self._names, name, files, pages))

    def drop_names(self, name: str) -> None:
        """Forget the names that were asked for."""
        self._lists.drop(f"names.{name}")

    def stop(self) -> None:
        """End the threads."""
        self._reports.stop()
        self._lists.stop()

    def _all_drives(self, _token: CancelToken) -> tuple[tuple[Drive, ...], object]:
        drives = tuple(self._engine.catalog.drives(look=False))
        return drives, (drives, [shard_stamp(self._engine, drive.id) for drive in drives])

    def _scope(self, drive_ids: Sequence[str], token: CancelToken, broken: dict[str, AppError]) -> Scope:
        drives = self._engine.catalog.drives(look=False)
        return Scope(
            self._engine.catalog, [one for one in drives if not drive_ids or one.id in drive_ids], token, broken
        )

    def _make(self, name: str, wanted: WantedReports, token: CancelToken) -> Part:
        broken: dict[str, AppError] = {}
        options = replace(wanted.options, shows=shows_options(self._engine.settings.production))
        special: dict[str, Callable[[Scope], Any]] = {
            "tree": lambda scope: folder_tree(scope, levels=TREE_LEVELS),
            "largest": lambda scope: list_largest(scope, options.top),
            "newest": lambda scope: list_recent(scope, options.days, options.top),
        }
        with self._scope(wanted.drive_ids, token, broken) as scope:
            if name in special:
                return Part(name, special[name](scope), broken)
            return Part(name, SECTIONS[name].make(scope, replace(options, top=min(options.top, MOST_RANKED))), broken)

    def _branch(self, drive_id: str, path: bytes, wanted: WantedReports, token: CancelToken) -> tuple[str, FolderNode]:
        with self._scope(wanted.drive_ids, token, {}) as scope:
            return drive_id, folder_tree(scope, path, TREE_LEVELS)

    def _order(
        self, name: str, files: FileList, key: SortKey, descending: bool, token: CancelToken
    ) -> tuple[str, Numbers]:
        with self._scope([drive.id for drive in files.drives], token, {}) as scope:
            return name, sorted_by(scope, files, key, descending=descending)

    def _names(
        self, name: str, files: FileList, pages: dict[int, list[int]], token: CancelToken
    ) -> tuple[str, dict[int, list[ReportedFile | None]]]:
        with self._scope([drive.id for drive in files.drives], token, {}) as scope:
            return name, {page: rows_of(scope, files, positions) for page, positions in pages.items()}

    def _answered(self, kind: str, _number: int, answer: Any) -> None:
        if kind == "drives":
            self.drives_read.emit(*answer)
        elif kind == "branch":
            self.tree_made.emit(*answer)
        elif kind.startswith("order."):
            self.order_made.emit(*answer)
        elif kind.startswith("names."):
            self.names_made.emit(*answer)
        else:
            self.made.emit(answer)
            if kind == ORDER[-1]:
                self.finished.emit()

    def _failed(self, _kind: str, _number: int, error: AppError) -> None:
        self.failed.emit(error)

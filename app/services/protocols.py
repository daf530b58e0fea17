"""What a store for inspected facts can do, in our words. `tests/contracts` holds every implementation to it."""

from dataclasses import dataclass, field
from typing import Protocol, Self

from app.model.sinktables import Columns


@dataclass(frozen=True, slots=True)
class Stored:
    """What a commit did: rows written by table, and how many files were left as they were, being newer."""

    rows: dict[str, int] = field(default_factory=dict)
    kept: int = 0

    def __add__(self, other: "Stored") -> "Stored":
        names = [*self.rows, *(name for name in other.rows if name not in self.rows)]
        rows = {name: self.rows.get(name, 0) + other.rows.get(name, 0) for name in names}
        return Stored(rows, self.kept + other.kept)


class Sink(Protocol):
    """A store for the tables of `app.model.sinktables`.

    A commit replaces everything that is known of each file whose row in `files` was handed over: the same file again
    adds no row, and a changed one leaves none of its old rows behind. Of two rows of a file, the one inspected later
    stays, in whatever order they come. Leaving the `with` block commits what is left; leaving it by an exception
    drops it.

    Columns are plain lists under the names of the table, as `app.services.arrowtables` turns into Arrow batches: a
    sink that needs Arrow makes them itself, so that one which does not can do without the library.
    """

    name: str

    def upsert(self, table: str, columns: Columns) -> None:
        """Hand over rows: for each column of the table a list, all of one length.

        Raises:
            ValueError: a table or column that does not exist, or lists of different lengths.
        """

    def commit(self) -> Stored:
        """Write what was handed over since the last commit.

        Raises:
            ServiceError: the store failed or refused; nothing of this commit is kept, or the next one mends it.
            InputError: files cannot be written.
            ValueError: rows of a file without its row in `files`, or a file that was handed over twice.
        """

    def close(self) -> None:
        """Let go of the store. What was not committed is dropped."""

    def __enter__(self) -> Self:
        """Nothing happens yet."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Commit, unless something was raised, and close."""

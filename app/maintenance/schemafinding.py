"""A damaged database that has lost the list of its tables gets a new one.

The tables themselves are still there: each is a tree of pages whose root no other page points to. Which table a tree
is, its first records tell by the number and kinds of their columns. The format of pages and records is that of
https://www.sqlite.org/fileformat2.html.
"""

import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw

from app.maintenance.files import beside, remove

_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE = 0x02, 0x05, 0x0A, 0x0D
_INTERIOR = (_INTERIOR_INDEX, _INTERIOR_TABLE)
_PAGE = 4096
_SAMPLES = 5
_FREELIST_AT, _PAGES_AT = 32, 28


@dataclass(frozen=True, slots=True)
class Shape:
    """What the records of a table look like.

    Attributes:
        name: the table.
        columns: name, declared type, whether null is refused, place in the primary key (0 for none), what a row holds
            that is older than the column (as SQL; empty for null), in their order.
        without_rowid: whether it is kept as an index is.
        least: how many columns it had when it was made first: rows that were written then are so much shorter.
    """

    name: str
    columns: tuple[tuple[str, str, bool, int, str], ...]
    without_rowid: bool
    least: int

    @property
    def rowid_column(self) -> int | None:
        """The column that is the row's number, and so stored as null."""
        keys = [place for place, column in enumerate(self.columns) if column[3]]
        alone = not self.without_rowid and len(keys) == 1 and self.columns[keys[0]][1] == "INTEGER"
        return keys[0] if alone else None

    def fits(self, kinds: Sequence[str]) -> bool:
        """Whether a record of these kinds (`n` null, `i` number, `t` text, `b` bytes) may be one of its rows."""
        if not self.least <= len(kinds) <= len(self.columns):
            return False
        for place, kind in enumerate(kinds):
            _, declared, refuses_null, *_ = self.columns[place]
            if place == self.rowid_column:
                if kind != "n":
                    return False
            elif kind == "n":
                if refuses_null:
                    return False
            elif kind != {"INTEGER": "i", "TEXT": "t", "BLOB": "b"}.get(declared, kind):
                return False
        return True

    def sql(self) -> str:
        """A short definition that reads the same rows."""
        parts = [
            f'"{name}" {declared}' + (f" DEFAULT {default}" if default else "")
            for name, declared, _, _, default in self.columns
        ]
        if (rowid := self.rowid_column) is not None:
            parts[rowid] += " PRIMARY KEY"
        elif self.without_rowid:
            keys = sorted((column for column in self.columns if column[3]), key=lambda column: column[3])
            parts.append("PRIMARY KEY (" + ", ".join(f'"{column[0]}"' for column in keys) + ")")
        return f'CREATE TABLE "{self.name}" ({", ".join(parts)})' + (" WITHOUT ROWID" if self.without_rowid else "")


def give_schema(damaged: Path, shapes: Sequence[Shape]) -> bool:
    """Write a new list of tables into a copy of a damaged database; whether any table was recognised.

    Args:
        damaged: the copy, which nobody has open. A log beside it is given up: it cannot be told from what was lost.
        shapes: the tables that it should have.
    """
    if damaged.stat().st_size < 2 * _PAGE:
        return False
    with damaged.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        pages = _Pages(data)
        roots, count = _roots_of(pages, shapes), pages.count
    if not roots:
        return False
    first_page = _first_page(damaged, [shape for shape in shapes if shape.name in roots], roots, count)
    for end in ("-wal", "-shm", "-journal"):
        beside(damaged, end).unlink(missing_ok=True)
    with damaged.open("r+b") as copy:
        copy.write(first_page)
    return True


def _roots_of(pages: "_Pages", shapes: Sequence[Shape]) -> dict[str, tuple[int, int]]:
    """Root and size of the largest tree that fits each table, and no other table."""
    roots: dict[str, tuple[int, int]] = {}
    for root in pages.roots():
        samples = list(pages.samples(root))
        like_index = pages.kind(root) in (_INTERIOR_INDEX, _LEAF_INDEX)
        fitting = [
            shape
            for shape in shapes
            if shape.without_rowid == like_index and samples and all(shape.fits(kinds) for kinds in samples)
        ]
        size = pages.size(root)
        if len(fitting) == 1 and size > roots.get(fitting[0].name, (0, 0))[1]:
            roots[fitting[0].name] = (root, size)
    return roots


def _first_page(damaged: Path, shapes: Sequence[Shape], roots: dict[str, tuple[int, int]], count: int) -> bytes:
    """The first page of a database that has these tables at these roots."""
    scratch = damaged.with_name(f"{damaged.name}.schema.tmp")
    remove(scratch)
    connection = apsw.Connection(str(scratch))
    try:
        connection.execute(f"PRAGMA page_size={_PAGE}")
        for shape in shapes:
            connection.execute(shape.sql())
        connection.execute("PRAGMA writable_schema=ON")
        for shape in shapes:
            sql = "UPDATE sqlite_schema SET rootpage = ? WHERE name = ?"
            connection.execute(sql, (roots[shape.name][0], shape.name))
    finally:
        connection.close()
    page = bytearray(scratch.read_bytes()[:_PAGE])
    remove(scratch)
    page[_PAGES_AT : _PAGES_AT + 4] = count.to_bytes(4, "big")
    page[_FREELIST_AT : _FREELIST_AT + 8] = bytes(8)
    return bytes(page)


class _Pages:
    """The pages of a database file, each looked at by itself."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self.count = len(data) // _PAGE

    def kind(self, number: int) -> int:
        """The first byte of a page, which says what it is; 0 for none that a table is made of."""
        kind = self._data[(number - 1) * _PAGE]
        return kind if kind in (_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE) else 0

    def roots(self) -> list[int]:
        """Pages of tables and indexes that no other page points to and that are not free."""
        below = {child for number in range(2, self.count + 1) for child in self._children(number)}
        free = self._free()
        return [page for page in range(2, self.count + 1) if self.kind(page) and page not in below and page not in free]

    def size(self, root: int) -> int:
        """Pages of a tree, as far as it can be followed."""
        seen: set[int] = set()
        waiting = [root]
        while waiting:
            page = waiting.pop()
            if page not in seen:
                seen.add(page)
                waiting += self._children(page)
        return len(seen)

    def samples(self, root: int) -> Iterator[str]:
        """The kinds of the columns of some records of a tree."""
        waiting, seen, given = [root], set(), 0
        while waiting and given < _SAMPLES:
            page = waiting.pop(0)
            if page in seen:
                continue
            seen.add(page)
            for kinds in self._records(page):
                yield kinds
                given += 1
                if given == _SAMPLES:
                    return
            waiting += self._children(page)

    def _free(self) -> set[int]:
        """The pages of the list of free ones; what a broken list still tells."""
        free: set[int] = set()
        trunk = int.from_bytes(self._data[_FREELIST_AT : _FREELIST_AT + 4], "big")
        while 1 < trunk <= self.count and trunk not in free:
            free.add(trunk)
            at = (trunk - 1) * _PAGE
            number = min(int.from_bytes(self._data[at + 4 : at + 8], "big"), _PAGE // 4 - 2)
            leaves = (self._data[at + 8 + 4 * place : at + 12 + 4 * place] for place in range(number))
            free.update(int.from_bytes(leaf, "big") for leaf in leaves)
            trunk = int.from_bytes(self._data[at : at + 4], "big")
        return free

    def _children(self, number: int) -> list[int]:
        if self.kind(number) not in _INTERIOR:
            return []
        at = (number - 1) * _PAGE
        found = [int.from_bytes(self._data[at + 8 : at + 12], "big")]
        found += [int.from_bytes(self._data[cell : cell + 4], "big") for cell in self._cells(number)]
        return [page for page in found if 1 < page <= self.count]

    def _cells(self, number: int) -> list[int]:
        """Where the cells of a page begin."""
        at = (number - 1) * _PAGE
        head = 12 if self.kind(number) in _INTERIOR else 8
        cells = int.from_bytes(self._data[at + 3 : at + 5], "big")
        if head + 2 * cells > _PAGE:
            return []
        offsets = (at + head + 2 * place for place in range(cells))
        starts = [int.from_bytes(self._data[offset : offset + 2], "big") for offset in offsets]
        return [at + start for start in starts if head <= start < _PAGE - 4]

    def _records(self, number: int) -> Iterator[str]:
        """The kinds of the columns of each record of a page that holds records."""
        kind = self.kind(number)
        if kind not in (_LEAF_TABLE, _LEAF_INDEX, _INTERIOR_INDEX):
            return
        end = number * _PAGE
        for cell in self._cells(number):
            at = cell + (4 if kind == _INTERIOR_INDEX else 0)
            _, at = self._varint(at)
            if kind == _LEAF_TABLE:
                _, at = self._varint(at)
            length, after = self._varint(at)
            stop, kinds = at + length, []
            if stop > end:
                continue
            while after < stop:
                serial, after = self._varint(after)
                kinds.append(_kind_of(serial))
            yield "".join(kinds)

    def _varint(self, at: int) -> tuple[int, int]:
        value = 0
        for place in range(9):
            if at >= len(self._data):
                break
            byte = self._data[at]
            at += 1
            if place == 8:
                return value << 8 | byte, at
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                break
        return value, at


def _kind_of(serial: int) -> str:
    """`n`, `i`, `f`, `t` or `b` for a serial type of a record."""
    if serial == 0:
        return "n"
    if serial == 7:
        return "f"
    if serial < 12:
        return "i"
    return "t" if serial % 2 else "b"

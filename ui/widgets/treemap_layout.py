"""Where the folders of a treemap lie: squarified, nested, and pruned of what would be too small to see. No Qt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from app.reports.folders import FolderNode
from app.reports.squarify import Box, squarify

#: Colours of the folders of the first level, or of the second where the first are drives; those below share theirs.
COLORS = 7
#: The colour around drives.
FRAME_COLOR = 8

_LEAST_AREA = 20.0
_LEAST_NESTED = 10.0
_LEAST_HEAD = 46.0
_EDGE = 2.0


@dataclass(slots=True)
class Cell:
    """A rectangle of the treemap.

    Attributes:
        node: its folder; for the files that lie directly in a folder, that folder.
        box: in pixels.
        depth: 0 for the first level.
        color: 1 to `COLORS`, or `FRAME_COLOR`; 0 for files that lie directly in the folder shown.
        is_files: whether it stands for the files directly in the folder, beside the folders in it.
        has_head: whether its name stands above what is in it.
        cells: what is in it.
    """

    node: FolderNode
    box: Box
    depth: int
    color: int
    is_files: bool = False
    has_head: bool = False
    cells: list["Cell"] = field(default_factory=list)

    @property
    def bytes(self) -> int:
        """What it weighs."""
        return self.node.own_bytes if self.is_files else self.node.bytes

    @property
    def files(self) -> int:
        """How many files it stands for."""
        return self.node.own_files if self.is_files else self.node.files


def lay_out(root: FolderNode, box: Box, head: float) -> list[Cell]:
    """The cells of the first level, each with those in it.

    Args:
        root: the folder shown.
        box: the room.
        head: the height of the line above a cell's contents.
    """
    if root.drive_id:
        return _cells(root, box, head, 0, 0, count(), 0)
    return _cells(root, box, head, 0, FRAME_COLOR, count(), 1)


def walk(cells: Sequence[Cell]) -> Iterator[Cell]:
    """Every cell, those of a level before those in them."""
    level = list(cells)
    while level:
        yield from level
        level = [inner for cell in level for inner in cell.cells]


def cell_at(cells: Sequence[Cell], x: float, y: float) -> Cell | None:
    """The innermost cell at a place."""
    found = None
    while True:
        inside = next((cell for cell in cells if _holds(cell.box, x, y)), None)
        if inside is None:
            return found
        found, cells = inside, inside.cells


def _holds(box: Box, x: float, y: float) -> bool:
    return box.x <= x < box.x + box.width and box.y <= y < box.y + box.height


def _cells(
    node: FolderNode, box: Box, head: float, depth: int, color: int, numbers: Iterator[int], colored: int
) -> list[Cell]:
    """The cells in a box. `colored` is the depth at which each folder gets a colour of its own, by `numbers`."""
    parts: list[tuple[FolderNode, int, bool]] = [(child, child.bytes, False) for child in node.children]
    if node.own_bytes:
        parts.append((node, node.own_bytes, True))
        parts.sort(key=lambda part: -part[1])
    cells = []
    boxes = squarify([weight for _, weight, _ in parts], box, _LEAST_AREA)
    for (part, _, is_files), place in zip(parts, boxes, strict=False):
        if depth == colored:
            color = 0 if is_files else next(numbers) % COLORS + 1
        cell = Cell(part, place, depth, color, is_files)
        if not is_files and part.children:
            _fill(cell, head, numbers, colored)
        cells.append(cell)
    return cells


def _fill(cell: Cell, head: float, numbers: Iterator[int], colored: int) -> None:
    """Put what is in a folder into its cell, below its name where that has room."""
    x, y, width, height = cell.box
    if width < _LEAST_NESTED or height < _LEAST_NESTED:
        return
    cell.has_head = width >= _LEAST_HEAD and height >= head + _LEAST_NESTED
    top = head if cell.has_head else _EDGE / 2
    inner = Box(x + _EDGE, y + top, width - 2 * _EDGE - 1, height - top - _EDGE - 1)
    cell.cells = _cells(cell.node, inner, head, cell.depth + 1, cell.color, numbers, colored)

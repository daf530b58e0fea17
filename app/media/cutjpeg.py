"""What can be read of a JPEG that is cut off or damaged, and no more.

libjpeg makes up the rows behind a cut and says so in a warning, but only where no other warning came before. A file
that has all rows and lost its end mark alone gets the same warning for its last ones, and so is given a mark.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.errors import MediaError
from app.media.complete import why_incomplete
from app.media.formats import Format
from app.media.opening import OpenFile, opened

_END = b"\xff\xd9"
_LARGEST = 256 << 20
_BLOCK = 1 << 20
_TOO_EARLY = "pixels cannot be decoded: their data ends too early"
#: What the library says of data that it cannot follow; bytes too many before a mark are no harm and not among these.
_CORRUPT = {"bad huffman code": "a bad Huffman code", "bad arithmetic code": "a bad arithmetic code",
            "instead of rst": "a restart mark is not where it must be"}  # fmt: skip
_WHERE = f"{_TOO_EARLY}, and where cannot be told, as other things are wrong too"


@contextmanager
def ended(file: OpenFile, form: Format) -> Iterator[tuple[OpenFile, bool]]:
    """The file to read, and whether it is a JPEG that is cut off: then it is a copy in memory with an end mark."""
    cut = form.name == "jpeg" and bool(why_incomplete(file, form.name))
    if not cut or file.size > _LARGEST:
        yield file, cut
    elif sys.platform == "linux":
        descriptor = os.memfd_create("picture.jpg", os.MFD_CLOEXEC)
        try:
            size = _copy(file, descriptor)
            yield replace(file, descriptor=descriptor, size=size), True
        finally:
            os.close(descriptor)
    else:
        with tempfile.TemporaryDirectory(prefix="reelmark-") as folder:
            path = Path(folder) / "picture.jpg"
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            try:
                _copy(file, descriptor)
            finally:
                os.close(descriptor)
            with opened(path) as copy:
                yield copy, True


def _copy(file: OpenFile, descriptor: int) -> int:
    size = 0
    for at in [*range(0, file.size, _BLOCK), None]:
        block = memoryview(_END if at is None else file.read_at(at, _BLOCK))
        size += len(block)
        while block:
            block = block[os.write(descriptor, block) :]
    return size


def check_not_filled_in(source: Any, form: Format, *, cut: bool) -> None:
    """Refuse rows of a JPEG whose data is corrupt or ends before theirs; the decoder reads ahead by some rows.

    Args:
        source: the library's reader, after it read rows.
        form: the format of the file.
        cut: whether the file is known to be cut off.

    Raises:
        MediaError: rows read last were made up, or may have been: a progressive JPEG is refined up to its end, and of
            several warnings the first alone is told.
    """
    if form.name != "jpeg" or not source.has_error:
        return
    said = str(source.geterror()).lower()
    if "premature end" in said:
        raise MediaError(_TOO_EARLY, code="pixels.damaged")
    if found := next((words for words in _CORRUPT if words in said), ""):
        raise MediaError(f"pixels cannot be decoded: their data is corrupt: {_CORRUPT[found]}", code="pixels.damaged")
    if cut:
        raise MediaError(_WHERE, code="pixels.damaged")

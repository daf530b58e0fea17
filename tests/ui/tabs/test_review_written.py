"""What is said of a verdict that was not written: why, and what to do about that very reason."""

import errno
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.errors import InputError, MediaError
from app.files.hashing import _media_error
from ui.tabs.review_written import WrittenBlock

PLATE = "/card/plate.exr"


@pytest.fixture
def block(qtbot: QtBot) -> WrittenBlock:
    block = WrittenBlock({})
    qtbot.addWidget(block)
    return block


@pytest.mark.parametrize(
    ("fault", "advice"),
    [
        (PermissionError(errno.EACCES, "denied"), "the right to read that file"),
        (FileNotFoundError(errno.ENOENT, "gone"), "Scan the drive again"),
        (OSError(errno.EIO, "Input/output error"), "connected and sound"),
        (OSError(errno.ELOOP, "link"), "the file that it leads to"),
    ],
)
def test_media_that_cannot_be_read_is_named_and_no_room_is_asked_for(
    block: WrittenBlock, fault: OSError, advice: str
) -> None:
    error = _media_error(PLATE, fault)
    assert isinstance(error, MediaError)
    block.show_error(error)
    words = block.message.text()
    assert words.startswith(f"Not written: {PLATE} ") and advice in words
    assert "room" not in words and "written to" not in words


def test_a_folder_that_takes_no_sidecar_is_told_so_and_own_advice_stands(block: WrittenBlock) -> None:
    block.show_error(InputError(f"{Path(PLATE).parent} cannot be written to: no space left"))
    assert block.message.text().endswith("Make room for it or let the folder be written to, then sign again.")
    block.show_error(MediaError("It is kept elsewhere", hint="Download it."))
    assert block.message.text() == "Not written: It is kept elsewhere. Download it."

"""Files that lie only in a cloud are told by what the system says of them."""

from types import SimpleNamespace

import pytest

from app.files.placeholders import is_placeholder


@pytest.mark.parametrize(
    ("status", "away"),
    [
        ({"st_file_attributes": 0x400020}, True),  # OneDrive, online only: archive | recall on data access
        ({"st_file_attributes": 0x1020}, True),  # offline
        ({"st_file_attributes": 0x40000}, True),
        ({"st_file_attributes": 0x20}, False),
        ({"st_file_attributes": 0x80020}, False),  # pinned: always kept on this device
        ({"st_flags": 0x40000040}, True),  # iCloud, dataless
        ({"st_flags": 0x40}, False),
        ({}, False),
    ],
)
def test_a_placeholder_is_known_before_it_is_opened(status: dict[str, int], away: bool) -> None:
    assert is_placeholder(SimpleNamespace(**status)) is away  # type: ignore[arg-type]

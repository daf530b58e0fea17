"""One catalogue and one server that only reads, for the tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.servekit import Api, make_tree, scan, serving


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the catalogue `home` and the drives `MyDrive` (below `card`) and `Shelf`, which is unplugged."""
    place = tmp_path_factory.mktemp("api")
    scan(place / "home", make_tree(place / "card"), "MyDrive", inventory_only=False)
    scan(place / "home", make_tree(place / "shelf"), "Shelf", inventory_only=False)
    (place / "shelf").rename(place / "away")
    return place


@pytest.fixture(scope="module")
def api(place: Path) -> Iterator[Api]:
    """A server that only reads, called from the page http://listed.example too."""
    with serving(place / "home", "--cors", "http://listed.example") as running:
        yield running

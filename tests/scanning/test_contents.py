"""What a scan learns by reading the files."""

from app.scanning.entrylists import EntryList
from tests.scanning.conftest import Studio
from tests.scanning.test_entrylists import listed


def test_source_code_called_like_a_movie_is_neither_a_movie_nor_damaged(studio: Studio) -> None:
    studio.write("site/main.ts", b"export const frames = 24;\n")
    studio.write("a.exr", b"only words\n")
    document = studio.scan(inventory_only=False)
    assert [row["path"].rpartition("/")[2] for row in document["failed"]] == ["a.exr"]
    assert document["categories"].keys() == {"image", "other"}
    assert listed(studio, EntryList.UNREADABLE) == {b"a.exr": "media.other_format"}
    assert studio.scan(inventory_only=False)["counts"]["unreadable"] == 1

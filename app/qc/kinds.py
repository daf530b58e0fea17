"""What an asset is, in the words of `when: {kind: …}`."""

from app.model.kinds import Category, category_of
from app.model.names import folded_text
from app.qc.facts import Document

_OF_CATEGORY = {Category.IMAGE: "image", Category.VIDEO: "movie", Category.AUDIO: "sound"}


def kinds_of_name(name: str, *, is_sequence: bool) -> frozenset[str]:
    """What an asset is by its name."""
    kind = _OF_CATEGORY.get(category_of(folded_text(name)), "")
    is_exr = name.lower().endswith((".exr", ".sxr"))
    return frozenset(filter(None, ("sequence" if is_sequence else "single", kind, "exr" if is_exr else "")))


def kinds_of_document(document: Document) -> frozenset[str]:
    """What an asset is by its document."""
    name = str(document.get("file", {}).get("name", ""))
    return kinds_of_name(name, is_sequence=bool(document.get("sequence")))

"""Facts of files that are neither picture nor movie nor sound: what they are, and the encoding of text."""

from app.media.complete import why_incomplete
from app.media.formats import Format
from app.media.magic import HEAD_BYTES, text_encoding
from app.media.opening import OpenFile
from app.model.facts import MediaFacts


def inspect_generic(file: OpenFile, form: Format, mime: str = "") -> MediaFacts:
    """Facts from the first bytes alone. The encoding of text is a guess from its first 4 KiB."""
    attributes = {}
    if form.name in ("text", "xml", "json", "html"):
        attributes["encoding"] = text_encoding(file.read_at(0, HEAD_BYTES)) or "unknown"
    return MediaFacts("other", form.name, mime or form.mime, attributes=attributes,
                      error=why_incomplete(file, form.name))  # fmt: skip

"""One document for a file of any kind: what it is, what is in it, what is wrong with it.

The form: docs/inspect.md.
"""

from collections.abc import Callable
from typing import Any

from app.errors import MediaError
from app.media.exr import MAGIC, read_header
from app.media.exrdocument import SCHEMA_VERSION, exr_document
from app.media.fileentry import file_entry
from app.media.formats import Format, format_of_extension
from app.media.opening import OpenFile, opened
from app.media.registry import inspect_open, misnamed, recognise
from app.model.facts import MediaFacts
from app.model.inspecting import InspectOptions

Progress = Callable[[int, int], None]


def nothing(_done: int, _total: int) -> None:
    """Progress that nobody hears."""


def document_of(path: str, options: InspectOptions, progress: Progress = nothing) -> dict[str, Any]:
    """Everything known of one file.

    Args:
        path: the file; undecodable bytes of its name as lone surrogates.
        options: how far it is looked into.
        progress: hears steps done and steps in all while pixels or sound are decoded.

    Raises:
        MediaError: nothing can be told: it is absent, unreadable, no regular file, empty, or not what its name says.
    """
    with opened(path) as file:
        if file.size == 0:
            return _empty(file)
        if file.path.endswith(".exr") and file.read_at(0, len(MAGIC)) == MAGIC:
            return _exr(file, options, progress)
        form, _ = recognise(file)
        exr = form.name == "openexr"
        document = _exr(file, options, progress) if exr else _general(file, inspect_open(file))
        if said := misnamed(file, form):
            document["errors"].append({"code": "media.misnamed", "message": said})
        if (options.stats or options.measure) and form.kind in ("video", "audio"):
            _measure(file, form, document, options, progress)
        if options.stats and form.kind == "image" and not exr:
            _count(file, form, document, options.sample, progress)
        return document


def _exr(file: OpenFile, options: InspectOptions, progress: Progress) -> dict[str, Any]:
    header = read_header(file)
    document = exr_document(file, header, raw=options.raw)
    if options.stats or options.deep_stats:
        from app.media.pixelstats import exr_statistics

        deep = options.deep_stats
        stats, errors = exr_statistics(file, header, sample=options.sample, deep=deep, progress=progress)
        document["stats"] = stats
        document["errors"] += errors
    return document


def _count(file: OpenFile, form: Format, document: dict[str, Any], sample: int, progress: Progress) -> None:
    """Decode a still image and count its values."""
    from app.media.imagestats import image_statistics

    document["stats"], errors = image_statistics(file, form, sample=sample, progress=progress)
    document["errors"] += errors


def _measure(
    file: OpenFile, form: Format, document: dict[str, Any], options: InspectOptions, progress: Progress
) -> None:
    """Decode a movie or a sound from end to end; what was measured and what was broken go into its document."""
    from app.media.measuring import measure

    if "not_decoded" in document["attributes"]:
        said = f"it cannot be measured: {form.title} is not decoded"
        document["errors"].append({"code": "media.not_decoded", "message": said})
        return
    try:
        document["stats"], errors = measure(file, form, progress, options.measuring)
    except MediaError as error:
        errors = [{"code": error.code, "message": error.message}]
    document["errors"] += errors


def _empty(file: OpenFile) -> dict[str, Any]:
    """A file without bytes is nothing to look at where its name promises media, and fine elsewhere."""
    promised = format_of_extension(file.key)
    if promised is not None and promised.kind != "other":
        raise MediaError("the file is empty", code="media.empty")
    return _general(file, MediaFacts("other", ""))


def _general(file: OpenFile, facts: MediaFacts) -> dict[str, Any]:
    errors = [{"code": "media.damaged", "message": facts.error}] if facts.error else []
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": facts.kind,
        "file": file_entry(file, facts.format, facts.mime),
        "width": facts.width,
        "height": facts.height,
        "duration_s": facts.duration_s,
        "streams": list(facts.streams),
        "attributes": facts.attributes,
        "stats": None,
        "validation": {"policy": None, "outcome": None, "findings": []},
        "fingerprints": {},
        "errors": errors,
    }

"""Selectors know every key that documents have: each kind of media is inspected, and its keys are looked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.inspection.finding import find_sequence
from app.inspection.framereaders import FrameReaders
from app.inspection.sequences import inspect_sequence
from app.jobs.job import Job
from app.media.document import document_of
from app.model.inspecting import InspectOptions
from app.qc.factwords import ANY, ROOT, SHAPES, VALUE, shape_below
from tests import media

#: Keys that are about the document itself, not about the file.
OF_THE_DOCUMENT = {"validation", "fingerprints", "representative", "raw_name", "lossless_proof"}


def documents(folder: Path) -> Iterator[dict[str, Any]]:
    options = InspectOptions(stats=True, measure=True)
    makers = (media.multipart_exr, media.dpx, media.tiff, media.jpeg, media.wav, media.movie, media.mxf)
    for make, ending in zip(makers, ("exr", "dpx", "tif", "jpg", "wav", "mov", "mxf"), strict=True):
        yield document_of(str(make(folder / f"one.{ending}")), options)
    for frame in (1001, 1002):
        media.exr(folder / f"sh.{frame}.exr", frame)
    found = find_sequence(str(folder / "sh.####.exr"))
    with FrameReaders() as readers:
        yield inspect_sequence(found.directory, found.sequence, options, None, Job(), readers)


def unknown(value: Any, shape: str, path: str) -> Iterator[str]:
    if shape in (ANY, VALUE):
        return
    below = shape_below(shape)
    if below is not None:
        for item in value or ():
            yield from unknown(item, below, f"{path}[]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in SHAPES[shape]:
                yield f"{path}.{key}"
            else:
                yield from unknown(item, SHAPES[shape][key], f"{path}.{key}")


def test_every_key_of_a_document_can_be_selected(tmp_path: Path) -> None:
    strange = {path for document in documents(tmp_path) for path in unknown(document, ROOT, "")}
    assert {path for path in strange if path.rpartition(".")[2] not in OF_THE_DOCUMENT} == set()

"""Keeping the documents of an inspection in a sink while they pass by."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.inspection.factwriter import FactWriter
from app.jobs.job import CancelToken
from app.services.protocols import Stored
from app.services.sinks import open_sink


class Keeper:
    """Hands each document on to a sink, if there is one.

    Attributes:
        left_out: paths of files of which nothing could be told.
    """

    def __init__(self, writer: FactWriter | None) -> None:
        self._writer = writer
        self.left_out: list[str] = []

    def __call__(self, document: dict[str, Any]) -> dict[str, Any]:
        """Keep the document; the document again. Raises as `FactWriter.add`."""
        if self._writer is not None and not self._writer.add(document):
            self.left_out.append(document["file"]["path"])
        return document

    @property
    def stored(self) -> Stored | None:
        """What was stored so far; None without a sink."""
        return self._writer.stored if self._writer else None


@contextmanager
def kept_in(text: str, token: CancelToken) -> Iterator[Keeper]:
    """While inside, documents can be kept in the sink that the text names (`parquet:FOLDER`, `vast`; empty: none).

    Raises:
        UsageError: the text names no sink.
        MissingPart: a package is not installed.
        ServiceError: the store failed or is not configured.
        InputError: files cannot be written.
    """
    if not text:
        yield Keeper(None)
        return
    with open_sink(text, token=token) as sink:
        writer = FactWriter(sink)
        yield Keeper(writer)
        writer.flush()

"""Opening a sink by what a person writes: `parquet:FOLDER` or `vast`."""

import os
from collections.abc import Mapping

from app.errors import UsageError
from app.jobs.job import CancelToken
from app.services.parquet import ParquetSink, parquet_folder
from app.services.protocols import Sink
from app.services.vast import open_vast, vast_place

__all__ = ["SINKS", "open_sink"]

#: What may be written.
SINKS = ("parquet:FOLDER", "vast")


def open_sink(text: str, environ: Mapping[str, str] = os.environ, token: CancelToken | None = None) -> Sink:
    """Open the sink that the text names; the keys of a store come from the environment.

    Raises:
        UsageError: the text names none.
        MissingPart: a package is not installed.
        InputError: the folder cannot be made.
        ServiceError: the store is not configured, or cannot be reached.
    """
    kind, separator, _ = text.partition(":")
    if kind == "parquet" and separator:
        return ParquetSink(parquet_folder(text), token)
    if text == "vast":
        return open_vast(vast_place(environ))
    raise UsageError(f"{text} is no store for facts", hint=f"Write {' or '.join(SINKS)}.")

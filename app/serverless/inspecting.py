"""The document of one file of an event: a header by ranged reads of its object, or a file of the file system."""

import os
import posixpath
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.errors import MediaError
from app.jobs.children import stream
from app.jobs.job import CancelToken
from app.media.document import document_of
from app.media.exr import MAGIC
from app.media.exrdocument import exr_document
from app.media.opening import OpenFile, opened
from app.model.inspecting import InspectOptions
from app.model.measuring import DEFAULTS, MeasureOptions
from app.model.names import shown
from app.serverless.events import Target
from app.serverless.toggles import Toggles
from app.services.s3 import ObjectName, StoredObject

Document = dict[str, Any]

_HANDLER = "app.media.worker:document"
_CHANGED_TRIES = 3
_MOST_BYTES = 4 << 30
_SPARE_BYTES = 64 << 20
_SILENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class StoredFile(OpenFile):
    """An object that is read like an open file. Its descriptor is none."""

    stored: StoredObject | None = None

    def read_at(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes from `offset`; fewer only at the end. Raises as `StoredObject.read_at`."""
        assert self.stored is not None
        return self.stored.read_at(offset, count)


class Inspection:
    """Inspects the files of one call.

    Args:
        toggles: how far.
        client: makes the client of the object store, when an object comes first.
        environ: `REELMARK_MAX_DOWNLOAD_BYTES`, `TMPDIR`.
        measuring: the thresholds by which movies and sound are measured.
    """

    def __init__(
        self,
        toggles: Toggles,
        client: Callable[[], Any],
        environ: Mapping[str, str],
        measuring: tuple[MeasureOptions, ...] = (DEFAULTS,),
    ) -> None:
        self._toggles = toggles
        self._options = toggles.options(measuring)
        self._client = client
        self._most = _most_bytes(environ)

    def document(self, target: Target) -> Document:
        """The document of a file, in the form of `docs/inspect.md`.

        Raises:
            MediaError: nothing can be told of it.
            ServiceError: the store failed.
            MissingPart: a package is not installed.
        """
        if not isinstance(target.place, ObjectName):
            return self._local(target.place)
        for _ in range(_CHANGED_TRIES - 1):
            try:
                return self._object(target)
            except MediaError as error:
                if error.code != "media.changed":
                    raise
        return self._object(target)

    def _local(self, path: str) -> Document:
        """A header is read here; decoders and whatever else reads foreign bytes run in a child."""
        if not self._toggles.pixels:
            with opened(path) as file:
                if file.read_at(0, len(MAGIC)) == MAGIC:
                    return document_of(path, self._options)
        return _in_child(path, self._options)

    def _object(self, target: Target) -> Document:
        stored = self._opened(target)
        if not stored.size:
            raise MediaError(f"{stored.name.uri} is empty", code="media.empty")
        if self._toggles.pixels:
            document = self._downloaded(stored)
        elif stored.read_at(0, len(MAGIC)) == MAGIC:
            document = exr_document(StoredFile(stored.name.uri, -1, stored.size, stored.mtime_ns, stored))
        else:
            raise MediaError(
                f"{stored.name.uri} is no OpenEXR file, and the header of no other format is read from a store alone",
                hint="Ask for statistics (enable_stats): the object is downloaded then.",
                code="media.needs_download",
            )
        document["file"].update(_entry(stored))
        document["file"].pop("raw_name", None)
        return document

    def _opened(self, target: Target) -> StoredObject:
        """The object, by its decoded key, else by the key as it was spelt: not every store encodes it."""
        name = target.place
        assert isinstance(name, ObjectName)
        client = self._client()
        try:
            return StoredObject(client, name)
        except MediaError as error:
            if target.spelt in ("", name.key) or error.code not in ("media.absent", "media.denied"):
                raise
            try:
                return StoredObject(client, ObjectName(name.bucket, target.spelt, name.version_id))
            except MediaError:
                raise error from None

    def _downloaded(self, stored: StoredObject) -> Document:
        """The document of the whole object, by way of a temporary file."""
        suffix = posixpath.splitext(stored.name.key)[1]
        suffix = suffix if suffix[1:].isalnum() and len(suffix) < 16 else ""
        folder = tempfile.gettempdir()
        if shutil.disk_usage(folder).free < stored.size + _SPARE_BYTES:
            raise MediaError(
                f"There is no room for the {stored.size} bytes of {stored.name.uri} in {folder}",
                hint="Give the function more temporary space, or ask for no statistics.",
                code="disk.full",
            )
        handle, name = tempfile.mkstemp(suffix=suffix, prefix="reelmark-", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                stored.download(file, self._most)
            return _in_child(name, self._options)
        finally:
            Path(name).unlink(missing_ok=True)


def _entry(stored: StoredObject) -> Document:
    """What the `file` of a document says of an object."""
    from app.media.fileentry import frame_of
    from app.model.times import rfc3339_ns

    name = posixpath.basename(stored.name.key)
    entry: Document = {
        "path": shown(stored.name.uri),
        "name": shown(name),
        "size_bytes": stored.size,
        "mtime": rfc3339_ns(stored.mtime_ns),
        "frame": frame_of(name),
        "etag": stored.etag.strip('"'),
    }
    return entry | ({"version_id": stored.name.version_id} if stored.name.version_id else {})


def _in_child(path: str, options: InspectOptions) -> Document:
    """The document as a killable child makes it."""
    request = {"path": path, **asdict(options)}
    for header, _ in stream(_HANDLER, request, CancelToken(), silence_s=_SILENCE_S):
        if "document" in header:
            found: Document = header["document"]
            return found
    raise MediaError("the reader ended without an answer", code="child.failed")


def _most_bytes(environ: Mapping[str, str]) -> int:
    told = environ.get("REELMARK_MAX_DOWNLOAD_BYTES", "")
    return int(told) if told.isascii() and told.isdigit() else _MOST_BYTES

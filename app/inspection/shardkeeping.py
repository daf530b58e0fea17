"""Keeping the documents of an inspection in the records of the drives that the files lie on: the sink `shard`."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from app.catalog.database import Database
from app.catalog.details import find_file
from app.catalog.inspections import store_document, store_sequence
from app.catalog.shard import open_writer
from app.engine import Engine
from app.errors import AppError, HeldByAnother
from app.files.framerange import parse_pattern
from app.inspection.keeping import Keeper
from app.inspection.records import Document, below_base, deepest_first
from app.inspection.structure import structure_of
from app.jobs.job import CancelToken, Job
from app.model.drives import Drive
from app.model.times import rfc3339_ns
from app.services.protocols import Stored

#: The word for it after `--sink`.
SHARD_SINK = "shard"
_AT_ONCE = 100


class ShardKeeper(Keeper):
    """Collects documents and stores those of catalogued files that are as they were scanned.

    Attributes:
        left_out: paths that no drive has, or that changed since its last scan.
    """

    def __init__(self, engine: Engine, token: CancelToken) -> None:
        super().__init__(None)
        self._engine = engine
        self._token = token
        self._drives = deepest_first(drive for drive in engine.catalog.drives() if drive.online)
        self._waiting: dict[str, list[Document]] = {}
        self._rows: Counter[str] = Counter()

    def __call__(self, document: Document) -> Document:
        """Keep the document; the document again.

        Raises:
            HeldByAnother: another process or job writes the records of the drive.
        """
        path = document["file"]["path"]
        drive = next((drive for drive in self._drives if below_base(path, drive) is not None), None)
        if drive is None or document["kind"] is None or document["file"].get("raw_name"):
            self.left_out.append(path)
            return document
        waiting = self._waiting.setdefault(drive.id, [])
        waiting.append(document)
        if len(waiting) >= _AT_ONCE:
            self._store(drive)
        return document

    def is_catalogued(self, path: str) -> bool:
        """Whether a path lies on a connected drive."""
        return any(below_base(path, drive) is not None for drive in self._drives)

    @property
    def stored(self) -> Stored:
        """What was stored so far."""
        return Stored(dict(self._rows), 0)

    def flush(self) -> None:
        """Store what waits. Raises as keeping does."""
        for drive in self._drives:
            self._store(drive)

    def _store(self, drive: Drive) -> None:
        documents = self._waiting.pop(drive.id, [])
        if not documents:
            return
        shard, lane = self._engine.catalog.shard_path(drive.id), f"shard:{drive.id}"
        if self._engine.lanes.busy(lane):
            raise HeldByAnother(
                f"Another job writes the records of {drive.label}", hint="Inspect again when it has ended."
            )
        with (
            self._engine.lanes.hold((lane,), self._token),
            open_writer(shard, self._token, wal=self._engine.wal, label=drive.label) as database,
            database.transaction(),
        ):
            for document in documents:
                path = document["file"]["path"]
                keep = _keep_sequence if document["kind"] == "sequence" else keep_file
                if keep(database, below_base(path, drive) or b"", document):
                    self._rows["sequences" if document["kind"] == "sequence" else "files"] += 1
                else:
                    self.left_out.append(path)


@contextmanager
def kept_in_shards(engine: Engine, token: CancelToken) -> Iterator[Keeper]:
    """While inside, documents can be kept; those that wait are stored at the end. Raises as `ShardKeeper`."""
    keeper = ShardKeeper(engine, token)
    yield keeper
    keeper.flush()


def keep_documents(engine: Engine, documents: Iterable[Document], job: Job) -> None:
    """Keep documents of files that lie on connected drives; what could not be kept is told and makes no job fail."""
    if not engine.home.writable:
        return
    keeper = ShardKeeper(engine, job.token)
    try:
        for document in documents:
            keeper(document)
        keeper.flush()
    except AppError as error:
        job.notice("inspect.not_kept", f"What was found was not kept: {error.message}", error.hint)
    if any(map(keeper.is_catalogued, keeper.left_out)):
        text = "What was found was not kept: the file is new or changed since the last scan."
        job.notice("inspect.not_scanned", text, "Scan the drive, then measure again.")


def keep_file(database: Database, path: bytes, document: Document) -> bool:
    """Keep the document of a file, by its path below the base, where it is as it was scanned; whether it is."""
    file_id = find_file(database, path)
    row = database.row("SELECT size, mtime_ns FROM file WHERE id = ? AND missed_scan IS NULL", (file_id,))
    file = document["file"]
    if file_id is None or row is None or (row[0], rfc3339_ns(row[1])) != (file["size_bytes"], file["mtime"]):
        return False
    store_document(database, file_id, document, structure_of(document))
    return True


def _keep_sequence(database: Database, path: bytes, document: Document) -> bool:
    folder, _, name = path.rpartition(b"/")
    told, pattern = document["sequence"], parse_pattern(name)
    found = database.row(
        "SELECT q.id, q.newest_ns, q.bytes FROM sequence q JOIN folder d ON d.id = q.folder_id WHERE d.path = ?"
        " AND q.ranges = ? AND q.frame_count = ? AND q.base = ? AND q.ext = ? AND q.pad = ?"
        " AND q.missed_scan IS NULL",
        (folder, told["ranges"], told["frame_count"], pattern.base, pattern.ext, told["pad"]),
    )
    file = document["file"]
    if found is None or (rfc3339_ns(found[1]), found[2]) != (file["newest"], file["size_bytes"]):
        return False
    store_sequence(database, int(found[0]), document)
    return True

"""Facts into Parquet: files and rows a second, memory beyond the start; and what a header costs from an S3 store.

Documents are those of a multi-part EXR (50 rows each) under many paths; the second run replaces the rows of the first.
The store is a real HTTP server on the loopback interface, its objects padded to 8 MiB.

Run by hand: python tests/benchmarks/bench_facts.py [FILES] [FOLDERS] [OBJECTS]
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.inspection.factwriter import FactWriter
from app.media.document import document_of
from app.model.inspecting import InspectOptions
from app.serverless.handler import handler
from app.services.parquet import ParquetSink
from tests import media
from tests.s3kit import KEYS, moto_store

_PADDED = 8 << 20


def main(files: int, folders: int, objects: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        top = Path(made)
        document = document_of(str(media.multipart_exr(top / "a.exr")), InspectOptions())
        for run in ("first", "second"):
            ingest(top / "facts", document, files, folders, run)
        started = time.perf_counter()
        sql = "SELECT compression, count(*), sum(size_bytes) FROM read_parquet('{}/files/*/*.parquet') GROUP BY 1"
        print(duckdb.sql(sql.format(top / "facts")).fetchall(), f"{(time.perf_counter() - started) * 1e3:.0f} ms")
        fetch(top, objects)


def ingest(folder: Path, document: dict[str, object], files: int, folders: int, run: str) -> None:
    process = psutil.Process()
    before = peak = process.memory_info().rss
    started, cpu = time.perf_counter(), time.process_time()
    with ParquetSink(folder) as sink:
        writer = FactWriter(sink)
        for number in range(files):
            path = f"/show/sh{number * folders // files:04}/beauty.{number:07}.exr"
            writer.add({**document, "file": {**document["file"], "path": path}})  # type: ignore[dict-item]
            if number % 500 == 0:
                peak = max(peak, process.memory_info().rss)
        stored = writer.flush()
    peak = max(peak, process.memory_info().rss)
    seconds, rows = time.perf_counter() - started, sum(stored.rows.values())
    print(f"{run} ingestion: {files / seconds:,.0f} files/s, {rows / seconds:,.0f} rows/s"
          f" ({files / (time.process_time() - cpu):,.0f} files a second of one core),"
          f" {(peak - before) >> 20} MiB beyond the start")  # fmt: skip


def fetch(top: Path, objects: int) -> None:
    with moto_store() as store:
        os.environ.update(KEYS, S3_ENDPOINT=store.endpoint)
        data = media.exr(top / "b.exr").read_bytes().ljust(_PADDED, b"\0")
        for number in range(objects):
            store.put(f"b.{number:04}.exr", data)
        store.proxy.sent = 0
        started = time.perf_counter()
        answer = handler(None, {"paths": [f"s3://{store.bucket}/b.{number:04}.exr" for number in range(objects)]})
        seconds = time.perf_counter() - started
        assert not any(document["errors"] for document in answer["files"])
        print(f"from a store: {objects / seconds:,.0f} headers/s, {store.proxy.sent / objects:,.0f} bytes of"
              f" {_PADDED:,} fetched for each ({len(store.proxy.requests) / objects:.1f} requests)")  # fmt: skip


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    main(*(given + [20_000, 20, 50][len(given) :]))

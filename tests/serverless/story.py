"""The whole story of the serverless function, by hand: `python tests/serverless/story.py [FOLDER]`.

It starts an S3 server on the loopback interface, uploads pictures (made here, or the EXR files of FOLDER), sends events
of every shape to the function, counts what it fetches, repeats and shuffles the events, and asks DuckDB what was kept.
It needs the development packages, no account and no network.
"""

import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import duckdb

from app.serverless.handler import handler
from tests import media
from tests.s3kit import KEYS, Store, moto_store

ODD_KEYS = ("a b.exr", "plus+sign.exr", "100%.exr", "Ünïcode/画像.exr", "q?x&y=z #1.exr")


def main(arguments: list[str]) -> int:
    random.seed(1)
    with tempfile.TemporaryDirectory() as made, moto_store() as store:
        folder = Path(made)
        os.environ.update(KEYS, S3_ENDPOINT=store.endpoint, REELMARK_SINK=f"parquet:{folder / 'facts'}")
        sizes = upload(store, folder, Path(arguments[0]) if arguments else None)
        say(f"{len(sizes)} objects, {sum(sizes.values()):,} bytes")
        records = [record(key, number) for number, key in enumerate(sizes)]
        fetch(store, records, sum(sizes.values()))
        counts = ask(folder, "SELECT count(*) FROM files")[0][0]
        repeat(records)
        again = ask(folder, "SELECT count(*) FROM files")[0][0]
        say(f"rows in files: {counts}, after {3 * len(records)} repeated and shuffled events: {again}")
        shapes(next(iter(sizes)))
        faults()
        print_tables(folder)
        return int(counts != again or counts != len(sizes))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def upload(store: Store, folder: Path, source: Path | None) -> dict[str, int]:
    sizes = {}
    if source is not None:
        for path in sorted(source.rglob("*.exr")):
            sizes[path.relative_to(source).as_posix()] = path.stat().st_size
            store.put(path.relative_to(source).as_posix(), path)
        return sizes
    for number in range(1001, 1021):
        sizes[f"sh010/beauty.{number}.exr"] = 0
    for key in (*sizes, *ODD_KEYS):
        data = media.exr(folder / "made.exr").read_bytes() + bytes(4 << 20)
        store.put(key, data)
        sizes[key] = len(data)
    data = media.multipart_exr(folder / "multi.exr").read_bytes()
    store.put("multi.exr", data)
    return sizes | {"multi.exr": len(data)}


def record(key: str, number: int) -> dict[str, Any]:
    about = {"key": quote_plus(key, safe="/"), "eTag": "", "sequencer": f"{number:016X}"}
    return {"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": Store.bucket}, "object": about}}


def fetch(store: Store, records: list[dict[str, Any]], total: int) -> None:
    store.proxy.sent, store.proxy.requests = 0, []
    started = time.monotonic()
    answer = handler(None, {"Records": records})
    seconds = time.monotonic() - started
    failed = [document["file"]["path"] for document in answer["files"] if document["errors"]]
    say(f"one event of {len(records)} records: {seconds:.2f} s, {len(store.proxy.requests)} requests,"
          f" {store.proxy.sent:,} of {total:,} bytes fetched; {answer['persistence']['rows']}")  # fmt: skip
    say(f"with errors: {failed or 'none'}; not proven lossless:"
          f" {[d['file']['path'] for d in answer['files'] if not d.get('lossless')] or 'none'}")  # fmt: skip


def repeat(records: list[dict[str, Any]]) -> None:
    events = records * 3
    random.shuffle(events)
    for start in range(0, len(events), 10):
        handler(None, json.dumps({"Records": events[start : start + 10]}).encode())


def shapes(key: str) -> None:
    uri = f"s3://{Store.bucket}/{key}"
    element = SimpleNamespace(
        type="Element", subtype="ObjectCreated:Put", get_data=dict,
        as_element_event=lambda: SimpleNamespace(bucket=Store.bucket, object_key=key),
    )  # fmt: skip
    for name, event in {
        "text": uri, "bytes": json.dumps({"path": uri}).encode(),
        "bucket and key": {"bucket": Store.bucket, "key": key},
        "nested": {"data": {"file_path": uri}}, "body": {"body": json.dumps({"s3_uri": uri})},
        "SQS": {"Records": [{"body": json.dumps({"Records": [record(key, 1)]})}]},
        "EventBridge": {"detail-type": "Object Created",
                        "detail": {"bucket": {"name": Store.bucket}, "object": {"key": key}}},
        "CloudEvent": {"specversion": "1.0", "type": "Element.ObjectCreated", "elementpath": f"{Store.bucket}/{key}"},
        "Element": element, "flat form": {"path": uri, "schema_version": "1"},
        "statistics": {"path": uri, "enable_stats": "yes"},
    }.items():  # fmt: skip
        answer = handler(None, event)
        say(f"  {name:15} schema {answer['schema_version']}, {len(answer['channels'])} channels,"
              f" stats {'yes' if answer['stats'] else 'no'}, errors {answer['errors']}")  # fmt: skip


def faults() -> None:
    for event in ({"Event": "s3:TestEvent"}, "s3://renders/gone.exr", "s3://nobody/a.exr", b"\xff\xfe", {"a": 1}, None):
        answer = handler(None, event)
        say(f"  {event!r:40} {[error['code'] for error in answer['errors']] or answer.get('skipped')}")


def ask(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        for table in ("files", "parts", "channels", "attributes", "stats"):
            connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{folder}/facts/{table}/*/*.parquet')")
        return connection.execute(sql).fetchall()


def print_tables(folder: Path) -> None:
    for sql in (
        "SELECT compression, count(*), sum(size_bytes) FROM files GROUP BY 1 ORDER BY 2 DESC",
        "SELECT type, count(*) FROM channels GROUP BY 1 ORDER BY 2 DESC",
        "SELECT name, count(DISTINCT file_id) FROM attributes GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5",
    ):
        say(f"  {sql}\n    {ask(folder, sql)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Facts in a shard of many files: storing, reading back, conditions of a search, similarity of structure.

Run by hand: python tests/benchmarks/bench_recorded.py [FILES] [SHARD]     (the shard is made where it is missing)

Nothing is read from a disk of media: documents of one real header are varied. A tenth as many files have facts as there
are files; each five of them are a sequence's.
"""

import copy
import random
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.catalog.database import Database
from app.catalog.inspections import recorded_document, store_document
from app.catalog.migrations import SHARD
from app.catalog.search import SearchQuery, ShardSearch
from app.catalog.shard import open_reader
from app.catalog.where import conditions_of
from app.inspection.similar import ranked_structures
from app.inspection.structure import structure_of
from app.media.document import document_of
from app.model.inspecting import InspectOptions
from tests.benchmarks.bench_search import write_shard
from tests.media import raw_exr

CONDITIONS = {
    "rare": ("attr:owner=artist 77", "attr:shot=sh04242", "width=1777"),
    "some": ("attr:owner~artist 7", "compression=zips", "width>=2000"),
    "common": ("width>=1", "attr:owner", "compression=none"),
    "several": ("attr:owner~artist 7|width>=2000", "compression!=none|attr:imageCounter>=3"),
}


def first_document() -> dict[str, Any]:
    """The document of a small EXR with the attributes of a renderer."""
    with tempfile.TemporaryDirectory() as folder:
        strings = ("owner", "shot", "software", "comments", "nuke/version", "input/filename", "input/mtime", "project")
        path = raw_exr(
            Path(folder) / "sh.1001.exr",
            *((name.encode(), b"string", f"some {name}".encode()) for name in strings),
            (b"imageCounter", b"int", struct.pack("<i", 1)),
            (b"timeCode", b"timecode", struct.pack("<II", 1, 0)),
            *((f"render/{number}".encode(), b"float", struct.pack("<f", number)) for number in range(20)),
        )
        return document_of(str(path), InspectOptions())


def varied(document: dict[str, Any], numbers: random.Random, sequence: int, frame: int) -> dict[str, Any]:
    """The document of another file: the frames of a sequence differ in counter and time code."""
    made = copy.deepcopy(document)
    part = made["parts"][0]
    part["width"] = 1000 + sequence % 1500
    part["compression"] = {"id": sequence % 4, "name": ("none", "rle", "zips", "zip")[sequence % 4]}
    made["file"]["header_hash"] = f"blake3:{numbers.getrandbits(256):064x}"
    values = {
        "owner": f"artist {sequence % 90}", "shot": f"sh{sequence:05d}", "imageCounter": frame,
        "timeCode": {"time_and_flags": frame, "user_data": 0, "text": f"00:00:00:{frame:02}", "drop": False},
    }  # fmt: skip
    for entry in part["attributes"]:
        entry["value"] = values.get(entry["name"], entry["value"])
    made["attributes"].update(values)
    return made


def make_shard(path: Path, files: int) -> None:
    """A shard with facts; tells how fast they were stored, and what they take."""
    with tempfile.NamedTemporaryFile(suffix=".txt") as listed:
        write_shard(path, files, Path(listed.name))
    before, document, numbers = path.stat().st_size, first_document(), random.Random(3)
    spent = of_structure = 0.0
    with Database(path, SHARD) as database:
        count = files // 10
        for start in range(0, count, 1000):
            made = [varied(document, numbers, at // 5, at % 5) for at in range(start, min(start + 1000, count))]
            began = time.perf_counter()
            structures = [structure_of(one) for one in made]
            of_structure += time.perf_counter() - began
            began = time.perf_counter()
            with database.transaction():
                for at, (one, structure) in enumerate(zip(made, structures, strict=True), start):
                    database.run("UPDATE file SET sequence_id = ? WHERE id = ?", (at // 5 + 1, at * 10 + 1))
                    store_document(database, at * 10 + 1, one, structure)
            spent += time.perf_counter() - began
        database.run(
            "INSERT INTO sequence SELECT x.q, f.folder_id, CAST(x.q AS BLOB), x'2e', 4, '1', '5', 5, 0, 0, '1-5', 1, 1,"
            " 1, 1, NULL, 1, 0 FROM (SELECT sequence_id AS q, min(id) AS first FROM file WHERE sequence_id IS NOT NULL"
            " GROUP BY 1) x JOIN file f ON f.id = x.first"
        )
        database.run("ANALYZE")
        database.run("PRAGMA wal_checkpoint(TRUNCATE)")
    size = (path.stat().st_size - before) / count
    print(f"{count:,} documents stored, {count / spent:,.0f} a second, {size:,.0f} bytes each (with their structure);")
    print(f"their structures made, {count / of_structure:,.0f} a second")


def timed(run: Callable[[], object], rounds: int = 5) -> float:
    """The median of milliseconds."""
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        run()
        found.append(1000 * (time.perf_counter() - began))
    return statistics.median(found)


def measure(path: Path) -> None:
    with open_reader(path) as database:
        ids = [row[0] for row in database.rows("SELECT file_id FROM facts LIMIT 1000")]
        each = timed(lambda: [recorded_document(database, file_id) for file_id in ids], 3)
        print(f"reading back {1e6 / each:,.0f} documents a second")
        for kind, texts in CONDITIONS.items():
            for text in texts:
                query = SearchQuery("", where=conditions_of(text.split("|")))
                first = timed(lambda query=query: ShardSearch(database, query).page(1000))  # type: ignore[misc]
                total = ShardSearch(database, query).total()
                print(f"{kind:8} {text:42} {first:8.1f} ms  {total:,} hits")
        vectors = structure_of(first_document())
        assert vectors is not None
        nearest = timed(lambda: next(ranked_structures(database, vectors.vectors, held=False)[0]))
        count = database.value("SELECT count(*) FROM structure")
        print(f"similar: {nearest:.0f} ms over {count:,} structures")


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    path = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.gettempdir()) / f"bench_recorded_{files}.db"
    if not path.exists():
        make_shard(path, files)
    measure(path)


if __name__ == "__main__":
    main()

"""Searching 2 million realistic names: first page and exact total, beside `plocate` and LIKE on the same names.

Run by hand: python tests/benchmarks/bench_search.py [FILES]     (the shard is written without a disk to scan)
"""

import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.catalog.database import Database
from app.catalog.entries import EntryWriter
from app.catalog.migrations import SHARD
from app.catalog.search import SearchQuery, ShardSearch
from app.catalog.shard import open_reader
from app.files.sequences import group_names
from app.model.kinds import category_of
from tests.benchmarks.made_tree import folder_names

_ROUNDS = 3
_PAGE = 1000
#: `repeated` is the worst case of an index of trigrams: one of them, common, says all that it can say of the term.
TERMS = {
    "common": ("exr", "beauty", "light", "comp", "v001", "final", "sh1"),
    "medium": ("sh0170", "crypto_v002", "1042.exr", "ref_wip", "lookdev_final"),
    "rare": ("0a1b", "3fe9a", "notes_cam_0", "sh3990_fx_depth"),
    "absent": ("zzzqqq", "xyzzy", "quagmire", "hologram"),
    "repeated": ("0000000", "11111"),
}


def write_shard(path: Path, files: int, list_file: Path) -> None:
    """A shard of so many files in folders of 100, and the same paths as text for other tools."""
    numbers = random.Random(20)
    with Database(path, SHARD) as database, list_file.open("w", encoding="utf-8") as listed:
        writer = EntryWriter(database, 1)
        top = 0
        for start in range(0, files // 100, 500):
            with database.transaction():
                top = top or writer.add_folder(None, b"")
                for number in range(start, min(start + 500, files // 100)):
                    folder = f"show_{number // 500:02d}_sq{number // 20 % 25:03d}_{number:05d}"
                    folder_id = writer.add_folder(top, folder.encode())
                    names = [name.encode() for name in dict.fromkeys(folder_names(numbers, number))]
                    newest = numbers.getrandbits(60)
                    grouping = group_names(names)
                    order = [at for group in grouping.sequences for at in group.members] + list(grouping.singles)
                    writer.add_files(
                        folder_id,
                        [
                            (names[at], names[at].lower(), 1, newest + at, int(category_of(names[at])), None)
                            for at in order
                        ],
                    )
                    listed.writelines(f"/{folder}/{name.decode()}\n" for name in names)
                writer.flush()
        with database.transaction():
            database.run(
                "UPDATE folder SET files = (SELECT coalesce(sum(last_id - first_id + 1), 0) FROM block"
                " WHERE folder_id = folder.id)"
            )
        database.run("PRAGMA optimize")


def milliseconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return (time.perf_counter() - start) * 1000


def like(database: Database, term: str) -> Callable[[], object]:
    """The newest hits by LIKE on names, sorted."""
    sql = "SELECT id FROM file WHERE CAST(name AS TEXT) LIKE ? ORDER BY mtime_ns DESC LIMIT ?"
    return lambda: list(database.rows(sql, (f"%{term}%", _PAGE)))


def plocate_database(list_file: Path, target: Path) -> bool:
    """A plocate database of the same names, where the tool is there."""
    build = shutil.which("plocate-build") or "/usr/sbin/plocate-build"
    if not (shutil.which("plocate") and Path(build).exists()):
        return False
    subprocess.run([build, "-p", str(list_file), str(target)], check=True, capture_output=True)
    return True


def percentiles(values: list[float]) -> str:
    ordered = sorted(values)
    return f"{statistics.median(ordered):7.1f} / {ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]:7.1f}"


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    top = Path(tempfile.mkdtemp(prefix="bench_search_"))
    try:
        measure(top, files)
    finally:
        shutil.rmtree(top)


def measure(top: Path, files: int) -> None:
    shard, list_file = top / "s.db", top / "names.txt"
    start = time.perf_counter()
    write_shard(shard, files, list_file)
    print(
        f"{files:,} files written and indexed in {time.perf_counter() - start:.1f} s,"
        f" {shard.stat().st_size / files:.0f} bytes a file"
    )
    has_plocate = plocate_database(list_file, top / "p.db")
    every_page: list[float] = []
    print(f"{'':8} {'hits':>9}  first page      total            LIKE             plocate     (ms, median / 95 %)")
    with open_reader(shard) as database:
        for kind, terms in TERMS.items():
            pages, totals, likes, plocates, hits = [], [], [], [], []
            for term in terms:
                for _ in range(_ROUNDS):
                    made: list[ShardSearch] = []
                    pages.append(
                        milliseconds(
                            lambda term=term, made=made: (
                                made.append(ShardSearch(database, SearchQuery(term))) or made[0].page(_PAGE)
                            )
                        )
                    )
                    totals.append(milliseconds(made[0].total))
                hits.append(made[0].total())
                likes.append(milliseconds(like(database, term)))
                if has_plocate:
                    command = ["plocate", "-d", str(top / "p.db"), "-i", "-l", str(_PAGE), term]
                    plocates.append(
                        milliseconds(
                            lambda command=command: subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
                        )
                    )
            every_page += pages if kind != "repeated" else []
            print(
                f"{kind:8} {statistics.median(hits):>9,.0f}  {percentiles(pages)} {percentiles(totals)}"
                f" {percentiles(likes)} {percentiles(plocates) if plocates else '  not installed'}"
            )
    print(f"{'all':8} {'':>9}  {percentiles(every_page)}   (bar: 10 / 30; total 200)")


if __name__ == "__main__":
    main()

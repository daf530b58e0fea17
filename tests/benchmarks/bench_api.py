"""The local API under eight clients: searches over 2 million files, requests a second and how long each took.

Run by hand: python tests/benchmarks/bench_api.py [FILES [SECONDS]]   (the shard is written without a disk to scan)

`same terms` are those of bench_search, asked over and over as programs that poll do; `other terms` never come twice in
a run, so that nothing is remembered; `without total` are such terms with `total=false`. Clients run in a process of
their own, on the same machine. The last column is the server's processor time a request: it tells the capacity where
others use the machine too.
"""

import multiprocessing
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlencode

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.catalog.catalog import Catalog
from app.model.drives import Drive, Passport
from app.model.times import uuid7
from app.paths import find_home
from tests.benchmarks.bench_search import TERMS, write_shard

CLIENTS = 8
KEY = "a-key-for-the-benchmark"
ROOT = Path(__file__).resolve().parents[2]


def make_home(top: Path, files: int) -> Path:
    """A working directory with one drive of so many files; the names also as text."""
    home = find_home(top / "home", {})
    home.shards.mkdir(parents=True)
    drive = Drive(uuid7(), "Bench", "/nowhere/at/all", Passport(), files=files)
    catalog = Catalog(home.catalog, home.shards)
    catalog.add_known([drive])
    write_shard(catalog.shard_path(drive.id), files, top / "names.txt")
    return home.root


def same_terms() -> Iterator[dict[str, str]]:
    terms = [term for kind, terms in TERMS.items() if kind != "repeated" for term in terms]
    random.Random(1).shuffle(terms)
    return ({"q": term} for term in cycle(terms))


def other_terms(top: Path) -> Iterator[dict[str, str]]:
    """Pieces of real names, four to twelve letters long, each once."""
    numbers, seen = random.Random(2), set()
    with (top / "names.txt").open(encoding="utf-8") as listed:
        names = [line.rpartition("/")[2].strip() for line in islice(listed, 0, None, 97)]
    while True:
        name = numbers.choice(names)
        length = numbers.randint(4, 12)
        start = numbers.randint(0, max(0, len(name) - length))
        term = name[start : start + length].lower()
        if len(term) >= 4 and term not in seen:
            seen.add(term)
            yield {"q": term}


def client(port: int, targets: list[bytes], seconds: float, took: list[float], wrong: list[bytes]) -> None:
    """One client on one connection: asks, reads the whole answer, asks again."""
    end = time.perf_counter() + seconds
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        for target in targets:
            started = time.perf_counter()
            if started > end:
                return
            connection.sendall(target)
            got = connection.recv(1 << 20)
            while b"\r\n\r\n" not in got:
                got += connection.recv(1 << 20)
            head, _, body = got.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            missing = length - len(body)
            while missing:
                missing -= len(connection.recv(min(missing, 1 << 20)))
            took.append(time.perf_counter() - started)
            if not head.startswith(b"HTTP/1.1 200"):
                wrong.append(got)
        raise RuntimeError("more terms are needed")


def clients(port: int, queries: list[dict[str, str]], seconds: float) -> tuple[list[float], list[bytes]]:
    """All clients, each in a thread; how long each request took in seconds, and answers that were none."""
    targets = [
        f"GET /v1/search?{urlencode(query)} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {KEY}\r\n\r\n".encode()
        for query in queries
    ]
    took: list[float] = []
    wrong: list[bytes] = []
    threads = [
        threading.Thread(target=client, args=(port, targets[number::CLIENTS], seconds, took, wrong))
        for number in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took, wrong


def measure(name: str, server: psutil.Process, port: int, queries: Iterator[dict[str, str]], seconds: float) -> None:
    asked = list(islice(queries, int(2000 * seconds)))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.apply(clients, (port, asked[:CLIENTS], 0.0))
        before = server.cpu_times()
        took, wrong = pool.apply(clients, (port, asked[CLIENTS:], seconds))
        after = server.cpu_times()
    used = 1000 * (after.user + after.system - before.user - before.system) / max(1, len(took))
    took.sort()
    at = [1000 * took[min(len(took) - 1, int(len(took) * share))] for share in (0.5, 0.95, 0.99)]
    print(
        f"{name:14} {len(took) / seconds:8.0f} requests/s   {at[0]:6.1f} / {at[1]:6.1f} / {at[2]:6.1f} ms"
        f" (median / 95 % / 99 %)   {len(wrong)} failed   {used:.1f} ms processor"
    )


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 10.0
    top = Path(tempfile.mkdtemp(prefix="bench_api_"))
    try:
        home = make_home(top, files)
        command = [sys.executable, "-m", "app", "--home", str(home), "serve", "--port", "0"]
        environment = os.environ | {"REELMARK_API_KEY": KEY, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=ROOT, text=True) as process:
            assert process.stdout is not None
            server = psutil.Process(process.pid)
            port = int(process.stdout.readline().rpartition(":")[2])
            print(f"{files:,} files, {CLIENTS} clients, {os.cpu_count()} cores (bar: 200 requests/s, 95 % in 60 ms)")
            measure("same terms", server, port, same_terms(), seconds)
            measure("other terms", server, port, other_terms(top), seconds)
            measure("without total", server, port, (query | {"total": "false"} for query in other_terms(top)), seconds)
            print(f"memory of the server: {server.memory_info().rss / 1e6:.0f} MB")
            process.terminate()
    finally:
        shutil.rmtree(top)


if __name__ == "__main__":
    main()

"""What was learnt of several files as one message between processes: what they have in common is told once.

A message is a JSON header and raw bytes: those of the values (each behind its hash), of the headers and of the vectors.
"""

from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import Any

from app.catalog.factparts import HASH_BYTES, Inspected, Pieces, Value
from app.jobs.framing import Message
from app.model.structure import Structure


class Bundle:
    """Collects what was learnt of files, in their order.

    Attributes:
        size: bytes collected so far, about.
    """

    def __init__(self) -> None:
        self.size = 0
        self._files: list[Any] = []
        self._values: dict[bytes, int] = {}
        self._told: list[tuple[str, str, str, float | None]] = []
        self._bodies: list[bytes] = []
        self._headers: dict[bytes, int] = {}
        self._structures: dict[Structure, int] = {}

    def add(self, one: Inspected) -> None:
        """Add what was learnt of the next file."""
        pieces, places = one.pieces, self._values
        for value in pieces.values:
            if value.hash not in places:
                places[value.hash] = len(places)
                self._told.append((value.name, value.type, value.text, value.number))
                self._bodies.append(value.hash + value.body)
                self.size += len(value.body)
        if pieces.header not in self._headers:
            self.size += len(pieces.header)
        self.size += len(pieces.own)
        self._files.append(
            (
                pieces.kind,
                pieces.format,
                self._headers.setdefault(pieces.header, len(self._headers)),
                [places[value.hash] for value in pieces.values],
                pieces.own,
                pieces.header_hash,
                pieces.stats,
                pieces.duration_s,
                None if one.structure is None else self._structures.setdefault(one.structure, len(self._structures)),
                one.error,
            )
        )

    def add_problem(self, error: dict[str, Any]) -> None:
        """Add why nothing was learnt of the next file: the `error` of an envelope."""
        self._files.append(error)

    def packed(self) -> Message:
        """The message."""
        blobs = [*self._bodies, *self._headers, *(one.vectors for one in self._structures)]
        header = {
            "files": self._files,
            "values": self._told,
            "headers": len(self._headers),
            "versions": [one.version for one in self._structures],
            "lengths": [len(blob) for blob in blobs],
        }
        return header, b"".join(blobs)


def unbundled(message: Message) -> Iterator[Inspected | dict[str, Any]]:
    """What was learnt of each file, or the error that says why nothing was, in the order of the files."""
    told, payload = message
    ends = accumulate(told["lengths"], initial=0)
    blobs = iter([payload[start:end] for start, end in pairwise(ends)])
    values = [
        Value(name, kind, text, number, body[HASH_BYTES:], body[:HASH_BYTES])
        for (name, kind, text, number), body in zip(told["values"], blobs, strict=False)
    ]
    headers = [next(blobs) for _ in range(told["headers"])]
    structures = [Structure(version, next(blobs)) for version in told["versions"]]
    for file in told["files"]:
        if isinstance(file, dict):
            yield file
            continue
        kind, form, header, places, own, header_hash, stats, duration_s, structure, error = file
        inside = tuple([values[place] for place in places])
        pieces = Pieces(kind, form, headers[header], inside, own, header_hash, stats, duration_s)
        yield Inspected(pieces, None if structure is None else structures[structure], error)

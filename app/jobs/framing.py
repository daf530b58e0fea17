"""How a parent and its child process speak: frames of two 32-bit lengths, a JSON header and raw bytes. Never pickle."""

import json
import struct
from io import FileIO
from typing import IO, Any, Protocol

_LENGTHS = struct.Struct(">II")

#: The key of the header that ends an answer, and of the one that says why there is none.
END = "end"
ERROR = "error"
#: The key of a header that says how far a handler is: steps done and steps in all.
PROGRESS = "progress"

Message = tuple[dict[str, Any], bytes]


class Send(Protocol):
    """How a handler answers: any number of messages, each a JSON-ready header and raw bytes."""

    def __call__(self, header: dict[str, Any], payload: bytes = b"") -> None:
        """Send one message to the parent; blocks while the parent is busy."""


def write_message(pipe: IO[bytes], header: dict[str, Any], payload: bytes) -> None:
    """Write one frame and flush it."""
    head = json.dumps(header, separators=(",", ":")).encode("utf-8", "surrogatepass")
    pipe.write(_LENGTHS.pack(len(head), len(payload)) + head)
    if payload:
        pipe.write(payload)
    pipe.flush()


def read_message(pipe: FileIO) -> Message | None:
    """The next frame, or None where the pipe ends."""
    lengths = _read_exactly(pipe, _LENGTHS.size)
    if lengths is None:
        return None
    head_size, payload_size = _LENGTHS.unpack(lengths)
    head = _read_exactly(pipe, head_size)
    payload = _read_exactly(pipe, payload_size)
    return None if head is None or payload is None else (json.loads(head), payload)


def _read_exactly(pipe: FileIO, size: int) -> bytes | None:
    """So many bytes, or None where the pipe ends before."""
    buffer = bytearray(size)
    view = memoryview(buffer)
    done = 0
    while done < size:
        number = pipe.readinto(view[done:])
        if not number:
            return None
        done += number
    return bytes(buffer)

"""Answers one event by hand: `python -m app.serverless EVENT.json`, `-` for standard input. For trying and for smoke.

The exit code is 0 where nothing went wrong, 1 where `errors` says what did.
"""

import logging
import os
import sys
from pathlib import Path
from typing import Any

from app.model.documents import json_text
from app.serverless.handler import handler

_USAGE = """usage: python -m app.serverless EVENT.json|-

Answers one event: the JSON of a file, or - for that of standard input. The answer is JSON on standard output.
docs/serverless.md lists the events.
"""


def main(arguments: list[str]) -> int:
    """Answer the event in the file that is named, on standard output."""
    if arguments in (["--help"], ["-h"]):
        sys.stdout.write(_USAGE)
        return 0
    if len(arguments) != 1 or (arguments[0].startswith("-") and arguments[0] != "-"):
        sys.stderr.write(_USAGE)
        return 2
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s")
    try:
        event = sys.stdin.buffer.read() if arguments[0] == "-" else Path(arguments[0]).read_bytes()
    except OSError as error:
        sys.stderr.write(f"Error: {arguments[0]} cannot be read: {error.strerror}\n")
        return 3
    event = event.rstrip(b"\r\n")
    if not _is_event(event):
        sys.stderr.write(f"Error: {arguments[0]} holds no JSON, no s3:// address and no path of a file that is there\n")
        return 3
    answer = handler(None, event)
    sys.stdout.write(json_text(answer) + "\n")
    return int(_failed(answer))


def _is_event(event: bytes) -> bool:
    """Whether it begins as JSON does, or is an address or the path of a file that is there."""
    if event.removeprefix(b"\xef\xbb\xbf").strip()[:1] in (b"{", b"[", b'"') or b"://" in event:
        return True
    try:
        return Path(os.fsdecode(event)).is_file()
    except (OSError, ValueError):
        return False


def _failed(answer: dict[str, Any]) -> bool:
    return bool(answer["errors"]) or any(document["errors"] for document in answer.get("files", ()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Answers one event by hand: `python -m app.serverless EVENT.json`, `-` for standard input. For trying and for smoke.

The exit code is 0 where nothing went wrong, 1 where `errors` says what did.
"""

import logging
import sys
from pathlib import Path
from typing import Any

from app.model.documents import json_text
from app.serverless.handler import handler


def main(arguments: list[str]) -> int:
    """Answer the event in the file that is named, on standard output."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m app.serverless EVENT.json|-\n")
        return 2
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s")
    try:
        event = sys.stdin.buffer.read() if arguments[0] == "-" else Path(arguments[0]).read_bytes()
    except OSError as error:
        sys.stderr.write(f"Error: {arguments[0]} cannot be read: {error.strerror}\n")
        return 3
    answer = handler(None, event)
    sys.stdout.write(json_text(answer) + "\n")
    return int(_failed(answer))


def _failed(answer: dict[str, Any]) -> bool:
    return bool(answer["errors"]) or any(document["errors"] for document in answer.get("files", ()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

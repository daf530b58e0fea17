"""How `inspect` prints documents as they come, so that a hundred thousand of them take no memory."""

from typing import Any, Protocol

from app.cli.inspected import print_document
from app.cli.output import local_time, print_json, print_lines, write_bytes
from app.errors import AppError
from app.model.documents import json_text


class Printer(Protocol):
    """Takes documents one after the other."""

    def take(self, document: dict[str, Any]) -> None:
        """Print a document."""

    def end(self, error: AppError | None = None) -> bool:
        """Print what stands behind the last one; whether `error` was printed with it."""


class TextPrinter:
    """Prints documents for people, with an empty line between two."""

    def __init__(self) -> None:
        self._begun = False

    def take(self, document: dict[str, Any]) -> None:
        """Print a document."""
        if self._begun:
            print_lines("")
        self._begun = True
        if recorded := document.get("recorded"):
            print_lines(f"(the drive is not connected; as it was recorded {local_time(recorded)})")
        print_document(document)
        if document["validation"].get("policy"):
            from app.cli.check import print_validation

            print_validation(document["validation"])

    def end(self, error: AppError | None = None) -> bool:
        """Nothing stands behind the last one."""
        return False


class JsonPrinter:
    """Prints the document of the only file, or one document with the list `files`, a line for each.

    What ends the job before its time stands behind the list as `error`: what was printed stays one JSON document.

    Args:
        files: how many documents are to come.
    """

    def __init__(self, files: int) -> None:
        self._single = files == 1
        self._begun = False

    def take(self, document: dict[str, Any]) -> None:
        """Print a document."""
        if self._single:
            print_json(document)
        else:
            self.take_text(json_text(document, indent=None).encode())

    def take_text(self, text: bytes) -> None:
        """Print a document of several that is JSON already."""
        write_bytes((b",\n" if self._begun else b'{"files": [\n') + text)
        self._begun = True

    def end(self, error: AppError | None = None) -> bool:
        """Close the list; an error before the first document is not printed here."""
        if self._single or (error is not None and not self._begun):
            return False
        behind = b"" if error is None else b', "error": ' + json_text(error.envelope()["error"], indent=None).encode()
        write_bytes((b"\n]" if self._begun else b'{"files": []') + behind + b"}\n")
        return error is not None

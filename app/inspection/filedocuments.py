"""The documents of many files, read by killable children, in order, and only so many held at a time."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.errors import AppError, MediaError
from app.jobs.children import ChildPool
from app.jobs.framing import Message
from app.jobs.inorder import in_order
from app.jobs.job import CancelToken
from app.model.inspecting import InspectOptions

HANDLER = "app.media.worker:document"
_TIMEOUT_S = 60.0
_BATCH = 32

Heard = Callable[[int, list[int]], None]


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document as the JSON that a child wrote: who only passes it on need not parse it."""

    text: bytes

    def parsed(self) -> dict[str, Any]:
        """The document."""
        document: dict[str, Any] = json.loads(self.text)
        return document


def file_documents(
    pool: ChildPool, paths: Mapping[int, str], options: InspectOptions, token: CancelToken, heard: Heard | None = None
) -> Iterator[tuple[int, DocumentText | AppError]]:
    """The documents of some files, in their order, each as soon as those before it are there.

    A child gets a few files at a time, unless pixels or sound are to be decoded. One that a file crashes or hangs
    costs that file alone: the others of its batch are asked for again, one by one.

    Args:
        pool: of children that run `HANDLER`.
        paths: files by a number that orders them; all of their documents may be held at once.
        options: how far files are looked into.
        token: cancels.
        heard: hears the number of a file and its steps done and in all; only where a child has one file.

    Raises:
        Cancelled: the token was set.
    """
    return in_order(_as_they_come(pool, paths, options, token, heard), sorted(paths))


def _as_they_come(
    pool: ChildPool, paths: Mapping[int, str], options: InspectOptions, token: CancelToken, heard: Heard | None
) -> Iterator[tuple[int, DocumentText | AppError]]:
    again: list[list[int]] = []
    for numbers in (_batches(sorted(paths), options), again):
        requests = ((batch, _request(batch, paths, options)) for batch in numbers)
        for batch, answer in pool.map(requests, token, _TIMEOUT_S, _of_the_first(heard)):
            if isinstance(answer, AppError) and len(batch) > 1:
                again.extend([number] for number in batch)
            elif isinstance(answer, AppError):
                yield batch[0], answer
            else:
                yield from _answers(batch, answer)


def _of_the_first(heard: Heard | None) -> Callable[[list[int], list[int]], None] | None:
    return None if heard is None else lambda batch, numbers: heard(batch[0], numbers)


def _batches(numbers: list[int], options: InspectOptions) -> list[list[int]]:
    size = 1 if options.stats or options.deep_stats or options.measure else _BATCH
    return [numbers[start : start + size] for start in range(0, len(numbers), size)]


def _request(batch: list[int], paths: Mapping[int, str], options: InspectOptions) -> dict[str, Any]:
    return {"paths": [paths[number] for number in batch], **asdict(options)}


def _answers(batch: list[int], messages: list[Message]) -> Iterator[tuple[int, DocumentText | AppError]]:
    for header, payload in messages:
        problem = header.get("problem")
        if problem is None:
            yield batch[header["index"]], DocumentText(payload)
            continue
        error = MediaError(problem["message"], hint=problem["hint"], code=problem["code"], context=problem["context"])
        yield batch[header["index"]], error

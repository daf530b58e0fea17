"""The pixels of a sequence's frames, in killable children: the statistics of one, and whether two show the same."""

import json
from contextlib import ExitStack
from fnmatch import fnmatchcase
from hashlib import blake2b
from typing import Any

from app.jobs.framing import Send
from app.media.exr import Header, read_header
from app.media.formats import Format
from app.media.opening import OpenFile, opened
from app.media.registry import inspect_open, recognise
from app.media.telling import Progress, teller
from app.model.inspecting import BLACK_CODES, BLACK_LINEAR, COLOUR

_BLOCK = 1 << 20
_LAYOUT = (b"channels", b"compression", b"dataWindow", b"lineOrder", b"tiles", b"type", b"name")


def stats(request: dict[str, Any], send: Send) -> None:
    """The statistics of one frame.

    Request: `folder`, `name`, `sample`. Says how far it is. Answer: `stats` and `errors` as in the document of a file;
    `digest` of the statistics, 0 where not all pixels are in them; `black`, None where there are no colours.
    """
    with opened(f"{request['folder']}/{request['name']}") as file:
        form, _ = recognise(file)
        found, errors = _statistics(file, form, request["sample"], teller(send))
    limit = BLACK_LINEAR if form.name == "openexr" else BLACK_CODES
    black = _is_black(found, limit)
    send({"stats": found, "errors": errors, "digest": 0 if errors else _digest(found), "black": black})


def _statistics(
    file: OpenFile, form: Format, sample: int, tell: Progress
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    if form.name == "openexr":
        from app.media.pixelstats import exr_statistics

        return exr_statistics(file, read_header(file), sample=sample, progress=tell, threads=1)
    from app.media.imagestats import image_statistics

    return image_statistics(file, form, sample=sample, progress=tell)


def _digest(found: dict[str, Any]) -> int:
    """Eight bytes for statistics; equal pictures have equal ones."""
    if not all(part["supported"] for part in found["parts"]):
        return 0
    text = json.dumps(found, sort_keys=True).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest()) | 1


def _is_black(found: dict[str, Any], limit: float) -> bool | None:
    """Whether no colour of any part rises above the limit; None where there are no colours that could be read."""
    highest = [
        channel["max"]
        for part in found["parts"]
        for channel in part["channels"]
        if any(fnmatchcase(channel["name"], pattern) for pattern in COLOUR)
    ]
    if not highest or None in highest:
        return None
    return all(isinstance(value, float) and value <= limit for value in highest)


def same(request: dict[str, Any], send: Send) -> None:
    """Whether two frames hold the same pixels. Request: `folder`, `a`, `b`. Says how far it is. Answer: `same`."""
    tell = teller(send)
    with ExitStack() as stack:
        files = [stack.enter_context(opened(f"{request['folder']}/{request[side]}")) for side in "ab"]
        forms = [recognise(file)[0] for file in files]
        if forms[0] != forms[1]:
            send({"same": False})
        elif forms[0].name == "openexr":
            headers = [read_header(file) for file in files]
            parts = {len(header.parts) for header in headers}
            packed = _same_layout(*headers) and _same_bytes(files, headers, tell)
            send({"same": packed or (len(parts) == 1 and _same_pixels(files, forms, parts.pop(), tell))})
        else:
            parts = {len(inspect_open(file).streams) for file in files}
            send({"same": len(parts) == 1 and _same_pixels(files, forms, parts.pop(), tell)})


def _same_layout(a: Header, b: Header) -> bool:
    """Whether the parts of two headers hold pixels of the same kind at the same places, packed in the same way."""
    return len(a.parts) == len(b.parts) and all(
        one.get(name) == other.get(name) for one, other in zip(a.parts, b.parts, strict=True) for name in _LAYOUT
    )


def _same_bytes(files: list[OpenFile], headers: list[Header], tell: Progress) -> bool:
    """Whether the chunks of two files are equal byte for byte; then nothing has to be decoded."""
    counts = [part.chunk_count() for part in headers[0].parts]
    if None in counts:
        return False
    tables = 8 * sum(count or 0 for count in counts)
    starts = [header.size + tables for header in headers]
    sizes = {file.size - start for file, start in zip(files, starts, strict=True)}
    if len(sizes) > 1:
        return False
    size = sizes.pop()
    for at in range(0, size, _BLOCK):
        tell(at, size)
        if files[0].read_at(starts[0] + at, _BLOCK) != files[1].read_at(starts[1] + at, _BLOCK):
            return False
    return True


def _same_pixels(files: list[OpenFile], forms: list[Format], parts: int, tell: Progress) -> bool:
    from app.media.pixeldiff import Picture, compare_parts

    with ExitStack() as stack:
        one, other = (stack.enter_context(Picture(file, form)) for file, form in zip(files, forms, strict=True))
        for part in range(parts):
            with one.side(part) as a, other.side(part) as b:
                if a.source.channels != b.source.channels or a.source.data_window != b.source.data_window:
                    return False
                found = compare_parts(a, b, part, 0.0, heat=False, progress=tell)
            if found.errors or any(entry["differing"] for entry in found.pixels):
                return False
    return True

"""Public media that nobody here made: nothing crashes, hangs or is called sound when it is not."""

import resource
from pathlib import Path

from app.errors import MediaError
from app.jobs.children import ChildFailed
from app.jobs.job import CancelToken
from app.media.document import document_of
from app.media.exrbytes import header_bytes
from app.media.frames import FrameReader
from app.media.inspectors import Inspectors
from app.model.inspecting import InspectOptions


def test_every_sample_is_read_or_refused(samples: Path) -> None:
    paths = [str(path) for path in sorted(samples.rglob("*")) if path.is_file()]
    with Inspectors(2, timeout_s=20) as inspectors:
        answers = dict(inspectors.inspect_all(((path, path) for path in paths), CancelToken()))
    assert len(answers) == len(paths)
    assert [path for path, answer in answers.items() if isinstance(answer, ChildFailed)] == []
    refused = {path for path, answer in answers.items() if isinstance(answer, MediaError) and "Damaged" not in path}
    assert refused == set()
    told = [path for path, answer in answers.items() if not isinstance(answer, MediaError) and answer.error]
    assert [path for path in told if "Damaged" not in path] == []


def test_every_sample_is_shown_or_refused(samples: Path) -> None:
    shown = 0
    with FrameReader(timeout_s=60) as reader:
        for path in sorted(samples.rglob("*")):
            if path.is_file():
                try:
                    frame = reader.read(str(path), max_width=256, max_height=256)
                except MediaError as problem:
                    assert not isinstance(problem, ChildFailed)
                else:
                    assert len(frame.rgba) == frame.width * frame.height * 4
                    shown += 1
    assert shown > 0
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 3 << 20


def test_the_header_of_every_sample_follows_from_its_document(samples: Path) -> None:
    told = 0
    for path in samples.rglob("*.exr"):
        document = document_of(str(path), InspectOptions())
        assert path.read_bytes()[: document["file"]["header_bytes"]] == header_bytes(document)
        assert (document["lossless"], document["errors"]) == (True, [])
        told += 1
    assert told > 0

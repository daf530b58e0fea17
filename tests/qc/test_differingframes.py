"""After a check of a drive, searches know which frames have another header than the rest of their sequence."""

from pathlib import Path

import pytest

from app.catalog.find import Find
from app.catalog.search import SearchQuery
from app.catalog.where import conditions_of
from app.engine import Engine
from app.jobs.job import Job
from app.operations import run
from app.qc.checking import CheckRequest
from app.scanning.request import ScanRequest
from tests.inspection.framekit import Attribute, frames, string
from tests.qc.policykit import HEAD

_POLICY = HEAD + "rules:\n  - {id: r, select: 'parts[*].compression', expect: {eq: none}}\n"


def _owner(number: int) -> list[Attribute]:
    return [string(b"owner", b"Weta" if number in (1003, 1006) else b"ILM")]


@pytest.fixture
def base(engine: Engine, tmp_path: Path) -> Path:
    """A drive, scanned.

    Of its sequence two frames that no scan samples have another owner, one is no EXR, and one ends in its header.
    """
    folder = frames(tmp_path / "drive/sh", range(1001, 1010), _owner)
    (folder / "sh.1008.exr").write_bytes(b"v/1\x01 is all there is of it")
    cut = folder / "sh.1007.exr"
    cut.write_bytes(cut.read_bytes()[:120])
    (tmp_path / "p.yaml").write_text(_POLICY)
    run(engine, "scan", ScanRequest((str(folder.parent),), "D"), Job())
    return folder.parent


def _found(engine: Engine, *conditions: str) -> set[int]:
    query = SearchQuery("", limit=0, where=conditions_of(conditions))
    with Find(engine.catalog, engine.judge, engine.catalog.drives(), query) as find:
        hits = find.page(0)
        assert find.total() == len(hits)
    return {int(hit.relative_path.rpartition(b".")[0][-4:]) for hit in hits}


def test_each_frame_is_found_by_its_own_header(engine: Engine, base: Path) -> None:
    everything = set(range(1001, 1010))
    assert _found(engine, "attr:owner=ILM") == everything
    run(engine, "check", CheckRequest((), str(base.parent / "p.yaml"), ("D",)), Job())
    assert _found(engine, "attr:owner=Weta") == {1003, 1006}
    assert _found(engine, "attr:owner!=ILM") == {1003, 1006}
    assert _found(engine, "attr:owner=ILM") == everything - {1003, 1006, 1007, 1008}
    assert _found(engine, "width=4") == everything - {1007, 1008}
    assert _found(engine, "attr:owner=ILM", "width=4") == everything - {1003, 1006, 1007, 1008}

"""The benchmarks are run by hand, now and then: until then they still have to fit the code that they measure."""

import runpy
from pathlib import Path

import pytest

BENCHMARKS = sorted((Path(__file__).parent / "benchmarks").glob("*.py"))


@pytest.mark.parametrize("path", BENCHMARKS, ids=[path.stem for path in BENCHMARKS])
def test_a_benchmark_finds_what_it_measures(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(path.parent))

    module = runpy.run_path(str(path), run_name="benchmark")

    assert module["__doc__"]

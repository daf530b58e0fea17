"""The demo as a whole, run once: what it made, seen with other tools, and what it tells of it."""

import json
import wave
from pathlib import Path

import av
import OpenImageIO as oiio  # noqa: N813 - the name its own documentation uses
import pytest

from app.catalog.find import Find
from app.catalog.search import SearchQuery
from app.demo.walkthrough import DemoRequest, DemoResult
from app.engine import Engine, open_engine
from app.jobs.events import Stage, StageStarted
from app.jobs.job import Job
from app.operations import run
from app.paths import find_home
from app.qc.signoff import SignOffRequest
from app.settings import load_settings

WIDTH, HEIGHT = 96, 54
COMP = "HRBR/seq010/sh010/comp/v004/HRBR_sh010_comp_v004.####.exr"
BEAUTY = "HRBR/seq010/sh020/lighting/v002/HRBR_sh020_beauty_v002.####.exr"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    home = find_home(tmp_path_factory.mktemp("demo") / "home", {})
    return open_engine(load_settings(home, {}, {}), home)


@pytest.fixture(scope="module")
def stages() -> list[Stage]:
    return []


@pytest.fixture(scope="module")
def result(engine: Engine, stages: list[Stage]) -> DemoResult:
    def hear(event: object) -> None:
        if isinstance(event, StageStarted):
            stages.append(event.stage)

    return run(engine, "demo", DemoRequest(width=WIDTH), Job(hear))


@pytest.fixture(scope="module")
def folder(result: DemoResult) -> Path:
    return result.library.folder


def state(folder: Path) -> dict[str, tuple[int, int]]:
    """Modification time and inode of everything below a folder."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_ino)
        for path in (folder, *folder.rglob("*"))
    }


def test_the_library_lies_in_the_working_directory(engine: Engine, result: DemoResult) -> None:
    assert result.library.folder == engine.home.root.resolve() / "demo-library"
    made = [path for path in result.library.folder.rglob("*") if path.is_file() and ".qc" not in path.parts]
    assert result.library.made == len(made) - 1
    assert (result.library.kept, result.library.folder / "README.txt" in made) == (0, True)


def test_making_is_shown_before_scanning(result: DemoResult, stages: list[Stage]) -> None:
    assert stages[0] is Stage.GENERATE
    assert {Stage.WALK, Stage.HASH, Stage.INSPECT, Stage.SIDECARS} <= set(stages)


def test_openimageio_opens_each_frame_and_sees_the_parts(folder: Path) -> None:
    for pattern in (COMP, BEAUTY):
        frames = sorted(folder.glob(pattern.replace("####", "*")))
        for path in frames:
            image = oiio.ImageBuf(str(path))
            assert image.read(force=True), path
            assert (image.spec().width, image.spec().height) == (WIDTH, HEIGHT)
        parts = [oiio.ImageBuf(str(frames[0]), index, 0).spec() for index in range(image.nsubimages)]
        names = [part.getattribute("oiio:subimagename") for part in parts]
        assert names[:2] == (["rgba", "depth"] if pattern == BEAUTY else [None]), pattern
    for suffix, count in ((".dpx", 12), (".tif", 6), (".png", 2), (".jpg", 2)):
        stills = list(folder.rglob(f"*{suffix}"))
        assert len(stills) == count
        assert all(oiio.ImageBuf(str(path)).read(force=True) for path in stills)


def test_the_movie_plays_and_the_sound_is_sound(folder: Path) -> None:
    with av.open(str(folder / "HRBR/editorial/HRBR seq010 animatic v03.mp4")) as movie:
        assert sum(1 for _ in movie.decode(video=0)) == 72
        assert movie.streams.audio[0].codec_context.name == "aac"
    with wave.open(str(folder / "HRBR/editorial/sound/HRBR_seq010_foghorn_v002.wav")) as sound:
        assert (sound.getframerate(), sound.getnframes(), sound.getsampwidth()) == (48000, 4 * 48000, 3)


def test_the_missing_frames_are_those_that_lie_nowhere(result: DemoResult, folder: Path) -> None:
    there = {int(path.name.split(".")[1]) for path in (folder / COMP).parent.glob("*.exr")}
    assert set(range(1001, 1049)) - there == {1013, 1014, 1015, 1031}
    missing = {sequence.path: sequence.missing for sequence in result.sequences}
    assert len(missing) == 5
    assert {path: frames for path, frames in missing.items() if frames} == {COMP: "1013-1015,1031"}
    assert [(found.path, found.frames) for found in result.findings if found.kind == "missing_frames"] == [
        ((folder / COMP).as_posix(), "1013-1015,1031")
    ]


def test_both_damaged_files_are_named_with_their_reasons(result: DemoResult) -> None:
    damaged = {Path(found.path).name: found.reason for found in result.findings if found.kind == "damaged"}
    assert set(damaged) == {"HRBR_sh040_lighttest_v001.exr", "notes.exr"}
    assert "cut off" in damaged["HRBR_sh040_lighttest_v001.exr"]
    assert "text" in damaged["notes.exr"]


def test_files_called_equal_are_equal(result: DemoResult) -> None:
    groups = [(found.path, *found.copies) for found in result.findings if found.kind == "equal_content"]
    assert [[Path(path).name for path in group] for group in groups] == [
        ["HRBR seq010 animatic v03.mp4", "HRBR seq010 animatic v03.mp4"],
        ["灯台 night study.png", "key art FINAL (2).png"],
    ]
    for first, second in groups:
        assert first != second
        assert Path(first).read_bytes() == Path(second).read_bytes()


@pytest.mark.parametrize(
    ("asset", "verdict", "reasons"), [(BEAUTY, "pass", []), (COMP, "fail", ["missing_frame"])], ids=["pass", "fail"]
)
def test_a_verdict_lies_in_the_sidecar_that_is_named(
    result: DemoResult, folder: Path, asset: str, verdict: str, reasons: list[str]
) -> None:
    (status,) = [status for status in result.verdicts if status.path == folder / asset]
    assert status.sidecar == (folder / asset).parent / ".qc" / f"{Path(asset).name}.qc.json"
    record = json.loads(status.sidecar.read_bytes())
    assert (record["qc_result"], record["operator"], record["reasons"]) == (verdict, "demo operator", reasons)
    assert record["notes"]
    assert not status.stale


def test_only_two_assets_are_judged(result: DemoResult) -> None:
    assert sorted(status.verdict for status in result.verdicts if status.operator) == ["fail", "pass"]
    assert {status.verdict for status in result.verdicts if not status.operator} == {"pending"}


def test_the_drive_is_called_demo_and_found_by_a_few_letters(engine: Engine, result: DemoResult) -> None:
    assert (result.drive.label, result.drive.base) == ("Demo", str(result.library.folder))
    assert result.shard.is_file()
    with Find(engine.catalog, engine.judge, engine.catalog.drives(), SearchQuery("aube")) as find:
        assert {found.relative_path.decode() for found in find.page(0)} >= {"HRBR/refs/Phare à l'aube – 1ère idée.jpg"}


def test_a_second_call_writes_nothing(engine: Engine, result: DemoResult, folder: Path) -> None:
    before = state(folder)
    again: DemoResult = run(engine, "demo", DemoRequest(width=WIDTH), Job())
    assert state(folder) == before
    assert (again.library.made, again.library.kept) == (0, result.library.made)
    assert (again.crawl.written, again.signed) == (0, ())
    counts = again.scan.document["counts"]
    assert (counts["new"], counts["changed"], counts["missing"]) == (0, 0, 0)
    assert counts["unchanged"] == sum(path.is_file() for path in folder.rglob("*"))
    assert (again.findings, again.drive.id, again.verdicts) == (result.findings, result.drive.id, result.verdicts)


def test_a_verdict_that_somebody_gave_since_stays(engine: Engine, tmp_path: Path) -> None:
    first: DemoResult = run(engine, "demo", DemoRequest(str(tmp_path / "own"), width=32), Job())
    assert first.drive.label == "Demo 2"
    path = first.library.folder / BEAUTY
    run(engine, "sign_off", SignOffRequest(path, "carol", "fail", "too dark"), Job())
    again: DemoResult = run(engine, "demo", DemoRequest(str(tmp_path / "own"), width=32), Job())
    assert again.signed == ()
    (status,) = [status for status in again.verdicts if status.path == path]
    assert (status.verdict, status.operator) == ("fail", "carol")

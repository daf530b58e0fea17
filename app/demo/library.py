"""The demo library: a small show as a studio has it on a drive, with the faults that studios know."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app import demomedia
from app.demo import scenes
from app.errors import InputError
from app.files.atomic import write_whole
from app.jobs.events import Stage
from app.jobs.job import Job
from app.model.names import raw, raw_name, shown
from app.wholefile import cannot_write

COMP = "HRBR/seq010/sh010/comp/v004/HRBR_sh010_comp_v004.####.exr"
BEAUTY = "HRBR/seq010/sh020/lighting/v002/HRBR_sh020_beauty_v002.####.exr"
_PLATE = "HRBR/seq010/sh010/plate/v001/HRBR_sh010_plate_v001.####.dpx"
_OLDER_COMP = "HRBR/seq010/sh010/comp/v003/HRBR_sh010_comp_v003.####.exr"
_PAINTING = "HRBR/seq020/sh030/dmp/v002/HRBR_sh030_dmp_v002.####.tif"
MISSING = frozenset((1013, 1014, 1015, 1031))
WIDTH = 640

_MAKING = ".making"
_README = "README.txt"
_MARK = "Reelmark demo library"
_README_TEXT = f"""{_MARK}
=====================

A small show, Harbour (HRBR), as it may lie on a studio's drive. `reelmark demo` made it, and makes again what you
delete; what you change stays as you left it. This first line is how the command knows the folder.

Some things are wrong on purpose:
- HRBR_sh010_comp_v004 lacks the frames 1013-1015 and 1031;
- HRBR_sh040_lighttest_v001.exr was cut off while it was copied;
- notes.exr is a text that somebody saved under the wrong name;
- the animatic lies in two folders, and "key art FINAL (2).png" is a still under another name.
"""
_NOTES = """17 May: lighthouse, rushes
- sh010: the beam is lovely. Frames 1013-1015 never arrived; 1031 either.
- sh020: night light approved. Keep the stars.
- sh030: Möwen lauter, bitte. Le phare à gauche ?
"""
_LIGHT_NOTES = "Key from the left, fill at 0.2. The render was cut off when the network went away.\n"
_EDL = """TITLE: HRBR_seq010_cut_v03
FCM: NON-DROP FRAME

001  HRBR_sh010  V  C        00:00:41:17 00:00:43:17 01:00:00:00 01:00:02:00
* FROM CLIP NAME: HRBR_sh010_comp_v004
002  HRBR_sh020  V  C        00:00:41:17 00:00:42:17 01:00:02:00 01:00:03:00
* FROM CLIP NAME: HRBR_sh020_beauty_v002
003  HRBR_sh030  V  C        00:00:41:17 00:00:41:23 01:00:03:00 01:00:03:06
* FROM CLIP NAME: HRBR_sh030_dmp_v002
"""

Make = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Library:
    """The library on disk.

    Attributes:
        folder: absolute path.
        made: files that this call made.
        kept: files that were there already and stay as they are.
    """

    folder: Path
    made: int
    kept: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """One file: its path below the library, and how it is made. `copy_of` names an earlier file instead."""

    path: str
    make: Make | None = None
    copy_of: str = ""


def make_library(folder: Path, job: Job, *, width: int = WIDTH) -> Library:
    """Make the demo library, or what is missing in one that is there; nothing that lies there is touched.

    Args:
        folder: where to; made with the folders above it.
        job: progress out, cancel in; what was made stays, and a later call goes on from there.
        width: pixels across, a multiple of 32; pictures are 16:9.

    Raises:
        InputError: the folder holds something else, is no folder, cannot be written, or its path is no text (the
            libraries that write media take nothing else).
        Cancelled: the job was stopped.
    """
    folder = folder.absolute()
    found = recipes(width, width * 9 // 16)
    with _writing(folder):
        _claim(folder)
        missing = [recipe for recipe in found if not (folder / recipe.path).exists()]
        if missing or (folder / _MAKING).exists():
            _make_all(folder, missing, job)
    return Library(folder, len(missing), len(found) - len(missing))


def recipes(width: int, height: int) -> list[Recipe]:
    """Every file of the library but its README; a copy stands behind what it copies."""
    return [*_shots(width, height), *_singles(width, height), *_damaged(width, height), *_documents()]


def _shots(width: int, height: int) -> Iterator[Recipe]:
    """File sequences: a plate, two versions of a comp with frames missing in the newer, a render, a matte painting."""
    size = (width, height)
    plate = partial(demomedia.write_dpx, hue=0.0, draw=scenes.evening)
    older = partial(demomedia.write_exr, hue=0.2, compression="piz", draw=scenes.evening)
    comp = partial(demomedia.write_exr, hue=0.0, draw=scenes.evening)
    beauty = partial(demomedia.write_multipart_exr, draw=scenes.night)
    painting = partial(demomedia.write_tiff, hue=0.5, draw=scenes.morning)
    for pattern, write, last in (
        (_PLATE, plate, 1012),
        (_OLDER_COMP, older, 1012),
        (COMP, comp, 1048),
        (BEAUTY, beauty, 1024),
        (_PAINTING, painting, 1006),
    ):
        for frame in range(1001, last + 1):
            if pattern != COMP or frame not in MISSING:
                yield Recipe(pattern.replace("####", str(frame)), partial(_sized, write, size, frame))


def _singles(width: int, height: int) -> Iterator[Recipe]:
    """Movies, sound and stills, under the names that people give them; a duplicate and a renamed copy."""
    size = (width, height)
    movie = partial(
        demomedia.write_movie, seconds=3.0, width=width * 3 // 4 // 2 * 2, height=height * 3 // 4 // 2 * 2,
        first_frame=1001, draw=scenes.night,
    )  # fmt: skip
    yield Recipe("HRBR/editorial/HRBR seq010 animatic v03.mp4", movie)
    yield Recipe("HRBR/editorial/sound/HRBR_seq010_foghorn_v002.wav", partial(demomedia.write_wav, seconds=4.0))
    yield Recipe("HRBR/editorial/sound/Möwen und Wind.wav", partial(demomedia.write_wav, seconds=2.0, bits=16))
    for path, frame, write in (
        ("HRBR/refs/Phare à l'aube – 1ère idée.jpg", 1010, partial(demomedia.write_jpeg, hue=0.1, draw=scenes.morning)),
        ("HRBR/refs/🌅 Abendlicht am Hafen.jpg", 1020, partial(demomedia.write_jpeg, hue=0.4, draw=scenes.evening)),
        ("HRBR/refs/灯台 night study.png", 1042, partial(demomedia.write_png, hue=0.3, draw=scenes.night)),
    ):
        yield Recipe(path, partial(_sized, write, size, frame))
    yield Recipe(
        "HRBR/delivery/to client 17 May/HRBR seq010 animatic v03.mp4",
        copy_of="HRBR/editorial/HRBR seq010 animatic v03.mp4",
    )
    yield Recipe("HRBR/refs/old/key art FINAL (2).png", copy_of="HRBR/refs/灯台 night study.png")


def _damaged(width: int, height: int) -> Iterator[Recipe]:
    """A render that was cut off, and a text that somebody called a picture."""

    def cut_off(path: Path) -> None:
        demomedia.write_exr(path, width, height, 1001, hue=0.6, draw=scenes.morning)
        demomedia.truncate(path, 0.6)

    yield Recipe("HRBR/seq020/sh040/lighting/v001/HRBR_sh040_lighttest_v001.exr", cut_off)
    yield Recipe("HRBR/seq020/sh040/lighting/v001/notes.exr", partial(_write_text, text=_LIGHT_NOTES))


def _documents() -> Iterator[Recipe]:
    yield Recipe("HRBR/editorial/HRBR_seq010_cut_v03.edl", partial(_write_text, text=_EDL))
    yield Recipe("HRBR/editorial/Réunion du 17 mai.txt", partial(_write_text, text=_NOTES))


def _sized(write: Callable[..., None], size: tuple[int, int], frame: int, path: Path) -> None:
    write(path, *size, frame)


def _write_text(path: Path, *, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _make_all(folder: Path, missing: list[Recipe], job: Job) -> None:
    job.stage(Stage.GENERATE, len(missing))
    with _workshop(folder) as workshop:
        for done, recipe in enumerate(missing):
            job.progress(done, current=recipe.path)
            _make(folder, recipe, workshop)
    job.progress(len(missing), last=True)


def _make(folder: Path, recipe: Recipe, workshop: Path) -> None:
    """Make one file in the workshop and move it where it belongs, so that it is there whole or not at all."""
    target = folder / recipe.path
    whole = workshop / f"whole{target.suffix}"
    if recipe.make is not None:
        recipe.make(whole)
    else:
        shutil.copyfile(folder / recipe.copy_of, whole)
    target.parent.mkdir(parents=True, exist_ok=True)
    whole.replace(target)


def _claim(folder: Path) -> None:
    """Make the folder ours: it is empty, not there yet, or a demo library already."""
    if raw_name(raw(str(folder))) is not None:
        raise InputError(
            f"The library cannot be made at {shown(str(folder))}: the path is not valid Unicode",
            hint="Name another folder.",
            code="demo.not_text",
        )
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{shown(str(folder))} is not a folder", hint="Name another one.", code="demo.not_ours")
    folder.mkdir(parents=True, exist_ok=True)
    if not any(path.name != _MAKING for path in folder.iterdir()):
        write_whole(folder / _README, _README_TEXT.encode())
    elif not _is_ours(folder):
        raise InputError(
            f"{shown(str(folder))} holds something else than a demo library",
            hint="Name a folder that is empty or not there yet.",
            code="demo.not_ours",
        )


def _is_ours(folder: Path) -> bool:
    readme = folder / _README
    return readme.is_file() and readme.read_bytes().startswith(_MARK.encode())


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """A folder for what is not whole yet; what an interrupted call left in it goes."""
    workshop = folder / _MAKING
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.mkdir()
    try:
        yield workshop
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Say what the system refused in our words."""
    try:
        yield
    except OSError as error:
        raise cannot_write(Path(error.filename or folder), error) from error

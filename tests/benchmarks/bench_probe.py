"""Facts of movies and sounds, as a ratio to `ffprobe` started once a file, on the same 200 clips in the same run.

Run by hand: python tests/benchmarks/bench_probe.py [CLIPS]

Both tell streams and container; ours runs on one thread of one process, warm, as in a scan's child. Then the decoded
measurement, as a ratio to `ffmpeg` with the detectors that come nearest to it.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app import demomedia
from app.media.measuring import measure
from app.media.opening import opened
from app.media.registry import inspect, recognise
from tests import movies

_ROUNDS = 3
_KINDS = ("mov", "mp4", "mxf", "wav")
_PICTURES = "blackdetect=d=0,freezedetect=d=0,idet"
_SOUND = "ebur128=peak=true,silencedetect,astats,aphasemeter=video=0"


def made_clips(folder: Path, count: int) -> list[Path]:
    """Short clips of four kinds in equal parts."""
    first = {kind: folder / f"first.{kind}" for kind in _KINDS}
    tone = movies.tone(2, -20)
    movies.movie(first["mov"], 48, codec="prores_ks", rate=24, sound=tone)
    demomedia.write_movie(first["mp4"], 2.0)
    movies.movie(first["mxf"], 48, codec="mpeg2video")
    movies.sound(first["wav"], tone)
    clips = []
    for number in range(count):
        kind = _KINDS[number % len(_KINDS)]
        clips.append(folder / f"clip{number:04d}.{kind}")
        shutil.copyfile(first[kind], clips[-1])
    return clips


def a_second(function: Callable[[Path], object], clips: list[Path]) -> float:
    """Files a second."""
    start = time.perf_counter()
    for clip in clips:
        function(clip)
    return len(clips) / (time.perf_counter() - start)


def ffprobe(clip: Path) -> None:
    """What a pipeline calls for the facts of a file."""
    command = ["ffprobe", "-v", "quiet", "-of", "json", "-show_format", "-show_streams", "-show_chapters", str(clip)]
    subprocess.run(command, check=True, capture_output=True)


def measured(clip: Path) -> None:
    """One file, decoded and measured."""
    with opened(clip) as file:
        measure(file, recognise(file)[0], lambda done, total: None)


def ffmpeg(clip: Path) -> None:
    """The nearest that FFmpeg's own detectors come, on one thread."""
    filters = ["-vf", _PICTURES] if clip.suffix != ".wav" else []
    filters += ["-af", _SOUND] if clip.suffix != ".mxf" else []
    command = ["ffmpeg", "-v", "quiet", "-threads", "1", "-i", str(clip), *filters, "-f", "null", "-"]
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)


def compare(ours: Callable[[Path], object], theirs: Callable[[Path], object], clips: list[Path]) -> str:
    """Both rates and their ratio, medians of paired rounds."""
    pairs = [(a_second(ours, clips), a_second(theirs, clips)) for _ in range(_ROUNDS)]
    mine, other = (statistics.median(side) for side in zip(*pairs, strict=True))
    return f"{mine:8,.1f}/s, {other:6,.1f}/s, ratio {statistics.median(a / b for a, b in pairs):.1f}"


def long_movie(path: Path) -> Path:
    """Ten seconds of 1920 × 1080 with stereo sound."""
    demomedia.write_movie(path, 10.0, width=1920, height=1080)
    return path


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for tool in ("ffprobe", "ffmpeg"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is needed to compare with")
    with tempfile.TemporaryDirectory() as folder:
        clips = made_clips(Path(folder), count)
        inspect(clips[0])
        print(f"facts of {count} clips: {compare(inspect, ffprobe, clips)} of ffprobe")
        for at, kind in enumerate(_KINDS):
            some = clips[at :: len(_KINDS)]
            print(f"  {kind:4} {compare(inspect, ffprobe, some)}")
        movie = long_movie(Path(folder) / "long.mp4")
        print(f"measuring 10 s of 1920 x 1080: {compare(measured, ffmpeg, [movie])} of ffmpeg")


if __name__ == "__main__":
    main()

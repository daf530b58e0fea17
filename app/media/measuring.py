"""Movies and sounds decoded once from end to end and measured; what cannot be decoded is told with its frames.

A frame is broken where FFmpeg cannot decode its packet, complains while decoding it (what `ffmpeg -v error -f null -`
prints), or marks the frame as corrupt.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from app.media.audio import audio_stream
from app.media.avi import empty_frames
from app.media.container import PICTURE_LIMIT, container, limit_pictures, packets_of, unannounced
from app.media.damage import Damage
from app.media.formats import Format
from app.media.opening import OpenFile
from app.media.picturemeter import PictureMeter
from app.media.soundmeter import CHANNEL_LIMIT, SoundMeter
from app.media.video import video_stream
from app.model.measuring import DEFAULTS, MeasureOptions

Progress = Callable[[int, int], None]
_TELL_S = 0.1
_COVER = 0x400
_MESSAGE = 200
_STAMPS = 4096
_HOPELESS = 5000


def measure(
    file: OpenFile, form: Format, progress: Progress, options: Sequence[MeasureOptions] = (DEFAULTS,)
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Decode every stream of pictures and sound to its end.

    Args:
        file: the open file.
        form: its format, a movie or a sound.
        progress: hears bytes read and bytes in all, ten times a second at most.
        options: sets of thresholds, at least one; the statistics are those of the first, with what is otherwise by
            each further one as `others`.

    Returns:
        Statistics as in docs/inspect.md, and errors: `code`, `stream`, `time_s`, `frames`, `message`.

    Raises:
        MediaError: it cannot be opened.
    """
    with container(file, form) as opened:
        run = _Run(file, options, progress)
        run.decode(opened)
    return run.stats(), run.errors()


@dataclass(slots=True)
class _Track:
    """A stream and what measures it; samples that its header announces, 0 where that is a guess."""

    stream: Any
    index: int
    meter: Any
    pictures: bool
    damage: Damage
    announced: int = 0
    packets: int = 0
    discarded: int = 0
    in_a_row: int = 0
    stamps: set[int] = field(default_factory=set)

    def stamp(self, pts: int | None) -> None:
        """A packet with this time stamp comes; those of frames that never came are forgotten."""
        if self.pictures and not self.packets:
            self.meter.begin(pts)
        if len(self.stamps) > _STAMPS:
            self.stamps.clear()
        if pts is not None:
            self.stamps.add(pts)

    def take(self, frame: Any) -> None:
        """Measure a frame; one that is marked as corrupt is broken itself, not the packet that brought it out."""
        if not self.pictures:
            self.meter.take(frame)
            if frame.is_corrupt:
                self.damage.add(self.packets, self._seconds(frame.pts, frame.time_base))
            return
        stamped = frame.pts in self.stamps
        self.stamps.discard(frame.pts)
        number = self.meter.take(frame, stamped=stamped)
        if frame.is_corrupt:
            self.damage.add(max(0, number), self.meter.seconds_of(frame.pts if stamped else None))

    def broken(self, packet: Any, message: str) -> None:
        """A packet that cannot be decoded, or of which FFmpeg complains."""
        stamp = packet.pts if packet.pts is not None else packet.dts
        if self.pictures:
            number = self.meter.number_of(stamp)
            self.damage.add(max(0, number), max(0.0, self.meter.seconds_of(stamp)), message)
        else:
            self.damage.add(self.packets, self._seconds(stamp, self.stream.time_base), message)

    def broken_here(self, message: str) -> None:
        """What comes next may be missing: the container is broken."""
        if self.pictures:
            self.damage.add(self.meter.next_number, self.meter.seconds_of(None), message)
        else:
            self.damage.add(self.packets, None, message)

    def _seconds(self, stamp: int | None, base: Any) -> float | None:
        if stamp is None or not base:
            return None
        return round(float((stamp - (self.stream.start_time or 0)) * base), 6)


def folded(lines: list[str]) -> str:
    """What FFmpeg said, each sentence once: of a broken packet it may say the same hundreds of times."""
    return " ".join(line if often == 1 else f"{line} ({often} times)" for line, often in Counter(lines).items())


class _Run:
    def __init__(self, file: OpenFile, options: Sequence[MeasureOptions], progress: Progress) -> None:
        self._file = file
        self._size = file.size
        self._options = options
        self._progress = progress
        self._tracks: dict[int, _Track] = {}
        self._told_at = 0.0
        self._position = 0
        self._repeats = self._sampled = False
        self._container = ""
        self._general: list[dict[str, Any]] = []

    def decode(self, opened: Any) -> None:
        import av

        self._container = opened.format.name
        self._repeats, self._sampled = self._container == "avi", self._container == "flac"
        for stream in opened.streams:
            self._add(stream)
        if not self._tracks:
            return
        streams = [track.stream for track in self._tracks.values()]
        av.logging.set_level(av.logging.ERROR)
        repeats = av.logging.get_skip_repeated()
        av.logging.set_skip_repeated(False)
        try:
            with av.logging.Capture(local=False) as said:
                self._packets(packets_of(opened, streams), said)
        finally:
            av.logging.set_level(None)
            av.logging.set_skip_repeated(repeats)
        for words in unannounced(opened):
            reason = f"{words} begins only in the middle of the file and was not measured"
            self._general.append(_error("media.unannounced", None, reason))
        self._progress(self._size, self._size)

    def _add(self, stream: Any) -> None:
        context = stream.codec_context
        if context is None or stream.type not in ("video", "audio") or stream.disposition & _COVER:
            return
        meter: Any
        if stream.type == "video":
            if context.width * context.height > PICTURE_LIMIT:
                size = f"{context.width} x {context.height}"
                self._general.append(_error("media.too_large", stream.index, f"pictures of {size} are not decoded"))
                return
            limit_pictures(context)
            context.thread_type, context.thread_count = "SLICE", 4
            meter = PictureMeter(stream, video_stream(stream), self._options)
        else:
            if (context.channels or 0) > CHANNEL_LIMIT:
                reason = f"sound of {context.channels} channels is not measured"
                self._general.append(_error("media.too_large", stream.index, reason))
                return
            meter = SoundMeter(stream, audio_stream(stream), self._options)
        pictures = stream.type == "video"
        damage = Damage(stream.index, pictures=pictures)
        announced = _samples_of(stream) if self._sampled and not pictures else 0
        self._tracks[stream.index] = _Track(stream, stream.index, meter, pictures, damage, announced)

    def _packets(self, packets: Any, said: list[Any]) -> None:
        import av

        while True:
            try:
                packet = next(packets, None)
            except av.error.FFmpegError as problem:
                self._general.append(_error("media.damaged", None, f"the file cannot be read on: {_words(problem)}"))
                return
            if packet is None:
                return
            while_read = list(said)
            said.clear()
            track = self._tracks[packet.stream.index]
            self._packet(track, packet, said, [line[2] for line in while_read])
            self._lost(track, folded([words.strip() for _, name, words in while_read if self._is_of_all(name, words)]))
            self._tell(packet.pos)
            if track.in_a_row > _HOPELESS:
                reason = f"given up after {_HOPELESS} broken packets in a row"
                self._general.append(_error("media.damaged", track.index, reason))
                return

    def _is_of_all(self, name: str, words: str) -> bool:
        """Whether it is the container that FFmpeg complains of, and no single stream in it."""
        return name == self._container and "stream" not in words

    def _lost(self, heard: _Track, message: str) -> None:
        """Where a container is broken every stream may have lost packets, not the one alone that goes on first."""
        for track in self._tracks.values() if message else ():
            if track is not heard:
                track.broken_here(message)

    def _packet(self, track: _Track, packet: Any, said: list[Any], before: list[str]) -> None:
        import av

        flush = packet.size == 0
        track.stamp(packet.pts)
        track.packets += not flush
        track.discarded += bool(packet.is_discard)
        problem = ""
        try:
            for frame in packet.decode():
                track.take(frame)
                track.in_a_row = 0
        except av.error.FFmpegError as raised:
            ended = flush and isinstance(raised, av.error.EOFError)  # a decoder that has given all that it had
            problem = "" if ended else _words(raised)
        heard = folded([line[2].strip() for line in said] or [line.strip() for line in before])
        said.clear()
        if heard or problem or (packet.is_corrupt and not flush):
            track.broken(packet, heard or problem)
            track.in_a_row += 1

    def _tell(self, position: int | None) -> None:
        self._position = max(self._position, min(position or 0, self._size))
        now = time.monotonic()
        if now - self._told_at >= _TELL_S:
            self._told_at = now
            self._progress(self._position, self._size)

    def stats(self) -> dict[str, Any]:
        video: list[dict[str, Any]] = []
        audio: list[dict[str, Any]] = []
        for track in self._tracks.values():
            result = track.meter.result()
            result.update(packets=track.packets, broken_packets=track.damage.count)
            if track.pictures:
                self._count(track, result)
            elif not result["samples"]:
                self._general.append(_error("sound.none", track.index, "not one sample can be decoded"))
            elif track.announced > result["samples"]:
                said = f"{track.announced} samples are announced and {result['samples']} can be decoded"
                self._general.append(_error("sound.missing", track.index, said))
            if result.get("non_finite_samples"):
                said = f"{result['non_finite_samples']} samples are no numbers (NaN or infinite)"
                self._general.append(_error("sound.non_finite", track.index, said))
            (video if track.pictures else audio).append(result)
        return {"video": video, "audio": audio, "options": asdict(self._options[0]), "others": self._others()}

    def _others(self) -> list[dict[str, Any]]:
        """What is otherwise by each further set of thresholds."""
        others: list[dict[str, Any]] = [{"options": asdict(one), "video": [], "audio": []} for one in self._options[1:]]
        for track in self._tracks.values():
            for other, found in zip(others, track.meter.others(), strict=True):
                other["video" if track.pictures else "audio"].append(found)
        return others

    def _count(self, track: _Track, result: dict[str, Any]) -> None:
        """A container that promises more frames than there are. AVI counts empty ones, which repeat a frame."""
        expected, found = result["frames_expected"], result["frames_decoded"]
        there = found + track.discarded
        if expected and there < expected and self._repeats:
            there += empty_frames(self._file, track.index)
        if not found:
            self._general.append(_error("frames.none", track.index, "not one frame can be decoded"))
        elif expected and there < expected:
            message = f"{expected} frames are announced and {found} can be decoded"
            self._general.append(_error("frames.missing", track.index, message))

    def errors(self) -> list[dict[str, Any]]:
        return [*self._general, *(told for track in self._tracks.values() for told in track.damage.as_json())]


def _samples_of(stream: Any) -> int:
    """How many samples the header of a FLAC announces; 0 where it does not say."""
    known = stream.duration and stream.time_base and stream.rate
    return int(stream.duration * stream.time_base * stream.rate) if known else 0


def _error(code: str, stream: int | None, message: str) -> dict[str, Any]:
    return {"code": code, "stream": stream, "time_s": None, "frames": None, "message": message}


def _words(problem: Exception) -> str:
    return str(getattr(problem, "strerror", "") or problem)[:_MESSAGE]

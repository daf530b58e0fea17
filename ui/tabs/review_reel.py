"""What of an asset can be looked at: frames, a movie or a sound; where they lie, how fast they run, what was found."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.files.framerange import absent_frames, missing_count
from app.model.facts import MediaFacts
from app.model.frames import Frame
from app.model.kinds import Category
from app.model.names import decoded, shown
from app.qc.dossier import Dossier
from ui import formats
from ui.widgets.frame_strip import FindingTick, Frames, Range

DEFAULT_RATE = Fraction(24)
#: Of a container that holds neither.
NO_PICTURE = "There is no picture and no sound in it"
_MOST_ABSENT = 100_000
_MOST_PLACES = 200
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_RATE_NAMES = ("FramesPerSecond", "framesPerSecond", "dpx:FrameRate", "dpx:TVFrameRate")


@dataclass(frozen=True, slots=True)
class View:
    """A part and a layer that can be shown. `layer` is empty for the main one."""

    part: int
    layer: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with an asset.

    Attributes:
        state: `fail`, or `stale` for a warning.
        check: what was looked at (`Missing frames`).
        seen: what was seen.
        frames: the frames it concerns, as text; empty for all of the asset.
        position: where to go to; None where there is no place for it.
        more: names and values that say all of it, below the list.
        source: the policy that says so; empty for what a scan or an inspection met.
        places: where it lies, words and position of each, where that is more than one place.
    """

    state: str
    check: str
    seen: str
    frames: str = ""
    position: int | None = None
    more: tuple[tuple[str, str], ...] = ()
    source: str = ""
    places: tuple[tuple[str, int], ...] = ()

    @property
    def positions(self) -> tuple[int, ...]:
        """Every place where to go to."""
        one = () if self.position is None else (self.position,)
        return tuple(position for _, position in self.places) or one


@dataclass(frozen=True, slots=True)
class Reel:
    """What can be shown of one asset.

    Attributes:
        kind: `frames` (one still or many), `movie` or `sound`.
        paths: the file at each position: a frame number, or a running number for decimal frames and for tiles. A
            movie and a sound have one, at 0.
        labels: real names of positions where they are no frame numbers.
        existing: ranges of positions that can be shown.
        rate: frames a second; a usual one where the asset does not say.
        width, height: pixels of the whole picture; 0 where unknown.
        views: what can be chosen among parts and layers; empty where there is but one.
        timecode: of the first frame of a movie, or empty.
    """

    name: str
    kind: str
    paths: Mapping[int, str]
    existing: tuple[Range, ...]
    labels: Mapping[int, str] = field(default_factory=dict)
    rate: Fraction = DEFAULT_RATE
    width: int = 0
    height: int = 0
    views: tuple[View, ...] = ()
    timecode: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def first(self) -> int:
        """The first position."""
        return self.existing[0][0] if self.existing else 0

    @property
    def last(self) -> int:
        """The last position."""
        return self.existing[-1][1] if self.existing else 0

    @property
    def moves(self) -> bool:
        """Whether there is more than one picture."""
        return self.kind != "sound" and self.last > self.first

    def label(self, position: int) -> str:
        """How a position is called: its real frame number."""
        return self.labels.get(position, str(position))

    def position(self, label: str) -> int | None:
        """Where a frame is that is called so; None where it cannot be here."""
        named = next((position for position, name in self.labels.items() if name == label), None)
        return int(label) if named is None and _WHOLE.fullmatch(label) else named

    def path(self, position: int) -> str | None:
        """The file that holds a position; None for a missing frame."""
        return self.paths.get(0 if self.kind != "frames" else position)

    def strip(self, cached: tuple[Range, ...] = ()) -> Frames:
        """What the timeline draws."""
        told = (finding for finding in self.findings if finding.state in ("fail", "stale"))
        ticks = (FindingTick(position, finding.state) for finding in told for position in finding.positions)
        return Frames(self.existing, cached, tuple(ticks), self.labels)


def why_still(reel: Reel | None) -> str:
    """Why there is nothing to play or to step through; empty where there is."""
    if reel is None:
        return "No asset is looked at"
    if reel.kind == "sound":
        return "Sound is drawn, not played"
    if not reel.existing:
        return NO_PICTURE if reel.kind == "movie" else "None of its files is there"
    return "" if reel.moves else "It is a single picture"


def reel_of(dossier: Dossier) -> Reel:
    """What can be shown of an asset. Walks over all its frames: not for the window's thread."""
    asset, facts = dossier.asset, dossier.detail.facts[0][1] if dossier.detail.facts else None
    if asset.category == Category.IMAGE:
        return _frames_reel(dossier, facts)
    if facts is not None and facts.streams and not any(s.get("type") in ("video", "audio") for s in facts.streams):
        return Reel(shown(asset.name), "movie", {0: str(dossier.path)}, (), findings=_findings(dossier, _itself))
    kind = "sound" if asset.category == Category.AUDIO or (facts is not None and facts.kind == "audio") else "movie"
    video = _video(facts)
    rate = fraction(video.get("frame_rate") or video.get("average_rate"))
    count = _movie_frames(video, facts, rate or DEFAULT_RATE)
    return Reel(
        shown(asset.name),
        kind,
        {0: str(dossier.path)},
        ((0, count - 1),),
        rate=rate or DEFAULT_RATE,
        width=video.get("width") or 0,
        height=video.get("height") or 0,
        timecode=_timecode(facts, video),
        findings=_findings(dossier, _itself),
    )


def timecode(start: str, position: int, rate: Fraction) -> str:
    """The timecode of a frame; empty without a start, and for drop-frame codes, which are not counted so."""
    parts = start.split(":")
    if len(parts) != 4 or not all(part.isdigit() for part in parts):
        return ""
    base = round(rate)
    if base <= 0:
        return ""
    hours, minutes, seconds, frames = map(int, parts)
    total = ((hours * 60 + minutes) * 60 + seconds) * base + frames + position
    rest, frame = divmod(total, base)
    return f"{rest // 3600 % 24:02}:{rest // 60 % 60:02}:{rest % 60:02}:{frame:02}"


def fraction(text: Any) -> Fraction | None:
    """A rate as facts write it (`24000/1001`, 24.0); None where it is none."""
    try:
        rate = Fraction(str(text)).limit_denominator(1001) if text else None
    except (ValueError, ZeroDivisionError):
        return None
    return rate if rate is not None and 0 < rate <= 1000 else None


def _frames_reel(dossier: Dossier, facts: MediaFacts | None) -> Reel:
    folder = dossier.folder
    frames = [member for member in dossier.detail.members if member.frame is not None]
    numbers = [member.frame for member in frames if member.frame is not None]
    positions = _positions(numbers, tiles=not dossier.missing())
    place_of = positions.get if positions else _itself
    if numbers:
        places = (place_of(frame) for frame in numbers)
        files = zip(places, frames, strict=True)
        paths = {place: str(folder / decoded(member.name)) for place, member in files if place is not None}
        labels = {place: str(frame) for frame, place in positions.items()}
    else:
        members = dossier.detail.members
        paths = {1: str(folder / decoded(members[0].name))} if members else {}
        labels = {1: ""}
    rate = _image_rate(facts)
    width, height = _display_size(facts)
    return Reel(
        shown(dossier.asset.name),
        "frames",
        paths,
        formats.ranges_of(sorted(paths)),
        labels=labels,
        rate=rate or DEFAULT_RATE,
        width=width,
        height=height,
        views=_views(facts),
        findings=_findings(dossier, place_of),
    )


def _positions(frames: Sequence[Frame], *, tiles: bool) -> dict[Frame, int]:
    """Running numbers for frames that cannot be positions themselves; empty where all are whole numbers.

    Missing decimal frames have one too, unless they are without end. Frames at equal steps begin at a multiple of the
    steps in a frame, so that the ruler meets whole frames. `tiles` says that no number between them is missing.
    """
    if all(isinstance(frame, int) for frame in frames):
        apart = tiles and len(frames) > 1 and frames[-1] - frames[0] >= len(frames)
        return {frame: place for place, frame in enumerate(frames, 1)} if apart else {}
    absent = absent_frames(frames) if missing_count(frames) <= _MOST_ABSENT else ()
    slots = sorted([*frames, *absent])
    steps = round((len(slots) - 1) / (slots[-1] - slots[0])) if len(slots) > 1 else 1
    return {frame: place for place, frame in enumerate(slots, int(slots[0] * steps))}


def _itself(frame: Frame) -> int | None:
    """The position of a whole frame."""
    return frame if isinstance(frame, int) else None


def _findings(dossier: Dossier, place_of: Callable[[Frame], int | None]) -> tuple[Finding, ...]:
    found = []
    missing = dossier.missing()
    if missing:
        count = dossier.asset.sequence.missing_count if dossier.asset.sequence else 0
        gaps = ((_range_text([gap]), place_of(gap[0])) for gap in missing[:_MOST_PLACES])
        places = tuple((words, place) for words, place in gaps if place is not None)
        first = place_of(missing[0][0])
        seen, several = f"{formats.count(count)} missing", places if len(missing) > 1 else ()
        found.append(Finding("fail", "Missing frames", seen, _range_text(missing), first, places=several))
    for member in dossier.detail.members:
        place = place_of(member.frame) if member.frame is not None else 1
        frame = str(member.frame) if member.frame is not None else ""
        if member.problem:
            found.append(Finding("fail", "Unreadable", member.problem, frame, place))
        elif member.bytes == 0:
            found.append(Finding("fail", "Empty file", "0 bytes", frame, place))
    found += [
        Finding("stale", "Duplicate frame", "also there in another padding", str(frame), place_of(frame))
        for frame in dossier.detail.duplicates[:_MOST_PLACES]
    ]
    if dossier.sidecar_problem:
        found.append(Finding("fail", "Sidecar", dossier.sidecar_problem))
    return tuple(found)


def _range_text(ranges: Iterable[tuple[Frame, Frame]]) -> str:
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def _views(facts: MediaFacts | None) -> tuple[View, ...]:
    found: list[View] = []
    for part, stream in enumerate(facts.streams if facts else ()):
        channels = stream.get("channels") or ()
        layers = dict.fromkeys(c["layer"] for c in channels if isinstance(c, dict) and isinstance(c.get("layer"), str))
        name = stream.get("name") or f"part {part}"
        for layer in layers or ("",):
            main = name if len(facts.streams if facts else ()) > 1 else "main"
            found.append(View(part, layer, f"{main} · {layer}" if layer else main))
    found.sort(key=lambda view: (view.part, view.layer != ""))
    return tuple(found) if len(found) > 1 else ()


def _display_size(facts: MediaFacts | None) -> tuple[int, int]:
    if facts is None:
        return 0, 0
    display = facts.streams[0].get("display_window") if facts.streams else None
    if display:
        return display["max"][0] - display["min"][0] + 1, display["max"][1] - display["min"][1] + 1
    return facts.width or 0, facts.height or 0


def _image_rate(facts: MediaFacts | None) -> Fraction | None:
    attributes = facts.attributes if facts else {}
    for name in _RATE_NAMES:
        value = attributes.get(name)
        if isinstance(value, list) and len(value) == 2:
            value = f"{value[0]}/{value[1]}"
        if (rate := fraction(value)) is not None:
            return rate
    return None


def _video(facts: MediaFacts | None) -> dict[str, Any]:
    streams = facts.streams if facts else ()
    return next((s for s in streams if s.get("type") == "video" and not s.get("attached_picture")), {})


def _movie_frames(video: dict[str, Any], facts: MediaFacts | None, rate: Fraction) -> int:
    seconds = video.get("duration_s") or (facts.duration_s if facts else None) or 0
    return max(1, video.get("frames") or round(Decimal(str(seconds)) * Decimal(float(rate))))


def _timecode(facts: MediaFacts | None, video: dict[str, Any]) -> str:
    return str((facts.attributes.get("timecode") if facts else None) or video.get("timecode") or "")

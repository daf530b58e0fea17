"""Validates the frames of every shot: what is missing, what is empty, what is not called as the show wants it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.engine import Engine
from app.files.framerange import frame_range, sequence_name
from app.files.sequencedocument import Gaps, gaps_of, merged_runs, padded_runs, sequence_document
from app.jobs.job import Job
from app.model.frames import FileSequence, Frame
from app.model.names import shown
from app.model.production import DEFAULT_LAYOUT, ExpectedRange, Naming, Place, expected_in, parse_layout
from app.production.places import by_show, find_places
from app.production.shots import ShotFolder, relative_to_shot, shot_folders

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ValidateRequest:
    """What to validate.

    Attributes:
        root: the folder that holds the shows.
        layout: a template, see `parse_layout`.
        naming: how frames are called.
        ranges: the frames that are expected; the first that fits a shot counts.
    """

    root: Path
    layout: str = DEFAULT_LAYOUT
    naming: Naming = Naming()
    ranges: tuple[ExpectedRange, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a shot that a person should look at; `code` is for scripts."""

    code: str
    message: str


@dataclass(slots=True)
class ShotReport:
    """What was found in a shot.

    Attributes:
        place: where it is.
        sequences: as JSON, each with `missing_head`, `missing_inner`, `missing_tail`, `unexpected`, `zero_byte`.
        lines: for each sequence with missing frames its name relative to the shot, and the frames as people read them.
        remarks: what is odd but no missing frame.
        unreadable: why something could not be listed.
        missing: the runs of frames that some sequence lacks.
        pad: digits that `missing` is shown with.
    """

    place: Place
    sequences: list[dict[str, Any]] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    missing: list[tuple[Frame, Frame]] = field(default_factory=list)
    pad: int = 1

    @property
    def status(self) -> str:
        """`unreadable`, `missing_frames`, `no_renders`, `no_frames` or `ok`."""
        if self.unreadable:
            return "unreadable"
        if self.missing:
            return "missing_frames"
        if not self.place.there:
            return "no_renders"
        return "ok" if self.sequences else "no_frames"

    @property
    def missing_text(self) -> str:
        """The frames that some sequence lacks, padded: `0003, 0005-0007`."""
        return padded_runs(self.missing, self.pad)


@dataclass(frozen=True, slots=True)
class ValidateResult:
    """The shots by show, in order. A show without a shot has an empty list."""

    shows: tuple[tuple[str, tuple[ShotReport, ...]], ...]

    @property
    def reports(self) -> list[ShotReport]:
        """All shots."""
        return [report for _, reports in self.shows for report in reports]

    @property
    def failed(self) -> bool:
        """Whether a frame is missing or something could not be read."""
        return any(report.status in ("missing_frames", "unreadable") for report in self.reports)

    @property
    def remarked(self) -> bool:
        """Whether there is anything else to look at; that there is no shot at all is."""
        return not self.reports or any(
            report.remarks or report.status in ("no_renders", "no_frames") for report in self.reports
        )


def validate(_engine: Engine | None, request: ValidateRequest, job: Job) -> ValidateResult:
    """Look for missing frames, show by show and shot by shot. Nothing is written.

    Raises:
        InputError: the root is not there or cannot be read.
        UsageError: the layout is none.
    """
    layout = parse_layout(request.layout)
    root = request.root.absolute()
    places = find_places(root, layout, job)
    reports = {place: ShotReport(place) for place in places if place.shot}
    for place, found in shot_folders(root, places, job):
        report = reports[place]
        if isinstance(found, str):
            report.unreadable.append(found)
        else:
            _judge_folder(report, found, root, request)
    for report in reports.values():
        _finish(report, _expected(report.place, request.ranges))
        _log.info("%s/%s: %s %s", report.place.show, report.place.shot, report.status, report.missing_text)
    return ValidateResult(by_show(places, reports))


def _expected(place: Place, ranges: Sequence[ExpectedRange]) -> tuple[int, int] | None:
    known = expected_in(ranges, place)
    return None if known is None else (known.first, known.last)


def _judge_folder(report: ShotReport, folder: ShotFolder, root: Path, request: ValidateRequest) -> None:
    expected = _expected(report.place, request.ranges)
    below = relative_to_shot(root, report.place, folder.path)
    for sequence in folder.sequences:
        named = request.naming.fits(sequence)
        gaps = Gaps() if sequence.udim else gaps_of(sequence.frames, expected if named else None)
        name = f"{below}/{shown(sequence_name(sequence))}".lstrip("/")
        zero = [frame for frame, file in zip(sequence.frames, sequence.names, strict=True) if file in folder.zero_byte]
        report.sequences.append(
            sequence_document(folder.path, sequence)
            | {
                "missing_head": padded_runs(gaps.head, sequence.pad),
                "missing_inner": padded_runs(gaps.inner, sequence.pad),
                "missing_tail": padded_runs(gaps.tail, sequence.pad),
                "unexpected": frame_range(gaps.unexpected),
                "zero_byte": frame_range(zero),
                "name_fits": named,
            }
        )
        if gaps.missing:
            report.lines.append((name, padded_runs(gaps.missing, sequence.pad)))
            report.missing += gaps.missing
            report.pad = max(report.pad, sequence.pad)
        _remark(report, name, sequence, gaps, zero, "" if named else request.naming.wanted)


def _remark(
    report: ShotReport, name: str, sequence: FileSequence, gaps: Gaps, zero: list[Frame], wanted: str
) -> None:  # fmt: skip
    pairs = (
        ("naming", wanted and f"{name} is not called {wanted}"),
        ("zero_byte", zero and f"{name}: frames without a byte: {frame_range(zero)}"),
        ("unexpected", gaps.unexpected and f"{name}: frames outside the range: {frame_range(gaps.unexpected)}"),
        (
            "duplicate_frame",
            sequence.duplicate_frames
            and f"{name}: frames that are there in another padding too: {frame_range(sequence.duplicate_frames)}",
        ),
    )
    report.remarks += [Remark(code, str(text)) for code, text in pairs if text]


def _finish(report: ShotReport, expected: tuple[int, int] | None) -> None:
    """Join what the sequences lack; a shot without one that is called as it should be lacks all that were expected."""
    named = any(sequence["name_fits"] for sequence in report.sequences)
    if not named and not report.unreadable and expected is not None:
        report.missing.append(expected)
        report.pad = max(report.pad, 4)
        report.lines.append(("", padded_runs([expected], report.pad)))
    whole = [run for run in report.missing if isinstance(run[0], int)]
    report.missing = merged_runs(whole) + [run for run in report.missing if not isinstance(run[0], int)]

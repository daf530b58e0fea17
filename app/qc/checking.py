"""The operation `check`: judges files, sequences or catalogued drives by a policy.

It writes nothing but, of drives that are connected, what it read and found into their shards.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from app.engine import Engine
from app.errors import AppError, UsageError
from app.files.showconfig import ShowConfig, config_of_settings
from app.inspection.expected import Expectation, Expected, expected_frames
from app.inspection.framereaders import FrameReaders
from app.jobs.children import ChildPool
from app.jobs.events import Stage
from app.jobs.job import Job
from app.model.drives import Drive
from app.model.measuring import MeasureOptions
from app.model.names import decoded, raw, shown
from app.qc.facts import Facts
from app.qc.findings import WORST_FIRST, AssetResult, Finding, Outcome, RuleResult, counts_of
from app.qc.found import assets_below
from app.qc.judging import is_about, judge
from app.qc.keepingfindings import FindingsKeeper, catalogued_drives
from app.qc.knowndamage import KnownDamage
from app.qc.livefacts import HANDLER, FoundAsset, LiveFacts
from app.qc.matching import searching
from app.qc.policies import load_policy
from app.qc.policy import Policy
from app.qc.readingahead import read_ahead
from app.qc.recordedfacts import recorded_assets
from app.qc.validating import titles_of, validation_of
from app.qc.waivers import Waiver, Waivers, read_waivers
from app.scanning.located import place_on
from app.scanning.presence import gone, is_there

_MEMORY_BYTES = 4 << 30
_MOST_CHILDREN = 8
#: Stands in a path that is shown for what is no Unicode.
_REPLACED = "\ufffd"


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What is checked.

    Attributes:
        paths: folders with all below them, files, patterns of sequences.
        policy: the id of a shipped policy, or a file.
        drives: catalogued drives instead of paths, or the one whose part below the paths is meant; by label or id.
        range: the frames that each sequence should have (`1001-1100`).
        variables: name and value of variables of the policy.
        waivers: the file of waivers.
        report: `html`, `json` or `junit`: what is written to `out`; empty for nothing.
        out: the file that the report is written to.
        shows: what is known of shots, for the frames that sequences should have where there is no `range`; None for
            what the settings say.
    """

    paths: tuple[str, ...]
    policy: str
    drives: tuple[str, ...] = ()
    range: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    waivers: str = ""
    report: str = ""
    out: str = ""
    shows: ShowConfig | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a policy says of assets.

    Attributes:
        policy: the policy.
        assets: each asset that it is about, in the order in which they were found.
        others: how many assets it is not about.
        recorded: the labels of drives of which recorded facts were judged, not the media.
        report: the file of the report; empty where none was asked for.
        waivers: the file of waivers; empty where none was named.
        idle: its waivers that are about nothing that was found: mistyped, or of no use any more.
    """

    policy: Policy
    assets: tuple[AssetResult, ...]
    others: int = 0
    recorded: tuple[str, ...] = ()
    report: str = ""
    waivers: str = ""
    idle: tuple[Waiver, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The worst of all assets; skipped where there was none."""
        outcomes = {asset.outcome for asset in self.assets}
        return next((outcome for outcome in WORST_FIRST if outcome in outcomes), Outcome.SKIPPED)

    @property
    def counts(self) -> dict[str, int]:
        """Assets that were judged, those the policy is not about, and rules by outcome."""
        totals = {"assets": len(self.assets), "others": self.others} | dict.fromkeys(counts_of(()), 0)
        for asset in self.assets:
            for name, number in counts_of(asset.results).items():
                totals[name] += number
        return totals

    @property
    def asset_counts(self) -> dict[str, int]:
        """Assets that were judged, those the policy is not about, and the former by outcome."""
        outcomes = Counter(asset.outcome.value for asset in self.assets)
        by_outcome = {outcome.value: outcomes[outcome.value] for outcome in Outcome}
        return {"judged": len(self.assets), "others": self.others, **by_outcome}

    @property
    def _rule_counts(self) -> dict[str, int]:
        return {name: number for name, number in self.counts.items() if name not in ("assets", "others")}

    def _waivers(self) -> dict[str, Any] | None:
        idle = [waiver.document() for waiver in self.idle]
        return {"file": shown(self.waivers), "unmatched": idle} if self.waivers else None

    @property
    def findings(self) -> list[Finding]:
        """Every finding."""
        return [finding for asset in self.assets for finding in asset.findings]

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "policy": self.policy.reference,
            "outcome": self.outcome.value,
            "counts": {"assets": self.asset_counts, "rules": self._rule_counts},
            "recorded": bool(self.recorded),
            "waivers": self._waivers(),
            "assets": [{"asset": asset.asset, "outcome": asset.outcome.value} for asset in self.assets],
            "findings": [finding.document() for finding in self.findings],
        }


def check(engine: Engine, request: CheckRequest, job: Job) -> CheckResult:
    """Judge assets by a policy, one after the other.

    Raises:
        BadYaml: the policy or the waivers cannot be used.
        InputError: a path is not there, or there is no such policy or drive.
        UsageError: a variable or the range cannot be read, or there is nothing to check.
        DriveGone: a catalogued drive went away while its media were read.
        Cancelled: it was stopped.
    """
    if not request.paths and not request.drives:
        raise UsageError("There is nothing to check", hint="Name files, folders or patterns, or --drive D.")
    if not all(request.paths):
        raise UsageError("A PATH is empty", hint="Name folders, files or sequences; . is the current folder.")
    thresholds = engine.settings.inspection.measuring
    policy = load_policy(request.policy, dict(request.variables), thresholds)
    waivers = read_waivers(request.waivers, policy) if request.waivers else Waivers()
    expected = Expectation(
        expected_range(request.range), request.shows or config_of_settings(engine.settings.production)
    )
    places = _places(engine, request)
    run = _Run(policy, waivers, job, policy.measure_sets(thresholds))
    if len(places) == 1 and places[0].drive is not None:
        job.concerns(places[0].drive.id, places[0].drive.label)
    job.stage(Stage.CHECK)
    with searching(job.token):
        for place in places:
            _check_place(engine, place, expected, run, job)
    recorded = tuple(place.drive.label for place in places if place.drive is not None and not place.there)
    return replace(run.result(recorded), waivers=request.waivers, idle=waivers.idle)


def _check_place(engine: Engine, place: "_Place", expected: Expectation, run: "_Run", job: Job) -> None:
    """Judge what is recorded of a drive that is away, or what lies on disks."""
    if place.drive is None or place.there:
        _check_media(engine, place, expected, run, job)
        return
    everything = run.policy.names_assets
    for recorded in recorded_assets(engine, place.drive, place.below, expected, job, everything=everything):
        if isinstance(recorded, tuple):
            run.unreadable(*recorded)
        else:
            run.take(recorded, recorded.place)


def _check_media(engine: Engine, place: "_Place", expected: Expectation, run: "_Run", job: Job) -> None:
    """Judge what lies on disks, and keep what was read and found of catalogued drives."""
    named = place.drive is not None
    drives = (place.drive,) if place.drive else catalogued_drives(engine.catalog, place.paths)
    keeper = FindingsKeeper(engine, drives, job, has_turn=named and not place.below, named=named)
    size = min(_MOST_CHILDREN, os.cpu_count() or 1)
    with (
        ChildPool(HANDLER, size, memory_bytes=_MEMORY_BYTES) as ahead,
        ChildPool(HANDLER, size, memory_bytes=_MEMORY_BYTES) as pool,
        FrameReaders() as readers,
        KnownDamage(engine.catalog, drives, job.token, named=named) as damage,
    ):
        assets = (
            LiveFacts(found, pool, readers, job, _expected_of(found, expected), run.measuring, damage.added)
            for found in _found(place, run, job)
        )
        for facts in read_ahead(assets, run.policy, ahead, job.token, run.say):
            result = run.take(facts, facts.found.place)
            if result is not None:
                validation = validation_of(run.policy, result) | titles_of(result)
                frames = [*facts.odd_frames, *(facts.differing_frames() if drives else ())]
                keeper.keep(facts.found, facts.read, validation, frames)
    keeper.close()
    for drive in drives:
        if not is_there(drive):
            raise gone(drive, "Plug it in and check again, or check it by its recorded facts while it is not there.")


def _expected_of(found: FoundAsset, expected: Expectation) -> Expected | None:
    """The frames that a sequence should have; those of a pattern only where they are a whole range."""
    if found.sequence is None or found.sequence.udim:
        return None
    written = found.written if found.written and isinstance(found.written.frames, range) else None
    return expected.given or written or expected.of(decoded(found.folder), found.sequence)


def _found(place: "_Place", run: "_Run", job: Job) -> Iterator[FoundAsset]:
    """The assets below paths; a folder that cannot be read is told to the run, and which of several is gone."""
    for found in assets_below(place.paths, job, tell_absent=len(place.below) > 1):
        if isinstance(found, tuple):
            run.unreadable(*found)
        else:
            yield found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where to look: paths on disks, or a drive and paths below its base; of a whole drive there are none."""

    paths: tuple[str, ...]
    drive: Drive | None = None
    there: bool = True
    below: tuple[str, ...] = ()


def _places(engine: Engine, request: CheckRequest) -> list[_Place]:
    """Where to look, each drive once.

    Raises:
        InputError: there is no such drive.
        UsageError: several drives are named beside paths, or a path does not lie on the drive.
    """
    drives = list({drive.id: drive for drive in map(engine.catalog.drive, request.drives)}.values())
    if not drives:
        return [_Place(request.paths)]
    if not request.paths:
        return [_Place((drive.base,), drive, is_there(drive)) for drive in drives]
    if len(drives) > 1:
        raise UsageError(
            "Which drive do the paths lie on?", hint="Name one drive beside paths, or absolute paths and no drive."
        )
    [drive] = drives
    below = tuple(place_on(drive, path) for path in request.paths)
    paths = tuple(os.path.join(drive.base, relative) for relative in below)  # noqa: PTH118 - by text alone
    return [_Place(paths, drive, is_there(drive), below)]


class _Run:
    """Takes assets one after the other; holds what is said of them and no more.

    Args:
        policy: judges them.
        waivers: what is waived.
        job: progress and cancel.
        measuring: the sets of thresholds by which its rules want movies and sound measured.
    """

    def __init__(self, policy: Policy, waivers: Waivers, job: Job, measuring: tuple[MeasureOptions, ...]) -> None:
        self.policy = policy
        self.measuring = measuring
        self._waivers = waivers
        self._job = job
        self._results: list[AssetResult] = []
        self._others = 0
        self._passed: dict[str, RuleResult] = {}

    def take(self, facts: Facts, place: bytes) -> AssetResult | None:
        """Judge an asset, whose path is `place` in raw bytes; None where the policy is not about it."""
        if not is_considered(self.policy, facts):
            self._others += 1
            return None
        self.say(facts.asset)
        judged = judge(self.policy, facts, self._waivers.waive)
        self._waivers.meet(judged.findings)
        shared = tuple(
            self._passed.setdefault(one.rule, one) if one.outcome is Outcome.PASS else one for one in judged.results
        )
        is_told = raw(judged.asset) == place or _REPLACED not in judged.asset
        self._results.append(AssetResult(judged.asset, shared, None if is_told else place))
        return self._results[-1]

    @property
    def _seen(self) -> int:
        """How many assets were looked at, judged or not."""
        return len(self._results) + self._others

    def say(self, current: str) -> None:
        """Tell how far the check is, and what is in hand."""
        self._job.progress(self._seen, current=current)

    def unreadable(self, path: str, error: AppError) -> None:
        """Take note of a folder or file that cannot be read: what lies there could not be judged."""
        self._job.item_failed(path, error.message, error.code)
        finding = Finding(
            "readable", Outcome.ERROR, "error", path, "can be read", error.message, evidence=error.message
        )
        result = RuleResult("readable", "It can be read", Outcome.ERROR, "error", (finding,))
        self._results.append(AssetResult(path, (result,)))

    def result(self, recorded: tuple[str, ...]) -> CheckResult:
        """What came of it, of these drives by recorded facts."""
        self._job.progress(self._seen, last=True)
        return CheckResult(self.policy, tuple(self._results), self._others, recorded)


def expected_range(text: str) -> Expected | None:
    """The frames that sequences should have.

    Raises:
        UsageError: it is no range, or one with steps.
    """
    if not text:
        return None
    hint = "Write the first and the last: 1001-1100."
    try:
        expected = expected_frames(text, "option")
    except UsageError as error:
        raise UsageError(error.message, hint=hint) from error
    if not isinstance(expected.frames, range):
        raise UsageError(f"{text} is no range of all frames", hint=hint)
    return expected


def is_considered(policy: Policy, facts: Facts) -> bool:
    """Whether an asset is judged: media, or whatever the policy names by its extension or path."""
    return (policy.names_assets or len(facts.kinds) > 1) and is_about(policy, facts)

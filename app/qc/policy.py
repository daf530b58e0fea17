"""A policy: the rules of a delivery, as they were read from its file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.model.frames import Frame
from app.model.measuring import MeasureOptions, measure_sets
from app.qc.facts import Document, Need
from app.qc.globs import PathPattern
from app.qc.operators import OPERATORS
from app.qc.selectors import Selector
from app.yamlnodes import Place

SEVERITIES = ("error", "warning", "info")
MISSING = ("fail", "pass", "skip")
KINDS = ("sequence", "single", "image", "exr", "movie", "sound")
#: Those of which no asset is two.
APART = (("sequence", "single"), ("image", "movie", "sound"), ("exr", "movie", "sound"))


@dataclass(frozen=True, slots=True)
class Sample:
    """Which frames and rows a rule about pixels looks at.

    Attributes:
        ends: the first, the middle and the last frame alone.
        every: every how manieth frame, counted from the first.
        rows: every how manieth row.
    """

    ends: bool = False
    every: int = 1
    rows: int = 1

    def of(self, frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
        """The frames that are looked at."""
        if not self.ends or not frames:
            return frames[:: self.every]
        return tuple(frames[at] for at in sorted({0, len(frames) // 2, len(frames) - 1}))


@dataclass(frozen=True, slots=True)
class Match:
    """Which assets a policy or a rule is about. What is empty matches everything.

    Attributes:
        extensions: in lower case, without the dot.
        paths: patterns of the whole path; `**` stands for any folders.
        kinds: every one of them has to fit.
        select: a fact that has to hold, with `expect`.
        expect: operator to its value.
        measuring: the thresholds by which movies and sound have to be measured for `select`.
    """

    extensions: frozenset[str] = frozenset()
    paths: tuple[PathPattern, ...] = ()
    kinds: frozenset[str] = frozenset()
    select: Selector | None = None
    expect: Mapping[str, Any] = field(default_factory=dict)
    measuring: Mapping[str, float] = field(default_factory=dict)

    def fits(self, asset: str, kinds: frozenset[str]) -> bool:
        """Whether an asset matches by its name and kind; `select` is not looked at."""
        name = asset.rpartition("/")[2]
        extension = name.rpartition(".")[2].lower() if "." in name else ""
        return (
            (not self.extensions or extension in self.extensions)
            and (not self.paths or any(path.fits(asset) for path in self.paths))
            and self.kinds <= kinds
        )

    def holds(self, document: Document) -> bool:
        """Whether every value that `select` finds is as expected; of none, whether none is."""
        if self.select is None:
            return True
        values: list[Any] = [one.value for one in self.select.find(document) if not one.absent] or [None]
        return all(OPERATORS[name].holds(value, wanted) for value in values for name, wanted in self.expect.items())


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        id: unique in its policy.
        title: what it asks for, for people; may be empty.
        place: where it stands.
        severity: error, warning or info.
        missing: what an empty selection is: fail, pass or skip.
        sample: which frames and rows, where it looks at pixels.
        when: the assets it is about.
        check: the check, or empty for a rule that only selects.
        selectors: what it looks at.
        expect: operators and expectations with their values.
        options: other keys of the check.
        need: how much has to be read.
        measuring: the thresholds by which movies and sound have to be measured, where it asks for such facts.
    """

    id: str
    title: str
    place: Place
    severity: str
    missing: str
    sample: Sample
    when: Match
    check: str
    selectors: tuple[Selector, ...]
    expect: Mapping[str, Any]
    options: Mapping[str, Any]
    need: Need
    measuring: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """Rules of which any, all or none have to hold."""

    id: str
    title: str
    place: Place
    how: str
    severity: str
    when: Match
    rules: tuple["Rule | Group", ...]


@dataclass(frozen=True, slots=True)
class WaiverTerms:
    """Who may waive a finding, whether a note is needed, and for how many days at most (0: no limit)."""

    roles: frozenset[str] = frozenset()
    require_note: bool = True
    max_days: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy.

    Attributes:
        id: dotted name.
        version: as its author numbers it.
        title: one line for people.
        sha256: of the bytes of its file.
        source: the file it was read from, or its id where it is shipped.
        match: the assets it is about.
        rules: in the order of the file.
        waivers: the terms of waivers.
        variables: name to value, as they were put in.
    """

    id: str
    version: str
    title: str
    sha256: str
    source: str
    match: Match
    rules: tuple[Rule | Group, ...]
    waivers: WaiverTerms
    variables: Mapping[str, Any]

    def measure_sets(self, base: MeasureOptions) -> tuple[MeasureOptions, ...]:
        """By which sets of thresholds movies and sound are measured so that each rule can be judged; `base` first."""
        return measure_sets(base, (rule.measuring for rule in leaves(self.rules)))

    @property
    def names_assets(self) -> bool:
        """Whether it says by extension or path what it is about, which may be no media then."""
        return bool(self.match.extensions or self.match.paths)

    @property
    def reference(self) -> dict[str, str]:
        """The JSON form by which a result names its policy."""
        return {"id": self.id, "version": self.version, "sha256": self.sha256}


def leaves(rules: tuple[Rule | Group, ...]) -> Iterator[Rule]:
    """All rules, those in groups too."""
    for rule in rules:
        if isinstance(rule, Group):
            yield from leaves(rule.rules)
        else:
            yield rule


def all_rules(rules: tuple[Rule | Group, ...]) -> Iterator[Rule | Group]:
    """All rules and groups, each group before what is in it."""
    for rule in rules:
        yield rule
        if isinstance(rule, Group):
            yield from all_rules(rule.rules)

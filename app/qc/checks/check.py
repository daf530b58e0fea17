"""What a check is: its name, what it needs, what may be expected of it, and the code that looks."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.errors import AppError
from app.model.frames import Frame
from app.model.measuring import DEFAULTS, THRESHOLDS
from app.qc.facts import Document, Facts, Need
from app.qc.findings import Observation
from app.qc.operators import OPERATORS, told
from app.qc.policy import Rule


@dataclass(frozen=True, slots=True)
class Parameter:
    """A key of a rule or of its `expect`: its name, what it takes, what it means."""

    name: str
    takes: str
    summary: str


class FrameJudge(Protocol):
    """Sees the frames of a rule one after the other, and tells at the end what it saw."""

    def see(self, frame: Frame | None, document: Document) -> None:
        """Take one frame."""

    def fail(self, frame: Frame | None, error: AppError) -> None:
        """Take note that a frame could not be read."""

    def observations(self) -> Iterable[Observation]:
        """What was seen."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Attributes:
        name: as policies write it: family and name.
        summary: what it looks at, for the documentation.
        need: how much has to be read.
        kinds: the kinds of asset it is about, any of them; of others it is silent. Empty: all.
        operators: which operators `expect` may have.
        expects: other keys of `expect`.
        options: keys beside `expect`.
        measures: the thresholds that what it looks at was measured by: fields of `MeasureOptions`, keys as well.
        default: the `expect` of a rule that has none; None where it has to have one.
        judge: looks at a document.
        frames: makes what looks at each frame, for a check of pixels.
    """

    name: str
    summary: str
    need: Need
    kinds: frozenset[str] = frozenset()
    operators: tuple[str, ...] = ()
    expects: tuple[Parameter, ...] = ()
    options: tuple[Parameter, ...] = ()
    measures: tuple[str, ...] = ()
    default: Mapping[str, Any] | None = field(default_factory=dict)
    judge: Callable[[Rule, Facts], Iterable[Observation]] | None = None
    frames: Callable[[Rule], FrameJudge] | None = None

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every key beside `expect`."""
        return (*self.options, *map(_threshold, self.measures))


def _threshold(name: str) -> Parameter:
    """The key by which a rule sets a threshold."""
    known, default = THRESHOLDS[name], getattr(DEFAULTS, name)
    kind = "count" if isinstance(default, int) else "number"
    meaning = f"{known.text[0].lower()}{known.text[1:-1]}; the setting `inspection.{name}` where nothing is said"
    return Parameter(name, f"{kind} from {known.low:g} to {known.high:g}", meaning)


def broken(value: Any, expect: Mapping[str, Any]) -> list[str]:
    """What of `expect` a value does not satisfy, in words; operators alone are looked at."""
    return [
        told(name, wanted)
        for name, wanted in expect.items()
        if name in OPERATORS and not OPERATORS[name].holds(value, wanted)
    ]


def all_told(expect: Mapping[str, Any]) -> str:
    """Everything that the operators of `expect` ask for, in words."""
    return ", ".join(told(name, wanted) for name, wanted in expect.items() if name in OPERATORS)

"""What a running job says. Counts and facts, never rows and never wording: a front makes the words."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The steps a job can be in, in the order in which a scan goes through them."""

    WAIT = "wait"
    WALK = "walk"
    INDEX = "index"
    HASH = "hash"
    INSPECT = "inspect"
    PICTURES = "pictures"
    FINISH = "finish"
    GROUP = "group"
    SIDECARS = "sidecars"
    DELETE = "delete"
    GENERATE = "generate"
    EXPORT = "export"
    BACKUP = "backup"
    CHECK = "check"
    OPTIMISE = "optimise"
    VACUUM = "vacuum"
    RESTORE = "restore"
    SALVAGE = "salvage"
    FETCH = "fetch"
    INSTALL = "install"
    VERIFY = "verify"
    COMPARE = "compare"
    DIFFER = "differ"
    DECODE = "decode"


@dataclass(frozen=True, slots=True)
class StageStarted:
    """A stage began. `total` counts items; None where it cannot be known beforehand."""

    stage: Stage
    total: int | None = None
    total_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Progressed:
    """How far the current stage is. Sent at most ten times a second.

    `counts` holds running totals by name (`new`, `changed`, `unreadable`, ...), for live counters.
    """

    stage: Stage
    done: int
    total: int | None
    bytes_done: int = 0
    total_bytes: int | None = None
    current: str = ""
    counts: tuple[tuple[str, int], ...] = ()


#: What the code of an item begins with that can be read and of which no picture could be made.
PICTURELESS = "picture."


@dataclass(frozen=True, slots=True)
class ItemFailed:
    """One item could not be handled; the job went on. `reason` is a short sentence, `code` a dotted identifier."""

    path: str
    reason: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something worth a line: resumed, an empty mount, a banner. `code` is dotted, `text` one sentence."""

    code: str
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Paused:
    """The job stands still (`paused` true) or goes on again."""

    paused: bool


@dataclass(frozen=True, slots=True)
class Concerns:
    """Which drive the job works on, said once it is known: its id and its label."""

    drive_id: str
    label: str


JobEvent = StageStarted | Progressed | ItemFailed | Noticed | Paused | Concerns

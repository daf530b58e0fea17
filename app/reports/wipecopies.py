"""Which copies count where a folder is to be wiped: verified, still there, and on a drive that outlives it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from app.catalog.doubts import LINKED, RELEASED, UNSEEN
from app.catalog.replicas import Replica
from app.drives.fates import overwritten, share_a_fate, share_files
from app.drives.identity import time_tolerance_ns
from app.engine import Engine
from app.errors import AppError
from app.jobs.children import ChildPool
from app.jobs.job import Job
from app.model.drives import Drive
from app.model.names import decoded
from app.model.times import now_us

_STATES = "app.files.filestates:serve"
_LOOKERS = 4
_AT_ONCE = 500
#: So many files of one drive are looked at for one content: one that is there is enough.
_TRIED = 4
_DAY_US = 86_400_000_000
_DOUBTS = {
    UNSEEN: "was not seen by the last scan of its drive",
    RELEASED: "was not verified since its folder was said to be free to wipe",
    LINKED: "may be a link: its drive was scanned through links",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """The copies of one content.

    Attributes:
        good: the best of each drive that counts.
        weak: those that do not count, with the reason.
    """

    good: list[Replica] = field(default_factory=list)
    weak: list[tuple[Replica, str]] = field(default_factory=list)


class CopyJudge:
    """Judges the copies of contents of one drive. Use as a context manager: it looks at connected drives in children.

    Args:
        engine: all drives, and the settings.
        drive: the one that is to be wiped, or a folder of it.
        others: all others.
        same_volume: count drives that are lost together as two.
        within_days: how long ago a copy may have been read whole; None for any time.
        job: cancels.
    """

    def __init__(
        self,
        engine: Engine,
        drive: Drive,
        others: Sequence[Drive],
        job: Job,
        *,
        same_volume: bool,
        within_days: float | None,
    ) -> None:
        self._robust = engine.settings.robust
        self._drive, self._job, self._same_volume = drive, job, same_volume
        self._verified_since = 0 if within_days is None else now_us() - round(within_days * _DAY_US)
        self._overwritten = overwritten((drive, *others))
        self._pool = ChildPool(_STATES, _LOOKERS)

    def __enter__(self) -> "CopyJudge":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    def judged(self, held: dict[bytes, list[Replica]]) -> dict[bytes, Judged]:
        """Judge the copies of some contents, by their stored hashes.

        Raises:
            Cancelled: the job was stopped.
        """
        found: dict[bytes, Judged] = {}
        strong: dict[bytes, list[Replica]] = {}
        for digest, copies in held.items():
            found[digest], strong[digest] = Judged(), []
            tried: dict[str, int] = {}
            for copy in copies:
                why = self._objection(copy)
                if why:
                    found[digest].weak.append((copy, why))
                elif tried.get(copy.drive.id, 0) < _TRIED:
                    tried[copy.drive.id] = tried.get(copy.drive.id, 0) + 1
                    strong[digest].append(copy)
        looked = self._looked_at(copy for copies in strong.values() for copy in copies)
        for digest, copies in strong.items():
            self._choose(copies, looked, found[digest])
        return found

    def _objection(self, copy: Replica) -> str:
        """Why a copy does not count; empty where nothing that is known speaks against it."""
        if copy.suspect:
            return "is suspected of rot"
        if share_files(copy.drive, self._drive):
            return "is the same folder under another mount"
        if self._is_same_disk(copy.drive, self._drive):
            return "lies on the same disk"
        if copy.drive.id in self._overwritten:
            return "is lost: its disk was re-formatted since"
        if copy.doubt and not (copy.doubt == LINKED and copy.drive.online):
            return _DOUBTS[copy.doubt]
        if not copy.verified_us:
            return "was never read whole as it is now"
        return "was not read whole lately" if copy.verified_us < self._verified_since else ""

    def _choose(self, copies: Iterable[Replica], looked: dict[tuple[str, int], str], judged: Judged) -> None:
        """Take the best copy of each drive, of drives that are lost together one."""
        best: dict[str, Replica] = {}
        for copy in copies:
            why = looked.get((copy.drive.id, copy.file_id), "")
            if why:
                judged.weak.append((copy, why))
            else:
                best.setdefault(copy.drive.id, copy)
        for copy in best.values():
            if any(self._is_same_disk(copy.drive, other.drive) for other in judged.good):
                judged.weak.append((copy, "is lost together with another one"))
            else:
                judged.good.append(copy)

    def _is_same_disk(self, one: Drive, other: Drive) -> bool:
        return share_files(one, other) or (not self._same_volume and share_a_fate(one, other))

    def _looked_at(self, copies: Iterable[Replica]) -> dict[tuple[str, int], str]:
        """Why copies on connected drives are not what is known of them, by drive and file; empty for those that are."""
        drives: dict[str, list[Replica]] = {}
        for copy in copies:
            if copy.drive.online:
                drives.setdefault(copy.drive.id, []).append(copy)
        found: dict[tuple[str, int], str] = {}
        for asked, answer in self._pool.map(self._questions(drives), self._job.token, self._robust.op_timeout_s):
            states = [None] * len(asked) if isinstance(answer, AppError) else answer[0][0]["states"]
            for copy, state in zip(asked, states, strict=True):
                silent = "cannot be looked at: its drive does not answer" if isinstance(answer, AppError) else ""
                found[copy.drive.id, copy.file_id] = silent or _difference(copy, state)
        return found

    def _questions(self, drives: dict[str, list[Replica]]) -> Iterator[tuple[list[Replica], dict[str, object]]]:
        for copies in drives.values():
            for start in range(0, len(copies), _AT_ONCE):
                asked = copies[start : start + _AT_ONCE]
                paths = [decoded(copy.path) for copy in asked]
                yield asked, {"base": asked[0].drive.base, "paths": paths, "long_paths": self._robust.long_paths}


def _difference(copy: Replica, state: list[int] | None) -> str:
    """How a file differs from what its drive's last scan saw."""
    if state is None:
        return "is not there any more, or only as a link"
    size, mtime_ns = state
    if size != copy.size or abs(mtime_ns - copy.mtime_ns) > time_tolerance_ns(copy.drive.passport):
        return "was written since its last scan"
    return ""

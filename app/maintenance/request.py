"""What the operations of maintenance are asked, and what they answer."""

from dataclasses import dataclass, field
from typing import Any

from app.errors import AppError


@dataclass(frozen=True, slots=True)
class UpkeepRequest:
    """Which databases an action is for; none named means all of them.

    Attributes:
        drives: labels or ids of the drives whose shards are meant.
        catalog: whether the catalogue is meant too.
        shards: whether every shard is meant.
        full: the thorough form of a check.
        force: salvage also what seems sound; vacuum also where it does not pay.
        labels: what the drives are called, where ids are given.
    """

    drives: tuple[str, ...] = ()
    catalog: bool = False
    shards: bool = False
    full: bool = False
    force: bool = False
    labels: tuple[str, ...] = ()

    @property
    def all(self) -> bool:
        """Whether every database is meant."""
        return not self.drives and not self.catalog and not self.shards

    @property
    def title(self) -> str:
        """What it is about, in a few words."""
        together = ["the catalogue"] if self.catalog else []
        names = (*together, *(["all shards"] if self.shards else self.labels or self.drives))
        return ", ".join(names) or "all databases"


@dataclass(frozen=True, slots=True)
class RestoreRequest:
    """Which backup is to take the place of which database.

    Attributes:
        drive: label or id of the drive; empty for the catalogue.
        backup: path of a backup, or its file name in the backups folder; empty for the newest one.
    """

    drive: str = ""
    backup: str = ""

    @property
    def title(self) -> str:
        """What it is about."""
        return self.drive or "the catalogue"


@dataclass(frozen=True, slots=True)
class TargetResult:
    """What came of an action on one database.

    Attributes:
        name: `catalog` or the drive's label.
        kind: `catalog` or `shard`.
        path: the database.
        action: what was done: `check`, `optimise`, `full`, `vacuum`, `backup`, `restore`, `salvage`.
        ok: whether it was done, and found nothing broken.
        before_bytes: its size before.
        after_bytes: its size after.
        backup: the backup that was made first, or that was asked for; empty for none.
        messages: what there is to say, one sentence each.
        lost: of a salvage: rows that were kept and that were lost, table by table.
        error: why it could not be done.
    """

    name: str
    kind: str
    path: str
    action: str
    ok: bool = True
    before_bytes: int = 0
    after_bytes: int = 0
    backup: str = ""
    messages: tuple[str, ...] = ()
    lost: tuple[dict[str, Any], ...] = ()
    error: AppError | None = field(default=None, compare=False)

    def document(self) -> dict[str, Any]:
        """Its JSON."""
        document: dict[str, Any] = {
            "name": self.name,
            "kind": self.kind,
            "path": self.path,
            "action": self.action,
            "ok": self.ok,
            "before_bytes": self.before_bytes,
            "after_bytes": self.after_bytes,
            "backup": self.backup or None,
            "messages": list(self.messages),
        }
        if self.action == "salvage":
            document["tables"] = list(self.lost)
        if self.error is not None:
            document["error"] = self.error.envelope()["error"]
        return document


@dataclass(frozen=True, slots=True)
class UpkeepResult:
    """What came of an action, database by database."""

    targets: tuple[TargetResult, ...]

    @property
    def ok(self) -> bool:
        """Whether everything was done and nothing is broken."""
        return all(target.ok for target in self.targets)

    @property
    def exit_code(self) -> int:
        """6 where records are broken, else that of the first error, else 0."""
        if any(not target.ok and target.error is None for target in self.targets):
            return 6
        codes = [target.error.exit_code for target in self.targets if target.error is not None]
        return 6 if 6 in codes else next(iter(codes), 0)

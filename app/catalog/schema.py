"""What a database of one kind looks like."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schema:
    """What a database of one kind must look like.

    Attributes:
        name: the word for it in messages (`shard`).
        application_id: SQLite's `application_id`, which tells our files from anybody else's.
        steps: SQL of each version; step N takes version N to N + 1 and commits together with that number.
        remedy: what to do where a file of this kind is damaged.
        backups: where copies of it are kept, relative to the folder it lies in.
    """

    name: str
    application_id: int
    steps: tuple[str, ...]
    remedy: str = ""
    backups: str = "backups"

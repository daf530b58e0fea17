"""The entries of a drive that somebody should know of: passed over, unreadable, missing, suspected; each with why."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.catalog.database import Database
from app.catalog.missing import NOT_MOVED
from app.model.names import raw_name, shown
from app.model.times import rfc3339
from app.scanning.problems import entry_path


class EntryList(StrEnum):
    """Which entries are listed."""

    SKIPPED = "skipped"
    UNREADABLE = "unreadable"
    MISSING = "missing"
    SUSPECTED = "suspected"


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """One of them.

    Attributes:
        folder: relative to the drive's base, raw bytes.
        name: raw bytes; empty for the folder itself.
        code: a word for programs: that of `counts.skipped`, of the error, `rot` or `unreadable` of a suspected file,
            `missing`, or `unaccepted` where so many were missing that nothing was marked.
        reason: the same for people.
    """

    folder: bytes
    name: bytes
    code: str
    reason: str


#: What each reason of `skipped` means to people.
SKIPPED_WORDS = {
    "ignored": "left out by a pattern",
    "hidden": "hidden, and hidden files are left out",
    "link": "a link, which is not followed",
    "special": "a device, pipe or socket, not a file",
    "mount": "another volume is mounted here",
    "placeholder": "only in the cloud; it is never downloaded",
}

_QUERIES = {
    EntryList.SKIPPED: (
        "SELECT d.path, e.name, e.reason, NULL FROM skipped e JOIN folder d ON d.id = e.folder_id"
        " WHERE d.missed_scan IS NULL"
    ),
    EntryList.UNREADABLE: (
        "SELECT d.path, e.name, e.code, e.reason FROM problem e JOIN folder d ON d.id = e.folder_id"
        " WHERE d.missed_scan IS NULL"
    ),
    EntryList.MISSING: (
        "SELECT d.path, e.name, 'missing', s.started_us FROM file e JOIN folder d ON d.id = e.folder_id"
        f" LEFT JOIN scan s ON s.id = e.missed_scan WHERE e.missed_scan IS NOT NULL AND {NOT_MOVED.format('e')}"
        " UNION ALL"
        " SELECT d.path, e.name, 'unaccepted', s.started_us FROM scan s, gone_file g JOIN file e ON e.id = g.file_id"
        " JOIN folder d ON d.id = e.folder_id"
        " WHERE e.missed_scan IS NULL AND s.id = (SELECT max(id) FROM scan) AND s.state = 'done'"
    ),
    EntryList.SUSPECTED: (
        "SELECT d.path, e.name, s.code, s.reason FROM suspect s JOIN file e ON e.id = s.file_id"
        " JOIN folder d ON d.id = e.folder_id WHERE e.missed_scan IS NULL"
    ),
}


def listed_entries(database: Database, which: EntryList, limit: int = 0) -> Iterator[ListedEntry]:
    """Yield those entries by folder and name, at most `limit` of them (0: all)."""
    order = " ORDER BY 1, 2 LIMIT ?"
    for folder, name, code, detail in database.rows(_QUERIES[which] + order, (min(limit or -1, (1 << 63) - 1),)):
        yield ListedEntry(folder, name, code, _reason(which, code, detail))


def entry_document(base: str, entry: ListedEntry) -> dict[str, str]:
    """An entry of the drive with that base in JSON; `raw_name` holds the bytes of `relative_path` that is no text."""
    relative = b"/".join([part for part in (entry.folder, entry.name) if part])
    document = {"path": entry_path(base, entry.folder, entry.name), "relative_path": shown(relative)}
    encoded = raw_name(relative)
    if encoded is not None:
        document["raw_name"] = encoded
    return {**document, "reason": entry.reason, "code": entry.code}


def count_entries(database: Database, which: EntryList) -> int:
    """How many there are."""
    return int(database.value(f"SELECT count(*) FROM ({_QUERIES[which]})"))


def _reason(which: EntryList, code: str, detail: str | int | None) -> str:
    if which is EntryList.SKIPPED:
        return SKIPPED_WORDS.get(code, code)
    if which is EntryList.MISSING:
        when = f"not there any more at the scan of {rfc3339(int(detail))[:16].replace('T', ' ')} UTC" if detail else ""
        return f"{when}, not marked" if code == "unaccepted" else when
    return str(detail)

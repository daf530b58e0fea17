"""How jobs and their ends read: the same words in the panel, in a toast and in the history. No Qt."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ui import formats

#: The levels of an outcome as tokens of the theme (`pass_text`): done, done with problems, failed. "" is neither good
#: nor bad: stopped by somebody, or running still.
DONE, PROBLEMS, FAILED, NEUTRAL = "pass", "stale", "fail", ""


_NOTHING = ("nothing changed", "nothing wrong", "done")


@dataclass(frozen=True, slots=True)
class Told:
    """An outcome in words, and its level."""

    words: str
    level: str


@dataclass(frozen=True, slots=True)
class Verbs:
    """Sentences about a job, with `{}` for what it is about: while it runs, once it is done, and its name."""

    doing: str
    done: str
    name: str


_VERBS = {
    "scan": Verbs("Scanning {}", "Scanned {}", "Scan of {}"),
    "qc_crawl": Verbs("Crawling {}", "Crawled {}", "Crawl of {}"),
    "qc_clean": Verbs("Cleaning {}", "Cleaned {}", "Cleaning of {}"),
    "check": Verbs("Checking {}", "Checked {}", "Check of {}"),
    "inspect": Verbs("Measuring {}", "Measured {}", "Measurement of {}"),
    "sign_off": Verbs("Signing off {}", "Signed off {}", "Sign-off of {}"),
    "undo_sign_off": Verbs("Taking back the verdict of {}", "Verdict taken back: {}", "Taking back the verdict of {}"),
    "verify": Verbs("Verifying {}", "Verified {}", "Verification of {}"),
    "wipe": Verbs("Asking whether {} may be wiped", "May {} be wiped?", "Wiping {}?"),
    "only_here": Verbs("Comparing {} with all others", "Compared {} with all others", "Comparing {} with all others"),
    "at_risk": Verbs("Counting copies on {}", "Counted copies on {}", "Counting copies on {}"),
    "demo": Verbs("Making the demo library", "Made the demo library", "Demo library"),
    "describe_drive": Verbs("Noting it of {}", "Noted of {}", "Note of {}"),
    "mark_drive": Verbs("Marking {}", "Marked {}", "Marking of {}"),
    "forget_drive": Verbs("Forgetting {}", "Forgot {}", "Forgetting of {}"),
    "travel_drive": Verbs("Packing {} to travel", "Packed {} to travel", "Packing of {}"),
    "merge_shard": Verbs("Taking over {}", "Took over {}", "Taking over {}"),
    "drive_health": Verbs("Asking {} after its health", "Asked {} after its health", "Health of {}"),
    "make_pictures": Verbs("Making pictures of {}", "Made pictures of {}", "Pictures of {}"),
    "export_inventory": Verbs(
        "Exporting the inventory as {}", "Exported the inventory as {}", "Export of the inventory as {}"
    ),
    "export_facts": Verbs("Exporting facts to {}", "Exported facts to {}", "Export of facts to {}"),
    "export_search": Verbs("Exporting {}", "Exported {}", "Export of {}"),
    "install_tool": Verbs("Installing {}", "Installed {}", "Installation of {}"),
    "check_records": Verbs("Checking {}", "Checked {}", "Check of {}"),
    "optimise_records": Verbs("Optimising {}", "Optimised {}", "Optimisation of {}"),
    "maintain_records": Verbs("Full maintenance of {}", "Maintained {}", "Full maintenance of {}"),
    "vacuum_records": Verbs("Vacuuming {}", "Vacuumed {}", "Vacuum of {}"),
    "back_up_records": Verbs("Backing up {}", "Backed up {}", "Backup of {}"),
    "restore_records": Verbs("Restoring {}", "Restored {}", "Restoring {}"),
    "salvage_records": Verbs("Salvaging {}", "Salvaged {}", "Salvage of {}"),
    "export_report": Verbs("Exporting {}", "Exported {}", "Export of {}"),
}


_ABOUT_ALL = {
    "export_search": "all files",
    "export_report": "all reports",
    "at_risk": "all drives",
    "only_here": "a drive",
}
_PICTURES = (("failed", "could not be decoded"), ("left_out", "left out for want of room"))


_TOGETHER = {
    "sign_off": "{} verdicts were not written",
    "undo_sign_off": "{} verdicts were not taken back",
    "check": "{} assets could not be checked",
    "inspect": "{} assets could not be measured",
}


def failed_together(operation: str, count: int) -> str:
    """`3 verdicts were not written`: several jobs of an operation that failed for the same reason."""
    return _TOGETHER.get(operation, "{} jobs failed").format(formats.count(count))


def verbs(operation: str) -> Verbs:
    """The sentences for an operation."""
    return _VERBS.get(operation) or Verbs(f"{operation}: {{}}", f"{operation}: {{}}", f"{operation}: {{}}")


def about(operation: str, title: str) -> str:
    """What a job is about, for its sentences."""
    return title or _ABOUT_ALL.get(operation, "…")


def told(operation: str, state: str, summary: dict[str, Any]) -> Told:
    """How a job ended.

    Args:
        operation: its name.
        state: `done`, `cancelled`, `failed`, `interrupted` or `running`.
        summary: what the job history keeps of it.
    """
    if state == "done":
        return _done(operation, summary)
    files = summary.get("counts", {}).get("files")
    at = f" at {formats.many(files, 'file')}" if files else ""
    if state == "cancelled":
        return Told(f"stopped{at}", NEUTRAL)
    if state == "interrupted":
        return Told("interrupted: the program ended", PROBLEMS)
    if state == "running":
        return Told("running", NEUTRAL)
    return Told(f"failed: {summary.get('error') or 'see the log'}", FAILED)


def _done(operation: str, summary: dict[str, Any]) -> Told:
    teller = _TELLERS.get(operation)
    problems, words = teller(operation, summary) if teller else ([], "done")
    if not problems:
        return Told(words, DONE)
    return Told(" · ".join([*problems, words] if words not in ("", *_NOTHING) else problems), PROBLEMS)


_Found = tuple[list[str], str]


def _scan(_operation: str, summary: dict[str, Any]) -> _Found:
    found = _counted(summary.get("counts", {}), ("new", "changed", "moved", "missing"))
    return _scan_problems(summary), found or "nothing changed"


def _crawl(_operation: str, summary: dict[str, Any]) -> _Found:
    counts = summary.get("counts", {})
    problems = [f"{formats.count(counts[name])} {name}" for name in ("failed", "stale") if counts.get(name)]
    written = f"{formats.many(counts.get('written', 0), 'sidecar')} written"
    return problems, " · ".join(filter(None, (written, _changed(counts))))


def _clean(_operation: str, summary: dict[str, Any]) -> _Found:
    counts = summary.get("counts", {})
    problems = [f"{formats.count(counts['failed'])} could not be removed"] if counts.get("failed") else []
    removed, kept = formats.many(counts.get("removed", 0), "file"), formats.count(counts.get("kept", 0))
    return problems, f"{removed} removed, {kept} kept"


def _verify(_operation: str, summary: dict[str, Any]) -> _Found:
    counts = summary.get("counts", {})
    problems = [f"{formats.count(counts['suspected'])} suspected of rot"] if counts.get("suspected") else []
    also = ("changed", "missing", "unreadable")
    problems += [f"{formats.count(counts[name])} {name}" for name in also if counts.get(name)]
    return problems, f"{formats.many(counts.get('ok', 0), 'file')} as hashed"


def _wipe(_operation: str, summary: dict[str, Any]) -> _Found:
    counts = summary.get("counts", {})
    if summary.get("safe"):
        return [], f"yes, {formats.many(counts.get('files', 0), 'file')} with copies elsewhere"
    return [f"no: {formats.count(counts.get('unsafe', 0))} without enough copies"], "done"


def _pictures(_operation: str, summary: dict[str, Any]) -> _Found:
    counts = summary.get("counts", {})
    problems = [f"{formats.count(counts[name])} {said}" for name, said in _PICTURES if counts.get(name)]
    return problems, f"{formats.many(counts.get('made', 0), 'picture')} made"


def _exported(operation: str, summary: dict[str, Any]) -> _Found:
    problems = [f"{formats.many(summary['failed_items'], 'drive')} left out"] if summary.get("failed_items") else []
    rows = formats.many(summary.get("counts", {}).get("rows", 0), "hit" if operation == "export_search" else "file")
    return problems, f"{rows} to {_last(summary.get('file', ''))}"


def _facts(_operation: str, summary: dict[str, Any]) -> _Found:
    problems = [f"{formats.many(summary['failed_items'], 'drive')} left out"] if summary.get("failed_items") else []
    where = f" to {_last(summary['file'])}" if summary.get("file") else ""
    return problems, f"{formats.many(summary.get('counts', {}).get('rows', 0), 'row')}{where}"


def _checked(_operation: str, summary: dict[str, Any]) -> _Found:
    counts, policy = summary.get("counts", {}), summary.get("policy", {}).get("id", "")
    judged, failed = formats.many(counts.get("judged", 0), "asset"), counts.get("fail", 0)
    problems = [f"{formats.count(failed)} of {judged} {'fails' if failed == 1 else 'fail'}"] if failed else []
    if unable := counts.get("error"):
        problems.append(f"{formats.count(unable)} could not be judged")
    good = _counted(counts, ("waived", "skipped", "pass"))
    rest = good if problems else f"{judged}: {good}" if good else ""
    by = f"by {policy}" if policy else ""
    if not any(counts.get(outcome) for outcome in ("fail", "error", "waived", "pass")):
        problems, rest = ["nothing to judge"], rest if counts.get("skipped") else ""
    return problems, ", ".join(filter(None, (rest, by))) or "done"


def _report(_operation: str, summary: dict[str, Any]) -> _Found:
    problems = [f"{formats.many(summary['failed_items'], 'drive')} left out"] if summary.get("failed_items") else []
    files = summary.get("counts", {}).get("files", 0)
    return problems, f"to {_last(summary.get('file', ''))}" + (f" and {files - 1} more" if files > 1 else "")


def _health(_operation: str, summary: dict[str, Any]) -> _Found:
    state = summary.get("health", "unknown")
    return list(summary.get("reasons", ())) if state in ("worn", "failing") else [], f"health {state}"


def _forgotten(_operation: str, _summary: dict[str, Any]) -> _Found:
    return [], "its records were kept under backups"


def _packed(_operation: str, summary: dict[str, Any]) -> _Found:
    return [], f"{formats.many(summary.get('counts', {}).get('rows', 0), 'file')} in {_last(summary.get('file', ''))}"


def _merged(_operation: str, summary: dict[str, Any]) -> _Found:
    words = {"added": "a new drive", "updated": "brought up to date", "replaced": "took the place of our records"}
    return [], words.get(summary.get("action", ""), "nothing newer in it")


def _upkeep(operation: str, summary: dict[str, Any]) -> _Found:
    return _upkeep_problems(summary), _upkeep_words(operation, summary.get("counts", {}))


def _signed(operation: str, summary: dict[str, Any]) -> _Found:
    return [], _verdict(operation, summary)


def _demo(_operation: str, summary: dict[str, Any]) -> _Found:
    return [], f"{formats.many(summary.get('counts', {}).get('files', 0), 'file')}, ready to look at"


_TELLERS: dict[str, Callable[[str, dict[str, Any]], _Found]] = {
    "scan": _scan,
    "qc_crawl": _crawl,
    "qc_clean": _clean,
    "verify": _verify,
    "wipe": _wipe,
    "make_pictures": _pictures,
    "sign_off": _signed,
    "undo_sign_off": _signed,
    "export_search": _exported,
    "export_inventory": _exported,
    "export_facts": _facts,
    "export_report": _report,
    "check": _checked,
    "drive_health": _health,
    "forget_drive": _forgotten,
    "travel_drive": _packed,
    "merge_shard": _merged,
    "demo": _demo,
    **{
        f"{name}_records": _upkeep
        for name in ("check", "optimise", "maintain", "vacuum", "back_up", "restore", "salvage")
    },
}


def _scan_problems(summary: dict[str, Any]) -> list[str]:
    """What a scan leaves to be looked at."""
    problems = []
    if summary.get("empty_base"):
        problems.append("base is empty: nothing marked")
    if waiting := summary.get("unaccepted_missing"):
        problems.append(f"{formats.count(waiting)} missing, not accepted")
    if unreadable := summary.get("counts", {}).get("unreadable"):
        problems.append(f"{formats.count(unreadable)} unreadable")
    return problems


def _upkeep_problems(summary: dict[str, Any]) -> list[str]:
    """Which databases an action found broken, or could not be done to."""
    broken = summary.get("broken", [])
    return [f"not sound: {', '.join(broken)}"] if broken else []


def _upkeep_words(operation: str, counts: dict[str, int]) -> str:
    if operation == "check_records":
        return "nothing wrong"
    if operation == "salvage_records":
        return f"{formats.many(counts.get('lost', 0), 'row')} lost"
    saved = counts.get("saved", 0) if operation == "vacuum_records" else 0
    return f"{formats.size(saved)} given back" if saved > 0 else "done"


def _verdict(operation: str, summary: dict[str, Any]) -> str:
    verdict, sidecar = summary.get("verdict", ""), summary.get("sidecar", "")
    if operation == "undo_sign_off":
        return f"it stands at {verdict} again"
    return f"{verdict} written to {sidecar}" if sidecar else verdict


def _changed(counts: dict[str, int]) -> str:
    return _counted(counts, ("changed", "missing"))


def _counted(counts: dict[str, int], names: tuple[str, ...]) -> str:
    """`1,204 new · 37 changed`, of what is not zero."""
    return " · ".join(f"{formats.count(counts[name])} {name}" for name in names if counts.get(name))


def _last(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]

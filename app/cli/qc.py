"""`reelmark qc`: sidecars and verdicts beside the media."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.front import JsonOption, front_of, run_operation
from app.cli.output import count_of, human_bytes, local_time, print_lines, say
from app.cli.table import print_table
from app.errors import UsageError
from app.model.names import posix, shown
from app.qc.clean import DEFAULT_WORKERS, CleanRequest, CleanResult
from app.qc.crawl import CrawlRequest, CrawlResult
from app.qc.status import AssetStatus, HistoryRequest, StatusRequest, StatusResult, status_document

_MOST_FAILURES = 50
_MOST_OF_NOTE = 200
_HISTORY_COLUMNS = ("qc_result", "operator", "policy_version")

app = typer.Typer(help="Sidecars and verdicts beside the media.", no_args_is_help=True)

PathsArgument = Annotated[
    list[Path], typer.Argument(metavar="PATH...", help="Folders with all below them, files, or patterns of sequences.")
]


@app.command()
def crawl(
    ctx: typer.Context,
    paths: PathsArgument,
    operator: Annotated[str, typer.Option("--operator", metavar="N", help="Who signs off; needs --result.")] = "",
    result: Annotated[str, typer.Option("--result", metavar="R", help="pass, fail or pending.")] = "",
    note: Annotated[str, typer.Option("--note", metavar="T", help="The operator's note.")] = "",
    reason: Annotated[
        list[str] | None,
        typer.Option("--reason", metavar="CODE", help="A reason code of the settings; may be repeated."),
    ] = None,
    sidecar_mode: Annotated[
        str, typer.Option("--sidecar-mode", metavar="M", help="Where sidecars are written: subdir, dot or inline.")
    ] = "",
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", min=0, help="Files hashed at once; 0 for one a processor.")
    ] = 0,
    min_sequence: Annotated[
        int | None, typer.Option("--min-sequence", metavar="N", min=2, help="Fewer frames than this are single files.")
    ] = None,
    policy_version: Annotated[
        str, typer.Option("--policy-version", metavar="V", help="The policy that verdicts are given under.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing, say what would be written.")] = False,
    json: JsonOption = False,
) -> int:
    """Write sidecars for new and changed assets; with an operator, sign off what lies there."""
    front = front_of(ctx)
    request = CrawlRequest(
        tuple(paths),
        operator,
        result,
        note,
        tuple(reason or ()),
        sidecar_mode,
        workers,
        min_sequence or 0,
        policy_version,
        dry_run,
    )
    found: CrawlResult = run_operation(front, "qc_crawl", request)
    _say_replaced(found, dry_run=dry_run)
    if json:
        front.emit(crawl_document(found))
    else:
        _print_crawl(found, dry_run=dry_run)
    return 1 if found.failed or found.damaged or found.stale or found.missing else 0


@app.command()
def status(
    ctx: typer.Context,
    paths: PathsArgument,
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", min=0, help="Files hashed at once; 0 for one a processor.")
    ] = 0,
    min_sequence: Annotated[
        int | None, typer.Option("--min-sequence", metavar="N", min=2, help="Fewer frames than this are single files.")
    ] = None,
    json: JsonOption = False,
) -> int:
    """Tell the verdicts as they stand. Stale: the content changed since. Missing: the asset is gone."""
    front = front_of(ctx)
    request = StatusRequest(tuple(paths), min_sequence or 0, workers)
    found: StatusResult = run_operation(front, "qc_status", request)
    if json:
        front.emit(status_document(found))
    else:
        _print_status(found)
    return 1 if any(found.counts[kind] for kind in ("stale", "missing", "failed", "damaged")) else 0


@app.command()
def history(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file, a frame, or the pattern of a sequence.")],
    json: JsonOption = False,
) -> int:
    """Tell every record of an asset, oldest first."""
    front = front_of(ctx)
    records: list[dict[str, Any]] = run_operation(front, "qc_history", HistoryRequest(path))
    if json:
        front.emit({"records": records})
        return 0
    rows = [
        [local_time(str(record.get("qc_time") or "")), *(record.get(key) for key in _HISTORY_COLUMNS)]
        for record in records
    ]
    notes = [", ".join(filter(None, [str(record.get("notes") or ""), *_reasons(record)])) for record in records]
    print_table(
        ("time", "verdict", "operator", "policy", "note"), [[*row, note] for row, note in zip(rows, notes, strict=True)]
    )
    return 0


@app.command()
def clean(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The folder; all below it is cleaned too.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Remove nothing, say what would be removed.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    include_hidden: Annotated[
        bool, typer.Option("--include-hidden", help="Go into hidden folders other than .qc too.")
    ] = False,
    glob: Annotated[
        list[str] | None, typer.Option("--glob", metavar="G", help="Remove files of such names too; may be repeated.")
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", min=1, help="Files removed at once.")
    ] = DEFAULT_WORKERS,
    with_verdicts: Annotated[bool, typer.Option("--with-verdicts", help="Remove verdicts too.")] = False,
    json: JsonOption = False,
) -> int:
    """Remove sidecars without a verdict and hash caches. Media stays, whatever --glob says."""
    front = front_of(ctx)
    _refuse_hidden_question(yes=yes or dry_run)
    request = CleanRequest(path, True, include_hidden, tuple(glob or ()), workers, with_verdicts)
    if not dry_run:
        if not yes:
            would: CleanResult = run_operation(front, "qc_clean", request)
            if not _agreed(would, path):
                say("Nothing was removed.")
                if json:
                    front.emit({"removed": 0, "kept": would.removed + would.kept, "bytes": 0})
                return 0
        request = CleanRequest(path, False, include_hidden, tuple(glob or ()), workers, with_verdicts)
    found: CleanResult = run_operation(front, "qc_clean", request)
    if json:
        files = {"files": [posix(path) for path in found.files]} if dry_run else {}
        front.emit({"removed": found.removed, "kept": found.kept, "bytes": found.bytes, **files})
    else:
        _print_clean(found, dry_run=dry_run)
    return 1 if found.failed else 0


def crawl_document(found: CrawlResult) -> dict[str, Any]:
    """The result of a crawl as the command line prints it in JSON."""
    return {
        "assets": found.assets,
        "written": found.written,
        "unchanged": found.unchanged,
        "changed": found.changed,
        "stale": found.stale,
        "missing": found.missing,
        "sequences": found.sequences,
        "singles": found.singles,
        "failed": [{"path": posix(path), "reason": reason} for path, reason in found.failed],
        "damaged": [{"path": posix(path), "reason": shown(reason)} for path, reason in found.damaged],
        "supersedes": [
            {"path": posix(path), "operator": by.operator or None, "time": by.time or None, "verdict": by.verdict}
            for path, by in found.replaced
        ],
        "sidecars": [posix(path) for path in found.sidecars],
    }


def _print_crawl(found: CrawlResult, *, dry_run: bool) -> None:
    for word, rows in (("failed", found.failed), ("damaged", found.damaged)):
        _say_some([f"{word}: {shown(path)}: {reason}" for path, reason in rows])
    wrote = "to write" if dry_run else "written"
    print_lines(
        f"{count_of(found.assets, 'asset')} ({count_of(found.sequences, 'sequence')},"
        f" {count_of(found.singles, 'single file')}): {count_of(found.written, 'sidecar')} {wrote},"
        f" {found.unchanged} unchanged, {found.changed} changed,"
        f" {found.missing} missing, {len(found.damaged)} damaged, {len(found.failed)} failed"
    )
    if found.stale:
        print_lines(f"Stale, as the content changed since: {count_of(found.stale, 'verdict')}.")


def _say_replaced(found: CrawlResult, *, dry_run: bool) -> None:
    """Tell whose verdicts were followed by this sign-off. They stay in the history."""
    what = "would replace" if dry_run else "replaced"
    _say_some(
        [
            f"{what}: {shown(path)}: {by.verdict} by {by.operator or 'nobody named'},"
            f" {local_time(by.time) or 'no time given'}"
            for path, by in found.replaced
        ]
    )


def _say_some(lines: list[str]) -> None:
    for line in lines[:_MOST_FAILURES]:
        say(line)
    if len(lines) > _MOST_FAILURES:
        say(f"and {len(lines) - _MOST_FAILURES} more; --json lists all")


def _print_status(found: StatusResult) -> None:
    rows = [
        (
            shown(str(status.path)),
            _verdict(status),
            status.operator,
            local_time(status.time),
            status.error or status.damage or _short(status.note),
        )
        for status in found.assets
    ]
    if rows:
        print_table(("asset", "verdict", "operator", "time", "note"), rows)
    counts = found.counts
    parts = [f"{count} {kind}" for kind, count in counts.items() if count and kind != "assets"]
    print_lines(", ".join([count_of(counts["assets"], "asset"), *parts]))


def _short(note: str) -> str:
    """The beginning of a long note; `reelmark qc history` shows all of it."""
    return note if len(note) <= _MOST_OF_NOTE else note[: _MOST_OF_NOTE - 1] + "…"


def _verdict(status: AssetStatus) -> str:
    if status.error:
        return "failed"
    words = [status.verdict or "none"]
    if status.stale:
        words.append("stale")
    if status.missing:
        words.append("missing")
    if status.damage:
        words.append("damaged")
    if not status.verifiable:
        words.append("unverifiable by content")
    return ", ".join(words)


def _print_clean(found: CleanResult, *, dry_run: bool) -> None:
    done = "to remove" if dry_run else "removed"
    for path, reason in found.problems:
        say(f"failed: {shown(str(path))}: {reason}")
    print_lines(*(shown(str(path)) for path in found.files))
    print_lines(f"{count_of(found.removed, 'file')} {done} ({human_bytes(found.bytes)}), {found.kept} kept")
    if found.verdicts:
        print_lines(
            f"Kept for their verdicts: {count_of(found.verdicts, 'sidecar')}; --with-verdicts removes them too."
        )
    if found.protected:
        print_lines(f"Kept, though they matched, as media or catalogued: {count_of(found.protected, 'file')}.")
    if found.failed:
        print_lines(f"Could not be removed: {count_of(found.failed, 'file')}.")


def _refuse_hidden_question(*, yes: bool) -> None:
    if not yes and not sys.stdin.isatty():
        raise UsageError(
            "Removing needs a yes.",
            hint="Add --yes, or --dry-run to see what would be removed.",
            code="qc.not_confirmed",
        )


def _agreed(found: CleanResult, path: Path) -> bool:
    question = f"Remove {count_of(found.removed, 'file')} ({human_bytes(found.bytes)}) below {shown(str(path))}?"
    return typer.confirm(question, err=True)


def _reasons(record: dict[str, Any]) -> list[str]:
    reasons = record.get("reasons")
    return [str(code) for code in reasons] if isinstance(reasons, list) else []

"""`reelmark scan`: catalogues a folder into its drive's shard."""

import shlex
from typing import Annotated, Any, TypeVar

import typer

from app.cli.front import JsonOption, front_of, run_operation
from app.cli.output import count_of, human_bytes, print_lines, shown_cell
from app.cli.table import print_table
from app.drives.profiles import KINDS
from app.errors import UsageError
from app.scanning.request import ScanRequest, ScanResult

_SHOWN_FAILURES = 20
_Number = TypeVar("_Number", int | None, float | None)

app = typer.Typer()


Paths = Annotated[list[str], typer.Argument(metavar="PATH...", help="Folders of one drive.")]
Label = Annotated[str | None, typer.Option("--drive", metavar="LABEL", help="The drive's label.")]
Mode = Annotated[str | None, typer.Option("--mode", metavar="delta|full", help="What is new, or all again.")]
InventoryOnly = Annotated[
    bool, typer.Option("--inventory-only", help="Names, sizes and times alone: nothing is hashed or inspected.")
]
Pictures = Annotated[
    bool | None, typer.Option("--pictures/--no-pictures", help="Keep small pictures, to look at while it is offline.")
]
AllFrames = Annotated[
    bool | None,
    typer.Option("--all-frames/--no-all-frames", help="Read the header of every frame of OpenEXR sequences."),
]
Resume = Annotated[bool | None, typer.Option("--resume/--no-resume", help="Go on with a scan that was interrupted.")]
DriveProfile = Annotated[
    str | None,
    typer.Option("--profile", metavar="auto|ssd|hdd|usb|network", help="What kind of drive to expect."),
]
Threads = Annotated[int | None, typer.Option("--threads", metavar="N", help="Files read at once.")]
Chunk = Annotated[int | None, typer.Option("--chunk", metavar="BYTES", help="Bytes of one read.")]
Ffmpeg = Annotated[int | None, typer.Option("--ffmpeg", metavar="N", help="Movies decoded at once.")]
GentleIo = Annotated[
    bool | None, typer.Option("--gentle-io/--no-gentle-io", help="Pause between files; a share always gets that.")
]
BatchFiles = Annotated[int | None, typer.Option("--batch-files", metavar="N", help="Files a commit.")]
BatchSeconds = Annotated[
    float | None, typer.Option("--batch-seconds", metavar="N", help="Seconds a commit, if that is sooner.")
]
QueueMax = Annotated[
    int | None, typer.Option("--queue-max", metavar="N", help="Files that wait in memory to be hashed.")
]
SkipHidden = Annotated[
    bool | None, typer.Option("--skip-hidden/--no-skip-hidden", help="Leave out hidden and system files.")
]
SkipGlob = Annotated[
    list[str] | None, typer.Option("--skip-glob", metavar="G", help="Leave out names or paths like this.")
]
FollowSymlinks = Annotated[
    bool | None, typer.Option("--follow-symlinks/--no-follow-symlinks", help="Enter links; loops are cut.")
]
LongPaths = Annotated[
    str | None, typer.Option("--long-paths", metavar="auto|force|off", help="Extended-length paths on Windows.")
]
OpTimeout = Annotated[
    float | None, typer.Option("--op-timeout", metavar="S", help="Seconds one folder or read may take.")
]
AcceptMissing = Annotated[bool, typer.Option("--accept-missing", help="Mark files missing however many they are.")]


@app.command()
def scan(
    ctx: typer.Context,
    paths: Paths,
    drive: Label = None,
    mode: Mode = None,
    inventory_only: InventoryOnly = False,
    pictures: Pictures = None,
    all_frames: AllFrames = None,
    resume: Resume = None,
    profile: DriveProfile = None,
    threads: Threads = None,
    chunk: Chunk = None,
    ffmpeg: Ffmpeg = None,
    gentle_io: GentleIo = None,
    batch_files: BatchFiles = None,
    batch_seconds: BatchSeconds = None,
    queue_max: QueueMax = None,
    skip_hidden: SkipHidden = None,
    skip_glob: SkipGlob = None,
    follow_symlinks: FollowSymlinks = None,
    long_paths: LongPaths = None,
    op_timeout: OpTimeout = None,
    accept_missing: AcceptMissing = False,
    json: JsonOption = False,
) -> int:
    """Catalogue folders: names, sizes, times, content hashes, media facts and sidecars."""
    front = front_of(ctx)
    front.require_writing()
    request = ScanRequest(
        paths=tuple(paths),
        drive=drive,
        mode=_one_of("--mode", mode, ("delta", "full")),
        inventory_only=inventory_only,
        pictures=pictures,
        all_frames=all_frames,
        resume=resume,
        accept_missing=accept_missing,
        profile=_one_of("--profile", profile.lower() if profile else None, ("auto", *KINDS)),
        threads=_positive("--threads", threads),
        chunk_bytes=_positive("--chunk", chunk),
        ffmpeg=_positive("--ffmpeg", ffmpeg),
        gentle_io=gentle_io,
        skip_hidden=skip_hidden,
        ignore=tuple(skip_glob or ()),
        follow_symlinks=follow_symlinks,
        long_paths=_one_of("--long-paths", long_paths, ("auto", "force", "off")),
        op_timeout_s=_positive("--op-timeout", op_timeout),
        batch_files=_positive("--batch-files", batch_files),
        batch_seconds=_positive("--batch-seconds", batch_seconds),
        queue_max=_positive("--queue-max", queue_max),
    )
    result: ScanResult = run_operation(front, "scan", request)
    if json:
        front.emit(result.document)
    else:
        _print(result.document)
    return int(result.objections)


def _one_of(option: str, value: str | None, allowed: tuple[str, ...]) -> str | None:
    if value is not None and value not in allowed:
        raise UsageError(f"{option} {value} is not one of {', '.join(allowed)}")
    return value


def _positive(option: str, value: _Number) -> _Number:
    if value is not None and value <= 0:
        raise UsageError(f"{option} must be more than 0")
    return value


def _print(document: dict[str, Any]) -> None:
    """Totals, what changed, what was passed over, and the first of what could not be read."""
    counts, drive = document["counts"], document["drive"]
    print_lines(
        f"{drive['label']}: {count_of(counts['files'], 'file')} in {count_of(counts['directories'], 'folder')}, "
        f"{human_bytes(counts['bytes'])}, {count_of(document['sequences'], 'sequence')} "
        f"({document['seconds']:.1f} s{', resumed' if document['resumed'] else ''})"
    )
    if not document["inventory_only"]:
        print_lines("  " + _profile_words(document["profile"]))
    told = ("new", "changed", "touched", "moved", "missing", "unchanged", "unreadable")
    print_lines("  " + "  ".join(f"{name} {shown_cell(counts[name])}" for name in told))
    skipped = {name: number for name, number in counts["skipped"].items() if number}
    if skipped:
        print_lines("  skipped: " + ", ".join(f"{name} {shown_cell(number)}" for name, number in skipped.items()))
    shown = document["failed"][:_SHOWN_FAILURES]
    if shown:
        print_table(("could not be read", "why"), [(entry["path"], entry["reason"]) for entry in shown])
    if more := _lists(counts, skipped, len(shown)):
        print_lines(f"All of them: reelmark drives show {shlex.quote(drive['label'])} {' '.join(more)}")


def _profile_words(profile: dict[str, Any]) -> str:
    """`read as SSD (has no platters): 8 files at once, 1 MB a read`."""
    gentle = ", pausing between files" if profile["gentle_io"] else ""
    order = ", in on-disk order" if profile["on_disk_order"] else ""
    chunk = profile["chunk_bytes"]
    size = f"{chunk >> 20} MB" if chunk % (1 << 20) == 0 else f"{chunk >> 10} KB"
    return (
        f"read as {profile['kind'].upper()} ({profile['reason']}): {count_of(profile['threads'], 'file')} at once, "
        f"{size} a read{order}{gentle}"
    )


def _lists(counts: dict[str, Any], skipped: dict[str, int], shown: int) -> list[str]:
    """The options that list what the totals only count."""
    wanted = {
        "--skipped": any(skipped.values()),
        "--unreadable": counts["unreadable"] > shown,
        "--missing": bool(counts["missing"]),
    }
    return [option for option, is_wanted in wanted.items() if is_wanted]

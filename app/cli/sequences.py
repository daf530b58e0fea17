"""`reelmark sequences`: the file sequences below a folder, without a catalog."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.front import JsonOption, front_of, stop_on_signal
from app.cli.output import count_of, human_bytes, print_lines, say
from app.cli.table import print_table
from app.files.foldersequences import FolderListing, FolderSequencesRequest, FolderSequencesResult, folder_sequences
from app.files.framerange import frame_range, missing_frames, sequence_name, sequence_pattern
from app.files.sequencedocument import raw_parts, sequence_document
from app.jobs.job import CancelToken, Job
from app.model.frames import FileSequence
from app.model.kinds import category_of
from app.model.names import folded, posix, raw, shown

_CELL_LETTERS = 60

app = typer.Typer()


@app.command()
def sequences(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The folder; all folders below it are looked through.")],
    udim: Annotated[bool, typer.Option("--udim", help="Take 1001-1999 as UDIM tiles, not frames.")] = False,
    min_sequence: Annotated[
        int, typer.Option("--min-sequence", metavar="N", help="Fewer frames than this are single files.")
    ] = 2,
    json: JsonOption = False,
) -> int:
    """List the file sequences of a folder with their missing frames."""
    from app.cli.progress import JobDisplay

    front = front_of(ctx)
    _ = front.settings
    path = path.resolve() if ".." in path.parts else path
    token = CancelToken()
    with stop_on_signal(token), JobDisplay(sys.stderr) as display:
        found = folder_sequences(FolderSequencesRequest(path, udim, min_sequence), Job(display.hear, token))
    if json:
        front.emit(sequences_document(found))
    else:
        _print_found(found, raw(str(path.absolute())))
    return 0


def sequences_document(found: FolderSequencesResult) -> dict[str, Any]:
    """The result as the command line prints it in JSON."""
    return {
        "sequences": [
            sequence_document(listing.folder, sequence) for listing in found.folders for sequence in listing.sequences
        ],
        "singles": [single for listing in found.folders for single in _single_documents(listing)],
        "failed": [{"path": posix(path), "reason": reason} for path, reason in found.failed],
    }


def _single_documents(listing: FolderListing) -> Iterator[dict[str, Any]]:
    """The single files of one folder."""
    for single in listing.singles:
        document = {
            "directory": posix(listing.folder),
            "name": shown(single.name),
            "category": category_of(folded(single.name)).label,
            "bytes": single.bytes,
        }
        yield document | raw_parts(listing.folder, single.name)


def _print_found(found: FolderSequencesResult, top: bytes) -> None:
    """The sequences as a table, the rest as counts."""
    rows = []
    for listing in found.folders:
        below = listing.folder[len(top) :].lstrip(b"/\\")
        for sequence in listing.sequences:
            name = sequence_pattern(sequence) if sequence.udim else sequence_name(sequence)
            rows.append(
                (
                    shown(below + b"/" + name if below else name),
                    _cut(frame_range(sequence.frames)),
                    len(sequence.frames),
                    "" if sequence.udim else _cut(missing_frames(sequence.frames)),
                    human_bytes(sequence.bytes),
                    _cut(_duplicates(sequence)),
                )
            )
    if rows:
        print_table(("file sequence", "frames", "files", "missing", "size", "finding"), rows)
    singles = sum(len(listing.singles) for listing in found.folders)
    print_lines(f"{count_of(len(rows), 'file sequence')}, {count_of(singles, 'single file')} in {shown(top)}")
    for path, reason in found.failed:
        say(f"not read: {shown(path)} ({reason})")


def _duplicates(sequence: FileSequence) -> str:
    """What is to be said of frames that are there twice."""
    twice = frame_range(sequence.duplicate_frames)
    return f"also in another padding: {twice}" if twice else ""


def _cut(text: str) -> str:
    """A cell that stays readable; JSON has the whole text."""
    return text if len(text) <= _CELL_LETTERS else text[: _CELL_LETTERS - 1] + "…"

"""`reelmark verify`: stored hashes against the media."""

import re
from typing import Annotated, Any

import typer

from app.cli.front import JsonOption, front_of, run_operation
from app.cli.output import count_of, human_bytes, print_lines
from app.cli.table import print_table
from app.errors import UsageError
from app.scanning.verify import VerifyRequest, VerifyResult

app = typer.Typer()

_SHOWN = 20
_OK = "as hashed"


@app.command()
def verify(
    ctx: typer.Context,
    path: Annotated[
        str | None, typer.Argument(metavar="[PATH]", help="A file or folder of a catalogued drive.", show_default=False)
    ] = None,
    drive: Annotated[str | None, typer.Option("--drive", metavar="D", help="A drive, by label or id.")] = None,
    sample: Annotated[
        str | None, typer.Option("--sample", metavar="N/T", help="Only the N-th of T equal parts of the files.")
    ] = None,
    older_than: Annotated[
        float | None, typer.Option("--older-than", metavar="DAYS", help="Only what was not read whole for so long.")
    ] = None,
    threads: Annotated[int | None, typer.Option("--threads", metavar="N", min=1, help="Files read at once.")] = None,
    json: JsonOption = False,
) -> int:
    """Read media again and compare them with the hashes that the catalogue keeps.

    Finds silent damage: other bytes though size and time are the same. Names the good copies on other drives.
    """
    front = front_of(ctx)
    front.require_writing()
    request = VerifyRequest(path, drive, _part(sample), older_than, threads)
    result: VerifyResult = run_operation(front, "verify", request)
    if json:
        front.emit(result.document())
    else:
        _print(result)
    return int(result.objections)


def _part(sample: str | None) -> tuple[int, int] | None:
    if sample is None:
        return None
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", sample)
    if found is None:
        raise UsageError(f"--sample {sample} is not written N/T", hint="For the third twelfth write 3/12.")
    return int(found[1]), int(found[2])


def _read(result: VerifyResult) -> str:
    read = result.checked - result.missing - result.unreadable
    whole = count_of(result.checked, "file")
    return whole if read == result.checked else f"{read:,} of {whole}"


def _print(result: VerifyResult) -> None:
    print_lines(
        f"{result.drive.label}: {_read(result)} read again, {human_bytes(result.bytes)} ({result.seconds:.1f} s)"
    )
    told = {
        _OK: result.ok,
        "suspected of rot": result.rotten,
        "written since": result.changed,
        "missing": result.missing,
        "unreadable": result.unreadable,
        "without a hash": result.not_hashed,
    }
    print_lines("  " + "  ".join(f"{words} {number:,}" for words, number in told.items() if number or words == _OK))
    if result.suspected:
        documents = [one.document() for one in result.suspected[:_SHOWN]]
        rows = [(document["path"], _copies(document)) for document in documents]
        print_table(("suspected of rot", "good copies"), rows)
    if result.failed:
        rows = [(entry["path"], entry["reason"]) for entry in result.failed[:_SHOWN]]
        print_table(("not verified", "why"), rows)
    if max(result.rotten, len(result.failed)) > _SHOWN:
        print_lines("There are more: --json lists them.")


def _copies(document: dict[str, Any]) -> str:
    copies = [f"{copy['drive']}:{copy['relative_path']}" for copy in document["good_copies"]]
    if not copies:
        return "none known"
    words = ", ".join(copies[:3]) + (f" and {len(copies) - 3} more" if len(copies) > 3 else "")
    return f"{words} (they agree with the present bytes)" if document["majority"] == "present" else words

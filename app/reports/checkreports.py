"""Writes what a check found to a file, whole: HTML, JSON or JUnit XML."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from app.errors import InputError, UsageError
from app.jobs.events import Stage
from app.jobs.job import Job
from app.media.formats import format_of_extension
from app.model.documents import json_text
from app.model.names import folded, raw, shown
from app.qc.checking import CheckRequest, CheckResult
from app.reports.checkjunit import junit_lines
from app.reports.checkpage import check_page_lines
from app.wholefile import new_whole_file


def _json(result: CheckResult) -> Iterator[str]:
    yield json_text(result.document())


#: Form of a report to what makes its lines.
REPORTS: dict[str, Callable[[CheckResult], Iterator[str]]] = {
    "html": check_page_lines,
    "json": _json,
    "junit": junit_lines,
}


def check_form(request: CheckRequest) -> None:
    """Refuse a report that cannot be made, before anything is looked at.

    Raises:
        UsageError: there is no such form, or it has no file, or a file no form; or the file would replace media, or
            what the report is made of.
        InputError: the folder of the file is not there.
    """
    if bool(request.report) is not bool(request.out):
        raise UsageError("--report and --out go together", hint="Write --report html --out report.html.")
    if request.report and request.report not in REPORTS:
        raise UsageError(f"There is no report {request.report}", hint=f"Choose one of {', '.join(REPORTS)}.")
    if request.out:
        _refuse_place(request)


def _refuse_place(request: CheckRequest) -> None:
    out = Path(request.out)
    if not out.absolute().parent.is_dir():
        raise InputError(
            f"{shown(request.out)} cannot be written: its folder is not there", hint="Name another folder with --out."
        )
    if not out.exists():
        return
    made_of = [Path(path) for path in (*request.paths, request.policy, request.waivers) if path]
    promised = format_of_extension(folded(raw(out.name)))
    if any(path.exists() and path.samefile(out) for path in made_of) or (promised and promised.kind != "other"):
        raise UsageError(
            f"The report would replace {shown(request.out)}, which is no report", hint="Name another file with --out."
        )


def write_check_report(request: CheckRequest, result: CheckResult, job: Job) -> CheckResult:
    """Write the report that was asked for; the result with its file.

    Raises:
        InputError: the file cannot be written.
    """
    path = Path(request.out).absolute()
    job.stage(Stage.EXPORT)
    with new_whole_file(path) as file:
        for line in REPORTS[request.report](result):
            job.check()
            file.write(f"{line}\n".encode("utf-8", "replace"))
    return replace(result, report=str(path))

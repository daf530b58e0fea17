"""Reports written to files: CSV a table each, all of them as one JSON document, or one self-contained HTML page."""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.engine import Engine
from app.errors import AppError, UsageError
from app.jobs.events import Stage
from app.jobs.job import Job
from app.model.names import shown
from app.paths import Home
from app.reports.htmlpage import report_page
from app.reports.newfiles import BYTE_ORDER_MARK, csv_cell, csv_row, new_export, stamped, unused
from app.reports.sections import ALL, SECTIONS, Column, ReportOptions, ReportSet, make_reports
from app.reports.shows import shows_options
from app.wholefile import cannot_write, new_whole_file

#: The formats by name; also the suffixes of their files.
REPORT_FORMATS = ("csv", "json", "html")

_FOLDER = "reports"


@dataclass(frozen=True, slots=True)
class ExportReportRequest:
    """Which reports go where.

    Attributes:
        format: one of `REPORT_FORMATS`.
        report: a name of `SECTIONS`, or `ALL`.
        drive_ids: ids or labels of drives; empty for all.
        options: top, depth and days.
        path: see `write_reports`.
    """

    format: str
    report: str = ALL
    drive_ids: tuple[str, ...] = ()
    options: ReportOptions = ReportOptions()
    path: str | None = None


@dataclass(frozen=True, slots=True)
class ReportExport:
    """What was written."""

    files: tuple[str, ...]
    bytes: int
    seconds: float


def export_report(engine: Engine, request: ExportReportRequest, job: Job) -> ReportExport:
    """Make reports and write them to files.

    A drive whose shard cannot be read is left out and reported as a failed item.

    Raises:
        UsageError: the format or the report is not known.
        InputError: there is no such drive, or a file cannot be written.
        Cancelled: the token was set.
    """
    if request.report != ALL and request.report not in SECTIONS:
        raise UsageError(f"{request.report} is none of {', '.join((*SECTIONS, ALL))}")
    started = time.monotonic()
    drives = engine.catalog.drives_called(request.drive_ids)
    broken: dict[str, AppError] = {}
    job.stage(Stage.EXPORT)
    options = replace(request.options, shows=shows_options(engine.settings.production))
    made = make_reports(
        engine.catalog,
        drives,
        request.report,
        options,
        token=job.token,
        broken=broken,
        begun=lambda _name: job.check(),
        tree_levels=tree_levels(request.options) if request.format == "html" else 0,
    )
    path = None if request.path is None else Path(request.path)
    files = write_reports(made, request.format, path, engine.home)
    for drive in drives:
        if drive.id in broken:
            job.item_failed(drive.label, broken[drive.id].message, broken[drive.id].code)
    size = sum(file.stat().st_size for file in files)
    return ReportExport(tuple(map(str, files)), size, time.monotonic() - started)


def tree_levels(options: ReportOptions) -> int:
    """How many levels of folders a treemap on paper shows: more would be too small to read."""
    return min(max(options.depth, 2), 3)


def write_reports(made: ReportSet, form: str, path: Path | None, home: Home) -> list[Path]:
    """Write reports to files that appear whole at the end; the files.

    Args:
        made: the reports.
        form: one of `REPORT_FORMATS`. CSV is a file for each table.
        path: a file, replaced if it exists, or a folder that gets new files named after the time; CSV of more than one
            report takes a folder, which is made. None stands for the exports folder.
        home: the working directory.

    Raises:
        UsageError: the format is not known.
        InputError: a file cannot be written.
    """
    if form not in REPORT_FORMATS:
        raise UsageError(f"{form} is none of {', '.join(REPORT_FORMATS)}")
    if form == "csv":
        return _write_csv(made, path, home)
    stem = f"report_{made.heading['report']}"
    file = _target(path, home, stem, form)
    text = report_page(made) if form == "html" else json.dumps(made.document(), ensure_ascii=False, indent=2)
    with new_whole_file(file) as target:
        target.write(text.encode("utf-8", "replace") + b"\n")
    return [file]


def _write_csv(made: ReportSet, path: Path | None, home: Home) -> list[Path]:
    single = len(made.reports) == 1 and path is not None and not path.is_dir()
    if path is not None and not single:
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(path, error) from error
    written = []
    for name, report in made.reports.items():
        document = report.document()
        for table in SECTIONS[name].tables[: 1 if single else None]:
            file = path if single and path is not None else _target(path, home, f"report_{table.name}", "csv")
            _write_table(file, table.columns, table.rows(document))
            written.append(file)
    return written


def _write_table(file: Path, columns: tuple[Column, ...], rows: Iterable[Mapping[str, Any]]) -> None:
    keys = [column.key for column in columns]
    of_files = "path" in keys
    with new_whole_file(file) as target:
        target.write(BYTE_ORDER_MARK + csv_row([*keys, "raw_name"] if of_files else keys))
        for row in rows:
            cells = [csv_cell(row[key]) for key in keys]
            target.write(csv_row([*cells, row.get("raw_name", "")] if of_files else cells))


def _target(path: Path | None, home: Home, stem: str, suffix: str) -> Path:
    if path is None:
        return new_export(home, stem, suffix, _FOLDER)
    return unused(path, stamped(stem), suffix) if path.is_dir() else path


def report_exported(result: ReportExport) -> str:
    """One line about a finished export."""
    first = shown(Path(result.files[0]).name) if result.files else "nothing"
    return f"{len(result.files)} tables of reports" if len(result.files) > 1 else f"Reports to {first}"

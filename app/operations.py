"""Everything long that can be run: one table for every front."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.demo.walkthrough import DemoRequest, demo
from app.engine import Engine
from app.jobs.job import Job
from app.qc.clean import CleanRequest, qc_clean
from app.qc.crawl import CrawlRequest, qc_crawl
from app.qc.signoff import SignOffRequest, UndoRequest, sign_off, undo_sign_off
from app.qc.status import HistoryRequest, StatusRequest, qc_history, qc_status
from app.reports.exports import ExportSearchRequest, export_search
from app.scanning.request import ScanRequest
from app.scanning.scan import scan
from app.scanning.target import lane_of


@dataclass(frozen=True, slots=True)
class Operation:
    """Something long that can be run.

    Attributes:
        name: how fronts ask for it.
        request: the frozen dataclass it takes.
        function: a plain function of engine, request and job; it returns its result.
        lanes: which turns it takes inside this process.
    """

    name: str
    request: type
    function: Callable[[Engine, Any, Job], Any]
    lanes: Callable[[Engine, Any], tuple[str, ...]]


def _scan_lanes(engine: Engine, request: ScanRequest) -> tuple[str, ...]:
    """One scan of a drive at a time: its shard has one writer."""
    return (lane_of(engine.catalog, request.paths, request.drive),)


def _sidecar_lanes(_engine: Engine, _request: CrawlRequest | CleanRequest) -> tuple[str, ...]:
    """One crawl or cleaning at a time; a sign-off does not wait for it, the lock of its folder is enough."""
    return ("sidecars",)


def _demo_lanes(_engine: Engine, _request: DemoRequest) -> tuple[str, ...]:
    return ("scan:Demo", "sidecars")


def _no_lanes(_engine: Engine, _request: object) -> tuple[str, ...]:
    return ()


OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        Operation("scan", ScanRequest, scan, _scan_lanes),
        Operation("qc_crawl", CrawlRequest, qc_crawl, _sidecar_lanes),
        Operation("qc_clean", CleanRequest, qc_clean, _sidecar_lanes),
        Operation("qc_status", StatusRequest, qc_status, _no_lanes),
        Operation("qc_history", HistoryRequest, qc_history, _no_lanes),
        Operation("sign_off", SignOffRequest, sign_off, _no_lanes),
        Operation("undo_sign_off", UndoRequest, undo_sign_off, _no_lanes),
        Operation("demo", DemoRequest, demo, _demo_lanes),
        Operation("export_search", ExportSearchRequest, export_search, _no_lanes),
    )
}


def run(engine: Engine, name: str, request: Any, job: Job) -> Any:
    """Run an operation in the caller's thread, once its lanes are free; its result.

    Raises:
        Cancelled: it was stopped, also while it waited.
        AppError: as the operation does.
    """
    operation = OPERATIONS[name]
    with engine.lanes.hold(operation.lanes(engine, request), job.token):
        return operation.function(engine, request, job)

"""Everything long that can be run: one table for every front.

A function is imported when it is run first: a scan must not wait for what only a crawl needs.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from app import kept
from app.engine import Engine
from app.jobrecords import JobRecorder, Kept
from app.jobs.job import Job

if TYPE_CHECKING:
    from app.demo.walkthrough import DemoRequest
    from app.inspection.inspect import InspectRequest, InspectResult
    from app.maintenance.request import RestoreRequest, UpkeepRequest
    from app.qc.checking import CheckRequest, CheckResult
    from app.qc.clean import CleanRequest
    from app.qc.crawl import CrawlRequest
    from app.reports.wipe import WipeRequest
    from app.scanning.pictures import MakePicturesRequest
    from app.scanning.request import ScanRequest, ScanResult
    from app.scanning.verify import VerifyRequest


@dataclass(frozen=True, slots=True)
class Operation:
    """Something long that can be run.

    Attributes:
        name: how fronts ask for it.
        request: the name of the frozen dataclass it takes, which lies beside the function.
        function: a plain function of engine, request and job; it returns its result.
        lanes: which turns it takes inside this process.
        kept: what the job history keeps of it; None where it only reads.
        request_module: where the dataclass lies instead.
    """

    name: str
    request: str
    function: Callable[[Engine, Any, Job], Any]
    lanes: Callable[[Engine, Any], tuple[str, ...]]
    kept: Kept | None = None
    request_module: str = ""

    def request_type(self) -> type:
        """The dataclass that it takes."""
        beside = self.function.module if isinstance(self.function, _from) else self.function.__module__
        found: type = getattr(importlib.import_module(self.request_module or beside), self.request)
        return found


@dataclass(frozen=True, slots=True)
class _from:  # noqa: N801 - it reads as the import that it stands for
    """The function of that name, imported when it is called first."""

    module: str
    name: str

    def __call__(self, *given: Any) -> Any:
        return getattr(importlib.import_module(self.module), self.name)(*given)


def _scan(engine: Engine, request: "ScanRequest", job: Job) -> "ScanResult":
    """Scan, then export the drive and look after its shard where the settings say so."""
    result: ScanResult = _from("app.scanning.scan", "scan")(engine, request, job)
    if engine.settings.exports.after_scan != "off":
        result = _from("app.reports.afterscan", "export_after_scan")(engine, result, job)
    if engine.settings.maintenance.auto_vacuum_after_scan:
        _from("app.maintenance.afterscan", "vacuum_where_it_pays")(engine, result.drive_id, job)
    return result


def _check(engine: Engine, request: "CheckRequest", job: Job) -> "CheckResult":
    """Judge by a policy, then write the report that was asked for."""
    _from("app.reports.checkreports", "check_form")(request)
    result: CheckResult = _from("app.qc.checking", "check")(engine, request, job)
    return _from("app.reports.checkreports", "write_check_report")(request, result, job) if request.report else result


def _inspect(engine: Engine, request: "InspectRequest", job: Job) -> "InspectResult":
    """Inspect, then judge what was found by the policy that was named, and keep it where that was asked for."""
    validator = _from("app.qc.validating", "Validator")(request.policy, engine.settings.inspection.measuring)
    shows = _from("app.files.showconfig", "config_of_settings")(engine.settings.production)
    request = replace(request, measuring=validator.measuring, shows=shows)
    result: InspectResult = _from("app.inspection.inspect", "inspect")(engine, request, job)
    result = replace(result, documents=tuple(map(validator, result.documents)))
    if request.keep:
        _from("app.inspection.shardkeeping", "keep_documents")(engine, result.documents, job)
    return result


def _scan_lanes(engine: Engine, request: "ScanRequest") -> tuple[str, ...]:
    """One scan of a drive at a time: its shard has one writer."""
    from app.scanning.target import lane_of

    return (lane_of(engine.catalog, request.paths, request.drive),)


def _picture_lanes(engine: Engine, request: "MakePicturesRequest") -> tuple[str, ...]:
    """The turns of a scan of the same drive: its shard has one writer."""
    from app.scanning.target import lane_of

    return (lane_of(engine.catalog, (), request.drive),)


def _verify_lanes(engine: Engine, request: "VerifyRequest") -> tuple[str, ...]:
    """It takes turns with a scan of the drive: both write its shard."""
    from app.scanning.target import lane_of

    return (lane_of(engine.catalog, (request.path,) if request.path else (), request.drive),)


def _wipe_lanes(engine: Engine, request: "WipeRequest") -> tuple[str, ...]:
    """One at a time, and after a scan of the same drive: it keeps in its shard that the drive may be wiped."""
    from app.scanning.target import lane_of

    return ("wipe", lane_of(engine.catalog, (request.path,), None))


def _drive_lanes(engine: Engine, request: Any) -> tuple[str, ...]:
    """After a scan of the same drive, not beside it."""
    drive = engine.catalog.find_drive(request.drive)
    return (f"shard:{drive.id}",) if drive else ()


def _check_lanes(engine: Engine, request: "CheckRequest") -> tuple[str, ...]:
    """Whole drives after scans of them; some of their files at once, without waiting for a scan."""
    if request.paths:
        return ()
    return tuple(f"shard:{drive.id}" for name in request.drives if (drive := engine.catalog.find_drive(name)))


def _sidecar_lanes(_engine: Engine, _request: "CrawlRequest | CleanRequest") -> tuple[str, ...]:
    """One crawl or cleaning at a time; a sign-off does not wait for it, the lock of its folder is enough."""
    return ("sidecars",)


def _demo_lanes(_engine: Engine, _request: "DemoRequest") -> tuple[str, ...]:
    return ("scan:Demo", "sidecars")


def _no_lanes(_engine: Engine, _request: object) -> tuple[str, ...]:
    return ()


def _upkeep_lanes(_engine: Engine, _request: "UpkeepRequest | RestoreRequest") -> tuple[str, ...]:
    """One after the other: while another job writes a database, the lock of that database refuses."""
    return ("maintenance",)


OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        Operation("scan", "ScanRequest", _scan, _scan_lanes, kept.SCAN, "app.scanning.request"),
        Operation(
            "make_pictures",
            "MakePicturesRequest",
            _from("app.scanning.pictures", "make_pictures"),
            _picture_lanes,
            kept.PICTURES,
        ),
        Operation("diff", "DiffRequest", _from("app.inspection.diff", "diff"), _no_lanes),
        Operation("inspect", "InspectRequest", _inspect, _no_lanes, request_module="app.inspection.inspect"),
        Operation("verify", "VerifyRequest", _from("app.scanning.verify", "verify"), _verify_lanes, kept.VERIFY),
        Operation("wipe", "WipeRequest", _from("app.reports.wipe", "wipe"), _wipe_lanes, kept.WIPE),
        Operation("only_here", "OnlyHereRequest", _from("app.reports.copies", "only_here"), _no_lanes),
        Operation("at_risk", "AtRiskRequest", _from("app.reports.copies", "at_risk"), _no_lanes),
        Operation("check", "CheckRequest", _check, _check_lanes, kept.CHECK, "app.qc.checking"),
        Operation("qc_crawl", "CrawlRequest", _from("app.qc.crawl", "qc_crawl"), _sidecar_lanes, kept.CRAWL),
        Operation("qc_clean", "CleanRequest", _from("app.qc.clean", "qc_clean"), _sidecar_lanes, kept.CLEAN),
        Operation("qc_status", "StatusRequest", _from("app.qc.status", "qc_status"), _no_lanes),
        Operation("qc_history", "HistoryRequest", _from("app.qc.status", "qc_history"), _no_lanes),
        Operation("sign_off", "SignOffRequest", _from("app.qc.signoff", "sign_off"), _no_lanes, kept.SIGN_OFF),
        Operation("undo_sign_off", "UndoRequest", _from("app.qc.signoff", "undo_sign_off"), _no_lanes, kept.SIGN_OFF),
        Operation(
            "describe_drive",
            "DescribeDriveRequest",
            _from("app.shelf.describing", "describe_drive"),
            _no_lanes,
            kept.SHELF,
        ),
        Operation("mark_drive", "MarkDriveRequest", _from("app.shelf.marking", "mark_drive"), _drive_lanes, kept.SHELF),
        Operation(
            "forget_drive",
            "ForgetDriveRequest",
            _from("app.shelf.forgetting", "forget_drive"),
            _drive_lanes,
            kept.SHELF,
        ),
        Operation(
            "travel_drive", "TravelRequest", _from("app.shelf.travelling", "travel_drive"), _no_lanes, kept.TRAVEL
        ),
        Operation("merge_shard", "MergeRequest", _from("app.shelf.merging", "merge_shard"), _no_lanes, kept.MERGE),
        Operation(
            "drive_health", "DriveHealthRequest", _from("app.shelf.health", "drive_health"), _no_lanes, kept.HEALTH
        ),
        Operation(
            "export_inventory",
            "ExportInventoryRequest",
            _from("app.reports.inventory", "export_inventory"),
            _no_lanes,
            kept.EXPORT_INVENTORY,
        ),
        Operation(
            "export_facts",
            "ExportFactsRequest",
            _from("app.reports.factexport", "export_facts"),
            _no_lanes,
            kept.EXPORT_FACTS,
        ),
        Operation("demo", "DemoRequest", _from("app.demo.walkthrough", "demo"), _demo_lanes, kept.DEMO),
        *(
            Operation(name, "UpkeepRequest", _from("app.maintenance.actions", name), _upkeep_lanes, kept.UPKEEP)
            for name in ("check_records", "optimise_records", "maintain_records", "vacuum_records", "back_up_records")
        ),
        Operation(
            "restore_records",
            "RestoreRequest",
            _from("app.maintenance.restoring", "restore_records"),
            _upkeep_lanes,
            kept.UPKEEP,
        ),
        Operation(
            "install_tool",
            "InstallRequest",
            _from("app.diagnostics.installing", "install_tool"),
            lambda _engine, _request: ("tools",),
            kept.INSTALL,
        ),
        Operation(
            "salvage_records",
            "UpkeepRequest",
            _from("app.maintenance.salvage", "salvage_records"),
            _upkeep_lanes,
            kept.UPKEEP,
        ),
        Operation(
            "export_search",
            "ExportSearchRequest",
            _from("app.reports.exports", "export_search"),
            _no_lanes,
            kept.EXPORT,
        ),
        Operation(
            "export_report",
            "ExportReportRequest",
            _from("app.reports.reportfiles", "export_report"),
            _no_lanes,
            kept.REPORT,
        ),
        Operation("validate", "ValidateRequest", _from("app.production.validate", "validate"), _no_lanes),
        Operation("disk", "DiskRequest", _from("app.production.disk", "disk"), _no_lanes),
    )
}


def run(engine: Engine, name: str, request: Any, job: Job) -> Any:
    """Run an operation in the caller's thread, once its lanes are free; its result.

    It works by the settings as the file has them now: another process may have changed them since they were read.

    Raises:
        Cancelled: it was stopped, also while it waited.
        AppError: as the operation does.
    """
    operation = OPERATIONS[name]
    engine.renew_settings()
    with engine.lanes.hold(operation.lanes(engine, request), job.token):
        if operation.kept is None:
            return operation.function(engine, request, job)
        recorder = JobRecorder(engine, name, operation.kept, request, job)
        return recorder.run(partial(operation.function, engine, request, job))

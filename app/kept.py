"""What the job history keeps of each operation that writes: what it was asked, and what came of it in short."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.jobrecords import Kept
from app.model.names import shown

if TYPE_CHECKING:
    from app.demo.walkthrough import DemoResult
    from app.files.sidecar import Record
    from app.maintenance.request import UpkeepResult
    from app.qc.checking import CheckResult
    from app.qc.clean import CleanResult
    from app.qc.crawl import CrawlResult
    from app.reports.exports import ExportResult
    from app.reports.factexport import FactExportResult
    from app.reports.reportfiles import ReportExport
    from app.reports.wipe import WipeResult
    from app.scanning.pictures import PicturesResult
    from app.scanning.request import ScanRequest, ScanResult
    from app.scanning.verify import VerifyResult
    from app.shelf.health import DriveHealthResult


def _named(paths: tuple[str | Path, ...]) -> str:
    """Paths in a few words: the name of the first, and how many more."""
    first = shown(Path(paths[0]).name or str(paths[0])) if paths else ""
    return f"{first} and {len(paths) - 1} more" if len(paths) > 1 else first


def _scan_asked(request: "ScanRequest") -> dict[str, Any]:
    asked = {"mode": request.mode, "inventory_only": request.inventory_only}
    return {name: value for name, value in asked.items() if value}


def _scan_summary(result: "ScanResult") -> dict[str, Any]:
    document = result.document
    kept = ("counts", "scan_id", "mode", "inventory_only", "resumed", "unaccepted_missing", "empty_base")
    return {name: document[name] for name in kept if name in document}


def _pictures_summary(result: "PicturesResult") -> dict[str, Any]:
    return {"counts": {name: getattr(result, name) for name in ("made", "failed", "left_out", "bytes")}}


def _crawl_summary(result: "CrawlResult") -> dict[str, Any]:
    names = ("assets", "written", "unchanged", "changed", "stale", "missing")
    return {"counts": {name: getattr(result, name) for name in names} | {"failed": len(result.failed)}}


def _verify_summary(result: "VerifyResult") -> dict[str, Any]:
    names = ("checked", "ok", "changed", "missing", "unreadable", "bytes")
    return {"counts": {name: getattr(result, name) for name in names} | {"suspected": result.rotten}}


def _wipe_summary(result: "WipeResult") -> dict[str, Any]:
    return {"counts": {name: getattr(result, name) for name in ("files", "unsafe", "bytes")}, "safe": result.safe}


def _clean_summary(result: "CleanResult") -> dict[str, Any]:
    return {"counts": {name: getattr(result, name) for name in ("removed", "kept", "failed", "bytes")}}


def _record_summary(record: "Record") -> dict[str, Any]:
    return {"verdict": record.verdict, "sidecar": shown(record.path.name)}


def _check_summary(result: "CheckResult") -> dict[str, Any]:
    policy = {name: result.policy.reference[name] for name in ("id", "version")}
    kept = {"counts": result.asset_counts, "outcome": result.outcome.value, "policy": policy}
    return kept | ({"file": shown(result.report)} if result.report else {})


def _facts_summary(result: "FactExportResult") -> dict[str, Any]:
    return {"counts": {"rows": sum(result.rows.values())}, "file": shown(result.sink.partition(":")[2])}


def _demo_summary(result: "DemoResult") -> dict[str, Any]:
    return {"counts": {"files": result.scan.document["counts"]["files"], "signed": len(result.signed)}}


def _health_summary(result: "DriveHealthResult") -> dict[str, Any]:
    return {"health": result.health.state, "reasons": list(result.health.reasons)}


def _export_summary(result: "ExportResult") -> dict[str, Any]:
    return {"counts": {"rows": result.rows, "bytes": result.bytes}, "file": shown(result.path)}


def _report_summary(result: "ReportExport") -> dict[str, Any]:
    files = [shown(file) for file in result.files]
    return {"counts": {"files": len(files), "bytes": result.bytes}, "file": files[0] if files else ""}


SCAN = Kept(
    lambda request: request.drive or _named(request.paths),
    _scan_summary,
    lambda request: tuple(request.paths),
    _scan_asked,
)
PICTURES = Kept(lambda request: request.drive, _pictures_summary, lambda _request: ())
CRAWL = Kept(
    lambda request: _named(request.paths),
    _crawl_summary,
    lambda request: request.paths,
    writes=lambda request: not request.dry_run,
)
CLEAN = Kept(
    lambda request: _named((request.path,)),
    _clean_summary,
    lambda request: (request.path,),
    writes=lambda request: not request.dry_run,
)
VERIFY = Kept(
    lambda request: request.drive or _named((request.path or "",)),
    _verify_summary,
    lambda request: (request.path,) if request.path else (),
)
WIPE = Kept(lambda request: _named((request.path,)), _wipe_summary, lambda request: (request.path,))
CHECK = Kept(
    lambda request: _named(request.paths) or ", ".join(request.drives), _check_summary, lambda request: request.paths
)
SIGN_OFF = Kept(
    lambda request: _named((request.path,)),
    _record_summary,
    lambda request: (request.path,),
    lambda request: {"path": shown(str(request.path.absolute()))},
    small=True,
)
DEMO = Kept(lambda _request: "", _demo_summary, lambda _request: ())


def _upkeep_summary(result: "UpkeepResult") -> dict[str, Any]:
    broken = [target.name for target in result.targets if not target.ok]
    saved = sum(target.before_bytes - target.after_bytes for target in result.targets)
    lost = sum(table["lost"] for target in result.targets for table in target.lost)
    counts = {"databases": len(result.targets), "broken": len(broken), "saved": saved, "lost": lost}
    return {"counts": counts, "broken": broken}


UPKEEP = Kept(lambda request: request.title, _upkeep_summary, lambda _request: ())
INSTALL = Kept(lambda request: request.name, lambda result: {"manager": result.manager}, lambda _request: ())
SHELF = Kept(lambda request: request.drive, lambda _result: {}, lambda _request: (), small=True)
TRAVEL = Kept(
    lambda request: request.drive,
    lambda result: {"counts": {"rows": result.files}, "file": shown(str(result.page))},
    lambda _request: (),
)
MERGE = Kept(lambda request: Path(request.shard).name, lambda result: {"action": result.action}, lambda _request: ())
HEALTH = Kept(lambda request: request.drive, _health_summary, lambda _request: (), small=True)
EXPORT_INVENTORY = Kept(lambda request: request.format.upper(), _export_summary, lambda _request: ())
EXPORT_FACTS = Kept(lambda request: request.sink.partition(":")[0].upper(), _facts_summary, lambda _request: ())
EXPORT = Kept(lambda request: request.query.text, _export_summary, lambda _request: ())
REPORT = Kept(lambda request: "" if request.report == "all" else request.report, _report_summary, lambda _request: ())

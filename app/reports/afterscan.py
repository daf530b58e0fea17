"""The export of a drive that the settings ask for after each scan of it."""

from dataclasses import replace

from app.engine import Engine
from app.errors import AppError
from app.jobs.job import Job
from app.reports.inventory import ExportInventoryRequest, export_inventory
from app.scanning.request import ScanResult


def export_after_scan(engine: Engine, scanned: ScanResult, job: Job) -> ScanResult:
    """Write the drive's inventory in the format of `exports.after_scan`; the document has it as `export`.

    An export that fails is told, and the scan stands.

    Raises:
        Cancelled: the job was stopped.
    """
    request = ExportInventoryRequest(engine.settings.exports.after_scan, (scanned.drive_id,))
    try:
        made = export_inventory(engine, request, job)
    except AppError as error:
        job.notice("export.failed", f"The inventory was not exported: {error.message}", error.hint)
        return scanned
    exported = {"file": made.path, "rows": made.rows, "bytes": made.bytes}
    return replace(scanned, document={**scanned.document, "export": exported})

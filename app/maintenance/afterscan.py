"""What is done for a shard after a scan of it, beyond the light optimisation that the scan does itself."""

from app.engine import Engine
from app.errors import AppError
from app.jobs.job import Job
from app.maintenance.actions import vacuum
from app.maintenance.status import database_status, pays
from app.maintenance.targets import shard_target


def vacuum_where_it_pays(engine: Engine, drive_id: str, job: Job) -> bool:
    """Vacuum the shard of a drive where the settings say so and enough of it is free; whether it was done.

    The scan has come to its end: a vacuum that cannot be done costs it a notice, no more.
    """
    settings = engine.settings.maintenance
    drive = engine.catalog.find_drive(drive_id)
    if not settings.auto_vacuum_after_scan or drive is None:
        return False
    target = shard_target(engine, drive)
    if not pays(database_status(target, {}, job.token), settings):
        return False
    try:
        vacuum(engine, job, target)
    except AppError as error:
        job.notice("maintenance.not_vacuumed", f"The records of {drive.label} were not vacuumed: {error.message}.")
        return False
    return True

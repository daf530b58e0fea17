"""How hard a scan drives its drive: the profile that was found or chosen, and what somebody wants otherwise."""

from dataclasses import replace
from typing import Any

from app.catalog.catalog import Catalog
from app.drives.probing import probe_folders
from app.drives.profiles import Profile, find_kind, kind_by_system, profile_of, with_choices
from app.engine import Engine
from app.jobs.job import CancelToken, Job
from app.model.drives import Drive, Passport
from app.scanning.request import ScanRequest
from app.settings.values import Performance

_PROBE_S = 10.0


def tuned(engine: Engine, request: ScanRequest, drive: Drive, job: Job) -> tuple[ScanRequest, Drive, Profile]:
    """A request with threads, reads and pauses that suit the drive, the drive with its kind, and the profile.

    Raises:
        Cancelled: the job was stopped.
    """
    settings = engine.settings.performance
    profile, found = _profile(settings, request, drive.base, drive.passport, drive.kind, job.token)
    if found and found != drive.kind:
        drive = _noted(engine.catalog, drive, found)
    request = replace(
        request,
        threads=profile.threads,
        chunk_bytes=profile.chunk_bytes,
        ffmpeg=profile.ffmpeg,
        gentle_io=profile.gentle_io,
    )
    return request, drive, profile


def profile_before(engine: Engine, folder: str, request: ScanRequest, token: CancelToken) -> Profile:
    """The profile that a scan of a folder would have, found before it starts.

    Raises:
        InputError: it is no folder, or does not answer.
        Cancelled: the token was set.
    """
    (probed,) = probe_folders((folder,), token, _PROBE_S)
    settings = engine.settings.performance
    return _profile(settings, request, probed.path, probed.passport, "", token)[0]


def profile_document(profile: Profile) -> dict[str, Any]:
    """The JSON of a profile."""
    return {
        "kind": profile.kind,
        "reason": profile.reason,
        "threads": profile.threads,
        "chunk_bytes": profile.chunk_bytes,
        "ffmpeg": profile.ffmpeg,
        "gentle_io": profile.gentle_io,
        "pause_seconds": profile.pause_s,
        "on_disk_order": profile.on_disk_order,
    }


def _profile(
    settings: Performance, request: ScanRequest, base: str, passport: Passport, known: str, token: CancelToken
) -> tuple[Profile, str]:
    """The profile, and the kind that was found (empty where it was chosen)."""
    chosen = request.profile or settings.profile
    if chosen != "auto":
        kind, reason, found = chosen, "chosen", ""
    else:
        kind, reason = kind_by_system(passport)
        if not kind and known and known != "network":
            kind, reason = known, "as an earlier scan found"
        if not kind and not request.inventory_only:
            kind, reason = find_kind(base, passport, token, _PROBE_S)
        found = kind
    profile = with_choices(
        profile_of(kind or "ssd", reason or "nothing is read"),
        threads=int(request.threads or settings.worker_threads),
        chunk_bytes=int(request.chunk_bytes or settings.hash_chunk_bytes),
        ffmpeg=int(request.ffmpeg or settings.ffmpeg_parallel),
        gentle_io=settings.gentle_io if request.gentle_io is None else request.gentle_io,
    )
    return profile, found


def _noted(catalog: Catalog, drive: Drive, kind: str) -> Drive:
    """The drive with its kind, kept in the catalogue; the scan writes it into the shard."""
    return catalog.describe_drive(drive, kind=kind)

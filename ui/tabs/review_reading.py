"""Reads an asset for the review: what is known of it, what can be shown, and of an absent drive what was kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.catalog.details import find_file
from app.catalog.inspections import recorded_document, recorded_sequence
from app.catalog.pictures import picture_of_asset
from app.catalog.shard import open_reader
from app.engine import Engine
from app.inspection.records import measured_before
from app.jobs.job import CancelToken
from app.model.names import shown
from app.qc.dossier import Dossier, read_dossier
from app.qc.judged import findings_of_asset
from ui.kept_pictures import KeptPicture, kept_picture
from ui.tabs.review_reel import Reel, reel_of
from ui.tabs.review_signer import AssetKey


@dataclass(frozen=True, slots=True)
class Loaded:
    """An asset as it was read.

    Attributes:
        kept: its small picture, where its drive is not there.
        recorded: the document that its drive has recorded of it, and what was measured.
        judged: what policies said of it, the newest first, as `findings_of`.
    """

    dossier: Dossier
    reel: Reel
    kept: KeptPicture | None = None
    recorded: Mapping[str, Any] | None = None
    judged: tuple[Mapping[str, Any], ...] = ()


class Known:
    """What is known of the asset in sight: as it is now with what was measured before, or as it was recorded."""

    def __init__(self) -> None:
        self._made: tuple[object, object] = (None, None)
        self._document: Mapping[str, Any] | None = None

    def of(self, loaded: Loaded, now: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """The document to show; the same object for the same two.

        Args:
            loaded: the asset.
            now: what an inspection tells of it; None before it did.
        """
        if now is None:
            return None if loaded.dossier.drive.online else loaded.recorded
        if self._made[0] is not now or self._made[1] is not loaded.recorded:
            self._made = now, loaded.recorded
            self._document = measured_before(now, loaded.recorded)
        return self._document


def read_loaded(engine: Engine, key: AssetKey, token: CancelToken) -> Loaded:
    """Read one asset. Walks over all its frames: not for the window's thread."""
    dossier = read_dossier(engine, key.drive_id, key.folder, key.name, token)
    judged, recorded = _read_judged(engine, dossier, token), _read_recorded(engine, dossier, token)
    kept = None if dossier.drive.online else _read_kept(engine, dossier, token)
    return Loaded(dossier, reel_of(dossier), kept, recorded, judged)


def _read_judged(engine: Engine, dossier: Dossier, token: CancelToken) -> tuple[Mapping[str, Any], ...]:
    """What policies said of it."""
    with open_reader(engine.catalog.shard_path(dossier.drive.id), token) as database:
        return findings_of_asset(database, dossier.asset)


def _read_recorded(engine: Engine, dossier: Dossier, token: CancelToken) -> Mapping[str, Any] | None:
    """What the last scan recorded of it; of a sequence that was never inspected whole that of its first known frame."""
    asset = dossier.asset
    with open_reader(engine.catalog.shard_path(dossier.drive.id), token) as database:
        if asset.sequence is None:
            return None if asset.file_id is None else recorded_document(database, asset.file_id)
        whole = recorded_sequence(database, asset.sequence.id)
        if whole is not None:
            return whole
        numbers = (find_file(database, _below(asset.folder, name)) for name, _ in dossier.detail.facts)
        found = (recorded_document(database, number) for number in numbers if number is not None)
        first = next((document for document in found if document is not None), None)
    return None if first is None else {"representative": first, "recorded": first["recorded"]}


def _below(folder: bytes, name: bytes) -> bytes:
    return b"/".join(filter(None, (folder, name)))


def _read_kept(engine: Engine, dossier: Dossier, token: CancelToken) -> KeptPicture | None:
    """The small picture that the last scan made of it."""
    asset, facts = dossier.asset, dossier.detail.facts[0][1] if dossier.detail.facts else None
    with open_reader(engine.catalog.shard_path(dossier.drive.id), token) as database:
        sequence = asset.sequence.id if asset.sequence else None
        stored = picture_of_asset(database, asset.folder, asset.name, sequence)
    return kept_picture(stored, facts, shown(asset.name))

"""The engine: settings, catalogue and lanes, wired once by `open_engine` and handed to every operation."""

from dataclasses import dataclass, field

from app.catalog.adoption import adopt, shards_without_catalog
from app.catalog.assets import Judge
from app.catalog.catalog import Catalog
from app.catalog.hashes import shown_hash
from app.drives.identity import may_be_mounted
from app.drives.whereabouts import found_elsewhere
from app.errors import AppError
from app.files.manifest import fingerprint, manifest_hash
from app.jobs.filelock import hold_file_lock
from app.jobs.job import CancelToken
from app.jobs.lanes import Lanes
from app.mounts import is_local_disk
from app.paths import Home
from app.settings import LoadedSettings, Settings, renewed

_CATALOG_WAIT_S = 30.0


@dataclass(slots=True)
class Engine:
    """What operations work with.

    Attributes:
        loaded: the settings in force, each with its source.
        home: the working directory.
        catalog: all drives and their shards.
        wal: whether databases in the working directory may have readers and a writer at once.
        notices: sentences the user should see, such as that a lost catalogue was made again.
        judge: tells whether the content under a verdict is still the same.
        lanes: who takes turns inside this process.
    """

    loaded: LoadedSettings
    home: Home
    catalog: Catalog
    wal: bool
    notices: tuple[str, ...] = ()
    judge: Judge = Judge(fingerprint, manifest_hash, shown_hash)
    lanes: Lanes = field(default_factory=Lanes)

    @property
    def settings(self) -> Settings:
        """The values of the settings."""
        return self.loaded.values

    def renew_settings(self) -> None:
        """Take over what was changed in the settings file since, by another process or by hand."""
        self.loaded = renewed(self.loaded)

    def close(self) -> None:
        """Let go of what is open. Databases are opened by each operation for itself, so nothing is."""


def open_engine(loaded: LoadedSettings, home: Home, *, repairing: bool = False) -> Engine:
    """Wire the engine over a working directory.

    Nothing is made in it before an operation writes, but for a catalogue that is gone while shards lie there: it is
    made again from them.

    Args:
        loaded: the settings.
        home: the working directory.
        repairing: for maintenance, which works on a catalogue that cannot be used too: then nothing is raised.

    Raises:
        RecordsBroken: the catalogue is damaged.
        NotACatalog: it is not ours, cannot be read, or is newer than this program.
        HeldByAnother: it has to be made again, and another process holds it.
    """
    wal = is_local_disk(home.root)
    catalog = Catalog(home.catalog, home.shards, wal=wal, may_be=may_be_mounted, elsewhere=found_elsewhere)
    notices: tuple[str, ...] = ()
    try:
        notices = _take_over_shards(home, catalog)
        if home.writable:
            catalog.upgrade()
        catalog.drives(look=False)
    except AppError:
        if not repairing:
            raise
    return Engine(loaded, home, catalog, wal, notices)


def _take_over_shards(home: Home, catalog: Catalog) -> tuple[str, ...]:
    """Make a lost catalogue again; what to tell the user."""
    shards = shards_without_catalog(home.catalog, home.shards)
    if not shards:
        return ()
    if not home.writable:
        return adopt(catalog, shards, keep=False).sentences()
    with hold_file_lock(home.catalog_lock, CancelToken(), _CATALOG_WAIT_S):
        return adopt(catalog, shards_without_catalog(home.catalog, home.shards)).sentences()

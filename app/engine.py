"""The engine: settings, catalogue and lanes, wired once by `open_engine` and handed to every operation."""

from dataclasses import dataclass, field

from app.catalog.assets import Judge
from app.catalog.catalog import Catalog
from app.catalog.hashes import shown_hash
from app.files.manifest import fingerprint, manifest_hash
from app.jobs.lanes import Lanes
from app.paths import Home, is_local_disk
from app.settings import LoadedSettings, Settings


@dataclass(slots=True)
class Engine:
    """What operations work with.

    Attributes:
        loaded: the settings in force, each with its source.
        home: the working directory.
        catalog: all drives and their shards.
        wal: whether databases in the working directory may have readers and a writer at once.
        judge: tells whether the content under a verdict is still the same.
        lanes: who takes turns inside this process.
    """

    loaded: LoadedSettings
    home: Home
    catalog: Catalog
    wal: bool
    judge: Judge = Judge(fingerprint, manifest_hash, shown_hash)
    lanes: Lanes = field(default_factory=Lanes)

    @property
    def settings(self) -> Settings:
        """The values of the settings."""
        return self.loaded.values

    def close(self) -> None:
        """Let go of what is open. Databases are opened by each operation for itself, so nothing is."""


def open_engine(loaded: LoadedSettings, home: Home) -> Engine:
    """Wire the engine over a working directory. Nothing is made in it before an operation writes."""
    wal = is_local_disk(home.root)
    return Engine(loaded, home, Catalog(home.catalog, home.shards, wal=wal), wal)

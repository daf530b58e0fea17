"""Which assets of a shard failed the last check that was recorded of them."""

from app.catalog.assets import CataloguedAsset
from app.catalog.database import Database
from app.catalog.inspections import changed_us

_WORDS = {"fail": "fail", "error": "could not be judged"}


class Objections:
    """What policies object to. The database must stay open while it is used.

    Args:
        database: the shard; its judgements are read at once.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found: dict[tuple[int, bytes], list[tuple[int, str]]] = {}
        rows = database.rows(
            "SELECT folder_id, asset, policy, version, outcome, time_us FROM judgement"
            " WHERE outcome IN ('fail', 'error')"
        )
        for folder_id, asset, policy, version, outcome, time_us in rows:
            words = f"{policy} {version}".rstrip() + f": {_WORDS[outcome]}"
            self._found.setdefault((folder_id, bytes(asset)), []).append((time_us, words))

    def of(self, asset: CataloguedAsset) -> tuple[str, ...]:
        """The policies that an asset failed by, or could not be judged by, the newest first: `delivery 1.0: fail`.

        What was found before a scan met the asset changed says nothing of it as it is.
        """
        found = self._found.get((asset.folder_id, asset.name))
        if not found:
            return ()
        changed = changed_us(self._database, asset.file_id, None if asset.sequence is None else asset.sequence.id)
        return tuple(words for time_us, words in sorted(found, reverse=True) if time_us >= changed)

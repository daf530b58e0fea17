"""The tables as Peewee models, for ordinary queries.

Models are not bound to a database: every shard has the same tables, and several are open at once. Run a query with
`app.catalog.database.peewee_query`. The tables themselves are made by `migrations`; a test compares the two.
"""

from peewee import BigIntegerField, BlobField, CompositeKey, IntegerField, Model, TextField

from app.catalog.facttables import FACT_MODELS


class Scan(Model):
    """One generation of a drive."""

    id = IntegerField(primary_key=True)
    started_us = BigIntegerField()
    ended_us = BigIntegerField(null=True)
    mode = TextField()
    inventory_only = IntegerField()
    state = TextField()
    stage = TextField()
    request = TextField()
    counts = TextField()


class Folder(Model):
    """A folder below the drive's base. `path` is relative, raw bytes; `key` is its folded form where it differs.

    `queued_scan` > `listed_scan` means that the scan knows the folder but has not listed it yet: that is how an
    interrupted scan goes on. `files`, `bytes` and `newest_ns` count what lies directly in it.
    """

    id = IntegerField(primary_key=True)
    parent_id = IntegerField(null=True, index=True)
    path = BlobField(unique=True)
    key = BlobField(null=True)
    first_scan = IntegerField()
    queued_scan = IntegerField()
    listed_scan = IntegerField()
    missed_scan = IntegerField(null=True)
    digest = BlobField(null=True)
    files = IntegerField()
    bytes = BigIntegerField()
    newest_ns = BigIntegerField(null=True)


class File(Model):
    """A regular file: a name in a folder, unique and immutable. Rows of one folder lie together (see `Block`)."""

    id = IntegerField(primary_key=True)
    folder_id = IntegerField()
    name = BlobField()
    key = BlobField(null=True)
    size = BigIntegerField()
    mtime_ns = BigIntegerField()
    category = IntegerField()
    first_scan = IntegerField()
    sequence_id = IntegerField(null=True)
    missed_scan = IntegerField(null=True)
    hash_state = IntegerField(default=0)
    changed_scan = IntegerField(null=True)
    identity = IntegerField(null=True)
    hash = BlobField(null=True)
    xxh3 = BlobField(null=True)
    mime = TextField(null=True)
    verified_us = BigIntegerField(null=True)
    file_id = BigIntegerField(null=True)


class Block(Model):
    """Up to 64 neighbouring files of one folder: the unit of the search index, and the way from folder to files."""

    first_id = IntegerField(primary_key=True)
    last_id = IntegerField()
    folder_id = IntegerField(index=True)
    newest_ns = BigIntegerField(index=True)


class Sequence(Model):
    """A file sequence of one folder."""

    id = IntegerField(primary_key=True)
    folder_id = IntegerField()
    base = BlobField()
    ext = BlobField()
    pad = IntegerField()
    first_frame = TextField()
    last_frame = TextField()
    frame_count = IntegerField()
    missing_count = IntegerField()
    gap_count = IntegerField()
    ranges = TextField()
    bytes = BigIntegerField()
    newest_ns = BigIntegerField()
    first_scan = IntegerField()
    changed_scan = IntegerField()
    missed_scan = IntegerField(null=True)
    inspected = IntegerField(null=True)
    whole = IntegerField(default=0)

    class Meta:
        """Each by its pattern."""

        indexes = ((("folder_id", "base", "ext", "pad"), True),)


class Past(Model):
    """How a file was before a generation changed it: the state undone by browsing an older one.

    `what` says how the generation found it: `changed`, `gone`, or `back` for one that was missing until then.
    """

    file_id = IntegerField()
    scan_id = IntegerField(index=True)
    what = TextField()
    size = BigIntegerField(null=True)
    mtime_ns = BigIntegerField(null=True)
    hash = BlobField(null=True)

    class Meta:
        """Keyed by the file, then the generation."""

        primary_key = CompositeKey("file_id", "scan_id")


class Moved(Model):
    """A file that is the same one as another that went missing in the same generation; `evidence` says why."""

    file_id = IntegerField(primary_key=True)
    from_id = IntegerField(index=True)
    scan_id = IntegerField()
    evidence = TextField()


class Suspect(Model):
    """A file whose bytes are not those that were hashed though nothing says that it was written; or unreadable."""

    file_id = IntegerField(primary_key=True)
    found_us = BigIntegerField()
    code = TextField()
    stored = BlobField(null=True)
    found = BlobField(null=True)
    reason = TextField()


class Picture(Model):
    """A thumbnail, filmstrip or waveform of some content, or why there is none."""

    hash = BlobField()
    kind = TextField()
    version = IntegerField()
    width = IntegerField()
    height = IntegerField()
    made_us = BigIntegerField()
    error = TextField()
    data = BlobField()

    class Meta:
        """Keyed by content, so that copies and moved files share one."""

        primary_key = CompositeKey("hash", "kind")


class Verdict(Model):
    """The newest record of an asset's sidecar; the sidecar is the authority."""

    folder_id = IntegerField()
    asset = BlobField()
    result = TextField()
    operator = TextField()
    time_us = BigIntegerField()
    note = TextField()
    reasons = TextField()
    policy_version = TextField()
    content_hash = TextField()
    size = BigIntegerField(null=True)
    mtime_ns = BigIntegerField(null=True)
    fingerprint = TextField()
    sidecar = BlobField()
    record = TextField()

    class Meta:
        """Keyed by the asset's name in its folder."""

        primary_key = CompositeKey("folder_id", "asset")


class Problem(Model):
    """An entry that could not be read, with its reason; an empty name is the folder itself."""

    folder_id = IntegerField()
    name = BlobField()
    code = TextField()
    reason = TextField()
    scan_id = IntegerField()

    class Meta:
        """Keyed by the entry."""

        primary_key = CompositeKey("folder_id", "name")


class Skipped(Model):
    """An entry that was seen and passed over, with its reason: a word of `app.files.walk.SKIPPED`."""

    folder_id = IntegerField()
    name = BlobField()
    reason = TextField()

    class Meta:
        """Keyed by the entry."""

        primary_key = CompositeKey("folder_id", "name")


class DriveRow(Model):
    """A drive of the catalogue."""

    id = TextField(primary_key=True)
    label = TextField(unique=True)
    base = BlobField()
    passport = TextField()
    made_us = BigIntegerField()
    last_scan_us = BigIntegerField(null=True)
    files = IntegerField()
    bytes = BigIntegerField()
    sequences = IntegerField()
    kind = TextField(default="")
    place = TextField(default="")
    note = TextField(default="")
    lent_to = TextField(default="")
    lent_us = BigIntegerField(null=True)

    class Meta:
        """The table is called after what it holds."""

        table_name = "drive"


class Health(Model):
    """What a drive said of itself at some time (SMART); `state` is `good`, `worn`, `failing` or `unknown`."""

    drive_id = TextField()
    time_us = BigIntegerField()
    state = TextField()
    report = TextField()

    class Meta:
        """Keyed by drive and time."""

        primary_key = CompositeKey("drive_id", "time_us")


class Upkeep(Model):
    """When a database was last checked, backed up, optimised or vacuumed, by the name of its file."""

    name = TextField()
    action = TextField()
    time_us = BigIntegerField()
    outcome = TextField()
    detail = TextField()

    class Meta:
        """Keyed by database and action."""

        primary_key = CompositeKey("name", "action")


class JobRow(Model):
    """One run of an operation. A running row whose process is gone was interrupted."""

    id = IntegerField(primary_key=True)
    operation = TextField()
    title = TextField()
    drive_id = TextField(null=True)
    pid = IntegerField()
    pid_started = TextField()
    started_us = BigIntegerField()
    ended_us = BigIntegerField(null=True)
    state = TextField()
    summary = TextField()

    class Meta:
        """The table is called after what it holds."""

        table_name = "job"


SHARD_MODELS = (
    Scan, Folder, File, Block, Sequence, *FACT_MODELS, Past, Moved, Suspect, Picture, Verdict, Problem, Skipped,
)  # fmt: skip
CATALOG_MODELS = (DriveRow, JobRow, Health, Upkeep)

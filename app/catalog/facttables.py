"""The tables of what inspecting learnt, as Peewee models; see `tables` for how they are used."""

from peewee import BigIntegerField, BlobField, CompositeKey, FloatField, IntegerField, Model, TextField


class Facts(Model):
    """What is known of one file from its bytes.

    A row that an older version wrote, or that holds only why nothing could be learnt, has it as JSON in `facts`. Any
    other points to what it shares: its `Header` and an `AttributeSet`; `own` is the rest of its document, as JSON.
    `header_hash` tells one header from another, `structure_id` is its place among similar files.
    """

    file_id = IntegerField(primary_key=True)
    version = IntegerField()
    kind = TextField()
    facts = TextField()
    error = TextField()
    header_id = IntegerField(null=True)
    set_id = IntegerField(null=True)
    structure_id = IntegerField(null=True)
    duration_s = FloatField(null=True)
    header_hash = TextField(null=True)
    own = TextField(null=True)
    read_us = BigIntegerField(null=True)


class Header(Model):
    """A document without what is the file's own and without the values of its attributes, under the hash of it."""

    id = IntegerField(primary_key=True)
    hash = BlobField(unique=True)
    format = TextField()
    body = BlobField()


class Part(Model):
    """A part of an image, or a stream of a movie or sound. Follows from the header; for searching."""

    header_id = IntegerField()
    number = IntegerField()
    name = TextField()
    type = TextField()
    view = TextField()
    compression = TextField()
    codec = TextField()
    width = IntegerField(null=True)
    height = IntegerField(null=True)
    frame_rate = FloatField(null=True)
    channels = IntegerField(null=True)

    class Meta:
        """Keyed by header and number."""

        primary_key = CompositeKey("header_id", "number")


class Channel(Model):
    """A channel of a part. Follows from the header; for searching."""

    header_id = IntegerField()
    part = IntegerField()
    number = IntegerField()
    name = TextField()
    layer = TextField()
    type = TextField()

    class Meta:
        """Keyed by header, part and number."""

        primary_key = CompositeKey("header_id", "part", "number")


class Attribute(Model):
    """One attribute with one value, under the hash of it. `text` is its folded beginning, `number` its number."""

    id = IntegerField(primary_key=True)
    hash = BlobField(unique=True)
    name = TextField()
    type = TextField()
    text = TextField()
    number = FloatField(null=True)
    body = BlobField()

    class Meta:
        """Found by name and text (by name and number, too, where it is one)."""

        indexes = ((("name", "text"), False),)


class AttributeSet(Model):
    """Attributes that several files have at the same places: pairs of a place and an attribute's number."""

    id = IntegerField(primary_key=True)
    hash = BlobField(unique=True)
    members = BlobField()

    class Meta:
        """Two words."""

        table_name = "attribute_set"


class AttributeIn(Model):
    """Which sets an attribute is in. Follows from the sets; for searching."""

    attribute_id = IntegerField()
    set_id = IntegerField()

    class Meta:
        """Keyed by attribute and set."""

        primary_key = CompositeKey("attribute_id", "set_id")
        table_name = "attribute_in"


class AttributeOf(Model):
    """An attribute of one file alone, at its place among all attributes of the document."""

    file_id = IntegerField()
    place = IntegerField()
    attribute_id = IntegerField(index=True)

    class Meta:
        """Keyed by file and place."""

        primary_key = CompositeKey("file_id", "place")
        table_name = "attribute_of"


class Structure(Model):
    """Where a file stands among similar ones: vectors (float16, little-endian), and the version of their maker."""

    id = IntegerField(primary_key=True)
    version = IntegerField()
    hash = BlobField(unique=True)
    vectors = BlobField()


class Stats(Model):
    """The statistics of a file whole, as they were measured."""

    file_id = IntegerField(primary_key=True)
    body = BlobField()


class ChannelStats(Model):
    """The statistics of one channel. Follows from the whole; for searching and judging."""

    file_id = IntegerField()
    part = IntegerField()
    channel = TextField()
    minimum = FloatField(null=True)
    maximum = FloatField(null=True)
    mean = FloatField(null=True)
    stddev = FloatField(null=True)
    nan_count = IntegerField(null=True)
    inf_count = IntegerField(null=True)

    class Meta:
        """Keyed by file, part and channel."""

        primary_key = CompositeKey("file_id", "part", "channel")
        table_name = "channel_stats"


class SequenceFacts(Model):
    """The document of a sequence as it was when `changed_scan` found it changed last.

    `representative` is the raw name of the frame whose own facts are the rest of it.
    """

    sequence_id = IntegerField(primary_key=True)
    changed_scan = IntegerField()
    read_us = BigIntegerField()
    representative = BlobField(null=True)
    body = BlobField()

    class Meta:
        """Two words."""

        table_name = "sequence_facts"


class Judgement(Model):
    """What a policy said of an asset, and when."""

    folder_id = IntegerField()
    asset = BlobField()
    policy = TextField()
    version = TextField()
    outcome = TextField(null=True)
    time_us = BigIntegerField()
    body = TextField()

    class Meta:
        """Keyed by the asset's name in its folder, and the policy."""

        primary_key = CompositeKey("folder_id", "asset", "policy")


class Finding(Model):
    """One line of a judgement."""

    folder_id = IntegerField()
    asset = BlobField()
    policy = TextField()
    number = IntegerField()
    rule = TextField()
    outcome = TextField()
    severity = TextField()
    frames = TextField()
    body = TextField()

    class Meta:
        """Keyed by the judgement, in the order in which it was told."""

        primary_key = CompositeKey("folder_id", "asset", "policy", "number")


FACT_MODELS = (
    Facts, Header, Part, Channel, Attribute, AttributeSet, AttributeIn, AttributeOf, Structure, Stats, ChannelStats,
    SequenceFacts, Judgement, Finding,
)  # fmt: skip

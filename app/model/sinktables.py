"""The tables that inspected facts are handed on in, declared once for every sink.

Files, parts, channels and attributes; stats and findings lie beside them. Every row carries `file_id`, `path` and
`header_hash`, so that any two tables join. The rows of a file are replaced together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: What a column holds: text, whole number, float64, yes/no, bytes, microseconds since 1970 UTC, float32 × length.
TEXT, INT, FLOAT, BOOL, BYTES, TIME, VECTOR = "text", "int", "float", "bool", "bytes", "time", "vector"

Columns = Mapping[str, list[Any]]

#: Numbers in the two vectors of a file's structure.
METADATA_NUMBERS, CHANNEL_NUMBERS = 384, 128
#: Text or bytes longer than this (bytes) are left out of a cell; their size is told beside them.
LONGEST_CELL = 64 << 10


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it holds, and how many numbers a vector has."""

    name: str
    holds: str
    length: int = 0


@dataclass(frozen=True, slots=True)
class FactTable:
    """One table: its name and columns. `file_id` says which file a row belongs to."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)


def _table(name: str, text: str) -> FactTable:
    columns = [Column("file_id", TEXT), Column("path", TEXT), Column("header_hash", TEXT)]
    for line in text.split():
        column, _, holds = line.partition(":")
        kind, _, length = holds.partition("*")
        columns.append(Column(column, kind, int(length or 0)))
    return FactTable(name, tuple(columns))


FILES = _table(
    "files",
    f"""
    raw_path:bytes drive:text drive_id:text
    name:text directory:text kind:text format:text mime:text size_bytes:int mtime:time etag:text
    frame:int schema_version:int header_bytes:int lossless:bool version:int multipart_count:int is_deep:bool
    part_count:int channel_count:int width:int height:int compression:text channel_names:text
    first_frame:int last_frame:int frame_count:int missing_count:int missing:text ranges:text
    policy:text outcome:text error_count:int errors:text streams:text
    vector_version:text metadata_vector:vector*{METADATA_NUMBERS} channel_vector:vector*{CHANNEL_NUMBERS}
    inspected_at:time
    """,
)
PARTS = _table(
    "parts",
    """
    part_index:int name:text type:text view:text compression_id:int compression:text line_order:text
    width:int height:int data_min_x:int data_min_y:int data_max_x:int data_max_y:int
    display_min_x:int display_min_y:int display_max_x:int display_max_y:int
    tiled:bool tile_width:int tile_height:int level_mode:text levels:int chunk_count:int pixel_aspect_ratio:float
    """,
)
CHANNELS = _table(
    "channels",
    "part_index:int position:int name:text layer:text type:text p_linear:bool x_sampling:int y_sampling:int",
)
ATTRIBUTES = _table(
    "attributes",
    "part_index:int position:int name:text type:text size:int value:text value_text:text value_number:float raw:bytes",
)
STATS = _table(
    "stats",
    """
    part_index:int channel:text supported:bool min:float max:float mean:float stddev:float finite_count:int
    nan_count:int inf_count:int pos_inf_count:int neg_inf_count:int zero_count:int negative_count:int
    percentiles:text histogram:text other:text
    """,
)
FINDINGS = _table(
    "findings",
    """
    position:int policy:text policy_version:text rule:text outcome:text severity:text expected:text observed:text
    frames:text part:text channel:text region:text evidence:text asset:text
    """,
)

#: All tables; the first is the one whose rows say that a file is there, and it is written last.
TABLES: tuple[FactTable, ...] = (FILES, PARTS, CHANNELS, ATTRIBUTES, STATS, FINDINGS)
TABLES_BY_NAME: dict[str, FactTable] = {table.name: table for table in TABLES}

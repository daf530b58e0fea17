"""The fact tables as Arrow: schemas and record batches. Needs the extra `parquet`, or `vast`, which brings Arrow."""

from typing import Any

from app.model.sinktables import BOOL, BYTES, FLOAT, INT, TEXT, TIME, Column, Columns, FactTable
from app.services.extras import missing_extra


def arrow(extra: str = "parquet") -> Any:
    """The module `pyarrow`.

    Raises:
        MissingPart: it is not installed.
    """
    try:
        import pyarrow
    except ImportError as error:
        raise missing_extra("Arrow tables need", "pyarrow", extra) from error
    return pyarrow


def schema_of(table: FactTable, *, fixed_vectors: bool = False) -> Any:
    """The table as a `pyarrow.Schema`. Times are microseconds in UTC without a zone, which every store takes.

    Args:
        table: its declaration.
        fixed_vectors: vectors as lists of a fixed size, as a VAST DataBase wants them; else as plain lists, since
            pyarrow cannot read fixed ones back from Parquet where a whole vector is null.
    """
    pa = arrow()
    return pa.schema([pa.field(column.name, _type(column, pa, fixed_vectors)) for column in table.columns])


def _type(column: Column, pa: Any, fixed_vectors: bool) -> Any:
    simple = {
        TEXT: pa.string, INT: pa.int64, FLOAT: pa.float64, BOOL: pa.bool_, BYTES: pa.binary,
        TIME: lambda: pa.timestamp("us"),
    }  # fmt: skip
    if column.holds in simple:
        return simple[column.holds]()
    item = pa.field("item", pa.float32(), nullable=False)
    return pa.list_(item, column.length) if fixed_vectors else pa.list_(item)


def batch_of(table: FactTable, columns: Columns, schema: Any = None) -> Any:
    """Rows as a `pyarrow.RecordBatch` of the table's schema (or that one); a column that is absent is null."""
    pa = arrow()
    schema = schema_of(table) if schema is None else schema
    length = len(next(iter(columns.values()), []))
    arrays = [pa.array(columns.get(field.name, [None] * length), field.type) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)

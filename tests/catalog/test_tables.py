"""The Peewee models and the migrated tables are the same."""

from pathlib import Path
from typing import Any

import pytest
from peewee import BlobField, FloatField, IntegerField, Model, TextField

from app.catalog.database import Database, Schema, peewee_query
from app.catalog.migrations import CATALOG, SHARD
from app.catalog.tables import CATALOG_MODELS, SHARD_MODELS

_TYPES: list[tuple[Any, str]] = [
    (IntegerField, "INTEGER"),
    (TextField, "TEXT"),
    (BlobField, "BLOB"),
    (FloatField, "REAL"),
]
_MADE_BY_HAND = {"meta", "gone_file", "gone_folder", "name_index", "folder_index"}

PAIRS = [(CATALOG, model) for model in CATALOG_MODELS] + [(SHARD, model) for model in SHARD_MODELS]


@pytest.mark.parametrize(("schema", "model"), PAIRS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_model_has_the_columns_of_its_table(tmp_path: Path, schema: Schema, model: type[Model]) -> None:
    fields = model._meta.sorted_fields
    key = [field.name for field in model._meta.get_primary_keys()]
    with Database(tmp_path / "a.db", schema) as database:
        table = list(
            database.rows('SELECT name, type, "notnull", pk FROM pragma_table_info(?)', (model._meta.table_name,))
        )
        indexes = [
            (tuple(row[0] for row in database.rows("SELECT name FROM pragma_index_info(?)", (name,))), bool(unique))
            for name, unique, origin, partial in list(
                database.rows(
                    'SELECT name, "unique", origin, partial FROM pragma_index_list(?)', (model._meta.table_name,)
                )
            )
            if origin != "pk" and not partial
        ]
        assert list(peewee_query(database, model.select())) == []
    expected = [
        (field.column_name, next(name for kind, name in _TYPES if isinstance(field, kind)), not field.null)
        for field in fields
    ]
    assert [(name, kind, bool(notnull)) for name, kind, notnull, _ in table] == expected
    assert [row[0] for row in sorted(table, key=lambda row: row[3]) if row[3]] == key
    declared = [((field.column_name,), field.unique) for field in fields if field.index or field.unique]
    declared += [(tuple(columns), unique) for columns, unique in model._meta.indexes]
    assert sorted(indexes) == sorted(declared)


@pytest.mark.parametrize(("schema", "models"), [(SHARD, SHARD_MODELS), (CATALOG, CATALOG_MODELS)])
def test_every_table_has_a_model(tmp_path: Path, schema: Schema, models: tuple[type[Model], ...]) -> None:
    with Database(tmp_path / "a.db", schema) as database:
        tables = {
            row[0]
            for row in database.rows(
                "SELECT name FROM pragma_table_list WHERE type IN ('table', 'virtual') AND name NOT LIKE 'sqlite_%'"
                " AND schema = 'main'"
            )
        }
    assert tables - _MADE_BY_HAND == {model._meta.table_name for model in models}

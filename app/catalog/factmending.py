"""Facts that hold together again: after rows were lost, and after files that had them are gone."""

import json
from collections.abc import Sequence

from app.catalog.database import Database
from app.catalog.factparts import inflated
from app.catalog.factsets import set_members
from app.catalog.factstoring import keep_parts

_UNUSED = (
    "DELETE FROM header WHERE id NOT IN (SELECT header_id FROM facts WHERE header_id IS NOT NULL)",
    "DELETE FROM attribute_set WHERE id NOT IN (SELECT set_id FROM facts WHERE set_id IS NOT NULL)",
    "DELETE FROM structure WHERE id NOT IN (SELECT structure_id FROM facts WHERE structure_id IS NOT NULL)",
    "DELETE FROM part WHERE header_id NOT IN (SELECT id FROM header)",
    "DELETE FROM channel WHERE header_id NOT IN (SELECT id FROM header)",
    "DELETE FROM attribute_in WHERE set_id NOT IN (SELECT id FROM attribute_set)",
    "DELETE FROM attribute WHERE id NOT IN (SELECT attribute_id FROM attribute_in)"
    " AND id NOT IN (SELECT attribute_id FROM attribute_of)",
)
_INCOMPLETE = (
    "DELETE FROM facts WHERE header_id NOT IN (SELECT id FROM header)",
    "DELETE FROM facts WHERE set_id NOT IN (SELECT id FROM attribute_set)",
    "DELETE FROM facts WHERE file_id IN (SELECT file_id FROM attribute_of"
    " WHERE attribute_id NOT IN (SELECT id FROM attribute))",
    "DELETE FROM attribute_of WHERE file_id NOT IN (SELECT file_id FROM facts)",
    "DELETE FROM stats WHERE file_id NOT IN (SELECT file_id FROM facts)",
    "DELETE FROM channel_stats WHERE file_id NOT IN (SELECT file_id FROM stats)",
    "UPDATE facts SET structure_id = NULL WHERE structure_id NOT IN (SELECT id FROM structure)",
)


def drop_unused_facts(database: Database) -> None:
    """Remove, inside the caller's transaction, headers and attributes that no file has any more."""
    for sql in _UNUSED:
        database.run(sql)


def mend_facts(database: Database) -> int:
    """Make facts hold together after rows were lost: those of a file are whole or gone, so that they are read anew.

    Returns:
        How many files lost their facts by it.
    """
    before = int(database.value("SELECT count(*) FROM facts"))
    _derive_attribute_in(database)
    for sql in _INCOMPLETE:
        database.run(sql)
    _drop_shortened(database)
    _derive_parts(database)
    database.run("UPDATE sequence SET inspected = NULL, whole = 0")
    return before - int(database.value("SELECT count(*) FROM facts"))


def _derive_attribute_in(database: Database) -> None:
    """Make the table of what is in which set from the sets; one that lost an attribute is dropped."""
    database.run("DELETE FROM attribute_in")
    there = {int(number) for (number,) in database.rows("SELECT id FROM attribute")}
    for (set_id,) in list(database.rows("SELECT id FROM attribute_set")):
        numbers = [number for _, number in set_members(database, set_id)]
        if there.issuperset(numbers):
            database.run_many(
                "INSERT OR IGNORE INTO attribute_in (attribute_id, set_id) VALUES (?, ?)",
                [(number, set_id) for number in numbers],
            )
        else:
            database.run("DELETE FROM attribute_set WHERE id = ?", (set_id,))


def _drop_shortened(database: Database) -> None:
    """Drop the facts of files that have not one attribute at each place that their header says."""
    wanted = {
        number: _attributes_in(json.loads(inflated(body)))
        for number, body in database.rows("SELECT id, body FROM header")
    }
    sets = {
        set_id: _tally([place for place, _ in set_members(database, set_id)])
        for (set_id,) in list(database.rows("SELECT id FROM attribute_set"))
    }
    own = {
        file_id: (count, total)
        for file_id, count, total in database.rows(
            "SELECT file_id, count(*), sum(place) FROM attribute_of GROUP BY file_id"
        )
    }
    lost = []
    for file_id, header_id, set_id in database.rows(
        "SELECT file_id, header_id, set_id FROM facts WHERE header_id IS NOT NULL"
    ):
        shared, mine = sets.get(set_id, (0, 0)), own.get(file_id, (0, 0))
        if (shared[0] + mine[0], shared[1] + mine[1]) != _tally(range(wanted[header_id])):
            lost.append((file_id,))
    database.run_many("DELETE FROM facts WHERE file_id = ?", lost)


def _tally(places: Sequence[int]) -> tuple[int, int]:
    """How many places, and their sum: together they tell whether all are there."""
    return len(places), sum(places)


def _attributes_in(header: dict[str, object]) -> int:
    """How many attributes a document with this header has."""
    parts = header.get("parts")
    counts = [part.get("attributes") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    return sum(count for count in (*counts, header.get("attributes")) if isinstance(count, int))


def _derive_parts(database: Database) -> None:
    """Make the tables of parts and channels from the headers."""
    database.run("DELETE FROM part")
    database.run("DELETE FROM channel")
    for number, body in list(database.rows("SELECT id, body FROM header")):
        keep_parts(database, number, json.loads(inflated(body)))

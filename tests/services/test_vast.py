"""Facts in a VAST DataBase: conflicts, faults, and the signatures that the stand-in shares with the package."""

import inspect
import sys
from collections.abc import Callable

import pytest

from app.errors import MissingPart, ServiceError
from app.services.sinks import open_sink
from app.services.vast import VastPlace, VastSink, vast_place
from tests.contracts import vaststandin
from tests.contracts.test_sinks import PLACE, files
from tests.contracts.vaststandin import ERRORS, Cluster, Conflict, Forbidden, ServiceUnavailable

VARIABLES = {
    "VAST_DB_ENDPOINT": "https://cluster.invalid",
    "VAST_DB_ACCESS_KEY": "AKIA",
    "VAST_DB_SECRET_KEY": "very secret",
    "VAST_DB_BUCKET": "facts",
}


def sink_on(cluster: Cluster, waits: list[float] | None = None, place: VastPlace = PLACE) -> VastSink:
    return VastSink(cluster.session(), ERRORS, place, sleep=(waits if waits is not None else []).append)


def test_a_transaction_that_lost_a_conflict_is_tried_again() -> None:
    cluster = Cluster()
    sink_on(cluster).prepare()

    def another() -> None:
        with sink_on(cluster) as rival:
            rival.upsert("files", files("rival.exr"))

    cluster.before_commit.append(another)
    waits: list[float] = []
    with sink_on(cluster, waits) as sink:
        sink.upsert("files", files("mine.exr"))
    assert sorted(cluster.rows("files").column("file_id").to_pylist()) == ["mine.exr", "rival.exr"]
    assert len(waits) == 1


def failing(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def test_tables_that_somebody_else_makes_meanwhile_are_used() -> None:
    cluster = Cluster(before_commit=[lambda: sink_on(cluster).prepare() and None])
    with sink_on(cluster) as sink:
        sink.upsert("files", files("a.exr"))
    assert cluster.rows("files").num_rows == 1


def test_a_store_that_stays_busy_is_given_up_on_with_a_reason() -> None:
    cluster = Cluster(before_commit=[failing(ServiceUnavailable("slow down"))] * 9)
    waits: list[float] = []
    with pytest.raises(ServiceError, match="slow down") as caught, sink_on(cluster, waits) as sink:
        sink.upsert("files", files("a.exr"))
    assert len(waits) == 4
    assert caught.value.exit_code == 5
    assert cluster.tables == {}


@pytest.mark.parametrize(
    ("error", "code"), [(Forbidden("denied"), "auth.denied"), (Conflict("busy"), "state.conflict")]
)
def test_a_refusal_says_what_to_do(error: Exception, code: str) -> None:
    cluster = Cluster(before_commit=[failing(error)] * 9)
    with pytest.raises(ServiceError) as caught, sink_on(cluster) as sink:
        sink.upsert("files", files("a.exr"))
    assert caught.value.code == code
    assert caught.value.hint
    assert "secret" not in caught.value.message.replace("no secret", "")


def test_a_bucket_that_is_not_there_is_named() -> None:
    with pytest.raises(ServiceError, match="bucket facts.*no such bucket"):
        sink_on(Cluster(buckets=set())).prepare()


def test_tables_are_made_once() -> None:
    cluster = Cluster()
    assert sink_on(cluster).prepare() == ("files", "parts", "channels", "attributes", "stats", "findings")
    before = dict(cluster.tables)
    sink_on(cluster).prepare()
    assert cluster.tables == before


def test_rows_that_stand_twice_are_mended_by_the_next_ingestion() -> None:
    cluster = Cluster()
    with sink_on(cluster) as sink:
        sink.upsert("files", files("a.exr"))
    with cluster.session().transaction() as tx:
        table = tx.bucket("facts").schema("exr_metadata").table("files")
        table.insert(table.select().read_all())
    assert cluster.rows("files").num_rows == 2
    with sink_on(cluster) as sink:
        sink.upsert("files", files("a.exr", at=2_000_000))
    assert cluster.rows("files").num_rows == 1


def test_the_variables_name_the_place() -> None:
    place = vast_place(VARIABLES)
    assert (place.schema, place.bucket) == ("exr_metadata", "facts")
    assert vast_place(VARIABLES | {"VAST_DB_SCHEMA": "other"}).schema == "other"
    assert "secret" not in repr(place)


def test_a_variable_that_is_not_set_is_named() -> None:
    with pytest.raises(ServiceError, match="VAST_DB_BUCKET") as caught:
        vast_place(VARIABLES | {"VAST_DB_BUCKET": ""})
    assert caught.value.context == {"missing": ["VAST_DB_BUCKET"]}


def test_the_line_to_install_is_told_where_the_package_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vastdb", None)
    with pytest.raises(MissingPart) as caught:
        open_sink("vast", VARIABLES)
    assert f"{sys.executable} -m pip install 'reelmark[vast]'" in caught.value.hint


def test_the_stand_in_takes_what_the_package_takes() -> None:
    """Runs where `vastdb` is installed: each method that the sink calls has these parameters there too."""
    pytest.importorskip("vastdb")
    import vastdb.bucket
    import vastdb.errors
    import vastdb.schema
    import vastdb.session
    import vastdb.table
    import vastdb.transaction

    real = {
        "Session": vastdb.session.Session, "Transaction": vastdb.transaction.Transaction,
        "Bucket": vastdb.bucket.Bucket, "Schema": vastdb.schema.Schema, "Table": vastdb.table.Table,
    }  # fmt: skip
    for name, kind in real.items():
        for method, function in vars(getattr(vaststandin, name)).items():
            if callable(function) and not method.startswith("__"):
                asked = dict(inspect.signature(function).parameters)
                there = inspect.signature(getattr(kind, method)).parameters
                assert set(asked) <= set(there), f"{name}.{method}"
                assert all(asked[each].kind == there[each].kind for each in asked), f"{name}.{method}"
    assert {name for name in vars(ERRORS) if not hasattr(vastdb.errors, name)} == set()
    assert vastdb.table.INTERNAL_ROW_ID == vaststandin.ROW_ID

from app.jobs.job import Job
from app.operations import run
from app.scanning.request import ScanRequest
from tests.maintenance.conftest import Records

LARGE = (
    "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300) INSERT INTO meta SELECT 'k' || i,"
    " hex(zeroblob(2000)) FROM n"
)


def scan_with_free_pages(records: Records, **settings: object) -> int:
    """Scans a shard of which most is free; what is free then."""
    records.change(LARGE)
    records.change("DELETE FROM meta WHERE key LIKE 'k%'")
    engine = records.open(**settings)
    run(engine, "scan", ScanRequest((str(records.base),), "Card", inventory_only=True), Job())
    return records.status()["Card"].free_bytes


def test_a_shard_is_vacuumed_after_a_scan_where_the_settings_say_so(records: Records) -> None:
    free = scan_with_free_pages(
        records,
        **{"maintenance.auto_vacuum_after_scan": "true", "maintenance.vacuum_free_bytes": "100000"},
    )
    assert free == 0
    assert len(records.status()["Card"].backups) == 1
    assert records.faults() == ()


def test_it_is_left_alone_without_the_setting_or_below_a_limit(records: Records) -> None:
    assert scan_with_free_pages(records) > 500_000
    assert scan_with_free_pages(records, **{"maintenance.auto_vacuum_after_scan": "true"}) > 500_000
    assert records.backups == []


def test_a_vacuum_that_cannot_be_done_does_not_fail_the_scan(records: Records) -> None:
    in_the_way = records.shard.with_name(f"{records.shard.stem}.vacuum.tmp")
    in_the_way.mkdir()
    scanned = scan_with_free_pages(
        records,
        **{"maintenance.auto_vacuum_after_scan": "true", "maintenance.vacuum_free_bytes": "100000"},
    )
    assert scanned > 500_000

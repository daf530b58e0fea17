import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from app.catalog.catalog import Catalog
from app.catalog.database import BulkInsert, Database, Schema, peewee_query
from app.catalog.migrations import CATALOG, SHARD
from app.catalog.tables import JobRow
from app.errors import Cancelled, HeldByAnother, InputError, NotACatalog, RecordsBroken
from app.jobs.job import CancelToken
from tests.unprivileged import REPOSITORY, drop_rights

TWO = Schema("shard", SHARD.application_id, ("CREATE TABLE a (x INTEGER)", "ALTER TABLE a ADD COLUMN y INTEGER"))
ONE = Schema("shard", SHARD.application_id, TWO.steps[:1])


def test_what_is_raised_inside_a_transaction_undoes_it(tmp_path: Path) -> None:
    with Database(tmp_path / "a.db", ONE) as database:
        for error in (Cancelled, KeyboardInterrupt, ValueError):
            with pytest.raises(error), database.transaction():
                database.run("INSERT INTO a VALUES (1)")
                raise error
        assert database.value("SELECT count(*) FROM a") == 0
        with database.transaction():
            database.run("INSERT INTO a VALUES (1)")
        assert database.value("SELECT count(*) FROM a") == 1


def test_a_cancelled_token_interrupts_a_query_and_a_bulk_insert(tmp_path: Path) -> None:
    token = CancelToken()
    with Database(tmp_path / "a.db", ONE, token=token) as database:
        threading.Timer(0.2, token.cancel).start()
        endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        with pytest.raises(Cancelled):
            database.value(endless)
        with pytest.raises(Cancelled), database.transaction():
            insert = BulkInsert(database, "a", ("x",))
            for _ in range(1000):
                insert.write(list(range(500)))
        database.outlive_token()
        assert database.value("SELECT count(*) FROM a") == 0


def test_an_older_file_is_upgraded_behind_a_copy_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Database(path, ONE) as database, database.transaction():
        database.run("INSERT INTO a VALUES (7)")
    with pytest.raises(NotACatalog, match="older version"):
        Database(path, TWO, read_only=True)
    with Database(path, TWO) as database:
        assert list(database.rows("SELECT x, y FROM a")) == [(7, None)]
        assert database.value("PRAGMA user_version") == 2
    with Database(tmp_path / "backups" / "a.v1.db", ONE, read_only=True) as copy:
        assert list(copy.rows("SELECT * FROM a")) == [(7,)]


def test_the_copy_of_a_shard_says_its_drive_and_is_named_where_the_shard_breaks(tmp_path: Path) -> None:
    shards = tmp_path / "shards"
    shards.mkdir()
    path = shards / "0193.db"
    with Database(path, SHARD) as database, database.transaction():
        database.run("INSERT INTO meta VALUES ('label', 'Card A/1')")
    path.with_name("other.db").write_bytes(b"no database" * 9)
    with pytest.raises(RecordsBroken) as caught:
        Database(path.with_name("other.db"), SHARD)
    assert "backups" not in caught.value.hint and "copy" not in caught.value.hint
    newer = replace(SHARD, steps=(*SHARD.steps, "ALTER TABLE meta ADD COLUMN more TEXT"))
    Database(path, newer).close()
    copy = tmp_path / "backups" / f"Card_A_1.0193.v{len(SHARD.steps)}.db"
    names = {entry.name for entry in shards.iterdir()}
    assert {name for name in names if "-" not in name} == {"0193.db", "other.db"}, "no copy lies among the shards"
    with Database(copy, SHARD, read_only=True) as database:
        assert database.value("SELECT value FROM meta") == "Card A/1"
    path.write_bytes(b"no database" * 9)
    with pytest.raises(RecordsBroken) as caught:
        Database(path, newer)
    assert str(copy) in caught.value.hint


def test_an_upgrade_that_fails_leaves_the_old_version(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Database(path, ONE).close()
    broken = Schema("shard", ONE.application_id, (*ONE.steps, "ALTER TABLE a ADD COLUMN y INTEGER;\nNONSENSE"))
    with pytest.raises(apsw.SQLError):
        Database(path, broken)
    with Database(path, ONE) as database:
        assert list(database.rows("SELECT name FROM pragma_table_info('a')")) == [("x",)]


def test_a_newer_file_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Database(path, TWO, wal=False).close()
    before = path.read_bytes()
    for read_only in (True, False):
        with pytest.raises(NotACatalog, match="newer version") as caught:
            Database(path, ONE, read_only=read_only)
        assert caught.value.code == "catalog.newer"
    assert path.read_bytes() == before


def test_somebody_else_s_database_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "foreign.db"
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = path.read_bytes()
    for schema, read_only in ((SHARD, True), (SHARD, False), (CATALOG, False)):
        with pytest.raises(NotACatalog, match="is not a Reelmark"):
            Database(path, schema, read_only=read_only)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["foreign.db"]


def test_a_shard_is_no_catalogue(tmp_path: Path) -> None:
    Database(tmp_path / "shard.db", SHARD).close()
    with pytest.raises(NotACatalog, match="is not a Reelmark catalog"):
        Database(tmp_path / "shard.db", CATALOG)


def test_text_and_torn_files_are_refused_with_what_to_do(tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_bytes(b"hello, this is no database at all")
    with pytest.raises(RecordsBroken, match="no SQLite database") as caught:
        Database(text, SHARD)
    assert "Move it away and scan the drive again" in caught.value.hint
    torn = tmp_path / "torn.db"
    with Database(torn, SHARD, wal=False) as database, database.transaction():
        database.run(
            "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500)"
            " INSERT INTO meta SELECT i, hex(zeroblob(2000)) FROM n"
        )
    data = bytearray(torn.read_bytes())
    data[4096 * 2 : 4096 * 60] = os.urandom(4096 * 58)
    torn.write_bytes(data)
    with pytest.raises(RecordsBroken) as caught, Database(torn, SHARD) as database:
        list(database.rows("SELECT * FROM meta"))
        list(database.rows("SELECT * FROM file"))
        list(database.rows("SELECT * FROM folder"))
    assert caught.value.code == "catalog.damaged"
    torn.write_bytes(bytes(data[:5000]))
    with pytest.raises(RecordsBroken), Database(torn, SHARD) as database:
        list(database.rows("SELECT * FROM meta"))


def test_an_empty_file_is_as_good_as_none(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.touch()
    with pytest.raises(NotACatalog) as caught:
        Database(path, SHARD, read_only=True)
    assert caught.value.code == "catalog.absent"
    with Database(path, SHARD) as database:
        assert database.value("SELECT count(*) FROM file") == 0


def test_a_database_that_another_is_just_making_is_not_there_yet(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / "a.db"))
    connection.execute("PRAGMA journal_mode=WAL")
    with pytest.raises(NotACatalog) as caught:
        Database(tmp_path / "a.db", CATALOG, read_only=True)
    assert caught.value.code == "catalog.absent"
    assert Catalog(tmp_path / "a.db", tmp_path / "shards").drives() == []
    connection.close()


def test_a_locked_database_is_held_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.catalog.database._BUSY_TIMEOUT_S", 0.1)
    path = tmp_path / "a.db"
    with Database(path, ONE) as one, one.transaction():
        one.run("INSERT INTO a VALUES (1)")
        with Database(path, ONE) as other, pytest.raises(HeldByAnother, match="locked"), other.transaction():
            pass
        with Database(path, ONE, read_only=True) as reader:
            assert reader.value("SELECT count(*) FROM a") == 0


def test_a_full_disk_is_told_and_what_was_committed_stays(tmp_path: Path) -> None:
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom app.catalog.database import Database\n"
        "from app.catalog.migrations import SHARD\nfrom app.errors import InputError\n"
        "database = Database(Path(sys.argv[1]), SHARD)\n"
        "with database.transaction(): database.run(\"INSERT INTO meta VALUES ('kept', '1')\")\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "try:\n    with database.transaction():\n"
        "        for n in range(2000): database.run('INSERT INTO meta VALUES (?, ?)', (str(n), 'x' * 4000))\n"
        "except InputError as error: print(error.code)\n"
        "print(database.value('SELECT count(*) FROM meta'))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "a.db"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert result.stdout.split() in (["catalog.io", "1"], ["disk.full", "1"])


def test_many_may_make_the_same_database_at_once(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom app.catalog.database import Database\n"
        "from app.catalog.migrations import CATALOG\nsys.stdin.read()\n"
        "Database(Path(sys.argv[1]), CATALOG, durable=True).close()"
    )
    makers = [
        subprocess.Popen([sys.executable, "-c", code, tmp_path / "c.db"], cwd=REPOSITORY, stdin=subprocess.PIPE)
        for _ in range(4)
    ]
    for maker in makers:
        assert maker.stdin is not None
        maker.stdin.close()
    assert [maker.wait() for maker in makers] == [0] * 4


def test_a_shard_in_a_read_only_folder_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "shelf"
    folder.mkdir()
    with Database(folder / "a.db", ONE) as database, database.transaction():
        database.run("INSERT INTO a VALUES (5)")
    (folder / "a.db").chmod(0o444)
    folder.chmod(0o555)
    code = (
        "import sys\nfrom pathlib import Path\nimport tests.catalog.test_database as t\n"
        "from app.catalog.database import Database\n"
        "print(Database(Path(sys.argv[1]), t.ONE, read_only=True).value('SELECT x FROM a'))"
    )
    try:
        result = subprocess.run(
            [sys.executable, "-c", code, folder / "a.db"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=drop_rights if os.geteuid() == 0 else None,
        )
    finally:
        folder.chmod(0o755)
    assert result.stdout.strip() == "5", result.stderr
    assert [entry.name for entry in folder.iterdir()] == ["a.db"]


def test_what_peewee_wraps_is_told_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.catalog.database._BUSY_TIMEOUT_S", 0.1)
    with Database(tmp_path / "c.db", CATALOG) as one, one.transaction():
        one.run("DELETE FROM job")
        with Database(tmp_path / "c.db", CATALOG) as other, pytest.raises(HeldByAnother):
            peewee_query(other, JobRow.delete())


def test_a_missing_folder_is_an_unusable_input(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        Database(tmp_path / "nowhere" / "a.db", ONE)


KILLED = """
import os, signal, sys
from pathlib import Path
from app.catalog.database import Database, Schema
from app.catalog.migrations import SHARD
schema = Schema("shard", SHARD.application_id, ("CREATE TABLE a (x INTEGER, y TEXT)",))
database = Database(Path(sys.argv[1]), schema, wal=False)
database.run("INSERT INTO a VALUES (1, 'committed')")
database.run("PRAGMA cache_size=1")
database.run("BEGIN IMMEDIATE")
for number in range(2000):
    database.run("INSERT INTO a VALUES (?, ?)", (number, "x" * 1000))
database.run("UPDATE a SET y = 'lost'")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills itself")
def test_without_wal_readers_undo_what_a_killed_writer_left_half_done(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    schema = Schema("shard", SHARD.application_id, ("CREATE TABLE a (x INTEGER, y TEXT)",))
    subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=REPOSITORY, check=False)
    journal = tmp_path / "a.db-journal"
    assert journal.stat().st_size > 0
    copy = tmp_path / "guarded" / "a.db"
    copy.parent.mkdir()
    for file in (path, journal):
        shutil.copy(file, copy.with_name(file.name))
    with Database(path, schema, read_only=True) as database:
        assert list(database.rows("SELECT x, y FROM a")) == [(1, "committed")]
    assert not journal.exists()
    copy.parent.chmod(0o500)
    try:
        done = subprocess.run(
            [sys.executable, "-c", UNCLOSED, str(copy)],
            cwd=REPOSITORY,
            check=False,
            preexec_fn=drop_rights if os.geteuid() == 0 else None,
        )
    finally:
        copy.parent.chmod(0o700)
    assert done.returncode == 0


UNCLOSED = """
import sys
from pathlib import Path
from app.catalog.database import Database, Schema
from app.catalog.migrations import SHARD
from app.errors import NotACatalog
schema = Schema("shard", SHARD.application_id, ("CREATE TABLE a (x INTEGER, y TEXT)",))
try:
    Database(Path(sys.argv[1]), schema, read_only=True)
except NotACatalog as error:
    sys.exit(0 if error.code == "catalog.unclosed" else 1)
sys.exit(2)
"""


def test_a_new_database_is_all_there_at_once_so_that_nobody_takes_it_for_an_older_one(tmp_path: Path) -> None:
    database = Database(tmp_path / "c.db", CATALOG)
    log = (tmp_path / "c.db-wal").read_bytes()
    page = int.from_bytes(log[8:12], "big")
    frames = range(32, len(log), 24 + page)
    commits = [place for place in frames if int.from_bytes(log[place + 4 : place + 8], "big")]
    database.close()
    assert len(CATALOG.steps) > 1
    assert len(commits) == 1

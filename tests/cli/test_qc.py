"""`reelmark qc` as a script and a person meet it."""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import main
from app.cli.output import local_time
from tests.media import exr, movie, truncated


class Cli:
    """Runs the command and reads what it printed."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.capsys = home, capsys

    def text(self, *arguments: str | Path, code: int = 0) -> str:
        self.capsys.readouterr()
        assert main(["--home", str(self.home), "qc", *map(str, arguments)]) == code
        return self.capsys.readouterr().out

    def json(self, *arguments: str | Path, code: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text(*arguments, "--json", code=code))
        return found


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(tmp_path / "home", capsys)


@pytest.fixture
def plates(tmp_path: Path) -> Path:
    folder = tmp_path / "plates"
    folder.mkdir()
    for number in (1001, 1002, 1004):
        exr(folder / f"sh010.{number}.exr", number)
    movie(folder / "clip.mov", 0.2)
    return folder


def test_crawl_sign_off_edit_status_history(cli: Cli, plates: Path) -> None:
    first = cli.json("crawl", plates)
    assert list(first) == [
        "assets",
        "written",
        "unchanged",
        "changed",
        "stale",
        "missing",
        "sequences",
        "singles",
        "failed",
        "damaged",
        "supersedes",
        "sidecars",
    ]
    assert [first[key] for key in ("assets", "written", "sequences", "singles", "failed")] == [2, 2, 1, 1, []]
    stamps = {path: (os.stat(path).st_ino, os.stat(path).st_mtime_ns) for path in first["sidecars"]}  # noqa: PTH116
    second = cli.json("crawl", plates)
    assert (second["written"], second["unchanged"], second["sidecars"]) == (0, 2, [])
    assert stamps == {path: (os.stat(path).st_ino, os.stat(path).st_mtime_ns) for path in stamps}  # noqa: PTH116
    plate = plates / "sh010.####.exr"
    cli.json(
        "crawl",
        plate,
        "--operator",
        "alice",
        "--result",
        "fail",
        "--note",
        "Flickers",
        "--reason",
        "flicker",
        "--reason",
        "other",
    )
    with (plates / "sh010.1002.exr").open("r+b") as file:
        file.write(b"F")
    found = cli.json("status", plates, code=1)
    assert found["counts"]["stale"] == 1
    row = next(row for row in found["assets"] if row["path"] == plate.as_posix())
    assert {key: row[key] for key in ("verdict", "operator", "stale", "signature")} == {
        "verdict": "fail",
        "operator": "alice",
        "stale": True,
        "signature": "unsigned",
    }
    assert row["sidecar"] == (plates / ".qc" / "sh010.####.exr.qc.json").as_posix()
    records = cli.json("history", plate)["records"]
    assert [(record["qc_result"], record["reasons"]) for record in records] == [
        ("pending", []),
        ("fail", ["flicker", "other"]),
    ]


def test_a_person_reads_it_too(cli: Cli, plates: Path) -> None:
    assert "2 sidecars to write" in cli.text("crawl", plates, "--dry-run")
    signing = ("--operator", "alice", "--result", "pass", "--note", "good")
    assert "2 sidecars written" in cli.text("crawl", plates, *signing)
    movie(plates / "clip.mov", 0.3)
    said = cli.text("status", plates, code=1)
    assert "pass, stale" in said and "sh010.####.exr" in said and "2 assets, 1 pass, 1 stale" in said
    assert "good" in cli.text("history", plates / "clip.mov")
    assert "changed since: 1 verdict." in cli.text("crawl", plates, code=1), "content that differs"


def test_a_failed_asset_is_something_to_object_to(cli: Cli, plates: Path) -> None:
    cli.text("crawl", plates)
    (plates / ".qc" / "clip.mov.qc.json").write_text("{")
    (failed,) = cli.json("crawl", plates, code=1)["failed"]
    assert failed["path"] == (plates / "clip.mov").as_posix() and "clip.mov.qc.json" in failed["reason"]
    (row,) = [row for row in cli.json("status", plates, code=1)["assets"] if "error" in row]
    assert row["verdict"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["--operator", "alice"],
        ["--result", "pass"],
        ["--operator", "a", "--result", "good"],
        ["--operator", "a", "--result", "fail", "--reason", "smells"],
        ["--sidecar-mode", "beside"],
        ["--min-sequence", "1"],
    ],
)
def test_used_wrongly(cli: Cli, plates: Path, arguments: list[str]) -> None:
    assert "error" in cli.json("crawl", plates, *arguments, code=2)


def test_an_unknown_reason_is_told_with_the_known_ones(cli: Cli, plates: Path) -> None:
    signing = ("--operator", "alice", "--result", "fail", "--reason", "flicker", "--reason", "smells")
    error = cli.json("crawl", plates, *signing, code=2)["error"]
    assert error["code"] == "qc.reason_unknown" and "smells" in error["message"] and "banding" in error["hint"]
    assert not (plates / ".qc").exists()


def test_damaged_media_is_told_by_every_crawl_and_by_status(cli: Cli, plates: Path) -> None:
    truncated(plates / "sh010.1003.exr", exr)
    for _ in range(2):
        found = cli.json("crawl", plates, code=1)
        (damaged,) = found["damaged"]
        assert damaged["path"] == (plates / "sh010.####.exr").as_posix() and "sh010.1003.exr" in damaged["reason"]
        assert found["failed"] == []
    assert "1 damaged" in cli.text("crawl", plates, code=1)
    status = cli.json("status", plates, code=1)
    (row,) = [row for row in status["assets"] if "damaged" in row]
    assert (row["verdict"], status["counts"]["damaged"], status["counts"]["pending"]) == ("pending", 1, 2)
    exr(plates / "sh010.1003.exr", 1003)
    assert cli.json("crawl", plates)["damaged"] == []
    assert cli.text("status", plates).endswith("2 assets, 2 pending\n")


def test_an_asset_that_is_gone_is_something_to_object_to(cli: Cli, plates: Path) -> None:
    cli.json("crawl", plates)
    (plates / "clip.mov").unlink()
    assert cli.json("crawl", plates, code=1)["missing"] == 1
    assert cli.json("status", plates, code=1)["counts"]["missing"] == 1


def test_whose_verdict_is_replaced_is_told(cli: Cli, plates: Path) -> None:
    clip = plates / "clip.mov"
    assert cli.json("crawl", clip, "--operator", "alice", "--result", "pass")["supersedes"] == []
    (row,) = cli.json("status", clip)["assets"]
    told = {"path": clip.as_posix(), "operator": "alice", "time": row["time"], "verdict": "pass"}
    signing = ("--operator", "bob", "--result", "fail")
    assert cli.json("crawl", clip, *signing, "--dry-run")["supersedes"] == [told]
    assert main(["--home", str(cli.home), "qc", "crawl", str(clip), *signing, "--json"]) == 0
    printed = cli.capsys.readouterr()
    assert json.loads(printed.out)["supersedes"] == [told]
    assert f"replaced: {clip}: pass by alice, {local_time(row['time'])}" in printed.err
    assert cli.json("crawl", clip, "--operator", "bob", "--result", "pass")["supersedes"] == [], "their own"
    verdicts = [(record["operator"], record["qc_result"]) for record in cli.json("history", clip)["records"]]
    assert verdicts == [("alice", "pass"), ("bob", "fail"), ("bob", "pass")]


def test_a_dry_run_of_clean_lists_what_would_go(cli: Cli, plates: Path) -> None:
    cli.json("crawl", plates, "--sidecar-mode", "dot")
    left = plates / ".clip.mov.qc.json.0123456789ab.reelmark.tmp"
    left.write_text("{")
    os.utime(left, (1, 1))
    found = cli.json("clean", plates, "--dry-run")
    names = {".clip.mov.qc.json", ".sh010.####.exr.qc.json", ".qc.hashcache.json", left.name}
    assert set(found["files"]) == {(plates / name).as_posix() for name in names} and found["removed"] == 4
    assert str(left) in cli.text("clean", plates, "--dry-run")
    assert cli.json("clean", plates, "--yes")["removed"] == 4
    assert not left.exists()


def test_an_input_that_is_not_there(cli: Cli, tmp_path: Path) -> None:
    for command in ("crawl", "status", "history", "clean"):
        options = ["--yes"] if command == "clean" else []
        assert cli.json(command, tmp_path / "gone", *options, code=3)["error"]["message"]


def test_options_reach_the_crawl(cli: Cli, plates: Path) -> None:
    found = cli.json(
        "crawl", plates, "--sidecar-mode", "inline", "--min-sequence", "4", "--policy-version", "X", "--workers", "1"
    )
    assert (found["singles"], found["sequences"]) == (4, 0)
    assert json.loads((plates / "clip.mov.qc.json").read_text())["policy_version"] == "X"


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are Unicode there")
def test_a_name_that_is_no_text(cli: Cli, tmp_path: Path) -> None:
    name = b"caf\xe9.exr"
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    exr(tmp_path / "plain.exr").rename(path)
    cli.json("crawl", path, "--operator", "alice", "--result", "pass")
    (row,) = cli.json("status", path)["assets"]
    assert base64.b64decode(row["raw_name"]) == name and row["verdict"] == "pass"


def test_clean_asks_or_refuses(cli: Cli, plates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.text("crawl", plates)
    sidecars = sorted(plates.rglob("*.qc.json"))
    assert cli.json("clean", plates, code=2)["error"]["code"] == "qc.not_confirmed"
    assert cli.json("clean", plates, "--dry-run")["removed"] == 3
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda *_args, **_options: False)
    assert cli.json("clean", plates) == {"removed": 0, "kept": 3, "bytes": 0}
    assert sorted(plates.rglob("*.qc.json")) == sidecars
    monkeypatch.setattr("typer.confirm", lambda *_args, **_options: True)
    cli.text("clean", plates)
    assert not (plates / ".qc").exists()


def test_clean_keeps_verdicts(cli: Cli, plates: Path) -> None:
    cli.text("crawl", plates)
    cli.text("crawl", plates / "clip.mov", "--operator", "alice", "--result", "pass")
    found = cli.json("clean", plates, "--yes", "--glob", "*")
    assert list(found) == ["removed", "kept", "bytes"]
    assert (found["removed"], found["kept"]) == (2, 5)
    assert (plates / "clip.mov").exists() and (plates / ".qc" / "clip.mov.qc.json").exists()
    assert cli.json("clean", plates, "--yes", "--with-verdicts", "--include-hidden", "--workers", "2")["removed"] == 1


@pytest.fixture
def kept_out(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Runs `reelmark qc` in a process that permissions hold back, also where root runs the tests."""
    if sys.platform == "win32":
        pytest.skip("Windows has other permissions")
    held: list[str] = []
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("root is never kept out without setpriv")
        held = [setpriv, "--bounding-set", "-dac_override,-dac_read_search", "--"]

    def run(*arguments: str | Path, code: int) -> dict[str, Any]:
        done = subprocess.run(
            [*held, sys.executable, "-m", "app", "--home", tmp_path / "home", "qc", *arguments, "--json"],
            cwd=Path(__file__).resolve().parents[2],
            capture_output=True,
            check=False,
        )
        assert done.returncode == code, done.stderr.decode()
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


def lock(path: Path, mode: int) -> None:
    """Give a path away, so that only the permissions for others hold."""
    path.chmod(mode)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)


def test_what_may_not_be_read_fails_alone(kept_out: Callable[..., dict[str, Any]], plates: Path) -> None:
    (plates / "secret").mkdir()
    (plates / "secret" / "inner.mov").write_bytes(b"x")
    (plates / "locked.mov").write_bytes(b"x")
    lock(plates / "sh010.1002.exr", 0)
    lock(plates / "locked.mov", 0)
    lock(plates / "secret", 0)
    found = kept_out("crawl", plates, code=1)
    assert sorted(Path(row["path"]).name for row in found["failed"]) == ["locked.mov", "secret", "sh010.####.exr"]
    assert (found["assets"], found["written"]) == (3, 1)
    assert not (plates / ".qc" / "sh010.####.exr.qc.json").exists(), "no manifest without all frames"
    assert kept_out("status", plates / "secret" / "inner.mov", code=3)["error"]["message"]
    lock(plates / "secret", 0o755)


def test_a_read_only_folder_fails_with_a_reason(kept_out: Callable[..., dict[str, Any]], plates: Path) -> None:
    lock(plates, 0o555)
    found = kept_out("crawl", plates, "--operator", "alice", "--result", "pass", code=1)
    assert found["written"] == 0 and len(found["failed"]) == 2
    assert all("may not be written" in row["reason"] for row in found["failed"])
    lock(plates, 0o755)


def test_what_cannot_be_cleaned_is_counted_file_by_file(
    kept_out: Callable[..., dict[str, Any]], plates: Path, cli: Cli
) -> None:
    cli.text("crawl", plates)
    lock(plates / ".qc", 0o555)
    found = kept_out("clean", plates, "--yes", code=1)
    assert (found["removed"], found["kept"]) == (0, 3)
    lock(plates / ".qc", 0o755)


def test_a_sidecar_that_may_not_be_read_is_not_replaced(
    kept_out: Callable[..., dict[str, Any]], plates: Path, cli: Cli
) -> None:
    cli.text("crawl", plates, "--operator", "alice", "--result", "pass")
    sidecar = plates / ".qc" / "clip.mov.qc.json"
    content = sidecar.read_bytes()
    lock(sidecar, 0)
    found = kept_out("crawl", plates, "--operator", "bob", "--result", "fail", code=1)
    assert [Path(row["path"]).name for row in found["failed"]] == ["clip.mov"]
    sidecar.chmod(0o644)
    assert sidecar.read_bytes() == content

"""`reelmark serve`: the key, the address, starting and stopping."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.servekit import KEY, ROOT, command, environment, serving
from tests.unprivileged import document, reelmark


def refused(home: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """A server that does not come up."""
    return subprocess.run(
        command(home, "--port", "0", *arguments),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(**environ),
        check=False,
        timeout=60,
    )


def test_without_a_key_nothing_is_served(tmp_path: Path) -> None:
    result = refused(tmp_path / "home")
    assert result.returncode == 3
    assert "reelmark serve --make-key" in result.stderr
    assert "listening" not in result.stdout


@pytest.mark.parametrize("key", ["", "two words", "k\u00e9y", "x" * 201])
def test_what_is_no_key_is_refused(tmp_path: Path, key: str) -> None:
    assert refused(tmp_path / "home", "--api-key", key).returncode == 2


def test_a_made_key_is_for_its_owner_alone_and_is_found_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = document(reelmark("--home", home, "serve", "--make-key", "--json"))["key"]
    second = document(reelmark("--home", home, "serve", "--make-key", "--json"))["key"]
    assert first != second
    if sys.platform != "win32":
        assert (home / "api.key").stat().st_mode & 0o777 == 0o600
    with serving(home, environ={"UNRELATED": "1"}) as api:
        assert api.ask("/v1/health", key=second).status == 200
        assert api.ask("/v1/health", key=first).status == 403


def test_the_key_of_an_older_program_s_variable_and_of_the_env_file_is_taken(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with serving(home, environ={"VIDEOCATALOG_API_KEY": "from-the-older-one"}) as api:
        assert api.ask("/v1/health", key="from-the-older-one").status == 200
    home.mkdir(exist_ok=True)
    (home / ".env").write_text(f"REELMARK_API_KEY={KEY}\n", encoding="utf-8")
    with serving(home, environ={"UNRELATED": "1"}) as api:
        assert api.ask("/v1/health").status == 200
    with serving(home, "--api-key", "the-option-wins-over-all", environ={"REELMARK_API_KEY": KEY}) as api:
        assert api.ask("/v1/health", key="the-option-wins-over-all").status == 200
        assert api.ask("/v1/health").status == 403


def test_a_setting_names_the_variable_of_the_key(tmp_path: Path) -> None:
    home = tmp_path / "home"
    reelmark("--home", home, "settings", "set", "api.key_variable", "STUDIO_KEY")
    with serving(home, environ={"STUDIO_KEY": "a-key-of-the-studio"}) as api:
        assert api.ask("/v1/health", key="a-key-of-the-studio").status == 200


def test_the_address_is_told_as_json_too(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*command(tmp_path / "home", "--port", "0"), "--json"],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=environment(REELMARK_API_KEY=KEY),
    ) as process:
        assert process.stdout is not None
        told = json.loads(b"".join(iter(process.stdout.readline, b"}\n")) + b"}")
        assert told["address"].startswith("http://127.0.0.1:")
        assert (told["read_only"], told["key"]) == (True, "environment REELMARK_API_KEY")
        process.terminate()


def test_a_port_that_is_taken_is_somebody_else_s(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = refused(tmp_path / "home", "--port", port, "--json", REELMARK_API_KEY=KEY)
    assert (result.returncode, json.loads(result.stdout)["error"]["code"]) == (4, "api.port")


def test_an_address_that_is_not_this_machine_s_is_refused(tmp_path: Path) -> None:
    for host in ("203.0.113.7", "nobody.invalid"):
        assert refused(tmp_path / "home", "--host", host, REELMARK_API_KEY=KEY).returncode == 3


def test_every_page_may_not_be_allowed(tmp_path: Path) -> None:
    assert refused(tmp_path / "home", "--cors", "*", REELMARK_API_KEY=KEY).returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")
def test_ctrl_c_stops_it_as_it_stops_every_command(tmp_path: Path) -> None:
    with serving(tmp_path / "home") as api:
        with socket.create_connection((api.host, api.port)) as held:
            held.sendall(b"GET /v1/health HTTP/1.1\r\n")
            api.process.send_signal(signal.SIGINT)
            assert api.process.wait(30) == 130
        api.process.returncode = 0


def test_it_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    with subprocess.Popen(
        command(tmp_path / "home", "--port", "0", "--with-parent"),
        stdin=reader,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=environment(REELMARK_API_KEY=KEY),
    ) as process:
        os.close(reader)
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"API listening on")
        os.close(writer)
        assert process.wait(30) == 0


def test_a_short_key_and_an_open_address_are_warned_of(tmp_path: Path) -> None:
    with serving(tmp_path / "home", "--host", "0.0.0.0", "--api-key", "short") as api:
        api.process.terminate()
        assert api.process.stderr is not None
        said = api.process.stderr.read().decode()
    assert "could be guessed" in said
    assert "other machines" in said

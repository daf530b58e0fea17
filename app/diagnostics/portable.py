"""A portable copy of a program under `bin` of the working directory, from a file or an address that the user names.

Its SHA-256 is checked before anything of it is looked at. Of an archive one file is taken, the program itself; names
inside the archive decide nothing about where it is written. It gets its place when it answered with its version.
"""

import hashlib
import http.client
import os
import re
import secrets
import stat
import tarfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, TypeVar

from app.diagnostics.overview import known_program
from app.errors import InputError, UsageError
from app.jobs.events import Stage
from app.jobs.job import Job
from app.model.names import shown
from app.paths import Home
from app.tools import Program, Tool, ask, own_file
from app.wholefile import cannot_write, sync_folder

T = TypeVar("T")

_CHUNK = 1 << 18
_MOST_BYTES = 2 << 30
_TIMEOUT_S = 30.0
_SHA256 = re.compile("[0-9a-f]{64}")


def install_portable(home: Home, name: str, source: str, sha256: str, job: Job) -> Tool:
    """Put a copy of a program under `bin`; the tool.

    Args:
        home: the working directory.
        name: the program.
        source: a file, or an address that begins with `https://` or `http://`: the program, or a zip or tar with it.
        sha256: of that file, 64 hexadecimal digits.
        job: progress and cancel.

    Raises:
        UsageError: no such program, or no SHA-256.
        InputError: it cannot be fetched, has another SHA-256, holds no such program, does not answer; or the disk is
            full. What was there before stays.
        Cancelled: the same.
    """
    program = known_program(name)
    wanted = sha256.strip().lower()
    if not _SHA256.fullmatch(wanted):
        raise UsageError(
            "a SHA-256 has 64 hexadecimal digits",
            hint="It stands beside the download on the page of the program, or: sha256sum FILE",
        )
    home.require_writable()
    try:
        for folder in (home.tmp, home.bin):
            folder.mkdir(parents=True, exist_ok=True)
        with _scratch(home.tmp, name) as fetched, _scratch(home.bin, name) as made:
            found = _fetch(source, fetched, job)
            if found != wanted:
                raise InputError(
                    f"{shown(source)} is not the file that was meant: its SHA-256 is {found}",
                    hint=f"{wanted} was asked for. Nothing was installed.",
                    code="tool.wrong_hash",
                )
            _unpack(fetched, made, name, source)
            return _put(program, made, own_file(name, home.bin))
    except OSError as error:
        raise cannot_write(home.bin, error) from error


@contextmanager
def _scratch(folder: Path, name: str) -> Iterator[Path]:
    """A name for a file that is gone at the end, unless it got another."""
    path = own_file(f".{name}.{secrets.token_hex(6)}.tmp", folder)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _fetch(source: str, fetched: Path, job: Job) -> str:
    """Copy what is meant into a file of ours; its SHA-256."""
    digest, done = hashlib.sha256(), 0
    with _opened(source) as (stream, total), fetched.open("xb") as file:
        job.stage(Stage.FETCH, total_bytes=total)
        while chunk := _read(stream, source):
            done += len(chunk)
            if done > _MOST_BYTES:
                raise InputError(f"{shown(source)} is larger than a program is", code="tool.too_large")
            digest.update(chunk)
            file.write(chunk)
            job.progress(0, bytes_done=done, current=shown(source))
    if total is not None and done != total:
        raise _not_fetched(source, f"{done:,} of {total:,} bytes came")
    return digest.hexdigest()


@contextmanager
def _opened(source: str) -> Iterator[tuple[IO[bytes], int | None]]:
    """What is meant as a stream, and its size where that is known."""
    if not source.lower().startswith(("http://", "https://")):
        path = Path(source).expanduser()
        try:
            with path.open("rb") as file:
                yield file, path.stat().st_size
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            raise InputError(f"{shown(source)} cannot be read: {error.strerror}", code="tool.not_there") from error
        return
    opener = urllib.request.OpenerDirector()  # of HTTP alone: no redirect leads to a file of this machine
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
    ):
        opener.add_handler(handler)
    try:
        answer = opener.open(urllib.request.Request(source, headers={"User-Agent": "Reelmark"}), timeout=_TIMEOUT_S)
    except urllib.error.HTTPError as error:
        error.close()
        raise _not_fetched(source, f"{error.code} {error.reason}") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise _not_fetched(source, str(getattr(error, "reason", "") or error)) from error
    if answer is None:
        raise _not_fetched(source, "no such kind of address")
    with answer:
        length = answer.headers.get("Content-Length", "")
        yield answer, int(length) if length.isdigit() else None


def _read(stream: IO[bytes], source: str) -> bytes:
    try:
        return stream.read(_CHUNK)
    except (http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise _not_fetched(source, str(error) or type(error).__name__) from error


def _not_fetched(source: str, why: str) -> InputError:
    return InputError(
        f"{shown(source)} could not be fetched: {why}",
        hint="Download it by other means and name the file.",
        code="tool.not_fetched",
    )


def _unpack(fetched: Path, made: Path, name: str, source: str) -> None:
    """Take the program out of what was fetched, which is it itself or an archive."""
    with fetched.open("rb") as file:
        is_zip = file.read(4) == b"PK\x03\x04"
    try:
        if is_zip:
            with zipfile.ZipFile(fetched) as packed:
                infos = [info for info in packed.infolist() if _is_file(info) and _is_named(info.filename, name)]
                with packed.open(_only(infos, name, source)) as stream:
                    _copy(stream, made)
        elif tarfile.is_tarfile(fetched):
            with tarfile.open(fetched) as archive:
                members = [entry for entry in archive.getmembers() if entry.isreg() and _is_named(entry.name, name)]
                taken = archive.extractfile(_only(members, name, source))
                if taken is None:
                    raise InputError(f"{shown(source)} holds no {name}", code="tool.not_inside")
                with taken:
                    _copy(taken, made)
        else:
            with fetched.open("rb") as stream:
                _copy(stream, made)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise InputError(f"{shown(source)} cannot be unpacked: {error}", code="tool.not_unpacked") from error


def _is_named(path: str, name: str) -> bool:
    return PurePosixPath(path.replace("\\", "/")).name.lower() in (name, f"{name}.exe")


def _is_file(info: zipfile.ZipInfo) -> bool:
    mode = info.external_attr >> 16
    return not info.is_dir() and (stat.S_IFMT(mode) in (0, stat.S_IFREG))


def _only(found: list[T], name: str, source: str) -> T:
    """The one entry there is."""
    if len(found) != 1:
        number = "no" if not found else str(len(found))
        raise InputError(
            f"{shown(source)} holds {number} files called {name}",
            hint="Unpack it yourself and name the program's own file.",
            code="tool.not_inside",
        )
    return found[0]


def _copy(stream: IO[bytes], made: Path) -> None:
    """Write a program whole, ready to be started."""
    done = 0
    with made.open("xb") as file:
        while chunk := stream.read(_CHUNK):
            done += len(chunk)
            if done > _MOST_BYTES:
                raise InputError("the program inside is larger than a program is", code="tool.too_large")
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    made.chmod(0o755)


def _put(program: Program, made: Path, place: Path) -> Tool:
    """Let it take its place once it answered."""
    asked = ask(program, made)
    if not asked.found:
        why = asked.hint.partition(". ")[0]
        raise InputError(
            f"what was fetched does not answer as {program.name}: {why}",
            hint="Is it made for this system? A copy that needs other files beside it has to be installed otherwise.",
            code="tool.no_answer",
        )
    made.replace(place)
    with suppress(OSError):
        sync_folder(place.parent)
    return Tool(program.name, True, asked.version, str(place))

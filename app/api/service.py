"""What every route works with: the engine, the drives as they are now, open shards, and threads that run queries."""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from app.api.answers import Refused, document_answer, json_bytes
from app.api.jobroom import JobRoom
from app.api.memory import Memory
from app.api.shards import IDLE_S, SETTLED_NS, OpenShards
from app.catalog.database import Database
from app.engine import Engine
from app.errors import AppError, Cancelled, InputError, UsageError
from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.model.names import folded_text
from app.settings.values import Api

#: Seconds that a query may take; then it is stopped.
LIMIT_S = 30.0

_THREADS = 4
_MEDIA_THREADS = 2
_CLOSING_S = 5.0
_LOOK_EVERY_S = 3.0
_WATCH_S = 0.25
_TOTALS = 10_000
_ANSWER_BYTES = 64_000_000


_log = logging.getLogger(__name__)


class KnownDrives:
    """The drives of a catalogue, read again when it changes. Whether they are there is looked up now and then.

    A share that is gone takes seconds to say so: no request waits for it but the first.

    Args:
        engine: has the catalogue.
    """

    def __init__(self, engine: Engine) -> None:
        self._catalog = engine.catalog
        self._files = (engine.home.catalog, engine.home.catalog.with_name(engine.home.catalog.name + "-wal"))
        self._guard = threading.Lock()
        self._drives: tuple[Drive, ...] = ()
        self._state: tuple[int, ...] | None = None
        self._looked = 0.0
        self._looking = False

    def all(self) -> tuple[Drive, ...]:
        """Every drive, by label."""
        with self._guard:
            state = self._file_state()
            if state != self._state:
                online = {(drive.id, drive.base): drive.online for drive in self._drives}
                drives = self._catalog.drives(look=False)
                if not all((drive.id, drive.base) in online for drive in drives):
                    self._drives, self._looked = tuple(self._catalog.drives()), time.monotonic()
                else:
                    self._drives = tuple(replace(drive, online=online[drive.id, drive.base]) for drive in drives)
                self._state = state
            elif time.monotonic() - self._looked > _LOOK_EVERY_S and not self._looking:
                self._looking = True
                threading.Thread(target=self._look, name="look", daemon=True).start()
            return self._drives

    def named(self, names: Sequence[str]) -> tuple[Drive, ...]:
        """The drives called so, by label in any case, or by id; all of them where no name is given.

        Raises:
            InputError: there is none of a name.
            UsageError: a label is ambiguous.
        """
        drives = self.all()
        return tuple(dict.fromkeys(self._one(drives, name) for name in names)) if names else drives

    def _one(self, drives: Sequence[Drive], name: str) -> Drive:
        exact = [drive for drive in drives if name in (drive.id, drive.label)]
        alike = exact or [drive for drive in drives if folded_text(drive.label) == folded_text(name)]
        if not alike:
            raise InputError(f"there is no drive called {name}", hint="/v1/drives lists them.", code="drive.not_found")
        if len(alike) > 1:
            raise UsageError(
                f"{name} may be any of {', '.join(drive.label for drive in alike)}", code="drive.ambiguous"
            )
        return alike[0]

    def _look(self) -> None:
        online: dict[tuple[str, str], bool] = {}
        try:
            online = {(drive.id, drive.base): drive.online for drive in self._catalog.drives()}
        except AppError as error:
            _log.warning("It could not be looked which drives are there: %s", error.message)
        finally:
            with self._guard:
                self._looking, self._looked = False, time.monotonic()
        with self._guard:
            self._drives = tuple(
                replace(drive, online=online.get((drive.id, drive.base), drive.online)) for drive in self._drives
            )

    def _file_state(self) -> tuple[int, ...]:
        found: list[int] = []
        for file in self._files:
            with contextlib.suppress(OSError):
                status = file.stat()
                found += (status.st_ino, status.st_size, status.st_mtime_ns)
                if time.time_ns() - status.st_mtime_ns < SETTLED_NS:
                    found.append(time.monotonic_ns())  # it may change again without a later time
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the work of one request gets.

    Attributes:
        engine: for reading.
        drives: as they are now.
        shards: open ones.
        totals: counts that are known already.
        answers: bodies of answers that are known already.
        token: set when nobody waits for the answer any more.
    """

    engine: Engine
    drives: KnownDrives
    shards: OpenShards
    totals: Memory[int]
    answers: Memory[bytes]
    token: CancelToken

    def open_shard(self, drive: Drive) -> AbstractContextManager[Database]:
        """A drive's shard, for queries that stop with the request."""
        return self.shards.open_shard(drive, self.token)


class Service:
    """One running API.

    Args:
        engine: what is served.
        settings: page sizes.
        allow_write: whether jobs may be started.
    """

    def __init__(self, engine: Engine, settings: Api, *, allow_write: bool) -> None:
        self.engine = engine
        self.settings = settings
        self.allow_write = allow_write
        self.started = time.monotonic()
        self.jobs = JobRoom(engine)
        self.shards = OpenShards(engine.catalog)
        self.drives = KnownDrives(engine)
        self._totals: Memory[int] = Memory(self.shards, _TOTALS)
        self._answers: Memory[bytes] = Memory(self.shards, _ANSWER_BYTES, len)
        self._threads = ThreadPoolExecutor(_THREADS, "query")
        self._media_threads = ThreadPoolExecutor(_MEDIA_THREADS, "media")
        self._running: dict[asyncio.Future[bytes], CancelToken] = {}
        #: Whether something hung at a drive when everything was to end; the program must not wait for it.
        self.hangs = False

    async def answer(self, request: Request, work: Callable[[Asked], Any], *, media: bool = False) -> Response:
        """Do the work in a thread and answer with its document; it is stopped when nobody waits for it any more.

        Args:
            request: tells when its client is gone.
            work: gives a document, or JSON in bytes.
            media: whether it reads on a drive, which may hang: then it keeps no query from running.
        """

        def body(asked: Asked) -> bytes:
            document = work(asked)
            return document if isinstance(document, bytes) else json_bytes(document)

        threads = self._media_threads if media else self._threads
        return document_answer(await self._watched(request, body, threads))

    async def _watched(self, request: Request, work: Callable[[Asked], bytes], threads: ThreadPoolExecutor) -> bytes:
        token = CancelToken()
        asked = Asked(self.engine, self.drives, self.shards, self._totals, self._answers, token)
        future = asyncio.get_running_loop().run_in_executor(threads, work, asked)
        future.add_done_callback(self._done)
        end = time.monotonic() + LIMIT_S
        self._running[future] = token
        try:
            while not future.done():
                await asyncio.wait({future}, timeout=_WATCH_S)
                if not future.done() and (time.monotonic() > end or await request.is_disconnected()):
                    break
            if future.done():
                return future.result()
        except Cancelled as stopped:
            raise Refused(
                HTTPStatus.SERVICE_UNAVAILABLE, "server.stopping", "The server is being stopped", "Try again later."
            ) from stopped
        finally:
            if not future.done():
                token.cancel()
        raise Refused(
            HTTPStatus.GATEWAY_TIMEOUT,
            "request.timeout",
            f"The answer took longer than {LIMIT_S:.0f} seconds",
            "Ask for fewer rows, or for one drive.",
        )

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """While inside, shards that lie idle are closed; at the end everything is."""
        closer = asyncio.create_task(self._close_idle())
        try:
            yield
        finally:
            closer.cancel()
            self.stop()
            for threads in (self._threads, self._media_threads):
                threads.shutdown(wait=False, cancel_futures=True)
            if self._running:
                await asyncio.wait(tuple(self._running), timeout=_CLOSING_S)
            self.hangs = bool(self._running)
            self.jobs.close()
            self.shards.close_idle(0)

    def stop(self) -> None:
        """Stop every query and job."""
        for token in tuple(self._running.values()):
            token.cancel()
        self.jobs.stop_all()

    def _done(self, future: "asyncio.Future[bytes]") -> None:
        """Forget what has ended; its outcome is taken here too, since nobody may be waiting for it any more."""
        self._running.pop(future, None)
        if not future.cancelled():
            future.exception()

    async def _close_idle(self) -> None:
        while True:
            await asyncio.sleep(IDLE_S)
            self.shards.close_idle()


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


#: The service, for a route.
Served = Annotated[Service, Depends(_service)]

"""The server: the application over an engine, and running it until somebody stops it."""

import asyncio
import contextlib
import errno
import logging
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from types import FrameType

import uvicorn
from fastapi import Depends, FastAPI

from app import __version__
from app.api import documentation, drives, files, health, jobs, qc, reports, search, sequences
from app.api.answers import answer_errors
from app.api.connections import Connection
from app.api.parameters import refuse_unknown
from app.api.security import Gate, HostNames
from app.api.service import Service
from app.engine import Engine
from app.errors import HeldByAnother, InputError
from app.settings.values import Api

_ABOUT = "Drives, files, sequences, verdicts and reports of a Reelmark catalogue. Send the key in the header X-API-Key."
#: Connections that may wait to be taken: no more are taken in one turn, so that descriptors last.
_BACKLOG = 256
_CLOSING_S = 5
_KEEP_ALIVE_S = 15
_MOST_HEAD = 32 * 1024

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """How a server is run.

    Attributes:
        host: what it listens on.
        port: 0 for a free one.
        key: the one key, as `find_key` gives it.
        origins: web pages that may use it, as `checked_origin` gives them.
        allow_write: whether jobs may be started.
    """

    host: str
    port: int
    key: str
    origins: tuple[str, ...] = ()
    allow_write: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """How a server was stopped.

    Attributes:
        by_keyboard: whether by Ctrl-C.
        hangs: whether a thread hangs at a drive: Python would wait for it for ever.
    """

    by_keyboard: bool
    hangs: bool


def make_app(engine: Engine, settings: Api, *, allow_write: bool = False) -> FastAPI:
    """The application over an engine, without the gate before it."""
    service = Service(engine, settings, allow_write=allow_write)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with service.open():
            yield

    app = FastAPI(
        title="Reelmark",
        version=__version__,
        description=_ABOUT,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service = service
    for resource in (health, drives, search, files, sequences, reports, qc, jobs):
        app.include_router(resource.routes, dependencies=[Depends(refuse_unknown)])
    app.include_router(documentation.routes)
    answer_errors(app)
    return app


def serve(
    engine: Engine,
    settings: Api,
    options: ServeOptions,
    listening: Callable[[str], None],
    until: Callable[[], object] | None = None,
) -> "Stopped":
    """Serve until Ctrl-C or SIGTERM.

    Args:
        engine: what is served.
        settings: page sizes and further host names.
        options: address, key and what is allowed.
        listening: called with the address once it can be reached.
        until: waits for something in a thread of its own; the server stops when that has come.

    Returns:
        How it was stopped.

    Raises:
        HeldByAnother: the port is taken.
        InputError: the address cannot be used.
    """
    listener = _listener(options.host, options.port)
    app = make_app(engine, settings, allow_write=options.allow_write)
    names = HostNames(options.host, settings.names)
    gate = Gate(app, options.key, names, options.origins, allow_write=options.allow_write)
    config = uvicorn.Config(
        gate,
        http=Connection,
        ws="none",
        lifespan="on",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_CLOSING_S,
        h11_max_incomplete_event_size=_MOST_HEAD,
    )
    logging.getLogger("uvicorn").setLevel(logging.ERROR)

    def started() -> None:
        address = _address(options.host, listener)
        _log.info("The API listens on %s%s", address, ", and takes jobs" if options.allow_write else "")
        listening(address)

    server = _Server(config, app.state.service, started)
    if until is not None:
        threading.Thread(target=_stop_after, args=(until, server), name="until", daemon=True).start()
    with listener, _stopping(server) as asked:
        asyncio.run(server.serve([listener]))
    _log.info("The API has stopped")
    return Stopped(signal.SIGINT in asked, app.state.service.hangs)


class _Server(uvicorn.Server):
    """Says when it can be reached, and stops what runs before it waits for answers to be taken."""

    def __init__(self, config: uvicorn.Config, service: Service, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._service = service
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._service.stop()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are dealt with around the server: how it was stopped is not raised again."""
        yield


def _stop_after(until: Callable[[], object], server: uvicorn.Server) -> None:
    until()
    server.should_exit = True


@contextlib.contextmanager
def _stopping(server: uvicorn.Server) -> Iterator[list[int]]:
    """While inside, Ctrl-C and SIGTERM stop the server; gives the signals that came. A second one does not wait."""
    asked: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        server.should_exit = True
        server.force_exit = len(asked) > 1

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    numbers = [signal.SIGINT, signal.SIGTERM]
    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield asked
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _listener(host: str, port: int) -> socket.socket:
    """A socket that is bound.

    Raises:
        HeldByAnother: the port is taken.
        InputError: the address cannot be used.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise InputError(
            f"There is no address {host}: {error.strerror}", hint="Use 127.0.0.1, or see api.host.", code="api.address"
        ) from error
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        taken = error.errno == errno.EADDRINUSE
        kind_of_error = HeldByAnother if taken else InputError
        raise kind_of_error(
            f"Nothing can listen on {host}, port {port}: {error.strerror}",
            hint="Another server may run already; choose another port: --port, or the setting api.port.",
            code="api.port",
        ) from error
    return listener


def _address(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

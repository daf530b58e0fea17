"""Who may call the API: the key, the names it is called by, the web pages that may use it, and how much may be sent.

A `Gate` stands before the application and answers for it whatever is not allowed in, before any body is read.

* Everything but the documentation needs the key, in the header `X-API-Key`.
* The `Host` header must be a name of this server: a web page that lets its own name point to 127.0.0.1 is turned away.
* A web page (`Origin`) must be listed. There are no cookies, and no page is allowed everything.
"""

import hashlib
import hmac
import ipaddress
import re
import socket
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.answers import Refused, error_answer, refused_method
from app.errors import UsageError

#: Bytes that a request may bring along.
MOST_BODY = 64 * 1024

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_OPEN = frozenset(("/docs", "/openapi.json"))
_ORIGIN = re.compile(r"https?://[^/\s?#@*]+")
_METHODS = "GET, POST, DELETE"
_WRITING = ("POST", "PUT", "PATCH", "DELETE")


def checked_origin(origin: str) -> str:
    """An origin as browsers send it (`http://localhost:3000`).

    Raises:
        UsageError: it is none, or would stand for all.
    """
    origin = origin.rstrip("/").lower()
    if not _ORIGIN.fullmatch(origin):
        raise UsageError(
            f"{origin} is no origin of a web page.", hint="Write it like http://localhost:3000.", code="api.origin"
        )
    return origin


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens on that address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class HostNames:
    """The names that a server is called by.

    Args:
        host: what it listens on; for a wildcard any address of numbers is good, since no name was asked for it.
        further: names that somebody listed.
    """

    def __init__(self, host: str, further: Iterable[str] = ()) -> None:
        self._names = {host.lower(), *(name.lower() for name in further)}
        self._any_number = host in ("0.0.0.0", "::", "")
        if self._any_number or is_loopback(host):
            self._names.update(_LOOPBACK)
        if not is_loopback(host):
            self._names.update((socket.gethostname().lower(), socket.getfqdn().lower()))

    def knows(self, header: str) -> bool:
        """Whether a `Host` header names this server."""
        try:
            parts = urlsplit(f"//{header}")
            name, _ = parts.hostname, parts.port
        except ValueError:
            return False
        if not name or parts.username is not None or parts.path or parts.query or parts.fragment:
            return False
        return name in self._names or (self._any_number and _is_number(name))


class Gate:
    """Stands before an application and lets in what may come in.

    Args:
        app: the application.
        key: the one key.
        names: the names it is called by.
        origins: web pages that may use it, as `checked_origin` gives them.
        allow_write: whether anything but reading is let in.
    """

    def __init__(
        self, app: ASGIApp, key: str, names: HostNames, origins: Iterable[str] = (), *, allow_write: bool = False
    ) -> None:
        self._app = app
        self._allow_write = allow_write
        self._key = _digest(key.encode())
        self._names = names
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = _Headers(scope)
        extra: list[tuple[bytes, bytes]] = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *extra]
            await send(message)

        try:
            self._check_host(headers)
            origin = self._check_origin(headers)
            if origin:
                extra += [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"Origin")]
            if scope["method"] == "OPTIONS" and origin:
                await _preflight(answer)
                return
            if scope["path"] not in _OPEN:
                self._check_key(headers)
                self._check_method(scope["method"])
            whole = receive if headers.bodiless else await _body(headers, receive)
        except Refused as error:
            if not headers.bodiless:
                extra.append((b"connection", b"close"))
            await error_answer(error)(scope, receive, answer)
            return
        await self._app(scope, whole, answer)

    def _check_host(self, headers: "_Headers") -> None:
        host = headers.one("host")
        if host is None or not self._names.knows(host):
            raise Refused(
                HTTPStatus.MISDIRECTED_REQUEST,
                "request.host",
                "This server is not called by that name",
                "Use the address it was started with; the setting api.names lists further names.",
            )

    def _check_origin(self, headers: "_Headers") -> str:
        """The origin to allow; empty where no web page is behind the request, or it is our own."""
        if not headers.all("origin"):
            return ""
        origin = headers.one("origin") or ""
        if origin.lower() == f"http://{headers.one('host')}".lower():
            return ""
        if origin.lower() not in self._origins:
            raise Refused(
                HTTPStatus.FORBIDDEN,
                "auth.denied",
                "Web pages of that origin may not use this server",
                "Start it with --cors ORIGIN, or list the origin in the setting api.cors.",
            )
        return origin

    def _check_key(self, headers: "_Headers") -> None:
        given = headers.all("x-api-key")
        if not any(given):
            raise Refused(
                HTTPStatus.UNAUTHORIZED, "auth.missing", "The key is missing", "Send it in the header X-API-Key."
            )
        if len(given) != 1 or not hmac.compare_digest(_digest(given[0]), self._key):
            raise Refused(HTTPStatus.FORBIDDEN, "auth.denied", "The key is wrong", "Ask whoever started the server.")

    def _check_method(self, method: str) -> None:
        if method in _WRITING and not self._allow_write:
            hint = "This server only reads; started with `reelmark serve --allow-write` it takes jobs."
            raise refused_method(method, "GET", hint)


class _Headers:
    """The headers of a request."""

    def __init__(self, scope: Scope) -> None:
        self._pairs: list[tuple[bytes, bytes]] = scope["headers"]
        self.bodiless = not self.all("content-length") and not self.all("transfer-encoding")

    def all(self, name: str) -> list[bytes]:
        wanted = name.encode()
        return [value for key, value in self._pairs if key == wanted]

    def one(self, name: str) -> str | None:
        """The only header of that name; None where there is none or more than one."""
        found = self.all(name)
        return found[0].decode("latin-1") if len(found) == 1 else None


async def _body(headers: _Headers, receive: Receive) -> Receive:
    """Take the whole body, which is small, so that no route waits for one; then hand it on.

    Raises:
        Refused: it is too large, which a chunked one tells only as it comes.
    """
    length = headers.one("content-length") or ""
    if length.isdecimal() and (len(length) > 9 or int(length) > MOST_BODY):
        raise _too_large()
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return receive
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MOST_BODY:
            raise _too_large()
    given = False

    async def take() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return take


def _too_large() -> Refused:
    return Refused(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "request.too_large",
        f"A request may bring {MOST_BODY} bytes at most",
        "Media are never sent to this server.",
    )


async def _preflight(send: Send) -> None:
    """Answer a browser that asks what a listed page may send."""
    headers = [
        (b"access-control-allow-methods", _METHODS.encode()),
        (b"access-control-allow-headers", b"X-API-Key, Content-Type"),
        (b"access-control-max-age", b"600"),
    ]
    await send({"type": "http.response.start", "status": HTTPStatus.NO_CONTENT, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _digest(key: bytes) -> bytes:
    """Of one length whatever the key's is, so that comparing tells nothing."""
    return hashlib.sha256(key).digest()


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True

"""How many connections the server keeps, and how long one may take its time.

A server on asyncio is stopped by whoever opens connections and holds them: sooner or later there is no descriptor left
for another. Here the oldest connection without a request makes room for the newest, so that thousands of held ones cost
nothing but themselves; and a request that trickles in, or an answer that nobody takes, is cut off.
"""

import asyncio
from collections import OrderedDict
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.api.answers import Refused, json_bytes

#: Connections that are kept; with one more the oldest idle one is closed.
MOST_CONNECTIONS = 200
#: Seconds in which a whole request must have come, its body too.
ASK_S = 10.0
#: Seconds in which it must be answered, and the answer taken.
ANSWER_S = 60.0


class Connection(H11Protocol):
    """One connection. Those of a server know each other through its state."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Make room, then begin to listen."""
        super().connection_made(transport)
        idle = self._idle()
        if len(self.connections) > MOST_CONNECTIONS:
            oldest = next(iter(idle), self)
            oldest.cut_off()
            if oldest is self:
                return
        idle[self] = None
        self._expect(ASK_S)

    def data_received(self, data: bytes) -> None:
        """Take what came; the answer to a whole request has its own time."""
        idle = self._idle()
        try:
            super().data_received(data)
        except (UnicodeDecodeError, h11.LocalProtocolError):
            self.cut_off()
            return
        if self._busy():
            if idle.pop(self, self) is None:
                self._expect(ANSWER_S)
        elif self._timer is None and not self.transport.is_closing():
            self._expect(ASK_S)

    def on_response_complete(self) -> None:
        """Wait for the next request, at the end of those that wait."""
        self._unset()
        super().on_response_complete()
        if self._busy():
            self._expect(ANSWER_S)
        elif not self.transport.is_closing():
            self._idle()[self] = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._unset()
        self._idle().pop(self, None)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP in the envelope, where an answer is still possible."""
        self._unset()
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.cut_off()
            return
        body = json_bytes(Refused(400, "request.malformed", "That is no request of HTTP/1.1").envelope())
        headers = [
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
            ("connection", "close"),
        ]
        for event in (h11.Response(status_code=400, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def cut_off(self) -> None:
        """Close without a word."""
        self._unset()
        self._idle().pop(self, None)
        self.transport.abort()

    def _busy(self) -> bool:
        """Whether a whole request has come and is not answered yet."""
        cycle: Any = self.cycle
        return cycle is not None and not cycle.more_body and not cycle.response_complete

    def _idle(self) -> "OrderedDict[Connection, None]":
        """Connections of this server without a whole request, the oldest first."""
        state: Any = self.server_state
        if not hasattr(state, "idle"):
            state.idle = OrderedDict()
        found: OrderedDict[Connection, None] = state.idle
        return found

    def _expect(self, seconds: float) -> None:
        self._unset()
        self._timer = self.loop.call_later(seconds, self.cut_off)

    def _unset(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

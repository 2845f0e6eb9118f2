"""A Twilio that takes messages and does nothing else: the Messages API's create, over a plain socket.

It runs on the event loop of the clients, so that they know at once when a reply has come.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from benchmarks.wire import length

ACCOUNT_SID = "AC" + "b" * 32
AUTH_TOKEN = "benchmark-token"  # noqa: S105
OUR_NUMBER = "+15005550006"

Taken = Callable[[str, str, float], None]
"""Called with recipient, text and the wall clock's time of each message."""


@dataclass(slots=True)
class Twilio:
    """Listens on a port of its own; `taken` is told of each message as it arrives."""

    taken: Taken = lambda to, text, at: None
    count: int = 0
    port: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.BaseTransport] = field(default_factory=set)

    async def start(self) -> None:
        """Begins to listen; `port` is known after it."""
        self._server = await asyncio.get_running_loop().create_server(lambda: _Exchange(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Closes every connection."""
        if self._server is not None:
            self._server.close()
        for transport in list(self._open):
            transport.close()
        await asyncio.sleep(0)

    def answer(self, body: bytes) -> bytes:
        """Takes one message; the answer to it."""
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.count += 1
        self.taken(form["To"], form["Body"], time.time())
        made = {
            "sid": f"SM{self.count:032x}", "status": "queued", "to": form["To"], "body": form["Body"],
            "from": form.get("From"), "direction": "outbound-api", "account_sid": ACCOUNT_SID,
            "date_created": "Thu, 24 Aug 2023 05:01:45 +0000", "num_segments": "1",
        }  # fmt: skip
        return json.dumps(made).encode()


class _Exchange(asyncio.Protocol):
    """One connection: whole requests in, answers out."""

    def __init__(self, twilio: Twilio) -> None:
        self._twilio = twilio
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._twilio._open.add(transport)  # noqa: SLF001

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._twilio._open.discard(self._transport)  # noqa: SLF001

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            size = length(self._buffer[:end])
            if len(self._buffer) < end + 4 + size:
                return
            body, self._buffer = self._buffer[end + 4 : end + 4 + size], self._buffer[end + 4 + size :]
            answer = self._twilio.answer(body)
            assert self._transport is not None
            head = f"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: {len(answer)}\r\n\r\n"
            self._transport.write(head.encode() + answer)

"""HTTP/1.1 as far as a benchmark needs it, cheap enough not to be what is measured."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass(slots=True)
class Connection:
    """One kept-alive connection of a client."""

    port: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, port: int) -> Connection:
        """To 127.0.0.1. Raises `OSError` where nobody listens."""
        return cls(port, *await asyncio.open_connection("127.0.0.1", port))

    async def post(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        return await self._ask("POST", path, headers, body)

    async def post_again(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """`post`, once more on a new connection where the server had closed this one, silent for some seconds."""
        try:
            return await self.post(path, headers, body)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.writer.close()
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
            return await self.post(path, headers, body)

    async def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of the answer."""
        return await self._ask("GET", path, {}, b"")

    def close(self) -> None:
        self.writer.close()

    async def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        head = await self.reader.readuntil(b"\r\n\r\n")
        return int(head[9:12]), await self.reader.readexactly(length(head))


def length(head: bytes) -> int:
    """The Content-Length that the headers state; 0 for none."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0

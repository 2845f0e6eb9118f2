"""A Twilio for tests, over real HTTP: the Messages API, status callbacks and inbound messages, with faults on demand.

It is held to what Twilio publishes: every request, and every answer of its own, is validated against the contract's
OpenAPI file where that is present (`spec_missing` says so where it is not); the rules that the file lacks (an empty
or overlong text, an opted-out person, a bad number) are added here. In a test: `with FakeTwilio().serve() as base_url`.
As a process of its own, for crash tests, remembering what it accepted across restarts:

    python -m tests.support.fake_twilio --port 4010 --file accepted.jsonl [--callbacks http://127.0.0.1:8000]

Faults come over HTTP too: `POST /_control/faults` with `["500", "lost"]`, for the next two messages.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import binascii
import contextlib
import datetime as dt
import email.utils
import functools
import hashlib
import hmac
import itertools
import json
import os
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ACCOUNT_SID = "AC" + "5ca1ab1e" * 4
AUTH_TOKEN = "test-auth-token-0123456789abcdef"
OUR_NUMBER = "+15005550006"
SPEC = Path(__file__).resolve().parents[2].parent / "shared/contracts/twilio_messaging.openapi.json"
HANG_SECONDS = 60.0
FAULTS = ("500", "429", "401", "reset", "hang", "slow", "lost", "lost_reset", "accepted_500", "garbage")
"""Before it is accepted: 500, 429, 401, reset, hang. Accepted, but the answer is late (slow) or never comes (lost,
lost_reset, accepted_500, garbage)."""
AFTER = frozenset({"slow", "lost", "lost_reset", "accepted_500", "garbage"})
REFUSALS = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    21211: (400, "Invalid 'To' Phone Number"),
    21602: (400, "Message body is required."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
}


class FakeTwilio:
    """One account. `accepted` holds what it took, in order, as the API shows it."""

    def __init__(self, *, file: Path | None = None, now: Callable[[], dt.datetime] | None = None) -> None:
        self.accepted: list[dict[str, Any]] = []
        self.requests: list[dict[str, str]] = []
        """The form of every create request, accepted or not."""
        self.faults: deque[str] = deque()
        """For the next create requests, one each; "ok" is none."""
        self.list_faults: deque[str] = deque()
        self.redact_faults: deque[str] = deque()
        self.hidden_lists = 0
        """So many lists come back empty: what was accepted appears later."""
        self.lists = 0
        self.opted_out: set[str] = set()
        self.redacted: list[str] = []
        self.slow_seconds = 0.5
        self.callbacks: str | None = None
        """Where status callbacks go by themselves after each message: "sent", "delivered", twice and in disorder."""
        self.spec = _spec()
        self._callback_urls: dict[str, str] = {}
        self._file = file
        self._now = now or (lambda: dt.datetime.now(dt.UTC))
        self._closing = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        if file is not None and file.exists():
            for line in file.read_text().splitlines():
                self.accepted.append(json.loads(line))

    @property
    def spec_missing(self) -> str | None:
        """Why nothing is validated; None where it is."""
        return None if self.spec else f"no {SPEC.name} beside this repository"

    @property
    def texts(self) -> list[str]:
        return [message["body"] for message in self.accepted]

    def app(self) -> Starlette:
        root = "/2010-04-01/Accounts/{account}"
        return Starlette(
            routes=[
                Route(f"{root}/Messages.json", self._create, methods=["POST"]),
                Route(f"{root}/Messages.json", self._list, methods=["GET"]),
                Route(f"{root}/Messages/{{sid}}.json", self._update, methods=["POST"]),
                Route("/_control/faults", self._set_faults, methods=["POST"]),
                Route("/_control/accepted", self._show, methods=["GET"]),
            ]
        )

    @contextlib.contextmanager
    def serve(self, port: int = 0) -> Iterator[str]:
        """Runs in a thread for as long as the block; gives the base URL."""
        with serve(self.app(), port, on_stop=self._closing.set) as url:
            yield url

    # The API.

    async def _create(self, request: Request) -> Response:
        body = await request.body()
        form = dict((await request.form()).items())
        self.requests.append({key: str(value) for key, value in form.items()})
        fault = self.faults.popleft() if self.faults else "ok"
        refused = self._unauthorized(request) or await self._invalid(request, body) or self._rules(self.requests[-1])
        if refused is None and fault not in AFTER:
            refused = await self._fault(fault, request)
        if refused is not None:
            return refused
        message = self._accept(self.requests[-1])
        if fault in AFTER and (broken := await self._fault(fault, request)) is not None:
            return broken
        return self._checked(request, body, JSONResponse(message, 201))

    def _accept(self, form: dict[str, str]) -> dict[str, Any]:
        sid = f"SM{secrets.token_hex(16)}"
        service = form.get("MessagingServiceSid")
        message: dict[str, Any] = {
            "sid": sid, "account_sid": ACCOUNT_SID, "api_version": "2010-04-01", "to": form["To"],
            "from": form.get("From"), "messaging_service_sid": service, "body": form["Body"],
            "status": "accepted" if service else "queued", "direction": "outbound-api",
            "date_created": email.utils.format_datetime(self._now()), "date_updated": None, "date_sent": None,
            "num_segments": "1", "num_media": "0", "error_code": None, "error_message": None, "price": None,
            "price_unit": "USD", "subresource_uris": {},
            "uri": f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{sid}.json",
        }  # fmt: skip
        self.accepted.append(message)
        if self._file is not None:
            with self._file.open("a") as out:
                out.write(json.dumps(message) + "\n")
                out.flush()
                os.fsync(out.fileno())
        if callback := form.get("StatusCallback"):
            self._callback_urls[sid] = callback
            if self.callbacks is not None:
                task = asyncio.get_running_loop().create_task(self._call_back(sid))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        return message

    async def _list(self, request: Request) -> Response:
        self.lists += 1
        refused = self._unauthorized(request) or await self._invalid(request, b"")
        fault = self.list_faults.popleft() if self.list_faults else "ok"
        refused = refused or await self._fault(fault, request)
        if refused is not None:
            return refused
        query = request.query_params
        found = [] if self.hidden_lists > 0 else [m for m in reversed(self.accepted) if _wanted(m, query)]
        self.hidden_lists = max(self.hidden_lists - 1, 0)
        size = int(query.get("PageSize", "50"))
        page = {
            "messages": found[:size], "page": 0, "page_size": size, "start": 0, "end": max(len(found[:size]) - 1, 0),
            "first_page_uri": str(request.url.path), "next_page_uri": None, "previous_page_uri": None,
            "uri": str(request.url.path),
        }  # fmt: skip
        return self._checked(request, b"", JSONResponse(page))

    async def _update(self, request: Request) -> Response:
        body = await request.body()
        refused = self._unauthorized(request) or await self._invalid(request, body)
        fault = self.redact_faults.popleft() if self.redact_faults else "ok"
        refused = refused or await self._fault(fault, request)
        if refused is not None:
            return refused
        sid, form = request.path_params["sid"], await request.form()
        if form.get("Body") != "":
            return refusal(20404)
        self.redacted.append(sid)
        message = next((m for m in self.accepted if m["sid"] == sid), None)
        if message is not None:
            message["body"] = ""
        return self._checked(request, body, JSONResponse(message or {"sid": sid, "body": "", "status": "received"}))

    # What stands between a request and its acceptance.

    def _unauthorized(self, request: Request) -> Response | None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            user, _, password = base64.b64decode(given).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user = password = ""
        ours = scheme.lower() == "basic" and (user, password) == (ACCOUNT_SID, AUTH_TOKEN)
        if not ours:
            return refusal(20003)
        return None if request.path_params["account"] == ACCOUNT_SID else refusal(20404)

    async def _invalid(self, request: Request, body: bytes) -> Response | None:
        if self.spec is None:
            return None
        from openapi_core.contrib.starlette import StarletteOpenAPIRequest
        from openapi_core.exceptions import OpenAPIError

        try:
            self.spec.validate_request(StarletteOpenAPIRequest(request, body))
        except OpenAPIError as error:
            why = [e.message for e in getattr(error.__cause__, "schema_errors", [])] or [str(error)]
            return JSONResponse({"code": 20001, "message": "; ".join(why), "status": 400}, 400)
        return None

    def _rules(self, form: dict[str, str]) -> Response | None:
        text, to = form.get("Body", ""), form.get("To", "")
        if not text:
            return refusal(21602)
        if len(text) > 1600:
            return refusal(21617)
        if not (to.startswith("+") and to[1:].isdecimal() and 8 <= len(to) <= 16):
            return refusal(21211)
        return refusal(21610) if to in self.opted_out else None

    async def _fault(self, fault: str, request: Request) -> Response | None:
        """The answer that a fault gives; None for going on."""
        if fault in ("reset", "lost_reset"):
            request._receive.__self__.transport.abort()  # type: ignore[attr-defined]
        if fault in ("hang", "lost", "slow"):
            seconds = self.slow_seconds if fault == "slow" else HANG_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), seconds)
        if fault in ("ok", "slow"):
            return None
        if fault == "garbage":
            return Response("<html>bad gateway", 201, media_type="text/html")
        return {"429": refusal(20429), "401": refusal(20003)}.get(fault) or Response("trouble", 500)

    def _checked(self, request: Request, body: bytes, answer: Response) -> Response:
        """`answer`, valid against the contract; a fake that breaks it fails the test."""
        if self.spec is not None:
            from openapi_core.contrib.starlette import StarletteOpenAPIRequest, StarletteOpenAPIResponse

            self.spec.validate_response(StarletteOpenAPIRequest(request, body), StarletteOpenAPIResponse(answer))
        return answer

    # What Twilio sends to us.

    def status_request(self, sid: str, status: str, *, error_code: str | None = None) -> Signed:
        """A signed status callback for a message that was accepted with a StatusCallback."""
        message = next(m for m in self.accepted if m["sid"] == sid)
        fields = {
            "SmsSid": sid, "SmsStatus": status, "MessageStatus": status, "To": message["to"], "MessageSid": sid,
            "AccountSid": ACCOUNT_SID, "From": message["from"] or "", "ApiVersion": "2010-04-01",
        }  # fmt: skip
        if error_code is not None:
            fields["ErrorCode"] = error_code
        return Signed(self._callback_urls[sid], list(fields.items()))

    async def _call_back(self, sid: str) -> None:
        async with httpx.AsyncClient(timeout=10) as http:
            for status in ("sent", "delivered", "sent", "delivered", "queued"):
                with contextlib.suppress(httpx.TransportError):  # the receiver may be killed just now
                    await self.status_request(sid, status).post(http, self.callbacks or "")

    async def _set_faults(self, request: Request) -> Response:
        self.faults.extend(await request.json())
        return Response(status_code=204)

    async def _show(self, _request: Request) -> Response:
        return JSONResponse(self.accepted)


class Signed:
    """A form as Twilio signs and posts it to `url` (the public one)."""

    def __init__(self, url: str, pairs: list[tuple[str, str]], *, token: str = AUTH_TOKEN) -> None:
        self.url = url
        self.pairs = pairs
        self.content = urlencode(pairs).encode()
        self.headers = {
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            "x-twilio-signature": signature(token, url, pairs),
        }

    async def post(self, http: httpx.AsyncClient, base_url: str) -> httpx.Response:
        """Posts it to the server at `base_url`, which stands behind the public URL."""
        parts = urlsplit(self.url)
        target = base_url + parts.path + (f"?{parts.query}" if parts.query else "")
        return await http.post(target, content=self.content, headers=self.headers)


_numbers = itertools.count(1)


def inbound(public_url: str, sender: str, text: str | None, **extra: str) -> Signed:
    """A signed inbound message to PUBLIC_URL/sms, with the fields of a recorded one; `extra` replaces or adds."""
    sid = f"SM{next(_numbers):08x}{secrets.token_hex(12)}"
    fields = {
        "ToCountry": "US", "ToState": "CA", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "", "FromZip": "94107",
        "SmsSid": sid, "FromState": "CA", "SmsStatus": "received", "FromCity": "SAN FRANCISCO", "Body": text,
        "FromCountry": "US", "To": OUR_NUMBER, "ToZip": "", "NumSegments": "1", "MessageSid": sid,
        "AccountSid": ACCOUNT_SID, "From": sender, "ApiVersion": "2010-04-01",
    } | extra  # fmt: skip
    return Signed(f"{public_url}/sms", [(key, value) for key, value in fields.items() if value is not None])


def signature(token: str, url: str, pairs: list[tuple[str, str]]) -> str:
    """X-Twilio-Signature by Twilio's description, apart from the library that the channel checks with."""
    text = url + "".join(key + value for key, value in sorted(set(pairs)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def refusal(code: int) -> Response:
    """An error as Twilio words it."""
    status, message = REFUSALS[code]
    more = f"https://www.twilio.com/docs/errors/{code}"
    return JSONResponse({"code": code, "message": message, "more_info": more, "status": status}, status)


@contextlib.contextmanager
def serve(app: Starlette, port: int = 0, *, on_stop: Callable[[], None] | None = None) -> Iterator[str]:
    """Runs an application under uvicorn in a thread; gives its base URL."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        if not thread.is_alive():
            raise RuntimeError("the test server did not start")
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        if on_stop is not None:
            loop.call_soon_threadsafe(on_stop)
        server.should_exit = True
        thread.join(10)
        loop.close()


def _wanted(message: dict[str, Any], query: Any) -> bool:
    """Twilio's filters of the list. A message that is not sent yet has no DateSent to be found by."""
    if query.get("To", message["to"]) != message["to"]:
        return False
    if query.get("From", message["from"]) != message["from"]:
        return False
    after = query.get("DateSent>")
    if after is None:
        return True
    sent = message["date_sent"]
    return sent is not None and email.utils.parsedate_to_datetime(sent) >= dt.datetime.fromisoformat(after)


@functools.cache
def _spec() -> Any:
    if not SPEC.exists():
        return None
    from openapi_core import OpenAPI

    return OpenAPI.from_file_path(str(SPEC))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--callbacks")
    options = parser.parse_args()
    fake = FakeTwilio(file=options.file)
    fake.callbacks = options.callbacks
    uvicorn.run(fake.app(), host="127.0.0.1", port=options.port, log_level="warning", lifespan="off", ws="none")


if __name__ == "__main__":
    main()

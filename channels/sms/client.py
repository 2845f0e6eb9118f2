"""Twilio's Messages API through the official client, with what can go wrong told apart as three facts.

The SDK's own asynchronous transport ignores its timeout (twilio-python issue 925) and does not tell a connection
that was never made from an answer that was lost, which decides whether a message may be sent again. So the SDK is
given a transport of ours, which its `AsyncHttpClient` is made for. Nothing is retried in here.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from twilio.base.exceptions import TwilioRestException, TwilioServiceException  # type: ignore[import-untyped]
from twilio.http import AsyncHttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from channels.sms.settings import SmsSettings

CONNECT_SECONDS = 5.0
LIST_MAX = 500
"""More texts than one person gets in the hours that an effect may live."""


class TwilioError(Exception):
    """A call that did not end well. Messages hold codes only: Twilio's own words quote numbers and texts."""


class NotSent(TwilioError):
    """No connection was made: Twilio knows nothing of it."""

    def __init__(self, why: str) -> None:
        super().__init__(f"not connected: {why}")


class NoAnswer(TwilioError):
    """The request may have arrived, but no answer to rely on came back."""

    def __init__(self, why: str) -> None:
        super().__init__(f"no answer: {why}")


class Refused(TwilioError):
    """Twilio understood and said no: HTTP status and Twilio's error code."""

    def __init__(self, status: int, code: int) -> None:
        super().__init__(f"refused: HTTP {status}, Twilio {code}")
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Message:
    """A message as Twilio keeps it."""

    sid: str
    status: str
    body: str


class TwilioApi:
    """The calls that the channel needs, for one account. Close it with `aclose`, or use it in `async with`."""

    def __init__(self, settings: SmsSettings) -> None:
        self._sender = settings.sender
        timeout = httpx.Timeout(settings.timeout_seconds, connect=min(CONNECT_SECONDS, settings.timeout_seconds))
        self.http = httpx.AsyncClient(timeout=timeout, limits=httpx.Limits(keepalive_expiry=20.0))
        transport = _Transport(self.http, settings.timeout_seconds)
        self._client = Client(settings.account_sid, settings.auth_token, http_client=transport)
        self._client.api.base_url = settings.api_url.rstrip("/")

    async def __aenter__(self) -> TwilioApi:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self.http.aclose()

    async def send(
        self, to: str, text: str, *, status_url: str, valid_seconds: int | None, within_seconds: float
    ) -> Message:
        """Hands a message over. Raises `NotSent`, `NoAnswer` (also when that took too long) or `Refused`."""
        options: dict[str, Any] = {"to": to, "body": text, "status_callback": status_url}
        options["messaging_service_sid" if self._sender.startswith("MG") else "from_"] = self._sender
        if valid_seconds is not None:
            options["validity_period"] = valid_seconds
        with _facts():
            async with asyncio.timeout(within_seconds):
                made = await self._client.messages.create_async(**options)
        return _message(made)

    async def sent_to(self, to: str, since: dt.datetime) -> list[Message]:
        """What we sent to a number since then, oldest first. Raises as `send` does.

        Filtered by the date of creation here, and not by `DateSent` there, which a queued message does not have yet.
        """
        with _facts():
            found = await self._client.messages.list_async(to=to, limit=LIST_MAX, page_size=LIST_MAX)
        recent = [m for m in found if _created(m) is None or _created(m) >= since]
        if len(found) == len(recent) == LIST_MAX:
            raise NoAnswer("more messages than one page holds")
        return [_message(m) for m in reversed(recent) if m.direction != "inbound"]

    async def redact(self, sid: str) -> None:
        """Deletes the text of a message that Twilio keeps. Raises as `send` does."""
        with _facts():
            await self._client.messages(sid).update_async(body="")


class _Transport(AsyncHttpClient):  # type: ignore[misc]
    """Carries the SDK's requests over httpx, within a deadline, logging nothing."""

    def __init__(self, http: httpx.AsyncClient, seconds_max: float) -> None:
        super().__init__(logging.getLogger(__name__), True, seconds_max)  # noqa: FBT003
        self._http = http
        self._seconds_max = seconds_max

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,  # noqa: FBT001, FBT002
    ) -> Response:
        async with asyncio.timeout(timeout or self._seconds_max):
            answer = await self._http.request(
                method, uri, params=params or None, data=data, headers=headers, auth=auth,
                follow_redirects=allow_redirects,
            )  # fmt: skip
        return Response(answer.status_code, answer.text, answer.headers)


@contextmanager
def _facts() -> Iterator[None]:
    """Turns what the transport and the SDK raise into `NotSent`, `NoAnswer` or `Refused`."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
        raise NotSent(type(error).__name__) from error
    except (httpx.TransportError, TimeoutError) as error:
        raise NoAnswer(type(error).__name__) from error
    except (TwilioRestException, TwilioServiceException) as error:
        if error.status >= 500:
            raise NoAnswer(f"HTTP {error.status}") from None
        raise Refused(error.status, error.code or 0) from None
    except (ValueError, KeyError, TypeError) as error:  # the SDK could not read the answer
        raise NoAnswer(f"unreadable, {type(error).__name__}") from None


def _message(made: Any) -> Message:
    return Message(str(made.sid), str(made.status or ""), str(made.body or ""))


def _created(message: Any) -> Any:
    """When Twilio made it; None where it does not say."""
    return message.date_created if isinstance(message.date_created, dt.datetime) else None

"""The fake is a fair one: it forgets nothing that it accepted, and it signs what it posts."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.sms import SmsSettings, TwilioApi
from channels.sms.client import NoAnswer, Refused
from channels.sms.signature import Signature
from tests.support.fake_twilio import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, FakeTwilio, refusal, serve

DANA = "+15555550123"


@contextlib.contextmanager
def process(port: int, file: Path, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """The fake as a process of its own; killed at the end."""
    command = [sys.executable, "-m", "tests.support.fake_twilio", "--port", str(port), "--file", str(file), *more]
    running = subprocess.Popen(command, cwd=Path(__file__).resolve().parents[2])
    try:
        _wait(lambda: httpx.get(f"http://127.0.0.1:{port}/_control/accepted").status_code == 200)
        yield running
    finally:
        running.kill()
        running.wait(10)


@pytest.mark.heavy
async def test_what_it_accepted_survives_its_death(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file, received = tmp_path / "accepted.jsonl", list[tuple[bool, str]]()

    async def status(request: Request) -> Response:
        url = f"http://{request.headers['host']}{request.url.path}?{request.url.query}"
        fields = Signature(AUTH_TOKEN).fields(url, request.headers, await request.body())
        received.append((fields is not None, fields["MessageStatus"] if fields else ""))
        return Response(status_code=204)

    with serve(Starlette(routes=[Route("/sms/status", status, methods=["POST"])])) as ours:
        settings = SmsSettings(
            account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, sender=OUR_NUMBER, public_url=ours,
            api_url=f"http://127.0.0.1:{port}",
        )  # fmt: skip
        async with TwilioApi(settings) as api:
            with process(port, file, "--callbacks", ours):
                sent = [await api.send(DANA, t, status_url=f"{ours}/sms/status?delivery=a%7Cb", valid_seconds=None,
                                       within_seconds=5) for t in ("one", "two")]  # fmt: skip
                _wait(lambda: len(received) == 10)
                httpx.post(f"{settings.api_url}/_control/faults", json=["accepted_500"])
                with pytest.raises(NoAnswer):
                    await api.send(DANA, "three", status_url=ours, valid_seconds=None, within_seconds=5)
            with process(port, file):
                seen = httpx.get(f"{settings.api_url}/_control/accepted").json()
    assert [m["body"] for m in seen] == ["one", "two", "three"]
    assert [m["sid"] for m in seen[:2]] == [m.sid for m in sent]
    assert {ok for ok, _ in received} == {True}
    assert {status for _, status in received} == {"sent", "delivered", "queued"}


async def test_it_refuses_what_twilio_would(settings: SmsSettings, twilio: FakeTwilio) -> None:
    """The contract's own rules (a bad enum, id or type), and those that only Twilio's pages state."""
    url = f"{settings.api_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    good = {"To": DANA, "From": OUR_NUMBER, "Body": "hello"}
    auth = (ACCOUNT_SID, AUTH_TOKEN)
    async with httpx.AsyncClient() as http:
        assert (await http.post(url, data=good, auth=auth)).status_code == 201
        assert (await http.post(url, data=good, auth=(ACCOUNT_SID, "wrong"))).json()["code"] == 20003
        twilio.opted_out.add("+15555550199")
        for change, code in (
            ({"Body": ""}, 21602), ({"Body": "x" * 1601}, 21617), ({"To": "hello"}, 21211),
            ({"To": "+15555550199"}, 21610),
        ):  # fmt: skip
            assert (await http.post(url, data=good | change, auth=auth)).json()["code"] == code
        if twilio.spec_missing:
            pytest.skip(twilio.spec_missing)
        for change in ({"MessagingServiceSid": "MG1"}, {"ValidityPeriod": "soon"}, {"RiskCheck": "maybe"}):
            answer = await http.post(url, data=good | change, auth=auth)
            assert (answer.status_code, answer.json()["code"]) == (400, 20001), change
    assert len(twilio.accepted) == 1


async def test_the_client_says_what_went_wrong_without_quoting(settings: SmsSettings, twilio: FakeTwilio) -> None:
    """Twilio's error messages quote numbers and texts; ours hold codes."""
    async with TwilioApi(settings) as api:
        with pytest.raises(Refused) as refused:
            await api.send("+1", "secret words", status_url="https://x.example", valid_seconds=None, within_seconds=5)
    assert (refused.value.status, refused.value.code) == (400, 21211)
    assert str(refused.value) == "refused: HTTP 400, Twilio 21211"
    assert refusal(21211).status_code == 400


def test_settings_do_not_show_the_token(settings: SmsSettings) -> None:
    assert AUTH_TOKEN not in repr(settings)
    assert AUTH_TOKEN not in repr(dataclasses.replace(settings, sender="MG1"))


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while True:
        with contextlib.suppress(httpx.TransportError):
            if until():
                return
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)

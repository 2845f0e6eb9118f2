"""What Twilio posts is kept once, or refused; nothing that it did not sign gets in."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.routing import Route
from structlog.testing import capture_logs

from bot.store import Store
from bot.tables import DELIVERY, EFFECT, INBOX
from channels.base import count_nothing
from channels.sms import SmsSettings, TwilioApi, routes
from channels.sms.redaction import Redactor
from channels.sms.signature import Signature
from channels.sms.webhooks import BODY_BYTES_MAX, Webhooks
from durable.ambient import ManualClock
from durable.database import Database
from durable.worker import Worker
from tests.channels.conftest import PUBLIC_URL
from tests.support.fake_twilio import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, FakeTwilio, Signed, inbound, signature

DANA = "+15555550123"
PAN = "4242 4242 4242 4242"
CONTRACT = Path(__file__).resolve().parents[2].parent / "shared/contracts/twilio_inbound.json"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def plain() -> SmsSettings:
    """Settings for webhooks alone: nothing is sent."""
    return SmsSettings(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, sender=OUR_NUMBER, public_url=PUBLIC_URL)


@pytest.fixture
async def http(plain: SmsSettings, store: Store, clock: ManualClock) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the routes, as a proxy would reach them: another host, another scheme. The recorded forms of the
    contract were signed for /sms/inbound, so the same endpoint answers there as well."""
    hooks = Webhooks(plain, store, queue=store.effects, clock=clock, count=count_nothing)
    served = [
        *routes(plain, store, queue=store.effects, clock=clock),
        Route("/sms/inbound", hooks.inbound, methods=["POST"]),
    ]
    transport = httpx.ASGITransport(app=Starlette(routes=served))
    async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.7:8000") as client:
        yield client


def contract() -> dict[str, Any]:
    if not CONTRACT.exists():
        pytest.skip(f"no {CONTRACT.name} beside this repository")
    loaded: dict[str, Any] = json.loads(CONTRACT.read_text())
    return loaded


async def kept(store: Store) -> list[dict[str, Any]]:
    query = sa.select(INBOX.c.payload).order_by(INBOX.c.seq)
    return await store.db.read(lambda conn: list(conn.execute(query).scalars()))


async def status_of(store: Store, key: str) -> str | None:
    query = sa.select(DELIVERY.c.status).where(DELIVERY.c.key == key)
    return await store.db.read(lambda conn: conn.execute(query).scalar())


def signed(example: dict[str, Any]) -> Signed:
    request = Signed(example["url"], list(example["params"].items()), token=AUTH_TOKEN)
    request.headers["x-twilio-signature"] = example["computed_signature"]
    return request


@pytest.mark.parametrize(
    "name", ["sms", "sms_unicode_two_segments", "sms_stop", "mms", "sms_without_messaging_service"]
)
async def test_each_recorded_form_is_accepted_and_kept(name: str, http: httpx.AsyncClient, store: Store) -> None:
    example = contract()["inbound"][name]
    answer = await signed(example).post(http, "")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert answer.text.endswith("<Response/>")
    (message,) = await kept(store)
    fields = example["params"]
    assert (message["event_id"], message["person"], message["text"], message["media"], message["opt_out_type"]) == (
        fields["MessageSid"], fields["From"], fields["Body"], int(fields["NumMedia"]), fields.get("OptOutType"),
    )  # fmt: skip
    assert message["conversation"] == f"sms:{fields['From']}"


async def test_every_form_of_the_contract_is_covered() -> None:
    examples = contract()
    assert set(examples["inbound"]) == {
        "sms", "sms_unicode_two_segments", "sms_stop", "mms", "sms_without_messaging_service",
    }  # fmt: skip
    assert set(examples["status_callback"]) == {"sent", "delivered", "undelivered", "failed"}


@pytest.mark.parametrize("name", ["sent", "delivered", "undelivered", "failed"])
async def test_each_recorded_status_callback_is_accepted(name: str, http: httpx.AsyncClient, store: Store) -> None:
    example = contract()["status_callback"][name]
    assert (await signed(example).post(http, "")).status_code == 204
    assert await status_of(store, "42") == name
    assert await store.is_opted_out("+14155550142") is (example["params"].get("ErrorCode") == "21610")


def test_published_signatures_are_accepted_and_no_others() -> None:
    for vector in contract()["signature_vectors_published"]:
        if "body" in vector:
            headers, body = {"content-type": "application/json"}, vector["body"].encode()
        else:
            headers = dict(FORM)
            body = Signed("", [(k, v) for k, v in vector["params"]]).content
        headers["x-twilio-signature"] = vector["signature"]
        check = Signature(vector["token"])
        assert check.fields(vector["url"], headers, body) is not None, vector["name"]
        assert check.fields(vector["url"] + "1", headers, body) is None
        assert check.fields(vector["url"], headers, body + b"&x=1") is None
        assert Signature("other").fields(vector["url"], headers, body) is None


def test_the_fakes_own_signature_is_the_published_one() -> None:
    vector = contract()["signature_vectors_published"][1]
    assert signature(vector["token"], vector["url"], [(k, v) for k, v in vector["params"]]) == vector["signature"]


def test_a_body_that_is_no_form_must_carry_its_hash() -> None:
    """The official helper accepts the signature of a URL for any body, where it is handed no fields."""
    vector = next(v for v in contract()["signature_vectors_published"] if "body" in v)
    check, sign = Signature(vector["token"]), {"x-twilio-signature": vector["signature"]}
    assert check.fields(vector["url"], sign | {"content-type": "application/json"}, b"{}") is None
    assert check.fields(vector["url"], sign | FORM, b"From=%2B15555550123&Body=yes") is None
    bare = "https://bot.example.com/sms"
    sign = {"x-twilio-signature": signature(vector["token"], bare, [])}
    assert check.fields(bare, sign | {"content-type": "application/json"}, b'{"Body": "yes"}') is None
    assert check.fields(bare, sign | {"content-type": "application/json"}, b"") is None
    assert check.fields(bare, sign | {"content-type": "multipart/form-data; boundary=x"}, b"--x--") is None


async def test_what_was_tampered_with_is_refused_and_not_logged(http: httpx.AsyncClient, store: Store) -> None:
    good = inbound(PUBLIC_URL, DANA, "pay my bill 987654")
    changed = [(k, "pay everything" if k == "Body" else v) for k, v in good.pairs]
    without_blanks = [(k, v) for k, v in good.pairs if v]
    spaced = [(k, v + " " if k == "Body" else v) for k, v in good.pairs]
    attempts: list[tuple[str, bytes, dict[str, str]]] = [
        *(("/sms", Signed(good.url, pairs).content, good.headers) for pairs in (changed, without_blanks, spaced)),
        ("/sms?x=1", good.content, good.headers),
        ("/sms/status", good.content, good.headers),
        ("/sms", good.content, FORM),
        ("/sms", good.content, good.headers | {"x-twilio-signature": ""}),
        ("/sms", good.content, good.headers | {"x-twilio-signature": "\u00e9".encode("latin-1").decode("latin-1")}),
        ("/sms", good.content, Signed(good.url, good.pairs, token="another").headers),
        ("/sms", good.content, Signed("http://10.0.0.7:8000/sms", good.pairs).headers),
        ("/sms", good.content, good.headers | {"content-type": "text/plain"}),
        ("/sms", b"\xff\xfe", good.headers),
        ("/sms", b"Body=%ff", good.headers),
        ("/sms", b"", good.headers),
        ("/sms", b"&".join(b"a=1" for _ in range(1000)), good.headers),
    ]
    with capture_logs() as logs:
        for path, content, headers in attempts:
            raw = [(k.encode(), v.encode("latin-1")) for k, v in headers.items()]
            answer = await http.post(path, content=content, headers=raw)
            assert (answer.status_code, answer.content) == (403, b""), (path, content[:40])
    assert len(logs) == len(attempts)
    said = json.dumps(logs)
    assert "987654" not in said
    assert good.headers["x-twilio-signature"] not in said
    assert await kept(store) == []
    assert (await good.post(http, "")).status_code == 200


async def test_an_oversized_body_is_refused_before_it_is_read(http: httpx.AsyncClient, store: Store) -> None:
    big = inbound(PUBLIC_URL, DANA, "x" * BODY_BYTES_MAX)
    assert (await big.post(http, "")).status_code == 413
    assert await kept(store) == []


async def test_the_public_url_may_have_a_port_and_a_path(plain: SmsSettings, store: Store, clock: ManualClock) -> None:
    """Twilio leaves the port of its scheme out, or does not; both are signed."""
    for public, called in (
        ("https://b.example:443", "https://b.example"),
        ("http://b.example:8080/", "http://b.example:8080"),
    ):
        settings = dataclasses.replace(plain, public_url=public)
        app = Starlette(routes=list(routes(settings, store, queue=store.effects, clock=clock)))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://in") as client:
            assert (await inbound(called, DANA, "balance").post(client, "")).status_code == 200


async def test_a_duplicate_is_acknowledged_and_kept_once(http: httpx.AsyncClient, store: Store) -> None:
    request = inbound(PUBLIC_URL, DANA, "pay")
    assert [(await request.post(http, "")).status_code for _ in range(3)] == [200, 200, 200]
    assert len(await kept(store)) == 1


@pytest.mark.parametrize(
    ("sender", "person"),
    [
        ("+1 (555) 555-0123", DANA),
        ("72975", "72975"),
        ("ACME", "ACME"),
        ("whatsapp:+15555550123", "whatsapp:+15555550123"),
    ],
)
async def test_senders_are_told_apart_by_their_number(
    sender: str, person: str, http: httpx.AsyncClient, store: Store
) -> None:
    await inbound(PUBLIC_URL, sender, "hi").post(http, "")
    assert (await kept(store))[0]["person"] == person


async def test_odd_messages_are_kept(http: httpx.AsyncClient, store: Store) -> None:
    """No body at all, blank, control characters, far too long, a nonsensical count of media."""
    texts: list[str | None] = [None, "", "pa\x00y\x07\r\nmy\x1b bill\ttoday", "\U0001f44d" * 12_000]
    for text in texts:
        assert (await inbound(PUBLIC_URL, DANA, text, NumMedia="many").post(http, "")).status_code == 200
    got = [message["text"] for message in await kept(store)]
    assert got == ["", "", "pay\nmy bill\ttoday", "\U0001f44d" * 10_000]


@pytest.mark.parametrize("missing", ["From", "MessageSid"])
async def test_a_signed_form_that_is_no_message_is_answered_400(
    missing: str, http: httpx.AsyncClient, store: Store
) -> None:
    blank = {"From": ""} if missing == "From" else {"MessageSid": "", "SmsSid": "", "SmsMessageSid": ""}
    assert (await inbound(PUBLIC_URL, DANA, "hi", **blank).post(http, "")).status_code == 400
    assert await kept(store) == []


async def test_a_card_number_is_masked_before_it_is_kept_and_twilios_copy_is_deleted(
    http: httpx.AsyncClient, store: Store, worker: Worker, twilio: FakeTwilio, clock: ManualClock
) -> None:
    twilio.redact_faults.extend(["500", "429", "reset"])
    request = inbound(PUBLIC_URL, DANA, f"use {PAN} exp 12/28 cvv 123")
    with capture_logs() as logs:
        for _ in range(2):
            await request.post(http, "")
    (message,) = await kept(store)
    assert message["masked"] is True
    everything = json.dumps([message, logs]) + str(
        await store.db.read(lambda conn: conn.execute(sa.select(EFFECT)).all())
    )
    assert "4242" not in everything
    assert "12/28" not in everything
    sid = dict(request.pairs)["MessageSid"]
    for _ in range(4):
        assert twilio.redacted == []
        await worker.drain()
        clock.move(_minute())
    assert twilio.redacted == [sid]
    assert (await _effect(store, f"sms_redact:{sid}")).state == "done"


async def test_a_copy_that_is_gone_already_is_deleted(
    http: httpx.AsyncClient, store: Store, api: TwilioApi, settings: SmsSettings
) -> None:
    await inbound(PUBLIC_URL, DANA, PAN).post(http, "")
    (claim,) = await store.db.write(lambda conn: store.effects.claim(conn, ["sms_redact"], limit=1))
    elsewhere = dataclasses.replace(settings, api_url=f"{settings.api_url}/nowhere")
    async with TwilioApi(elsewhere) as lost:
        assert type(await Redactor(lost)(claim)).__name__ == "Done"
    gone = dataclasses.replace(claim, body={"v": 1})
    assert type(await Redactor(api)(gone)).__name__ == "Park"


async def test_no_card_number_survives_at_the_end_of_an_overlong_text(http: httpx.AsyncClient, store: Store) -> None:
    for fill in range(9_960, 10_030, 3):
        await inbound(PUBLIC_URL, DANA, "x" * fill + " " + PAN + " " + "y" * 500).post(http, "")
    wide = " - ".join(PAN.replace(" ", ""))  # masked, it is shorter: what was beyond the limit moves into the text
    for fill in range(0, 60, 7):
        await inbound(PUBLIC_URL, DANA, "x" * fill + f"{wide} x " * 300).post(http, "")
    messages = await kept(store)
    assert len(messages) == 33
    assert not any(character.isdigit() for message in messages for character in message["text"])
    assert all(len(message["text"]) <= 10_000 for message in messages)


async def test_a_database_that_is_away_is_answered_503(plain: SmsSettings, clock: ManualClock) -> None:
    away = Store(Database("postgresql://nobody@127.0.0.1:9/none"), origin="test")
    app = Starlette(routes=list(routes(plain, away, queue=away.effects, clock=clock)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://in") as client:
        answers = [
            await inbound(PUBLIC_URL, DANA, "pay").post(client, ""),
            await inbound(PUBLIC_URL, DANA, PAN).post(client, ""),
            await callback("SM1", "sent", key="k").post(client, ""),
        ]
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    await away.db.close()


def callback(sid: str, status: str, *, key: str | None, code: str | None = None) -> Signed:
    pairs = [("MessageSid", sid), ("MessageStatus", status), ("To", DANA), ("From", OUR_NUMBER)]
    if code is not None:
        pairs.append(("ErrorCode", code))
    query = f"?delivery={key}" if key else ""
    return Signed(f"{PUBLIC_URL}/sms/status{query}", pairs)


async def test_status_callbacks_come_in_any_order_and_twice(http: httpx.AsyncClient, store: Store) -> None:
    for number, order in enumerate(itertools.permutations(["queued", "sending", "sent", "delivered"])):
        for status in (*order, *order):
            assert (await callback(f"SM{number}", status, key=f"k{number}").post(http, "")).status_code == 204
        assert await status_of(store, f"k{number}") == "delivered"


async def test_a_callback_without_our_key_is_known_by_its_id(http: httpx.AsyncClient, store: Store) -> None:
    await store.db.write(lambda conn: store.sent(conn, key="a", sid="SM1", to=DANA, status="queued"))
    await callback("SM1", "delivered", key=None).post(http, "")
    assert (await callback("SM9", "delivered", key=None).post(http, "")).status_code == 204
    assert await status_of(store, "a") == "delivered"


async def test_a_late_duplicate_does_not_opt_out_again(http: httpx.AsyncClient, store: Store) -> None:
    failed = callback("SM1", "failed", key="a", code="21610")
    await failed.post(http, "")
    assert await store.is_opted_out(DANA)
    await store.opt_in(DANA, event_id="SM2")
    await failed.post(http, "")
    assert not await store.is_opted_out(DANA)


async def test_a_failed_delivery_is_logged_with_ids_and_nothing_personal(http: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        await callback("SM1", "undelivered", key="a", code="30003").post(http, "")
    assert logs == [
        {"event": "sms_not_delivered", "log_level": "warning", "effect": "a", "sid": "SM1", "status": "undelivered",
         "code": "30003"}
    ]  # fmt: skip


async def test_a_callback_settles_a_text_whose_answer_was_lost(
    http: httpx.AsyncClient, store: Store, worker: Worker, twilio: FakeTwilio
) -> None:
    """The whole way: sent, answer lost, called back through the signed URL that the message named."""
    from tests.channels.test_sms_sending import put, row, text

    twilio.faults.append("lost")
    key = "sms:+15555550123|sms:SM1:0"
    await put(store, text(key))
    await worker.drain()
    assert (await row(store, key)).uncertain
    sid = twilio.accepted[0]["sid"]
    assert (await twilio.status_request(sid, "sent").post(http, "")).status_code == 204
    await worker.drain()
    assert (await row(store, key)).state == "done"
    assert await status_of(store, key) == "sent"
    assert (len(twilio.accepted), twilio.lists) == (1, 0)


async def _effect(store: Store, key: str) -> Any:
    return await store.db.read(lambda conn: conn.execute(sa.select(EFFECT).where(EFFECT.c.key == key)).one())


def _minute() -> Any:
    import datetime as dt

    return dt.timedelta(minutes=1, seconds=1)

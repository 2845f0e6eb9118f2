"""Carries out one call and gives its result; the closed list of what the bot can do."""

from __future__ import annotations

from typing import assert_never

from actions.calls import (
    AccountRead,
    ActivityRead,
    Call,
    CancelScheduled,
    ContactRead,
    InvoicesRead,
    MakeMethodLink,
    MakeQuote,
    MethodLinkMade,
    MethodsRead,
    Pay,
    PaymentAnswered,
    PaymentsRead,
    Quoted,
    ReadAccount,
    ReadActivity,
    ReadContact,
    ReadInvoices,
    ReadMethods,
    ReadPayments,
    ReadScheduled,
    Refused,
    Result,
    ScheduledRead,
    Unavailable,
)
from actions.client import NoAnswer, PaymentsClient, Problematic
from payments.contract import PaymentRequest


async def perform(client: PaymentsClient, call: Call, *, key: str, callback_url: str | None = None) -> Result:
    """Asks the payment service once. Never raises for what the service or the network does.

    `key` makes the call repeatable: the same key and call have one effect. `callback_url` is where the service
    reports what later becomes of a payment.
    """
    try:
        return await _ask(client, call, key, callback_url)
    except Problematic as refusal:
        return Refused(problem=refusal.problem)
    except NoAnswer as failure:
        return Unavailable(reason=failure.why)


async def _ask(client: PaymentsClient, call: Call, key: str, callback_url: str | None) -> Result:  # noqa: C901, PLR0911, RUF100
    match call:
        case ReadContact(phone=phone):
            return ContactRead(contact=await client.contact(phone))
        case ReadAccount(account=number):
            return AccountRead(account=await client.account(number))
        case ReadInvoices(account=number, status=status, issued_from=start, issued_to=end):
            return InvoicesRead(invoices=await client.invoices(number, status, start, end))
        case ReadMethods(account=number):
            return MethodsRead(methods=await client.methods(number))
        case ReadPayments(account=number, limit=limit):
            return PaymentsRead(payments=await client.payments(number, limit))
        case ReadScheduled(account=number):
            return ScheduledRead(scheduled=await client.scheduled(number))
        case ReadActivity(account=number, start=start, end=end):
            return ActivityRead(activity=await client.activity(number, start, end))
        case MakeMethodLink(account=number):
            return MethodLinkMade(link=await client.method_link(number))
        case MakeQuote(request=request):
            return Quoted(quote=await client.quote(request, key))
        case Pay(quote=quote, consent=consent):
            request_body = PaymentRequest(quote=quote, consent=consent, callback_url=callback_url)
            return PaymentAnswered(payment=await client.pay(request_body, key))
        case CancelScheduled(account=number, payment=payment):
            canceled = await client.cancel_scheduled(number, payment)
            return PaymentAnswered(payment=canceled or await client.payment(payment))
        case _:
            assert_never(call)

"""SMS through Twilio.

    SmsSettings     one account, and what it sends from (`settings`)
    routes          POST /sms and POST /sms/status: verified, kept, acknowledged (`webhooks`, `signature`, `parsing`)
    sms_effect      an `Outgoing` as an effect of the outbox; SmsSender sends it once (`sending`)
    Redactor        deletes Twilio's copy of a text that held a card number (`redaction`)
    TwilioApi       Twilio's API, with what can go wrong as three facts (`client`)
    sms_worker      delivers both kinds of effect, each sender within its rate (`sending`)

Direction of calls: webhooks -> parsing, signature, and the store through `channels.base`; sending, redaction ->
client -> Twilio. Sequences A and D of the design: what arrives is one inbox row and an empty answer, replies go out
through the API; an attempt whose end is not known is looked up before it is repeated.

In Twilio's console: the number's (or the Messaging Service's) incoming message webhook is

    https://pay.example.com/sms#rc=4&rp=ct,rt,5xx

with PUBLIC_URL=https://pay.example.com. The fragment asks Twilio to repeat a delivery (4 times) that did not connect,
was not answered in time, or was answered 5xx; without it Twilio repeats only failed connections, and a message that
arrives while the database is away is lost to us. Twilio neither sends nor signs the fragment. A repeated delivery is
recognised by its MessageSid. Status callbacks need no setting: each message names its own. Use the account's primary
auth token, HTTPS, and no user name in the URL.
"""

from channels.sms.client import TwilioApi
from channels.sms.redaction import REDACT, Redactor, redact_effect
from channels.sms.sending import REMINDER, REPLY, SMS, SmsBody, SmsSender, sms_effect, sms_worker
from channels.sms.settings import SmsSettings
from channels.sms.webhooks import routes

__all__ = [
    "REDACT",
    "REMINDER",
    "REPLY",
    "SMS",
    "Redactor",
    "SmsBody",
    "SmsSender",
    "SmsSettings",
    "TwilioApi",
    "redact_effect",
    "routes",
    "sms_effect",
    "sms_worker",
]

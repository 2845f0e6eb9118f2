"""Whether a request comes from Twilio, and then its form fields.

Twilio signs its URL as configured with it, and every field, blank ones too, with the account's auth token (Twilio,
"Webhooks security"; `contracts/twilio_inbound.json` has vectors). The official validator is wrapped, because it
raises where a signature is missing, and lets a JSON body pass unprotected where it is handed parsed fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, parse_qsl, urlsplit

from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

Fields = ImmutableMultiDict[str, str]
FORM = "application/x-www-form-urlencoded"
FIELDS_MAX = 500


class Signature:
    """Checks requests against one auth token."""

    def __init__(self, auth_token: str) -> None:
        self._validator = RequestValidator(auth_token)

    def fields(self, url: str, headers: Mapping[str, str], body: bytes) -> Fields | None:
        """The form fields of a request to `url` (public, with its query); None where Twilio did not sign it.

        A body that is no form has no fields, and must carry its hash in the signed query (`bodySHA256`).
        """
        signature = headers.get("x-twilio-signature")
        if not signature:
            return None
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        try:
            if kind == FORM:
                pairs = parse_qsl(
                    body.decode(), keep_blank_values=True, strict_parsing=bool(body), errors="strict",
                    max_num_fields=FIELDS_MAX,
                )  # fmt: skip
                fields = Fields(pairs)
                signed = self._validator.validate(url, fields, signature)
            else:
                fields = Fields()
                hashed = "bodySHA256" in parse_qs(urlsplit(url).query)
                signed = hashed and self._validator.validate(url, body.decode(), signature)
        except (TypeError, ValueError, AttributeError, KeyError):
            return None
        return fields if signed else None

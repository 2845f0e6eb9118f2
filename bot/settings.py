"""Settings: from the environment or a `.env` file, read once. Names are the runtime contract's."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


class SettingsError(Exception):
    """A setting is missing or unusable; the message says which and how to set it, in one line."""


class Settings(BaseSettings):
    """Everything that can be set from outside. A channel without its settings is off."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    database_url: str = "sqlite:///var/paybot.db"
    """SQLite for one process, PostgreSQL for several."""
    public_url: str | None = None
    """How Twilio reaches this server, without a path: https://pay.example.com."""

    company_name: str = "Paybot"
    """Named in the first text of a conversation."""
    company_support: str = "our office"
    """Whom to contact, as it reads in a sentence: "800-555-0100"."""
    terms_url: str | None = None
    """Where the payment terms and conditions can be read."""

    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_from_number: str | None = None
    twilio_messaging_service_sid: str | None = None
    twilio_api_url: str = "https://api.twilio.com"
    twilio_messages_per_second: float = Field(default=10.0, ge=0)
    """Per sender; 0 for no limit."""

    payments_url: str | None = None
    """A payment service of your own; unset: the bundled one, in process."""
    payments_token: SecretStr | None = None
    """Bearer token of the payment service, and the key of its callbacks."""
    gateway: Literal["sandbox"] = "sandbox"
    sandbox_gateway_url: str | None = None
    """A sandbox gateway that runs as a process of its own; unset: inside this one."""

    retention_days: float = Field(default=30.0, ge=1)
    """After so long, handled events and delivered effects are deleted; consents and payments never are."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    lease_seconds: float = Field(default=60.0, gt=0)
    """After so long, work claimed by a process that died is taken over by another."""

    @field_validator("public_url", "payments_url", "twilio_api_url", "sandbox_gateway_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with https:// (or http://)")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        try:
            backend = make_url(value).get_backend_name()
        except ArgumentError:
            backend = "nothing"
        if backend not in ("sqlite", "postgresql", "postgres"):
            raise ValueError("must look like sqlite:///var/paybot.db or postgresql://user:password@host/name")
        return value

    @property
    def sms_missing(self) -> list[str]:
        """The settings that SMS still needs; empty: it is on."""
        wanted = {
            "TWILIO_ACCOUNT_SID": self.twilio_account_sid,
            "TWILIO_AUTH_TOKEN": self.twilio_auth_token,
            "TWILIO_FROM_NUMBER or TWILIO_MESSAGING_SERVICE_SID": self.sms_sender,
            "PUBLIC_URL": self.public_url,
        }
        return [name for name, value in wanted.items() if not value]

    @property
    def sms_sender(self) -> str | None:
        """What texts are sent from: a Messaging Service, or a number."""
        return self.twilio_messaging_service_sid or self.twilio_from_number


def read_settings(**overrides: object) -> Settings:
    """The settings of this process. Raises `SettingsError` with one line for each that cannot be used."""
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc'])).upper()}: {_plain(e['msg'])}" for e in error.errors()]
        raise SettingsError("; ".join(lines)) from error


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")
